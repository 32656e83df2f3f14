import type { Row } from '#core/db/engine.ts'
import type { Scope } from '#core/db/workspace.ts'
import { type RecordDefinition, tableOf } from '#core/record/definition.ts'
import { textOf } from './texts.ts'
import { hashOf, type Rarity, wordsIn } from './words.ts'

/** Words share so many places by their hash; one that shares with a frequent word counts as frequent. */
const PLACES = 32_768
/** A byte holds rarities from 0 to 16. */
const STEPS = 16
/** Of each record type the newest are counted, and so much of each. */
const COUNTED_AT_MOST = 10_000
const READ_AT_ONCE = 500

/** Where nothing has been counted all words are alike. */
const EVEN: Rarity = () => 1

export const rarityFrom = (kept: string | null): Rarity => {
  if (!kept) return EVEN
  const bytes = Buffer.from(kept, 'base64')
  return hash => bytes[hash % PLACES]! / STEPS
}

/**
 * In how many of a workspace's records each word stands, as ln((1 + n) / (1 + found)) + 1 (smooth inverse document frequency).
 * @returns what `rarityFrom` reads
 */
export async function countWords(
  inSystem: <T>(work: (scope: Scope) => Promise<T>) => Promise<T>,
  records: RecordDefinition[],
  workspaceId: string,
): Promise<string> {
  const found = new Uint32Array(PLACES)
  let documents = 0
  for (const record of records) {
    let last: string | null = null
    for (let read = 0; read < COUNTED_AT_MOST; read += READ_AT_ONCE) {
      const before: string | null = last
      const rows: Row[] = await inSystem(scope =>
        scope.session.rows(
          `select t.id, ${textOf(record, 't')} as text from ${tableOf(record)} t
           where t.workspace_id = $1::uuid and t.deleted_at is null and ($2::uuid is null or t.id < $2::uuid) order by t.id desc limit ${READ_AT_ONCE}`,
          [workspaceId, before],
        ),
      )
      for (const { text } of rows) {
        documents++
        const places = new Set(
          [...wordsIn((text as string | null) ?? '').keys()].map(word => hashOf(word) % PLACES),
        )
        for (const place of places) found[place]!++
      }
      last = (rows.at(-1)?.id as string | undefined) ?? null
      if (rows.length < READ_AT_ONCE) break
      // Requests come first.
      await new Promise(resolve => setImmediate(resolve))
    }
  }
  const bytes = Buffer.alloc(PLACES)
  for (let place = 0; place < PLACES; place++) {
    const weight = Math.log((1 + documents) / (1 + found[place]!)) + 1
    bytes[place] = Math.min(255, Math.max(1, Math.round(weight * STEPS)))
  }
  return bytes.toString('base64')
}
