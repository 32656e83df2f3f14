import type { DealFacts } from './facts.ts'
import type { Norms } from './norms.ts'
import type { Signal } from './signals.ts'
import { upper } from './words.ts'

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

/** Of what the signals say together only so much is added to what is known otherwise, since both tell partly the same. */
const ADDED = 0.6

/**
 * How far what is so of a deal moves its chance, in log-odds: of each effect that closed deals here show, and hardly by chance, six
 * tenths, as far as it is more than usual (1 − share of closed deals that had it).
 */
export const sharesOf = (deal: DealFacts, effects: readonly Effect[], norms: Norms) =>
  effects
    .filter(
      ({ holds, isMeasured, logOdds, error }) =>
        isMeasured && Math.abs(logOdds) > error && holds(deal, norms),
    )
    .map(({ key, label, statement = upper(label), logOdds, withIt, without }) => ({
      key,
      statement,
      share: (ADDED * logOdds * without.n) / (withIt.n + without.n),
    }))

/** Of effects that are told as the workspace's own, one in ten at most is one by chance (two-sided). */
const HARDLY_BY_CHANCE = 1.645
/** The plain shares have to lean the same way at least so far, so that no assumption of ours is told as experience. */
const LEANS = 0.5

/** Whether the closed deals themselves show an effect: enough of them, hardly by chance, and not by our prior alone. */
export function isShown({ isMeasured, logOdds, error, prior, withIt, without }: Effect): boolean {
  if (!isMeasured || Math.abs(logOdds) < HARDLY_BY_CHANCE * error) return false
  if (prior === 0) return true
  const share = (withIt.won + without.won) / (withIt.n + without.n)
  const chance = Math.sqrt(share * (1 - share) * (1 / withIt.n + 1 / without.n))
  const lean = withIt.won / withIt.n - without.won / without.n
  return lean * Math.sign(logOdds) > LEANS * chance
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
