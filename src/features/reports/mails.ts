import { z } from 'zod'
import type { Row } from '#core/db/engine.ts'
import { type Role, systemIn, type Tx, type Who } from '#core/db/workspace.ts'
import { Refusal } from '#core/errors.ts'
import type { App } from '#core/feature.ts'
import { newId } from '#core/ids.ts'
import type { JobDefinition, Schedule } from '#core/jobs/jobs.ts'
import { failureOf, type Message } from '#core/mail.ts'
import { store } from '#core/record/store.ts'
import { runReport } from './builder.ts'
import { type Addressed, refusalMessage, resultMessage } from './mail-text.ts'
import type { ReportSchedule } from './reports.contract.ts'
import { reports, specOf } from './saved.ts'
import { nextAfter } from './schedule.ts'

const REPORTS_AT_ONCE = 500
/** Tries in all; between them the queue waits 5 s and then ever longer. */
const ATTEMPTS_AT_MOST = 8
const KEPT_DAYS = 90

/**
 * Puts the mails of the reports that are due into the queue, each recipient's once, and reckons the next time. What was
 * due while the server was down goes out once when it is up again.
 * @param at the moment that counts as now
 */
export async function queueDue(app: App, at: Date = new Date()): Promise<void> {
  const due = await app.database.inSystem('ascendore_worker', scope =>
    scope.session.rows(
      `select r.id, r.workspace_id as "workspaceId", w.timezone from reports r join workspaces w on w.id = r.workspace_id
       where r.next_send_at is not null and r.deleted_at is null and (r.next_send_at <= $1::timestamptz or r.send_zone is distinct from w.timezone)
       order by r.next_send_at limit ${REPORTS_AT_ONCE}`,
      [at.toISOString()],
    ),
  )
  for (const { id, workspaceId, timezone } of due)
    await app.database.inWorkspace(systemIn(workspaceId as string, timezone as string), tx =>
      queueOne(app, tx, id as string, at),
    )
}

async function queueOne(app: App, tx: Tx, id: string, at: Date): Promise<void> {
  const { workspaceId, timezone } = tx.who
  const [report] = await tx.session.rows(
    `select schedule, shared, created_by_id as "createdById", next_send_at as "dueAt", send_zone as zone from reports
     where workspace_id = $1::uuid and id = $2::uuid and next_send_at is not null and deleted_at is null for update skip locked`,
    [workspaceId, id],
  )
  if (!report) return
  const schedule = report.schedule as ReportSchedule
  // By the new clock it may not be due yet.
  const isDue = report.zone === timezone && new Date(report.dueAt as string) <= at
  // Not by the store: when it is mailed next is no change of the report.
  await tx.session.rows(
    'update reports set next_send_at = $3::timestamptz, send_zone = $4 where workspace_id = $1::uuid and id = $2::uuid',
    [workspaceId, id, nextAfter(schedule, timezone, at).toISOString(), timezone],
  )
  if (!isDue) return
  for (const userId of schedule.recipientIds)
    if (report.shared || userId === report.createdById)
      await queueMail(app, tx, id, userId, report.dueAt as string)
}

async function queueMail(app: App, tx: Tx, reportId: string, userId: string, dueAt: string): Promise<void> {
  const [mail] = await tx.session.rows(
    `insert into report_mails (workspace_id, id, report_id, user_id, due_at) values ($1::uuid, $2::uuid, $3::uuid, $4::uuid, $5::timestamptz)
     on conflict do nothing returning id`,
    [tx.who.workspaceId, newId(), reportId, userId, dueAt],
  )
  if (mail) await app.jobs.enqueue(tx, mailJob, { mailId: mail.id as string })
}

const input = z.object({ mailId: z.uuid() })

/**
 * Makes the result and mails it, at most once: that the mail is on its way is committed before the server is spoken to,
 * and a run that finds it so knows that an earlier one was cut off there.
 */
export const mailJob: JobDefinition<z.infer<typeof input>> = {
  name: 'report-mail',
  input,
  retries: ATTEMPTS_AT_MOST,
  timeoutSeconds: 300,
  run: ({ app, who, input: { mailId } }) => deliver(app, who, mailId),
}

async function deliver(app: App, { workspaceId, timezone }: Who, mailId: string): Promise<void> {
  const inside = <T>(work: (tx: Tx) => Promise<T>) =>
    app.database.inWorkspace(systemIn(workspaceId, timezone), work)
  const mail = await inside(tx => waiting(tx, mailId))
  if (!mail) return
  const message = await messageFor(app, inside, workspaceId, mail)
  if (!(await inside(tx => begin(tx, mailId)))) return
  try {
    await app.mailer.send(message)
  } catch (error) {
    const { outcome, reason } = failureOf(error)
    const isLast = (mail.attempts as number) + 1 >= ATTEMPTS_AT_MOST
    const again = outcome === 'not sent' && !isLast
    const status = again ? 'QUEUED' : outcome === 'unknown' ? 'UNCERTAIN' : 'FAILED'
    await inside(tx => mark(tx, mailId, status, reason))
    if (again) throw error
    return
  }
  await inside(async tx => {
    await mark(tx, mailId, 'SENT')
    await tx.session.rows(
      'update reports set last_sent_at = now() where workspace_id = $1::uuid and id = $2::uuid',
      [workspaceId, mail.reportId],
    )
  })
}

async function mark(tx: Tx, mailId: string, status: string, reason: string | null = null): Promise<void> {
  await tx.session.rows(
    'update report_mails set status = $3, reason = $4 where workspace_id = $1::uuid and id = $2::uuid',
    [tx.who.workspaceId, mailId, status, reason?.slice(0, 500) ?? null],
  )
}

