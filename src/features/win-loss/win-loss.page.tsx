import { Text as P, Select, Table, Title } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { useNavigate, useSearch } from '@tanstack/react-router'
import { Fragment, type ReactNode } from 'react'
import { Grounds } from '#web/ai/evidence.tsx'
import type { Advice, Common, Evidence } from '#web/ai/model.ts'
import { AdviceList, Answered } from '#web/ai/parts.tsx'
import { api, usePipelines } from '#web/api.ts'
import { useFormat } from '#web/kit/format.ts'
import { useText } from '#web/text/index.tsx'
import classes from './win-loss.module.css'

type Counts = { won: number; lost: number; winRate: number | null }
type Grounded = { evidence: Evidence[] }
type Signal = { key: string; text: string; wins: number; evidence: Evidence[] }
type Answer = Counts & {
  before: Counts
  summary: string
  factors: Array<{ factor: string; wins: number; signals: Signal[] }>
  lostReasons: Array<{ reason: string | null; lost: number; share: number | null; before: number } & Grounded>
  competitors: Array<Counts & Grounded & { name: string }>
  objections: Array<Grounded & { category: string; answered: Counts; unanswered: Counts }>
  byPeriod: Array<Counts & Grounded & { from: string; topLostReason: string | null }>
  recommendations: Advice[]
}

const STANDARD = '-12m'

/** Why we win and lose: what closed deals of a period show, for the whole workspace. */
export default function WinLoss() {
  const text = useText()
  const pipelines = usePipelines()
  const search = useSearch({ strict: false }) as Record<string, unknown>
  const navigate = useNavigate()
  const dateFrom = typeof search.dateFrom === 'string' ? search.dateFrom : STANDARD
  const pipelineId = typeof search.pipelineId === 'string' ? search.pipelineId : undefined
  const ask = (change: object) =>
    navigate({ to: '.', replace: true, search: { ...search, ...change } as never })
  const query = useQuery({
    queryKey: ['ai', 'win-loss', dateFrom, pipelineId],
    staleTime: 5 * 60_000,
    retry: false,
    queryFn: () =>
      api.get<Answer & Common>('/ai/win-loss', {
        query: { fallback: 'builtin', dateFrom, ...(pipelineId ? { pipelineId } : {}) },
      }),
  })
  return (
    <div className={classes.page}>
      <div className={classes.head}>
        <div>
          <Title order={1}>{text.ai.winLoss}</Title>
          <P size="sm" className="quiet">
            {text.ai.winLossHint}
          </P>
        </div>
        <Select
          size="xs"
          w={150}
          aria-label={text.analytics.period}
          value={dateFrom}
          data={Object.entries(text.analytics.periods).map(([value, label]) => ({ value, label }))}
          onChange={value => ask({ dateFrom: value ?? undefined })}
        />
        {pipelines.length > 1 && (
          <Select
            size="xs"
            w={170}
            clearable
            placeholder={text.analytics.allPipelines}
            aria-label={text.analytics.pipeline}
            value={pipelineId ?? null}
            data={pipelines.map(({ id, name }) => ({ value: id, label: name }))}
            onChange={value => ask({ pipelineId: value ?? undefined })}
          />
        )}
      </div>
      <Answered query={query}>{answer => <Explained answer={answer} />}</Answered>
    </div>
  )
}

