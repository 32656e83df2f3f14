import { z } from 'zod'
import { quote } from '#core/ai/evidence.ts'

/** What a model may word anew: a text under the key that it was given with. */
export const wordedItem = z.object({
  key: z.string().max(200).describe('The key of the item, exactly as given in the facts'),
  text: z.string().max(800).describe('The item in your words: one or two sentences'),
})
/** The answer of a model that words what code has found. It can add nothing but quotes. */
export const worded = z.object({
  summary: z.string().max(1200).describe('Two to four sentences: how it stands and what matters most'),
  items: z.array(wordedItem).max(40),
  quotes: z.array(quote).max(20).describe('Sentences of the sources on which the summary rests'),
})
export type Worded = z.infer<typeof worded>

const NUMBERS = /\d+(?:[.,:]\d+)*/g
const ADDRESSES =
  /(?:https?:\/\/|www\.)\S+|[\p{L}\p{N}._%+-]+@[\p{L}\p{N}.-]+\.\p{L}{2,}|\b[\p{L}\p{N}-]+\.(?:com|net|org|io|info|biz|example|ru|cn|xyz)\b/iu

/**
 * Whether a model's words say no number that facts and sources do not, and no address at all: what is made up, or was slipped in
 * by an order in a record to name a link, is not passed on.
 */
export function isFaithful(text: string, known: string): boolean {
  if (ADDRESSES.test(text)) return false
  const numbers = new Set(known.match(NUMBERS)?.flatMap(spellings) ?? [])
  return (text.match(NUMBERS) ?? []).every(number => spellings(number).some(one => numbers.has(one)))
}

/** 1,250.00 as 1250; a share of 0.42 as 42 too. */
function spellings(number: string): string[] {
  const bare = number.replace(/,(?=\d{3}\b)/g, '')
  const value = Number(bare)
  if (Number.isNaN(value)) return [number]
  const found = [String(value), String(Math.round(value))]
  return value > 0 && value < 1 ? [...found, String(Math.round(value * 100))] : found
}

/** The model's words for each item where they are faithful, and the builtin ones where they are not. */
export function rewordedBy(
  { items }: Pick<Worded, 'items'>,
  facts: unknown,
): (key: string, builtin: string) => string {
  const known = JSON.stringify(facts)
  const byKey = new Map(items.map(({ key, text }) => [key, text.trim()]))
  return (key, builtin) => {
    const text = byKey.get(key)
    return text && isFaithful(text, known) ? text : builtin
  }
}
