import { sql } from 'drizzle-orm'
import { getTableConfig } from 'drizzle-orm/pg-core'
import { DatabaseFault, type Row } from '../db/engine.ts'
import { type Tx, together } from '../db/workspace.ts'
import { conflict, forbidden, invalid, notFound, Refusal } from '../errors.ts'
import { newId } from '../ids.ts'
import { checkCustomFields } from './custom-fields.ts'
import { type Change, hasColumn, type RecordDefinition, tableOf, type WriteContext } from './definition.ts'
import { checkLinks, checkMembers, withPairs } from './links.ts'
import { selectList } from './select.ts'
import {
  compile,
  insertStatement,
  removeManyStatement,
  type Statement,
  type UpdateOptions,
  updateManyStatement,
  updateStatement,
} from './write.ts'

/** Rows that one statement creates at most; more are split by `createMany`. */
const ROWS_PER_STATEMENT = 500

/** A record as the API shows it, with its `version`. */
export type Stored = Row & { id: string; version: number }

const NORMAL: WriteContext = { history: false }

/**
 * The one door for writing: each call is one statement that changes the rows and appends their events.
 * Values must have passed the contract's schema; links, members, custom fields and rules are checked here.
 */
export const store = {
  /** Creates one record. @throws Refusal 400 for a bad link, 409 for a taken unique value, 403 */
  async create(
    tx: Tx,
    record: RecordDefinition,
    values: Change,
    context: WriteContext = NORMAL,
  ): Promise<Stored> {
    mayWrite(tx, record)
    const [row] = await prepareRows(tx, record, [values], context)
    const [created] = await run(tx, record, insertStatement(record, tx.who, [row!], { read: true }))
    return created as Stored
  },

  /** Creates many records, all or none; answers their ids in order. The same refusals as `create`. */
  async createMany(
    tx: Tx,
    record: RecordDefinition,
    list: Change[],
    context: WriteContext = NORMAL,
  ): Promise<string[]> {
    mayWrite(tx, record)
    const ids: string[] = []
    for (let at = 0; at < list.length; at += ROWS_PER_STATEMENT) {
      const rows = await prepareRows(tx, record, list.slice(at, at + ROWS_PER_STATEMENT), context)
      await run(
        tx,
        record,
        insertStatement(record, tx.who, rows, { read: false, asItHappened: context.asItHappened }),
      )
      ids.push(...rows.map(row => row.id as string))
    }
    return ids
  },

  /**
   * Changes a record in part. Where nothing differs nothing is written.
   * @throws Refusal 404 unseen, 403 not theirs, 412 another version, 400 and 409 as `create`
   */
  async update(
    tx: Tx,
    record: RecordDefinition,
    id: string,
    given: Change,
    options: UpdateOptions & { history?: boolean } = {},
  ): Promise<Stored> {
    mayWrite(tx, record)
    const values = withPairs(record, given)
    const context = { history: options.history ?? false, action: options.action }
    const ruling = async () => record.rules.update?.(tx, id, values, context) ?? values
    // What the rule asks travels with the checks; where they refuse, theirs is the refusal.
    const [, , , ruled] = await together([
      checkLinks(tx, record, [values], id),
      checkMembers(tx, record, [values], id),
      checkCustomFields(tx, record, [values], 'update', id),
      ruling(),
    ] as const)
    const statement = compile(updateStatement(record, tx.who, id, ruled, options))
    const rows = givesAway(tx, record, ruled)
      ? await handOver(tx, record, id, statement)
      : await run(tx, record, statement)
    return settle(tx, record, id, rows[0], options)
  },

  /** Puts a record into the trash. @throws Refusal 404, 403, 412, and what the record's own rule refuses */
  async remove(
    tx: Tx,
    record: RecordDefinition,
    id: string,
    options: Pick<UpdateOptions, 'versions'> = {},
  ): Promise<void> {
    mayWrite(tx, record)
    await record.rules.remove?.(tx, id)
    const change = { deletedAt: sql`now()` }
    const rows = await run(
      tx,
      record,
      compile(updateStatement(record, tx.who, id, change, { ...options, action: 'deleted' })),
    )
    await settle(tx, record, id, rows[0], options)
  },

  /**
   * Puts many records into the trash, as many as the caller may. Answers the ids of those that it moved; the others are
   * in the trash already, or not theirs. @throws Refusal what a rule refuses, and then none is moved
   */
  async removeMany(tx: Tx, record: RecordDefinition, ids: string[]): Promise<Set<string>> {
    mayWrite(tx, record)
    const moved = new Set<string>()
    for (const id of ids) await record.rules.remove?.(tx, id)
    for (let at = 0; at < ids.length; at += ROWS_PER_STATEMENT) {
      const part = ids.slice(at, at + ROWS_PER_STATEMENT)
      const rows = await run(tx, record, compile(removeManyStatement(record, tx.who, part)))
      for (const row of rows) moved.add(row.id as string)
    }
    return moved
  },

  /**
   * Gives many live records the same change: values that their rules do not speak of, which may be SQL over `old`. Answers
   * the ids of those that changed. With `everywhere` also those that are in the trash or that the caller does not see:
   * what follows from something that they may do.
   */
  async updateMany(
    tx: Tx,
    record: RecordDefinition,
    ids: string[],
    values: Change,
    options: { everywhere?: boolean } = {},
  ): Promise<string[]> {
    if (!options.everywhere) mayWrite(tx, record)
    const changed: string[] = []
    for (let at = 0; at < ids.length; at += ROWS_PER_STATEMENT) {
      const part = ids.slice(at, at + ROWS_PER_STATEMENT)
      const statement = compile(
        updateManyStatement(record, tx.who, part, values, options.everywhere ? 'any' : 'live'),
      )
      const work = () => run(tx, record, statement)
      const rows = await (options.everywhere ? tx.as('ascendore_admin', work) : work())
      changed.push(...rows.map(row => row.id as string))
    }
    return changed
  },

  /** Takes a record out of the trash. @throws Refusal 404 where it is not in the trash, 403 */
  async restore(tx: Tx, record: RecordDefinition, id: string): Promise<Stored> {
    mayWrite(tx, record)
    const statement = compile(
      updateStatement(record, tx.who, id, { deletedAt: null }, { action: 'restored', among: 'trash' }),
    )
    return settle(tx, record, id, (await run(tx, record, statement))[0], { among: 'trash' })
  },

  /** Reads one live record. @throws Refusal 404 */
  async read(tx: Tx, record: RecordDefinition, id: string): Promise<Stored> {
    const found = await store.find(tx, record, id)
    if (!found) throw notFound(record.contract.label)
    return found
  },

  async find(tx: Tx, record: RecordDefinition, id: string): Promise<Stored | undefined> {
    const text = `select ${selectList(record, tx.who)} from ${tableOf(record)} t where t.workspace_id = $1::uuid and t.id = $2::uuid and t.deleted_at is null`
    return (await tx.session.rows(text, [tx.who.workspaceId, id], 'once'))[0] as Stored | undefined
  },
}