function Explained({ answer }: { answer: Answer }) {
  const text = useText()
  const { locale } = useFormat()
  const all = answer.won + answer.lost
  if (!all) return <P className="quiet">{text.ai.none}</P>
  const share = new Intl.NumberFormat(locale, { style: 'percent', maximumFractionDigits: 0 })
  const rate = (value: number | null) => (value === null ? '–' : share.format(value))
  const month = new Intl.DateTimeFormat(locale, { month: 'short', year: 'numeric', timeZone: 'UTC' })
  const closed = ({ won, lost }: Counts) => won + lost
  return (
    <>
      <section className={`card ${classes.summary}`}>
        <div>
          <b className="numbers">{rate(answer.winRate)}</b>
          <span className="quiet">{text.ai.wonOf(answer.won, all)}</span>
          <span className="quiet">
            {text.ai.before}: {rate(answer.before.winRate)}
          </span>
        </div>
        <P size="sm">{answer.summary}</P>
      </section>
      <div className={classes.grid}>
        <Panel title={text.ai.lessons}>
          <AdviceList advice={answer.recommendations} />
        </Panel>
        {answer.factors.map(({ factor, signals }) => (
          <Panel key={factor} title={text.ai.factors[factor] ?? factor}>
            <Signals signals={signals} />
          </Panel>
        ))}
        <Panel title={text.ai.lostReasons}>
          <Figures
            head={[text.ai.reason, text.ai.lost, '%', text.ai.change]}
            rows={answer.lostReasons.map(one => [one.reason ?? '–', one.lost, rate(one.share), one.before])}
            grounds={answer.lostReasons}
          />
        </Panel>
        <Panel title={text.ai.rivals}>
          <Figures
            head={[text.ai.rival, text.ai.won, text.ai.lost, text.ai.winRate]}
            rows={answer.competitors.map(one => [one.name, one.won, one.lost, rate(one.winRate)])}
            grounds={answer.competitors}
          />
        </Panel>
        <Panel title={text.ai.raised}>
          <Figures
            head={[text.ai.category, text.ai.answered, text.ai.unanswered]}
            rows={answer.objections.map(({ category, answered, unanswered }) => [
              text.ai.categories[category] ?? category,
              `${rate(answered.winRate)} (${closed(answered)})`,
              `${rate(unanswered.winRate)} (${closed(unanswered)})`,
            ])}
            grounds={answer.objections}
          />
        </Panel>
        <Panel title={text.ai.byMonth} isWide>
          <Figures
            head={[text.analytics.month, text.ai.won, text.ai.lost, text.ai.winRate, text.ai.reason]}
            rows={answer.byPeriod.map(one => [
              month.format(new Date(`${one.from}-01T00:00:00Z`)),
              one.won,
              one.lost,
              rate(one.winRate),
              one.topLostReason ?? '–',
            ])}
            grounds={answer.byPeriod}
            note={row => {
              const { topLostReason } = answer.byPeriod[row]!
              return topLostReason && `${text.ai.reason}: ${topLostReason}`
            }}
          />
        </Panel>
      </div>
    </>
  )
}

type PanelGiven = { title: string; isWide?: boolean; children: ReactNode }

function Panel({ title, isWide, children }: PanelGiven) {
  return (
    <section className={`card ${classes.panel}`} data-wide={isWide || undefined} aria-label={title}>
      <Title order={2}>{title}</Title>
      {children}
    </section>
  )
}

function Signals({ signals }: { signals: Signal[] }) {
  const text = useText()
  const format = useFormat()
  return (
    <ul className={classes.signals}>
      {signals.map(({ key, text: words, wins, evidence }) => (
        <li key={key}>
          <b className={`numbers ${wins < 0 ? 'late' : classes.good}`}>
            {wins < 0 ? text.ai.winsFewer(format.number(-wins)) : text.ai.winsMore(format.number(wins))}
          </b>
          <P size="sm">{words}</P>
          <Grounds evidence={evidence} />
        </li>
      ))}
    </ul>
  )
}

type FiguresGiven = {
  head: string[]
  rows: ReactNode[][]
  grounds: readonly Grounded[]
  /** The last column as a line of its own, on a screen that is too narrow for it. */
  note?: (row: number) => string | null
}

/** Figures in rows, each with the latest record that it counts. */
function Figures({ head, rows, grounds, note }: FiguresGiven) {
  const text = useText()
  if (!rows.length) return <P className="quiet">{text.analytics.nothing}</P>
  return (
    <div className={classes.scroll} data-noted={note !== undefined || undefined}>
      <Table verticalSpacing={4} horizontalSpacing="xs" fz="sm">
        <Table.Thead>
          <Table.Tr>
            {head.map((name, i) => (
              <Table.Th key={name} ta={i ? 'right' : 'left'}>
                {name}
              </Table.Th>
            ))}
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {rows.map((cells, row) => (
            <Fragment key={String(cells[0])}>
              <Table.Tr className={classes.figures}>
                {cells.map((cell, i) => (
                  <Table.Td key={head[i]} ta={i ? 'right' : 'left'} className={i ? 'numbers' : undefined}>
                    {cell}
                  </Table.Td>
                ))}
              </Table.Tr>
              {/* Over the whole row: beside figures there is room for a word or two. */}
              <Table.Tr>
                <Table.Td colSpan={head.length}>
                  {note?.(row) && <span className={`quiet ${classes.note}`}>{note(row)}</span>}
                  <Grounds evidence={grounds[row]?.evidence.slice(0, 1) ?? []} />
                </Table.Td>
              </Table.Tr>
            </Fragment>
          ))}
        </Table.Tbody>
      </Table>
    </div>
  )
}
