import { randomFrom } from './random.ts'
import { goesLeft, type Tree, treeValue } from './tree.ts'

/** How trees grow. The defaults suit hundreds to tens of thousands of rows; see the bench for what they reach. */
export type Growth = {
  trees: number
  leaves: number
  rate: number
  /** Ridge on the value of a leaf. */
  shrinkage: number
  leastRows: number
  rowShare: number
  featureShare: number
  seed: number
}

export const GROWTH: Growth = {
  trees: 300,
  leaves: 12,
  rate: 0.06,
  shrinkage: 4,
  leastRows: 12,
  rowShare: 0.75,
  featureShare: 0.5,
  seed: 1,
}

// Levels are put in order by their mean gradient; rare ones are drawn to the middle by so much hessian.
const LEVEL_SMOOTHING = 8
const LEAST_GAIN = 1e-6
/** Each tree looks at no more features; with more of them, of which most are words, the next one looks at others. */
const MOST_OF_TREE = 30
/** A word has a bin for blanks and one each for absent, which is by far the most, and there. */
const WORD_BINS = 3
const ABSENT = 1

type Split = { feature: number; cut: number; low: number; high: number; gain: number }
type Sums = { gradient: number; hessian: number; byBin: Float64Array }
type Leaf = { node: number; start: number; end: number; sums: Sums; split: Split | undefined }

/** What boosting reads: bins by feature, how many each has, which are ordered, and the outcomes. */
export type Binned = { bins: Uint8Array[]; counts: number[]; isOrdered: boolean[]; outcome: Uint8Array }

/**
 * Gradient-boosted trees on the logistic loss with Newton steps (Friedman 2001; histograms and leaf-wise growth as in LightGBM, Ke
 * et al. 2017). Blanks have a bin of their own that goes to the better side; levels are split after sorting by gradient (Fisher 1958).
 */
export class Booster {
  readonly #data: Binned
  readonly #growth: Growth
  readonly #random: () => number
  readonly #gradient: Float64Array
  readonly #hessian: Float64Array
  /** The rows of the tree that grows, leaf by leaf. */
  readonly #rows: Int32Array
  readonly #spare: Int32Array
  readonly #isSampled: Uint8Array
  /** Where the rows of each node stand. */
  readonly #places: [start: number, end: number][] = []
  /** Gradient and hessian of the rows of the leaf that is looked at, in their order. */
  readonly #pulls: Float64Array
  /** Log-odds of each row so far. */
  readonly score: Float64Array

  constructor(data: Binned, base: number, growth: Growth) {
    this.#data = data
    this.#growth = growth
    this.#random = randomFrom(growth.seed)
    const rows = data.outcome.length
    this.#gradient = new Float64Array(rows)
    this.#hessian = new Float64Array(rows)
    this.#rows = new Int32Array(rows)
    this.#spare = new Int32Array(rows)
    this.#isSampled = new Uint8Array(rows)
    this.#pulls = new Float64Array(2 * rows)
    this.score = new Float64Array(rows).fill(base)
  }

