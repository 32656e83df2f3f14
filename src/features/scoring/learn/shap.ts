import { goesLeft, type Tree } from './tree.ts'

/** Longer paths than the growth of trees allows do not occur: a tree of 31 leaves is at most 30 deep. */
const LONGEST = 40
// One path of steps for each depth, side by side, so that a walk makes no garbage.
const SIZE = LONGEST * LONGEST
const features = new Int32Array(SIZE)
const zeros = new Float64Array(SIZE)
const ones = new Float64Array(SIZE)
const weights = new Float64Array(SIZE)

type Walk = { tree: Tree; bins: Uint8Array; factor: number; into: Float64Array }

/**
 * Adds to `into` what each feature moves the value of a tree away from its mean over the rows it grew on: exact Shapley values
 * where features not in a coalition follow the rows' own shares (TreeSHAP, Lundberg et al. 2020, algorithm 2).
 * O(leaves x depth²).
 */
export function addShares(tree: Tree, bins: Uint8Array, factor: number, into: Float64Array): void {
  descend({ tree, bins, factor, into }, { node: 0, depth: 0, length: 0, zero: 1, one: 1, feature: -1 })
}

type Place = { node: number; depth: number; length: number; zero: number; one: number; feature: number }

function descend(walk: Walk, { node, depth, length: before, zero, one, feature }: Place): void {
  const { tree, bins, factor, into } = walk
  const offset = depth * LONGEST
  let length = extend(offset, before, zero, one, feature)
  const at = tree.feature[node]!
  if (at < 0) {
    for (let index = 1; index < length; index++) {
      const place = offset + index
      const share = unwoundSum(offset, length, index) * (ones[place]! - zeros[place]!)
      into[features[place]!]! += factor * share * tree.value[node]!
    }
    return
  }
  let known = 0
  for (let index = 1; index < length; index++) if (features[offset + index] === at) known = index
  const knownZero = known ? zeros[offset + known]! : 1
  const knownOne = known ? ones[offset + known]! : 1
  if (known) length = unwind(offset, length, known)
  const isLeft = goesLeft(tree, node, bins[at]!)
  const sides = isLeft ? [tree.left[node]!, tree.right[node]!] : [tree.right[node]!, tree.left[node]!]
  for (let side = 0; side < 2; side++) {
    const child = sides[side]!
    copy(offset, offset + LONGEST, length)
    descend(walk, {
      node: child,
      depth: depth + 1,
      length,
      zero: (knownZero * tree.cover[child]!) / tree.cover[node]!,
      one: side === 0 ? knownOne : 0,
      feature: at,
    })
  }
}

function copy(from: number, to: number, length: number): void {
  features.copyWithin(to, from, from + length)
  zeros.copyWithin(to, from, from + length)
  ones.copyWithin(to, from, from + length)
  weights.copyWithin(to, from, from + length)
}

function extend(offset: number, length: number, zero: number, one: number, feature: number): number {
  features[offset + length] = feature
  zeros[offset + length] = zero
  ones[offset + length] = one
  weights[offset + length] = length === 0 ? 1 : 0
  for (let index = length - 1; index >= 0; index--) {
    const weight = weights[offset + index]!
    weights[offset + index + 1]! += (one * weight * (index + 1)) / (length + 1)
    weights[offset + index] = (zero * weight * (length - index)) / (length + 1)
  }
  return length + 1
}

function unwind(offset: number, length: number, without: number): number {
  const one = ones[offset + without]!
  const zero = zeros[offset + without]!
  let next = weights[offset + length - 1]!
  for (let index = length - 2; index >= 0; index--) {
    const weight = weights[offset + index]!
    if (one !== 0) {
      weights[offset + index] = (next * length) / ((index + 1) * one)
      next = weight - (weights[offset + index]! * zero * (length - 1 - index)) / length
    } else weights[offset + index] = (weight * length) / (zero * (length - 1 - index))
  }
  for (let index = without; index < length - 1; index++) {
    features[offset + index] = features[offset + index + 1]!
    zeros[offset + index] = zeros[offset + index + 1]!
    ones[offset + index] = ones[offset + index + 1]!
  }
  return length - 1
}

/** The sum of the weights that would be left without one step. */
function unwoundSum(offset: number, length: number, without: number): number {
  const one = ones[offset + without]!
  const zero = zeros[offset + without]!
  let next = weights[offset + length - 1]!
  let sum = 0
  for (let index = length - 2; index >= 0; index--) {
    if (one !== 0) {
      const weight = (next * length) / ((index + 1) * one)
      sum += weight
      next = weights[offset + index]! - (weight * zero * (length - 1 - index)) / length
    } else sum += (weights[offset + index]! * length) / (zero * (length - 1 - index))
  }
  return sum
}

/** The mean value of a tree over the rows it grew on. */
export function meanOf(tree: Tree): number {
  let sum = 0
  tree.feature.forEach((feature, node) => {
    if (feature < 0) sum += tree.value[node]! * tree.cover[node]!
  })
  return sum / Math.max(1, tree.cover[0]!)
}
