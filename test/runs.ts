import { isThorough } from './slow.ts'

/** How often a property is tried: all of `n` where nobody waits for it, else a third. */
export const runs = (n: number): number => (isThorough ? n : Math.ceil(n / 3))

/**
 * All of the values where nobody waits for it, else every third, beginning at another for each `turn`: over many routes or fields
 * each value has its turn.
 */
export const some = <T>(values: readonly T[], turn: number): T[] =>
  isThorough ? [...values] : values.filter((_, i) => (i + turn) % 3 === 0)
