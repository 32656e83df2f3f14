/** Part of a text, with its place: `start` and `end` in UTF-16 units, `text.slice(start, end) === sentence`. */
export type Sentence = { sentence: string; start: number; end: number }

/** So much of one text is split; a record's longest field is longer (an imported mail), and its start says most. */
const CHARACTERS_READ = 50_000
const SENTENCES_AT_MOST = 500
/**
 * What is longer is no sentence but a transcript without full stops, or no text at all (base64, a table), and is cut. Rules are tried
 * at each letter of a sentence, so a single one of 50,000 letters took 24 s on the thread that serves everybody.
 */
const SENTENCE_LETTERS_AT_MOST = 1000

let segmenter: Intl.Segmenter | undefined

/**
 * The sentences of a record's text in their order, by Unicode's rules for sentences (UAX #29); a line break ends one too, since
 * notes are written in lines and lists. Without spaces around them.
 */
export function sentencesOf(text: string): Sentence[] {
  const found: Sentence[] = []
  let lineStart = 0
  for (const line of text.slice(0, CHARACTERS_READ).split('\n')) {
    for (const [from, to] of sentencePlaces(line).flatMap(place => cut(line, place))) {
      const segment = line.slice(from, to)
      const sentence = segment.trim()
      if (!sentence) continue
      const start = lineStart + from + segment.indexOf(sentence)
      found.push({ sentence, start, end: start + sentence.length })
      if (found.length === SENTENCES_AT_MOST) return found
    }
    lineStart += line.length + 1
  }
  return found
}

/** A full stop behind these, or behind an initial, ends no sentence. */
const ABBREVIATED =
  /(?:^|[\s(])(?:dr|mr|mrs|ms|prof|st|no|nr|vs|approx|ca|e\.g|i\.e|z\. ?b|bzw|inc|ltd|co|corp)\.$/i
const INITIAL = /(?:^|[\s(])\p{Lu}\.$/u
/** Longer than any of these with what stands before it: of a text of nothing but initials, the whole was read for each of them. */
const ABBREVIATION_LETTERS = 12
function isAbbreviated(text: string): boolean {
  const end = text.trimEnd().slice(-ABBREVIATION_LETTERS)
  return ABBREVIATED.test(end) || INITIAL.test(end)
}

function sentencePlaces(line: string): Array<[number, number]> {
  const places: Array<[number, number]> = []
  // Made with the first text: it takes a twentieth of a second, which no start has to wait for.
  segmenter ??= new Intl.Segmenter('en', { granularity: 'sentence' })
  for (const { segment, index } of segmenter.segment(line)) {
    const before = places.at(-1)
    if (before && before[1] - before[0] < SENTENCE_LETTERS_AT_MOST && isAbbreviated(line.slice(...before)))
      before[1] = index + segment.length
    else places.push([index, index + segment.length])
  }
  return places
}

/** The place in pieces that are not too long, between words where there is a space. */
function cut(line: string, [from, to]: [number, number]): Array<[number, number]> {
  const pieces: Array<[number, number]> = []
  let start = from
  while (to - start > SENTENCE_LETTERS_AT_MOST) {
    const atMost = start + SENTENCE_LETTERS_AT_MOST
    const space = line.lastIndexOf(' ', atMost)
    const isPair = /[\udc00-\udfff]/.test(line[atMost]!)
    const end = space > start ? space : isPair ? atMost - 1 : atMost
    pieces.push([start, end])
    start = end
  }
  return [...pieces, [start, to]]
}

/** A quote of fewer letters stands in every text and proves nothing. */
const QUOTE_LETTERS_AT_LEAST = 3

/**
 * Where a quote stands in a text, in the text's own words: letter by letter but for case, the kind of quotation marks and dashes,
 * and how words are spaced. Undefined where it does not.
 */
export function findQuote(text: string, quote: string): Sentence | undefined {
  const wanted = plain(quote).folded.trim()
  if (wanted.replace(/[^\p{L}\p{N}]/gu, '').length < QUOTE_LETTERS_AT_LEAST) return undefined
  const { folded, places } = plain(text)
  const at = folded.indexOf(wanted)
  if (at < 0) return undefined
  const start = places[at]!
  const end = places[at + wanted.length - 1]! + 1
  return { sentence: text.slice(start, end), start, end }
}

const ALIKE: Record<string, string> = {
  '‘': "'",
  '’': "'",
  '“': '"',
  '”': '"',
  '–': '-',
  '—': '-',
  '\u00a0': ' ',
}

/** The text with what does not matter folded away, and where each of its units stood. */
function plain(text: string): { folded: string; places: number[] } {
  let folded = ''
  const places: number[] = []
  for (let i = 0; i < text.length; i++) {
    const unit = ALIKE[text[i]!] ?? text[i]!
    const lower = unit.toLowerCase()
    // Some capitals become two units in lower case; they stay, so that places hold.
    const one = /\s/.test(unit) ? ' ' : lower.length === 1 ? lower : unit
    if (one === ' ' && folded.endsWith(' ')) continue
    folded += one
    places.push(i)
  }
  return { folded, places }
}

/** Words and phrases of German, which has letters that `\b` does not know: they stand alone, without regard to case. */
export const germanWords = (alternatives: string): RegExp =>
  new RegExp(`(?<!\\p{L})(?:${alternatives.replaceAll('\\w', '\\p{L}')})(?!\\p{L})`, 'iu')
