import { Select, Title } from '@mantine/core'
import { useNavigate, useSearch } from '@tanstack/react-router'
import { useMembers, usePipelines } from '#web/api.ts'
import { useText } from '#web/text/index.tsx'
import classes from './analytics.module.css'
import { ForecastPanel, FunnelPanel, PipelinePanel, VelocityPanel, WinRatePanel } from './deals.page.tsx'
import type { Asked } from './panel.page.tsx'
import {
  ActivityPanel,
  AgingPanel,
  CampaignPanel,
  LeaderboardPanel,
  LeadSourcesPanel,
} from './people.page.tsx'

const STANDARD = '-12m'

/** The ready-made analyses, all narrowed by one period, one pipeline and one member. */
export default function Analytics() {
  const text = useText()
  const pipelines = usePipelines()
  const members = useMembers()
  const [asked, ask] = useAsked()
  return (
    <div className={classes.page}>
      <div className={classes.head}>
        <Title order={1}>{text.analytics.title}</Title>
        <Select
          size="xs"
          w={150}
          aria-label={text.analytics.period}
          value={asked.dateFrom}
          data={Object.entries(text.analytics.periods).map(([value, label]) => ({ value, label }))}
          onChange={dateFrom => ask({ dateFrom: dateFrom ?? undefined })}
        />
        {pipelines.length > 1 && (
          <Select
            size="xs"
            w={170}
            clearable
            placeholder={text.analytics.allPipelines}
            aria-label={text.analytics.pipeline}
            value={asked.pipelineId ?? null}
            data={pipelines.map(({ id, name }) => ({ value: id, label: name }))}
            onChange={pipelineId => ask({ pipelineId: pipelineId ?? undefined })}
          />
        )}
        <Select
          size="xs"
          w={170}
          clearable
          searchable
          placeholder={text.analytics.everybody}
          aria-label={text.analytics.member}
          value={asked.ownerId ?? null}
          data={[...members.values()].map(({ id, name }) => ({ value: id, label: name }))}
          onChange={ownerId => ask({ ownerId: ownerId ?? undefined })}
        />
      </div>
      <div className={classes.grid}>
        <PipelinePanel {...asked} />
        <FunnelPanel {...asked} />
        <ForecastPanel {...asked} isWide />
        <VelocityPanel {...asked} />
        <WinRatePanel {...asked} />
        <LeaderboardPanel {...asked} />
        <LeadSourcesPanel {...asked} />
        <AgingPanel />
        <ActivityPanel {...asked} />
        <CampaignPanel {...asked} />
      </div>
    </div>
  )
}

/** What the page shows, as it stands in the address. */
function useAsked(): [Asked, (change: Partial<Asked>) => void] {
  const search = useSearch({ strict: false }) as Record<string, unknown>
  const navigate = useNavigate()
  const textOf = (key: string) => (typeof search[key] === 'string' ? (search[key] as string) : undefined)
  const asked = {
    dateFrom: textOf('dateFrom') ?? STANDARD,
    pipelineId: textOf('pipelineId'),
    ownerId: textOf('ownerId'),
  }
  return [
    asked,
    change =>
      navigate({
        to: '.',
        replace: true,
        search: Object.fromEntries(
          Object.entries({ ...asked, ...change }).filter(
            ([key, value]) => value !== undefined && !(key === 'dateFrom' && value === STANDARD),
          ),
        ) as never,
      }),
  ]
}
