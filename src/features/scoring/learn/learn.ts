import { withWords } from './bins.ts'
import { tableAsWritten } from './kinds.ts'
import { inspect, type LeftOut } from './leaks.ts'
import { type Measures, measure } from './measures.ts'
import { type FitOptions, fit, type Model } from './model.ts'
import { predict, predictAll } from './predict.ts'
import { repeatsIn } from './repeats.ts'
import { byTime, type Column, type ColumnInfo, type Table, take } from './table.ts'

/** So many rows of each outcome are needed; below, nothing is learned. */
export const LEAST_OF_EACH = 50
/** Learned from the newest so many rows: more cost time and tell of times long gone. */
export const MOST_ROWS = 40_000
/** The newest rows of this share are held back to see how good the model is on what comes later. */
const HELD_BACK = 0.25
const LEAST_HELD = 15
/** Of the model that is only measured, to save time: each of them has learned from fewer rows, so what is told is on the low side. */
const MEMBERS_MEASURED = 3
const ROWS_WEIGHED = 40

/** How much a field moves scores: mean of the absolute change in log-odds. */
export type FieldUsed = ColumnInfo & { weight: number }

/** What a model says of itself. */
export type Card = {
  rows: number
  /** Of them those that repeat an earlier one; models that were learned before this was counted have none. */
  repeatedRows?: number
  successes: number
  baseRate: number
  /** On the newest quarter by a model of the older rows; null where either outcome is too rare there. */
  holdOut: (Measures & { learnedFrom: number }) | null
  /** On all rows, each told by members of the model that had not seen it. */
  crossValidation: Measures
  fields: FieldUsed[]
  leftOut: LeftOut[]
  treeShare: number
  trees: number
  durationMs: number
  warnings: { code: string; message: string }[]
}

export type Learned = { model: Model; columns: ColumnInfo[]; card: Card }

export type LearnOptions = Omit<FitOptions, 'first' | 'members'> & {
  /** The same columns of rows that are not decided yet. */
  open?: readonly Column[]
  /** Keys of columns used although they look like leaks, and of columns not used whatever they look like. */
  keep?: readonly string[]
  without?: readonly string[]
}

const onlyColumns = (table: Table, keys: readonly string[]): Table => ({
  ...table,
  columns: table.columns.filter(({ key }) => keys.includes(key)),
})

export const enoughToLearn = (outcome: Uint8Array): boolean => {
  const ones = outcome.reduce((sum, one) => sum + one, 0)
  return Math.min(ones, outcome.length - ones) >= LEAST_OF_EACH
}

export class TooFewRows extends Error {
  constructor(outcome: Uint8Array, rows = outcome.length) {
    const ones = outcome.reduce((sum, one) => sum + one, 0)
    const repeated = rows - outcome.length
    super(
      `${ones} succeeded and ${outcome.length - ones} did not${repeated ? `, not counting ${repeated} that repeat another` : ''}; ${LEAST_OF_EACH} of each are needed`,
    )
  }
}

/**
 * The whole of it: looks for leaks, learns on the older rows to be measured on the newer ones, then learns on all. Rows that
 * repeat another, such as a record imported twice, are held out together with it, and no proof of anything.
 * @throws TooFewRows where either outcome has fewer than `LEAST_OF_EACH` rows that differ
 */
export function learn(given: Table, options: LearnOptions = {}): Learned {
  const begun = performance.now()
  const newest = byTime(given).subarray(-MOST_ROWS)
  const without = options.without ?? []
  const columnsAsked = given.columns.filter(({ key }) => !without.includes(key))
  const asked = take({ ...given, columns: columnsAsked }, newest)
  const { first, distinct } = repeatsIn(asked)
  const table = withWords(tableAsWritten(asked))
  const single = distinct.length < table.outcome.length ? take(table, distinct) : table
  if (!enoughToLearn(single.outcome)) throw new TooFewRows(single.outcome, table.outcome.length)
  const { used, leftOut } = inspect(single, options)
  const holdOut = heldBack(onlyColumns(single, used), options)
  const honest = onlyColumns(table, used)
  const { model, outOfFold } = fit(honest, { ...options, first })
  const crossValidation = measure(
    Float64Array.from(distinct, row => outOfFold[row]!),
    single.outcome,
  )
  const columns = honest.columns.map(({ cells: _, words: __, isAsOf: ___, ...column }) => column)
  const repeatedRows = table.outcome.length - distinct.length
  const card: Card = {
    rows: table.outcome.length,
    repeatedRows,
    successes: table.outcome.reduce((sum, one) => sum + one, 0),
    baseRate: model.baseRate,
    holdOut,
    crossValidation,
    fields: weigh(model, honest, columns),
    leftOut,
    treeShare: model.treeShare,
    trees: model.members.reduce((sum, { trees }) => sum + trees.length, 0),
    durationMs: 0,
    warnings: [...copies(repeatedRows), ...doubts(crossValidation, holdOut)],
  }
  card.durationMs = Math.round(performance.now() - begun)
  return { model, columns, card }
}

