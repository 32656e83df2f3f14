import { z } from 'zod'
import { type Tx, together } from '#core/db/workspace.ts'
import { exchangeOf } from '#core/record/currency.ts'
import { attribution } from '#features/campaigns/attribution.ts'
import { converted, currenciesIn, moneyShape } from './money.ts'
import {
  Ask,
  type Period,
  type PeriodQuery,
  periodAnswer,
  periodOf,
  periodShape,
  share,
  told,
} from './scope.ts'

const CAMPAIGNS_AT_MOST = 500

export const campaignRoiQuery = z.strictObject({
  ...periodShape,
  ownerId: z
    .uuid('must be the id of a member')
    .optional()
    .meta({ description: 'Only campaigns of this member' }),
})
const counted = {
  budget: z.number().nullable(),
  actualCost: z.number().nullable(),
  deals: z.int().meta({ description: 'That came of it, whatever their state' }),
  wonDeals: z.int(),
  wonAmount: z.number(),
  roi: z.number().nullable().meta({ description: '(won amount − cost) ÷ cost; null without a cost' }),
}
export const campaignRoiAnswer = z.object({
  period: periodAnswer,
  ...moneyShape,
  rows: z.array(
    z.object({
      campaignId: z.uuid(),
      name: z.string(),
      type: z.string(),
      status: z.string(),
      startDate: z.string().nullable(),
      ...counted,
    }),
  ),
  totals: z
    .object(counted)
    .meta({ description: 'Each deal once; roi over the campaigns that have a cost, and the deals of those' }),
})

/**
 * Return on investment of the campaigns that began in the period (on their start date, else the day they were made):
 * ROI = (amount of won deals − actual cost) ÷ actual cost, as Salesforce's Campaign ROI Analysis report defines it, here
 * as a share and not in percent. Deals come of a campaign as campaigns/attribution.ts says, also after the period; one
 * that came of several counts in full for each of them (multi-touch), and once in the totals. Budgets and costs are in
 * the workspace's currency, as campaigns have none of their own.
 */
export async function campaignRoi(tx: Tx, query: z.infer<typeof campaignRoiQuery>) {
  const period = periodOf(tx.who, query)
  const exchange = await exchangeOf(tx)
  const [plain, ask, once] = [new Ask(tx), new Ask(tx), new Ask(tx)]
  const came = (of: Ask) =>
    attribution(begun(of, query, period), of.scope('deal'), of.scope('campaignContact', 'k'))
  const deal = 't.workspace_id = c.workspace_id and t.id = a.deal_id'
  const won = "t.status = 'WON'"
  const [amount, amountOnce] = [converted(ask, exchange), converted(once, exchange)]
  const [money, rows, [all], [costs]] = await together([
    currenciesIn(
      plain,
      `${plain.scope('deal')} and ${won} and t.id in (with ${came(plain)} select deal_id from attributed)`,
      exchange,
    ),
    ask.rows(
      `with ${came(ask)} select c.id as "campaignId", c.name, c.type, c.status, to_char(c.start_date, 'YYYY-MM-DD') as "startDate", c.budget, c.actual_cost as "actualCost",
         count(t.id) as deals, count(t.id) filter (where ${won}) as "wonDeals", coalesce(round(sum(${amount}) filter (where ${won}), 2), 0) as "wonAmount"
       from chosen c left join attributed a on a.campaign_id = c.id left join deals t on ${deal}
       group by c.id, c.name, c.type, c.status, c.start_date, c.budget, c.actual_cost
       order by "wonAmount" desc, c.name, c.id limit ${CAMPAIGNS_AT_MOST}`,
    ),
    once.rows(
      `with ${came(once)}, each as (select ${amountOnce} as amount, t.status, bool_or(c.actual_cost > 0) as costs
         from attributed a join chosen c on c.id = a.campaign_id join deals t on ${deal} group by t.workspace_id, t.id, t.amount, t.currency, t.status)
       select count(*) as deals, count(*) filter (where status = 'WON') as "wonDeals", coalesce(round(sum(amount) filter (where status = 'WON'), 2), 0) as "wonAmount",
         coalesce(round(sum(amount) filter (where status = 'WON' and costs), 2), 0) as "paidFor" from each`,
    ),
    sums(new Ask(tx), query, period),
  ])
  const { paidFor, ...totals } = all as {
    deals: number
    wonDeals: number
    wonAmount: number
    paidFor: number
  }
  const { budget, actualCost } = costs as { budget: number | null; actualCost: number | null }
  return {
    period: told(period),
    ...money,
    rows: rows.map(row => ({
      ...row,
      roi: roiOf(row.wonAmount as number, row.actualCost as number | null),
    })),
    totals: { budget, actualCost, ...totals, roi: roiOf(paidFor, actualCost) },
  }
}

const roiOf = (wonAmount: number, cost: number | null) => (cost ? share(wonAmount - cost, cost) : null)

/** The condition of the campaigns `c` that began in the period. */
function begun(ask: Ask, { ownerId }: { ownerId?: string }, period: Period): string {
  const [from, to] = [ask.add(period.from, 'date'), ask.add(period.to, 'date')]
  const made = `c.created_at >= ${ask.add(period.start, 'timestamptz')} and c.created_at < ${ask.add(period.end, 'timestamptz')}`
  const owned = ownerId ? ` and c.owner_id = ${ask.add(ownerId, 'uuid')}` : ''
  return `${ask.scope('campaign', 'c')} and (c.start_date between ${from} and ${to} or c.start_date is null and ${made})${owned}`
}

const sums = (ask: Ask, query: PeriodQuery & { ownerId?: string }, period: Period) =>
  ask.rows(
    `select sum(c.budget) as budget, sum(c.actual_cost) as "actualCost" from campaigns c where ${begun(ask, query, period)}`,
  )
