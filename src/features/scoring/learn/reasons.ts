import { inLanguage, languageSpoken } from '#core/ai/language.ts'
import { numberOf, wordsOf } from './bins.ts'
import { logit, sigmoid } from './model.ts'
import type { Prediction } from './predict.ts'
import { type Cell, type ColumnInfo, isBlank, type Row } from './table.ts'

/** Why a score is what it is: `effect` in percentage points, with its sign; without this field the probability would be so much off. */
export type ScoreReason = { field: string; label: string; value: Cell; effect: number; text: string }

const MOST_REASONS = 6
const LEAST_POINTS = 0.5

/** The fields that move a score most, strongest first. */
export function reasonsOf(
  { probability, shares }: Pick<Prediction, 'probability' | 'shares'>,
  columns: readonly ColumnInfo[],
  row: Row,
): ScoreReason[] {
  return columns
    .map(column => {
      const share = shares.get(column.key) ?? 0
      const effect = 100 * (probability - sigmoid(logit(probability) - share))
      const value = row.cells[column.key] ?? null
      const text = `${saying(column, value, row.at)} (${signed(effect)} ${inLanguage('points', 'Punkte')})`
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

function saying({ label, kind, notation }: ColumnInfo, value: Cell, at: number | undefined): string {
  if (isBlank(value)) return inLanguage(`${label} is not given`, `${label}: keine Angabe`)
  if (kind === 'boolean')
    return `${label}: ${value === true || value === 'true' ? inLanguage('yes', 'ja') : inLanguage('no', 'nein')}`
  if (kind === 'date') return `${label}${inLanguage(' ', ': ')}${days(numberOf(value, kind, at, notation))}`
  const is = inLanguage(' is', ':')
  if (kind === 'number' && typeof value === 'number')
    return `${label}${is} ${value.toLocaleString(languageSpoken(), { maximumFractionDigits: 2 })}`
  if (kind === 'text') return inLanguage(`The words of ${label}`, `Die Wörter von ${label}`)
  if (kind === 'set') return `${label}: ${cut(wordsOf(value, kind).join(', '))}`
  return `${label}${is} ${cut(String(value))}`
}

function days(count: number): string {
  const whole = Math.round(count)
  if (whole === 0) return inLanguage('is that day', 'derselbe Tag')
  return whole > 0
    ? inLanguage(`is ${whole} days ahead`, `in ${whole} Tagen`)
    : inLanguage(`was ${-whole} days before`, `vor ${-whole} Tagen`)
}
