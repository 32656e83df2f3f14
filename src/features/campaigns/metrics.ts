import { z } from 'zod'
import type { Row } from '#core/db/engine.ts'
import { type Tx, together } from '#core/db/workspace.ts'
import { operation } from '#core/http/operation.ts'
import { Aggregate } from '#core/record/aggregate.ts'
import { exchangeOf } from '#core/record/currency.ts'
import { idParams } from '#core/record/routes.ts'
import { store } from '#core/record/store.ts'
import { ATTRIBUTION_DAYS, attribution } from './attribution.ts'
import { campaigns } from './campaigns.table.ts'

const n = z.int()
const share = z.number().nullable()
const answer = z.object({
  contacts: n,
  pending: n,
  attempted: n.meta({ description: 'Sent, or turned away by the other mail server at once' }),
  sent: n.meta({ description: 'Taken by the mail server' }),
  delivered: n.meta({ description: 'As far as the mail service reports it' }),
  opened: n,
  clicked: n,
  bounced: n,
  unsubscribed: n,
  skipped: n,
  failed: n,
  deliveryRate: share.meta({ description: 'Null where no delivery has been reported' }),
  openRate: share,
  clickRate: share,
  bounceRate: share.meta({ description: 'bounced / attempted' }),
  unsubscribeRate: share,
  currency: z.string(),
  budget: z.number().nullable(),
  actualCost: z.number().nullable(),
  budgetUsed: share.meta({ description: 'actualCost / budget; null without a budget' }),
  budgetRemaining: z.number().nullable().meta({ description: 'budget − actualCost' }),
  deals: n.meta({ description: 'Deals that are attributed to the campaign, whatever their state' }),
  wonDeals: n,
  wonAmount: z.number().meta({ description: 'In the workspace’s currency' }),
  unconverted: n.meta({ description: 'Won deals in currencies without a rate; they are in no sum' }),
  impressions: n.meta({ description: 'The same as `opened`, as displays are called elsewhere' }),
  clicks: n.meta({ description: 'The same as `clicked`' }),
  conversions: n.meta({ description: 'The same as `wonDeals`' }),
  roi: share.meta({ description: '(wonAmount − actualCost) / actualCost; null without a cost' }),
})

export const metricsRoute = operation({
  method: 'GET',
  path: '/campaigns/:id/metrics',
  tag: 'campaigns',
  summary: 'Read what a campaign has done and what came of it',
  description: `A deal is attributed to the campaign where its \`source\` is the campaign's name, or where it was made within ${ATTRIBUTION_DAYS} days after its primary contact was sent the campaign. Deals that one may not see are not counted.`,
  params: idParams,
  answers: answer,
  async handle({ tx, params }) {
    const campaign = await store.read(tx, campaigns, params.id)
    const counted = campaign.metrics as Record<string, number>
    const won = await dealsOf(tx, campaign)
    const rate = (count: number | undefined) =>
      counted.sent ? rounded((count ?? 0) / counted.sent, 4) : null
    const budget = campaign.budget as number | null
    const actualCost = campaign.actualCost as number | null
    return {
      ...counted,
      deliveryRate: counted.delivered ? rate(counted.delivered) : null,
      openRate: rate(counted.opened),
      clickRate: rate(counted.clicked),
      bounceRate: counted.attempted ? rounded((counted.bounced ?? 0) / counted.attempted, 4) : null,
      unsubscribeRate: rate(counted.unsubscribed),
      budget,
      actualCost,
      budgetUsed: budget ? rounded((actualCost ?? 0) / budget, 4) : null,
      budgetRemaining: budget === null ? null : rounded(budget - (actualCost ?? 0), 2),
      ...won,
      impressions: counted.opened ?? 0,
      clicks: counted.clicked ?? 0,
      conversions: won.wonDeals,
      roi: actualCost ? rounded((won.wonAmount - actualCost) / actualCost, 4) : null,
    }
  },
})

const rounded = (value: number, places: number) => Number(value.toFixed(places))

async function dealsOf(tx: Tx, campaign: Row) {
  const ask = new Aggregate(tx)
  const campaigns = `${ask.scope('campaign', 'c')} and c.id = ${ask.add(campaign.id, 'uuid')}`
  const came = attribution(campaigns, ask.scope('deal'), ask.scope('campaignContact', 'k'))
  const [rows, { currency, rates }] = await together([
    ask.rows(
      `with ${came} select t.status, t.currency, count(*)::int as count, sum(t.amount) as amount
       from attributed a join deals t on ${ask.scope('deal')} and t.id = a.deal_id group by t.status, t.currency`,
    ),
    exchangeOf(tx),
  ])
  const won = rows.filter(row => row.status === 'WON')
  const total = (list: Row[]) => list.reduce((sum, row) => sum + (row.count as number), 0)
  const amount = won.reduce(
    (sum, row) => sum + ((row.amount as number | null) ?? 0) * (rates[row.currency as string] ?? 0),
    0,
  )
  return {
    currency,
    deals: total(rows),
    wonDeals: total(won),
    wonAmount: rounded(amount, 2),
    unconverted: total(won.filter(row => rates[row.currency as string] === undefined)),
  }
}
