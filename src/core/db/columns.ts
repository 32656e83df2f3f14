import { getTableName, type SQL, sql } from 'drizzle-orm'
import {
  type AnyPgColumn,
  foreignKey,
  index,
  integer,
  jsonb,
  primaryKey,
  text,
  uuid,
} from 'drizzle-orm/pg-core'
import { memberships, records } from './tables.ts'
import { moment, tsvector } from './types.ts'

export { date, halfvec, moment, money, name } from './types.ts'

/** The condition of an index over what is not in the trash. */
export const live = sql`deleted_at is null`

/** The columns that every record has. `version` grows by one with each change and is what `If-Match` asks for. */
export const recordColumns = () => ({
  workspaceId: uuid('workspace_id').notNull(),
  id: uuid('id').notNull(),
  createdById: uuid('created_by_id'),
  createdAt: moment('created_at').notNull().default(sql`now()`),
  updatedAt: moment('updated_at').notNull().default(sql`now()`),
  deletedAt: moment('deleted_at'),
  version: integer('version').notNull().default(1),
})

/** The member to whom a record belongs. */
export const ownerColumn = () => ({ ownerId: uuid('owner_id') })

/** Tags and the workspace's own fields, of the records that have them. */
export const flexibleColumns = () => ({
  tags: text('tags').array().notNull().default(sql`'{}'`),
  customFields: jsonb('custom_fields').notNull().default(sql`'{}'`),
})

/**
 * Text that `q` searches: case and accents folded away, kept by the database itself. The function
 * `crm_fold` is made by the first migration.
 */
export const searchColumn = (expression: string) =>
  text('search_text').generatedAlwaysAs(sql.raw(`crm_fold(${expression})`))

/**
 * A phone number in the expression of `searchColumn`, for columns `x` and `x_e164`: the international form, or where it names no
 * country, the number as it was given and its digits without what people put between them.
 */
export const searchedNumber = (column: string): string =>
  `coalesce(${column}_e164, ${column} || ' ' || ${digitsOf(column)}, '')`

/** SQL of the digits of a text. */
export const digitsOf = (expression: string): string => `regexp_replace(${expression}, '[^0-9]', '', 'g')`

/** SQL of the host in a text, folded: `https://www.Acme.example/en` and `acme.example` are one. */
export const hostOf = (expression: string): string =>
  `regexp_replace(regexp_replace(crm_fold(${expression}), '^[a-z]+://', ''), '^www[.]|[/?#:].*$', '', 'g')`

/** Of longer texts so much is ranked by how often its words come; the database bounds what it can keep of one. */
const RANKED_CHARACTERS = 100_000

/**
 * The words of a longer text, reduced to their stems, with their places: for ranking by how rare words are and how often they
 * come. Beside `searchColumn`, of the same expression, where a record holds more than names.
 */
export const rankedColumn = (expression: string) =>
  tsvector('search_vector').generatedAlwaysAs(
    sql.raw(`to_tsvector('english', left(crm_fold(${expression}), ${RANKED_CHARACTERS}))`),
  )

type Columns = Record<string, AnyPgColumn>

/**
 * Keys and indexes that every record table needs: the primary key, members and linked records. The workspace itself
 * is checked once a record, where its directory entry is written. All begin with the workspace id, so no row can point into another workspace.
 * @param links property names of columns that hold the id of another record
 * @param members property names of columns that hold a user id
 * @param indexed which of the links get a plain index; all where not said
 */
export function recordKeys(
  columns: Columns,
  {
    links = [],
    members = [],
    indexed = links,
  }: { links?: string[]; members?: string[]; indexed?: string[] } = {},
) {
  const column = (key: string): AnyPgColumn => {
    const found = columns[key]
    if (!found) throw new Error(`no column ${key}`)
    return found
  }
  const ws = column('workspaceId')
  const table = getTableName(ws.table)
  const people = [...members, 'createdById']
  // Where those two say whose a row is, a list of one's own walks along what one owns and what one made (rows.ts); with the other
  // beside it each is counted in its index alone (total.ts).
  const whose = members.includes('ownerId') ? ['ownerId', 'createdById'] : []
  return [
    primaryKey({ columns: [ws, column('id')] as [AnyPgColumn, AnyPgColumn] }),
    ...people.map(key =>
      foreignKey({
        name: `${table}_${column(key).name}_fk`,
        columns: [ws, column(key)],
        foreignColumns: [memberships.workspaceId, memberships.userId],
      }),
    ),
    ...links.map(key =>
      foreignKey({
        name: `${table}_${column(key).name}_fk`,
        columns: [ws, column(key)],
        foreignColumns: [records.workspaceId, records.id],
      }),
    ),
    ...['updatedAt', 'createdAt'].map(key => index().on(ws, column(key), column('id')).where(live)),
    index().on(ws, column('deletedAt'), column('id')).where(sql`deleted_at is not null`),
    ...whose.map((key, i) =>
      index(`${table}_by_${column(key).name}`)
        .on(ws, column(key), column('updatedAt'), column('id'), column(whose[1 - i]!))
        .where(live),
    ),
    ...[...people, ...indexed].filter(key => !whose.includes(key)).map(key => index().on(ws, column(key))),
  ]
}

/**
 * An index over what a row has several of. New rows wait in a list that every search reads to its end, until it is full: 128 kB of
 * them, since with PostgreSQL's 4 MB the fifth thousand of new contacts made each scan 20 times slower, for a tenth off a write.
 */
export const ginIndex = (name: string, workspaceId: AnyPgColumn, ...values: [AnyPgColumn | SQL, ...SQL[]]) =>
  index(name)
    .using('gin', workspaceId, ...values)
    .with({ gin_pending_list_limit: 128 })

/** A trigram index beside `searchColumn`, for `q` and `contains`. */
export const searchIndex = (name: string, table: Columns) =>
  ginIndex(`${name}_search`, table.workspaceId!, sql`${table.searchText!} gin_trgm_ops`)

/** The same of records that are theirs who own or made them: it finds what is one's own of a word that stands in very many (`ownerAndMaker`). */
export const ownSearchIndex = (name: string, table: Columns) =>
  ginIndex(
    `${name}_search`,
    table.workspaceId!,
    sql`${table.searchText!} gin_trgm_ops`,
    sql.raw(`(${ownerAndMaker()})`),
  )

/** SQL of owner and maker of a row in one. */
export const ownerAndMaker = (alias = ''): string => `array[${alias}owner_id, ${alias}created_by_id]`

/** The index of `rankedColumn`. */
export const rankedIndex = (name: string, table: Columns) =>
  ginIndex(`${name}_ranked`, table.workspaceId!, table.searchVector!)
