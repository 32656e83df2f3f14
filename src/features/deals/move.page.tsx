import { Chip, Group, Stack, TextInput } from '@mantine/core'
import { useMutation } from '@tanstack/react-query'
import { type FormEvent, useState } from 'react'
import { api, messageOf, pipelinesQuery, queries, type Stage } from '#web/api.ts'
import { Dialog } from '#web/kit/dialog.tsx'
import { DialogFoot } from '#web/kit/dialog-foot.tsx'
import { useForm } from '#web/kit/draft.ts'
import { tell, tellFault, tellUndo } from '#web/kit/notify.tsx'
import { type Row, refreshAround } from '#web/record/model.ts'
import { putIntoLists } from '#web/table/cell-editor.tsx'
import { useText } from '#web/text/index.tsx'
import type { Shown } from './board-data.page.tsx'

/** A move where no board is: what shows the deal is read again. */
const ELSEWHERE: Shown = { undo: () => {}, settle: () => refreshAround('deal') }

type Move = { deal: Row; stage: Stage; lostReason?: string; back?: object }

const stageOf = ({ stageId }: Row): Stage | undefined =>
  queries
    .getQueryData(pipelinesQuery.queryKey)
    ?.flatMap(({ stages }) => stages)
    .find(({ id }) => id === stageId)

/** What entering a stage sets anew, as it was before: the stage alone would bring its own. */
const asItWas = ({ status, probability, lostReason, actualCloseDate }: Row) => ({
  probability,
  ...(status === 'LOST' ? { lostReason } : {}),
  ...(status === 'OPEN' ? {} : { actualCloseDate }),
})

/**
 * Moves deals between stages: at once on the screen, back with a message where the server refuses. A stage of
 * lost deals asks for the reason first. What was moved is told with a way back.
 */
export function useMove(show: (move: Move) => Shown = () => ELSEWHERE) {
  const text = useText()
  const [asked, ask] = useState<Move>()
  const moving = useMutation({
    mutationFn: ({ deal, stage, lostReason, back }: Move) =>
      back
        ? api.patch<Row>(`/deals/${deal.id}`, { stageId: stage.id, ...back })
        : api.put<Row>(`/deals/${deal.id}/stage`, {
            stageId: stage.id,
            ...(lostReason ? { lostReason } : {}),
          }),
    onMutate: show,
    onError(error, _move, shown) {
      shown?.undo()
      tellFault(messageOf(error, text.common.offline))
    },
    onSuccess(changed, { deal, stage, back }) {
      const told = text.board.moved(String(deal.title), stage.name)
      const from = back ? undefined : stageOf(deal)
      if (from)
        tellUndo(told, text.common.undo, () =>
          moving.mutate({ deal: { ...deal, ...changed }, stage: from, back: asItWas(deal) }),
        )
      else tell(told)
      putIntoLists('deal', changed)
      queries.invalidateQueries({ queryKey: ['deal', 'one', deal.id] })
    },
    onSettled: (_changed, _error, _move, shown) => shown?.settle(),
  })
  const move = (deal: Row, stage: Stage) => {
    if (deal.stageId === stage.id) return
    if (stage.kind === 'LOST') ask({ deal, stage })
    else moving.mutate({ deal, stage })
  }
  const dialog = asked && (
    <LostDialog
      deal={asked.deal}
      close={() => ask(undefined)}
      choose={lostReason => {
        ask(undefined)
        moving.mutate({ ...asked, lostReason })
      }}
    />
  )
  return { move, dialog }
}

type LostGiven = { deal: Row; close: () => void; choose: (reason: string) => void }

function LostDialog({ deal, close, choose }: LostGiven) {
  const text = useText()
  const { values, change, forget } = useForm(`lost.${deal.id}`, { reason: '' })
  const { reason } = values
  const submit = (event: FormEvent) => {
    event.preventDefault()
    forget()
    choose(reason.trim())
  }
  return (
    <Dialog onClose={close} title={text.board.lostTitle}>
      <form onSubmit={submit}>
        <Stack gap="sm">
          <Group gap={6}>
            {text.board.lostReasons.map(each => (
              <Chip key={each} size="xs" checked={reason === each} onChange={() => change({ reason: each })}>
                {each}
              </Chip>
            ))}
          </Group>
          <TextInput
            data-autofocus
            label={text.board.lostReason}
            value={reason}
            maxLength={500}
            onChange={event => change({ reason: event.currentTarget.value })}
          />
        </Stack>
        <DialogFoot submit={text.common.save} close={close} />
      </form>
    </Dialog>
  )
}
