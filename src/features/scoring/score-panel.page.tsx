import { Anchor, Badge, Button, Group, Text as P, Skeleton } from '@mantine/core'
import { IconRefresh } from '@tabler/icons-react'
import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { dealContract } from '#features/deals/deals.contract.ts'
import { leadContract } from '#features/leads/leads.contract.ts'
import { api, messageOf, useMay } from '#web/api.ts'
import { useFormat } from '#web/kit/format.ts'
import { type Row, useColumns } from '#web/record/model.ts'
import type { Text } from '#web/text/en.ts'
import { fieldLabel, optionLabel, useText } from '#web/text/index.tsx'
import classes from './scoring.module.css'

type Reason = { field: string; label: string; value: unknown; effect: number; text: string }
type Score = {
  score: number
  probability: number
  interval: { low: number; high: number }
  reasons: Reason[]
  coldStart: boolean
  modelId: string | null
  modelVersion: number | null
  outcomes: { successes: number; failures: number; neededOfEach: number }
  warnings: { code: string; message: string }[]
}

const MINUTE_MS = 60_000
const CONTRACTS = { lead: leadContract, deal: dealContract }

/** How likely a lead is to be converted or a deal to be won, how sure that is, and what speaks for and against it. */
export function ScorePanel({ kind, row }: { kind: 'lead' | 'deal'; row: Row }) {
  const { id, version } = row
  const text = useText()
  const may = useMay()
  const { data, error, isPending, refetch } = useQuery({
    queryKey: ['score', kind, id, version],
    staleTime: 5 * MINUTE_MS,
    enabled: may.write,
    queryFn: () =>
      kind === 'lead'
        ? api.post<Score>('/ai/lead-score', { leadId: id })
        : api.post<Score>('/ai/deal-score', { dealId: id }),
  })
  if (!may.write) return null
  if (isPending) return <Skeleton height={96} mb="md" role="status" aria-label={text.app.loading} />
  if (error || !data)
    return (
      <Group className={`card ${classes.panel}`} role="alert">
        <P size="sm">{messageOf(error, text.common.offline)}</P>
        <Button variant="default" leftSection={<IconRefresh size={14} />} onClick={() => refetch()}>
          {text.common.retry}
        </Button>
      </Group>
    )
  return (
    <section className={`card ${classes.panel}`} aria-label={text.scoring.score[kind]}>
      <Chance kind={kind} score={data} />
      {data.reasons.length ? (
        <Reasons kind={kind} row={row} reasons={data.reasons} />
      ) : (
        <P size="sm">{text.scoring.noReasons}</P>
      )}
    </section>
  )
}

function Chance({ kind, score }: { kind: 'lead' | 'deal'; score: Score }) {
  const text = useText()
  const format = useFormat()
  const { interval, probability, coldStart, outcomes } = score
  const low = format.percent(interval.low)
  const high = format.percent(interval.high)
  const isLittle = score.warnings.some(({ code }) => code === 'LITTLE_LEARNED')
  return (
    <div className={classes.chance}>
      <Group gap={8} align="baseline">
        <span className={classes.number}>{format.percent(probability)}</span>
        {coldStart && (
          <Badge size="sm" radius="sm" tt="none" variant="light" color="orange">
            {text.scoring.coldStart}
          </Badge>
        )}
        {isLittle && (
          <Badge size="sm" radius="sm" tt="none" variant="light" color="orange">
            {text.scoring.littleLearned}
          </Badge>
        )}
      </Group>
      <P size="sm">{text.scoring.score[kind]}</P>
      {isLittle && <P size="xs">{text.scoring.littleLearnedHint}</P>}
      <div className={classes.track} aria-hidden>
        <span
          className={classes.range}
          style={{ left: `${100 * interval.low}%`, right: `${100 * (1 - interval.high)}%` }}
        />
        <span className={classes.mark} style={{ left: `${100 * probability}%` }} />
      </div>
      <P size="xs" className="quiet">
        {text.scoring.interval(low, high)}
      </P>
      <P size="xs" className="quiet">
        {score.modelId ? (
          <Anchor component={Link} to={`/ai/models/${score.modelId}`} size="xs">
            {text.scoring.byModel(score.modelVersion ?? 0)}
          </Anchor>
        ) : outcomes.successes >= outcomes.neededOfEach && outcomes.failures >= outcomes.neededOfEach ? (
          text.scoring.notTrained
        ) : (
          text.scoring.tooFew(outcomes.successes, outcomes.failures, outcomes.neededOfEach)
        )}
      </P>
    </div>
  )
}

function Reasons({ kind, row, reasons }: { kind: 'lead' | 'deal'; row: Row; reasons: Reason[] }) {
  const text = useText()
  const format = useFormat()
  const columns = useColumns(CONTRACTS[kind])
  const isMoney = (path: string) =>
    columns.some(column => column.path === path && column.field.kind === 'money')
  const most = Math.max(...reasons.map(({ effect }) => Math.abs(effect)), 1)
  return (
    <ul className={classes.reasons} aria-label={text.scoring.reasons}>
      {reasons.map(({ field, label, value, effect }) => (
        <li key={field} className={classes.reason}>
          <span className={classes.points}>
            {effect < 0 ? '−' : '+'}
            {format.decimal(Math.abs(effect))}
          </span>
          <span className={classes.bar} aria-hidden>
            <i
              className={effect < 0 ? classes.against : classes.for}
              style={{ width: `${(50 * Math.abs(effect)) / most}%` }}
            />
          </span>
          <span>
            {field.startsWith('signal:') ? (
              // What closed deals have shown is a sentence, and says that it is so.
              label
            ) : (
              <>
                {text.scoring.fields[field] ??
                  (field.startsWith('customFields.') ? label : fieldLabel(text, field))}
                {': '}
                <b>
                  {typeof value === 'number' && isMoney(field)
                    ? format.money(value, row.currency as string | null | undefined)
                    : shown(field, value, text, format)}
                </b>
              </>
            )}
          </span>
        </li>
      ))}
    </ul>
  )
}

const MOST_LETTERS = 80
/** Of so many days a tenth says nothing. */
const WHOLE_FROM = 10

function shown(field: string, value: unknown, text: Text, format: ReturnType<typeof useFormat>): string {
  const { none, yes, no } = text.scoring
  if (value === null || value === undefined || value === '') return none
  if (value === true) return yes
  if (value === false) return no
  if (Array.isArray(value)) return value.length ? value.join(', ') : none
  if (typeof value === 'number')
    return Math.abs(value) < WHOLE_FROM
      ? format.quantity(Number(value.toFixed(1)))
      : format.number(Math.round(value))
  if (/^\d{4}-\d\d-\d\d$/.test(`${value}`)) return format.day(`${value}`)
  const written = optionLabel(text, field, `${value}`)
  return written.length > MOST_LETTERS ? `${written.slice(0, MOST_LETTERS)}…` : written
}
