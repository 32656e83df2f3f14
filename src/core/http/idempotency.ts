import { markOf, seal, unseal } from '../auth/sealing.ts'
import type { Database, Scope, Tx } from '../db/workspace.ts'
import { conflict, invalid } from '../errors.ts'
import { NIL_ID } from '../ids.ts'
import type { Schedule } from '../jobs/jobs.ts'

/** An answer as it is kept. */
export type KeptAnswer = { status: number; headers: Record<string, string>; body: string | null }

const KEY = /^[\x21-\x7e]{1,200}$/
const KEPT = "interval '24 hours'"
const REMOVED_AT_ONCE = 5000
const THIS = 'workspace_id = $1::uuid and user_id = $2::uuid and key = $3'

/** Whose key it is: workspace, user, and the key itself. */
type Place = readonly [workspaceId: string, userId: string | null, key: string]

/**
 * Runs `work` once for an `Idempotency-Key`. The key is taken at the start of the transaction that does
 * the work and the answer is kept with its commit; a second request waits for the first and then gets
 * its answer. @throws Refusal 409 where the same key came with another request
 */
export async function once(
  tx: Tx,
  key: string,
  request: unknown,
  work: () => Promise<KeptAnswer>,
  secret: string,
): Promise<KeptAnswer> {
  const { workspaceId, userId, apiKeyId } = tx.who
  // A program and its user do not know of each other's keys.
  const place: Place = [workspaceId, userId, (apiKeyId ? `${apiKeyId} ` : '') + checkedKey(key)]
  const mark = requestMark(secret, request)
  if (!(await take(tx, place, mark))) return keptAnswer(tx, place, mark, secret)
  const answer = await work()
  await keep(tx, place, answer, secret)
  return answer
}

/**
 * The same for what a person does outside any workspace, whose work opens transactions of its own: the key is
 * taken before and given back where the work is refused. One that comes again before there is an answer is
 * refused, also where the first was cut off: then nobody can say whether it took effect.
 * @throws Refusal 409 where the same key came with another request, or has no answer yet
 */
export async function onceForUser(
  database: Database,
  userId: string,
  key: string,
  request: unknown,
  work: () => Promise<KeptAnswer>,
  secret: string,
): Promise<KeptAnswer> {
  // They stand under the workspace that is none.
  const place: Place = [NIL_ID, userId, checkedKey(key)]
  const mark = requestMark(secret, request)
  const asAuth = <T>(step: (scope: Scope) => Promise<T>) => database.inSystem('ascendore_auth', step)
  const kept = await asAuth(async scope => {
    if (!(await take(scope, place, mark))) return keptAnswer(scope, place, mark, secret)
  })
  if (kept) return kept
  const answer = await work().catch(async error => {
    await asAuth(scope => scope.session.rows(`delete from idempotency_keys where ${THIS}`, place))
    throw error
  })
  await asAuth(scope => keep(scope, place, answer, secret))
  return answer
}

function checkedKey(key: string): string {
  if (KEY.test(key)) return key
  throw invalid({ path: 'Idempotency-Key', message: 'must be 1 to 200 visible ASCII characters' })
}

/** By which a request is known again. Nobody but this server can try which password was in it. */
const requestMark = (secret: string, request: unknown): string =>
  markOf(secret, 'idempotency', JSON.stringify(request)).toString('base64url')

/** Whether the key was free. */
async function take({ session }: Scope, place: Place, mark: string): Promise<boolean> {
  await session.rows(`delete from idempotency_keys where ${THIS} and created_at < now() - ${KEPT}`, place)
  const taken = await session.rows(
    `insert into idempotency_keys (workspace_id, user_id, key, request_hash) values ($1::uuid, $2::uuid, $3, $4) on conflict do nothing returning 1`,
    [...place, mark],
  )
  return taken.length > 0
}

const boundTo = (place: Place) => `answer ${place.join(' ')}`

/** Sealed as a whole, since an answer may hold the token of an invite or of a session. */
async function keep({ session }: Scope, place: Place, answer: KeptAnswer, secret: string): Promise<void> {
  const { status, headers, body } = answer
  await session.rows(`update idempotency_keys set status = $4::int, body = $5 where ${THIS}`, [
    ...place,
    status,
    seal(secret, boundTo(place), JSON.stringify({ headers, body })),
  ])
}

async function keptAnswer(
  { session }: Scope,
  place: Place,
  mark: string,
  secret: string,
): Promise<KeptAnswer> {
  const [kept] = await session.rows(
    `select request_hash as mark, status, body from idempotency_keys where ${THIS}`,
    place,
  )
  // Another `JWT_SECRET` makes other marks, so an answer that could not be opened is not even tried.
  if (!kept || kept.mark !== mark)
    throw conflict('This Idempotency-Key was used for another request', 'IDEMPOTENCY_KEY_REUSED')
  if (kept.status === null)
    throw conflict(
      'The request with this Idempotency-Key has no answer yet; look whether it took effect',
      'IDEMPOTENCY_KEY_UNANSWERED',
    )
  const { headers, body } = JSON.parse(unseal(secret, boundTo(place), kept.body as string))
  return {
    status: kept.status as number,
    headers: { ...headers, 'idempotent-replayed': 'true' },
    body,
  }
}

/** Keys hold answers, which hold people's data: they go when they are over, also where they never come again. */
export const forgetAnswers: Schedule = {
  name: 'idempotency-clean',
  cron: '41 * * * *',
  async run(database) {
    for (;;) {
      const removed = await database.inSystem('ascendore_worker', scope =>
        scope.session.rows(
          `delete from idempotency_keys where (workspace_id, user_id, key) in (
             select workspace_id, user_id, key from idempotency_keys where created_at < now() - ${KEPT}
             order by created_at limit ${REMOVED_AT_ONCE}) returning 1`,
        ),
      )
      if (removed.length < REMOVED_AT_ONCE) return
    }
  },
}
