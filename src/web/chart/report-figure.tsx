import { lazy, Suspense, useMemo } from 'react'
import type { ReportChart } from '#features/reports/reports.contract.ts'
import { useText } from '#web/text/index.tsx'
import { Waiting } from '../kit/states.tsx'
import classes from './chart.module.css'
import { chartsFor, type Drawn, drawnOf, type Result } from './result.ts'
import { ResultTable } from './result-table.tsx'
import { useWords } from './words.ts'

const Drawing = lazy(() => import('./drawing.tsx'))

const BARS_AT_MOST = 12

type Given = { result: Result; chart: ReportChart; label: string; height?: number }

/** A result as the report wants it shown. What cannot be drawn of so many groups is shown as the nearest that can. */
export function ReportFigure({ result, chart, label, height = 280 }: Given) {
  const text = useText()
  const words = useWords()
  const drawn = useMemo(() => drawnOf(result, words), [result, words])
  const fitting = chartsFor(result.groups.length, drawn.isTimed)
  const kind = fitting.includes(chart) ? chart : fitting[0]!
  const measure = result.measures[0]!
  const write = (value: number) => words.write(value, measure, result.currency)
  const isEmpty = result.groups.length > 0 && drawn.points.length === 0
  return (
    <figure className={classes.figure} aria-label={label}>
      {kind === 'NUMBER' ? (
        <Numbers result={result} />
      ) : isEmpty ? (
        <p className="quiet">{text.reports.noRows}</p>
      ) : kind === 'TABLE' ? (
        <ResultTable result={result} label={label} />
      ) : kind === 'BAR' && drawn.series.length === 1 && !drawn.isTimed ? (
        <Bars drawn={drawn} write={write} />
      ) : (
        <>
          {drawn.series.length > 1 && <Legend drawn={drawn} />}
          {/* Its figures are in the table that stands beside it or behind its switch. */}
          <div role="img" aria-label={text.reports.chartOf(label)} style={{ minHeight: height }}>
            <Suspense fallback={<Waiting />}>
              <Drawing
                {...{ chart: kind, drawn, height, write, others: text.reports.others }}
                writeShort={value => words.write(value, measure, result.currency, true)}
              />
            </Suspense>
          </div>
        </>
      )}
      <Notes result={result} />
    </figure>
  )
}

function Numbers({ result: { measures, totals, currency } }: { result: Result }) {
  const words = useWords()
  return (
    <dl className={classes.numbers} style={{ margin: 0 }}>
      {measures.map((measure, i) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: a measure has no other name than its place
        <div key={i} className={classes.number}>
          <dt>{words.measureOf(measure)}</dt>
          <dd className="numbers">
            {totals[i] === null
              ? '–'
              : words.write(totals[i]!, measure, currency, i === 0 && totals[i]! >= 1e6)}
          </dd>
        </div>
      ))}
    </dl>
  )
}

/** Bars with their names and values in words: no picture that would need another telling. */
export function Bars({
  drawn: { points, series },
  write,
}: {
  drawn: Drawn
  write: (value: number) => string
}) {
  const text = useText()
  const valueAt = (point: Drawn['points'][number]) => point[series[0]!.key] as number | null
  const most = Math.max(...points.map(point => Math.abs(valueAt(point) ?? 0)), 0)
  return (
    <>
      <ul className={classes.bars}>
        {points.slice(0, BARS_AT_MOST).map((point, i) => {
          const value = valueAt(point)
          const width = most && value ? `${(Math.abs(value) / most) * 100}%` : 0
          return (
            // biome-ignore lint/suspicious/noArrayIndexKey: two groups may have the same name
            <li key={i}>
              <span className={`one-line ${classes.barLabel}`} title={point.label}>
                {point.label}
              </span>
              <div className={classes.track}>
                <div className={classes.bar} style={{ width }} />
              </div>
              <b className="numbers">{value === null ? '–' : write(value)}</b>
            </li>
          )
        })}
      </ul>
      {points.length > BARS_AT_MOST && (
        <p className={classes.notes}>{text.reports.firstOf(BARS_AT_MOST, points.length)}</p>
      )}
    </>
  )
}

export function Legend({ drawn: { series } }: { drawn: Pick<Drawn, 'series'> }) {
  return (
    <ul className={classes.legend}>
      {series.map(({ key, label, color }) => (
        <li key={key}>
          <i style={{ background: color }} />
          <span className="one-line">{label}</span>
        </li>
      ))}
    </ul>
  )
}

/** What a sum must not keep to itself. */
export function Notes({
  result: { rates, unconverted, currency, isCut },
}: {
  result: Pick<Result, 'rates' | 'currency'> & {
    unconverted: Array<{ currency: string; count: number }>
    isCut?: boolean
  }
}) {
  const text = useText()
  const notes = [
    ...Object.entries(rates).map(([code, rate]) => `1 ${code} = ${rate} ${currency}`),
    ...unconverted.map(({ currency: code, count }) => text.reports.unconverted(count, code)),
    ...(isCut ? [text.reports.isCut] : []),
  ]
  return notes.length ? <p className={classes.notes}>{notes.join(' · ')}</p> : null
}
