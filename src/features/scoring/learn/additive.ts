import type { Binned } from './trees.ts'

/** Log-odds added by each bin of each feature: a logistic regression on bins. */
export type Additive = { base: number; weights: number[][] }

/** Bins, and of features that are numbers where each of them lies (`centresOf`). */
export type Placed = Binned & { centres: readonly (Float64Array | undefined)[] }

/** The same while it is learned: of numbers the slope of the line to which their weights are drawn. */
export type Sloped = Additive & { slopes: number[] }

const SWEEPS = 12
/** Neighbouring bins of a number are drawn to each other by so much hessian, so that a curve and not a comb is learned. */
const SMOOTHING = 6
/** In units of hessian; places are in standard deviations. */
const SLOPE_RIDGE = 2

/**
 * Cyclic Newton steps, one feature at a time: bins of a feature exclude each other, so the step of each is exact. Weights of levels are drawn
 * to nought by the ridge and those of a number to a line through its bins, since what a number tells is mostly more or less of it: with few
 * rows of an outcome its single bins show nothing. `ridge` is in units of hessian; `from` is where to begin, such as the fit under a
 * stronger ridge. O(sweeps x rows x features).
 */
export function fitAdditive(data: Placed, base: number, ridge: number, from?: Sloped): Sloped {
  const { bins, counts, isOrdered, outcome, centres } = data
  const rows = outcome.length
  const score = from ? additiveScores(from, bins, rows) : new Float64Array(rows).fill(base)
  const weights = counts.map(
    (count, feature) => from?.weights[feature]?.slice() ?? new Array<number>(count).fill(0),
  )
  const slopes = from?.slopes.slice() ?? counts.map(() => 0)
  for (let sweep = 0; sweep < SWEEPS; sweep++) {
    let moved = 0
    for (let feature = 0; feature < bins.length; feature++) {
      const of = bins[feature]!
      const weight = weights[feature]!
      const gradient = new Float64Array(weight.length)
      const hessian = new Float64Array(weight.length)
      for (let row = 0; row < rows; row++) {
        const p = 1 / (1 + Math.exp(-score[row]!))
        gradient[of[row]!]! += p - outcome[row]!
        hessian[of[row]!]! += p * (1 - p)
      }
      const line = centres[feature]
      const offLine = line ? weight.map((is, bin) => is - slopes[feature]! * line[bin]!) : weight
      const steps = stepsOf(offLine, gradient, hessian, ridge, isOrdered[feature]!)
      if (line) {
        const step = slopeStep(slopes[feature]!, line, steps, gradient, hessian)
        slopes[feature]! += step
        for (let bin = 0; bin < steps.length; bin++) steps[bin]! += step * line[bin]!
      }
      for (let row = 0; row < rows; row++) score[row]! += steps[of[row]!]!
      for (let bin = 0; bin < weight.length; bin++) {
        weight[bin]! += steps[bin]!
        moved = Math.max(moved, Math.abs(steps[bin]!) * Math.sqrt(hessian[bin]! / rows))
      }
    }
    if (moved < 1e-4) break
  }
  return { base, weights, slopes }
}

/** By how much the line turns once the bins have taken their steps. */
function slopeStep(
  slope: number,
  line: Float64Array,
  steps: Float64Array,
  gradient: Float64Array,
  hessian: Float64Array,
): number {
  let pull = SLOPE_RIDGE * slope
  let stiffness = SLOPE_RIDGE
  for (let bin = 0; bin < line.length; bin++) {
    pull += (gradient[bin]! + hessian[bin]! * steps[bin]!) * line[bin]!
    stiffness += hessian[bin]! * line[bin]! ** 2
  }
  return -pull / stiffness
}

function stepsOf(
  weight: readonly number[],
  gradient: Float64Array,
  hessian: Float64Array,
  ridge: number,
  isOrdered: boolean,
): Float64Array {
  const steps = new Float64Array(weight.length)
  for (let bin = 0; bin < weight.length; bin++) {
    let pull = ridge * weight[bin]!
    let stiffness = ridge
    if (isOrdered && bin > 0)
      for (const other of [bin - 1, bin + 1]) {
        if (other < 1 || other >= weight.length) continue
        pull += SMOOTHING * (weight[bin]! - (weight[other]! + steps[other]!))
        stiffness += SMOOTHING
      }
    steps[bin] = -(gradient[bin]! + pull) / (hessian[bin]! + stiffness)
  }
  return steps
}

export function additiveScores(
  { base, weights }: Additive,
  bins: readonly Uint8Array[],
  rows: number,
): Float64Array {
  const scores = new Float64Array(rows).fill(base)
  weights.forEach((weight, feature) => {
    const of = bins[feature]!
    for (let row = 0; row < rows; row++) scores[row]! += weight[of[row]!]!
  })
  return scores
}
