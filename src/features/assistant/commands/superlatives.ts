import { recordNamed } from '#core/record/registry.ts'
import { type RecordRef, refOf } from '../hands.ts'
import { filterOf } from './answer.ts'
import type { Vocabulary } from './lexicon.ts'
import { type Query, readQuery } from './phrase.ts'
import type { Resolver } from './resolve.ts'

/** One of several, by a measure, within a sentence that is about one: `summarise my biggest deal`. */
const ONE =
  /\b(?:my|our|the) (?:biggest|largest|smallest|newest|latest|most recent|oldest|most valuable)(?: (?:open|won|lost|new|qualified))? (?:deal|opportunity|lead|contact|company|task|project|invoice|campaign)\b(?! (?:by|over|under|in|of|at|closing|created)\b)(?!(?<!^(?:please )?(?:un)?tag\b.*) with\b)/i
const ABOUT_ONE =
  /^(?:please )?(?:summari[sz]e|sum up|brief me|tell me about|catch me up|what(?:'s| is| has been| has)? (?:new|up|going on|happening|happened)|move|set|change|update|mark|close|assign|tag|untag|rename|draft|write|log|add|note|delete|convert|complete|who owns|what(?:'s| is) (?:the|wrong|our)|when (?:does|is)|why did|how (?:healthy|likely)|push|put)\b/i

/** The sentence with `it` for such a record, and which that is; or what was asked for where there is none. Undefined where it speaks of none such. */
export async function withOneMeant(
  said: string,
  vocabulary: Vocabulary,
  resolver: Resolver,
  today: string,
): Promise<{ said: string; meant: RecordRef } | { none: Query } | undefined> {
  const found = ABOUT_ONE.test(said) ? ONE.exec(said) : null
  const read = found && (await readQuery(found[0], vocabulary, resolver, today))
  if (!read || read.leftovers.length || !read.query.sort) return undefined
  const { record, sort } = read.query
  const filter = filterOf(read.query)
  const { rows } = await vocabulary.hands.list(record, { ...(filter ? { filter } : {}), sort, limit: 1 })
  if (!rows[0]) return { none: read.query }
  return { said: said.replace(found[0], 'it'), meant: refOf(recordNamed(record.contract.name), rows[0]) }
}
