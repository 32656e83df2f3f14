import { decimalsOf } from '#core/record/currency.ts'
import type { InvoiceItem, InvoiceTax } from './invoices.contract.ts'

/** What the items of an invoice come to; all amounts in its currency. */
export type Totals = {
  items: InvoiceItem[]
  /** Net, without tax. */
  subtotal: number
  taxes: InvoiceTax[]
  taxAmount: number
  /** What is to be paid: subtotal and taxes. */
  amount: number
}

/** Quantities, prices and rates have at most 4 decimals, and are counted in ten-thousandths. */
const FACTOR = 10_000
const fine = (value: number): bigint => BigInt(Math.round(value * FACTOR))

/** The quotient as a whole number; a half goes away from zero, as commercial rounding has it. */
function divideRounded(dividend: bigint, divisor: bigint): bigint {
  const doubled = (dividend < 0n ? -dividend : dividend) * 2n
  const rounded = (doubled + divisor) / (divisor * 2n)
  return dividend < 0n ? -rounded : rounded
}

/**
 * Adds up an invoice in whole hundredths, so that it adds up exactly to whoever checks it. The order of rounding is that
 * of the European standard EN 16931-1: a line's net amount is quantity × price, rounded (BT-131); the lines of one tax
 * rate are summed up, and the tax is that sum × rate, rounded once (rule BR-CO-17); the total is the sum of both (BR-CO-15).
 * Halves are rounded away from zero.
 */
export function addUp(given: readonly Omit<InvoiceItem, 'amount'>[], currency: string): Totals {
  // The smallest coin in hundredths.
  const coin = 10n ** BigInt(2 - decimalsOf(currency))
  const scale = BigInt(FACTOR)
  let subtotal = 0n
  const nets = new Map<number, bigint>()
  const items = given.map(({ description, quantity, unitPrice, taxRate }): InvoiceItem => {
    const net = divideRounded(fine(quantity) * fine(unitPrice) * 100n, scale * scale * coin) * coin
    subtotal += net
    nets.set(taxRate, (nets.get(taxRate) ?? 0n) + net)
    return { description, quantity, unitPrice, taxRate, amount: money(net) }
  })
  let taxAmount = 0n
  const taxes = [...nets]
    .sort(([a], [b]) => a - b)
    .map(([taxRate, net]): InvoiceTax => {
      const tax = divideRounded(net * fine(taxRate), scale * 100n * coin) * coin
      taxAmount += tax
      return { taxRate, net: money(net), tax: money(tax) }
    })
  return {
    items,
    subtotal: money(subtotal),
    taxes,
    taxAmount: money(taxAmount),
    amount: money(subtotal + taxAmount),
  }
}

/** Hundredths as the number on the wire: the division is rounded correctly, so no other decimal is nearer. */
const money = (hundredths: bigint): number => Number(hundredths) / 100
