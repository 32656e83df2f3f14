import assert from 'node:assert/strict'
import { test } from 'node:test'
import { learn, TooFewRows } from './learn.ts'
import { randomFrom } from './random.ts'
import { repeatsIn } from './repeats.ts'
import { type Cell, type Column, type Table, take } from './table.ts'

type Made = (random: () => number, row: number) => Cell

function tableOf(rows: number, made: Record<string, [Column['kind'], Made]>, seed = 5): Table {
  const random = randomFrom(seed)
  const outcome = Uint8Array.from({ length: rows }, () => (random() < 0.4 ? 1 : 0))
  const columns = Object.entries(made).map(([key, [kind, cell]]) => ({
    key,
    label: key,
    kind,
    cells: Array.from(outcome, (_, row) => cell(random, row)),
  }))
  return { columns, outcome, at: Float64Array.from(outcome, (_, row) => Date.UTC(2025, 0, 1) + row * 3.6e6) }
}

/** Nothing here tells the outcome. */
const NOISE: Record<string, [Column['kind'], Made]> = {
  number: ['category', (_, row) => `No. ${1000 + row}`],
  amount: ['number', random => Math.round(random() * 100_000) / 100],
  visits: ['number', random => Math.floor(random() * 500)],
  source: ['category', random => ['web', 'fair', 'call'][Math.floor(random() * 3)]!],
}

/** The second import comes behind the first, as whole files do. */
function twice(table: Table): Table {
  const rows = Array.from(table.outcome.keys())
  const both = take(table, [...rows, ...rows])
  return { ...both, at: both.at!.map((at, row) => (row < rows.length ? at : at + 1e10)) }
}

test('what was imported twice is no proof of anything, and the card says how much it is', () => {
  const { card, model } = learn(twice(tableOf(300, NOISE)))
  assert.equal(card.rows, 600)
  assert.equal(card.repeatedRows, 300)
  assert.equal(model.rows, 300, 'intervals are as wide as what is known')
  assert.equal(card.warnings[0]?.code, 'REPEATED_ROWS')
  assert.match(card.warnings[0]!.message, /^300 rows repeat another/)
  for (const measures of [card.crossValidation, card.holdOut!]) {
    assert.equal(measures.rows, measures === card.holdOut ? 75 : 300)
    assert.ok(measures.auc < 0.62, `AUC ${measures.auc}`)
  }
  assert.equal(card.leftOut.find(({ key }) => key === 'number')?.reason, 'IDENTIFIER')
})

test('an outcome that 30 rows have, each twice, is not one of 50', () => {
  const table = tableOf(100, NOISE)
  table.outcome.fill(0).fill(1, 0, 30)
  assert.throws(
    () => learn(twice(table)),
    (error: Error) =>
      error instanceof TooFewRows &&
      error.message ===
        '30 succeeded and 70 did not, not counting 100 that repeat another; 50 of each are needed',
  )
})

test('rows whose fields say little are alike by chance, and stay', () => {
  const level = (levels: number): [Column['kind'], Made] => [
    'category',
    random => `level ${Math.floor(random() * levels)}`,
  ]
  for (const table of [
    tableOf(2000, { one: level(30) }),
    tableOf(2000, { one: level(30), two: level(12) }),
    tableOf(2000, { one: level(30), two: level(30), three: level(4) }),
    tableOf(2000, { visits: ['number', random => Math.floor(-8 * Math.log(random()))], one: level(20) }),
  ])
    assert.equal(repeatsIn(table).distinct.length, 2000)
})
