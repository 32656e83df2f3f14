/** Evenly spread numbers in [0, 1) from a seed (mulberry32), so that the same rows always give the same model. */
export function randomFrom(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296
  }
}

/** The numbers below `count` in random order. */
export function shuffled(count: number, random: () => number): Int32Array {
  const order = Int32Array.from({ length: count }, (_, index) => index)
  for (let index = count - 1; index > 0; index--) {
    const other = Math.floor(random() * (index + 1))
    const kept = order[index]!
    order[index] = order[other]!
    order[other] = kept
  }
  return order
}

/** For each row the fold it is held out in; each fold has its share of both outcomes, and rows that repeat another are with it. */
export function foldsOf(outcome: Uint8Array, folds: number, seed: number, first?: Int32Array): Uint8Array {
  const fold = new Uint8Array(outcome.length)
  const seen = [0, 0]
  for (const row of shuffled(outcome.length, randomFrom(seed)))
    if (!first || first[row] === row) fold[row] = seen[outcome[row]!]!++ % folds
  return first ? fold.map((_, row) => fold[first[row]!]!) : fold
}
