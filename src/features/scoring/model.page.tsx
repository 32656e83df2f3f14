import { Alert, Badge, Group, Text as P, Table, Title } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { useParams } from '@tanstack/react-router'
import { api } from '#web/api.ts'
import { useFormat } from '#web/kit/format.ts'
import { Fault, PageWaiting } from '#web/kit/states.tsx'
import type { Text } from '#web/text/en.ts'
import { fieldLabel, useText } from '#web/text/index.tsx'
import { InUse } from './in-use.page.tsx'
import type { ModelInfo } from './models.ts'
import classes from './scoring.module.css'

type Card = NonNullable<ModelInfo['card']>
type Measures = Card['crossValidation']

/** What a model says of itself: how good it is on what came later, what it goes by, and what it leaves out. */
export default function Model() {
  const text = useText()
  const { id } = useParams({ strict: false }) as { id: string }
  const format = useFormat()
  const { data, error, isPending, refetch } = useQuery({
    queryKey: ['models', id],
    queryFn: () => api.get<ModelInfo>(`/ai/models/${id}`),
    refetchInterval: ({ state }) =>
      state.data && ['QUEUED', 'TRAINING'].includes(state.data.status) ? 2000 : false,
  })
  if (isPending) return <PageWaiting />
  if (error) return <Fault error={error} retry={refetch} />
  return (
    <div className={classes.page}>
      <Group gap="sm">
        <Title order={1}>
          {text.scoring.name[data.kind]} {data.version}
        </Title>
        <Badge size="sm" radius="sm" tt="none" variant="light">
          {text.scoring.states[data.status]}
        </Badge>
        {data.isCurrent && <InUse />}
        {data.trainedAt && <span className="quiet">{format.moment(data.trainedAt)}</span>}
      </Group>
      {data.message && <Alert color="yellow">{data.message}</Alert>}
      {data.card && <ModelCard card={data.card} />}
    </div>
  )
}

function ModelCard({ card }: { card: Card }) {
  const text = useText()
  const format = useFormat()
  const { doubts } = text.scoring
  const best = card.holdOut ?? card.crossValidation
  return (
    <>
      {card.warnings.map(({ code, message }) => (
        <Alert key={code} color="yellow">
          {doubts[code as keyof typeof doubts]?.(
            format.fixed(best.auc, 2),
            format.percent(best.calibrationError),
            format.number(card.repeatedRows ?? 0),
          ) ?? message}
        </Alert>
      ))}
      <P size="sm" className="quiet">
        {card.holdOut
          ? text.scoring.heldOut(format.number(card.holdOut.rows), format.number(card.holdOut.learnedFrom))
          : text.scoring.crossValidated}
      </P>
      <Figures card={card} measures={best} />
      <div className={classes.two}>
        <section className={`card ${classes.section}`}>
          <Title order={2}>{text.scoring.calibration}</Title>
          <Calibration measures={best} />
        </section>
        <section className={`card ${classes.section}`}>
          <Title order={2}>{text.scoring.goesBy}</Title>
          <Weights card={card} />
        </section>
      </div>
      {card.leftOut.length > 0 && <LeftOut card={card} />}
    </>
  )
}

function Figures({ card, measures }: { card: Card; measures: Measures }) {
  const text = useText().scoring
  const format = useFormat()
  const figures: [string, string, string][] = [
    [text.rows, format.number(card.rows), text.successes(format.percent(card.baseRate))],
    [text.accuracy, format.percent(measures.accuracy), text.majority(format.percent(measures.majority))],
    [text.auc, format.fixed(measures.auc, 3), text.aucHint],
    [text.brier, format.fixed(measures.brier, 3), text.ofBase(format.fixed(measures.brierOfBase, 3))],
    [text.lift, `× ${format.decimal(measures.liftTopTenth)}`, text.liftHint],
    [text.calibrationError, format.percent(measures.calibrationError), text.calibrationHint],
  ]
  return (
    <div className={classes.figures}>
      {figures.map(([label, value, hint]) => (
        <div key={label} className={`card ${classes.figure}`}>
          <P size="xs" className="quiet">
            {label}
          </P>
          <P size="xl" fw={650} className="numbers">
            {value}
          </P>
          <P size="xs" className="quiet">
            {hint}
          </P>
        </div>
      ))}
    </div>
  )
}

