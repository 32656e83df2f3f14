import type { Issue, Refusal } from '#core/errors.ts'

/** What routes say when they refuse, in German; a sentence that is not here stays as it is. `$1` is what a pattern caught. */
const SENTENCES: ReadonlyArray<[RegExp, string]> = [
  [/^Validation failed$/, 'eine Angabe stimmt nicht'],
  [/^Sign in first$/, 'Sie sind nicht angemeldet'],
  [/^You may not do this$/, 'das dürfen Sie nicht'],
  [/^You may see this record but not change it$/, 'diesen Datensatz dürfen Sie sehen, aber nicht ändern'],
  [/^Viewers may only read$/, 'Betrachter dürfen nur lesen'],
  [/^Only an admin or owner may .+$/, 'das dürfen nur Admins und Inhaber'],
  [/^The API key lacks the scope (\S+)$/, 'dem API-Schlüssel fehlt das Recht $1'],
  [/^.+ not found$/, 'das gibt es nicht, oder Sie dürfen es nicht sehen'],
  [
    /^The (?:\w+ )?(?:record|lead|deal|contact|company|task)? ?has been changed meanwhile$/,
    'inzwischen wurde es geändert',
  ],
  [/^The lead has been converted already$/, 'der Lead ist schon umgewandelt'],
  [/^A lead that was converted stays so$/, 'ein umgewandelter Lead bleibt es'],
  [/^Convert the lead with .+$/, 'ein Lead wird dazu umgewandelt: „Wandle … um“'],
  [/^CONVERTED is reached by converting$/, 'wird durch Umwandeln erreicht'],
  [/^cannot change once the lead is converted$/, 'ändert sich nicht mehr, sobald der Lead umgewandelt ist'],
  [/^This workspace has no pipeline yet$/, 'dieser Arbeitsbereich hat noch keine Pipeline'],
  [/^The pipeline has no stage of kind (\w+)$/, 'die Pipeline hat keine solche Phase ($1)'],
  [/^is not a stage of that pipeline$/, 'ist keine Phase dieser Pipeline'],
  [/^no such stage$/, 'diese Phase gibt es nicht'],
  [/^no such member$/, 'dieses Mitglied gibt es nicht'],
  [/^no such (?:\w+ )?\w+$/, 'das gibt es nicht'],
  [
    /^a contact needs a name or an e-mail address$/,
    'ein Kontakt braucht einen Namen oder eine E-Mail-Adresse',
  ],
  [/^is required.*$/, 'fehlt'],
  [/^must not be empty$/, 'darf nicht leer sein'],
  [/^is taken already$/, 'ist schon vergeben'],
  [/^is not a known field$/, 'ist kein bekanntes Feld'],
  [/^is too large$/, 'ist zu groß'],
  [/^is not valid$/, 'ist ungültig'],
  [/^must be an e-mail address$/, 'muss eine E-Mail-Adresse sein'],
  [/^must be a phone number.*$/, 'muss eine Telefonnummer sein, die es gibt'],
  [/^must be an http or https URL$/, 'muss eine Adresse mit http oder https sein'],
  [/^must be an ISO 4217 currency code$/, 'muss ein Währungskürzel wie EUR sein'],
  [/^must be a whole number$/, 'muss eine ganze Zahl sein'],
  [/^must be a number$/, 'muss eine Zahl sein'],
  [/^must be a date.*$/, 'muss ein Datum sein'],
  [/^must be a time.*$/, 'muss eine Uhrzeit sein'],
  [/^must be true or false$/, 'muss ja oder nein sein'],
  [/^must be a single line$/, 'muss in einer Zeile stehen'],
  [/^must have at most (\d+) decimals$/, 'darf höchstens $1 Nachkommastellen haben'],
  [/^must (?:be|have) at least ([\d.,]+)(?: characters?)?$/, 'muss mindestens $1 sein'],
  [/^must (?:be|have) at most ([\d.,]+)(?: characters?)?$/, 'darf höchstens $1 sein'],
  [/^must be one of (.+)$/, 'muss eines davon sein: $1'],
  [/^Too big: expected .+? <=?([\d.,]+).*$/, 'darf höchstens $1 sein'],
  [/^Too small: expected .+? >=?([\d.,]+).*$/, 'muss mindestens $1 sein'],
  [/^Invalid (?:input|option).*$/, 'passt nicht'],
  [/^must lie between (\d+) and (\d+)$/, 'muss zwischen $1 und $2 liegen'],
  [/^must not (?:lie|be) (?:before|earlier than) (\w+)$/, 'darf nicht vor $1 liegen'],
]

const inGerman = (sentence: string): string => {
  const found = SENTENCES.find(([pattern]) => pattern.test(sentence))
  return found ? sentence.replace(...found) : sentence
}

/** Why a route refused, as far as there are German words for it; the fields keep their names. */
export const germanRefusal = ({ message, issues }: Refusal): { message: string; issues?: Issue[] } => ({
  message: inGerman(message),
  issues: issues?.map(({ path, message: why }) => ({ path, message: inGerman(why) })),
})
