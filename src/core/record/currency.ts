import { z } from 'zod'
import type { Tx } from '../db/workspace.ts'
import { invalid } from '../errors.ts'

/** Amounts of one currency, added up. */
export const currencySum = z.object({ currency: z.string(), amount: z.number(), count: z.int() })
export type CurrencySum = z.infer<typeof currencySum>

/** What one unit of another currency is worth in the workspace's. */
export type Rates = Record<string, number>
export type Exchange = { currency: string; rates: Rates }

const exchanges = new WeakMap<Tx, Promise<Exchange>>()

/**
 * The workspace's currency (ISO 4217) and the rates of `settings.exchangeRates`, by which others are turned into it; its
 * own is 1. Read once a transaction.
 */
export function exchangeOf(tx: Tx): Promise<Exchange> {
  let found = exchanges.get(tx)
  if (!found) {
    found = tx.session
      .rows("select currency, settings->'exchangeRates' as rates from workspaces where id = $1::uuid", [
        tx.who.workspaceId,
      ])
      .then(([workspace]) => {
        const currency = workspace!.currency as string
        return { currency, rates: { ...(workspace!.rates as Rates | null), [currency]: 1 } }
      })
    exchanges.set(tx, found)
  }
  return found
}

/** The workspace's own currency, ISO 4217. */
export const workspaceCurrency = async (tx: Tx): Promise<string> => (await exchangeOf(tx)).currency

/** ISO 4217's currencies without a minor unit. The locale data of Intl go by cash, and leave others (HUF, PKR) without one too. */
const WHOLE = new Set('BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF'.split(' '))

/** Decimals of a currency's smallest coin, at most the two that are stored: 0 for JPY, and 2 for KWD, which has three. */
export const decimalsOf = (currency: string): 0 | 2 => (WHOLE.has(currency) ? 0 : 2)

/** An amount and its currency as they stand or are to stand. */
type Money = { amount: number; currency: string }

/**
 * Holds an amount to the coins of its currency, and to be none below nothing. One that stands already may be sent back.
 * @throws Refusal 400 at `amount`
 */
export function checkAmount({ amount, currency }: Money, current?: Money): void {
  if (amount < 0 && current?.amount !== amount)
    throw invalid({
      path: 'amount',
      code: 'TOO_SMALL',
      params: { minimum: 0 },
      message: 'must not be negative',
    })
  if (decimalsOf(currency) === 2 || Number.isInteger(amount)) return
  if (current && current.amount === amount && current.currency === currency) return
  throw invalid({
    path: 'amount',
    code: 'WHOLE_AMOUNT',
    params: { currency },
    message: `must have no decimals, for ${currency} has none`,
  })
}

/** What money with two decimals is in hundredths: whole numbers, which add up without the errors of floats. */
export const cents = (amount: number): number => Math.round(amount * 100)

/** The rates that were needed for these amounts; the workspace's own currency is not among them. */
export function ratesUsed(parts: readonly { currency: string }[], { currency, rates }: Exchange): Rates {
  const foreign = parts.filter(part => part.currency !== currency && rates[part.currency])
  return Object.fromEntries(foreign.map(part => [part.currency, rates[part.currency]!]))
}

/** Amounts added up by their currency, in the order in which currencies first come. */
export function sumsByCurrency(parts: readonly CurrencySum[]): CurrencySum[] {
  const sums = new Map<string, CurrencySum>()
  for (const { currency, amount, count } of parts) {
    const sum = sums.get(currency) ?? { currency, amount: 0, count: 0 }
    sums.set(currency, {
      currency,
      amount: (cents(sum.amount) + cents(amount)) / 100,
      count: sum.count + count,
    })
  }
  return [...sums.values()]
}
