import { additiveScores } from './additive.ts'
import { binRow, binRows } from './bins.ts'
import { type Member, type Model, sigmoid } from './model.ts'
import { addShares, meanOf } from './shap.ts'
import type { Row, Table } from './table.ts'
import { treeValue, treeValueOf } from './tree.ts'

/** Probabilities of all rows of a table. */
export function predictAll(model: Model, table: Table): Float64Array {
  const sums = new Float64Array(table.outcome.length)
  for (const member of model.members) {
    const bins = binRows(member.features, table)
    const linear = additiveScores(member.additive, bins, sums.length)
    for (let row = 0; row < sums.length; row++) {
      let trees = member.base
      for (const tree of member.trees) trees += treeValue(tree, bins, row)
      sums[row]! += model.treeShare * trees + (1 - model.treeShare) * linear[row]!
    }
  }
  return sums.map(sum => sigmoid((model.slope * sum) / model.members.length + model.offset))
}

/** Of one row its probability alone, which costs a hundredth of what the reasons do. */
export function probabilityOf(model: Model, row: Row): number {
  let sum = 0
  for (const member of model.members) {
    const bins = binRow(member.features, row)
    let trees = member.base
    for (const tree of member.trees) trees += treeValueOf(tree, bins)
    let linear = member.additive.base
    member.additive.weights.forEach((weight, feature) => {
      linear += weight[bins[feature]!]!
    })
    sum += model.treeShare * trees + (1 - model.treeShare) * linear
  }
  return sigmoid((model.slope * sum) / model.members.length + model.offset)
}

/** Of one row: its probability, how sure that is, and what moved it. */
export type Prediction = {
  probability: number
  /** Where the probability lies in nine cases of ten. */
  interval: [number, number]
  /** The probability before anything is known of the row, and what each column adds to its log-odds; they sum up. */
  start: number
  shares: Map<string, number>
}

/** Of Student's distribution with 4 degrees of freedom, which five members leave, 90 % lie within so many standard errors. */
const NINE_OF_TEN = 2.132
/** So many weights' worth of doubt is added; with it the intervals cover nine of ten in simulations (model.slow.test.ts). */
const WEIGHTS_UNSEEN = 8

export function predict(model: Model, row: Row): Prediction {
  const shares = new Map<string, number>()
  const scores: number[] = []
  let start = 0
  for (const member of model.members) {
    const { total, base } = explainMember(model, member, row, shares)
    scores.push(total)
    start += base / model.members.length
  }
  const mean = scores.reduce((sum, score) => sum + score, 0) / scores.length
  const { baseRate, rows } = model
  // Members that are drawn to the base rate alike agree more than they know: a few weights are not known better than by so many rows.
  const least = WEIGHTS_UNSEEN / (rows * baseRate * (1 - baseRate))
  const spread = Math.sqrt((jackknife(scores, mean) * model.slope) ** 2 + least)
  const logOdds = model.slope * mean + model.offset
  return {
    probability: sigmoid(logOdds),
    interval: [sigmoid(logOdds - NINE_OF_TEN * spread), sigmoid(logOdds + NINE_OF_TEN * spread)],
    start: sigmoid(model.slope * start + model.offset),
    shares,
  }
}

/** The standard error of the mean of members that each leave out one group of rows (delete-a-group jackknife, Kott 2001). */
const jackknife = (scores: readonly number[], mean: number): number =>
  Math.sqrt(
    ((scores.length - 1) / scores.length) * scores.reduce((sum, score) => sum + (score - mean) ** 2, 0),
  )

function explainMember(model: Model, member: Member, row: Row, shares: Map<string, number>) {
  const bins = binRow(member.features, row)
  const byFeature = new Float64Array(member.features.length)
  let trees = member.base
  let treesBase = member.base
  for (const tree of member.trees) {
    trees += treeValueOf(tree, bins)
    treesBase += meanOf(tree)
    if (model.treeShare > 0) addShares(tree, bins, model.treeShare, byFeature)
  }
  let linear = member.additive.base
  member.additive.weights.forEach((weight, feature) => {
    linear += weight[bins[feature]!]!
    byFeature[feature]! += (1 - model.treeShare) * weight[bins[feature]!]!
  })
  member.features.forEach((feature, index) => {
    const share = (model.slope * byFeature[index]!) / model.members.length
    shares.set(feature.column, (shares.get(feature.column) ?? 0) + share)
  })
  return {
    total: model.treeShare * trees + (1 - model.treeShare) * linear,
    base: model.treeShare * treesBase + (1 - model.treeShare) * member.additive.base,
  }
}
