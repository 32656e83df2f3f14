import type { ReportChart, ReportGroup, ReportMeasure } from '#features/reports/reports.contract.ts'

export type Cell = string | number | boolean | null
export type ResultGroup = {
  field: string
  by: string | null
  label: string
  kind: string
  /** Whether a row counts once in each of several values. */
  countsInEach?: boolean
}
export type ResultMeasure = {
  op: ReportMeasure['op']
  field: string | null
  label: string
  kind: 'count' | 'number' | 'money' | 'rate'
}
/** What running a report answers. */
export type Result = {
  entity: string
  currency: string | null
  rates: Record<string, number>
  unconverted: Array<{ currency: string; count: number }>
  groups: ResultGroup[]
  measures: ResultMeasure[]
  rows: Array<{ keys: Cell[]; names: Array<string | null>; values: Array<number | null> }>
  totals: Array<number | null>
  isCut: boolean
}

/** What a report asks, as the web app sends it. */
export type Spec = {
  entity: string
  filter?: object | null
  groupBy: ReportGroup[]
  measures: ReportMeasure[]
}

export type Series = { key: string; label: string; color: string }
/** What a picture draws: a point for each first key, and a series for each second one, or for each measure where there is none. */
export type Drawn = {
  points: Array<{ label: string } & Record<string, string | number | null>>
  series: Series[]
  isTimed: boolean
  /** Whether the series are parts of a whole. */
  isStacking: boolean
}

const SERIES_AT_MOST = 7
const COLORS = 8
const OTHERS = '\u0000others'
export const colorAt = (i: number): string => `var(--chart-${(i % COLORS) + 1})`

type Labels = {
  /** How the key of a group is written. */
  keyOf: (group: ResultGroup, key: Cell, name: string | null) => string
  measureOf: (measure: ResultMeasure) => string
  others: string
  /** Where a key stands that has a place of its own, such as a stage in its pipeline. */
  placeOf: (group: ResultGroup, key: Cell) => number | undefined
}

/** Measures of one unit share a scale as long as the smallest of them is seen beside the largest. */
const APART_AT_MOST = 20

/**
 * The measures by the pictures that show them: two of different units, or the sum beside the average, would need a second axis
 * that nobody reads right, so they stand beside each other. With two groups, or as slices, a picture has room for one.
 */
export function picturesOf({ groups, measures, rows }: Result, chart: ReportChart): number[][] {
  const pictures: number[][] = []
  const most = measures.map((_, i) => Math.max(0, ...rows.map(({ values }) => Math.abs(values[i] ?? 0))))
  const isNear = (a: number, b: number) => Math.max(a, b) <= APART_AT_MOST * Math.min(a, b)
  for (const [i, { kind }] of measures.entries()) {
    const fits = ([other]: number[]) =>
      groups.length === 1 &&
      chart !== 'DONUT' &&
      measures[other!]!.kind === kind &&
      isNear(most[other!]!, most[i]!)
    const picture = pictures.find(fits)
    if (picture) picture.push(i)
    else pictures.push([i])
  }
  return pictures
}

const isAddingUp = ({ kind, op }: ResultMeasure): boolean => kind === 'count' || op === 'sum'

type Grouped = Pick<Result, 'groups' | 'measures' | 'rows'>

/**
 * How the keys of each group follow each other, in every chart and table: steps of time and the stages of a pipeline as they are, others
 * by what they come to, the largest first, where that adds up; else as they were answered.
 */
function ordersOf({ groups, measures, rows }: Grouped, { placeOf }: Pick<Labels, 'placeOf'>) {
  const isAdding = measures[0] !== undefined && isAddingUp(measures[0])
  return groups.map((group, i) => {
    const [sums, seen] = [new Map<Cell, number>(), new Map<Cell, number>()]
    for (const { keys, values } of rows) {
      const key = keys[i] ?? null
      if (!seen.has(key)) seen.set(key, seen.size)
      if (isAdding) sums.set(key, (sums.get(key) ?? 0) + (values[0] ?? 0))
    }
    const place = (key: Cell) => placeOf(group, key) ?? Number.MAX_SAFE_INTEGER
    return (a: Cell, b: Cell): number => {
      if (group.by && a !== b) return a !== null && (b === null || String(a) < String(b)) ? -1 : 1
      return place(a) - place(b) || (sums.get(b) ?? 0) - (sums.get(a) ?? 0) || seen.get(a)! - seen.get(b)!
    }
  })
}

/** The rows by the first group, then by the second. */
export function inOrder(result: Grouped, labels: Pick<Labels, 'placeOf'>): Result['rows'] {
  const orders = ordersOf(result, labels)
  return [...result.rows].sort((a, b) =>
    orders.reduce((apart, order, i) => apart || order(a.keys[i] ?? null, b.keys[i] ?? null), 0),
  )
}

