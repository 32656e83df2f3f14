import type { Tx } from '#core/db/workspace.ts'
import { rarityFrom } from './statistics.ts'
import { BUILTIN, literalOf, vectorOfWords } from './words.ts'

/** A question as a vector that stands beside those of the records. */
export type Near = { model: string; vector: string }

/**
 * The vector of a question where the workspace's records are embedded by words. Undefined where they are by a model, which would have
 * to be asked over the network for each question, or not yet.
 */
export async function nearOf(tx: Tx, text: string): Promise<Near | undefined> {
  const [row] = await tx.as('ascendore_search', () =>
    tx.session.rows(
      'select rarity from embedding_states where workspace_id = $1::uuid and model = $2 and rarity is not null',
      [tx.who.workspaceId, BUILTIN],
    ),
  )
  const vector = row && vectorOfWords(text, rarityFrom(row.rarity as string))
  return vector && { model: BUILTIN, vector: literalOf(vector) }
}
