import { binRows, binsOf, makeFeatures, numberOf } from './bins.ts'
import { boundToEnd, coursesOf } from './course.ts'
import { type Finding, findingText } from './details.ts'
import { aucOf } from './measures.ts'
import { foldsOf } from './random.ts'
import { settles } from './settled.ts'
import { byTime, type Cell, type Column, isBlank, type Table, take } from './table.ts'

/** Why a column is not learned from. */
export type Reason =
  | 'CONSTANT'
  | 'IDENTIFIER'
  | 'NO_LONGER_FILLED'
  | 'ONE_OUTCOME_ONLY'
  | 'FILLED_AT_END'
  | 'CHANGES_AT_END'
  | 'MEASURES_COURSE'
  | 'BOUND_TO_END'
  | 'TELLS_TOO_MUCH'
  | 'SETTLES_SOME'
  | 'BLANK_TELLS'
  | 'NAMED_FOR_END'

/**
 * A column left out: in `finding` what speaks against it, by code and figures, and in `detail` the same in words. Older cards have words alone.
 */
export type LeftOut = { key: string; label: string; reason: Reason; finding?: Finding; detail: string }

/** A field alone that ranks so well was set by the outcome: honest fields of sales stay below .8. */
const TOO_MUCH = 0.85
/** Blanks that rank the outcome so well tell who was worked, not who will buy. */
const BLANKS_TELL = 0.6
/** With a name that speaks of the end of a sale, so much is enough. */
const NAMED_TELLS = 0.58
/** Undecided rows are compared from so many on. */
const LEAST_OPEN = 30
const LEAST_FILLED = 40
const SHARE_OF_ONE_OUTCOME = 0.02
/** A column parts decided from undecided rows so well only where it moves when they are decided. */
const CHANGES = 0.9

/**
 * Words for the end of a sale and for how long it took. A figure that is kept on decided rows alone, without history, was read at
 * the end; a weak sign, so it counts only beside what the column tells by itself.
 */
const END_WORDS =
  /\b(clos(e|ed|ing|ure)|won|lost|loss|outcome|converted|conversion|elapsed|duration|days|weeks|stage changes?|stage change count|reason|abschluss|gewonnen|verloren|dauer|tage)\b/i

const filledOf = (cells: readonly Cell[]) => cells.filter(cell => !isBlank(cell)).length

const FOLDS = 5

/** How well the outcome is ranked by a column alone, on rows that were not looked at (5 folds, shares by bin drawn to the mean). */
export function aloneAuc(table: Table, column: Column): number {
  const { outcome, at } = table
  const part: Table = { columns: [column], outcome, at }
  const features = makeFeatures(part)
  const bins = binRows(features, part)
  const fold = foldsOf(outcome, FOLDS, 7)
  const base = outcome.reduce((sum, one) => sum + one, 0) / Math.max(1, outcome.length)
  const scores = new Float64Array(outcome.length)
  for (const [index, feature] of features.entries())
    addRates(scores, bins[index]!, binsOf(feature), { outcome, fold, base })
  return aucOf(scores, outcome)
}

/** Adds to each row the log-odds of its bin, as the other folds have them. */
function addRates(
  scores: Float64Array,
  bins: Uint8Array,
  count: number,
  { outcome, fold, base }: { outcome: Uint8Array; fold: Uint8Array; base: number },
): void {
  // Of each fold by itself, in one pass; what the others have is all less its own.
  const ones = new Float64Array(count * (FOLDS + 1))
  const all = new Float64Array(count * (FOLDS + 1))
  for (let row = 0; row < bins.length; row++) {
    const bin = bins[row]!
    for (const place of [fold[row]! * count + bin, FOLDS * count + bin]) {
      all[place]! += 1
      ones[place]! += outcome[row]!
    }
  }
  const logOdds = Float64Array.from({ length: count * FOLDS }, (_, place) => {
    const total = FOLDS * count + (place % count)
    const rate = (ones[total]! - ones[place]! + 8 * base) / (all[total]! - all[place]! + 8)
    return Math.log((rate + 1e-6) / (1 - rate + 1e-6))
  })
  for (let row = 0; row < bins.length; row++) scores[row]! += logOdds[fold[row]! * count + bins[row]!]!
}

type Look = {
  table: Table
  column: Column
  open: Column | undefined
  openRows: number
  courses: ReturnType<typeof coursesOf>
}
type Found = { reason: Reason; finding: Finding } | undefined

