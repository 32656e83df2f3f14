import { useMutation } from '@tanstack/react-query'
import { useEffect, useRef, useState } from 'react'
import { ApiError } from '#core/client/client.ts'
import { api, messageOf, queries } from '../api.ts'
import { keptValue } from '../kit/draft.ts'
import { addressTyped, FieldInput } from '../kit/input.tsx'
import { tellFault } from '../kit/notify.tsx'
import { type AnyContract, type Column, changeOf, type Row, refreshAround } from '../record/model.ts'
import { useText } from '../text/index.tsx'

const AT_ONCE = new Set(['choice', 'member', 'link', 'related', 'boolean', 'date'])
const SEVERAL = new Set(['tags', 'texts'])
/** The keys by which a day is typed, part by part. */
const TYPING = /^(\d|Arrow\w+|Backspace|Delete)$/
/** What the server has judged and will judge again in the same way: nothing that is typed can mend it. */
const HOPELESS = [403, 404]

type Given = { contract: AnyContract; row: Row; column: Column; close: () => void }

/** Changes one cell in place: Enter or leaving it saves, Escape does not. The new value shows at once. */
export function CellEditor({ contract, row, column, close }: Given) {
  const text = useText()
  const frame = useRef<HTMLDivElement>(null)
  // As it was when it was opened: what others write meanwhile is shown at once, and must not pass for what was read.
  const [opened] = useState({ before: column.read(row), version: row.version })
  const { before } = opened
  const draft = `cell.${row.id}.${column.path}`
  const [value, setValue] = useState(() => keptValue.read(draft) ?? before)
  // What the control has said within the event that is under way.
  const said = useRef(value)
  const saving = useMutation({
    mutationFn: (given: unknown) => change(contract, row.id, column, given, opened),
    onSuccess(changed) {
      keptValue.forget(draft)
      putIntoLists(contract.name, changed)
      refreshAround(contract.name)
    },
    onError(error, given) {
      refreshAround(contract.name)
      const status = error instanceof ApiError ? error.status : 0
      // The server has not judged it: it was not reached, or the session had ended.
      const isUnheard = status === 0 || status === 401 || status >= 500
      if (!HOPELESS.includes(status)) keptValue.keep(draft, given)
      tellFault(
        isUnheard
          ? text.common.kept
          : status === 412
            ? text.common.conflict
            : messageOf(error, text.common.offline),
      )
    },
  })
  // A day that is picked is meant; one that is typed changes with each key.
  const [isTyped, setIsTyped] = useState(false)
  const isAtOnce = AT_ONCE.has(column.field.kind) && !isTyped
  const save = (entered: unknown) => {
    const given = column.field.kind === 'url' && typeof entered === 'string' ? addressTyped(entered) : entered
    if (given !== before) {
      putIntoLists(contract.name, { ...row, ...changeOf(column, given) })
      saving.mutate(given)
    }
    close()
  }
  useEffect(() => {
    frame.current?.querySelector<HTMLElement>('input, textarea')?.focus()
  }, [])
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: keys and focus bubble up from the control inside
    <div
      ref={frame}
      style={{ width: '100%' }}
      onKeyDown={event => {
        event.stopPropagation()
        if (event.key === 'Escape') {
          keptValue.forget(draft)
          close()
        }
        if (column.field.kind === 'date' && TYPING.test(event.key)) setIsTyped(true)
        // An Enter that chose one of several is for the list; the next one saves.
        const isChoosing = SEVERAL.has(column.field.kind) && said.current !== value
        if (event.key === 'Enter' && !isAtOnce && !event.shiftKey && !isChoosing) save(said.current)
      }}
      onBlur={event => {
        if (!isAtOnce && !event.currentTarget.contains(event.relatedTarget)) save(said.current)
      }}
    >
      <FieldInput
        field={column.field}
        name={column.path}
        label={column.label}
        value={value}
        onChange={given => {
          said.current = given
          if (isAtOnce) save(given)
          else setValue(given)
        }}
        row={row}
        isBare
        autoFocus
        isOpened
      />
    </div>
  )
}

type Opened = { before: unknown; version: unknown }

/**
 * Changes one field of the version that was opened. Where others have changed the record meanwhile, but not this field, it is
 * changed in theirs. @throws ApiError 412 where they have changed this field
 */
async function change(
  contract: AnyContract,
  id: string,
  column: Column,
  given: unknown,
  { before, version }: Opened,
): Promise<Row> {
  const path = `/${contract.path}/${id}`
  const inVersion = (one: unknown) =>
    api.patch<Row>(path, changeOf(column, given), { headers: { 'if-match': `"${one}"` } })
  try {
    return await inVersion(version)
  } catch (error) {
    if (!(error instanceof ApiError) || error.status !== 412) throw error
    const latest = await api.get<Row>(path)
    if (JSON.stringify(column.read(latest)) !== JSON.stringify(before)) throw error
    return inVersion(latest.version)
  }
}

type Pages = { pages: Array<{ rows: Row[] }> }

/** Shows a changed record in every list that holds it, and on its own page. */
export function putIntoLists(name: string, changed: Row): void {
  queries.setQueriesData<Pages>({ queryKey: [name, 'list'] }, data =>
    data?.pages
      ? {
          ...data,
          pages: data.pages.map(page => ({
            ...page,
            rows: page.rows.map(row => (row.id === changed.id ? changed : row)),
          })),
        }
      : data,
  )
  queries.setQueryData([name, 'one', changed.id], changed)
}
