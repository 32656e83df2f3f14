import { sql } from 'drizzle-orm'
import { boolean, index, jsonb, pgTable, text, uniqueIndex } from 'drizzle-orm/pg-core'
import { name, recordColumns, recordKeys } from '#core/db/columns.ts'
import type { Tx } from '#core/db/workspace.ts'
import { forbidden, invalid } from '#core/errors.ts'
import type { Feature } from '#core/feature.ts'
import { customFieldsOf } from '#core/record/custom-fields.ts'
import { type Change, defineRecord, type RecordDefinition } from '#core/record/definition.ts'
import { compileSelection } from '#core/record/list.ts'
import { hasRecord, recordNamed } from '#core/record/registry.ts'
import { type Stored, store } from '#core/record/store.ts'
import { savedViewContract } from './saved-views.contract.ts'

export const savedViewTable = pgTable(
  'saved_views',
  {
    ...recordColumns(),
    entity: text('entity').notNull(),
    name: name('name').notNull(),
    filter: jsonb('filter'),
    sort: text('sort'),
    columns: text('columns').array().notNull().default(sql`'{}'`),
    layout: jsonb('layout'),
    shared: boolean('shared').notNull().default(false),
    isDefault: boolean('is_default').notNull().default(false),
  },
  t => [
    ...recordKeys(t),
    index('saved_views_name').on(t.workspaceId, t.name, t.id),
    uniqueIndex('saved_views_own_default')
      .on(t.workspaceId, t.entity, t.createdById)
      .where(sql`is_default and not shared and deleted_at is null`),
    uniqueIndex('saved_views_shared_default')
      .on(t.workspaceId, t.entity)
      .where(sql`is_default and shared and deleted_at is null`),
  ],
)

export const savedViews = defineRecord({
  contract: savedViewContract,
  table: savedViewTable,
  visibility: { own: ['createdById'], private: true, open: 'shared' },
  rules: {
    create: (tx, values) => ruled(tx, values),
    update: async (tx, id, values) => {
      const current = await store.find(tx, savedViews, id)
      // What is not seen is refused by the write itself.
      if (!current) return values
      mayChange(tx, current)
      return ruled(tx, values, current)
    },
    remove: async (tx, id) => {
      const current = await store.find(tx, savedViews, id)
      if (current) mayChange(tx, current)
    },
  },
  routes: ['list', 'create', 'read', 'update', 'remove'],
})

/** Admins see the private views of others, and leave them as they are. */
function mayChange({ who }: Tx, view: Stored): void {
  if (view.createdById === who.userId) return
  if (!view.shared || (who.role !== 'OWNER' && who.role !== 'ADMIN'))
    throw forbidden('Only its maker may change this view, or an admin where it is shared')
}

async function ruled(tx: Tx, given: Change, current?: Stored): Promise<Change> {
  const isEmpty = given.filter && Object.keys(given.filter as object).length === 0
  const values = isEmpty ? { ...given, filter: null } : given
  const record = viewed((current?.entity ?? values.entity) as string)
  const { filter, sort, columns } = values
  // Compiled as the list will compile it, so that a view that is saved can be opened.
  await compileSelection(tx, record, {
    ...(filter ? { filter: JSON.stringify(filter) } : {}),
    ...(sort ? { sort: sort as string } : {}),
  })
  if (columns) await checkColumns(tx, record, columns as string[])
  await becomeDefault(tx, { ...current, ...values }, current?.id)
  return values
}

/** @throws Refusal 400 at `entity` */
function viewed(entity: string): RecordDefinition {
  const record = hasRecord(entity) ? recordNamed(entity) : undefined
  if (!record?.routes.includes('list'))
    throw invalid({ path: 'entity', message: 'is not a record type that has lists' })
  return record
}

/** @throws Refusal 400 naming the column */
async function checkColumns(tx: Tx, record: RecordDefinition, columns: string[]): Promise<void> {
  const custom = columns.some(path => path.includes('customFields.'))
  const defined = custom ? await customFieldsOf(tx, record.contract.name) : new Map<string, unknown>()
  const { fields } = record.contract
  const isKnown = (path: string): boolean => {
    const [first = '', ...rest] = path.split('.')
    if (!rest.length) return Object.hasOwn(fields, first)
    if (first === 'customFields') return defined.has(rest.join('.'))
    const link = Object.hasOwn(fields, `${first}Id`) ? fields[`${first}Id`] : undefined
    return link?.kind === 'link' && Object.hasOwn(recordNamed(link.target!).contract.fields, rest[0]!)
  }
  const unknown = columns.flatMap((path, i) =>
    isKnown(path)
      ? []
      : [{ path: `columns.${i}`, code: 'UNKNOWN_FIELD', message: `${path.slice(0, 100)} is not a field` }],
  )
  if (unknown.length) throw invalid(unknown.slice(0, 20))
}

/** The default before steps back. @throws Refusal 403 where a member chooses for all */
async function becomeDefault(tx: Tx, view: Change, id?: string): Promise<void> {
  if (!view.isDefault) return
  const { userId, role, workspaceId } = tx.who
  if (view.shared && role !== 'OWNER' && role !== 'ADMIN')
    throw forbidden('Only an admin or owner may make a shared view the default')
  const [before] = await tx.session.rows(
    `select id from saved_views where workspace_id = $1::uuid and entity = $2 and is_default and deleted_at is null
       and shared = $3::boolean and (shared or created_by_id = $4::uuid) and id is distinct from $5::uuid`,
    [workspaceId, view.entity, view.shared ?? false, view.createdById ?? userId, id ?? null],
  )
  if (before) await store.update(tx, withoutRules, before.id as string, { isDefault: false })
}

/** Steps back without being asked whether it may. */
const withoutRules: RecordDefinition = { ...savedViews, rules: {} }

export default { records: [savedViews] } satisfies Feature
