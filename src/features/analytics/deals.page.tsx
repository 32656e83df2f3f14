import { Select } from '@mantine/core'
import { useState } from 'react'
import { PlainChart } from '#web/chart/plain-chart.tsx'
import { useFormat } from '#web/kit/format.ts'
import { useText } from '#web/text/index.tsx'
import classes from './analytics.module.css'
import { type Asked, type Money, Panel, useAnalysis } from './panel.page.tsx'

/** How figures are written: shares, and money in the currency of the answer. */
export function useFigures() {
  const format = useFormat()
  const percent = new Intl.NumberFormat(format.locale, { style: 'percent', maximumFractionDigits: 1 })
  const month = new Intl.DateTimeFormat(format.locale, { month: 'short', year: 'numeric', timeZone: 'UTC' })
  return {
    number: format.number,
    share: (value: number | null) => (value === null ? null : percent.format(value)),
    money: (currency: string) => (value: number | null) =>
      value === null ? null : format.money(Math.round(value), currency),
    shortMoney: (currency: string) => (value: number) => format.shortMoney(value, currency),
    month: (key: string) => month.format(new Date(`${key}-01T00:00:00Z`)),
    day: format.shortDay,
  }
}

type PipelineAnswer = Money & {
  stages: Array<{
    stageId: string
    stageName: string
    kind: string
    openDeals: number
    totalAmount: number
    weightedAmount: number
  }>
  totalOpenDeals: number
  totalPipelineAmount: number
  totalWeightedAmount: number
}

export function PipelinePanel({ pipelineId }: Partial<Asked>) {
  const text = useText()
  const figures = useFigures()
  const query = useAnalysis<PipelineAnswer>('/deals/pipeline', { pipelineId })
  const open = (data: PipelineAnswer) => data.stages.filter(({ kind }) => kind === 'OPEN')
  return (
    <Panel
      title={text.analytics.pipeline}
      hint={text.analytics.pipelineHint}
      query={query}
      isEmpty={data => data.totalOpenDeals === 0}
      money={data => data}
      chart={data => (
        <PlainChart
          label={text.analytics.pipeline}
          chart="BAR"
          points={open(data).map(({ stageName, totalAmount, weightedAmount }) => ({
            label: stageName,
            total: totalAmount,
            weighted: weightedAmount,
          }))}
          series={[
            ['total', text.analytics.amount],
            ['weighted', text.analytics.weighted],
          ]}
          write={value => figures.money(data.currency)(value)!}
          writeShort={figures.shortMoney(data.currency)}
        />
      )}
      figures={data => {
        const money = figures.money(data.currency)
        return {
          head: [text.analytics.stage, text.analytics.deals, text.analytics.amount, text.analytics.weighted],
          rows: open(data).map(stage => [
            stage.stageName,
            figures.number(stage.openDeals),
            money(stage.totalAmount),
            money(stage.weightedAmount),
          ]),
          foot: [
            text.reports.total,
            figures.number(data.totalOpenDeals),
            money(data.totalPipelineAmount),
            money(data.totalWeightedAmount),
          ],
        }
      }}
    />
  )
}

type FunnelAnswer = {
  deals: number
  stages: Array<{
    stageId: string
    stageName: string
    reached: number
    lost: number
    conversion: number | null
    fromStart: number | null
    averageDays: number | null
  }>
}

export function FunnelPanel(asked: Asked) {
  const text = useText()
  const figures = useFigures()
  const query = useAnalysis<FunnelAnswer>('/analytics/funnel', asked)
  return (
    <Panel
      title={text.analytics.funnel}
      hint={text.analytics.funnelHint}
      query={query}
      isEmpty={data => data.deals === 0}
      chart={({ stages, deals }) => (
        <PlainChart
          label={text.analytics.funnel}
          chart="BAR"
          points={stages.map(({ stageName, reached }) => ({ label: stageName, reached }))}
          series={[['reached', text.analytics.reached]]}
          write={value => `${figures.number(value)} · ${figures.share(deals ? value / deals : 0)}`}
        />
      )}
      figures={({ stages }) => ({
        head: [
          text.analytics.stage,
          text.analytics.reached,
          text.analytics.conversion,
          text.analytics.lost,
          text.analytics.averageDays,
        ],
        rows: stages.map(stage => [
          stage.stageName,
          figures.number(stage.reached),
          figures.share(stage.conversion),
          figures.number(stage.lost),
          stage.averageDays === null ? null : figures.number(Math.round(stage.averageDays * 10) / 10),
        ]),
      })}
    />
  )
}

type Sums = { openDeals: number; bestCase: number; weighted: number; committed: number }
type ForecastAnswer = Money & {
  committedFrom: number
  months: Array<Sums & { month: string; won: number; wonDeals: number }>
  overdue: Sums
  later: Sums
  undated: Sums
}

