import { type Additive, additiveScores, fitAdditive, type Placed, type Sloped } from './additive.ts'
import { binRows, binsOf, centresOf, type Feature, makeFeatures, withWords } from './bins.ts'
import { logLossOf } from './measures.ts'
import { foldsOf } from './random.ts'
import { type Table, take } from './table.ts'
import { type Tree, treeValue } from './tree.ts'
import { type Binned, Booster, GROWTH, type Growth } from './trees.ts'

/** What one of the folds taught: it has not seen the rows of that fold. */
export type Member = { features: Feature[]; additive: Additive; base: number; trees: Tree[] }

/**
 * Members that each leave out one fold, their mean log-odds blended of trees and weights, calibrated on rows that the member had
 * not seen (Platt 1999): probability = sigmoid(slope * log-odds + offset).
 */
export type Model = {
  members: Member[]
  /** Share of the trees in the blend, 0 to 1. */
  treeShare: number
  slope: number
  offset: number
  baseRate: number
  rows: number
}

export type Fitted = {
  model: Model
  /** Probability of each row by the member that had not seen it. */
  outOfFold: Float64Array
}

const MEMBERS = 5
/** The strongest first: each begins where the last one ended. */
const RIDGES = [48, 12, 3] as const
/** Trees are counted in such steps; growing stops after so many steps without gain. */
const CHECK_EVERY = 10
const PATIENCE = 5
const TREE_SHARES = [0, 0.25, 0.5, 0.75, 1] as const

export const sigmoid = (logOdds: number): number => 1 / (1 + Math.exp(-logOdds))
export const logit = (p: number): number => Math.log(p / (1 - p))

type Fold = {
  features: Feature[]
  /** The rows held out. */
  held: number[]
  base: number
  trees: Tree[]
  /** Log-odds of the rows held out after each check. */
  checks: Float64Array[]
  additives: Sloped[]
  linear: Float64Array[]
}

export type FitOptions = {
  seed?: number
  growth?: Partial<Growth>
  /** Each leaves out so many-th part of the rows. */
  members?: number
  /** For each row the first one that it repeats, or itself (`repeatsIn`). */
  first?: Int32Array
}

/** Learns from rows of two outcomes. The same rows and seed give the same model. */
export function fit(
  given: Table,
  { seed = 1, growth = {}, first, members = MEMBERS }: FitOptions = {},
): Fitted {
  const table = withWords(given)
  const rows = table.outcome.length
  const fold = foldsOf(table.outcome, members, seed, first)
  const folds = Array.from({ length: members }, (_, index) =>
    fitFold(table, fold, index, { ...growthFor(rows), ...growth, seed: seed * 31 + index }),
  )
  const gather = (of: (one: Fold) => Float64Array | undefined, otherwise: (one: Fold) => Float64Array) => {
    const all = new Float64Array(rows)
    for (const one of folds)
      one.held.forEach((row, at) => {
        all[row] = (of(one) ?? otherwise(one))[at]!
      })
    return all
  }
  const checks = Math.max(...folds.map(one => one.checks.length))
  const grown = best(
    checks,
    check =>
      gather(
        one => one.checks[check],
        one => one.checks.at(-1)!,
      ),
    table.outcome,
  )
  const ridge = best(
    RIDGES.length,
    index =>
      gather(
        one => one.linear[index],
        one => one.linear[0]!,
      ),
    table.outcome,
  )
  const blend = best(
    TREE_SHARES.length,
    index => mixed(grown.scores, ridge.scores, TREE_SHARES[index]!),
    table.outcome,
  )
  const { slope, offset } = platt(blend.scores, table.outcome)
  const learned = folds.map(one => ({
    features: one.features,
    additive: { base: one.base, weights: one.additives[ridge.index]!.weights },
    base: one.base,
    trees: one.trees.slice(0, grown.index * CHECK_EVERY),
  }))
  const ones = table.outcome.reduce((sum, value) => sum + value, 0)
  // A repeated row adds no knowledge, and makes no interval narrower.
  const known = first ? new Set(first).size : rows
  return {
    model: {
      members: learned,
      treeShare: TREE_SHARES[blend.index]!,
      slope,
      offset,
      baseRate: ones / rows,
      rows: known,
    },
    outOfFold: blend.scores.map(score => sigmoid(slope * score + offset)),
  }
}

