import { DAY_MS } from '#core/time.ts'
import type { Random } from './random.ts'

export const HOUR_MS = 3_600_000
export const SPAN_DAYS = 730

/** How lively each month is, January first: August and the end of the year are quiet, quarter ends are not. */
const SEASON = [0.9, 0.95, 1.15, 1, 1, 1.15, 0.85, 0.65, 1.15, 1.1, 1.15, 0.7]

export const iso = (ms: number): string => new Date(ms).toISOString()
export const isoDate = (ms: number): string => iso(ms).slice(0, 10)
export const clamp = (value: number, low: number, high: number): number =>
  Math.max(low, Math.min(high, value))

/** The moment moved to office hours (UTC) of a weekday near it, never outside [min, max]. */
export function workMoment(random: Random, ms: number, min: number, max: number): number {
  let day = Math.floor(ms / DAY_MS) * DAY_MS
  const weekday = new Date(day).getUTCDay()
  if (weekday === 6) day -= DAY_MS
  if (weekday === 0) day += DAY_MS
  const seconds = random.int(8 * 3600, 17 * 3600 + 3599)
  return clamp(day + seconds * 1000, min, max)
}

/** A moment of [start, end], thicker towards the end of the span (a growing firm) and following the seasons. */
export function busyMoment(random: Random, start: number, end: number, growth: number): number {
  const spanStart = end - SPAN_DAYS * DAY_MS
  for (;;) {
    const ms = random.between(start, end)
    const age = (ms - spanStart) / (end - spanStart)
    const weight = (1 + growth * age) * SEASON[new Date(ms).getUTCMonth()]!
    if (random.next() * (1 + growth) * 1.2 < weight) return workMoment(random, ms, start, end)
  }
}

/** A record and the moment it happened, which is cheaper to sort by than its text. */
export interface Dated<T> {
  atMs: number
  record: T
}

/** The records in the order of time, their keys numbered. */
export function numberInOrder<T extends { key: string }>(dated: Dated<T>[], prefix: string): T[] {
  dated.sort((a, b) => a.atMs - b.atMs)
  return dated.map(({ record }, i) => {
    record.key = `${prefix}-${i + 1}`
    return record
  })
}
