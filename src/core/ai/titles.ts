import { arrayLiteral } from '../db/engine.ts'
import type { Tx, Who } from '../db/workspace.ts'
import type { App } from '../feature.ts'
import { tableOf } from '../record/definition.ts'
import { hasRecord, recordNamed } from '../record/registry.ts'
import { writtenTitle } from '../record/title.ts'
import type { Evidence } from './answer.ts'

/** Grounds of one answer are named up to so many records of a type. */
const NAMED_AT_MOST = 500
const DAY = /^\d{4}-\d\d-\d\d$/

/** A value or a day says nothing of whose it is; words speak for themselves. */
const isBare = ({ field, value, sentence }: Evidence): boolean =>
  field !== undefined && (value !== undefined || DAY.test(sentence))
const isGround = (value: object): value is Evidence =>
  'recordId' in value && 'recordType' in value && 'sentence' in value

/** The answer with its grounds that are values naming the record in which they stand, as far as the caller may see it; a query for each type. */
export async function withTitles<T>({ app, who }: { app: App; who: Who }, answer: T): Promise<T> {
  const idsOf = new Map<string, Set<string>>()
  mapGrounds(answer, ground => {
    if (isBare(ground))
      idsOf.set(ground.recordType, (idsOf.get(ground.recordType) ?? new Set()).add(ground.recordId))
    return ground
  })
  if (!idsOf.size) return answer
  const titles = await app.database.inWorkspace(who, tx => titlesOf(tx, idsOf), 'read')
  return mapGrounds(answer, ground => {
    const title = isBare(ground) && titles.get(ground.recordId)
    return title ? { ...ground, title } : ground
  })
}

async function titlesOf(tx: Tx, idsOf: Map<string, Set<string>>): Promise<Map<string, string>> {
  const titles = new Map<string, string>()
  for (const [type, ids] of idsOf) {
    if (!hasRecord(type)) continue
    const record = recordNamed(type)
    const rows = await tx.session.rows(
      `select t.id, ${writtenTitle(record)} as title from ${tableOf(record)} t
       where t.workspace_id = $1::uuid and t.id = any($2::uuid[])${record.contract.softDelete ? ' and t.deleted_at is null' : ''}`,
      [tx.who.workspaceId, arrayLiteral([...ids].slice(0, NAMED_AT_MOST))],
    )
    for (const { id, title } of rows) if (title) titles.set(id as string, title as string)
  }
  return titles
}

/** A copy, since parts of answers are kept for the next one. */
function mapGrounds<T>(value: T, to: (ground: Evidence) => Evidence): T {
  if (Array.isArray(value)) return value.map(one => mapGrounds(one, to)) as T
  if (value === null || typeof value !== 'object' || Object.getPrototypeOf(value) !== Object.prototype)
    return value
  if (isGround(value)) return to(value) as T
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, mapGrounds(one, to)])) as T
}