  /** Grows the next tree and moves the scores of all rows by it. */
  step(): Tree {
    const { outcome, bins } = this.#data
    for (let row = 0; row < outcome.length; row++) {
      const p = 1 / (1 + Math.exp(-this.score[row]!))
      this.#gradient[row] = p - outcome[row]!
      this.#hessian[row] = Math.max(1e-6, p * (1 - p))
    }
    const rows = this.#sampleRows()
    const tree = this.#grow(rows, this.#sampleFeatures())
    // Those that it grew from lie leaf by leaf already.
    for (const [node, [start, end]] of this.#places.entries())
      if (tree.feature[node]! < 0)
        for (let at = start; at < end; at++) this.score[this.#rows[at]!]! += tree.value[node]!
    for (let row = 0; row < outcome.length; row++)
      if (!this.#isSampled[row]) this.score[row]! += treeValue(tree, bins, row)
    return tree
  }

  #sampleRows(): number {
    let count = 0
    for (let row = 0; row < this.#rows.length; row++) {
      const isSampled = this.#random() < this.#growth.rowShare
      this.#isSampled[row] = isSampled ? 1 : 0
      if (isSampled) this.#rows[count++] = row
    }
    return count
  }

  #sampleFeatures(): number[] {
    const all = this.#data.bins.map((_, index) => index).filter(index => this.#data.counts[index]! > 2)
    const share = Math.round(all.length * this.#growth.featureShare)
    const wanted = Math.min(MOST_OF_TREE, Math.max(Math.min(all.length, 3), share))
    for (let index = 0; index < wanted; index++) {
      const other = index + Math.floor(this.#random() * (all.length - index))
      ;[all[index], all[other]] = [all[other]!, all[index]!]
    }
    return all.slice(0, wanted)
  }

  #grow(rows: number, features: number[]): Tree {
    const tree: Tree = { feature: [], cut: [], low: [], high: [], left: [], right: [], value: [], cover: [] }
    this.#places.length = 0
    const open: Leaf[] = [this.#leaf(tree, 0, rows, features)]
    while (open.length && tree.feature.length < this.#growth.leaves * 2 - 1) {
      let best = 0
      for (let index = 1; index < open.length; index++)
        if ((open[index]!.split?.gain ?? 0) > (open[best]!.split?.gain ?? 0)) best = index
      const [leaf] = open.splice(best, 1)
      if (!leaf?.split) break
      open.push(...this.#part(tree, leaf, leaf.split, features))
    }
    return tree
  }

  #part(tree: Tree, leaf: Leaf, split: Split, features: number[]): Leaf[] {
    const bins = this.#data.bins[split.feature]!
    let left = leaf.start
    let aside = 0
    tree.feature[leaf.node] = split.feature
    tree.cut[leaf.node] = split.cut
    tree.low[leaf.node] = split.low
    tree.high[leaf.node] = split.high
    for (let at = leaf.start; at < leaf.end; at++) {
      const row = this.#rows[at]!
      if (goesLeft(tree, leaf.node, bins[row]!)) this.#rows[left++] = row
      else this.#spare[aside++] = row
    }
    this.#rows.set(this.#spare.subarray(0, aside), left)
    // The sums of the larger side are those of the parent less the smaller side's.
    const isLeftSmaller = left - leaf.start <= leaf.end - left
    const first = isLeftSmaller
      ? this.#leaf(tree, leaf.start, left, features)
      : this.#leaf(tree, left, leaf.end, features)
    const rest = less(leaf.sums, first.sums)
    const second = isLeftSmaller
      ? this.#leaf(tree, left, leaf.end, features, rest)
      : this.#leaf(tree, leaf.start, left, features, rest)
    tree.left[leaf.node] = isLeftSmaller ? first.node : second.node
    tree.right[leaf.node] = isLeftSmaller ? second.node : first.node
    return [first, second]
  }

  #leaf(tree: Tree, start: number, end: number, features: number[], known?: Sums): Leaf {
    const node = tree.feature.length
    const sums = known ?? this.#sums(start, end, features)
    const { gradient, hessian, byBin } = sums
    const { rate, shrinkage, leastRows } = this.#growth
    tree.feature.push(-1)
    tree.cut.push(-1)
    tree.low.push(0)
    tree.high.push(0)
    tree.left.push(0)
    tree.right.push(0)
    tree.value.push((-rate * gradient) / (hessian + shrinkage))
    tree.cover.push(end - start)
    this.#places[node] = [start, end]
    const split =
      end - start >= 2 * leastRows ? this.#best(byBin, features, gradient, hessian, end - start) : undefined
    return { node, start, end, sums, split }
  }

  /** Gradient and hessian of some rows; and both and how many rows there are by bin of each feature, side by side. */
  #sums(start: number, end: number, features: number[]): Sums {
    const { bins, counts, isOrdered } = this.#data
    const byBin = new Float64Array(features.reduce((sum, feature) => sum + counts[feature]! * 3, 0))
    const rows = this.#rows.subarray(start, end)
    const pulls = this.#pulls
    let gradient = 0
    let hessian = 0
    for (let at = 0; at < rows.length; at++) {
      const row = rows[at]!
      gradient += pulls[2 * at] = this.#gradient[row]!
      hessian += pulls[2 * at + 1] = this.#hessian[row]!
    }
    let offset = 0
    for (const feature of features) {
      const sums = byBin.subarray(offset, offset + counts[feature]! * 3)
      offset += sums.length
      const isWord = isOrdered[feature] && counts[feature] === WORD_BINS
      addByBin(sums, { of: bins[feature]!, rows, pulls, without: isWord ? ABSENT : -1 })
      if (isWord) addRest(sums, ABSENT, [gradient, hessian, rows.length])
    }
    return { gradient, hessian, byBin }
  }

  #best(
    sums: Float64Array,
    features: number[],
    gradient: number,
    hessian: number,
    rows: number,
  ): Split | undefined {
    const { counts, isOrdered } = this.#data
    let best: Split | undefined
    let offset = 0
    for (const feature of features) {
      const view = sums.subarray(offset, offset + counts[feature]! * 3)
      offset += view.length
      const least = Math.max(LEAST_GAIN, best?.gain ?? 0)
      const found = isOrdered[feature]
        ? this.#cut(view, gradient, hessian, rows)
        : this.#group(view, gradient, hessian, rows)
      if (found && found.gain > least) best = { feature, ...found }
    }
    return best
  }

