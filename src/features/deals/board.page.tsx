import { Alert, Button, Checkbox, Select, TextInput, Title } from '@mantine/core'
import { useDebouncedValue } from '@mantine/hooks'
import { IconPlus, IconSearch } from '@tabler/icons-react'
import { useQuery } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { useState } from 'react'
import { pipelinesQuery, useMay, useMe } from '#web/api.ts'
import { useFormat } from '#web/kit/format.ts'
import { Fault, Waiting } from '#web/kit/states.tsx'
import { RecordForm } from '#web/record/record-form.tsx'
import { useText } from '#web/text/index.tsx'
import classes from './board.module.css'
import { BoardColumn } from './board-column.page.tsx'
import { showMoved, sumsQuery } from './board-data.page.tsx'
import { dealContract } from './deals.contract.ts'
import { DEAL_FORM } from './deals.page.tsx'
import { useMove } from './move.page.tsx'

/** The pipeline as columns of cards that are dragged, or moved by keys, from stage to stage. */
export default function Board() {
  const text = useText()
  const may = useMay()
  const { user } = useMe()
  const format = useFormat()
  const navigate = useNavigate()
  const pipelines = useQuery(pipelinesQuery)
  const [chosen, choose] = useState<string | null>(null)
  const [typed, setTyped] = useState('')
  const [q] = useDebouncedValue(typed, 200)
  const [isMine, setMine] = useState(false)
  const [newIn, setNewIn] = useState<string | null>(null)
  const pipeline =
    pipelines.data?.find(({ id }) => id === chosen) ??
    pipelines.data?.find(({ isDefault }) => isDefault) ??
    pipelines.data?.[0]
  const sums = useQuery({ ...sumsQuery(pipeline?.id ?? ''), enabled: pipeline !== undefined })
  const { move, dialog } = useMove(({ deal, stage }) => showMoved(deal, stage))
  if (pipelines.isPending) return <Waiting />
  if (pipelines.isError || !pipeline) return <Fault error={pipelines.error} retry={pipelines.refetch} />
  const filter = { q, ownerId: isMine ? user.id : undefined }
  return (
    <div className={classes.page}>
      <div className={classes.bar}>
        <Title order={1}>{text.board.title}</Title>
        {pipelines.data.length > 1 && (
          <Select
            size="xs"
            aria-label={text.nav.pipeline}
            value={pipeline.id}
            data={pipelines.data.map(({ id, name }) => ({ value: id, label: name }))}
            onChange={choose}
          />
        )}
        <TextInput
          size="xs"
          leftSection={<IconSearch size={14} />}
          placeholder={text.table.search}
          aria-label={text.common.search}
          value={typed}
          onChange={event => setTyped(event.currentTarget.value)}
        />
        <Checkbox
          size="xs"
          label={text.board.mine}
          checked={isMine}
          onChange={event => setMine(event.currentTarget.checked)}
        />
        {may.write && (
          <Button ml="auto" leftSection={<IconPlus size={14} />} onClick={() => setNewIn('')}>
            {text.board.addDeal}
          </Button>
        )}
      </div>
      {sums.data?.unconverted.length ? (
        <Alert variant="light" radius={0} py={6}>
          {text.board.unconverted}{' '}
          {sums.data.unconverted.map(({ currency, amount }) => format.money(amount, currency)).join(', ')}
        </Alert>
      ) : null}
      <p id="board-keys" className={classes.hidden}>
        {text.board.keyHint}
      </p>
      <div className={classes.board} data-board>
        {pipeline.stages.map(stage => (
          <BoardColumn
            key={stage.id}
            stage={stage}
            stages={pipeline.stages}
            filter={filter}
            sums={sums.data?.stages.find(({ stageId }) => stageId === stage.id)}
            currency={sums.data?.currency}
            move={move}
            add={() => setNewIn(stage.id)}
          />
        ))}
      </div>
      {dialog}
      {newIn !== null && (
        <RecordForm
          contract={dealContract}
          fields={DEAL_FORM}
          initial={newIn ? { pipelineId: pipeline.id, stageId: newIn } : { pipelineId: pipeline.id }}
          close={() => setNewIn(null)}
          created={deal => !newIn && navigate({ to: '/deals/$id', params: { id: deal.id } })}
        />
      )}
    </div>
  )
}
