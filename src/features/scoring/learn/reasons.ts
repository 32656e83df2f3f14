import { inLanguage, languageSpoken } from '#core/ai/language.ts'
import { daysUntil, wholeDaysOf } from '#core/record/days.ts'
import { dayIn } from '#core/record/relative-time.ts'
import { DAY_MS } from '#core/time.ts'
import { numberOf, wordsOf } from './bins.ts'
import { logit, sigmoid } from './model.ts'
import type { Prediction } from './predict.ts'
import { type Cell, type ColumnInfo, isBlank, type Notation, type Row } from './table.ts'

/** Why a score is what it is: `effect` in percentage points, with its sign; without this field the probability would be so much off. */
export type ScoreReason = { field: string; label: string; value: Cell; effect: number; text: string }

const MOST_REASONS = 6
const LEAST_POINTS = 0.5

/** The fields that move a score most, strongest first. */
export function reasonsOf(
  { probability, shares }: Pick<Prediction, 'probability' | 'shares'>,
  columns: readonly ColumnInfo[],
  row: Row,
  timezone = 'UTC',
): ScoreReason[] {
  return columns
    .map(column => {
      const share = shares.get(column.key) ?? 0
      const effect = 100 * (probability - sigmoid(logit(probability) - share))
      const value = told(column, row.cells[column.key] ?? null)
      const text = `${saying(column, value, { at: row.at, timezone })} (${signed(effect)} ${inLanguage('points', 'Punkte')})`
      return { field: column.key, label: column.label, value, effect: Math.round(effect * 10) / 10, text }
    })
    .filter(({ effect }) => Math.abs(effect) >= LEAST_POINTS)
    .sort((a, b) => Math.abs(b.effect) - Math.abs(a.effect))
    .slice(0, MOST_REASONS)
}

const signed = (points: number) =>
  `${points < 0 ? '−' : '+'}${Math.abs(points).toLocaleString(languageSpoken(), { minimumFractionDigits: 1, maximumFractionDigits: 1 })}`
const MOST_LETTERS = 60
const cut = (text: string) => (text.length > MOST_LETTERS ? `${text.slice(0, MOST_LETTERS - 1)}…` : text)

/** Days are learned from with their tenths and told whole, as the record counts them. */
const told = ({ key }: ColumnInfo, value: Cell): Cell =>
  /^days\p{Lu}/u.test(key) && typeof value === 'number' ? wholeDaysOf(value) : value

type Seen = { at: number | undefined; timezone: string }

function saying({ label, kind, notation }: ColumnInfo, value: Cell, seen: Seen): string {
  if (isBlank(value)) return inLanguage(`${label} is not given`, `${label}: keine Angabe`)
  if (kind === 'boolean')
    return `${label}: ${value === true || value === 'true' ? inLanguage('yes', 'ja') : inLanguage('no', 'nein')}`
  if (kind === 'date') return `${label}${inLanguage(' ', ': ')}${days(daysAhead(value, notation, seen))}`
  const is = inLanguage(' is', ':')
  if (kind === 'number' && typeof value === 'number')
    return `${label}${is} ${value.toLocaleString(languageSpoken(), { maximumFractionDigits: 2, signDisplay: 'negative' })}`
  if (kind === 'text') return inLanguage(`The words of ${label}`, `Die Wörter von ${label}`)
  if (kind === 'set') return `${label}: ${cut(wordsOf(value, kind).join(', '))}`
  return `${label}${is} ${cut(String(value))}`
}

/** Nights from the day on which the record is looked at to the day that it names, both by the workspace's calendar. */
function daysAhead(value: Cell, notation: Notation | undefined, { at = 0, timezone }: Seen): number {
  const ms = numberOf(value, 'date', 0, notation) * DAY_MS
  if (Number.isNaN(ms)) return 0
  const isMoment = typeof value === 'number' || /\dT\d/.test(String(value))
  const day = isMoment ? dayIn(timezone, new Date(ms)) : new Date(ms).toISOString().slice(0, 10)
  return daysUntil(day, timezone, new Date(at))
}

function days(whole: number): string {
  if (whole === 0) return inLanguage('is that day', 'derselbe Tag')
  return whole > 0
    ? inLanguage(`is ${inDays(whole)} ahead`, `in ${inDays(whole)}`)
    : inLanguage(`was ${inDays(-whole)} before`, `vor ${inDays(-whole)}`)
}

const inDays = (n: number): string =>
  `${n.toLocaleString(languageSpoken())} ${n === 1 ? inLanguage('day', 'Tag') : inLanguage('days', 'Tagen')}`