  /** The best place to cut a number, with blanks tried on either side. */
  #cut(
    view: Float64Array,
    gradient: number,
    hessian: number,
    rows: number,
  ): Omit<Split, 'feature'> | undefined {
    const { shrinkage, leastRows } = this.#growth
    const whole = gradient ** 2 / (hessian + shrinkage)
    let best: Omit<Split, 'feature'> | undefined
    for (let low = view[2]! > 0 ? 1 : 0; low >= 0; low--) {
      let g = low ? view[0]! : 0
      let h = low ? view[1]! : 0
      let n = low ? view[2]! : 0
      for (let cut = low ? 0 : 1; cut * 3 < view.length; cut++) {
        if (cut > 0) {
          g += view[cut * 3]!
          h += view[cut * 3 + 1]!
          n += view[cut * 3 + 2]!
        }
        if (n < leastRows) continue
        if (rows - n < leastRows) break
        const gain = g ** 2 / (h + shrinkage) + (gradient - g) ** 2 / (hessian - h + shrinkage) - whole
        // Where no row was blank, one that comes later goes with most rows.
        const blanks = view[2]! > 0 ? low : Number(2 * n >= rows)
        if (gain > (best?.gain ?? 0)) best = { cut, low: blanks, high: 0, gain }
      }
    }
    return best
  }

  /** The best group of levels: a beginning of their order by mean gradient. */
  #group(
    view: Float64Array,
    gradient: number,
    hessian: number,
    rows: number,
  ): Omit<Split, 'feature'> | undefined {
    const { shrinkage, leastRows } = this.#growth
    const whole = gradient ** 2 / (hessian + shrinkage)
    let [g, h, n, low, high] = [0, 0, 0, 0, 0]
    const [absentLow, absentHigh] = absentIn(view)
    let best: Omit<Split, 'feature'> | undefined
    for (const bin of levelOrder(view)) {
      g += view[bin * 3]!
      h += view[bin * 3 + 1]!
      n += view[bin * 3 + 2]!
      if (bin < 32) low |= 1 << bin
      else high |= 1 << (bin - 32)
      if (n < leastRows) continue
      if (rows - n < leastRows) break
      const gain = g ** 2 / (h + shrinkage) + (gradient - g) ** 2 / (hessian - h + shrinkage) - whole
      if (gain <= (best?.gain ?? 0)) continue
      // Levels that were not seen here, and blanks where there were none, go with most rows.
      const isMost = 2 * n >= rows
      best = { cut: -1, low: isMost ? low | absentLow : low, high: isMost ? high | absentHigh : high, gain }
    }
    return best
  }
}

type Added = { of: Uint8Array; rows: Int32Array; pulls: Float64Array; without: number }

function addByBin(sums: Float64Array, { of, rows, pulls, without }: Added): void {
  for (let at = 0; at < rows.length; at++) {
    const bin = of[rows[at]!]!
    if (bin === without) continue
    const place = bin * 3
    sums[place]! += pulls[2 * at]!
    sums[place + 1]! += pulls[2 * at + 1]!
    sums[place + 2]! += 1
  }
}

/** What falls into a bin where all others are known. */
function addRest(sums: Float64Array, bin: number, all: readonly number[]): void {
  for (const [part, whole] of all.entries()) {
    let rest = whole
    for (let place = part; place < sums.length; place += 3) rest -= sums[place]!
    sums[bin * 3 + part] = rest
  }
}

/** The sums of a leaf without those of one of its sides. */
function less(all: Sums, side: Sums): Sums {
  const { byBin } = all
  for (let index = 0; index < byBin.length; index++) byBin[index]! -= side.byBin[index]!
  return { gradient: all.gradient - side.gradient, hessian: all.hessian - side.hessian, byBin }
}

/** The bins in which no row fell, as the two words of a split. */
function absentIn(view: Float64Array): [number, number] {
  let [low, high] = [0, 0]
  for (let bin = 0; bin * 3 < view.length; bin++) {
    if (view[bin * 3 + 2]! > 0) continue
    if (bin < 32) low |= 1 << bin
    else high |= 1 << (bin - 32)
  }
  return [low, high]
}

/** Levels that occur, by their mean gradient. */
function levelOrder(view: Float64Array): number[] {
  const order: number[] = []
  for (let bin = 0; bin * 3 < view.length; bin++) if (view[bin * 3 + 2]! > 0) order.push(bin)
  const slope = (bin: number) => view[bin * 3]! / (view[bin * 3 + 1]! + LEVEL_SMOOTHING)
  return order.sort((a, b) => slope(a) - slope(b))
}
