import { promisify } from 'node:util'
import { gunzip, gzip } from 'node:zlib'
import type { Tx } from '#core/db/workspace.ts'
import type { Card, Learned } from './learn/learn.ts'
import type { Model } from './learn/model.ts'
import type { ColumnInfo } from './learn/table.ts'
import type { Kind } from './rows.ts'

/** A learned model as it scores: `labels` are the names of ids that stand in its rows. */
export type Scorer = {
  id: string
  version: number
  trainedAt: string
  model: Model
  columns: ColumnInfo[]
  labels: Record<string, string>
  /** Codes of what its card warns of. */
  doubts: string[]
}

const DIGITS = 1e5
const round = (_key: string, value: unknown) =>
  typeof value === 'number' && !Number.isInteger(value) ? Math.round(value * DIGITS) / DIGITS : value

/** The model as text: JSON under gzip in base64, numbers to five digits. */
export async function packed({ model, columns }: Learned, labels: Record<string, string>): Promise<string> {
  const bytes = await promisify(gzip)(JSON.stringify({ model, columns, labels }, round))
  return bytes.toString('base64')
}

async function unpacked(text: string): Promise<Pick<Scorer, 'model' | 'columns' | 'labels'>> {
  return JSON.parse((await promisify(gunzip)(Buffer.from(text, 'base64'))).toString())
}

const KEPT_IN_MEMORY = 20
/** Models in use by id, the one used last at the end; a version never changes. */
const inMemory = new Map<string, Scorer>()

/** The model in use for a kind of record, or undefined where none has been learned yet. */
export async function currentModel(tx: Tx, kind: Kind): Promise<Scorer | undefined> {
  const [newest] = await tx.session.rows(
    `select id, version, trained_at as "trainedAt" from learned_models
     where workspace_id = $1::uuid and kind = $2 and status = 'READY' order by version desc limit 1`,
    [tx.who.workspaceId, kind],
  )
  if (!newest) return undefined
  const key = `${tx.who.workspaceId} ${newest.id}`
  const known = inMemory.get(key)
  inMemory.delete(key)
  const scorer = known ?? {
    id: newest.id as string,
    version: newest.version as number,
    trainedAt: newest.trainedAt as string,
    ...(await read(tx, newest.id as string)),
  }
  inMemory.set(key, scorer)
  if (inMemory.size > KEPT_IN_MEMORY) inMemory.delete(inMemory.keys().next().value!)
  return scorer
}

async function read(tx: Tx, id: string) {
  const [row] = await tx.session.rows(
    `select parameters, card -> 'warnings' as warnings from learned_models where workspace_id = $1::uuid and id = $2::uuid`,
    [tx.who.workspaceId, id],
  )
  const warnings = (row!.warnings ?? []) as { code: string }[]
  return { ...(await unpacked(row!.parameters as string)), doubts: warnings.map(({ code }) => code) }
}

/** A version as the API shows it. */
export type ModelInfo = {
  id: string
  kind: Kind
  version: number
  status: 'QUEUED' | 'TRAINING' | 'READY' | 'TOO_FEW' | 'FAILED'
  isCurrent: boolean
  message: string | null
  options: { keep?: string[]; without?: string[] }
  requestedById: string | null
  createdAt: string
  trainedAt: string | null
  card: Card | null
}

const SHOWN = `select id, kind, version, status, options, message, requested_by_id as "requestedById", created_at as "createdAt",
    trained_at as "trainedAt", card, status = 'READY' and version = max(version) filter (where status = 'READY') over (partition by kind) as "isCurrent"
  from learned_models where workspace_id = $1::uuid`

/** All versions that are kept, latest first. */
export async function listModels(tx: Tx): Promise<ModelInfo[]> {
  const rows = await tx.session.rows(`${SHOWN} order by created_at desc, id desc`, [tx.who.workspaceId])
  return rows as unknown as ModelInfo[]
}

export async function readModel(tx: Tx, id: string): Promise<ModelInfo | undefined> {
  const rows = await tx.session.rows(`select * from (${SHOWN}) m where id = $2::uuid`, [
    tx.who.workspaceId,
    id,
  ])
  return rows[0] as unknown as ModelInfo | undefined
}
