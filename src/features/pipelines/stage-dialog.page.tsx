import { Group, Input, NumberInput, SegmentedControl, Stack, TextInput } from '@mantine/core'
import { useMutation } from '@tanstack/react-query'
import type { FormEvent } from 'react'
import { api, issuesByPath, type Pipeline, type Stage } from '#web/api.ts'
import { Dialog } from '#web/kit/dialog.tsx'
import { DialogFoot } from '#web/kit/dialog-foot.tsx'
import { useForm } from '#web/kit/draft.ts'
import { DraftNote } from '#web/kit/draft-note.tsx'
import { choiceLabel, useText } from '#web/text/index.tsx'
import { refreshPipelines } from './pipelines.page.tsx'

const KINDS = ['OPEN', 'WON', 'LOST'] as const
/** What a closed stage means, whatever was typed. */
const CERTAIN = { WON: 100, LOST: 0 }

type Given = { pipeline: Pipeline; stage?: Stage; close: () => void }

/** A stage: its name, whether deals in it are open, won or lost, how likely they are won, and when they rot. */
export function StageDialog({ pipeline, stage, close }: Given) {
  const text = useText()
  const form = useForm(`stage.${stage?.id ?? `new.${pipeline.id}`}`, {
    name: stage?.name ?? '',
    kind: stage?.kind ?? ('OPEN' as Stage['kind']),
    chance: (stage?.probability ?? 50) as number | string,
    rots: (stage?.rottingDays ?? '') as number | string,
  })
  const { name, kind, chance, rots } = form.values
  const saving = useMutation({
    mutationFn() {
      const body = {
        name,
        kind,
        probability: kind === 'OPEN' ? Number(chance) : CERTAIN[kind],
        rottingDays: kind === 'OPEN' && rots !== '' ? Number(rots) : null,
      }
      return stage
        ? api.patch(`/stages/${stage.id}`, body)
        : api.post('/stages', { ...body, pipelineId: pipeline.id })
    },
    onSuccess() {
      form.forget()
      refreshPipelines()
      close()
    },
  })
  const issues = issuesByPath(saving.error)
  const submit = (event: FormEvent) => {
    event.preventDefault()
    saving.mutate()
  }
  return (
    <Dialog onClose={close} title={stage ? stage.name : text.pipelines.addStage}>
      <form noValidate onSubmit={submit}>
        <DraftNote {...form} />
        <Stack gap="sm">
          <TextInput
            data-autofocus
            label={text.table.name}
            maxLength={120}
            value={name}
            error={issues.name}
            onChange={event => form.change({ name: event.currentTarget.value })}
          />
          <Input.Wrapper
            label={text.pipelines.kind}
            labelElement="div"
            error={issues.kind && text.pipelines.kindFixed}
          >
            <SegmentedControl
              fullWidth
              aria-label={text.pipelines.kind}
              value={kind}
              onChange={value => form.change({ kind: value as Stage['kind'] })}
              data={KINDS.map(value => ({ value, label: choiceLabel(text, value) }))}
            />
          </Input.Wrapper>
          {kind === 'OPEN' && <OpenFields {...{ chance, rots, issues }} change={form.change} />}
        </Stack>
        <DialogFoot
          submit={stage ? text.common.save : text.common.create}
          close={close}
          isSending={saving.isPending}
          error={saving.error}
          beside={['name', 'kind', 'probability', 'rottingDays']}
        />
      </form>
    </Dialog>
  )
}

type OpenGiven = {
  chance: number | string
  rots: number | string
  change: (values: { chance?: number | string; rots?: number | string }) => void
  issues: Record<string, string>
}

/** What only a stage of open deals has: how likely they are won, and after how long they rot. */
function OpenFields({ chance, rots, change, issues }: OpenGiven) {
  const text = useText()
  return (
    <Group grow align="flex-start">
      <NumberInput
        label={text.pipelines.probability}
        suffix={'\u202f%'}
        min={0}
        max={100}
        allowDecimal={false}
        value={chance}
        error={issues.probability}
        onChange={typed => change({ chance: typed })}
      />
      <NumberInput
        label={text.pipelines.rotting}
        description={text.pipelines.rottingHint}
        inputWrapperOrder={['label', 'input', 'description', 'error']}
        min={1}
        max={3650}
        allowDecimal={false}
        value={rots}
        error={issues.rottingDays}
        onChange={typed => change({ rots: typed })}
      />
    </Group>
  )
}
