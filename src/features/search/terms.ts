import { type Add, arrayLiteral, type Row } from '#core/db/engine.ts'
import type { Tx } from '#core/db/workspace.ts'
import { plainHostIn, withPlainDomains } from '#core/net/hosts.ts'
import { fold, literally, numbersIn } from '#core/record/formats.ts'

const WORDS_AT_MOST = 40
/** Parts of words are looked for from so many letters on: fewer have no trigram. */
const PART_LETTERS = 3

/**
 * What was asked: as one text, and as its words, each folded as the database folds; what it may be as a phone
 * number; and, where it is one word and a host, that as addresses of mail hold it.
 */
export type Asked = { text: string; words: string[]; numbers: string[]; hosts: string[] }

/** Folds what was asked; the database is asked only where there are letters that it folds in its own way (ł, ø, ß). */
export async function askedOf(tx: Tx, q: string): Promise<Asked> {
  let text = fold(withPlainDomains(q))
  if (!/^[\x20-\x7e]*$/.test(text)) {
    const [row] = await tx.session.rows('select crm_fold($1::text) as folded', [text])
    text = row!.folded as string
  }
  const words = [...new Set(text.split(' ').filter(Boolean))].slice(0, WORDS_AT_MOST)
  return { text, words, numbers: numbersIn(q), hosts: plainHostIn(q) }
}

/** The text as a pattern of LIKE, with something before and after it. */
export const pattern = (text: string, before: string, after = '%'): string =>
  `${before}${literally(text)}${after}`

/** Whether the folded column `text` holds the word: anywhere, or at the beginning of a word where it is short. */
export function holds(text: string, word: string, add: Add): string {
  if (word.length >= PART_LETTERS) return `${text} like ${add(pattern(word, '%'), 'text')}`
  return `(${text} like ${add(pattern(word, ''), 'text')} or ${text} like ${add(pattern(word, '% '), 'text')})`
}

/** A word of the question in one of its stems, and how many records hold it: by record type, and in all. */
export type Term = { word: string; stem: string; counts: number[]; found: number }

const ESCAPED_STEM = `replace(replace(replace(u.lexeme, '\\', '\\\\'), '%', '\\%'), '_', '\\_')`

/**
 * The stems of the words, each with the number of records that hold it. Words that say nothing ("the") have none; those
 * that nobody has ever written come with 0.
 * @param counts SQL of the number for each record type, over `l.query` (the stem) and `l.part` (what to look for in names)
 */
export async function termsOf(tx: Tx, words: string[], counts: string[]): Promise<Term[]> {
  const text = `with l as (
      select w.word, u.lexeme, ('''' || replace(replace(u.lexeme, '\\', '\\\\'), '''', '''''') || '''')::tsquery as query,
        case when starts_with(w.word, u.lexeme) and length(u.lexeme) >= ${PART_LETTERS} then '%' || ${ESCAPED_STEM} || '%' else w.part end as part
      from unnest($2::text[], $3::text[]) w(word, part), unnest(to_tsvector('english', w.word)) u)
    select l.word, l.lexeme as stem, array[${counts.join(', ')}]::int[] as counts from l`
  const parts = words.map(word => pattern(word, '%'))
  const rows = await tx.as('ascendore_search', () =>
    tx.session.rows(text, [tx.who.workspaceId, arrayLiteral(words), arrayLiteral(parts)]),
  )
  return rows.map((row: Row) => {
    const counts = row.counts as number[]
    return {
      word: row.word as string,
      stem: row.stem as string,
      counts,
      found: counts.reduce((sum, n) => sum + n, 0),
    }
  })
}

/** What is looked for in names for a term: its stem where the word begins with it. */
export const inNames = ({ word, stem }: Term): string =>
  word.startsWith(stem) && stem.length >= PART_LETTERS ? stem : word
