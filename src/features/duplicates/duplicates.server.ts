import { z } from 'zod'
import type { Tx } from '#core/db/workspace.ts'
import type { Feature } from '#core/feature.ts'
import { type Operation, operation } from '#core/http/operation.ts'
import { wholeNumber } from '#core/http/parameters.ts'
import { pageFrom, queryMark, readCursor } from '#core/record/cursor.ts'
import type { RecordDefinition } from '#core/record/definition.ts'
import { componentName, readSchemaJson, ref } from '#core/record/json-schema.ts'
import { idParams } from '#core/record/routes.ts'
import { store } from '#core/record/store.ts'
import { groupsOf, PAIRS_AT_MOST, pairs, pairsOf, recordsOf, scoreOf } from './find.ts'
import { keyWalls } from './keys.table.ts'
import { duplicateFollower } from './keys.ts'
import { doubled } from './marks.ts'
import { merge, mergeBody } from './merge.ts'
import { merges } from './merges.table.ts'
import { moveJob } from './move.ts'
import { undoMerge } from './undo.ts'

export { duplicateKeyTable, duplicateNameTable } from './keys.table.ts'
export { mergeTable } from './merges.table.ts'

const query = z.strictObject({
  limit: wholeNumber(1, 200).optional().meta({ description: '50 by default' }),
  minScore: z.coerce
    .number('must be a number')
    .min(0)
    .max(1)
    .optional()
    .meta({ description: '0.4 by default' }),
})
const pagedQuery = query.extend({ cursor: z.string().max(4000).optional() })
const reason = {
  type: 'object',
  properties: {
    kind: { type: 'string', enum: ['email', 'phone', 'domain', 'name'] },
    value: { type: 'string', description: 'What they share, or one of the names that are alike' },
    ids: { type: 'array', items: { type: 'string', format: 'uuid' } },
    likeness: { type: 'number', description: 'From 0 to 1' },
  },
  required: ['kind', 'value', 'ids', 'likeness'],
}
const answerOf = (one: object) => ({
  type: 'object',
  properties: {
    rows: {
      type: 'array',
      items: {
        type: 'object',
        properties: {
          score: { type: 'number', description: 'From 0 to 1: how sure it is that they are one' },
          reasons: { type: 'array', items: reason },
          ...one,
        },
        required: ['score', 'reasons', ...Object.keys(one)],
      },
    },
    total: { type: 'integer' },
    totalIsEstimate: { type: 'boolean', description: 'There are more than could be compared in one go' },
    nextCursor: { type: ['string', 'null'] },
  },
  required: ['rows', 'total', 'nextCursor'],
})

/** The record that stayed, and what to name to take it back. */
function mergedShape(record: RecordDefinition) {
  const { properties, required, ...shape } = readSchemaJson(record.contract)
  return {
    ...shape,
    properties: { ...(properties as object), mergeId: { type: 'string', format: 'uuid' } },
    required: [...(required as string[]), 'mergeId'],
  }
}

/** A page of groups. They are found anew for each page, so a merge meanwhile leaves none out and shows none twice. */
async function groups(
  tx: Tx,
  record: RecordDefinition,
  { limit = 50, minScore = 0.4, cursor: given }: z.infer<typeof pagedQuery>,
) {
  const mark = queryMark(['duplicates', record.contract.name, minScore])
  const cursor = given ? readCursor(given, mark, ['number', 'id']) : undefined
  const found = await pairs(tx, record)
  const all = groupsOf(found)
    .filter(({ score }) => score >= minScore)
    .map(group => ({ ...group, points: Math.round(group.score * 100) }))
  const [points, id] = (cursor?.values ?? [101, '']) as [number, string]
  const behind = all.filter(group => group.points < points || (group.points === points && group.ids[0]! > id))
  const total = { total: all.length, totalIsEstimate: found.length >= PAIRS_AT_MOST }
  const page = pageFrom(behind.slice(0, limit + 1), limit, cursor ?? total, mark, group => [
    group.points,
    (group.ids as string[])[0],
  ])
  const shown = page.rows as typeof all
  const read = await recordsOf(tx, record, [...new Set(shown.flatMap(({ ids }) => ids))])
  const rows = shown
    .map(({ ids, score, reasons }) => ({ score, reasons, records: ids.flatMap(id => read.get(id) ?? []) }))
    .filter(({ records }) => records.length > 1)
  return { ...page, rows }
}

