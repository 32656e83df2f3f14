import { PlainChart } from '#web/chart/plain-chart.tsx'
import { MemberName } from '#web/kit/value.tsx'
import { choiceLabel, useText } from '#web/text/index.tsx'
import { useFigures } from './deals.page.tsx'
import { type Asked, type Money, Panel, useAnalysis } from './panel.page.tsx'

type LeaderAnswer = Money & {
  rows: Array<{
    memberId: string | null
    name: string | null
    won: number
    lost: number
    winRate: number | null
    wonAmount: number
    activities: number
  }>
}

export function LeaderboardPanel({ dateFrom, pipelineId }: Asked) {
  const text = useText()
  const figures = useFigures()
  const query = useAnalysis<LeaderAnswer>('/analytics/leaderboard', { dateFrom, pipelineId })
  return (
    <Panel
      title={text.analytics.leaderboard}
      hint={text.analytics.leaderboardHint}
      query={query}
      isEmpty={data => data.rows.length === 0}
      money={data => data}
      figures={({ rows, currency }) => ({
        head: [
          text.analytics.member,
          text.analytics.wonAmount,
          text.analytics.won,
          text.analytics.winRate,
          text.analytics.activities,
        ],
        rows: rows.map(row => [
          row.memberId ? <MemberName key="name" id={row.memberId} /> : text.common.none,
          figures.money(currency)(row.wonAmount),
          figures.number(row.won),
          figures.share(row.winRate),
          figures.number(row.activities),
        ]),
      })}
    />
  )
}

type SourcesAnswer = Money & {
  rows: Array<{
    source: string | null
    leads: number
    converted: number
    conversionRate: number | null
    wonDeals: number
    wonAmount: number
  }>
}

export function LeadSourcesPanel({ dateFrom }: Asked) {
  const text = useText()
  const figures = useFigures()
  const query = useAnalysis<SourcesAnswer>('/analytics/lead-sources', { dateFrom })
  return (
    <Panel
      title={text.analytics.leadSources}
      hint={text.analytics.leadSourcesHint}
      query={query}
      isEmpty={data => data.rows.length === 0}
      money={data => data}
      figures={({ rows, currency }) => ({
        head: [
          text.analytics.source,
          text.analytics.leads,
          text.analytics.converted,
          text.analytics.conversionRate,
          text.analytics.wonDeals,
          text.analytics.wonAmount,
        ],
        rows: rows.map(row => [
          row.source ?? text.common.none,
          figures.number(row.leads),
          figures.number(row.converted),
          figures.share(row.conversionRate),
          figures.number(row.wonDeals),
          figures.shortMoney(currency)(row.wonAmount),
        ]),
      })}
    />
  )
}

type Counted = {
  actualCost: number | null
  deals: number
  wonDeals: number
  wonAmount: number
  roi: number | null
}
type RoiAnswer = Money & { rows: Array<Counted & { campaignId: string; name: string }>; totals: Counted }

export function CampaignPanel({ dateFrom, ownerId }: Asked) {
  const text = useText()
  const figures = useFigures()
  const query = useAnalysis<RoiAnswer>('/analytics/campaign-roi', { dateFrom, ownerId })
  return (
    <Panel
      title={text.analytics.campaigns}
      hint={text.analytics.campaignsHint}
      query={query}
      isEmpty={data => data.rows.length === 0}
      money={data => data}
      figures={({ rows, totals, currency }) => {
        const cells = (row: Counted) => [
          figures.money(currency)(row.actualCost),
          figures.number(row.deals),
          figures.number(row.wonDeals),
          figures.money(currency)(row.wonAmount),
          figures.share(row.roi),
        ]
        return {
          head: [
            text.analytics.campaign,
            text.analytics.cost,
            text.analytics.deals,
            text.analytics.wonDeals,
            text.analytics.wonAmount,
            text.analytics.roi,
          ],
          rows: rows.map(row => [row.name, ...cells(row)]),
          foot: [text.reports.total, ...cells(totals)],
        }
      }}
    />
  )
}

type AgingAnswer = Money & {
  buckets: Array<{ bucket: string; count: number; amount: number }>
  totalOutstanding: number
}

export function AgingPanel() {
  const text = useText()
  const figures = useFigures()
  const query = useAnalysis<AgingAnswer>('/reports/invoice-aging')
  const name = (bucket: string) => text.analytics.buckets[bucket as 'current'] ?? bucket
  return (
    <Panel
      title={text.analytics.aging}
      hint={text.analytics.agingHint}
      query={query}
      isEmpty={data => data.buckets.every(({ count }) => count === 0)}
      money={data => data}
      chart={({ buckets, currency }) => (
        <PlainChart
          label={text.analytics.aging}
          chart="BAR"
          points={buckets.map(({ bucket, amount }) => ({ label: name(bucket), amount }))}
          series={[['amount', text.analytics.amount]]}
          write={value => figures.money(currency)(value)!}
        />
      )}
      figures={({ buckets, currency, totalOutstanding }) => ({
        head: ['', text.analytics.invoices, text.analytics.amount],
        rows: buckets.map(({ bucket, count, amount }) => [
          name(bucket),
          figures.number(count),
          figures.money(currency)(amount),
        ]),
        foot: [
          text.reports.total,
          figures.number(buckets.reduce((sum, { count }) => sum + count, 0)),
          figures.money(currency)(totalOutstanding),
        ],
      })}
    />
  )
}

type ActivityAnswer = {
  total: number
  byType: Array<{ type: string; count: number; minutes: number }>
  byTime: Array<{ from: string; count: number }>
}

export function ActivityPanel({ dateFrom }: Asked) {
  const text = useText()
  const figures = useFigures()
  const by = dateFrom === '-12m' || dateFrom === 'startOfYear' ? 'month' : 'week'
  const query = useAnalysis<ActivityAnswer>('/analytics/activity', { dateFrom, by })
  const labelOf = (from: string) => (by === 'month' ? figures.month(from.slice(0, 7)) : figures.day(from))
  return (
    <Panel
      title={text.analytics.activity}
      hint={text.analytics.activityHint}
      query={query}
      isEmpty={data => data.total === 0}
      chart={({ byTime }) => (
        <PlainChart
          label={text.analytics.activity}
          chart="BAR"
          isTimed
          points={byTime.map(({ from, count }) => ({ label: labelOf(from), count }))}
          series={[['count', text.analytics.activities]]}
          write={figures.number}
        />
      )}
      figures={({ byType, byTime, total }) => ({
        head: [text.analytics.activity, text.analytics.activities],
        rows: [
          ...byType.map(({ type, count }) => [choiceLabel(text, type), figures.number(count)]),
          ...byTime.map(({ from, count }) => [labelOf(from), figures.number(count)]),
        ],
        foot: [text.reports.total, figures.number(total)],
      })}
    />
  )
}
