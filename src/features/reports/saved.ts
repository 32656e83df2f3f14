import { sql } from 'drizzle-orm'
import { arrayLiteral } from '#core/db/engine.ts'
import type { Tx } from '#core/db/workspace.ts'
import { forbidden, invalid } from '#core/errors.ts'
import { type Change, defineRecord } from '#core/record/definition.ts'
import { type Stored, store } from '#core/record/store.ts'
import { checkReport, type ReportSpec } from './builder.ts'
import { type ReportSchedule, reportContract } from './reports.contract.ts'
import { RECEIVES_MAIL, reportTable } from './reports.table.ts'
import { nextAfter } from './schedule.ts'

export const reports = defineRecord({
  contract: reportContract,
  table: reportTable,
  visibility: { own: ['createdById'], private: true, open: 'shared' },
  computed: { receivesMail: sql.raw(RECEIVES_MAIL) },
  rules: {
    create: (tx, values) => ruled(tx, values),
    update: async (tx, id, values) => {
      const current = await store.find(tx, reports, id)
      // What is not seen is refused by the write itself.
      if (!current) return values
      mayChange(tx, current, 'report')
      return ruled(tx, values, current)
    },
    remove: async (tx, id) => {
      const current = await store.find(tx, reports, id)
      if (current) mayChange(tx, current, 'report')
    },
    purge: async (tx, ids) => {
      for (const table of ['report_mails', 'report_opt_outs'])
        await tx.session.rows(
          `delete from ${table} where workspace_id = $1::uuid and report_id = any($2::uuid[])`,
          [tx.who.workspaceId, arrayLiteral(ids)],
        )
    },
  },
  routes: ['list', 'create', 'read', 'update', 'remove'],
})

/** Admins see the private ones of others, and leave them as they are. @throws Refusal 403 */
export function mayChange({ who }: Tx, row: Stored, what: string): void {
  if (row.createdById === who.userId) return
  if (!row.shared || (who.role !== 'OWNER' && who.role !== 'ADMIN'))
    throw forbidden(`Only its maker may change this ${what}, or an admin where it is shared`)
}

/** What of a record is run. */
export const specOf = ({ entity, filter, groupBy, measures }: Change): ReportSpec =>
  ({ entity, ...(filter ? { filter } : {}), groupBy, measures }) as ReportSpec

const ASKED = ['entity', 'filter', 'groupBy', 'measures']

async function ruled(tx: Tx, given: Change, current?: Stored): Promise<Change> {
  const isEmpty = given.filter && Object.keys(given.filter as object).length === 0
  const values: Change = isEmpty ? { ...given, filter: null } : given
  const next: Change = { groupBy: [], shared: false, createdById: tx.who.userId, ...current, ...values }
  // Compiled as it will be when it is run, so that a report that is saved can be opened.
  if (ASKED.some(key => key in values)) await checkReport(tx, specOf(next))
  if (!('schedule' in values) && !('shared' in values)) return values
  const schedule = next.schedule as ReportSchedule | null | undefined
  const set = 'schedule' in values ? { ...values, scheduleError: null } : values
  if (!schedule) return { ...set, nextSendAt: null, sendZone: null }
  return { ...set, ...(await scheduled(tx, schedule, next)) }
}

/** A schedule that nobody is named in is for whoever makes the report. @throws Refusal 400 naming the recipient */
async function scheduled(tx: Tx, schedule: ReportSchedule, next: Change): Promise<Change> {
  const maker = next.createdById as string | null
  const recipientIds = schedule.recipientIds.length ? schedule.recipientIds : maker ? [maker] : []
  const foreign = recipientIds.findIndex(id => id !== maker)
  if (foreign >= 0 && !next.shared)
    throw invalid({
      path: `schedule.recipientIds.${foreign}`,
      code: 'PRIVATE_REPORT',
      message: 'is not the maker of the report, which is private: share it first',
    })
  const rows = await tx.session.rows(
    'select user_id as id from memberships where workspace_id = $1::uuid and user_id = any($2::uuid[]) and removed_at is null and is_active',
    [tx.who.workspaceId, arrayLiteral(recipientIds)],
  )
  const members = new Set(rows.map(({ id }) => id))
  const missing = recipientIds.findIndex(id => !members.has(id))
  if (missing >= 0)
    throw invalid({
      path: `schedule.recipientIds.${missing}`,
      code: 'NO_SUCH',
      message: 'is not the id of a member',
    })
  const { timezone } = tx.who
  return {
    schedule: { ...schedule, recipientIds: [...new Set(recipientIds)] },
    nextSendAt: schedule.isPaused ? null : nextAfter(schedule, timezone, new Date()).toISOString(),
    sendZone: schedule.isPaused ? null : timezone,
  }
}
