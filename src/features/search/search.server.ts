import type { Feature } from '#core/feature.ts'
import { type Operation, operation } from '#core/http/operation.ts'
import { componentName, pageOf, ref } from '#core/record/json-schema.ts'
import { search, searchBody, searched, searchFor, searchQuery } from './query.ts'
import { COUNTED_AT_MOST } from './searched.ts'
import { wordFollower, wordSweep, wordWalls } from './words.ts'

function answer() {
  const item = {
    type: 'object',
    properties: {
      type: { type: 'string', description: 'The record type, such as contact' },
      id: { type: 'string', format: 'uuid' },
      title: { type: 'string' },
      score: { type: 'number', description: 'From 0 to 1' },
      highlights: {
        type: 'array',
        items: {
          type: 'object',
          properties: {
            field: {
              type: 'string',
              description: 'A field, or `text` for what is none, such as the text of a file',
            },
            text: { type: 'string' },
            ranges: {
              type: 'array',
              description: 'Start and end of each word in `text`, in UTF-16 units',
              items: { type: 'array', items: { type: 'integer' } },
            },
          },
          required: ['field', 'text', 'ranges'],
        },
      },
      record: { anyOf: searched().map(({ contract }) => ref(componentName(contract))) },
    },
    required: ['type', 'id', 'title', 'score', 'highlights', 'record'],
  }
  const page = pageOf(item)
  const facets = {
    type: 'object',
    additionalProperties: { type: 'integer' },
    description: `Matches by record type; more than ${COUNTED_AT_MOST} are not counted`,
  }
  return { ...page, properties: { ...page.properties, facets }, required: [...page.required, 'facets'] }
}

const description =
  'Ranked: whose title is what was asked, begins so, holds the words, then those that hold them elsewhere, also in the text of files. Where nothing holds them all as written, typos are forgiven, and what holds some of the words follows by how rare they are (BM25).'

const operations = (): Operation[] => [
  operation({
    method: 'GET',
    path: '/search',
    tag: 'search',
    summary: 'Search all records',
    description,
    query: searchQuery,
    document: { answer: answer() },
    handle: ({ tx, query: { types, ...query } }) =>
      search(tx, { ...query, ...(types ? { types: types.split(',').map(type => type.trim()) } : {}) }),
  }),
  operation({
    method: 'POST',
    path: '/search',
    tag: 'search',
    access: 'VIEWER',
    reads: true,
    summary: 'Search all records by words, with a filter for all or for each type, or by filters alone',
    description,
    body: searchBody,
    document: {
      answer: answer(),
      example: { q: 'scanner', filters: { deal: { field: 'amount', op: 'gte', value: 1000 } } },
    },
    handle: ({ tx, body }) => searchFor(tx, body),
  }),
]

export { searchWordTable } from './words.ts'

export default {
  operations,
  followers: [wordFollower(searched)],
  schedules: [wordSweep(searched)],
  walls: [wordWalls],
} satisfies Feature
