import type { DealFacts } from './facts.ts'
import type { Norms } from './norms.ts'
import type { Signal } from './signals.ts'

/** How much a signal went with winning in the closed deals. */
export type Effect = Signal & {
  /** In log-odds, the other signals held equal; below 0 it went with losing. */
  logOdds: number
  /** Its standard error: what is known of it. */
  error: number
  /** Deals with it, of which won; and without it. */
  withIt: { n: number; won: number }
  without: { n: number; won: number }
  /** Deals won more, or fewer, than the same deals would have been without it, by this model: Σ p − p without it. */
  wins: number
  /** Whether enough deals had it and enough had not to speak of the workspace's own experience. */
  isMeasured: boolean
}

/** Effects are drawn toward their prior as if by a normal distribution of this width around it (ridge regression). */
const PRIOR_WIDTH = 0.5
const ROUNDS_AT_MOST = 25
const ENOUGH = 1e-4
/** From so many deals with a signal, and as many without, its effect counts as measured. */
export const MEASURED_FROM = 10

/**
 * The effects of all signals together, by logistic regression with a normal prior for each (maximum a posteriori, found by
 * Newton's method; the intercept is free). With no deals the priors remain, with many the deals decide; and since all are
 * fitted at once, what only goes along with a cause is not taken for one.
 */
export function effectsOf(signals: readonly Signal[], closed: readonly DealFacts[], norms: Norms): Effect[] {
  const active = closed.map(deal => [
    0,
    ...signals.flatMap((signal, i) => (signal.holds(deal, norms) ? [i + 1] : [])),
  ])
  const won = closed.map(({ status }) => (status === 'WON' ? 1 : 0))
  const { weights, errors } = fit(active, won, [0, ...signals.map(({ prior }) => prior)])
  const total = { n: closed.length, won: won.reduce((sum: number, one) => sum + one, 0) }
  return signals.map((signal, i) => {
    const withIt = { n: 0, won: 0 }
    let wins = 0
    active.forEach((list, row) => {
      if (!list.includes(i + 1)) return
      withIt.n++
      withIt.won += won[row]!
      const sum = list.reduce((all, one) => all + weights[one]!, 0)
      wins += chanceOf(sum) - chanceOf(sum - weights[i + 1]!)
    })
    const without = { n: total.n - withIt.n, won: total.won - withIt.won }
    return {
      ...signal,
      logOdds: weights[i + 1]!,
      error: errors[i + 1]!,
      withIt,
      without,
      wins,
      isMeasured: withIt.n >= MEASURED_FROM && without.n >= MEASURED_FROM,
    }
  })
}

/** Of what the signals say together only so much is added to what the stage says, since both tell partly the same. */
const ADDED = 0.6

/** What has not come up may still, so that it counts half. */
const NOT_YET = 0.5

/**
 * How far what a deal's records show moves its chance, in log-odds: the measured effects of its signals against what is usual
 * among closed deals, Σ effect × (has it − share that has it), times 0.6, and half of that for what it does not have.
 */
export function pullOf(deal: DealFacts, effects: readonly Effect[], norms: Norms): number {
  const sum = effects.reduce((total, { holds, logOdds, withIt, without, isMeasured }) => {
    if (!isMeasured) return total
    const usual = withIt.n / (withIt.n + without.n)
    return total + logOdds * (holds(deal, norms) ? 1 - usual : -NOT_YET * usual)
  }, 0)
  return ADDED * sum
}

const chanceOf = (logOdds: number): number => 1 / (1 + Math.exp(-logOdds))

function fit(active: number[][], won: number[], priors: number[]) {
  const size = priors.length
  const precision = priors.map((_, i) => (i === 0 ? 1e-3 : 1 / PRIOR_WIDTH ** 2))
  const weights = [...priors]
  let inverse: number[][] = []
  for (let round = 0; round < ROUNDS_AT_MOST; round++) {
    const slope = weights.map((weight, i) => -precision[i]! * (weight - priors[i]!))
    const curve = priors.map((_, i) => priors.map((_, j) => (i === j ? precision[i]! : 0)))
    active.forEach((list, row) => {
      const sum = list.reduce((total, i) => total + weights[i]!, 0)
      const chance = chanceOf(sum)
      const spread = Math.max(1e-9, chance * (1 - chance))
      for (const i of list) {
        slope[i]! += won[row]! - chance
        for (const j of list) curve[i]![j]! += spread
      }
    })
    inverse = inverted(curve)
    let largest = 0
    for (let i = 0; i < size; i++) {
      const step = inverse[i]!.reduce((total, value, j) => total + value * slope[j]!, 0)
      weights[i]! += Math.max(-2, Math.min(2, step))
      largest = Math.max(largest, Math.abs(step))
    }
    if (largest < ENOUGH) break
  }
  return { weights, errors: inverse.map((row, i) => Math.sqrt(Math.max(0, row[i]!))) }
}

/** Gauss and Jordan's; the priors keep it from being singular. */
function inverted(given: number[][]): number[][] {
  const size = given.length
  const rows = given.map((row, i) => [...row, ...row.map((_, j) => (i === j ? 1 : 0))])
  for (let i = 0; i < size; i++) {
    let best = i
    for (let k = i + 1; k < size; k++) if (Math.abs(rows[k]![i]!) > Math.abs(rows[best]![i]!)) best = k
    ;[rows[i], rows[best]] = [rows[best]!, rows[i]!]
    const pivot = rows[i]![i]!
    for (let j = 0; j < 2 * size; j++) rows[i]![j]! /= pivot
    for (let k = 0; k < size; k++) {
      const times = rows[k]![i]!
      if (k === i || times === 0) continue
      for (let j = i; j < 2 * size; j++) rows[k]![j]! -= times * rows[i]![j]!
    }
  }
  return rows.map(row => row.slice(size))
}
