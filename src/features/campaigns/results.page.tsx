import { Text as P, Progress } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import type { ReactNode } from 'react'
import { useMe } from '#web/api.ts'
import { useFormat } from '#web/kit/format.ts'
import { Fault } from '#web/kit/states.tsx'
import type { Row } from '#web/record/model.ts'
import { useText } from '#web/text/index.tsx'
import classes from './campaign.module.css'
import { type Metrics, metricsQuery } from './campaign-data.page.tsx'

/** How far it has come, what it has cost, and what came of it. */
export function Results({ campaign }: { campaign: Row }) {
  const text = useText()
  const { data, error, refetch } = useQuery(metricsQuery(campaign.id))
  if (error) return <Fault error={error} retry={refetch} />
  return (
    <section className={classes.results} aria-label={text.campaigns.results} aria-busy={!data}>
      <div className={classes.figures}>
        {data && campaign.type === 'EMAIL' && <Reach metrics={data} />}
        {data && <Worth metrics={data} />}
      </div>
    </section>
  )
}

function Reach({ metrics }: { metrics: Metrics }) {
  const { campaigns: words } = useText()
  const format = useFormat()
  const { workspace } = useMe()
  const isTracked = workspace.settings.mailTracking === true || metrics.opened > 0
  const share = (rate: number | null) => (rate === null ? undefined : format.percent(rate))
  return (
    <div className={classes.reach}>
      <Figure label={words.contacts} value={format.number(metrics.contacts)}>
        {metrics.pending > 0 && `${format.number(metrics.pending)} ${words.waiting.toLowerCase()}`}
      </Figure>
      <Figure label={words.sent} value={format.number(metrics.sent)}>
        {metrics.deliveryRate !== null && `${share(metrics.deliveryRate)} ${words.delivered.toLowerCase()}`}
      </Figure>
      <Figure label={words.opened} value={isTracked ? format.number(metrics.opened) : '–'}>
        {isTracked ? share(metrics.openRate) : <span title={words.untracked}>?</span>}
      </Figure>
      <Figure label={words.clicked} value={isTracked ? format.number(metrics.clicked) : '–'}>
        {isTracked ? share(metrics.clickRate) : <span title={words.untracked}>?</span>}
      </Figure>
      <Figure label={words.bounced} value={format.number(metrics.bounced)}>
        {share(metrics.bounceRate)}
      </Figure>
      <Figure label={words.unsubscribed} value={format.number(metrics.unsubscribed)}>
        {share(metrics.unsubscribeRate)}
      </Figure>
    </div>
  )
}

function Worth({ metrics }: { metrics: Metrics }) {
  const { campaigns: words } = useText()
  const format = useFormat()
  const money = (amount: number) => format.money(amount, metrics.currency)
  const used = metrics.budgetUsed
  const spent = money(metrics.actualCost ?? 0)
  return (
    <div className={classes.worth}>
      <div className={classes.figure}>
        <P size="xs" className="quiet">
          {words.budget}
        </P>
        <P fw={600} className={`numbers ${used !== null && used > 1 ? 'late' : ''}`}>
          {spent}
        </P>
        {used === null ? (
          <P size="xs" className="quiet">
            {words.noBudget}
          </P>
        ) : (
          <Progress
            size="sm"
            mt={6}
            value={Math.min(100, used * 100)}
            color={used > 1 ? 'red' : 'ink'}
            aria-label={`${words.budget}: ${spent} / ${money(metrics.budget ?? 0)}`}
          />
        )}
        {used !== null && (
          <P size="xs" className="quiet numbers" mt={2}>
            {words.shareOf(format.percent(used), money(metrics.budget ?? 0))}
          </P>
        )}
      </div>
      <Figure label={words.revenue} value={money(metrics.wonAmount)}>
        {`${words.dealsOf(metrics.deals)}, ${words.won(metrics.wonDeals)}`}
      </Figure>
      <Figure label={words.roi} value={roiOf(metrics, format)}>
        {words.roiHint}
      </Figure>
    </div>
  )
}

/** A share up to ten times the cost, beyond that a multiple of it. */
function roiOf({ roi }: Metrics, format: ReturnType<typeof useFormat>): string {
  if (roi === null) return '–'
  return roi < 10 ? format.percent(roi) : `${format.number(Math.round(roi))}×`
}

function Figure({ label, value, children }: { label: string; value: string; children?: ReactNode }) {
  return (
    <div className={classes.figure}>
      <P size="xs" className="quiet">
        {label}
      </P>
      <P fw={600} className="numbers">
        {value}
      </P>
      <P size="xs" className="quiet numbers">
        {children}
      </P>
    </div>
  )
}