export function ForecastPanel({ pipelineId, ownerId, isWide }: Partial<Asked> & { isWide?: boolean }) {
  const text = useText()
  const figures = useFigures()
  const query = useAnalysis<ForecastAnswer>('/analytics/forecast', { pipelineId, ownerId })
  const places = (data: ForecastAnswer) =>
    [
      [text.analytics.overdue, data.overdue],
      [text.analytics.later, data.later],
      [text.analytics.undated, data.undated],
    ] as const
  return (
    <Panel
      isWide={isWide}
      title={text.analytics.forecast}
      hint={text.analytics.forecastHint(query.data?.committedFrom ?? 75)}
      query={query}
      isEmpty={data =>
        [...data.months, ...places(data).map(([, sums]) => sums)].every(
          one => !one.openDeals && !('won' in one && one.won),
        )
      }
      money={data => data}
      chart={data => (
        <PlainChart
          label={text.analytics.forecast}
          chart="BAR"
          isTimed
          points={data.months.map(({ month, won, committed, weighted, bestCase }) => ({
            label: figures.month(month),
            won,
            committed,
            weighted,
            bestCase,
          }))}
          series={[
            ['bestCase', text.analytics.bestCase],
            ['weighted', text.analytics.weighted],
            ['committed', text.analytics.committed],
            ['won', text.analytics.won],
          ]}
          write={value => figures.money(data.currency)(value)!}
          writeShort={figures.shortMoney(data.currency)}
        />
      )}
      figures={data => {
        const money = figures.money(data.currency)
        const cells = (sums: Sums) => [
          figures.number(sums.openDeals),
          money(sums.bestCase),
          money(sums.weighted),
          money(sums.committed),
        ]
        return {
          head: [
            text.analytics.month,
            text.analytics.openDeals,
            text.analytics.bestCase,
            text.analytics.weighted,
            text.analytics.committed,
            text.analytics.won,
          ],
          rows: [
            ...data.months.map(one => [figures.month(one.month), ...cells(one), money(one.won)]),
            ...places(data).map(([label, sums]) => [label, ...cells(sums), null]),
          ],
        }
      }}
    />
  )
}

type VelocityAnswer = Money & {
  opportunities: number
  averageAmount: number | null
  winRate: number | null
  cycleDays: number | null
  perDay: number | null
  perMonth: number | null
}

export function VelocityPanel(asked: Asked) {
  const text = useText()
  const figures = useFigures()
  const query = useAnalysis<VelocityAnswer>('/analytics/velocity', asked)
  const factors = (data: VelocityAnswer) => {
    const money = figures.money(data.currency)
    return [
      [text.analytics.perMonth, money(data.perMonth)],
      [text.analytics.perDay, money(data.perDay)],
      [text.analytics.openDeals, figures.number(data.opportunities)],
      [text.analytics.averageAmount, money(data.averageAmount)],
      [text.analytics.winRate, figures.share(data.winRate)],
      [text.analytics.cycle, data.cycleDays === null ? null : figures.number(data.cycleDays)],
    ] as const
  }
  return (
    <Panel
      title={text.analytics.velocity}
      hint={text.analytics.velocityHint}
      query={query}
      isEmpty={data => data.opportunities === 0 && data.winRate === null}
      money={data => data}
      chart={data => (
        <dl className={classes.factors}>
          {factors(data).map(([label, value]) => (
            <div key={label}>
              <dt>{label}</dt>
              <dd className="numbers">{value ?? '–'}</dd>
            </div>
          ))}
        </dl>
      )}
      figures={data => ({
        head: [text.analytics.velocity, ''],
        rows: factors(data).map(([label, value]) => [label, value]),
      })}
    />
  )
}

const WIN_RATES = ['owner', 'source', 'size', 'reason'] as const
type WinRateAnswer = Money & {
  won: number
  lost: number
  winRate: number | null
  groups: Array<{
    key: string | null
    name: string | null
    won: number
    lost: number
    winRate: number | null
    shareOfLost: number | null
    wonAmount: number
  }>
}

export function WinRatePanel(asked: Asked) {
  const text = useText()
  const figures = useFigures()
  const [by, setBy] = useState<(typeof WIN_RATES)[number]>('owner')
  const query = useAnalysis<WinRateAnswer>('/analytics/win-rate', { ...asked, by })
  const isReason = by === 'reason'
  return (
    <Panel
      title={text.analytics.winRate}
      hint={text.analytics.winRateHint}
      query={query}
      isEmpty={data => data.won + data.lost === 0}
      money={data => data}
      tools={
        <Select
          size="xs"
          w={140}
          aria-label={`${text.analytics.winRate}: ${text.analytics.by}`}
          value={by}
          data={WIN_RATES.map(value => ({ value, label: text.analytics.winRateBy[value] }))}
          onChange={value => value && setBy(value as typeof by)}
        />
      }
      chart={({ groups }) => (
        <PlainChart
          label={text.analytics.winRate}
          chart="BAR"
          points={groups.slice(0, 12).map(group => ({
            label: group.name ?? text.common.none,
            share: isReason ? group.shareOfLost : group.winRate,
          }))}
          series={[['share', isReason ? text.analytics.shareOfLost : text.analytics.winRate]]}
          write={value => figures.share(value)!}
        />
      )}
      figures={({ groups, won, lost, winRate, currency }) => ({
        head: [
          text.analytics.winRateBy[by],
          text.analytics.won,
          text.analytics.lost,
          isReason ? text.analytics.shareOfLost : text.analytics.winRate,
          text.analytics.wonAmount,
        ],
        rows: groups.map(group => [
          group.name ?? text.common.none,
          figures.number(group.won),
          figures.number(group.lost),
          figures.share(isReason ? group.shareOfLost : group.winRate),
          figures.money(currency)(group.wonAmount),
        ]),
        foot: [text.reports.total, figures.number(won), figures.number(lost), figures.share(winRate), ''],
      })}
    />
  )
}