/** More rows bear larger trees and longer steps. */
const growthFor = (rows: number): Growth => ({
  ...GROWTH,
  leaves: Math.min(31, 12 + Math.floor(rows / 2000)),
  rate: GROWTH.rate + Math.min(0.04, rows / 200_000),
})

const mixed = (trees: Float64Array, linear: Float64Array, share: number) =>
  trees.map((score, row) => share * score + (1 - share) * linear[row]!)

/** The candidate with the least log loss; the earlier of equals. */
function best(count: number, scoresOf: (index: number) => Float64Array, outcome: Uint8Array) {
  let found: { index: number; scores: Float64Array; loss: number } = {
    index: 0,
    scores: new Float64Array(),
    loss: Number.POSITIVE_INFINITY,
  }
  for (let index = 0; index < count; index++) {
    const scores = scoresOf(index)
    const loss = logLossOf(scores.map(sigmoid), outcome)
    if (loss < found.loss - 1e-6) found = { index, scores, loss }
  }
  return found
}

function fitFold(table: Table, fold: Uint8Array, index: number, growth: Growth): Fold {
  const held: number[] = []
  const learnt: number[] = []
  fold.forEach((of, row) => {
    if (of === index) held.push(row)
    else learnt.push(row)
  })
  const training = take(table, learnt)
  const features = makeFeatures(training)
  const bins = binRows(features, training)
  const data: Placed = {
    bins,
    centres: centresOf(features, training, bins),
    counts: features.map(binsOf),
    isOrdered: features.map(feature => feature.of !== 'level'),
    outcome: training.outcome,
  }
  const heldBins = binRows(features, take(table, held))
  const ones = training.outcome.reduce((sum, value) => sum + value, 0)
  const base = logit((ones + 1) / (training.outcome.length + 2))
  const additives: Sloped[] = []
  for (const ridge of RIDGES) additives.push(fitAdditive(data, base, ridge, additives.at(-1)))
  const { trees, checks } = growTrees(
    data,
    heldBins,
    held.map(row => table.outcome[row]!),
    base,
    growth,
  )
  const linear = additives.map(additive => additiveScores(additive, heldBins, held.length))
  return { features, held, base, trees, checks, additives, linear }
}

function growTrees(
  data: Binned,
  heldBins: Uint8Array[],
  heldOutcome: number[],
  base: number,
  growth: Growth,
) {
  const booster = new Booster(data, base, growth)
  const trees: Tree[] = []
  let scores: Float64Array = new Float64Array(heldOutcome.length).fill(base)
  const checks = [scores]
  let least = { loss: Number.POSITIVE_INFINITY, at: 0 }
  while (trees.length < growth.trees && checks.length - 1 - least.at < PATIENCE) {
    scores = scores.slice()
    for (let count = 0; count < CHECK_EVERY; count++) {
      const tree = booster.step()
      trees.push(tree)
      for (let row = 0; row < scores.length; row++) scores[row]! += treeValue(tree, heldBins, row)
    }
    checks.push(scores)
    const loss = logLossOf(scores.map(sigmoid), heldOutcome)
    if (loss < least.loss) least = { loss, at: checks.length - 1 }
  }
  return { trees, checks }
}

/**
 * Slope and offset of a logistic regression of the outcome on the log-odds, by Newton's method, with Platt's softened targets and
 * a slope drawn to 1 where rows are few.
 */
export function platt(scores: Float64Array, outcome: Uint8Array): { slope: number; offset: number } {
  const ones = outcome.reduce((sum, value) => sum + value, 0)
  const high = (ones + 1) / (ones + 2)
  const low = 1 / (outcome.length - ones + 2)
  const prior = 5
  let [slope, offset] = [1, 0]
  for (let round = 0; round < 30; round++) {
    let [gs, go, hss, hso, hoo] = [prior * (slope - 1), 0, prior, 0, 1e-6]
    for (let row = 0; row < scores.length; row++) {
      const score = scores[row]!
      const p = sigmoid(slope * score + offset)
      const error = p - (outcome[row] ? high : low)
      const weight = p * (1 - p)
      gs += error * score
      go += error
      hss += weight * score * score
      hso += weight * score
      hoo += weight
    }
    const determinant = hss * hoo - hso * hso
    const stepSlope = (hoo * gs - hso * go) / determinant
    const stepOffset = (hss * go - hso * gs) / determinant
    slope -= stepSlope
    offset -= stepOffset
    if (Math.abs(stepSlope) + Math.abs(stepOffset) < 1e-6) break
  }
  return { slope: Math.max(0.05, slope), offset }
}
