import { fold } from '#core/record/formats.ts'
import type { Vocabulary } from './lexicon.ts'
import { nounWords } from './lexicon.ts'
import { EMPTY } from './text.ts'

/** Words of commands, as people write them in either language; names of records are none of them. */
const WORDS =
  `show list find count export download create delete remove move change update assign convert rename complete summarise
summarize remind draft write open lost overdue unpaid closing closed created updated without biggest largest smallest newest oldest
average total value amount stage owner company contact month quarter week today tomorrow yesterday this last next which what where
zeige zeig liste suche finde zähle exportiere erstelle lösche entferne verschiebe ändere setze weise benenne erledige erinnere schreibe
entwirf welche wieviele viele offene offenen gewonnene gewonnenen verlorene verlorenen überfällige überfälligen fällige unbezahlte neue
größte größten kleinste neueste letzte letzten nächste nächsten diese diesen dieses monat woche quartal jahr heute morgen gestern firma
firmen kontakt kontakte aufgabe aufgaben rechnung rechnungen notiz notizen anruf anrufe projekte kampagnen betrag summe ohne meine alle`
    .split(/\s+/)
    .filter(Boolean)
/** Words that are right as they are, however near they stand to one of commands. */
const RIGHT =
  `contains containing includes including starts starting equals between within during through after before over under above below more less
than most least industry revenue employees probability source score email phone status tagged worth with from have does much many about some
open sent paid done contacted converted qualified unqualified assigned logged touched called moved kontaktiert call calls meeting meetings mail mails note visit house home team sales rate best most only also then there here still
noch auch oder aber nicht kein keine mehr unter über zwischen nach seit mein euer unser bitte gern jetzt dann wann wird sind wurde`.split(
    /\s+/,
  )
/** The commonest slips of the little words, in which one letter makes another word. */
const LITTLE: Record<string, string> = {
  teh: 'the',
  hte: 'the',
  adn: 'and',
  nad: 'and',
  fo: 'of',
  dei: 'die',
  udn: 'und',
  dre: 'der',
  wei: 'wie',
  mri: 'mir',
  shw: 'show',
  sho: 'show',
  hwo: 'how',
  waht: 'what',
}
const LETTERS_AT_LEAST = 4
const LETTERS_FOR_TWO = 8

/**
 * The sentence with slips in words of commands put right, or undefined where there are none. Only a word that is none itself and is near to
 * one alone is changed; what stands in quotes, holds a digit or begins with a capital in the middle of an English sentence is a name.
 */
export function withoutTypos(said: string, { members }: Vocabulary): string | undefined {
  const known = new Set([...WORDS, ...nounWords()].map(fold))
  const right = new Set([...RIGHT, ...EMPTY].map(fold))
  const names = new Set(members.flatMap(({ name }) => fold(name).split(' ')))
  let isChanged = false
  const parts = said.split(/("[^"]*"|\s+)/)
  const mended = parts.map(part => {
    const [, before = '', word = '', behind = ''] = /^([("']*)([\p{L}-]+)([)"',.;:!?]*)$/u.exec(part) ?? []
    const plain = fold(word)
    if (!word || known.has(plain) || right.has(plain) || names.has(plain)) return part
    const near = LITTLE[plain] ?? nearest(plain, known)
    if (!near) return part
    isChanged = true
    return `${before}${near}${behind}`
  })
  return isChanged ? mended.join('') : undefined
}

function nearest(word: string, known: ReadonlySet<string>): string | undefined {
  if (word.length < LETTERS_AT_LEAST) return undefined
  const most = word.length >= LETTERS_FOR_TWO ? 2 : 1
  const near = [...known].filter(
    one =>
      one.length >= LETTERS_AT_LEAST &&
      Math.abs(one.length - word.length) <= most &&
      slips(word, one) <= most,
  )
  // Letters in another order are a likelier slip than another letter; singular and plural of one word are one.
  const far = (one: string) => slips(word, one) - (sorted(one) === sorted(word) ? 0.5 : 0)
  const [first] = near.sort((a, b) => far(a) - far(b) || b.length - a.length)
  const isClear = first && near.every(one => far(one) > far(first) || one.startsWith(first.slice(0, 3)))
  return isClear ? first : undefined
}

const sorted = (word: string): string => [...word].sort().join('')

/** Letters left out, added, changed or swapped with their neighbour (Damerau and Levenshtein's, each place once). */
function slips(one: string, other: string): number {
  let [before, last]: [number[], number[]] = [[], Array.from({ length: other.length + 1 }, (_, at) => at)]
  for (let i = 1; i <= one.length; i++) {
    const row = [i]
    for (let j = 1; j <= other.length; j++) {
      const isSame = one[i - 1] === other[j - 1]
      row[j] = Math.min(last[j]! + 1, row[j - 1]! + 1, last[j - 1]! + (isSame ? 0 : 1))
      if (i > 1 && j > 1 && one[i - 1] === other[j - 2] && one[i - 2] === other[j - 1])
        row[j] = Math.min(row[j]!, before[j - 2]! + 1)
    }
    ;[before, last] = [last, row]
  }
  return last[other.length]!
}
