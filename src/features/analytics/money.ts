import { z } from 'zod'
import { type CurrencySum, currencySum, type Exchange, ratesUsed } from '#core/record/currency.ts'
import type { Ask } from './scope.ts'

/** What every answer with money says about its currencies. */
export const moneyShape = {
  currency: z
    .string()
    .meta({ description: "The workspace's; amounts without a currency beside them are in it" }),
  rates: z.record(z.string(), z.number()).meta({
    description: "What one unit of another currency is worth in the workspace's, where it was needed",
  }),
  unconverted: z.array(currencySum).meta({
    description:
      'Deals in currencies for which `settings.exchangeRates` has no rate: counted, but in no amount',
  }),
  byCurrency: z.array(currencySum).meta({ description: 'Amounts as they are, not converted' }),
}

/** The amount of the deal `t` in the workspace's currency; null where there is no rate, so that no sum holds it. */
export const converted = (ask: Ask, { rates }: Exchange): string =>
  `(t.amount * (${ask.add(JSON.stringify(rates), 'jsonb')}->>t.currency)::numeric)`

/** The currencies in the deals of a condition. `where` must have been made by `ask` alone. */
export async function currenciesIn(ask: Ask, where: string, exchange: Exchange) {
  const byCurrency = (await ask.rows(
    `select t.currency, sum(t.amount) as amount, count(*) as count from deals t where ${where} group by t.currency order by t.currency`,
  )) as CurrencySum[]
  return {
    currency: exchange.currency,
    rates: ratesUsed(byCurrency, exchange),
    unconverted: byCurrency.filter(part => !exchange.rates[part.currency]),
    byCurrency,
  }
}
