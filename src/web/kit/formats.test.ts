import assert from 'node:assert/strict'
import { test } from 'node:test'
import { formats } from './formats.ts'

test('what rounds to nothing has no minus before it, and what names no currency is in ours', () => {
  const { quantity, number, decimal, fixed, percent, percentPoints, money } = formats('en-US', 'USD')
  assert.deepEqual(
    [quantity(-0), number(-0.0001), decimal(-0.04), fixed(-0.004, 2), percent(-0.001), percentPoints(-1e-7)],
    ['0', '0', '0.0', '0.00', '0%', '0%'],
  )
  assert.equal(money(-0.001), '$0')
  assert.deepEqual([money(5, 'EUR'), money(5), money(5, null)], ['€5', '$5', '$5'])
  assert.deepEqual([quantity(-0.25), percent(-0.25), money(-3)], ['-0.25', '-25%', '-$3'])
})
