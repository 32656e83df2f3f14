import { arrayLiteral, type Row } from '#core/db/engine.ts'
import type { Tx } from '#core/db/workspace.ts'
import { folded, isAscii } from '#core/letters.ts'
import type { Contract } from '#core/record/contract.ts'
import { hasColumn, type RecordDefinition, tableOf } from '#core/record/definition.ts'
import { perKey } from '#core/record/per-key.ts'

const HIGHLIGHTS_AT_MOST = 3
const AROUND = 60
const SHOWN: readonly string[] = ['text', 'longText', 'email', 'phone', 'url']

/** Where words stand in a text: `ranges` are pairs of start and end in `text`, in UTF-16 units. */
export type Highlight = { field: string; text: string; ranges: Array<[number, number]> }

/** Words that are looked for, folded as texts are. */
export type Wanted = { words: string[]; haveDigits: boolean }

export function wantedOf(given: string[]): Wanted {
  const words = given.map(word => foldedWithPlaces(word).folded).filter(Boolean)
  return { words, haveDigits: words.some(word => /\d/.test(word)) }
}

const shownFields = perKey((contract: Contract) =>
  Object.entries(contract.fields).filter(([, { kind }]) => SHOWN.includes(kind)),
)

/** The fields in which the words stand, each cut to what is around the first of them. */
export function inFields(contract: Contract, row: Row, { words, haveDigits }: Wanted): Highlight[] {
  const found: Highlight[] = []
  for (const [key, { kind }] of shownFields(contract)) {
    const value = row[key]
    if (typeof value !== 'string') continue
    const isNumber = kind === 'phone' && haveDigits
    const here =
      marked(key, value, words) ?? (isNumber ? marked(key, value, words, digitsWithPlaces) : undefined)
    if (here && found.push(here) === HIGHLIGHTS_AT_MOST) break
  }
  return found
}

/** What is no field: the text of a file as it is written, else the first of these that holds a word. */
export function inTexts(texts: (string | undefined)[], { words }: Wanted): Highlight[] {
  for (const text of texts) {
    const found = text === undefined ? undefined : marked('text', text, words)
    if (found) return [found]
  }
  return []
}

const PIECE_CHARACTERS = 400

/**
 * A piece of each file's text as it is written, around the first of the words; by the ids. Words are looked for in the folded
 * text, which is longer or shorter than the written one by what folding made of its letters (ß, æ): the piece is as much wider.
 */
export async function writtenPieces(
  tx: Tx,
  record: RecordDefinition,
  ids: string[],
  words: string[],
): Promise<Map<string, string>> {
  if (!ids.length || !words.length || !hasColumn(record, 'textContent')) return new Map()
  const rows = await tx.session.rows(
    `select t.id, substr(t.text_content, greatest(1, place - ${PIECE_CHARACTERS / 2} - greatest(drift, 0)), ${PIECE_CHARACTERS} + abs(drift)) as piece
     from (select id, workspace_id, text_content, crm_fold(text_content) as folded from ${tableOf(record)}
       where workspace_id = $1::uuid and id = any($2::uuid[]) and text_content is not null offset 0) t,
       lateral (select length(folded) - length(text_content) as drift, min(nullif(strpos(folded, crm_fold(word)), 0)) as place from unnest($3::text[]) word) f
     where place is not null`,
    [tx.who.workspaceId, arrayLiteral(ids), arrayLiteral(words.filter(Boolean))],
  )
  return new Map(rows.map(({ id, piece }) => [id as string, piece as string]))
}

function marked(
  field: string,
  value: string,
  words: string[],
  foldedIn = foldedWithPlaces,
): Highlight | undefined {
  const { folded, placeOf } = foldedIn(value)
  const ranges = words
    .flatMap(word => {
      const at = folded.indexOf(word)
      return at < 0 ? [] : [[placeOf(at), placeOf(at + word.length)] as [number, number]]
    })
    .sort((a, b) => a[0] - b[0])
  if (!ranges.length) return undefined
  const start = Math.max(0, ranges[0]![0] - AROUND)
  const end = Math.min(value.length, ranges[0]![1] + AROUND)
  return {
    field,
    text: value.slice(start, end),
    ranges: ranges
      .filter(([from, to], i) => to <= end && (i === 0 || from >= ranges[i - 1]![1]))
      .map(([from, to]) => [from - start, to - start]),
  }
}

/** A text as words are looked for in it, and for each of its units (and its end) where that stands in what was written. */
type Folded = { folded: string; placeOf: (at: number) => number }

/** The text with case and accents folded away. */
function foldedWithPlaces(value: string): Folded {
  if (isAscii(value)) return { folded: value.toLowerCase(), placeOf: at => at }
  let text = ''
  let at = 0
  const places: number[] = []
  for (const character of value) {
    const plain = folded(character)
    for (let i = 0; i < plain.length; i++) places.push(at)
    text += plain
    at += character.length
  }
  return { folded: text, placeOf: i => places[i] ?? at }
}

/** The digits of a number: people put spaces, brackets and dashes between them. */
function digitsWithPlaces(value: string): Folded {
  const found = [...value.matchAll(/\d/g)]
  return {
    folded: found.map(([digit]) => digit).join(''),
    placeOf: at => found[at]?.index ?? value.length,
  }
}
