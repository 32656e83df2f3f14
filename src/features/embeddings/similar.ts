import { DIMENSIONS } from '#core/ai/provider.ts'
import { arrayLiteral } from '#core/db/engine.ts'
import type { Tx, Who } from '#core/db/workspace.ts'
import type { App } from '#core/feature.ts'
import { type RecordDefinition, tableOf } from '#core/record/definition.ts'
import { compileSelection } from '#core/record/list.ts'
import { Embedders } from './embedder.ts'
import { CHARACTERS_READ, embedded, textOf } from './texts.ts'

const LIMIT_AT_MOST = 100

/** A record near another; `similarity` is the cosine of the angle between them, 1 for the same words or meaning. */
export type Neighbour = { recordType: string; recordId: string; similarity: number }
type Options = {
  /** Record types to look among; that of the record itself by default. */
  types?: string[]
  /** 10 by default, 100 at most. */
  limit?: number
}

/**
 * The records nearest to one by their texts, the nearest first: of the caller's workspace, of those that the caller sees, and by
 * vectors of the one model that the workspace has set. Empty where the record is not there or the caller does not see it.
 * Opens its own transactions: a model may have to be asked. @throws AiUnavailable where that fails
 */
export async function similar(
  app: App,
  who: Who,
  recordType: string,
  recordId: string,
  { types = [recordType], limit = 10 }: Options = {},
): Promise<Neighbour[]> {
  const record = embedded().find(({ contract }) => contract.name === recordType)
  if (!record) return []
  const { name, make } = await new Embedders(app).of(who.workspaceId)
  const found = await app.database.inWorkspace(who, tx => readOne(tx, record, recordId, name), 'read')
  if (!found) return []
  const vector = found.vector ?? (await make([found.text]))[0]
  if (!vector) return []
  return app.database.inWorkspace(
    who,
    tx => rank(tx, { vector, name, types, limit, without: recordId }),
    'read',
  )
}

/** The records whose texts are nearest to a text. @throws AiUnavailable where the workspace's model fails */
export async function similarTo(
  app: App,
  who: Who,
  text: string,
  { types, limit = 10 }: Required<Pick<Options, 'types'>> & Options,
): Promise<Neighbour[]> {
  const { name, make } = await new Embedders(app).of(who.workspaceId)
  const [vector] = await make([text.slice(0, CHARACTERS_READ)])
  if (!vector) return []
  return app.database.inWorkspace(who, tx => rank(tx, { vector, name, types, limit }), 'read')
}

/**
 * How near the texts of some records are to that of one of the same type, by the vectors that are kept; records without one are left
 * out, and nothing is there where the one has none. For records that the caller is known to see.
 */
export async function similarities(
  tx: Tx,
  recordType: string,
  recordId: string,
  others: readonly string[],
): Promise<Map<string, number>> {
  if (!others.length) return new Map()
  const found = await tx.as('ascendore_search', () =>
    tx.session.rows(
      `with own as (select e.model, e.vector from embedding_states s
         join embeddings e on e.workspace_id = s.workspace_id and e.model = s.model and e.record_type = $2 and e.record_id = $3::uuid where s.workspace_id = $1::uuid)
       select e.record_id as id, 1 - (e.vector <=> own.vector) as similarity from own
         join embeddings e on e.workspace_id = $1::uuid and e.model = own.model and e.record_type = $2 and e.record_id = any($4::uuid[])`,
      [tx.who.workspaceId, recordType, recordId, arrayLiteral(others)],
    ),
  )
  return new Map(found.map(({ id, similarity }) => [id as string, Math.max(0, similarity as number)]))
}

/** A record as the caller sees it: its vector of the model, or its text where that has not been made yet. */
async function readOne(tx: Tx, record: RecordDefinition, id: string, name: string) {
  const { where, params } = await compileSelection(tx, record, {})
  const next = params.length + 1
  const [row] = await tx.as('ascendore_search', () =>
    tx.session.rows(
      `select ${textOf(record, 't')} as text, e.vector::vector::sparsevec::text as vector from ${tableOf(record)} t
       left join embeddings e on e.workspace_id = t.workspace_id and e.model = $${next} and e.record_type = $${next + 1} and e.record_id = t.id
       where ${where} and t.id = $${next + 2}::uuid`,
      [...params, name, record.contract.name, id],
    ),
  )
  return row && { text: (row.text as string | null) ?? '', vector: row.vector as string | null }
}

type Asked = { vector: string; name: string; types: string[]; limit: number; without?: string }

/** Ids are ranked by the role of searches, under conditions that name the workspace and what the caller sees (decision 3). */
async function rank(tx: Tx, { vector, name, types, limit, without }: Asked): Promise<Neighbour[]> {
  const rows = Math.min(limit, LIMIT_AT_MOST)
  const given: unknown[] = [vector, name, without ?? null]
  const parts: string[] = []
  for (const record of embedded().filter(({ contract }) => types.includes(contract.name))) {
    const { where, params } = await compileSelection(tx, record, {})
    const visible = where.replace(/\$(\d+)/g, (_, n: string) => `$${Number(n) + given.length}`)
    given.push(...params)
    parts.push(`(select '${record.contract.name}' as type, t.id, e.vector <=> q.vector as distance from q, embeddings e
      join ${tableOf(record)} t on t.workspace_id = e.workspace_id and t.id = e.record_id
      where e.model = $2 and e.record_type = '${record.contract.name}' and ($3::uuid is null or t.id <> $3::uuid) and ${visible} order by distance, t.id limit ${rows})`)
  }
  if (!parts.length) return []
  const found = await tx.as('ascendore_search', () =>
    tx.session.rows(
      `with q as (select $1::sparsevec::halfvec(${DIMENSIONS}) as vector) select * from (${parts.join(' union all ')}) r order by distance, id limit ${rows}`,
      given,
    ),
  )
  return found.map(({ type, id, distance }) => ({
    recordType: type as string,
    recordId: id as string,
    similarity: Math.max(-1, Math.min(1, 1 - (distance as number))),
  }))
}
