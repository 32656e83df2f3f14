import { Text as P, Select } from '@mantine/core'
import { useMutation, useQuery } from '@tanstack/react-query'
import { type FormEvent, useState } from 'react'
import { api, issuesByPath, type Pipeline, type Stage } from '#web/api.ts'
import { Dialog } from '#web/kit/dialog.tsx'
import { DialogFoot } from '#web/kit/dialog-foot.tsx'
import { useFormat } from '#web/kit/format.ts'
import { tell } from '#web/kit/notify.tsx'
import { useText } from '#web/text/index.tsx'
import { refreshPipelines } from './pipelines.page.tsx'

type Given = { stage: Stage; all: Pipeline[]; close: () => void }

/** Takes a stage away, and its deals into another one. */
export function RemoveStage({ stage, all, close }: Given) {
  const text = useText()
  const format = useFormat()
  const [migrateTo, setTarget] = useState<string | null>(null)
  const { data: open } = useQuery({
    queryKey: ['deal', 'open-in', stage.id],
    queryFn: async () =>
      (
        await api.get<{ total: number }>('/deals', {
          query: { stageId: stage.id, status: 'OPEN', limit: 1 },
        })
      ).total,
  })
  const removing = useMutation({
    mutationFn: () => api.delete(`/stages/${stage.id}`, { query: migrateTo ? { migrateTo } : {} }),
    onSuccess() {
      tell(text.pipelines.deleted(stage.name))
      refreshPipelines()
      close()
    },
  })
  const submit = (event: FormEvent) => {
    event.preventDefault()
    removing.mutate()
  }
  const groups = all.map(({ name, stages }) => ({
    group: name,
    items: stages.filter(({ id }) => id !== stage.id).map(({ id, name: label }) => ({ value: id, label })),
  }))
  const isNeeded = Boolean(open)
  return (
    <Dialog onClose={close} title={text.pipelines.deleteTitle(stage.name)}>
      <form noValidate onSubmit={submit}>
        <P size="sm" mb="sm">
          {open === undefined
            ? text.app.loading
            : open
              ? text.pipelines.inUse(format.number(open))
              : text.pipelines.unused}
        </P>
        <Select
          label={text.pipelines.moveTo}
          required={isNeeded}
          clearable={!isNeeded}
          value={migrateTo}
          data={groups}
          error={issuesByPath(removing.error).migrateTo}
          onChange={setTarget}
        />
        <DialogFoot
          submit={text.common.delete}
          color="red"
          close={close}
          isSending={removing.isPending}
          isDisabled={open === undefined || (isNeeded && !migrateTo)}
          error={removing.error}
          beside={['migrateTo']}
        />
      </form>
    </Dialog>
  )
}
