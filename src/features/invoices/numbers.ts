import { integer, pgTable, primaryKey, uuid } from 'drizzle-orm/pg-core'
import { arrayLiteral } from '#core/db/engine.ts'
import { type ExtraWalls, wallHelpers } from '#core/db/policies.ts'
import { workspaces } from '#core/db/tables.ts'
import type { Tx } from '#core/db/workspace.ts'

/** How many numbers are looked at together for one that nobody has given by hand. */
const CANDIDATES = 100

/**
 * The series of each year: the last number that it gave, and those that came back because a draft never needed them.
 * Whoever takes a number holds the row until the transaction ends, so numbers neither collide nor get lost by a rollback.
 */
export const invoiceSeries = pgTable(
  'invoice_series',
  {
    workspaceId: uuid('workspace_id')
      .notNull()
      .references(() => workspaces.id),
    year: integer('year').notNull(),
    last: integer('last').notNull().default(0),
    free: integer('free').array().notNull().default([]),
  },
  t => [primaryKey({ columns: [t.workspaceId, t.year] })],
)

type Place = { year: number; sequence: number }

const numberOf = ({ year, sequence }: Place): string => `${year}-${String(sequence).padStart(4, '0')}`

/** The place that a number has in the series of its year, if it looks like one. */
function placeOf(number: string): Place | undefined {
  const match = /^(\d{4})-(\d{4,9})$/.exec(number)
  const place = match && { year: Number(match[1]), sequence: Number(match[2]) }
  return place && place.sequence > 0 && numberOf(place) === number ? place : undefined
}

async function lockSeries(tx: Tx, year: number): Promise<{ last: number; free: number[] }> {
  const [row] = await tx.session.rows(
    `insert into invoice_series (workspace_id, year) values ($1::uuid, $2::int)
     on conflict (workspace_id, year) do update set year = excluded.year returning last, free`,
    [tx.who.workspaceId, year],
  )
  return row as { last: number; free: number[] }
}

/** Takes the next number of the year's series; one that somebody has given by hand is passed over. */
export async function takeNumber(tx: Tx, year: number): Promise<string> {
  let { last, free } = await lockSeries(tx, year)
  for (;;) {
    const after = last
    const sequences = [
      ...free.sort((a, b) => a - b),
      ...Array.from({ length: CANDIDATES }, (_, i) => after + i + 1),
    ]
    const found = await firstUnused(tx, year, sequences)
    if (found !== undefined) {
      await tx.session.rows(
        'update invoice_series set last = greatest(last, $3::int), free = array_remove($4::int[], $3::int) where workspace_id = $1::uuid and year = $2::int',
        [tx.who.workspaceId, year, found, arrayLiteral(free)],
      )
      return numberOf({ year, sequence: found })
    }
    last += CANDIDATES
    free = []
  }
}

/** Asks as the role that sees all invoices: a number is taken whoever may see it, and by one in the trash too. */
async function firstUnused(tx: Tx, year: number, sequences: number[]): Promise<number | undefined> {
  const numbers = sequences.map(sequence => numberOf({ year, sequence }))
  const [row] = await tx.as('ascendore_search', () =>
    tx.session.rows(
      `select c.sequence from unnest($2::text[], $3::int[]) with ordinality c(number, sequence, place)
       where not exists (select 1 from invoices i where i.workspace_id = $1::uuid and i.invoice_number = c.number) order by c.place limit 1`,
      [tx.who.workspaceId, arrayLiteral(numbers), arrayLiteral(sequences)],
    ),
  )
  return row?.sequence as number | undefined
}

/** Has the series wait, so that it does not give the number that is about to be given by hand. */
export async function claimNumber(tx: Tx, number: string): Promise<void> {
  const place = placeOf(number)
  if (place) await lockSeries(tx, place.year)
}

/** Gives numbers back that no invoice needed which was ever sent: the series goes on without a gap. */
export async function releaseNumbers(tx: Tx, numbers: string[]): Promise<void> {
  for (const number of numbers) {
    const place = placeOf(number)
    if (!place) continue
    const { last } = await lockSeries(tx, place.year)
    // One beyond the last will be reached by and by.
    if (place.sequence > last) continue
    await tx.session.rows(
      'update invoice_series set free = array_remove(free, $3::int) || $3::int where workspace_id = $1::uuid and year = $2::int',
      [tx.who.workspaceId, place.year, place.sequence],
    )
  }
}

const { inWorkspace, MEMBERS } = wallHelpers
const here = inWorkspace('invoice_series')
export const seriesWalls: ExtraWalls = {
  table: 'invoice_series',
  grants: [`select, insert, update to ${MEMBERS}`],
  policies: [{ name: 'here_all', to: MEMBERS, using: here, check: here }],
}
