import assert from 'node:assert/strict'
import { test } from 'node:test'
import { drawnOf, inOrder, type Result } from './result.ts'

const STAGES = ['first', 'second', 'third']
const labels = {
  keyOf: (_group: unknown, key: unknown) => `${key}`,
  measureOf: () => 'Count',
  others: 'Others',
  placeOf: (group: { field: string }, key: unknown) =>
    group.field === 'stageId' ? STAGES.indexOf(`${key}`) : undefined,
}
const resultOf = (fields: string[], rows: Array<[string[], number]>): Result => ({
  entity: 'deal',
  currency: null,
  rates: {},
  unconverted: [],
  groups: fields.map(field => ({
    field,
    by: field === 'closedAt' ? 'month' : null,
    label: field,
    kind: 'link',
  })),
  measures: [{ op: 'count', field: null, label: 'Count', kind: 'count' }],
  rows: rows.map(([keys, value]) => ({ keys, names: keys, values: [value] })),
  totals: [0],
  isCut: false,
})

test('a table has its groups in the order of its chart', () => {
  // As the server answers: the largest rows first.
  const result = resultOf(
    ['ownerId', 'stageId'],
    [
      [['ben', 'third'], 9],
      [['ana', 'second'], 8],
      [['ana', 'first'], 7],
      [['ben', 'first'], 2],
    ],
  )
  assert.deepEqual(
    inOrder(result, labels).map(({ keys }) => keys.join()),
    // Ana has more in all, and stages follow each other as in their pipeline.
    ['ana,first', 'ana,second', 'ben,first', 'ben,third'],
  )
  const { points, series } = drawnOf(result, labels)
  assert.deepEqual(
    points.map(({ label }) => label),
    ['ana', 'ben'],
  )
  assert.deepEqual(
    series.map(({ label }) => label),
    STAGES,
  )
  const stages = resultOf(
    ['stageId'],
    [
      [['third'], 9],
      [['first'], 1],
    ],
  )
  assert.deepEqual(
    inOrder(stages, labels).map(({ keys }) => keys[0]),
    drawnOf(stages, labels).points.map(({ label }) => label),
  )
  const months = resultOf(
    ['closedAt'],
    [
      [['2026-03-01'], 9],
      [['2026-01-01'], 1],
    ],
  )
  assert.deepEqual(
    inOrder(months, labels).map(({ keys }) => keys[0]),
    ['2026-01-01', '2026-03-01'],
  )
})
