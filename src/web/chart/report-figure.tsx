import { Suspense, useMemo } from 'react'
import type { ReportChart } from '#features/reports/reports.contract.ts'
import { useText } from '#web/text/index.tsx'
import { useFormat } from '../kit/format.ts'
import { later } from '../kit/later.tsx'
import { Waiting } from '../kit/states.tsx'
import { WhenSeen } from '../kit/when-seen.tsx'
import classes from './chart.module.css'
import { chartsFor, type Drawn, drawnOf, picturesOf, type Result } from './result.ts'
import { ResultTable } from './result-table.tsx'
import { useWords } from './words.ts'

const Drawing = later(() => import('./drawing.tsx'))

const BARS_AT_MOST = 12

type Given = {
  result: Result
  chart: ReportChart
  label: string
  height?: number
  /** Pictures for which there is room, where a report has measures that cannot share one; the first, since they were chosen so. */
  atMost?: number
}

/** A result as the report wants it shown. What cannot be drawn of so many groups is shown as the nearest that can. */
export function ReportFigure({ result, chart, label, height = 280, atMost }: Given) {
  const text = useText()
  const fitting = chartsFor(result.groups.length, Boolean(result.groups[0]?.by))
  const kind = fitting.includes(chart) ? chart : fitting[0]!
  const pictures = useMemo(() => picturesOf(result, kind).slice(0, atMost), [result, kind, atMost])
  const isEmpty = result.groups.length > 0 && result.rows.length === 0
  return (
    <figure className={classes.figure} aria-label={label}>
      <div>
        {kind === 'NUMBER' ? (
          <Numbers result={result} />
        ) : isEmpty ? (
          <p className="quiet">{text.reports.noRows}</p>
        ) : kind === 'TABLE' ? (
          <ResultTable result={result} label={label} />
        ) : (
          <div className={classes.pictures}>
            {pictures.map(shown => (
              <Picture
                key={shown.join()}
                {...{ result, kind, label, height, shown }}
                isNamed={pictures.length > 1}
              />
            ))}
          </div>
        )}
      </div>
      <Notes result={result} />
    </figure>
  )
}

type PictureGiven = {
  result: Result
  kind: ReportChart
  label: string
  height: number
  /** The measures that it shows, by their places. */
  shown: number[]
  /** Whether it has to say which of several it is. */
  isNamed: boolean
}

function Picture({ result, kind, label, height, shown, isNamed }: PictureGiven) {
  const text = useText()
  const words = useWords()
  const drawn = useMemo(() => drawnOf(result, words, shown), [result, words, shown])
  const measure = result.measures[shown[0]!]!
  const write = (value: number) => words.write(value, measure, result.currency)
  const name = words.measureOf(measure)
  const isLegend = drawn.series.length > 1
  // Only what has no date was found.
  if (!drawn.points.length) return <p className="quiet">{text.reports.noRows}</p>
  return (
    <div className={classes.figure}>
      {isNamed && (drawn.isStacking || !isLegend) && <p className={classes.pictureName}>{name}</p>}
      {isLegend && <Legend drawn={drawn} />}
      {kind === 'BAR' && !isLegend && !drawn.isTimed ? (
        <Bars drawn={drawn} write={write} />
      ) : (
        // Its figures are in the table that stands beside it or behind its switch.
        <div
          role="img"
          aria-label={text.reports.chartOf(isNamed ? `${label}, ${name}` : label)}
          style={{ minHeight: height }}
        >
          <WhenSeen height={height}>
            <Suspense fallback={<Waiting />}>
              <Drawing
                {...{ chart: kind, drawn, height, write, others: text.reports.others }}
                writeShort={value => words.write(value, measure, result.currency, true)}
              />
            </Suspense>
          </WhenSeen>
        </div>
      )}
    </div>
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

/** Whether something stands below the figures. */
export const hasNotes = ({ rates, unconverted, groups, isCut }: Result): boolean =>
  Object.keys(rates).length + unconverted.length > 0 || isCut || groups.some(one => one.countsInEach)

/** What a sum must not keep to itself. */
export function Notes({
  result: { rates, unconverted, currency, isCut, groups = [] },
}: {
  result: Pick<Result, 'rates' | 'currency'> & {
    groups?: Result['groups']
    unconverted: Array<{ currency: string; count: number }>
    isCut?: boolean
  }
}) {
  const text = useText()
  const format = useFormat()
  const notes = [
    ...Object.entries(rates).map(([code, rate]) => `1 ${code} = ${format.number(rate)} ${currency}`),
    ...unconverted.map(({ currency: code, count }) => text.reports.unconverted(count, code)),
    ...(groups.some(({ countsInEach }) => countsInEach) ? [text.reports.countsInEach] : []),
    ...(isCut ? [text.reports.isCut] : []),
  ]
  return notes.length ? <p className={classes.notes}>{notes.join(' · ')}</p> : null
}
