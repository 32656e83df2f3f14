import { z } from 'zod'
import type { Row } from '#core/db/engine.ts'
import { invalid, notFound } from '#core/errors.ts'
import type { RecordDefinition } from '#core/record/definition.ts'
import type { Filter } from '#core/record/filter-language.ts'
import { hangingKeys } from '#core/record/incoming.ts'
import { readSchemaJson, writeSchemaJson } from '#core/record/json-schema.ts'
import { allRecords } from '#core/record/registry.ts'
import { REPORT_OPS, REPORT_STEPS } from '#features/reports/reports.contract.ts'
import { type Hands, type PageOf, refOf } from '../hands.ts'
import { dealTool, nextActionsTool, outcomesTool } from './advice.ts'
import { analysisTool } from './analyses.ts'
import {
  filterFrom,
  filterInput,
  idInput,
  lean,
  listable,
  pageOutput,
  reachable,
  typed,
  typeInput,
} from './shared.ts'
import { draftTool, exportTool, summaryTool } from './sharing.ts'
import { readingTool, type Tool } from './tool.ts'

const ROWS_AT_MOST = 50

const anyList = (hands: Hands) => allRecords().some(record => hands.canList(record))

const searchTool = () =>
  readingTool({
    name: 'search',
    title: 'Search',
    description:
      'Finds records of all types by words, names, e-mail addresses or phone numbers, best first; typos are forgiven. Use it to get from a name to an id.',
    input: z.strictObject({
      q: z.string().trim().min(1).max(400),
      types: z.array(typeInput()).max(30).optional(),
      limit: z.int().min(1).max(ROWS_AT_MOST).default(10),
    }),
    output: pageOutput,
    isFor: hands => hands.can('GET /search'),
    reaches: listable,
    async run(hands, { q, types, limit }) {
      const page = await hands.call<PageOf>('GET /search', {
        query: { q, limit, ...(types?.length ? { types: types.join(',') } : {}) },
      })
      const records = page.rows.map(row => ({
        recordType: row.type as string,
        recordId: row.id as string,
        title: row.title as string,
      }))
      const none = new Map<string, string>()
      return {
        data: {
          total: page.total,
          rows: page.rows.map(row => ({
            score: row.score,
            ...lean(typed(row.type as string), row.record as Row, none, 300),
          })),
        },
        records,
      }
    },
  })

const listTool = () =>
  readingTool({
    name: 'list_records',
    title: 'List records',
    description:
      'Lists records of one type, filtered and ordered. Answers the total as well, so it counts too. Fields of a type are told by describe_record_type.',
    input: z.strictObject({
      type: typeInput(),
      filter: filterInput,
      q: z.string().max(200).optional().meta({ description: 'Words that the record holds' }),
      sort: z.string().max(300).optional().meta({ description: 'Such as -amount,title' }),
      limit: z.int().min(1).max(ROWS_AT_MOST).default(20),
      cursor: z.string().max(4000).optional(),
    }),
    output: pageOutput.extend({ nextCursor: z.string().nullable() }),
    isFor: anyList,
    reaches: listable,
    async run(hands, { type, filter, ...query }) {
      const record = typed(type)
      const page = await hands.list(record, { ...query, filter: filterFrom(filter) })
      const names = await hands.names(record, page.rows)
      return {
        data: { ...page, rows: page.rows.map(row => lean(record, row, names, 300)) },
        records: page.rows.map(row => refOf(record, row)),
      }
    },
  })

const measureTool = () =>
  readingTool({
    name: 'measure_records',
    title: 'Count and add up',
    description:
      'Counts records of one type and adds up their fields, as a whole or by groups. Amounts are converted to the currency of the workspace.',
    input: z.strictObject({
      type: typeInput(),
      filter: filterInput,
      groupBy: z
        .array(z.union([z.string(), z.strictObject({ field: z.string(), by: z.enum(REPORT_STEPS) })]))
        .max(2)
        .default([]),
      measures: z
        .array(
          z.strictObject({
            op: z.enum(REPORT_OPS),
            field: z.string().optional(),
            value: z
              .union([z.string(), z.number(), z.boolean()])
              .optional()
              .describe('Of a rate: the value whose share is asked for, as WON of the status of deals'),
          }),
        )
        .min(1)
        .max(5)
        .default([{ op: 'count' }]),
    }),
    output: z.looseObject({ totals: z.array(z.number().nullable()), rows: z.array(z.looseObject({})) }),
    isFor: hands => hands.can('POST /reports/run'),
    reaches: listable,
    run: async (hands, { type, filter, groupBy, measures }) => ({
      data: await measure(hands, typed(type), { filter: filterFrom(filter), groupBy, measures }),
      records: [],
    }),
  })

type Measuring = {
  filter?: Filter
  groupBy?: (string | { field: string; by: string })[]
  measures: { op: string; field?: string; value?: string | number | boolean }[]
}

/** The report of a record type, with the scope that the type itself asks for. @throws Refusal 400, 403 */
async function measure(hands: Hands, record: RecordDefinition, asked: Measuring): Promise<Row> {
  // Reports are a noun of their own: a key that may not list the type may not count it either.
  if (!hands.canList(record)) await hands.list(record, { limit: 1 })
  const { filter, groupBy = [], measures } = asked
  return hands.call('POST /reports/run', {
    body: { entity: record.contract.name, ...(filter ? { filter } : {}), groupBy, measures },
  })
}

