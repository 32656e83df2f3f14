import { isThorough } from './slow.ts'

/** How often a property is tried: all of `n` where nobody waits for it, else a sixth. */
export const runs = (n: number): number => (isThorough ? n : Math.ceil(n / 6))

/**
 * All of the values where nobody waits for it, else every sixth (or `nth`), beginning at another for each `turn`: over many routes
 * or fields each value has its turn.
 */
export const some = <T>(values: readonly T[], turn: number, nth = 6): T[] =>
  isThorough ? [...values] : values.filter((_, i) => (i + turn) % nth === 0)