const SIZE = 240
const EDGE = 38

/** Foretold against seen by tenth of the rows: on the diagonal where a score means what it says. Its numbers stand in the table below. */
function Calibration({ measures: { deciles } }: { measures: Measures }) {
  const text = useText().scoring
  const format = useFormat()
  const x = (share: number) => EDGE + share * (SIZE - EDGE - 8)
  const y = (share: number) => SIZE - EDGE - share * (SIZE - EDGE - 8)
  return (
    <>
      <svg viewBox={`0 0 ${SIZE} ${SIZE}`} className={classes.chart} aria-hidden="true">
        {[0, 0.25, 0.5, 0.75, 1].map(share => (
          <g key={share} fontSize={9} fill="currentColor" opacity={0.7}>
            <line x1={x(0)} x2={x(1)} y1={y(share)} y2={y(share)} stroke="currentColor" opacity={0.15} />
            <text x={EDGE - 4} y={y(share) + 3} textAnchor="end">
              {format.percent(share)}
            </text>
            <text x={x(share)} y={SIZE - EDGE + 12} textAnchor="middle">
              {format.percent(share)}
            </text>
          </g>
        ))}
        <g fontSize={9} fill="currentColor" opacity={0.7} textAnchor="middle">
          <text x={x(0.5)} y={SIZE - 8}>
            {text.predicted}
          </text>
          <text transform={`translate(9 ${y(0.5)}) rotate(-90)`}>{text.actual}</text>
        </g>
        <line
          x1={x(0)}
          y1={y(0)}
          x2={x(1)}
          y2={y(1)}
          stroke="currentColor"
          strokeDasharray="4 3"
          opacity={0.5}
        />
        <polyline
          points={deciles.map(({ predicted, actual }) => `${x(predicted)},${y(actual)}`).join(' ')}
          fill="none"
          stroke="var(--mantine-primary-color-filled)"
          strokeWidth={2}
        />
        {deciles.map(({ predicted, actual }) => (
          <circle
            key={`${predicted} ${actual}`}
            cx={x(predicted)}
            cy={y(actual)}
            r={3.5}
            fill="var(--mantine-primary-color-filled)"
          />
        ))}
      </svg>
      <div className={classes.scroll}>
        <Table fz="xs">
          <Table.Thead>
            <Table.Tr>
              <Table.Th>{text.tenth}</Table.Th>
              <Table.Th ta="right">{text.rows}</Table.Th>
              <Table.Th ta="right">{text.predicted}</Table.Th>
              <Table.Th ta="right">{text.actual}</Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {deciles.map(({ rows, predicted, actual }, at) => (
              <Table.Tr key={`${predicted} ${actual}`}>
                <Table.Td>{at + 1}</Table.Td>
                <Table.Td ta="right">{format.number(rows)}</Table.Td>
                <Table.Td ta="right">{format.percent(predicted)}</Table.Td>
                <Table.Td ta="right">{format.percent(actual)}</Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      </div>
    </>
  )
}

/** What the reader calls it: a custom field has a name of its own, and a signal is a sentence. */
const nameOf = (text: Text, key: string, label: string): string =>
  text.scoring.fields[key] ?? (/[.:]/.test(key) ? label : fieldLabel(text, key))

function Weights({ card: { fields } }: { card: Card }) {
  const text = useText()
  const most = Math.max(...fields.map(({ weight }) => weight), 1e-9)
  return fields.map(({ key, label, weight }) => (
    <div key={key} className={classes.weight}>
      <span>{nameOf(text, key, label)}</span>
      <i style={{ width: `${Math.max(1, (100 * weight) / most)}%` }} />
    </div>
  ))
}

function LeftOut({ card }: { card: Card }) {
  const text = useText()
  return (
    <section className={`card ${classes.section}`}>
      <Title order={2}>{text.scoring.leftOut}</Title>
      <P size="sm" className="quiet">
        {text.scoring.leftOutHint}
      </P>
      <div className={classes.scroll}>
        <Table>
          <Table.Tbody>
            {card.leftOut.map(({ key, label, reason, detail }) => (
              <Table.Tr key={key}>
                <Table.Td>{nameOf(text, key, label)}</Table.Td>
                <Table.Td>{text.scoring.leaks[reason]}</Table.Td>
                <Table.Td className="quiet">{detail}</Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      </div>
    </section>
  )
}
