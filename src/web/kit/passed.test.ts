import assert from 'node:assert/strict'
import { test } from 'node:test'
import { DAY_MS } from '#core/time.ts'
import { wholeUnits } from './passed.ts'

test('days that have passed count when they are full, days to come when they are near', () => {
  assert.equal(wholeUnits(-1.6 * DAY_MS, DAY_MS), -1)
  assert.equal(wholeUnits(-0.9 * DAY_MS, DAY_MS) === 0, true)
  assert.equal(wholeUnits(6.99 * DAY_MS, DAY_MS), 7)
})