function dull({ table, column }: Look): Found {
  const filled = column.cells.filter(cell => !isBlank(cell))
  const distinct = new Set(filled.map(String)).size
  if (distinct === 0) return { reason: 'CONSTANT', finding: { code: 'EMPTY', params: {} } }
  if (distinct === 1 && filled.length === table.outcome.length)
    return { reason: 'CONSTANT', finding: { code: 'SAME_EVERYWHERE', params: {} } }
  if (filled.length > LEAST_FILLED && distinct > filled.length * 0.8 && namesRows(column, filled, distinct))
    return {
      reason: 'IDENTIFIER',
      finding: { code: 'NAMES_ROW', params: { values: distinct, rows: filled.length } },
    }
  return undefined
}

/** Texts that hardly repeat; or whole numbers that never do and are all of one size, as running numbers are and amounts are not. */
function namesRows({ kind }: Column, filled: readonly Cell[], distinct: number): boolean {
  if (kind !== 'number') return kind === 'category'
  const numbers = filled as readonly number[]
  const least = numbers.reduce((low, number) => Math.min(low, number))
  const most = numbers.reduce((high, number) => Math.max(high, number))
  return (
    distinct > filled.length * 0.98 && least > 999 && most < least * 10 && numbers.every(Number.isInteger)
  )
}

/** Numbers that count the rows on: they order them. */
function isRunning(column: Column): boolean {
  if (column.kind !== 'number') return false
  const filled = column.cells.filter(cell => !isBlank(cell))
  return filled.length > LEAST_FILLED && namesRows(column, filled, new Set(filled).size)
}

/** Of the oldest rows most have it, of the newest hardly one: what it taught no longer holds. */
function abandoned({ table, column }: Look): Found {
  if (!table.at || table.outcome.length < 5 * LEAST_FILLED) return undefined
  const order = byTime(table)
  const fifth = Math.floor(order.length / 5)
  const share = (rows: Int32Array) =>
    rows.reduce((sum, row) => sum + (isBlank(column.cells[row]) ? 0 : 1), 0) / rows.length
  const oldest = share(order.subarray(0, fifth))
  const newest = share(order.subarray(-fifth))
  if (oldest < 0.5 || newest > oldest / 4) return undefined
  return {
    reason: 'NO_LONGER_FILLED',
    finding: { code: 'NO_LONGER_FILLED', params: { oldest, newest } },
  }
}

function oneOutcome({ table, column }: Look): Found {
  const filled: [number, number] = [0, 0]
  const all: [number, number] = [0, 0]
  column.cells.forEach((cell, row) => {
    const outcome = table.outcome[row]!
    all[outcome]!++
    if (!isBlank(cell)) filled[outcome]!++
  })
  const shares = filled.map((count, outcome) => count / Math.max(1, all[outcome]!)) as [number, number]
  const [low, high] = shares[0] < shares[1] ? shares : [shares[1], shares[0]]
  if (low > SHARE_OF_ONE_OUTCOME || high < Math.max(0.1, low * 8) || filled[0] + filled[1] < 10)
    return undefined
  return {
    reason: 'ONE_OUTCOME_ONLY',
    finding: { code: 'FILLED_FOR_ONE', params: { succeeded: shares[1], failed: shares[0] } },
  }
}

/** Holds decided rows against those that are still open, where a field set at the end has not been set yet. */
function atEnd({ table, column, open, openRows }: Look): Found {
  if (!open || openRows < LEAST_OPEN) return undefined
  const decided = filledOf(column.cells) / table.outcome.length
  const undecided = filledOf(open.cells) / openRows
  if (decided - undecided > 0.25 && decided > undecided * 3)
    return {
      reason: 'FILLED_AT_END',
      finding: { code: 'FILLED_WHEN_DECIDED', params: { decided, open: undecided } },
    }
  if (column.kind === 'text' || column.kind === 'date') return undefined
  const both: Table = {
    columns: [],
    outcome: new Uint8Array(table.outcome.length + openRows).fill(1, 0, table.outcome.length),
  }
  const auc = aloneAuc(both, { ...column, cells: [...column.cells, ...open.cells], words: undefined })
  if (auc < CHANGES) return undefined
  return {
    reason: 'CHANGES_AT_END',
    finding: { code: 'PARTS_OPEN', params: { auc } },
  }
}

