import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ticksFor } from './ticks.ts'

test('an axis has round steps that hold all values, and none between whole numbers', () => {
  assert.deepEqual(ticksFor([2_590_000, 400_000], 4, true), [0, 1_000_000, 2_000_000, 3_000_000])
  assert.deepEqual(ticksFor([47], 4, true), [0, 20, 40, 60])
  assert.deepEqual(ticksFor([1], 4, true), [0, 1])
  assert.deepEqual(ticksFor([0.566, 0.071], 4, false), [0, 0.2, 0.4, 0.6])
  assert.deepEqual(ticksFor([-30, 55], 4, true), [-50, 0, 50, 100])
  assert.deepEqual(ticksFor([0.3], 4, false), [0, 0.1, 0.2, 0.3])
  assert.deepEqual(ticksFor([], 4, true), [0, 1])
  assert.deepEqual(ticksFor([0, 0], 4, false), [0, 1])
})
