import { z } from 'zod'
import type { Feature } from '#core/feature.ts'
import { type Operation, operation } from '#core/http/operation.ts'
import type { RecordDefinition } from '#core/record/definition.ts'
import { componentName, readSchemaJson, ref } from '#core/record/json-schema.ts'
import { idParams } from '#core/record/routes.ts'
import { store } from '#core/record/store.ts'
import { doubled, groupsOf, pairs, pairsOf, recordsOf, scoreOf } from './find.ts'
import { merge, mergeBody } from './merge.ts'
import { merges } from './merges.table.ts'
import { undoMerge } from './undo.ts'

export { mergeTable } from './merges.table.ts'

const query = z.strictObject({
  limit: z.coerce.number().int().min(1).max(200).optional().meta({ description: '50 by default' }),
  minScore: z.coerce.number().min(0).max(1).optional().meta({ description: '0.4 by default' }),
})
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
    nextCursor: { type: 'null' },
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
        'By the same e-mail address, phone number or domain, and by names that are alike. Merged groups make room for the next.',
      query,
      document: { answer: answerOf({ records: { type: 'array', items: schema } }) },
      async handle({ tx, query: { limit = 50, minScore = 0.4 } }) {
        const groups = groupsOf(await pairs(tx, record)).filter(({ score }) => score >= minScore)
        const page = groups.slice(0, limit)
        const read = await recordsOf(tx, record, [...new Set(page.flatMap(({ ids }) => ids))])
        const rows = page.map(({ ids, ...group }) => ({
          ...group,
          records: ids.flatMap(id => read.get(id) ?? []),
        }))
        return { rows, total: groups.length, nextCursor: null }
      },
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
        'The target keeps its values, takes those that are chosen, and those of the sources where it has none; tags and custom fields are joined. Every link to a source becomes one to it, and the sources go into the trash. `POST /merges/:id/undo` takes it back.',
      body: mergeBody,
      document: {
        answer: mergedShape(record),
      },
      refuses: { 422: 'TOO_MANY_LINKS' },
      handle: ({ tx, body }) => merge(tx, record, body),
    }),
  ]
}

export default {
  records: [merges],
  operations: () => [
    ...doubled().flatMap(routesOf),
    operation({
      method: 'POST',
      path: '/merges/:id/undo',
      tag: 'merges',
      touches: doubled().map(({ contract }) => contract.path),
      summary: 'Take a merge back: the sources return, with their links',
      description: 'Fields and links that somebody has changed since keep what they have.',
      params: idParams,
      document: { answer: ref('Merge') },
      refuses: { 409: 'ALREADY_UNDONE, or SOURCE_GONE where a source was removed for good' },
      handle: ({ tx, params }) => undoMerge(tx, params.id),
    }),
  ],
} satisfies Feature