function routesOf(record: RecordDefinition): Operation[] {
  const { path, label } = record.contract
  const schema = ref(componentName(record.contract))
  return [
    operation({
      method: 'GET',
      path: `/${path}/duplicates`,
      tag: path,
      summary: `Groups of ${label.toLowerCase()} records that may be one, the surest first`,
      description:
        'By the same e-mail address, phone number or domain, and by names that are alike. Merged groups make room for the next. What has just been written is among them a moment later.',
      query: pagedQuery,
      document: { answer: answerOf({ records: { type: 'array', items: schema } }) },
      handle: ({ tx, query }) => groups(tx, record, query),
    }),
    operation({
      method: 'GET',
      path: `/${path}/:id/duplicates`,
      tag: path,
      summary: `Records that may be the same ${label.toLowerCase()} as this one, the surest first`,
      params: idParams,
      query,
      document: { answer: answerOf({ record: schema }) },
      async handle({ tx, params, query: { limit = 50, minScore = 0.4 } }) {
        await store.read(tx, record, params.id)
        const found = await pairsOf(tx, record, params.id)
        const others = [...new Set(found.map(({ b }) => b))].map(id => {
          const reasons = found
            .filter(({ b }) => b === id)
            .map(({ a, b, kind, value, likeness }) => ({
              kind,
              value,
              ids: [a, b],
              likeness: Math.round(likeness * 100) / 100,
            }))
          return { id, reasons, score: scoreOf(reasons) }
        })
        const sure = others.filter(({ score }) => score >= minScore).sort((x, y) => y.score - x.score)
        const page = sure.slice(0, limit)
        const read = await recordsOf(
          tx,
          record,
          page.map(({ id }) => id),
        )
        const rows = page.flatMap(({ id, ...other }) =>
          read.has(id) ? [{ ...other, record: read.get(id)! }] : [],
        )
        return { rows, total: sure.length, nextCursor: null }
      },
    }),
    operation({
      method: 'POST',
      path: `/${path}/merge`,
      tag: path,
      summary: `Make one ${label.toLowerCase()} of several`,
      description:
        'The target keeps its values, takes those that are chosen, and those of the sources where it has none; tags and custom fields are joined. Every link to a source becomes one to it, and the sources go into the trash; of many links the rest follow in the background (`isMoving` of `/merges/:id`). `POST /merges/:id/undo` takes it back.',
      body: mergeBody,
      document: {
        answer: mergedShape(record),
      },
      refuses: { 409: 'MERGE_RUNNING: an earlier merge of these still moves links' },
      handle: ({ app, tx, body }) => merge(app, tx, record, body),
    }),
  ]
}

export default {
  records: [merges],
  followers: [duplicateFollower],
  jobs: [moveJob],
  walls: keyWalls,
  operations: () => [
    ...doubled().flatMap(routesOf),
    operation({
      method: 'POST',
      path: '/merges/:id/undo',
      tag: 'merges',
      touches: doubled().map(({ contract }) => contract.path),
      summary: 'Take a merge back: the sources return, with their links',
      description:
        'Fields and links that somebody has changed since keep what they have. Of many links the rest follow in the background (`isMoving`).',
      params: idParams,
      document: { answer: ref('Merge') },
      refuses: { 409: 'ALREADY_UNDONE, or SOURCE_GONE where a source was removed for good' },
      handle: ({ app, tx, params }) => undoMerge(app, tx, params.id),
    }),
  ],
} satisfies Feature
