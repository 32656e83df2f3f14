import type { Tx } from '../db/workspace.ts'
import { forbidden, invalid, Refusal } from '../errors.ts'
import { ISSUES_AT_MOST, inputReader } from './inputs.ts'
import { Answer, JsonText, type Operation, reaches, type StreamContext, transactionOf } from './operation.ts'
import { isOpen, lacks, missingScope } from './scopes.ts'

/** On whose behalf an operation runs inside the program: what the handler of a streaming route is given. */
export type Actor = Omit<StreamContext<unknown, unknown, unknown>, 'params' | 'query' | 'body'>
/** What a request would bring: the places of the path, the query, the body, and the version of `If-Match`. */
export type InnerCall = { params?: unknown; query?: unknown; body?: unknown; ifMatch?: number }

/** Why the actor may not call the operation, or undefined where they may: role, and scopes of their API key. */
function refusalFor({ access, request }: Actor, operation: Operation): Refusal | undefined {
  if (operation.access === 'public' || operation.access === 'user')
    return new Refusal(422, 'NOT_INSIDE', `${operation.method} ${operation.path} is called over HTTP alone`)
  if (!reaches(access.role, operation.access)) return forbidden()
  const scopes = request.caller?.scopes
  if (!scopes) return undefined
  if (!isOpen(operation)) return forbidden('No API key reaches this; sign in as a person', 'NOT_FOR_API_KEYS')
  const missing = missingScope(operation, scopes)
  return missing ? lacks(missing) : undefined
}

/** Whether role and scopes let the actor call the operation. */
export const mayPerform = (actor: Actor, operation: Operation): boolean =>
  refusalFor(actor, operation) === undefined

/**
 * Runs an operation as the route would for the same caller: role and scopes, the operation's own schemas, its handler; in
 * `tx`, or in a transaction of its own. Nothing is sent. The route that calls has counted itself; an operation of a class of rates
 * of its own is counted there, so that a tool is no way around that limit. Answers the body. @throws Refusal as the route answers it
 */
export async function perform(
  actor: Actor,
  operation: Operation,
  { params, query = {}, body, ifMatch }: InnerCall,
  tx?: Tx,
): Promise<unknown> {
  const refusal = refusalFor(actor, operation)
  if (refusal) throw refusal
  const inputs = readInner(operation, { params, query, body })
  await countOnce(actor, operation)
  await operation.before?.({ app: actor.app, ...inputs })
  const versions = ifMatch === undefined ? undefined : [ifMatch]
  const work = async (inside?: Tx) => {
    const result = await operation.handle({ ...actor, ...inputs, ifMatch: versions, tx: inside })
    const body = result instanceof Answer ? result.body : result
    return body instanceof JsonText ? JSON.parse(body.text) : body
  }
  if (tx || operation.streams) return work(tx)
  return actor.app.database.inWorkspace(actor.who, work, transactionOf(operation))
}

/** @throws Refusal 429 */
async function countOnce({ request }: Actor, { rate }: Operation): Promise<void> {
  const { operation: outer } = request.routeOptions.config
  if (rate && rate !== outer?.rate) await request.server.countAs(request, rate)
}

function readInner(operation: Operation, given: { params: unknown; query: unknown; body: unknown }) {
  const { issues, read } = inputReader()
  const inputs = {
    params: read(operation.params, given.params ?? {}),
    query: read(operation.query, given.query),
    body: read(operation.body, given.body ?? (operation.method === 'GET' ? undefined : {})),
  }
  if (issues.length) throw invalid(issues.slice(0, ISSUES_AT_MOST))
  return inputs
}
