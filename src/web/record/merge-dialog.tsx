import { Text as P, Radio, ScrollArea, Table } from '@mantine/core'
import { useMutation } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { type FormEvent, useState } from 'react'
import { api, messageOf, queries } from '../api.ts'
import { Dialog } from '../kit/dialog.tsx'
import { DialogFoot } from '../kit/dialog-foot.tsx'
import { useFormat } from '../kit/format.ts'
import { tellFault, tellUndo } from '../kit/notify.tsx'
import { titleOf } from '../kit/titles.ts'
import { FieldValue } from '../kit/value.tsx'
import { useText } from '../text/index.tsx'
import type { Duplicate } from './duplicates.tsx'
import { isEmpty } from './facts.tsx'
import { type AnyContract, type Column, type Row, refreshAround, useColumns } from './model.ts'

/** The server joins these of both records by itself. */
const JOINED = new Set(['tags', 'custom'])

type Given = { contract: AnyContract; row: Row; duplicate: Duplicate; close: () => void }
type Side = 'a' | 'b'

/** Two records beside each other: which stays, and which value of each field that differs. */
export default function MergeDialog({ contract, row, duplicate, close }: Given) {
  const text = useText()
  const format = useFormat()
  const columns = useColumns(contract)
  const other = duplicate.record
  const [target, setTarget] = useState<Side>('a')
  const [chosen, choose] = useState<Record<string, Side>>({})
  const differing = columns.filter(column => differs(column, row, other))
  const merging = useMerging({ contract, row, other, close })
  const submit = (event: FormEvent) => {
    event.preventDefault()
    const stays = target === 'a' ? row : other
    const goes = target === 'a' ? other : row
    const fields = Object.fromEntries(
      differing.map(({ path }) => [path, (chosen[path] ?? target) === 'a' ? row.id : other.id]),
    )
    merging.mutate({ stays, goes, fields })
  }
  const reasons = duplicate.reasons.map(({ kind, value }) => `${text.merge.kinds[kind]}: ${value}`).join(', ')
  return (
    <Dialog onClose={close} size="xl" title={text.merge.title} scrollAreaComponent={ScrollArea.Autosize}>
      <form noValidate onSubmit={submit}>
        <P size="sm" className="quiet">
          {text.merge.likely(format.percent(duplicate.score))} {reasons}
        </P>
        <Table layout="fixed" verticalSpacing={6} mt="sm" fz="sm">
          <Table.Thead>
            <Table.Tr>
              <Table.Th w={150}>{text.merge.stays}</Table.Th>
              {(['a', 'b'] as const).map(side => (
                <Table.Th key={side}>
                  <Radio
                    size="xs"
                    name="target"
                    checked={target === side}
                    label={titleOf(side === 'a' ? row : other, contract.title)}
                    onChange={() => setTarget(side)}
                  />
                </Table.Th>
              ))}
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {differing.map(column => (
              <FieldChoice
                key={column.path}
                {...{ column, row, other }}
                side={chosen[column.path] ?? target}
                choose={side => choose({ ...chosen, [column.path]: side })}
              />
            ))}
          </Table.Tbody>
        </Table>
        <P size="xs" className="quiet" mt="sm">
          {text.merge.joined}
        </P>
        <DialogFoot
          submit={text.merge.merge}
          close={close}
          isSending={merging.isPending}
          error={merging.error}
        />
      </form>
    </Dialog>
  )
}

/** Whether somebody has to say which of two values stays: an empty one gives way by itself. */
function differs({ isWritable, isCustom, field, read }: Column, a: Row, b: Row): boolean {
  if (!isWritable || isCustom || JOINED.has(field.kind)) return false
  const [x, y] = [read(a), read(b)]
  return !isEmpty(x) && !isEmpty(y) && JSON.stringify(x) !== JSON.stringify(y)
}

type ChoiceGiven = { column: Column; row: Row; other: Row; side: Side; choose: (side: Side) => void }

function FieldChoice({ column, row, other, side, choose }: ChoiceGiven) {
  return (
    <Table.Tr>
      <Table.Th fw={500} className="quiet">
        {column.label}
      </Table.Th>
      {(['a', 'b'] as const).map(each => {
        const of = each === 'a' ? row : other
        return (
          <Table.Td key={each}>
            <Radio
              size="xs"
              name={column.path}
              checked={side === each}
              label={<FieldValue field={column.field} name={column.path} value={column.read(of)} row={of} />}
              aria-label={`${column.label}: ${String(column.read(of))}`}
              onChange={() => choose(each)}
            />
          </Table.Td>
        )
      })}
    </Table.Tr>
  )
}

type Merge = { stays: Row; goes: Row; fields: Record<string, string> }

function useMerging({ contract, row, other, close }: Omit<Given, 'duplicate'> & { other: Row }) {
  const text = useText()
  const navigate = useNavigate()
  const refresh = () => {
    refreshAround(contract.name)
    queries.invalidateQueries({ queryKey: ['related'] })
  }
  return useMutation({
    mutationFn: ({ stays, goes, fields }: Merge) =>
      api.post<Row & { mergeId: string }>(`/${contract.path}/merge`, {
        targetId: stays.id,
        sourceIds: [goes.id],
        fields,
      }),
    onSuccess(merged) {
      close()
      if (merged.id !== row.id) navigate({ to: `/${contract.path}/$id`, params: { id: merged.id } })
      refresh()
      tellUndo(text.merge.done(titleOf(other, contract.title)), text.common.undo, () =>
        api
          .post(`/merges/${merged.mergeId}/undo`, {})
          .then(refresh)
          .catch(error => tellFault(messageOf(error, text.common.offline))),
      )
    },
  })
}