/** An open row is as likely to look like the rarer outcome as a decided one, within this share, or the field is set at the end. */
const AS_OFTEN = 0.5
const FILLED_ALIKE = 0.9
/** Of the rarer outcome so many are to be expected among the open rows, or they prove nothing. */
const LEAST_EXPECTED = 3
/** What is known beforehand leaves in doubt so many rows of the rarer outcome; what is set with the outcome jumps. */
const DOUBTED = 0.2
const LEAST_DOUBT = 0.1
const MOST_DOUBT = 0.8
/** In groups of so many rows of neighbouring values, or a tenth of the rarer outcome's. */
const GROUP_ROWS = 20

/**
 * Whether a number that ranks the outcome very well was there before it: rows still open hold it as often and with values of either
 * outcome, and it passes from one to the other by degrees. Of numbers alone, since levels have no degrees.
 */
function knownBefore({ table, column, open, openRows }: Look): boolean {
  if (column.kind !== 'number' || !open || openRows < LEAST_OPEN) return false
  const rows = table.outcome.length
  if (filledOf(open.cells) / openRows < FILLED_ALIKE * (filledOf(column.cells) / rows)) return false
  const ones = table.outcome.reduce((sum, one) => sum + one, 0)
  const rarer = 2 * ones <= rows ? 1 : 0
  const usual = Math.min(ones, rows - ones) / rows
  if (usual * openRows < LEAST_EXPECTED) return false
  const numbers = (cells: readonly Cell[]) => cells.map(cell => numberOf(cell, 'number', 0, column.notation))
  const groups = groupsOf(numbers(column.cells), table.outcome, {
    rarer,
    size: Math.max(GROUP_ROWS, Math.round((usual * rows) / 10)),
  })
  const inDoubt = groups.filter(({ rate }) => rate > Math.min(LEAST_DOUBT, 2 * usual) && rate < MOST_DOUBT)
  const hits = (of: typeof groups) => of.reduce((sum, group) => sum + group.hits, 0)
  if (hits(inDoubt) < DOUBTED * hits(groups)) return false
  const filled = numbers(open.cells).filter(value => !Number.isNaN(value))
  const like = filled.reduce(
    (sum, value) => sum + (groups.findLast(({ least }) => value >= least) ?? groups[0]!).rate,
    0,
  )
  return like >= AS_OFTEN * usual * filled.length
}

/** Rows in the order of their values, so many to a group: its least value, and how many have the outcome. */
function groupsOf(
  values: readonly number[],
  outcome: Uint8Array,
  { rarer, size }: { rarer: 0 | 1; size: number },
): { least: number; hits: number; rows: number; rate: number }[] {
  const order = Array.from(values.keys())
    .filter(row => !Number.isNaN(values[row]!))
    .sort((a, b) => values[a]! - values[b]!)
  const groups: { least: number; hits: number; rows: number; rate: number }[] = []
  for (const [place, row] of order.entries()) {
    let group = groups.at(-1)
    // Rows of one value stay together.
    if (!group || (group.rows >= size && values[row] !== values[order[place - 1]!])) {
      group = { least: values[row]!, hits: 0, rows: 0, rate: 0 }
      groups.push(group)
    }
    group.rows++
    if (outcome[row] === rarer) group.hits++
    group.rate = group.hits / group.rows
  }
  return groups
}

function tooMuch(look: Look): Found {
  const { table, column } = look
  const rows = Array.from(table.outcome.keys())
  const filled = rows.filter(row => !isBlank(column.cells[row]))
  const ones = filled.reduce((sum, row) => sum + table.outcome[row]!, 0)
  const whole = aloneAuc(table, column)
  const isMoot = filled.length === rows.length || Math.min(ones, filled.length - ones) < LEAST_FILLED
  const part = isMoot ? undefined : take({ ...table, columns: [column] }, filled)
  const within = part ? aloneAuc(part, part.columns[0]!) : 0
  const auc = Math.max(whole, within)
  if (auc >= TOO_MUCH && !knownBefore(look))
    return {
      reason: 'TELLS_TOO_MUCH',
      finding: { code: 'TELLS_ALONE', params: { auc } },
    }
  return undefined
}

