import { z } from 'zod'
import type { Evidence } from './answer.ts'
import { findQuote, type Sentence } from './text.ts'

/** A text of a record that the caller may read: what a model is shown, and what its quotes are held against. */
export type SourceText = {
  recordType: string
  recordId: string
  field: string
  text: string
  /** ISO-8601, where the record knows when it was said. */
  occurredAt?: string
}

/** Evidence from a place in a record's text, such as one of `sentencesOf(source.text)`. */
export const evidenceOf = ({ text: _, ...source }: SourceText, sentence: Sentence): Evidence => ({
  ...source,
  ...sentence,
})

/** How a model names its grounds: the mark under which a text was shown to it, and words from there. Put it into the schema asked for. */
export const quote = z.object({
  source: z.string().max(20).describe('The mark of the source, such as S1'),
  quote: z.string().max(1000).describe('Words copied from that source exactly'),
})
export type Quote = z.infer<typeof quote>

const markOf = (at: number): string => `S${at + 1}`
export const marked = <T>(sources: readonly T[]): Array<[string, T]> =>
  sources.map((source, at) => [markOf(at), source])

/** Of a model's quotes those that stand in the record they name; the rest was made up and is dropped. */
export function evidenceFrom(quotes: readonly Quote[], sources: readonly SourceText[]): Evidence[] {
  const byMark = new Map(marked(sources))
  return unique(
    quotes.flatMap(({ source, quote: words }) => {
      const named = byMark.get(source.trim().replace(/^\[|\]$/g, ''))
      const found = named && findQuote(named.text, words)
      return found ? [evidenceOf(named, found)] : []
    }),
  )
}

/** The same words of the same record once. */
export function unique(all: readonly Evidence[]): Evidence[] {
  const seen = new Set<string>()
  return all.filter(({ recordId, field, start, sentence }) => {
    const key = `${recordId} ${field} ${start} ${sentence}`
    return !seen.has(key) && seen.add(key)
  })
}
