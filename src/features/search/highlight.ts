import type { Row } from '#core/db/engine.ts'
import type { Contract } from '#core/record/contract.ts'

const HIGHLIGHTS_AT_MOST = 3
const AROUND = 60
const SHOWN: readonly string[] = ['text', 'longText', 'email', 'phone', 'url']

/** Where words stand in a text: `ranges` are pairs of start and end in `text`, in UTF-16 units. */
export type Highlight = { field: string; text: string; ranges: Array<[number, number]> }

/** The fields in which the words stand, each cut to what is around the first of them. */
export function highlightsOf(contract: Contract, row: Row, words: string[], excerpt: string): Highlight[] {
  const fields = Object.entries(contract.fields).filter(([, { kind }]) => SHOWN.includes(kind))
  const found = fields.flatMap(([key]) => {
    const value = row[key]
    return typeof value === 'string' ? (marked(key, value, words) ?? []) : []
  })
  if (found.length) return found.slice(0, HIGHLIGHTS_AT_MOST)
  // What is no field, such as the text of a file, stands in the folded text alone.
  const inText = marked('text', excerpt, words)
  return inText ? [inText] : []
}

function marked(field: string, value: string, words: string[]): Highlight | undefined {
  const { folded, places } = foldedWithPlaces(value)
  const ranges = words
    .flatMap(word => {
      const at = folded.indexOf(word)
      return at < 0 ? [] : [[places[at]!, places[at + word.length]!] as [number, number]]
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

/** The text with case and accents folded away, and for each of its units where it comes from. */
function foldedWithPlaces(value: string): { folded: string; places: number[] } {
  let folded = ''
  let at = 0
  const places: number[] = []
  for (const character of value) {
    const plain = character.normalize('NFD').replace(/\p{M}/gu, '').toLowerCase()
    for (let i = 0; i < plain.length; i++) places.push(at)
    folded += plain
    at += character.length
  }
  return { folded, places: [...places, at] }
}