/** The last resort: a guess by words. */
function named({ table, column }: Look): Found {
  if (column.kind === 'text' || !END_WORDS.test(wordsIn(column.label))) return undefined
  const auc = aloneAuc(table, column)
  if (auc < NAMED_TELLS) return undefined
  return {
    reason: 'NAMED_FOR_END',
    finding: { code: 'NAMED_FOR_END', params: { auc } },
  }
}

/** `closeValue`, `close_value` and `Close value` alike. */
const wordsIn = (label: string) => label.replace(/([a-z])([A-Z])/g, '$1 $2').replaceAll('_', ' ')

/** Set by the course that a record took, or by its end: known only then. */
function ofCourse({ table, column, courses }: Look): Found {
  const course = courses.get(column.key)
  if (course) return { reason: 'MEASURES_COURSE', finding: course.finding }
  const finding = boundToEnd(table, column)
  return finding && { reason: 'BOUND_TO_END', finding }
}

function settlesSome(look: Look): Found {
  const finding = settles(look.table, look.column)
  // The ends of a scale that is known beforehand may well leave no doubt; a single value is something else.
  if (!finding || (!finding.params.values && knownBefore(look))) return undefined
  return { reason: 'SETTLES_SOME', finding }
}

/** Blanks as a shadow of the outcome: fields that somebody fills in while working those who will buy. */
function blanksTell({ table, column }: Look): Found {
  const blank = Float64Array.from(column.cells, cell => (isBlank(cell) ? 1 : 0))
  const blanks = blank.reduce((sum, one) => sum + one, 0)
  if (Math.min(blanks, blank.length - blanks) < LEAST_FILLED) return undefined
  const auc = aucOf(blank, table.outcome)
  if (Math.max(auc, 1 - auc) < BLANKS_TELL) return undefined
  const rate = (isOfBlank: number) => {
    let ones = 0
    for (const [row, one] of blank.entries()) if (one === isOfBlank) ones += table.outcome[row]!
    return ones / (isOfBlank ? blanks : blank.length - blanks)
  }
  return {
    reason: 'BLANK_TELLS',
    finding: {
      code: 'BLANK_TELLS',
      params: { blank: blanks / blank.length, ofBlank: rate(1), ofOthers: rate(0) },
    },
  }
}

const CHECKS = [dull, oneOutcome, atEnd, ofCourse, tooMuch, settlesSome, blanksTell, abandoned, named]

export type Inspection = { used: string[]; leftOut: LeftOut[] }

/**
 * Which columns may be learned from. Each is looked at by itself: whether it says anything, is filled for one outcome alone, is set
 * at the end (held against rows still `open`), tells the outcome too well, or tells it by being blank.
 * @param keep keys of columns that somebody vouches for; they are used where they say anything at all
 */
export function inspect(
  table: Table,
  { open, keep = [] }: { open?: readonly Column[]; keep?: readonly string[] } = {},
): Inspection {
  const used: string[] = []
  const leftOut: LeftOut[] = []
  const openRows = open?.[0]?.cells.length ?? 0
  const courses = coursesOf(table, isRunning)
  for (const column of table.columns) {
    const look = { table, column, open: open?.find(({ key }) => key === column.key), openRows, courses }
    const checks = column.isAsOf || keep.includes(column.key) ? [dull] : CHECKS
    let found: Found
    for (const check of checks) found ??= check(look)
    if (found) leftOut.push({ key: column.key, label: column.label, ...found, detail: '' })
    else used.push(column.key)
  }
  return {
    used,
    leftOut: leftOut
      .map(one => withTwins(table, one, leftOut))
      .map(one => ({ ...one, detail: findingText(one.finding!) })),
  }
}

/** Names the other fields that are blank in the same rows: one hand fills them all. */
function withTwins(table: Table, one: LeftOut, all: readonly LeftOut[]): LeftOut {
  const { finding } = one
  if (finding?.code !== 'BLANK_TELLS') return one
  const cellsOf = (key: string) => table.columns.find(column => column.key === key)!.cells
  const mine = cellsOf(one.key)
  const twins = all.filter(({ key, reason }) => {
    if (key === one.key || reason !== 'BLANK_TELLS') return false
    const theirs = cellsOf(key)
    return mine.filter((cell, row) => isBlank(cell) !== isBlank(theirs[row])).length < mine.length * 0.02
  })
  if (!twins.length) return one
  return {
    ...one,
    finding: { ...finding, params: { ...finding.params, fields: twins.map(({ label }) => label) } },
  }
}
