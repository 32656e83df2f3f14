import { createHash } from 'node:crypto'
import type { Row } from '../db/engine.ts'
import { WaveSession } from '../db/wave.ts'
import type { Tx } from '../db/workspace.ts'
import { todayIn } from './relative-time.ts'

/** Questions whose answers one process keeps; the one that was asked least recently gives way. */
const QUESTIONS_AT_MOST = 2000
/** An answer of more rows is not kept: all together they have to fit into memory. */
const ROWS_AT_MOST = 500
/** With so many events that were not folded yet, reading how things stand costs as much as what it spares. */
const UNFOLDED_AT_MOST = 500
/** Columns that followers fill without an event, since they follow from others; what asks for them is not kept. */
const UNHEARD = /\b(engagement_score|last_interaction_at|text_content|now\(\)|current_(date|timestamp))/

type Kept = { state: string; answer: unknown }
const answers = new Map<string, Kept | undefined>()
/** What is being worked out now, for all who ask meanwhile. */
const underWay = new Map<string, { state: string; answer: Promise<unknown> }>()

/**
 * Answers a question about the records of the caller's workspace by what was answered last time, where no record has
 * changed since; else by `work`. Every change leaves an event in its own transaction, and both are asked of the database
 * itself, so the answer is as true as if it had been worked out anew, also beside other processes.
 * @param question the SQL and its parameters; who asks and on which day is added
 */
export async function untilChange<T>(
  tx: Tx,
  question: [sql: string, params: unknown[]],
  work: () => Promise<T>,
): Promise<T> {
  if (UNHEARD.test(question[0])) return work()
  const { workspaceId, userId, timezone } = tx.who
  const asked = JSON.stringify([workspaceId, userId, tx.role, todayIn(timezone).start, ...question])
  const key = createHash('sha256').update(asked).digest('base64')
  // Whoever asks for the first time may never ask again.
  if (!answers.has(key)) {
    remember(key, undefined)
    return work()
  }
  const state = await stateOf(tx)
  if (!state) return work()
  const kept = answers.get(key)
  if (kept?.state === state) {
    remember(key, kept)
    return structuredClone(kept.answer) as T
  }
  const other = underWay.get(key)
  // Who holds a transaction open must not wait for another one, which may wait for its connection.
  if (other?.state === state && tx.session instanceof WaveSession)
    return other.answer.then(answer => structuredClone(answer) as T, work)
  const working = work()
  const mine = { state, answer: working as Promise<unknown> }
  underWay.set(key, mine)
  const answer = await working.finally(() => {
    if (underWay.get(key) === mine) underWay.delete(key)
  })
  const isLarge = Array.isArray(answer) && answer.length > ROWS_AT_MOST
  remember(key, isLarge ? undefined : { state, answer: structuredClone(answer) })
  return answer
}

/** The rows of one statement over records, kept until one changes. @throws DatabaseFault */
export const rowsUntilChange = (tx: Tx, text: string, params: unknown[]): Promise<Row[]> =>
  untilChange(tx, [text, params], () => tx.session.rows(text, params))

function remember(key: string, kept: Kept | undefined): void {
  answers.delete(key)
  answers.set(key, kept)
  if (answers.size > QUESTIONS_AT_MOST) answers.delete(answers.keys().next().value!)
}

/**
 * A word that is another one as soon as the workspace has one event more. The number of the last event alone would not do: a
 * transaction that drew an earlier number may commit later. Until it has, no follower goes past its number (decision 5), so it
 * adds to the events behind their cursor.
 */
async function stateOf(tx: Tx): Promise<string | undefined> {
  const reading = () =>
    tx.session.values(
      `select (select max(seq) from events where workspace_id = $1::uuid),
         (select count(*) from (select 1 from events where workspace_id = $1::uuid
           and seq > (select coalesce(max(seq), 0) from event_cursors where follower = 'counts') and seq < 9223372036854775807 limit ${UNFOLDED_AT_MOST}) e)`,
      [tx.who.workspaceId],
      'once',
    )
  const [row] = await (tx.role === 'ascendore_admin' ? reading() : tx.as('ascendore_search', reading))
  const [last, unfolded] = row as [number | null, number]
  return unfolded < UNFOLDED_AT_MOST ? `${last} ${unfolded}` : undefined
}