function mayWrite(tx: Tx, record: RecordDefinition): void {
  const { role } = tx.who
  if (role === 'VIEWER') throw forbidden('Viewers may only read')
  if (role === 'MEMBER' && record.writers === 'admin')
    throw forbidden('Only an admin or owner may change this')
}

/** Checks and completes rows that are about to be created. */
async function prepareRows(
  tx: Tx,
  record: RecordDefinition,
  given: Change[],
  context: WriteContext,
): Promise<Change[]> {
  const list = given.map(values => withPairs(record, values))
  const [, , , rows] = await together([
    checkLinks(tx, record, list),
    checkMembers(tx, record, list),
    checkCustomFields(tx, record, list, 'create'),
    ruledBy(tx, record, list, context),
  ] as const)
  return rows.map(row => completed(tx, record, row))
}

async function ruledBy(
  tx: Tx,
  { rules }: RecordDefinition,
  list: Change[],
  context: WriteContext,
): Promise<Change[]> {
  if (!rules.create) return list
  const rows: Change[] = []
  for (const values of list) rows.push(await rules.create(tx, values, context))
  return rows
}

/** Adds what every new row has: id, workspace, creator, owner and the contract's defaults. */
function completed(tx: Tx, record: RecordDefinition, values: Change): Change {
  const row: Change = { id: newId(), workspaceId: tx.who.workspaceId }
  if (hasColumn(record, 'createdById')) row.createdById = tx.who.userId
  if ('ownerId' in record.contract.fields) row.ownerId = tx.who.userId
  for (const [key, f] of Object.entries(record.contract.fields)) {
    if (f.default !== undefined && hasColumn(record, key)) row[key] = f.default
  }
  for (const [key, value] of Object.entries(values)) if (value !== undefined) row[key] = value
  // History keeps its own dates: a record imported as made in 2019 was last changed in 2019 too.
  if (values.createdAt && !values.updatedAt) row.updatedAt = values.createdAt
  return row
}

