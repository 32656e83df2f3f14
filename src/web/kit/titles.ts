import { recordTypes } from 'virtual:record-types'
import { useQuery } from '@tanstack/react-query'
import type { Field } from '#core/record/fields.ts'
import { api, queries } from '../api.ts'
import { withShownAddresses } from './shown-address.ts'

/** Nobody looks for one by its name: it is read on the page of what it hangs on. */
const NAMELESS = ['note', 'interaction']
/** What people call a record by more, or by something else, than its contract says. */
const CALLED: Record<string, readonly string[]> = {
  invoice: ['invoiceNumber', 'title'],
  visit: ['contactName'],
}
/** The paths of the record types that links may point to, and the fields that name such a record. */
const NAMED: Record<string, { path: string; title: readonly string[] }> = Object.fromEntries(
  recordTypes
    .filter(({ name, isLinked }) => isLinked && !NAMELESS.includes(name))
    .map(({ name, path, title }) => [name, { path, title: CALLED[name] ?? title }]),
)

type Row = { id: string } & Record<string, unknown>

export const titleOf = (row: Record<string, unknown>, fields: readonly string[]): string =>
  withShownAddresses(
    fields
      .map(key => row[key])
      .filter(Boolean)
      .join(' ') || String(row.email ?? ''),
  ) || '–'

/** The fields that name a record of a type. */
export const titleFieldsOf = (type: string): readonly string[] => NAMED[type]?.title ?? ['name']
/** Where the type of a record stands whose id stands in the key: `relatedType` beside `relatedId`. */
export const typeKeyOf = (key: string): string => key.replace(/Id$/, 'Type')
export const pathOf = (type: string): string | undefined => NAMED[type]?.path

type Wanted = { id: string; resolve: (title: string | null) => void; reject: (error: unknown) => void }
const waiting = new Map<string, Wanted[]>()

/** Titles that are asked for at the same time are fetched by one request for each type. */
function titleFor(type: string, id: string): Promise<string | null> {
  return new Promise((resolve, reject) => {
    const list = waiting.get(type)
    if (list) return void list.push({ id, resolve, reject })
    const fresh: Wanted[] = [{ id, resolve, reject }]
    waiting.set(type, fresh)
    setTimeout(() => {
      waiting.delete(type)
      for (let at = 0; at < fresh.length; at += 100) fetchTitles(type, fresh.slice(at, at + 100))
    }, 4)
  })
}

async function fetchTitles(type: string, wanted: Wanted[]): Promise<void> {
  const { path, title } = NAMED[type]!
  try {
    const ids = [...new Set(wanted.map(({ id }) => id))]
    const filter = { field: 'id', op: 'in', value: ids }
    const { rows } = await api.get<{ rows: Row[] }>(`/${path}`, { query: { filter, limit: ids.length } })
    const found = new Map(rows.map(row => [row.id, titleOf(row, title)]))
    for (const { id, resolve } of wanted) resolve(found.get(id) ?? null)
  } catch (error) {
    for (const { reject } of wanted) reject(error)
  }
}

/** What a linked record is called; undefined while it is not known, null where it may not be seen. */
export function useTitle(type: string, id: string | null): string | null | undefined {
  return useQuery({
    queryKey: ['title', type, id],
    queryFn: () => titleFor(type, id!),
    enabled: id !== null && type in NAMED,
    staleTime: 5 * 60_000,
  }).data
}

type Linked = { field: Pick<Field, 'kind' | 'target'>; name: string; value: unknown; row: object }

/** Whether a field leads to a record that the reader may not see, so that nothing can be said of it. */
export function useIsUnseen({ field, name, value, row }: Linked): boolean {
  const type = field.kind === 'link' ? field.target : (row as Record<string, unknown>)[typeKeyOf(name)]
  const isLink = (field.kind === 'link' || field.kind === 'related') && typeof value === 'string'
  return useTitle(String(type), isLink ? value : null) === null
}

/** Tells the titles of rows that are here anyway. */
export function learnTitles(type: string, rows: Row[], fields: readonly string[]): void {
  for (const row of rows) queries.setQueryData(['title', type, row.id], titleOf(row, fields))
}
