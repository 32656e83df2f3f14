import type { Database, Who } from '#core/db/workspace.ts'
import type { EventRow } from '#core/events/follow.ts'
import { checkFilter, type Filter } from '#core/record/filter-language.ts'
import { compileSelection } from '#core/record/list.ts'
import { recordNamed } from '#core/record/registry.ts'
import { readRows } from '#core/record/rows.ts'

const IDS_AT_ONCE = 500

/** Reads a filter and says what is wrong with it for this caller. @throws Refusal 400 */
export async function checkedFilter(
  database: Database,
  who: Who,
  entity: string,
  given: unknown,
): Promise<Filter> {
  const filter = checkFilter(given)
  await matching(database, who, entity, filter, ['00000000-0000-7000-8000-000000000000'])
  return filter
}

/** The records that fit the filter as they stand now, of those that the caller sees. */
async function matching(
  database: Database,
  who: Who,
  entity: string,
  filter: Filter,
  ids: string[],
): Promise<Set<string>> {
  const record = recordNamed(entity)
  const rows = await database.inWorkspace(
    who,
    async tx => {
      const selection = await compileSelection(tx, record, { sort: 'id' }, [
        { and: [{ field: 'id', op: 'in', value: ids }, filter] },
      ])
      return readRows(tx, record, selection, ids.length)
    },
    'read',
  )
  return new Set(rows.map(row => row.id as string))
}

/**
 * Whether each event passes the filter: `true` where its record fits now. One that does not fit, or not any more, passes as
 * `false` unless it was only just created: a view that shows it has to take it out.
 */
export async function filtered(
  database: Database,
  who: Who,
  entity: string,
  filter: Filter,
  events: EventRow[],
): Promise<Map<number, boolean>> {
  const ids = [...new Set(events.map(({ entityId }) => entityId))]
  const fitting = new Set<string>()
  for (let at = 0; at < ids.length; at += IDS_AT_ONCE)
    for (const id of await matching(database, who, entity, filter, ids.slice(at, at + IDS_AT_ONCE)))
      fitting.add(id)
  const passing = new Map<number, boolean>()
  for (const { seq, entityId, action } of events) {
    const fits = fitting.has(entityId)
    if (fits || action !== 'created') passing.set(seq, fits)
  }
  return passing
}
