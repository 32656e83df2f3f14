import { z } from 'zod'
import type { Tx } from '#core/db/workspace.ts'
import type { Ask } from './scope.ts'

const currencySum = z.object({ currency: z.string(), amount: z.number(), count: z.int() })
type CurrencySum = z.infer<typeof currencySum>

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

export type Exchange = { currency: string; rates: Record<string, number> }

/** The workspace's currency, and the rates by which others are turned into it; its own is 1. */
export async function exchangeOf(tx: Tx): Promise<Exchange> {
  const [workspace] = await tx.session.rows(
    "select currency, settings->'exchangeRates' as rates from workspaces where id = $1::uuid",
    [tx.who.workspaceId],
  )
  const currency = workspace!.currency as string
  return { currency, rates: { ...(workspace!.rates as Record<string, number> | null), [currency]: 1 } }
}

/** The amount of the deal `t` in the workspace's currency; null where there is no rate, so that no sum holds it. */
export const converted = (ask: Ask, { rates }: Exchange): string =>
  `(t.amount * (${ask.add(JSON.stringify(rates), 'jsonb')}->>t.currency)::numeric)`

/** The currencies in the deals of a condition. `where` must have been made by `ask` alone. */
export async function currenciesIn(ask: Ask, where: string, { currency, rates }: Exchange) {
  const byCurrency = (await ask.rows(
    `select t.currency, sum(t.amount) as amount, count(*) as count from deals t where ${where} group by t.currency order by t.currency`,
  )) as CurrencySum[]
  const used = byCurrency.filter(part => part.currency !== currency && rates[part.currency])
  return {
    currency,
    rates: Object.fromEntries(used.map(part => [part.currency, rates[part.currency]!])),
    unconverted: byCurrency.filter(part => !rates[part.currency]),
    byCurrency,
  }
}
