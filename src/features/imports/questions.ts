import { z } from 'zod'
import { adderOf, arrayLiteral, type Row } from '#core/db/engine.ts'
import type { Tx } from '#core/db/workspace.ts'
import { invalid } from '#core/errors.ts'
import { operation } from '#core/http/operation.ts'
import { wholeNumber } from '#core/http/parameters.ts'
import { pageFrom, queryMark, readCursor } from '#core/record/cursor.ts'
import { customFieldsOf } from '#core/record/custom-fields.ts'
import { type RecordDefinition, tableOf } from '#core/record/definition.ts'
import { hasRecord, recordNamed } from '#core/record/registry.ts'
import { idParams } from '#core/record/routes.ts'
import { store } from '#core/record/store.ts'
import { writtenTitle } from '#core/record/title.ts'
import { scopeCondition } from '#core/record/visibility.ts'
import { type ValuesAnswer, valuesAnswer } from './answers.ts'
import { alike, type Choices, choicesOf, knows, valuesIn } from './choices.ts'
import { imports } from './imports.table.ts'
import { MADE } from './linked.ts'
import { targetsOf } from './targets.ts'
import type { ValueMapping } from './value-mapping.ts'

const COLUMNS_AT_MOST = 200
const VALUES_AT_MOST = 500
/** How far back is looked for what values meant before. */
const IMPORTS_BEFORE = 20
const REASONS_AT_MOST = 100
const ROWS_NAMED = 5

const text = z.string().max(1000)
const valuesBody = z.strictObject({
  entity: z.string().max(60).meta({ description: 'The record type, such as deal' }),
  columns: z
    .array(z.strictObject({ header: text, field: text, values: z.array(text).max(VALUES_AT_MOST) }))
    .max(COLUMNS_AT_MOST),
})

/** What values of columns may mean, before a file is imported. */
export const valuesRoute = operation({
  method: 'POST',
  path: '/imports/values',
  tag: 'imports',
  reads: true,
  summary: 'Which values of columns are understood, what they could mean, and what seems meant',
  description:
    'For the columns whose field has few values: options, yes and no, stages and pipelines, members, and texts such as a source; others are left out of the answer. `meaning` is what an earlier import of yours was told, or what is alike, where a value is not understood as it stands. What is decided goes into `valueMapping` of the import.',
  body: valuesBody,
  answers: valuesAnswer,
  document: {
    example: {
      entity: 'deal',
      columns: [{ header: 'Deal Stage', field: 'stageName', values: ['Closed Won', 'Signed'] }],
    },
  },
  async handle({ tx, body: { entity, columns } }) {
    if (!hasRecord(entity) || !recordNamed(entity).routes.includes('import'))
      throw invalid({ path: 'entity', message: 'is no record type that can be imported' })
    const record = recordNamed(entity)
    const targets = targetsOf(record, await customFieldsOf(tx, entity))
    const before = await meantBefore(tx, entity)
    const answered: ValuesAnswer['columns'] = []
    for (const [i, { header, field, values }] of columns.entries()) {
      const target = targets.find(one => one.field === field)
      if (!target)
        throw invalid({ path: `columns.${i}.field`, message: 'is not a field that an import can fill' })
      const choices = await choicesOf(tx, record, target)
      if (!choices) continue
      const found = [...new Set(values.flatMap(cell => valuesIn(choices, cell)))].filter(Boolean)
      answered.push({
        header,
        field,
        kind: target.of.kind,
        isFree: choices.isFree,
        choices: choices.list,
        values: found.map(value => ({ value, ...readingOf(choices, value, before.get(header)) })),
      })
    }
    return { columns: answered }
  },
})

function readingOf(choices: Choices, value: string, before: Record<string, string> | undefined) {
  const isKnown = knows(choices, value)
  const meant = before && Object.hasOwn(before, value) ? before[value] : undefined
  if (meant !== undefined && (meant === '' || knows(choices, meant))) return { isKnown, meaning: meant }
  const meaning = isKnown && !choices.isFree ? undefined : alike(choices, value)
  return { isKnown, meaning: meaning === undefined || meaning === value ? null : meaning }
}

/** What the caller's earlier imports of the type were told, the latest first. */
async function meantBefore(tx: Tx, entity: string): Promise<Map<string, Record<string, string>>> {
  const rows = await tx.session.rows(
    `select value_mapping as "valueMapping" from imports where workspace_id = $1::uuid and entity = $2::text and created_by_id = $3::uuid
     and value_mapping <> '{}'::jsonb order by created_at desc, id desc limit ${IMPORTS_BEFORE}`,
    [tx.who.workspaceId, entity, tx.who.userId],
  )
  const meant = new Map<string, Record<string, string>>()
  for (const { valueMapping } of rows.reverse())
    for (const [header, values] of Object.entries(valueMapping as ValueMapping))
      meant.set(header, { ...meant.get(header), ...values })
  return meant
}

