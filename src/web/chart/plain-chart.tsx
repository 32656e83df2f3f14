import { Suspense } from 'react'
import type { ReportChart } from '#features/reports/reports.contract.ts'
import { later } from '../kit/later.tsx'
import { Waiting } from '../kit/states.tsx'
import { WhenSeen } from '../kit/when-seen.tsx'
import { useText } from '../text/index.tsx'
import classes from './chart.module.css'
import { Bars, Legend } from './report-figure.tsx'
import { colorAt, type Drawn } from './result.ts'

const Drawing = later(() => import('./drawing.tsx'))

export type Point = { label: string } & Record<string, string | number | null>
type Given = {
  label: string
  points: Point[]
  /** Keys of the points and what they are called. */
  series: Array<[key: string, label: string]>
  chart: ReportChart
  write: (value: number) => string
  writeShort?: (value: number) => string
  height?: number
  isTimed?: boolean
}

/** A chart of figures that do not come from a report. */
export function PlainChart({
  label,
  points,
  series,
  chart,
  write,
  writeShort,
  height = 240,
  isTimed,
}: Given) {
  const text = useText()
  const drawn: Drawn = {
    points,
    isStacking: true,
    series: series.map(([key, name], i) => ({ key, label: name, color: colorAt(i) })),
    isTimed: isTimed ?? false,
  }
  if (chart === 'BAR' && series.length === 1 && !isTimed)
    return (
      <figure className={classes.figure} aria-label={label}>
        <Bars drawn={drawn} write={write} />
      </figure>
    )
  return (
    <figure className={classes.figure} aria-label={label}>
      {series.length > 1 && <Legend drawn={drawn} />}
      <div role="img" aria-label={text.reports.chartOf(label)} style={{ minHeight: height }}>
        <WhenSeen height={height}>
          <Suspense fallback={<Waiting />}>
            <Drawing
              {...{ chart, drawn, height, write, others: text.reports.others }}
              writeShort={writeShort ?? write}
            />
          </Suspense>
        </WhenSeen>
      </div>
    </figure>
  )
}
