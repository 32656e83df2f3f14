import { DIMENSIONS } from '#core/ai/provider.ts'
import { fold } from '#core/record/formats.ts'

/** The name of these vectors; it changes with the way in which they are made. */
export const BUILTIN = 'builtin:words-2'

const WORD_LETTERS_AT_MOST = 40
/** All parts of a word together weigh so much beside the word itself: words that differ by an ending stay near to each other. */
const PARTS_WEIGHT = 0.6
const PART_LETTERS = 3

/** What tells how rare a word is: 1 for one in every text, more for others. */
export type Rarity = (hash: number) => number

/** FNV-1a, 32 bits (Fowler, Noll, Vo). */
export function hashOf(text: string): number {
  let hash = 0x811c9dc5
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193)
  return hash >>> 0
}

/** The words of a text, without case and accents, with how often they come. */
export function wordsIn(text: string): Map<string, number> {
  const counts = new Map<string, number>()
  for (const [word] of fold(text).matchAll(/[\p{L}\p{N}]{2,}/gu)) {
    const cut = word.slice(0, WORD_LETTERS_AT_MOST)
    counts.set(cut, (counts.get(cut) ?? 0) + 1)
  }
  return counts
}

/**
 * A vector of a text by its words and their parts of three letters, each put into one of 768 places with a sign by its hash (feature
 * hashing, Weinberger et al. 2009), so that what shares a place by chance cancels out. A word counts 1 + ln of how often it comes,
 * times how rare it is in the workspace (tf-idf). Undefined for a text without words.
 * @returns the places that are not 0, as numbers from 0; the vector has the length 1
 */
export function vectorOfWords(text: string, rarity: Rarity): Map<number, number> | undefined {
  const vector = new Map<number, number>()
  const add = (feature: string, weight: number) => {
    const hash = hashOf(feature)
    // The sign is of another bit than those that choose the place.
    const signed = hash & 0x80000000 ? -weight : weight
    const place = (hash & 0x7fffffff) % DIMENSIONS
    vector.set(place, (vector.get(place) ?? 0) + signed)
  }
  for (const [word, times] of wordsIn(text)) {
    const weight = (1 + Math.log(times)) * rarity(hashOf(word))
    add(word, weight)
    const bounded = `^${word}$`
    const parts = bounded.length - PART_LETTERS + 1
    for (let i = 0; i < parts; i++)
      add(`_${bounded.slice(i, i + PART_LETTERS)}`, (PARTS_WEIGHT * weight) / Math.sqrt(parts))
  }
  const length = Math.hypot(...vector.values())
  if (!(length > 0)) return undefined
  for (const [place, value] of vector) vector.set(place, value / length)
  return vector
}

/** A vector as pgvector's `sparsevec` writes it, which becomes a `halfvec`. */
export const literalOf = (vector: Map<number, number>): string =>
  `{${[...vector]
    .filter(([, value]) => Math.abs(value) >= 1e-4)
    .sort(([a], [b]) => a - b)
    .map(([place, value]) => `${place + 1}:${value.toFixed(4)}`)
    .join(',')}}/${DIMENSIONS}`

export const denseLiteralOf = (vector: readonly number[]): string =>
  literalOf(new Map(vector.map((value, place) => [place, value])))