const reason = z.object({
  field: z.string().meta({ description: 'Empty where the row as a whole was refused' }),
  message: z.string(),
  column: z.string().nullable(),
  value: z.string().nullable().meta({ description: 'What the cells of the column say, where that is why' }),
  code: z.string().nullable().meta({ description: 'The same as `message`, for programs' }),
  params: z
    .record(z.string(), z.union([z.string(), z.number()]))
    .nullable()
    .meta({ description: 'The figures of the message' }),
  count: z.int().meta({ description: 'How many rows' }),
  rows: z.array(z.int()).meta({ description: `The first of them, ${ROWS_NAMED} at most` }),
})

/** Why rows were refused, the commonest reason first. */
export const reasonsRoute = operation({
  method: 'GET',
  path: '/imports/:id/reasons',
  tag: 'imports',
  summary: 'Why an import refused rows, the commonest reason first',
  description: `At most ${REASONS_AT_MOST} of them; \`total\` counts all. The rows themselves are at \`/imports/{id}/errors\`.`,
  params: idParams,
  answers: z.object({ rows: z.array(reason), total: z.int(), nextCursor: z.null() }),
  async handle({ tx, params: { id } }) {
    await store.read(tx, imports, id)
    const rows = await tx.session.rows(
      `select i->>'path' as field, i->>'message' as message, i->>'column' as column, i->>'value' as value, i->>'code' as code, i->'params' as params,
         count(*)::int as count, (array_agg(e.row_number order by e.row_number))[1:${ROWS_NAMED}] as rows, (count(*) over ())::int as total
       from import_errors e cross join jsonb_array_elements(e.issues) i
       where e.workspace_id = $1::uuid and e.import_id = $2::uuid
       group by 1, 2, 3, 4, 5, 6 order by 7 desc, min(e.row_number), 2 limit ${REASONS_AT_MOST}`,
      [tx.who.workspaceId, id],
    )
    return { rows: rows.map(asReason), total: rows[0]?.total ?? 0, nextCursor: null }
  },
})

const LINKED_AT_ONCE = 50
const linkedQuery = z.strictObject({
  limit: wholeNumber(1, 200).default(LINKED_AT_ONCE),
  cursor: z.string().max(4000).optional(),
  type: z.enum(['company', 'contact']).optional().meta({ description: 'Only those of this type' }),
})
const linkedRow = z.object({
  type: z.string().meta({ description: 'company or contact' }),
  id: z.uuid(),
  title: z.string().nullable(),
})

/** What an import made along the way, for `createLinked`. */
export const linkedRoute = operation({
  method: 'GET',
  path: '/imports/:id/linked',
  tag: 'imports',
  summary: 'The records that an import made because rows name them',
  description:
    'In the order in which they were made; those that are in the trash by now, as after undo all are to which nothing else links, are left out. `total` counts those that were made.',
  params: idParams,
  query: linkedQuery,
  answers: z.object({ rows: z.array(linkedRow), total: z.int(), nextCursor: z.string().nullable() }),
  async handle({ tx, params: { id }, query: { limit, cursor: given, type: only } }) {
    const { entity, createdLinked } = await store.read(tx, imports, id)
    const mark = queryMark(['linked', id, only])
    const types = MADE.filter(type => type !== entity && type === (only ?? type))
    const counts = createdLinked as Record<string, number>
    const counted = {
      total: types.reduce((sum, type) => sum + (counts[type] ?? 0), 0),
      totalIsEstimate: false,
    }
    const cursor = given ? readCursor(given, mark, ['number']) : undefined
    const events = await tx.session.rows(
      `select seq, entity_type as type, entity_id as id from events where workspace_id = $1::uuid and cause_id = $2::uuid
         and action = 'created' and entity_type = any($3::text[]) and seq > $4::bigint order by seq limit $5::int`,
      [tx.who.workspaceId, id, arrayLiteral(types), cursor?.values[0] ?? 0, limit + 1],
    )
    const page = pageFrom(events, limit, cursor ?? counted, mark, event => [event.seq])
    const titles = new Map<string, string>()
    for (const type of types) {
      const ids = page.rows.filter(event => event.type === type).map(event => event.id as string)
      for (const row of await titlesOf(tx, recordNamed(type), ids))
        titles.set(row.id as string, row.title as string)
    }
    const rows = page.rows.flatMap(({ type, id }) =>
      titles.has(id as string) ? [{ type, id, title: titles.get(id as string) ?? null }] : [],
    )
    return { ...page, rows }
  },
})

/** What of the records the caller sees, by their titles as they are written. */
function titlesOf(tx: Tx, record: RecordDefinition, ids: string[]): Promise<Row[]> {
  const params: unknown[] = []
  const add = adderOf(params)
  return tx.session.rows(
    `select t.id, nullif(${writtenTitle(record)}, '') as title from ${tableOf(record)} t
     where ${scopeCondition(record, tx.who, 't', add)} and t.id = any(${add(arrayLiteral(ids), 'uuid[]')})`,
    params,
  )
}

const asReason = ({ total: _total, rows, ...row }: Row) => ({ ...row, rows: (rows as unknown[]).map(Number) })
