import { arrayLiteral, type Row as DbRow } from '#core/db/engine.ts'
import type { Tx } from '#core/db/workspace.ts'
import { type CustomField, customFieldsOf } from '#core/record/custom-fields.ts'
import { DAY_MS } from '#core/time.ts'
import type { Cell, ColumnInfo, ColumnKind, Row } from './learn/table.ts'

export type Kind = 'lead' | 'deal'
export const KINDS = ['lead', 'deal'] as const

/** A record and the moment as of which it is looked at (milliseconds). */
export type Seen = { id: string; at: number }
/** What is known of a record at that moment, by column; `owner` and `name` are for whoever shows it. */
export type SeenRow = Row & { id: string; at: number; record: DbRow }

const iso = (ms: number) => new Date(ms).toISOString()

/** The two arrays by which a statement joins the records with the moments as of which they are looked at. */
export const seenParams = (seen: readonly Seen[]): [string, string] => [
  arrayLiteral(seen.map(({ id }) => id)),
  arrayLiteral(seen.map(({ at }) => iso(at))),
]

/**
 * Puts the fields of records back to what they were: of each field the `old` of the first change after the moment. What was
 * imported as history has no earlier values, and stays.
 */
export async function asOf(tx: Tx, type: Kind, rows: readonly SeenRow[]): Promise<void> {
  const past = rows.filter(({ at }) => at < Date.now() - 250)
  if (!past.length) return
  const events = await tx.session.rows(
    `select e.entity_id as id, e.changes, e.created_at as "createdAt"
     from unnest($2::uuid[], $3::timestamptz[]) s(id, at)
     join events e on e.workspace_id = $1::uuid and e.entity_id = s.id and e.created_at > s.at
     where e.entity_type = $4 and e.action <> 'created' order by e.created_at desc, e.seq desc`,
    [tx.who.workspaceId, ...seenParams(past), type],
  )
  const byId = new Map(past.map(row => [row.id, row]))
  // From the newest back: the oldest change after the moment is applied last.
  for (const { id, changes } of events) {
    const row = byId.get(id as string)!
    for (const [field, change] of Object.entries(changes as Record<string, { old?: unknown }>))
      if (change && typeof change === 'object' && 'old' in change) row.record[field] = change.old
  }
}

const CUSTOM_KINDS: Partial<Record<CustomField['type'], ColumnKind>> = {
  number: 'number',
  currency: 'number',
  boolean: 'boolean',
  date: 'date',
  select: 'category',
  multiSelect: 'set',
  longText: 'text',
  user: 'category',
  text: 'category',
}

/** The custom fields as columns. Addresses and numbers of people name the row, so only whether they are given counts. */
export async function customColumns(tx: Tx, entity: string) {
  const defined = await customFieldsOf(tx, entity)
  const columns: ColumnInfo[] = []
  for (const { key, label, type } of defined.values())
    columns.push({ key: `customFields.${key}`, label, kind: CUSTOM_KINDS[type] ?? 'boolean' })
  const cellsOf = (values: unknown): Record<string, Cell> => {
    const given = (values ?? {}) as Record<string, Cell>
    return Object.fromEntries(
      [...defined.values()].map(custom => {
        const value = given[custom.key] ?? null
        const isShown = CUSTOM_KINDS[custom.type] !== undefined
        return [`customFields.${custom.key}`, isShown ? value : value !== null]
      }),
    )
  }
  return { columns, cellsOf }
}

const FREE_MAIL =
  /@(gmail|googlemail|yahoo|hotmail|outlook|live|icloud|me|aol|gmx|web|mail|proton|protonmail|t-online)\./i

/** Whose mail an address is: `company`, `free` or null. */
export const mailKind = (email: unknown): string | null =>
  typeof email !== 'string' || !email ? null : FREE_MAIL.test(email) ? 'free mail' : 'own domain'

/** Days with a tenth, to learn from; `reasonsOf` tells whole ones. */
export const daysBetween = (from: unknown, to: number): number | null => {
  if (!from) return null
  const moment = from instanceof Date ? from.getTime() : Date.parse(String(from))
  // Cut, not rounded: 252.96 days are not 253.
  return Number.isNaN(moment) ? null : Math.floor(((to - moment) / DAY_MS) * 10) / 10
}
