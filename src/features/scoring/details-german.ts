import type { Speaker } from '#core/ai/speaker.ts'
import type { ModelInfo } from './models.ts'

/** Of what a card says against a field, and of why nothing was learned, the sentences as they are kept, and the same in German. */
const SENTENCES: ReadonlyArray<[RegExp, string]> = [
  [/^It is empty$/, 'Es ist leer'],
  [/^It is the same everywhere$/, 'Es ist überall gleich'],
  [/^(\d+) values in (\d+) rows: it names the row$/, '$1 Werte in $2 Datensätzen: Es benennt den Datensatz'],
  [
    /^Filled in (\S+)\s?% of the oldest rows and (\S+)\s?% of the newest$/,
    'Ausgefüllt bei $1\u202f% der ältesten Datensätze und $2\u202f% der neuesten',
  ],
  [
    /^Filled in (\S+)\s?% of those that succeeded and (\S+)\s?% of those that did not$/,
    'Ausgefüllt bei $1\u202f% der Erfolge und $2\u202f% der Misserfolge',
  ],
  [
    /^Filled in (\S+)\s?% of those decided, in (\S+)\s?% of those still open$/,
    'Ausgefüllt bei $1\u202f% der entschiedenen und $2\u202f% der offenen',
  ],
  [
    /^It tells decided from open rows apart \(AUC (\d)\.(\d+)\), so it changes when they are decided$/,
    'Es trennt entschiedene von offenen (AUC $1,$2), ändert sich also mit der Entscheidung',
  ],
  [
    /^It tells the outcome by itself \(AUC (\d)\.(\d+)\): set with the outcome, or after it$/,
    'Es verrät allein das Ergebnis (AUC $1,$2): mit dem Ergebnis gesetzt oder danach',
  ],
  [
    /^Its name speaks of the end of a sale or its length, and it tells the outcome \(AUC (\d)\.(\d+)\)$/,
    'Sein Name spricht vom Ende eines Verkaufs oder von dessen Dauer, und es verrät das Ergebnis (AUC $1,$2)',
  ],
  [
    /^Its ceiling sinks from the older rows to the newest, to (\S+)\s?%: it was counted up to the end, or until it was read$/,
    'Seine Obergrenze sinkt von den älteren Datensätzen zu den neuesten auf $1\u202f%: Es wurde bis zum Ende gezählt, oder bis es gelesen wurde',
  ],
  [
    /^(.+) tells (\S+)\s?% of it whatever the outcome, and that was counted up to the end$/,
    '„$1“ verrät $2\u202f% davon, gleich wie es ausging, und das wurde bis zum Ende gezählt',
  ],
  [
    /^In (\S+)\s?% of the rows it is the day of the outcome$/,
    'Bei $1\u202f% der Datensätze ist es der Tag des Ergebnisses',
  ],
  [
    /^It follows how long it took until the outcome \(rank correlation (\d)\.(\d+)\)$/,
    'Es folgt der Zeit bis zum Ergebnis (Rangkorrelation $1,$2)',
  ],
  [
    /^Blank in (\S+)\s?% of the rows; of those (\S+)\s?% succeeded, of the others (\S+)\s?%: filled in by whoever works it(?:, with (.+) in the same rows)?$/,
    'Leer bei $1\u202f% der Datensätze; davon $2\u202f% Erfolge, bei den anderen $3\u202f%: ausgefüllt von denen, die daran arbeiten',
  ],
]

/** `Of 112 rows with “closed” all did not succeed, and those are 21 % of all that did not`. */
const SETTLED =
  /^Of (\d+) rows with (.+) all(?: but (\d+))? (succeeded|did not succeed), and those are (\S+)\s?% of all that did(?: not)?$/

function settledInGerman(detail: string): string | undefined {
  const [, rows, what, but, how, share] = SETTLED.exec(detail) ?? []
  if (!rows || !what) return undefined
  const named = what
    .replace(/“([^”]*)”/g, '„$1“')
    .replace(/ or like values$/, ' oder Ähnlichem')
    .replaceAll(' or ', ' oder ')
    .replace(/^up to (\S+)$/, (_, value: string) => `Werten bis ${value.replace('.', ',')}`)
    .replace(/^from (\S+) on$/, (_, value: string) => `Werten ab ${value.replace('.', ',')}`)
  const won = how === 'succeeded'
  return `Von ${rows} Datensätzen mit ${named} waren alle${but ? ` bis auf ${but}` : ''} ${won ? 'Erfolge' : 'Misserfolge'}, und das sind ${share}\u202f% aller ${won ? 'Erfolge' : 'Misserfolge'}`
}

function inGerman(detail: string): string {
  for (const [pattern, german] of SENTENCES) if (pattern.test(detail)) return detail.replace(pattern, german)
  return settledInGerman(detail) ?? detail
}

/**
 * A version in the reader's language. Its card is kept in English, since it was learned when nobody asked; what cannot be put into
 * German stays as it is.
 */
export function modelFor({ language }: Speaker, model: ModelInfo): ModelInfo {
  if (language !== 'de' || !model.card) return model
  const leftOut = model.card.leftOut.map(one => ({ ...one, detail: inGerman(one.detail) }))
  return { ...model, card: { ...model.card, leftOut } }
}
