import { Select, Stack, TextInput } from '@mantine/core'
import { useMutation } from '@tanstack/react-query'
import type { FormEvent } from 'react'
import { api, issuesByPath, type Pipeline } from '#web/api.ts'
import { Dialog } from '#web/kit/dialog.tsx'
import { DialogFoot } from '#web/kit/dialog-foot.tsx'
import { useForm } from '#web/kit/draft.ts'
import { DraftNote } from '#web/kit/draft-note.tsx'
import { useText } from '#web/text/index.tsx'
import { refreshPipelines } from './pipelines.page.tsx'

const USUAL = 'usual'

type Given = { pipeline?: Pipeline; all: Pipeline[]; close: () => void }

/** A new pipeline with the usual stages or those of another one, or another name for one. */
export function PipelineDialog({ pipeline, all, close }: Given) {
  const text = useText()
  const form = useForm(`pipeline.${pipeline?.id ?? 'new'}`, { name: pipeline?.name ?? '', model: USUAL })
  const { name, model } = form.values
  const saving = useMutation({
    mutationFn: () => (pipeline ? api.patch(`/pipelines/${pipeline.id}`, { name }) : create()),
    onSuccess() {
      form.forget()
      refreshPipelines()
      close()
    },
  })
  const create = () => {
    const stages = all
      .find(({ id }) => id === model)
      ?.stages.map(({ name, probability, kind, rottingDays }) => ({ name, probability, kind, rottingDays }))
    return api.post('/pipelines', { name, ...(stages ? { stages } : {}) })
  }
  const submit = (event: FormEvent) => {
    event.preventDefault()
    saving.mutate()
  }
  return (
    <Dialog onClose={close} title={pipeline ? text.views.rename : text.pipelines.create}>
      <form noValidate onSubmit={submit}>
        <DraftNote {...form} />
        <Stack gap="sm">
          <TextInput
            data-autofocus
            label={text.table.name}
            maxLength={120}
            value={name}
            error={issuesByPath(saving.error).name}
            onChange={event => form.change({ name: event.currentTarget.value })}
          />
          {!pipeline && (
            <Select
              label={text.pipelines.model}
              value={model}
              onChange={chosen => chosen && form.change({ model: chosen })}
              data={[
                { value: USUAL, label: text.pipelines.usual },
                ...all.map(each => ({ value: each.id, label: text.pipelines.asIn(each.name) })),
              ]}
            />
          )}
        </Stack>
        <DialogFoot
          submit={pipeline ? text.common.save : text.common.create}
          close={close}
          isSending={saving.isPending}
          error={saving.error}
          beside={['name']}
        />
      </form>
    </Dialog>
  )
}
