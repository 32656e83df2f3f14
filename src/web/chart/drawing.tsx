// The library of charts comes with the first chart, and not with the shell.
import '@mantine/charts/styles.layer.css'
import { AreaChart, BarChart, DonutChart, LineChart } from '@mantine/charts'
import { useMediaQuery } from '@mantine/hooks'
import type { ReportChart } from '#features/reports/reports.contract.ts'
import classes from './chart.module.css'
import type { Drawn } from './result.ts'
import { colorAt } from './result.ts'
import { ticksFor } from './ticks.ts'

export type Given = {
  chart: ReportChart
  drawn: Drawn
  height: number
  /** How a value is written in full, and on an axis. */
  write: (value: number) => string
  writeShort: (value: number) => string
  others: string
}

const SLICES_AT_MOST = 8

/** What is drawn of a result; its numbers stand in the table beside it, so here it is a picture. */
export default function Drawing(given: Given) {
  return given.chart === 'DONUT' ? <Donut {...given} /> : <Axes {...given} />
}

const BAR_PX = 16
const AXIS_PX = 40
const DIGIT_PX = 7

function Axes({ chart, drawn: { points, series, isTimed, isStacking }, height, write, writeShort }: Given) {
  // Names are long and need a line of their own each; times go from left to right.
  const isLying = !isTimed && (chart === 'BAR' || chart === 'STACKED_BAR')
  const barsPerPoint = chart === 'BAR' ? series.length : 1
  const isStacked = chart === 'STACKED_BAR' || (chart === 'AREA' && isStacking && series.length > 1)
  const isNarrow = useMediaQuery('(max-width: 600px)')
  // Beside each other, amounts need the room of three on a phone; where there is none for all, some would be left out.
  const ticks = ticksOf(points, series, isStacked, isLying && isNarrow ? 2 : STEPS_AT_MOST)
  const scale = { ticks, domain: [ticks[0]!, ticks.at(-1)!], tickFormatter: writeShort }
  const widest = Math.max(64, 24 + DIGIT_PX * Math.max(...ticks.map(tick => writeShort(tick).length)))
  const common = {
    h: isLying ? Math.max(height, points.length * (barsPerPoint * BAR_PX + 8) + AXIS_PX) : height,
    data: points,
    dataKey: 'label',
    series: series.map(({ key, label, color }) => ({ name: key, label, color })),
    withLegend: false,
    accessibilityLayer: false,
    valueFormatter: write,
    gridAxis: isLying ? ('y' as const) : ('x' as const),
    tickLine: 'none' as const,
    strokeDasharray: '2 4',
    yAxisProps: isLying ? { width: 112, interval: 0, tickFormatter: fitting } : { ...scale, width: widest },
    xAxisProps: isLying ? scale : { minTickGap: 12 },
    classNames: { axis: classes.axis },
  }
  if (chart === 'LINE')
    return (
      <LineChart {...common} curveType="linear" withDots={points.length < 40} strokeWidth={2} connectNulls />
    )
  if (chart === 'AREA')
    return (
      <AreaChart
        {...common}
        type={isStacked ? 'stacked' : 'default'}
        curveType="linear"
        withDots={points.length < 40}
        fillOpacity={0.18}
        withGradient={false}
        strokeWidth={2}
      />
    )
  return (
    <BarChart
      {...common}
      orientation={isLying ? 'vertical' : 'horizontal'}
      type={isStacked ? 'stacked' : 'default'}
      maxBarWidth={isLying ? BAR_PX : 48}
    />
  )
}

const STEPS_AT_MOST = 4

/** The values that the axis names: of what is stacked the sums above and below nothing count. */
function ticksOf(
  points: Drawn['points'],
  series: Drawn['series'],
  isStacked: boolean,
  steps: number,
): number[] {
  const all = points.map(point => series.map(({ key }) => Number(point[key] ?? 0)))
  const sum = (values: number[]) => values.reduce((total, value) => total + value, 0)
  const ends = all.flatMap(values =>
    isStacked ? [sum(values.filter(v => v > 0)), sum(values.filter(v => v < 0))] : values,
  )
  return ticksFor(ends, steps, all.flat().every(Number.isInteger))
}

/** Letters that have their room beside a lying bar; the axis breaks lines between words alone. */
const WORD_AT_MOST = 16
const fitting = (label: string): string =>
  label
    .split(' ')
    .map(word => (word.length > WORD_AT_MOST ? `${word.slice(0, WORD_AT_MOST - 1)}…` : word))
    .join(' ')

function Donut({ drawn, height, write, others }: Given) {
  const slices = slicesOf(drawn, others)
  const size = Math.min(height - 16, 200)
  return (
    <div className={classes.donut} style={{ minHeight: height }}>
      <DonutChart
        size={size}
        thickness={Math.round(size / 6)}
        paddingAngle={slices.length > 1 ? 1 : 0}
        strokeWidth={0}
        tooltipDataSource="segment"
        valueFormatter={write}
        pieChartProps={{ accessibilityLayer: false }}
        data={slices}
      />
      <ul className={classes.slices}>
        {slices.map(({ name, value, color }) => (
          <li key={name}>
            <i style={{ background: color }} />
            <span className="one-line" title={name}>
              {name}
            </span>
            <b className="numbers">{write(value)}</b>
          </li>
        ))}
      </ul>
    </div>
  )
}

/** Slices by size; what is less than nothing has no slice. */
function slicesOf({ points, series }: Drawn, others: string) {
  const key = series[0]!.key
  const all = points
    .map(point => ({ name: point.label, value: Number(point[key] ?? 0) }))
    .filter(({ value }) => value > 0)
    .sort((a, b) => b.value - a.value)
  const kept = all.length > SLICES_AT_MOST ? all.slice(0, SLICES_AT_MOST - 1) : all
  const rest = all.slice(kept.length).reduce((sum, { value }) => sum + value, 0)
  const slices = rest ? [...kept, { name: others, value: rest }] : kept
  return slices.map((slice, i) => ({ ...slice, color: colorAt(i) }))
}
