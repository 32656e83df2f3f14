import { Group, Input, Modal, NumberInput, SegmentedControl, Stack, TextInput } from '@mantine/core'
import { useMutation } from '@tanstack/react-query'
import { type FormEvent, useState } from 'react'
import { api, issuesByPath, type Pipeline, type Stage } from '#web/api.ts'
import { DialogFoot } from '#web/kit/dialog-foot.tsx'
import { choiceLabel, useText } from '#web/text/index.tsx'
import { refreshPipelines } from './pipelines.page.tsx'

const KINDS = ['OPEN', 'WON', 'LOST'] as const
/** What a closed stage means, whatever was typed. */
const CERTAIN = { WON: 100, LOST: 0 }

type Given = { pipeline: Pipeline; stage?: Stage; close: () => void }

/** A stage: its name, whether deals in it are open, won or lost, how likely they are won, and when they rot. */
export function StageDialog({ pipeline, stage, close }: Given) {
  const text = useText()
  const [name, setName] = useState(stage?.name ?? '')
  const [kind, setKind] = useState<Stage['kind']>(stage?.kind ?? 'OPEN')
  const [chance, setChance] = useState<number | string>(stage?.probability ?? 50)
  const [rots, setRots] = useState<number | string>(stage?.rottingDays ?? '')
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
    <Modal opened onClose={close} title={stage ? stage.name : text.pipelines.addStage}>
      <form noValidate onSubmit={submit}>
        <Stack gap="sm">
          <TextInput
            data-autofocus
            label={text.table.name}
            maxLength={120}
            value={name}
            error={issues.name}
            onChange={event => setName(event.currentTarget.value)}
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
              onChange={value => setKind(value as Stage['kind'])}
              data={KINDS.map(value => ({ value, label: choiceLabel(text, value) }))}
            />
          </Input.Wrapper>
          {kind === 'OPEN' && (
            <Group grow align="flex-start">
              <NumberInput
                label={text.pipelines.probability}
                suffix=" %"
                min={0}
                max={100}
                allowDecimal={false}
                value={chance}
                error={issues.probability}
                onChange={setChance}
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
                onChange={setRots}
              />
            </Group>
          )}
        </Stack>
        <DialogFoot
          submit={stage ? text.common.save : text.common.create}
          close={close}
          isSending={saving.isPending}
          error={saving.error}
          beside={['name', 'kind', 'probability', 'rottingDays']}
        />
      </form>
    </Modal>
  )
}
