import type { Row } from '../db/engine.ts'
import type { Tx } from '../db/workspace.ts'
import { notFound } from '../errors.ts'
import { isUuid } from '../ids.ts'
import { type Page, pageFrom, queryMark, readCursor } from '../record/cursor.ts'

/** A job that has failed at all its tries, as admins of its workspace may see it. */
export type FailedJob = {
  id: string
  name: string
  attempts: number
  /** Why, as far as it is public. */
  error: string
  /** The ids in its input, which say what it was about. */
  input: Record<string, unknown>
  causedById: string | null
  createdAt: string
  failedAt: string
}

// To the millisecond, as times travel (decision 7), so that a cursor is exact.
const FAILED_AT = `date_trunc('milliseconds', completed_on)`
const COLUMNS = `id, name, retry_count + 1 as attempts, output, data, date_trunc('milliseconds', created_on) as "createdAt", ${FAILED_AT} as "failedAt"`
const FAILED = `state = 'failed' and data #>> '{who,workspaceId}' = $1`

const asWorker = (tx: Tx, text: string, params: unknown[]): Promise<Row[]> =>
  tx.as('ascendore_worker', () => tx.session.rows(text, params))

/** Failed jobs of the caller's workspace, the latest first. @throws Refusal 400 for a bad cursor */
export async function listFailed(
  tx: Tx,
  { name, limit = 50, cursor: given }: { name?: string; limit?: number; cursor?: string },
): Promise<Page> {
  const mark = queryMark(['failed jobs', name])
  const cursor = given ? readCursor(given, mark, ['moment', 'id']) : undefined
  const among = `${FAILED} and ($2::text is null or name = $2)`
  const place = [tx.who.workspaceId, name ?? null]
  const counting = cursor
    ? []
    : await asWorker(tx, `select count(*) as n from pgboss.job where ${among}`, place)
  const counted = cursor ?? { total: counting[0]!.n as number, totalIsEstimate: false }
  const found = await asWorker(
    tx,
    `select ${COLUMNS} from pgboss.job where ${among}
       and ($3::timestamptz is null or (${FAILED_AT}, id) < ($3::timestamptz, $4::uuid))
     order by ${FAILED_AT} desc, id desc limit ${limit + 1}`,
    [...place, cursor?.values[0] ?? null, cursor?.values[1] ?? null],
  )
  return pageFrom(found.map(shown), limit, counted, mark, row => [row.failedAt, row.id])
}

/** Puts a failed job back into the queue for one more try; answers its name. @throws Refusal 404 */
export const retryFailed = (tx: Tx, id: string): Promise<FailedJob> =>
  settle(
    tx,
    id,
    `update pgboss.job set state = 'retry', retry_limit = retry_limit + 1, start_after = now(), completed_on = null`,
  )

/** Forgets a failed job. @throws Refusal 404 */
export const discardFailed = (tx: Tx, id: string): Promise<FailedJob> =>
  settle(tx, id, 'delete from pgboss.job')

async function settle(tx: Tx, id: string, change: string): Promise<FailedJob> {
  const place = [tx.who.workspaceId, id]
  const [found] = await asWorker(
    tx,
    `select ${COLUMNS} from pgboss.job where ${FAILED} and id = $2::uuid for update`,
    place,
  )
  if (!found) throw notFound('Job')
  await asWorker(tx, `${change} where ${FAILED} and id = $2::uuid`, place)
  return shown(found)
}

function shown({ output, data, ...row }: Row): FailedJob {
  const { who, input } = data as { who: { userId: string | null }; input: unknown }
  return { ...row, error: publicError(output), input: idsOf(input), causedById: who.userId } as FailedJob
}

/** A refusal is meant for people; of anything else only the operator's log says more. */
function publicError(output: unknown): string {
  const { name, message } = (output ?? {}) as { name?: string; message?: string }
  if (name === 'Refusal' && message) return message
  return 'The job failed for a reason of ours; the log of the server says more'
}

/** Mails, names and tokens in an input are nobody's business; ids say which record it was about. */
function idsOf(input: unknown): Record<string, unknown> {
  const isId = (value: unknown) => isUuid(value) || (Array.isArray(value) && value.every(isUuid))
  return Object.fromEntries(Object.entries((input ?? {}) as object).filter(([, value]) => isId(value)))
}