/** The mail with all that is to be known of it; undefined where it must not be sent, which is written down. */
async function waiting(tx: Tx, mailId: string): Promise<Row | undefined> {
  const [mail] = await tx.session.rows(
    `select k.status, k.attempts, k.report_id as "reportId", k.user_id as "userId", k.due_at as "dueAt", u.name as recipient, u.email as "to", w.name as workspace, w.timezone,
       u.is_active and u.email_verified_at is not null and m.is_active and m.removed_at is null as "mayRead",
       r.id is not null and r.schedule is not null and (r.shared or r.created_by_id = k.user_id) and (r.schedule_error is not null or not (r.schedule->>'isPaused')::boolean) as "isWanted",
       r.schedule->'recipientIds' ? k.user_id::text or (r.schedule_error is not null and r.created_by_id = k.user_id) as "isRecipient",
       exists (select 1 from report_opt_outs o where o.workspace_id = k.workspace_id and o.report_id = k.report_id and o.user_id = k.user_id) as "hasLeft"
     from report_mails k join workspaces w on w.id = k.workspace_id join users u on u.id = k.user_id
       join memberships m on m.workspace_id = k.workspace_id and m.user_id = k.user_id
       left join reports r on r.workspace_id = k.workspace_id and r.id = k.report_id and r.deleted_at is null
     where k.workspace_id = $1::uuid and k.id = $2::uuid for update of k`,
    [tx.who.workspaceId, mailId],
  )
  if (mail?.status === 'SENDING') {
    const reason = 'The server was stopped while the mail server was taking it; it may have arrived'
    await mark(tx, mailId, 'UNCERTAIN', reason)
  }
  if (mail?.status !== 'QUEUED') return undefined
  const reason = !mail.isWanted
    ? 'The report is gone, paused or private by now'
    : !mail.isRecipient || mail.hasLeft
      ? 'The recipient does not get it any more'
      : !mail.mayRead && 'The recipient is no active member with a verified address'
  if (reason) await mark(tx, mailId, 'SKIPPED', reason)
  return reason ? undefined : mail
}

/** Whether this run is the one that sends it. */
async function begin(tx: Tx, mailId: string): Promise<boolean> {
  const rows = await tx.session.rows(
    "update report_mails set status = 'SENDING', attempts = attempts + 1 where workspace_id = $1::uuid and id = $2::uuid and status = 'QUEUED' returning id",
    [tx.who.workspaceId, mailId],
  )
  return rows.length > 0
}

type Inside = <T>(work: (tx: Tx) => Promise<T>) => Promise<T>

/** The result as its maker may see it at this moment, or the word that there is none. */
async function messageFor(app: App, inside: Inside, workspaceId: string, mail: Row): Promise<Message> {
  const [report, maker] = await inside(async tx => {
    const found = await store.read(tx, reports, mail.reportId as string)
    return [found, await makerOf(tx, found.createdById as string | null)] as const
  })
  const addressed = {
    ...mail,
    report: { id: report.id, name: report.name },
  } as unknown as Addressed
  try {
    if (!maker) throw new Refusal(403, 'FORBIDDEN', 'whoever made it is no active member any more')
    const who: Who = { ...maker, workspaceId, timezone: addressed.timezone }
    const result = await app.database.inWorkspace(who, tx => runReport(tx, specOf(report)), 'read')
    const { format } = report.schedule as ReportSchedule
    return await resultMessage(app, addressed, result, format, { name: maker.name, sees: seenBy(who) })
  } catch (error) {
    if (!(error instanceof Refusal)) throw error
    const issue = error.issues?.[0]
    const reason = issue ? `${issue.path} ${issue.message}` : error.message
    await inside(tx => pause(app, tx, report.id, reason, maker?.userId, mail.dueAt as string))
    return refusalMessage(app, addressed, reason)
  }
}

const seenBy = ({ role, visibility }: Who): string =>
  role === 'MEMBER' && visibility === 'own' ? 'their own records' : 'all records of the workspace'

/** Who made the report, with the rights that they have now. */
async function makerOf(tx: Tx, userId: string | null) {
  const [maker] = await tx.session.rows(
    `select u.id as "userId", u.name, m.role, coalesce(w.settings->>'recordVisibility', 'own') as visibility
     from memberships m join users u on u.id = m.user_id and u.is_active join workspaces w on w.id = m.workspace_id
     where m.workspace_id = $1::uuid and m.user_id = $2::uuid and m.is_active and m.removed_at is null`,
    [tx.who.workspaceId, userId],
  )
  return maker as { userId: string; name: string; role: Role; visibility: 'own' | 'workspace' } | undefined
}

const withoutRules = { ...reports, rules: {} }

/** Mails it no more, and tells its maker too, once. */
async function pause(
  app: App,
  tx: Tx,
  id: string,
  reason: string,
  makerId: string | undefined,
  dueAt: string,
): Promise<void> {
  const report = await store.read(tx, reports, id)
  const schedule = report.schedule as ReportSchedule | null
  if (!schedule || schedule.isPaused) return
  const change = {
    schedule: { ...schedule, isPaused: true },
    scheduleError: reason.slice(0, 500),
    nextSendAt: null,
    sendZone: null,
  }
  await store.update(tx, withoutRules, id, change, { action: 'paused' })
  if (makerId) await queueMail(app, tx, id, makerId, dueAt)
}

export const mailSchedules: Schedule[] = [
  { name: 'report-mails', cron: '* * * * *', run: (_database, _log, app) => queueDue(app) },
  {
    name: 'report-mails-cleaning',
    cron: '47 3 * * *',
    run: database =>
      database.inSystem('ascendore_worker', async scope => {
        await scope.session.rows(
          `delete from report_mails where created_at < now() - interval '${KEPT_DAYS} days'`,
        )
      }),
  },
]
