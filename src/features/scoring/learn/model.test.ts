import assert from 'node:assert/strict'
import { test } from 'node:test'
import { aucOf } from './measures.ts'
import { fit, sigmoid } from './model.ts'
import { predictAll } from './predict.ts'
import { randomFrom } from './random.ts'
import type { Table } from './table.ts'

/** A rare outcome by many numbers, each of which makes it a little likelier the higher it is. */
function rare(rows: number, seed: number): { table: Table; chances: number[] } {
  const random = randomFrom(seed)
  const normal = () => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random())
  const drawn = Array.from({ length: rows }, () => Array.from({ length: 10 }, normal))
  const chances = drawn.map(values => sigmoid(-3.3 + 0.3 * values.reduce((sum, value) => sum + value, 0)))
  return {
    chances,
    table: {
      columns: drawn[0]!.map((_, at) => ({
        key: `n${at}`,
        label: `n${at}`,
        kind: 'number',
        cells: drawn.map(values => Math.round(50 + 10 * values[at]!)),
      })),
      outcome: Uint8Array.from(chances, chance => (random() < chance ? 1 : 0)),
    },
  }
}

test('a rare outcome is ranked by what many numbers tell a little of, nearly as well as by its true chances', () => {
  const asked = rare(4000, 99)
  const best = aucOf(asked.chances, asked.table.outcome)
  const lost = [1, 2].map(seed => {
    const { model } = fit(rare(1500, seed).table)
    return best - aucOf(predictAll(model, asked.table), asked.table.outcome)
  })
  const mean = (lost[0]! + lost[1]!) / 2
  assert.ok(mean < 0.035, `AUC ${best.toFixed(3)} by the true chances; by the models less by ${lost}`)
})
