import assert from 'node:assert/strict'
import { test } from 'node:test'
import { wholeUnits } from './passed.ts'

const DAY_MS = 86_400_000

test('days that have passed count when they are full, days to come when they are near', () => {
  assert.equal(wholeUnits(-1.6 * DAY_MS, DAY_MS), -1)
  assert.equal(wholeUnits(-0.9 * DAY_MS, DAY_MS) === 0, true)
  assert.equal(wholeUnits(6.99 * DAY_MS, DAY_MS), 7)
})
