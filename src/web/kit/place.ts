import { recordTypes } from 'virtual:record-types'
import { api } from '../api.ts'
import { pages } from '../pages.ts'

type Values = Record<string, unknown>
export type Place = { to: string; params: { id: string } }

/** The paths of the record types whose records have a page each, as features announce them. */
const PATHS = new Map(
  recordTypes
    .filter(({ path }) => pages.some(page => page.path === `/${path}/$id`))
    .map(({ name, path }) => [name, path]),
)

/** The page of a record, or of the record on whose page it is read: that of a note is that of what it is about. */
export function placeOf(type: string, id: string, record: Values): Place | undefined {
  const path = PATHS.get(type)
  if (path) return { to: `/${path}/$id`, params: { id } }
  const about = aboutOf(type, record)
  return about && placeOf(about.type, about.id, {})
}

/** What a record without a page hangs on. */
export function aboutOf(type: string, record: Values): { type: string; id: string } | undefined {
  const related = (key: string) => {
    const [kind, id] = [record[`${key}Type`], record[`${key}Id`]]
    return typeof kind === 'string' && typeof id === 'string' ? { type: kind, id } : undefined
  }
  if (type === 'note') return related('related')
  if (type === 'file') return related('attachedTo')
  if (type !== 'interaction' && type !== 'email') return undefined
  for (const key of ['deal', 'contact', 'company'])
    if (typeof record[`${key}Id`] === 'string') return { type: key, id: record[`${key}Id`] as string }
  return undefined
}

/** The same where only the id is known: what has no page is read first, to see what it hangs on. */
export async function findPlace(type: string, id: string): Promise<Place | undefined> {
  const place = placeOf(type, id, {})
  if (place) return place
  const path = { note: 'notes', file: 'files', interaction: 'activities', email: 'emails' }[type]
  return path ? placeOf(type, id, await api.get<Values>(`/${path}/${id}`)) : undefined
}
