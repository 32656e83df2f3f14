import type { Binned } from './trees.ts'

/** Log-odds added by each bin of each feature: a logistic regression on bins. */
export type Additive = { base: number; weights: number[][] }

/** Bins, and of features that are numbers where each of them lies (`centresOf`). */
export type Placed = Binned & { centres: readonly (Float64Array | undefined)[] }

/** The same while it is learned: of numbers the slope of the line to which their weights are drawn. */
export type Sloped = Additive & { slopes: number[] }

const SWEEPS = 8
/** Neighbouring bins of a number are drawn to each other by so much hessian, so that a curve and not a comb is learned. */
const SMOOTHING = 6
/** In units of hessian; places are in standard deviations. */
const SLOPE_RIDGE = 2

/**
 * Newton steps, one feature at a time within each sweep: bins of a feature exclude each other, so the step of each is exact on the parabola that
 * the loss is taken for while a sweep lasts (as in Friedman, Hastie, Tibshirani 2010; without an exponential for each row and feature). Weights
 * of levels are drawn to nought by the ridge and those of a number to a line through its bins, since what a number tells is mostly more or
 * less of it: with few rows of an outcome its single bins show nothing. `ridge` is in units of hessian; `from` is where to begin, such as
 * the fit under a stronger ridge. O(sweeps x rows x features).
 */
export function fitAdditive(data: Placed, base: number, ridge: number, from?: Sloped): Sloped {
  const { bins, counts, isOrdered, outcome, centres } = data
  const rows = outcome.length
  const score = from ? additiveScores(from, bins, rows) : new Float64Array(rows).fill(base)
  const weights = counts.map(
    (count, feature) => from?.weights[feature]?.slice() ?? new Array<number>(count).fill(0),
  )
  const slopes = from?.slopes.slice() ?? counts.map(() => 0)
  const slant = new Float64Array(rows)
  const curve = new Float64Array(rows)
  for (let sweep = 0; sweep < SWEEPS; sweep++) {
    let moved = 0
    for (let row = 0; row < rows; row++) {
      const p = 1 / (1 + Math.exp(-score[row]!))
      slant[row] = p - outcome[row]!
      curve[row] = p * (1 - p)
    }
    for (let feature = 0; feature < bins.length; feature++) {
      const of = bins[feature]!
      const weight = weights[feature]!
      const [gradient, hessian] = sumsOf(of, weight.length, slant, curve)
      const line = centres[feature]
      const offLine = line ? weight.map((is, bin) => is - slopes[feature]! * line[bin]!) : weight
      const steps = stepsOf(offLine, gradient, hessian, ridge, isOrdered[feature]!)
      if (line) {
        const step = slopeStep(slopes[feature]!, line, steps, gradient, hessian)
        slopes[feature]! += step
        for (let bin = 0; bin < steps.length; bin++) steps[bin]! += step * line[bin]!
      }
      take(steps, of, { slant, curve, score })
      for (let bin = 0; bin < weight.length; bin++) {
        weight[bin]! += steps[bin]!
        moved = Math.max(moved, Math.abs(steps[bin]!) * Math.sqrt(hessian[bin]! / rows))
      }
    }
    if (moved < 1e-4) break
  }
  return { base, weights, slopes }
}

/** Slants and curves of the rows of each bin. */
function sumsOf(
  of: Uint8Array,
  count: number,
  slant: Float64Array,
  curve: Float64Array,
): [Float64Array, Float64Array] {
  const gradient = new Float64Array(count)
  const hessian = new Float64Array(count)
  for (let row = 0; row < of.length; row++) {
    const bin = of[row]!
    gradient[bin]! += slant[row]!
    hessian[bin]! += curve[row]!
  }
  return [gradient, hessian]
}

/** Moves the rows by the step of their bin. */
function take(
  steps: Float64Array,
  of: Uint8Array,
  { slant, curve, score }: { slant: Float64Array; curve: Float64Array; score: Float64Array },
): void {
  for (let row = 0; row < of.length; row++) {
    const step = steps[of[row]!]!
    score[row]! += step
    slant[row]! += step * curve[row]!
  }
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
