import type { Row } from '#core/db/engine.ts'
import type { Tx } from '#core/db/workspace.ts'
import type { App } from '#core/feature.ts'
import type { Operation } from '#core/http/operation.ts'
import { type Actor, type InnerCall, mayPerform, perform } from '#core/http/perform.ts'
import type { RecordDefinition } from '#core/record/definition.ts'
import type { Filter } from '#core/record/filter-language.ts'
import { hasRecord, recordNamed } from '#core/record/registry.ts'
import { typeKeyOf } from '#core/record/related.ts'
import { recordRoutes } from '#core/record/routes.ts'
import { type Names, namesFor } from '#features/exports/columns.ts'

/** A record that an answer speaks of; clients link it. */
export type RecordRef = { recordType: string; recordId: string; title: string }
export type PageOf<T = Row> = {
  rows: T[]
  total: number
  totalIsEstimate?: boolean
  nextCursor: string | null
}

const byApp = new WeakMap<App, Map<string, Operation>>()

function operationsByKey(app: App): Map<string, Operation> {
  let known = byApp.get(app)
  if (!known) {
    known = new Map(
      app.operations.map(operation => [`${operation.method} ${operation.path}`, operation] as const),
    )
    byApp.set(app, known)
  }
  return known
}

/** The list of a type whose path answers another stream, as that of interactions does: still listed by its contract. */
const lists = new Map<RecordDefinition, Operation>()

function listOperation(app: App, record: RecordDefinition): Operation {
  if (record.routes.includes('list')) return operationsByKey(app).get(`GET /${record.contract.path}`)!
  let made = lists.get(record)
  if (!made) {
    made = recordRoutes({ ...record, routes: ['list'] })[0]!
    lists.set(record, made)
  }
  return made
}

/**
 * What a caller can do through the API, for the tools that act for them: every call goes through the route's own schemas,
 * role, scopes and handler, in a transaction with their rights.
 */
export class Hands {
  readonly actor: Actor
  constructor(actor: Actor) {
    this.actor = actor
  }

  get who() {
    return this.actor.who
  }

  /** Whether they see the whole workspace, and not what is theirs alone. */
  get seesAll(): boolean {
    return this.who.role !== 'MEMBER' || this.who.visibility === 'workspace'
  }

  /** The operation of that method and path, such as `PATCH /deals/:id`. */
  operation(key: string): Operation | undefined {
    return operationsByKey(this.actor.app).get(key)
  }

  /** Whether there is such a route and role and scopes of the caller reach it. */
  can(key: string): boolean {
    const operation = this.operation(key)
    return operation !== undefined && mayPerform(this.actor, operation)
  }

  canList(record: RecordDefinition): boolean {
    return mayPerform(this.actor, listOperation(this.actor.app, record))
  }

  /** What the route answers. @throws Refusal as the route does */
  async call<T = Row>(key: string, call: InnerCall = {}, tx?: Tx): Promise<T> {
    const operation = this.operation(key)
    if (!operation) throw new Error(`there is no ${key}`)
    return (await perform(this.actor, operation, call, tx)) as T
  }

  /** A page of a record type. @throws Refusal as its list does */
  async list(
    record: RecordDefinition,
    query: { filter?: Filter; [parameter: string]: unknown },
  ): Promise<PageOf> {
    const given = { ...query, ...(query.filter ? { filter: JSON.stringify(query.filter) } : {}) }
    const operation = listOperation(this.actor.app, record)
    return (await perform(this.actor, operation, { query: withoutEmpty(given) })) as PageOf
  }

  /** The record with those of its links alone whose targets role and scopes of the caller reach. */
  private reachable(record: RecordDefinition): RecordDefinition {
    const fields = Object.entries(record.contract.fields).filter(([, { kind, target }]) =>
      kind === 'member'
        ? this.can('GET /users')
        : !target || (hasRecord(target) && this.canList(recordNamed(target))),
    )
    return { ...record, contract: { ...record.contract, fields: Object.fromEntries(fields) } }
  }

  read(record: RecordDefinition, id: string): Promise<Row> {
    return this.call(`GET /${record.contract.path}/:id`, { params: { id } })
  }

  /** What the ids in the rows are called, as far as the caller may see it: of a key that reads deals alone no company. */
  names(record: RecordDefinition, rows: Row[], tx?: Tx): Promise<Names> {
    const work = async (inside: Tx) => {
      const names = await namesFor(inside, this.reachable(record), rows)
      for (const [key, field] of Object.entries(record.contract.fields)) {
        if (field.kind !== 'related') continue
        for (const row of rows) {
          const type = row[typeKeyOf(key)]
          if (typeof type === 'string' && hasRecord(type) && this.canList(recordNamed(type)))
            await nameRelated(inside, type, row[key], names)
        }
      }
      return names
    }
    return tx ? work(tx) : this.actor.app.database.inWorkspace(this.who, work, 'read')
  }
}

const RELATED_NAMED_AT_MOST = 200

async function nameRelated(tx: Tx, type: string, id: unknown, names: Names): Promise<void> {
  if (typeof id !== 'string') return
  if (names.has(id) || names.size > RELATED_NAMED_AT_MOST) return
  const target = recordNamed(type)
  const asLink = {
    ...target,
    contract: {
      ...target.contract,
      fields: { it: { ...target.contract.fields.id!, kind: 'link' as const, target: type } },
    },
  }
  for (const [known, name] of await namesFor(tx, asLink, [{ it: id }])) names.set(known, name)
}

const withoutEmpty = (query: Record<string, unknown>) =>
  Object.fromEntries(Object.entries(query).filter(([, value]) => value !== undefined && value !== ''))

/** What people call a record. */
export function titleOf(record: RecordDefinition, row: Row): string {
  const title = record.contract.title
    .map(key => row[key])
    .filter(Boolean)
    .join(' ')
    .trim()
  const text = title || String(row.email ?? row.title ?? '') || record.contract.label
  return text.length > 120 ? `${text.slice(0, 119)}…` : text
}

export const refOf = (record: RecordDefinition, row: Row): RecordRef => ({
  recordType: record.contract.name,
  recordId: row.id as string,
  title: titleOf(record, row),
})
