import { z } from 'zod'
import type { Tx, Who } from '#core/db/workspace.ts'
import { invalid } from '#core/errors.ts'
import { Aggregate } from '#core/record/aggregate.ts'
import { addDays, addMonths, dayIn, relativeDay, startOfDay } from '#core/record/relative-time.ts'

const day = (says: string) =>
  z
    .string()
    .max(40)
    .optional()
    .meta({ description: `${says}: YYYY-MM-DD, or relative such as -30d, startOfMonth, today` })

export const periodShape = {
  dateFrom: day("First day, by the workspace's calendar; twelve months before the last one where not given"),
  dateTo: day('Last day; today where not given'),
}
export const dealShape = {
  ownerId: z.uuid('must be the id of a member').optional().meta({ description: 'Only deals of this member' }),
  pipelineId: z.uuid('must be the id of a pipeline').optional().meta({ description: 'Only this pipeline' }),
}
export type PeriodQuery = { dateFrom?: string; dateTo?: string }
export type DealQuery = { ownerId?: string; pipelineId?: string }

/** Whole days of the workspace's calendar, and the moments at which they begin and end. */
export type Period = { from: string; to: string; timezone: string; start: string; end: string }
export const periodAnswer = z.object({ from: z.string(), to: z.string(), timezone: z.string() })
export const told = ({ from, to, timezone }: Period) => ({ from, to, timezone })

/** @throws Refusal 400 naming the parameter */
export function periodOf({ timezone }: Who, query: PeriodQuery): Period {
  const today = dayIn(timezone)
  const read = (key: keyof PeriodQuery, otherwise: string): string => {
    const text = query[key]
    if (!text) return otherwise
    const found = relativeDay(text, today) ?? text
    if (z.iso.date().safeParse(found).success && found >= '1900' && found < '2201') return found
    throw invalid({ path: key, message: 'must be a day between 1900 and 2200, or relative such as -30d' })
  }
  const to = read('dateTo', today)
  const from = read('dateFrom', addMonths(to, -12))
  if (from > to) throw invalid({ path: 'dateFrom', code: 'AFTER_END', message: 'must not lie after dateTo' })
  const end = startOfDay(addDays(to, 1), timezone).toISOString()
  return { from, to, timezone, start: startOfDay(from, timezone).toISOString(), end }
}

/** A statement in the making, with conditions over the deals that the caller may see. */
export class Ask extends Aggregate {
  deals({ ownerId, pipelineId }: DealQuery): string {
    return [
      this.scope('deal'),
      ...(ownerId ? [`t.owner_id = ${this.add(ownerId, 'uuid')}`] : []),
      ...(pipelineId ? [`t.pipeline_id = ${this.add(pipelineId, 'uuid')}`] : []),
    ].join(' and ')
  }
}

/** Won and lost deals of the period, by the day on which they were closed. */
export const closedIn = (ask: Ask, query: DealQuery, { from, to }: Period): string =>
  `${ask.deals(query)} and t.status in ('WON', 'LOST') and t.actual_close_date between ${ask.add(from, 'date')} and ${ask.add(to, 'date')}`

/** A part of a whole with four decimals; null where there is no whole. */
export const share = (part: number, whole: number): number | null =>
  whole ? Math.round((part / whole) * 10_000) / 10_000 : null

export const round2 = (value: number): number => Math.round(value * 100) / 100

/** Names of the members by their ids. */
export async function memberNames(tx: Tx): Promise<Map<string, string>> {
  const rows = await tx.session.rows(
    'select u.id, u.name from memberships m join users u on u.id = m.user_id where m.workspace_id = $1::uuid',
    [tx.who.workspaceId],
  )
  return new Map(rows.map(row => [row.id as string, row.name as string]))
}