/**
 * The rows of a result as points and series; steps of time without a row are there too, and count as nothing.
 * @param shown the measures by their places; of several groups' the first alone
 */
export function drawnOf(result: Grouped, labels: Labels, shown: number[] = [0]): Drawn {
  const { groups, measures } = result
  const rows = inOrder(result, labels)
  const [first, second] = groups
  const [main = 0] = shown
  const isAdding = isAddingUp(measures[main]!)
  const nothing = isAdding ? 0 : null
  const keys = new Map<Cell, string>()
  const seriesSums = new Map<Cell, { label: string; sum: number }>()
  for (const {
    keys: [key = null, other = null],
    names,
    values,
  } of rows) {
    if (first) keys.set(key, labels.keyOf(first, key, names[0] ?? null))
    if (!second) continue
    const known = seriesSums.get(other) ?? { label: labels.keyOf(second, other, names[1] ?? null), sum: 0 }
    seriesSums.set(other, { ...known, sum: known.sum + Math.abs(values[main] ?? 0) })
  }
  const isTimed = Boolean(first?.by)
  if (first?.by) fillSteps(keys, first, labels)
  const ordered = isTimed
    ? [...keys].filter(([key]) => key !== null).sort(([a], [b]) => (String(a) < String(b) ? -1 : 1))
    : [...keys]
  const chosen = second ? chosenSeries(seriesSums, ordersOf(result, labels)[1]!, labels, isAdding) : []
  const series = second
    ? chosen.map(({ key, label }, i) => ({ key: `s${i}`, label, color: colorAt(i), of: key, at: main }))
    : shown.map((at, i) => ({
        key: `s${i}`,
        label: labels.measureOf(measures[at]!),
        color: colorAt(main + i),
        of: undefined,
        at,
      }))
  const points = ordered.map(([key, label]) => {
    const own = rows.filter(row => row.keys[0] === key)
    const valueAt = (of: Cell | undefined, at: number): number | null => {
      if (!second) return own[0]?.values[at] ?? (isAddingUp(measures[at]!) ? 0 : null)
      const isIn = (other: Cell) => (of === OTHERS ? !chosen.some(one => one.key === other) : other === of)
      const values = own.filter(row => isIn(row.keys[1] ?? null)).map(row => row.values[main] ?? 0)
      return values.length ? values.reduce((sum, value) => sum + value, 0) : nothing
    }
    return { label, ...Object.fromEntries(series.map(({ key, of, at }) => [key, valueAt(of, at)])) }
  })
  return { points, series, isTimed, isStacking: second !== undefined }
}

/** The largest series, the rest of them as one where they can be added up. */
function chosenSeries(
  sums: Map<Cell, { label: string; sum: number }>,
  order: (a: Cell, b: Cell) => number,
  labels: Labels,
  isAdding: boolean,
) {
  const all = [...sums].map(([key, { label, sum }]) => ({ key, label, sum }))
  const largest = [...all].sort((a, b) => b.sum - a.sum).slice(0, SERIES_AT_MOST)
  const shown = all.filter(one => largest.includes(one))
  shown.sort((a, b) => order(a.key, b.key))
  const hasMore = isAdding && all.length > shown.length
  return hasMore ? [...shown, { key: OTHERS as Cell, label: labels.others, sum: 0 }] : shown
}

const STEPS_AT_MOST = 400
const DAYS: Record<string, number> = { day: 1, week: 7 }
const MONTHS: Record<string, number> = { month: 1, quarter: 3, year: 12 }

export function nextStep(day: string, by: string): string {
  const date = new Date(`${day}T00:00:00Z`)
  if (DAYS[by]) date.setUTCDate(date.getUTCDate() + DAYS[by])
  else date.setUTCMonth(date.getUTCMonth() + MONTHS[by]!)
  return date.toISOString().slice(0, 10)
}

/** A month in which nothing was won belongs into the picture. */
function fillSteps(keys: Map<Cell, string>, group: ResultGroup, labels: Labels): void {
  const days = [...keys.keys()].filter((key): key is string => typeof key === 'string').sort()
  const last = days.at(-1)
  if (!last) return
  let count = 0
  for (let day = days[0]!; day < last && count < STEPS_AT_MOST; day = nextStep(day, group.by!), count++)
    if (!keys.has(day)) keys.set(day, labels.keyOf(group, day, null))
}

/** The kinds of chart that can show so many groups. */
export function chartsFor(groups: number, isTimed: boolean): ReportChart[] {
  if (groups === 0) return ['NUMBER', 'TABLE']
  if (groups === 1)
    return isTimed ? ['BAR', 'LINE', 'AREA', 'TABLE', 'NUMBER'] : ['BAR', 'DONUT', 'TABLE', 'NUMBER']
  return isTimed
    ? ['STACKED_BAR', 'BAR', 'LINE', 'AREA', 'TABLE', 'NUMBER']
    : ['STACKED_BAR', 'BAR', 'TABLE', 'NUMBER']
}
