import assert from 'node:assert/strict'
import { test } from 'node:test'
import { asWritten, numberIn } from './kinds.ts'
import { learn } from './learn.ts'
import { sigmoid } from './model.ts'
import { predict } from './predict.ts'
import { randomFrom } from './random.ts'
import type { Cell, Column, ColumnKind, Table } from './table.ts'

const ROWS = 600
const START = Date.UTC(2024, 0, 1)

/** Rows whose outcome follows a number of -1 to 1, which a column writes down in its way. */
function tableWith(kind: ColumnKind, write: (x: number, row: number) => Cell, beside: Column[] = []): Table {
  const random = randomFrom(5)
  const xs = Array.from({ length: ROWS }, () => random() * 2 - 1)
  return {
    columns: [{ key: 'x', label: 'X', kind, cells: xs.map(write) }, ...beside],
    outcome: Uint8Array.from(xs, x => (random() < sigmoid(3 * x) ? 1 : 0)),
    at: Float64Array.from(xs, (_, row) => START + row * 3_600_000),
  }
}
const aucOf = (table: Table) => learn(table, { growth: { trees: 20 } }).card.crossValidation.auc

test('figures written as text are learned from as figures, by commas and points, currencies and per cent', () => {
  const amount = (x: number) => Math.round(5e6 * (x + 1))
  const written: [string, ColumnKind, (x: number) => Cell][] = [
    ['1,234,567', 'category', x => amount(x).toLocaleString('en')],
    ['$1,234,567', 'category', x => `$${amount(x).toLocaleString('en')}`],
    ['1.234.567 €', 'category', x => `${amount(x).toLocaleString('de')} €`],
    ['12,34', 'number', x => (10 * x).toFixed(2).replace('.', ',')],
    ['61 %', 'category', x => `${Math.round(50 * (x + 1))} %`],
    ['412.3 kg', 'category', x => `${(500 * (x + 1)).toFixed(1)} kg`],
    [
      '3 days',
      'category',
      x => `${Math.round(50 * (x + 1))} day${Math.round(50 * (x + 1)) === 1 ? '' : 's'}`,
    ],
    ['14/3/2024', 'category', x => new Date(START + 2e10 * x).toLocaleDateString('en-GB')],
  ]
  for (const [name, kind, write] of written) assert.ok(aucOf(tableWith(kind, write)) > 0.78, name)
  assert.equal(numberIn('1.234,5', 'comma'), 1234.5)
  assert.equal(numberIn('−1 234', undefined), -1234)
  const kindOf = (cells: string[]) => asWritten({ key: 'c', label: 'C', kind: 'category', cells }).kind
  assert.equal(kindOf(['1', '2', '3']), 'category')
  const figures = Array.from({ length: 30 }, (_, at) => at + 1)
  assert.equal(kindOf(figures.map(figure => `${figure} kg`)), 'number')
  assert.equal(kindOf(figures.map(figure => `${figure} ${figure % 2 ? 'kg' : 'g'}`)), 'category')
})

test('a field that was always filled says nothing where it is blank, nor does a level never seen', () => {
  const { model } = learn(
    tableWith('number', x => x, [
      {
        key: 'of',
        label: 'Of',
        kind: 'category',
        cells: Array.from({ length: ROWS }, (_, i) => 'ab'[i % 2]!),
      },
    ]),
    { growth: { trees: 40 } },
  )
  const blank = predict(model, { cells: { x: null, of: 'never seen' }, at: START }).probability
  assert.ok(Math.abs(blank - model.baseRate) < 0.2, String(blank))
  const high = predict(model, { cells: { x: 0.9, of: 'a' }, at: START }).probability
  assert.ok(high > 0.8, String(high))
})
