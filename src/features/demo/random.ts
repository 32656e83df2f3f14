/**
 * A small seeded random source: sfc32 by Chris Doty-Humphrey (PractRand, public domain), its state filled from
 * FNV-1a hashes of the seed and a label. Not for secrets. Every section of the demo draws from its own labelled
 * stream, so that a change in one section does not reshuffle the others.
 */
export class Random {
  readonly #seed: number
  #a: number
  #b: number
  #c: number
  #counter = 1

  constructor(seed: number, label: string) {
    this.#seed = seed
    this.#a = fnv1a(`${seed}/${label}/a`)
    this.#b = fnv1a(`${seed}/${label}/b`)
    this.#c = fnv1a(`${seed}/${label}/c`)
    // The first outputs still show the seed; PractRand's own seeding throws a dozen away.
    for (let i = 0; i < 12; i++) this.next()
  }

  /** A new independent stream of the same seed. */
  stream(label: string): Random {
    return new Random(this.#seed, label)
  }

  /** Uniform in [0, 1). */
  next(): number {
    const sum = (((this.#a + this.#b) | 0) + this.#counter) | 0
    this.#counter = (this.#counter + 1) | 0
    this.#a = this.#b ^ (this.#b >>> 9)
    this.#b = (this.#c + (this.#c << 3)) | 0
    this.#c = (((this.#c << 21) | (this.#c >>> 11)) + sum) | 0
    return (sum >>> 0) / 4294967296
  }

  /** Uniform in [low, high). */
  between(low: number, high: number): number {
    return low + (high - low) * this.next()
  }

  /** A whole number from low to high, both included. */
  int(low: number, high: number): number {
    return low + Math.floor(this.next() * (high - low + 1))
  }

  chance(probability: number): boolean {
    return this.next() < probability
  }

  /** One of a list that must not be empty. */
  pick<T>(list: readonly T[]): T {
    return list[Math.floor(this.next() * list.length)]!
  }

  /** One of a list that must not be empty, by weight; weights need not add up to 1. */
  weighted<T>(choices: readonly (readonly [T, number])[]): T {
    let total = 0
    for (const [, weight] of choices) total += weight
    let left = this.next() * total
    for (const [value, weight] of choices) {
      left -= weight
      if (left < 0) return value
    }
    return choices.at(-1)![0]
  }

  /** Normal with mean 0 and deviation 1 (Box and Muller, 1958). */
  normal(): number {
    return Math.sqrt(-2 * Math.log(1 - this.next())) * Math.cos(2 * Math.PI * this.next())
  }

  /** Up to `count` different elements, in random order. */
  sample<T>(list: readonly T[], count: number): T[] {
    const copy = [...list]
    const taken = Math.min(count, copy.length)
    for (let i = 0; i < taken; i++) {
      const j = this.int(i, copy.length - 1)
      const swap = copy[i]!
      copy[i] = copy[j]!
      copy[j] = swap
    }
    return copy.slice(0, taken)
  }
}

function fnv1a(text: string): number {
  let hash = 2166136261
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 16777619)
  return hash | 0
}

/** 1 / (1 + e^-x). */
export const logistic = (x: number): number => 1 / (1 + Math.exp(-x))