const readTool = () =>
  readingTool({
    name: 'read_record',
    title: 'Read a record',
    description:
      'Reads one record with all its fields, and tells how many records of each type hang on it, such as the deals of a company.',
    input: z.strictObject({ type: typeInput(), id: idInput }),
    output: z.looseObject({
      type: z.string(),
      id: z.string(),
      title: z.string(),
      hanging: z.record(z.string(), z.int()),
    }),
    isFor: hands => allRecords().some(({ contract }) => hands.can(`GET /${contract.path}/:id`)),
    reaches: reachable('GET', '/:id'),
    async run(hands, { type, id }) {
      const record = typed(type)
      if (!hands.operation(`GET /${record.contract.path}/:id`)) throw notFound(record.contract.label)
      const row = await hands.read(record, id)
      const names = await hands.names(record, [row])
      const hanging = await hangingOn(hands, record, id)
      return {
        data: { ...lean(record, row, names, 20_000), hanging },
        records: [refOf(record, row)],
      }
    },
  })

/** How many records of each type hang on the record. */
async function hangingOn(
  hands: Hands,
  record: RecordDefinition,
  id: string,
): Promise<Record<string, number>> {
  const counted: Record<string, number> = {}
  for (const other of allRecords()) {
    const { path, name } = other.contract
    const key = `GET /${record.contract.path}/:id/${path}`
    if (name === 'interaction' || !hangingKeys(other, record.contract.name).length || !hands.can(key))
      continue
    const { total } = await hands.call<PageOf>(key, { params: { id }, query: { limit: 1 } })
    if (total) counted[path] = total
  }
  return counted
}

const historyTool = () =>
  readingTool({
    name: 'read_history',
    title: 'Read what happened',
    description:
      'What happened to a record and around it, newest first: calls, mails, meetings, and changes with old and new values.',
    input: z.strictObject({
      type: typeInput(),
      id: idInput,
      only: z.enum(['interactions', 'changes']).optional(),
      limit: z.int().min(1).max(ROWS_AT_MOST).default(20),
    }),
    output: pageOutput,
    isFor: hands => hands.can('GET /activities'),
    reaches: reachable('GET', '/:id/activities'),
    async run(hands, { type, id, only, limit }) {
      const record = typed(type)
      const key = `GET /${record.contract.path}/:id/activities`
      if (!hands.operation(key)) throw invalid({ path: 'type', message: `${type} has no history of its own` })
      const page = await hands.call<PageOf>(key, {
        params: { id },
        query: {
          limit,
          ...(only ? { type: only === 'changes' ? 'changes' : 'CALL,EMAIL,MEETING,MESSAGE' } : {}),
        },
      })
      return { data: page, records: [refOf(record, await hands.read(record, id))] }
    },
  })

const describeTool = () =>
  readingTool({
    name: 'describe_record_type',
    title: 'Describe a record type',
    description:
      'The fields of a record type with their meaning and values, those that may be written, and the custom fields of the workspace.',
    input: z.strictObject({ type: typeInput() }),
    output: z.looseObject({
      type: z.string(),
      label: z.string(),
      fields: z.looseObject({}),
      create: z.looseObject({}).nullable(),
      update: z.looseObject({}).nullable(),
      customFields: z.array(z.looseObject({})),
    }),
    isFor: anyList,
    reaches: listable,
    async run(hands, { type }) {
      const record = typed(type)
      const { path, label, description } = record.contract
      const custom = hands.can('GET /custom-fields')
        ? (await hands.call<PageOf>('GET /custom-fields', { query: { entity: type, limit: 200 } })).rows
        : []
      return {
        data: {
          type,
          label,
          description,
          fields: readSchemaJson(record.contract).properties,
          create: hands.can(`POST /${path}`) ? writeSchemaJson(record.contract, 'create') : null,
          update: hands.can(`PATCH /${path}/:id`) ? writeSchemaJson(record.contract, 'update') : null,
          customFields: custom.map(({ key, label, type, options }) => ({ key, label, type, options })),
        },
        records: [],
      }
    },
  })

const membersTool = () =>
  readingTool({
    name: 'list_members',
    title: 'List members',
    description: 'The people of the workspace, whose ids stand in fields such as ownerId and assigneeId.',
    input: z.strictObject({ q: z.string().max(200).optional() }),
    output: pageOutput.extend({ me: z.string() }),
    isFor: hands => hands.can('GET /users'),
    async run(hands, { q }) {
      const page = await hands.call<PageOf>('GET /users', { query: { limit: 200, ...(q ? { q } : {}) } })
      const rows = page.rows.map(({ id, name, email, role, isActive }) => ({
        id,
        name,
        email,
        role,
        isActive,
      }))
      return { data: { me: hands.who.userId, total: page.total, rows }, records: [] }
    },
  })

/** The tools that change nothing. */
export const readingTools = (): Tool[] => [
  searchTool(),
  listTool(),
  measureTool(),
  analysisTool(),
  readTool(),
  historyTool(),
  describeTool(),
  membersTool(),
  exportTool(),
  draftTool(),
  summaryTool(),
  outcomesTool(),
  nextActionsTool(),
  dealTool(),
]
