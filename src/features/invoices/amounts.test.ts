import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { runs } from '#test/runs.ts'
import { addUp } from './amounts.ts'

/** A number of at most 4 decimals, as callers may give it. */
const decimal = (min: number, max: number) =>
  fc.integer({ min: min * 10_000, max: max * 10_000 }).map(value => value / 10_000)
const items = fc.array(
  fc.record({
    description: fc.constant('x'),
    quantity: decimal(-1000, 100_000),
    unitPrice: decimal(-1000, 100_000),
    taxRate: fc.oneof(fc.constantFrom(0, 7, 8.1, 19, 20, 25, 8.875), decimal(0, 100)),
  }),
  { maxLength: 30 },
)
const currencies = fc.constantFrom('EUR', 'USD', 'JPY', 'KWD')
const coinOf = (currency: string) => (currency === 'JPY' ? 100n : 1n)

/** The number as exact ten-thousandths, read from its decimal text and not from the float. */
function exact(value: number): bigint {
  const [, sign, whole, fraction = ''] = /^(-?)(\d+)(?:\.(\d{1,4}))?$/.exec(String(value)) ?? []
  const digits = BigInt(`${whole}${fraction.padEnd(4, '0')}`)
  return sign ? -digits : digits
}
const cents = (value: number): bigint => {
  const fine = exact(value)
  assert.equal(fine % 100n, 0n, `${value} has more than 2 decimals`)
  return fine / 100n
}
const abs = (value: bigint) => (value < 0n ? -value : value)

test('the parts of an invoice add up to the cent, whatever is on it', () => {
  fc.assert(
    fc.property(items, currencies, (given, currency) => {
      const totals = addUp(given, currency)
      const sum = (values: number[]) => values.reduce((all, value) => all + cents(value), 0n)
      assert.equal(cents(totals.subtotal), sum(totals.items.map(item => item.amount)))
      assert.equal(cents(totals.subtotal), sum(totals.taxes.map(tax => tax.net)))
      assert.equal(cents(totals.taxAmount), sum(totals.taxes.map(tax => tax.tax)))
      assert.equal(cents(totals.amount), cents(totals.subtotal) + cents(totals.taxAmount))
      for (const value of [totals.amount, ...totals.items.map(item => item.amount)])
        assert.equal(cents(value) % coinOf(currency), 0n, `${value} ${currency} cannot be paid in coins`)
    }),
    { numRuns: runs(500) },
  )
})

test('each rounded amount is the nearest, and of two as near the one further from nothing', () => {
  fc.assert(
    fc.property(items, currencies, (given, currency) => {
      const totals = addUp(given, currency)
      const coin = coinOf(currency)
      /** `rounded` hundredths stand for `value`, a fraction of `scale` of a hundredth. */
      const isNearest = (rounded: bigint, value: bigint, scale: bigint) => {
        const distance = abs(rounded * scale - value) * 2n
        assert.ok(distance <= scale * coin)
        if (distance === scale * coin) assert.ok(abs(rounded * scale) > abs(value), 'a half goes up')
      }
      for (const [i, { quantity, unitPrice }] of given.entries())
        isNearest(cents(totals.items[i]!.amount), exact(quantity) * exact(unitPrice), 1_000_000n)
      for (const { taxRate, net, tax } of totals.taxes)
        isNearest(cents(tax), cents(net) * exact(taxRate), 1_000_000n)
    }),
    { numRuns: runs(500) },
  )
})

test('the order of the lines does not matter, and a storno takes back exactly what was billed', () => {
  fc.assert(
    fc.property(items, currencies, (given, currency) => {
      const totals = addUp(given, currency)
      const turned = addUp([...given].reverse(), currency)
      assert.deepEqual({ ...turned, items: [] }, { ...totals, items: [] })
      const storno = addUp(
        given.map(item => ({ ...item, quantity: -item.quantity })),
        currency,
      )
      assert.equal(cents(storno.amount), -cents(totals.amount))
    }),
  )
})
