import { z } from 'zod'
import { adderOf } from '#core/db/engine.ts'
import type { Tx } from '#core/db/workspace.ts'
import { invalid, notFound } from '#core/errors.ts'
import type { Feature } from '#core/feature.ts'
import { operation } from '#core/http/operation.ts'
import { paging } from '#core/http/page.ts'
import { type Page, pageFrom, queryMark, readCursor, type Total } from '#core/record/cursor.ts'
import { hasColumn, type RecordDefinition, tableOf } from '#core/record/definition.ts'
import { fold, literally } from '#core/record/formats.ts'
import { componentName, mayChange, pageOf, ref } from '#core/record/json-schema.ts'
import { allRecords, recordNamed } from '#core/record/registry.ts'
import { idParams } from '#core/record/routes.ts'
import { store } from '#core/record/store.ts'
import { foldedTitleOf, writtenTitle } from '#core/record/title.ts'
import { COUNTED_AT_MOST } from '#core/record/total.ts'
import { mayChangeExpression, ownCondition, seesOwnOnly } from '#core/record/visibility.ts'
import { purge, purgeExpired } from './purge.ts'

const trashQuery = z.strictObject({
  entity: z.string().max(60).optional().meta({ description: 'Only records of this type, such as deal' }),
  q: z
    .string()
    .max(200)
    .optional()
    .meta({ description: 'Words that the title holds, in any order, case and accents ignored' }),
  ...paging,
})
const WORDS_AT_MOST = 6

const trashable = () => allRecords().filter(record => record.contract.softDelete)

/** What the caller may see in the trash, latest first. */
async function trash(
  tx: Tx,
  { entity, q = '', limit = 50, cursor: given }: z.infer<typeof trashQuery>,
): Promise<Page> {
  const types = entity ? trashable().filter(record => record.contract.name === entity) : trashable()
  if (!types.length) throw invalid({ path: 'entity', message: 'is not a record type that has a trash' })
  const params: unknown[] = [tx.who.workspaceId]
  const add = adderOf(params)
  const me = add(tx.who.userId, 'uuid')
  const words = fold(q).split(' ').filter(Boolean).slice(0, WORDS_AT_MOST)
  const mark = queryMark(['trash', entity, ...words])
  const cursor = given ? readCursor(given, mark, ['moment', 'id']) : undefined
  const behind = cursor
    ? ` and (t.deleted_at, t.id) < (${add(cursor.values[0], 'timestamptz')}, ${add(cursor.values[1], 'uuid')})`
    : ''
  const asked = words.map(word => add(`%${literally(word)}%`, 'text'))
  const named = (record: RecordDefinition) =>
    asked.map(word => ` and ${foldedNameOf(record)} like crm_fold(${word})`).join('')
  const inTrash = (record: RecordDefinition) =>
    `${tableOf(record)} t where t.workspace_id = $1::uuid and t.deleted_at is not null and $2::uuid is not distinct from ${me}${seesOwnOnly(record, tx.who) ? ` and ${ownCondition(record, 't', me)}` : ''}${named(record)}`
  const whether = (record: RecordDefinition) =>
    tx.who.asksMayChange ? `, ${mayChangeExpression(record, tx.who)} as "mayChange"` : ''
  const parts = types.map(
    record =>
      `(select t.id, '${record.contract.name}' as entity, ${writtenTitle(record)} as title, t.deleted_at as "deletedAt"${whether(record)} from ${inTrash(record)}${behind} order by t.deleted_at desc, t.id desc limit ${limit + 1})`,
  )
  const counts = types.map(
    record => `(select count(*) from (select 1 from ${inTrash(record)} limit ${COUNTED_AT_MOST + 1}) c)`,
  )
  const counted = cursor ?? (await count(tx, counts, params))
  const found = await tx.session.rows(
    `select f.*, r.deleted_by_id as "deletedById" from (select * from (${parts.join(' union all ')}) u order by "deletedAt" desc, id desc limit ${limit + 1}) f
     left join records r on r.workspace_id = $1::uuid and r.id = f.id order by f."deletedAt" desc, f.id desc`,
    params,
  )
  return pageFrom(found, limit, counted, mark, row => [row.deletedAt, row.id])
}

/** What a row is called, folded as words are that it is looked for by. */
function foldedNameOf(record: RecordDefinition): string {
  const title = foldedTitleOf(record)
  return hasColumn(record, 'email') ? `coalesce(nullif(${title}, ''), crm_fold(t.email), '')` : title
}

/** Counted to 10,000 of each type; beyond that it is marked as an estimate. */
async function count(tx: Tx, counts: string[], params: unknown[]): Promise<Total> {
  const [found] = await tx.session.values(`select ${counts.join(', ')}`, params)
  const numbers = found as number[]
  return {
    total: numbers.reduce((sum, n) => sum + n, 0),
    totalIsEstimate: numbers.some(n => n > COUNTED_AT_MOST),
  }
}

/** The record type of an id in the trash. @throws Refusal 404 */
async function typeInTrash(tx: Tx, id: string): Promise<RecordDefinition> {
  const [row] = await tx.session.rows(
    'select type from records where workspace_id = $1::uuid and id = $2::uuid and deleted_at is not null',
    [tx.who.workspaceId, id],
  )
  const record = row && recordNamed(row.type as string)
  if (!record?.contract.softDelete) throw notFound()
  return record
}

const item = {
  type: 'object',
  properties: {
    id: { type: 'string', format: 'uuid' },
    entity: { type: 'string' },
    title: { type: 'string' },
    deletedAt: { type: 'string', format: 'date-time' },
    deletedById: { type: ['string', 'null'], format: 'uuid' },
    mayChange,
  },
  required: ['id', 'entity', 'title', 'deletedAt', 'deletedById'],
}

export default {
  operations: () => [
    operation({
      method: 'GET',
      path: '/trash',
      tag: 'trash',
      summary: 'List deleted records, latest first',
      query: trashQuery,
      document: { answer: pageOf(item) },
      handle: ({ tx, query }) => trash(tx, query as z.infer<typeof trashQuery>),
    }),
    operation({
      method: 'POST',
      path: '/trash/:id/restore',
      tag: 'trash',
      summary: 'Take a record out of the trash',
      params: idParams,
      document: { answer: { anyOf: trashable().map(({ contract }) => ref(componentName(contract))) } },
      handle: async ({ tx, params }) => store.restore(tx, await typeInTrash(tx, params.id), params.id),
    }),
    operation({
      method: 'DELETE',
      path: '/trash/:id',
      tag: 'trash',
      access: 'ADMIN',
      status: 204,
      answers: 'nothing',
      summary: 'Remove a record in the trash for good',
      params: idParams,
      handle: async ({ tx, params }) => purge(tx, await typeInTrash(tx, params.id), [params.id]),
    }),
  ],
  schedules: [{ name: 'purge-trash', cron: '30 2 * * *', run: purgeExpired }],
} satisfies Feature