/** Learns from the older rows alone, without what looks like a leak among them or in all rows, and is measured on the newer ones. */
function heldBack(table: Table, options: LearnOptions): Card['holdOut'] {
  const cut = Math.floor(table.outcome.length * (1 - HELD_BACK))
  const rows = Array.from(table.outcome.keys())
  const older = take(table, rows.slice(0, cut))
  const newer = take(table, rows.slice(cut))
  const rare = (outcome: Uint8Array, least: number) => {
    const ones = outcome.reduce((sum, one) => sum + one, 0)
    return Math.min(ones, outcome.length - ones) < least
  }
  if (rare(older.outcome, LEAST_HELD * 2) || rare(newer.outcome, LEAST_HELD)) return null
  const honest = onlyColumns(older, inspect(older, options).used)
  const { model } = fit(honest, { ...options, members: MEMBERS_MEASURED })
  return { ...measure(predictAll(model, newer), newer.outcome), learnedFrom: cut }
}

const copies = (repeated: number): Card['warnings'] =>
  repeated
    ? [
        {
          code: 'REPEATED_ROWS',
          message: `${repeated} ${repeated === 1 ? 'row repeats' : 'rows repeat'} another in every field, as a record that was imported twice does: each counts once where the model is measured`,
        },
      ]
    : []

function weigh(model: Model, table: Table, columns: readonly ColumnInfo[]): FieldUsed[] {
  const step = Math.max(1, Math.floor(table.outcome.length / ROWS_WEIGHED))
  const sums = new Map<string, number>()
  let count = 0
  for (let row = 0; row < table.outcome.length; row += step) {
    const cells = Object.fromEntries(table.columns.map(column => [column.key, column.cells[row] ?? null]))
    const { shares } = predict(model, { cells, at: table.at?.[row] })
    for (const [key, share] of shares) sums.set(key, (sums.get(key) ?? 0) + Math.abs(share))
    count++
  }
  return columns
    .map(column => ({ ...column, weight: (sums.get(column.key) ?? 0) / count }))
    .sort((a, b) => b.weight - a.weight)
}

/** One-sided 95 %. */
const Z = 1.645
const LITTLE = 0.6
const OFF = 0.1
/** So often as far off as chance alone takes few rows. */
const MORE_THAN_CHANCE = 1.5

/** The standard error of an AUC (Hanley and McNeil 1982). */
function aucErrorOf({ auc, rows, baseRate }: Measures): number {
  const ones = Math.max(1, rows * baseRate)
  const zeros = Math.max(1, rows - ones)
  const above = (ones - 1) * (auc / (2 - auc) - auc * auc)
  const below = (zeros - 1) * ((2 * auc * auc) / (1 + auc) - auc * auc)
  return Math.sqrt(Math.max(0, auc * (1 - auc) + above + below) / (ones * zeros))
}

/** That a model hardly ranks: on all rows, or no better than by chance there, or on the newest rows by more than so few of them may mislead. */
const tellsLittle = (all: Measures, newest: Card['holdOut']): boolean =>
  all.auc < LITTLE ||
  all.auc - Z * aucErrorOf(all) < 0.5 ||
  (newest !== null && newest.auc + Z * aucErrorOf(newest) < LITTLE)

/** How far off the shares of the tenths are by chance where each probability is right. */
const chanceOff = ({ deciles, rows }: Measures): number =>
  deciles.reduce(
    (sum, tenth) =>
      sum + tenth.rows * Math.sqrt(((2 / Math.PI) * tenth.predicted * (1 - tenth.predicted)) / tenth.rows),
    0,
  ) / Math.max(1, rows)

function doubts(all: Measures, holdOut: Card['holdOut']): Card['warnings'] {
  const measures = holdOut ?? all
  const warnings: Card['warnings'] = []
  const auc = measures.auc.toFixed(2)
  if (!holdOut)
    warnings.push({ code: 'NO_HOLD_OUT', message: 'Too few recent outcomes to measure it on later rows' })
  if (tellsLittle(all, holdOut))
    warnings.push({ code: 'LITTLE_LEARNED', message: `The fields hardly tell the outcome (AUC ${auc})` })
  if (measures.auc > 0.97)
    warnings.push({
      code: 'TOO_GOOD',
      message: `It is better than fields known beforehand usually allow (AUC ${auc}): look for one that is set with the outcome`,
    })
  if (measures.calibrationError > Math.max(OFF, MORE_THAN_CHANCE * chanceOff(measures)))
    warnings.push({
      code: 'POORLY_CALIBRATED',
      message: `What it foretells is ${Math.round(measures.calibrationError * 100)} points off on average`,
    })
  return warnings
}