/** Runs a statement and turns what the database refuses into what the caller can mend. */
async function run(tx: Tx, record: RecordDefinition, statement: Statement): Promise<Row[]> {
  try {
    return await tx.session.rows(statement.text, statement.params)
  } catch (error) {
    throw error instanceof DatabaseFault ? refusalOf(error, record) : error
  }
}

/** What a constraint, a right or a type refused, in the words of the API. */
export function refusalOf(fault: DatabaseFault, record: RecordDefinition): Error {
  const path = columnsIn(record, fault.constraint)
    .filter(name => name !== 'workspace_id')
    .map(camel)
    .join(',')
  if (fault.code === '23505')
    return conflict(`${record.contract.label}: ${path || 'this value'} is taken already`, 'CONFLICT', [
      { path, code: 'TAKEN', message: 'is taken already' },
    ])
  if (fault.code === '23503') return invalid({ path, code: 'NO_SUCH', message: 'not found' })
  if (fault.code === '42501') return forbidden()
  if (/^22|^23/.test(fault.code))
    return new Refusal(400, 'VALIDATION_ERROR', 'A value does not fit', { cause: fault })
  return fault
}

/**
 * The columns of a unique index or a foreign key. The database names them itself only to who may read the
 * whole table: under row-level security its message has no detail.
 */
function columnsIn({ table }: RecordDefinition, constraint: string | undefined): string[] {
  const { indexes, foreignKeys } = getTableConfig(table)
  const index = indexes.find(candidate => candidate.config.name === constraint)
  const key = foreignKeys.find(candidate => candidate.getName() === constraint)
  const columns = index?.config.columns ?? key?.reference().columns ?? []
  return columns.flatMap(column => ('name' in column && column.name ? [column.name] : []))
}

const camel = (name: string) => name.trim().replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase())

/** The changed record, or the reason why none was changed. */
async function settle(
  tx: Tx,
  record: RecordDefinition,
  id: string,
  row: Row | undefined,
  options: UpdateOptions,
): Promise<Stored> {
  if (!row) {
    const visible = await tx.session.rows(
      `select 1 from ${tableOf(record)} where workspace_id = $1::uuid and id = $2::uuid and deleted_at is ${options.among === 'trash' ? 'not null' : 'null'}`,
      [tx.who.workspaceId, id],
    )
    throw visible.length
      ? forbidden('You may see this record but not change it')
      : notFound(record.contract.label)
  }
  const { changed, foundVersion, ...stored } = row
  if (changed === 0 && options.versions && !options.versions.includes(foundVersion as number)) {
    throw new Refusal(412, 'PRECONDITION_FAILED', 'The record has been changed since you read it')
  }
  return stored as Stored
}

/** A MEMBER who hands a record to somebody else may lose sight of it in the same statement. */
function givesAway(tx: Tx, record: RecordDefinition, values: Change): boolean {
  if (tx.who.role !== 'MEMBER' || tx.who.visibility !== 'own' || record.visibility === 'workspace')
    return false
  const { own, through = [] } = record.visibility
  return [...own, ...through].some(key => key in values)
}

/** Makes sure that the caller may change the row, and then changes it as one who still sees it after. */
async function handOver(tx: Tx, record: RecordDefinition, id: string, statement: Statement): Promise<Row[]> {
  const text = `select 1 from ${tableOf(record)} where workspace_id = $1::uuid and id = $2::uuid and deleted_at is null for update`
  const allowed = await tx.session.rows(text, [tx.who.workspaceId, id])
  return allowed.length ? tx.as('ascendore_admin', () => run(tx, record, statement)) : []
}
