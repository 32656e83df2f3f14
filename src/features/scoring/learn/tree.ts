/**
 * A tree over bins. Node 0 is its root; `feature` is -1 at a leaf. At a number a row goes left where its bin
 * is at most `cut`, and blanks (bin 0) where `low` is 1; at levels `cut` is -1 and a row goes left where the bit of its bin is set in
 * `low` (bins 0 to 31) or `high` (32 to 63). `value` is the step in log-odds at a leaf, `cover` the rows that were seen there.
 */
export type Tree = {
  feature: number[]
  cut: number[]
  low: number[]
  high: number[]
  left: number[]
  right: number[]
  value: number[]
  cover: number[]
}

export function goesLeft(tree: Tree, node: number, bin: number): boolean {
  const cut = tree.cut[node]!
  if (cut >= 0) return bin === 0 ? tree.low[node] === 1 : bin <= cut
  return ((bin < 32 ? tree.low[node]! >>> bin : tree.high[node]! >>> (bin - 32)) & 1) === 1
}

export function treeValue(tree: Tree, bins: readonly Uint8Array[], row: number): number {
  let node = 0
  while (tree.feature[node]! >= 0) {
    const bin = bins[tree.feature[node]!]![row]!
    node = goesLeft(tree, node, bin) ? tree.left[node]! : tree.right[node]!
  }
  return tree.value[node]!
}

/** The same for one row whose bins stand side by side. */
export function treeValueOf(tree: Tree, bins: Uint8Array): number {
  let node = 0
  while (tree.feature[node]! >= 0) {
    const bin = bins[tree.feature[node]!]!
    node = goesLeft(tree, node, bin) ? tree.left[node]! : tree.right[node]!
  }
  return tree.value[node]!
}
