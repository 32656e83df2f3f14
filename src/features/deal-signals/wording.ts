import { z } from 'zod'
import type { Grounded, Stamped } from '#core/ai/answer.ts'
import { evidenceFrom, quote, unique } from '#core/ai/evidence.ts'
import { answerWith, type Fallback } from '#core/ai/operation.ts'
import type { Task } from '#core/ai/provider.ts'
import type { Tx, Who } from '#core/db/workspace.ts'
import type { App } from '#core/feature.ts'

/** What a model may word anew: a text under the key that it was given with. */
const wordedItem = z.object({
  key: z.string().max(200).describe('The key of the item, exactly as given in the facts'),
  text: z.string().max(800).describe('The item in your words: one or two sentences'),
})
/** The answer of a model that words what code has found. It can add nothing but quotes. */
const worded = z.object({
  summary: z.string().max(1200).describe('Two to four sentences: how it stands and what matters most'),
  items: z.array(wordedItem).max(40),
  quotes: z.array(quote).max(20).describe('Sentences of the sources on which the summary rests'),
})
type Worded = z.infer<typeof worded>

/** Ids are no figures, though half of them hold the one that was made up. */
const IDS = /\b[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}\b/gi
const NUMBERS = /\d+(?:[.,:]\d+)*/g
/** A picture, a link or a tag has no place in a sentence, wherever it leads. */
const MARKUP = /\]\(|^\s*\[[^\]]+\]:|<[a-z/!?]/im
const ADDRESSES =
  /(?:\/\/|www\.)[\p{L}\d]\S*|\b(?:javascript|data|mailto|file):\S|\b[\p{L}\d-]+\.\p{L}{2,}\/\S|[\p{L}\p{N}._%+-]+@[\p{L}\p{N}.-]+\.\p{L}{2,}|\b[\p{L}\p{N}-]+\.(?:com|net|org|io|info|biz|example|ru|cn|xyz)\b/iu

/**
 * Whether a model's words say no number that facts and sources do not, and no address at all: what is made up, or was slipped in
 * by an order in a record to name a link, is not passed on.
 */
export function isFaithful(text: string, known: string): boolean {
  if (ADDRESSES.test(text) || MARKUP.test(text)) return false
  const numbers = new Set(known.replace(IDS, '').match(NUMBERS)?.flatMap(spellings) ?? [])
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

/** The model's words for the item of that key where they are faithful, and the builtin ones where they are not. */
type Word = (key: string, builtin: string) => string

function rewordedBy({ items }: Worded, known: string): Word {
  const byKey = new Map(items.map(({ key, text }) => [key, text.trim()]))
  return (key, builtin) => {
    const text = byKey.get(key)
    return text && isFaithful(text, known) ? text : builtin
  }
}

/**
 * The answer of a feature whose texts a model may word anew, and which it cannot add to: `read` finds everything, as the caller;
 * `reword` puts the model's words in the places of the builtin ones.
 * @throws Refusal 503 AI_UNAVAILABLE unless the caller takes the builtin answer
 */
export async function answerWorded<A extends Grounded & { summary: string }>(
  { app, who, query: { fallback } }: { app: App; who: Who; query: Fallback },
  prompt: Task<Worded>['prompt'],
  read: (tx: Tx) => Promise<{ builtin: A } & Required<Pick<Task<Worded>, 'facts' | 'sources'>>>,
  reword: (builtin: A, word: Word) => Partial<A>,
): Promise<Stamped<A>> {
  const { builtin, facts, sources } = await app.database.inWorkspace(who, read, 'read')
  return answerWith(app, who, { fallback }, builtin, { prompt, schema: worded, facts, sources }, value => {
    const known = JSON.stringify([facts, sources])
    return {
      ...builtin,
      summary: isFaithful(value.summary, known) ? value.summary : builtin.summary,
      ...reword(builtin, rewordedBy(value, known)),
      evidence: unique([...builtin.evidence, ...evidenceFrom(value.quotes, sources)]),
    }
  })
}
