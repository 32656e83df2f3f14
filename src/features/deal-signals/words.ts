import { inLanguage, languageSpoken, percentText } from '#core/ai/language.ts'
import { wholeDaysOf } from '#core/record/days.ts'

/** What builtin answers count, in one and in many, English and German (first case and fourth). */
const NOUNS = {
  call: ['call', 'calls', 'Anruf', 'Anrufe'],
  'closed deal': ['closed deal', 'closed deals', 'abgeschlossener Deal', 'abgeschlossene Deals'],
  contact: ['contact', 'contacts', 'Kontakt', 'Kontakte'],
  day: ['day', 'days', 'Tag', 'Tage'],
  deal: ['deal', 'deals', 'Deal', 'Deals'],
  mail: ['mail', 'mails', 'Mail', 'Mails'],
  meeting: ['meeting', 'meetings', 'Treffen', 'Treffen'],
  message: ['message', 'messages', 'Nachricht', 'Nachrichten'],
  'new lead': ['new lead', 'new leads', 'neuer Lead', 'neue Leads'],
  note: ['note', 'notes', 'Notiz', 'Notizen'],
  objection: ['objection', 'objections', 'Einwand', 'Einwände'],
  'open deal': ['open deal', 'open deals', 'offener Deal', 'offene Deals'],
  reply: ['reply', 'replies', 'Antwort', 'Antworten'],
  task: ['task', 'tasks', 'Aufgabe', 'Aufgaben'],
  time: ['time', 'times', 'Mal', 'Mal'],
  try: ['try', 'tries', 'Versuch', 'Versuche'],
  win: ['win', 'wins', 'Gewinn', 'Gewinne'],
} as const
export type Noun = keyof typeof NOUNS

/** How builtin answers say numbers. */
export const percent = (part: number, whole: number): string => percentText(whole ? (part / whole) * 100 : 0)
export const count = (n: number, noun: Noun): string => {
  const [one, many, ein, mehrere] = NOUNS[noun]
  return `${numberText(n)} ${n === 1 ? inLanguage(one, ein) : inLanguage(many, mehrere)}`
}
export const numberText = (n: number): string =>
  n.toLocaleString(languageSpoken(), { maximumFractionDigits: 2, signDisplay: 'negative' })
/** Days that have passed, as the records count them (`totalDurationDays`). */
export const wholeDays = (days: number): string =>
  wholeDaysOf(days) < 1
    ? inLanguage('less than a day', 'weniger als einen Tag')
    : count(wholeDaysOf(days), 'day')
/** German after a preposition: `seit 5 Tagen`. */
export const dativeDays = (days: number): string =>
  wholeDaysOf(days) < 1
    ? 'weniger als einem Tag'
    : `${numberText(wholeDaysOf(days))} ${wholeDaysOf(days) === 1 ? 'Tag' : 'Tagen'}`
export const upper = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1)

/**
 * German words that are small within a sentence: articles, pronouns, prepositions, conjunctions, adverbs, numerals (closed classes), and the verbs and
 * adjectives with which our own sentences begin. What else stands first may be a noun.
 */
const SMALL = new RegExp(
  `^(?:${[
    'D(?:er|ie|as|en|em|es)|Dies(?:e[rsmn]?)?|(?:K|M|D|S)?[Ee]in(?:e[rsmn]?)?|Ihr(?:e[rsmn]?)?|Unser(?:e[rsmn]?)?|Jed(?:e[rsmn]?)|Manche[rsmn]?|Viele[rsn]?|Alle[rsn]?|Beide[rsn]?|Mehrere|Einige|Wenige',
    'Es|Er|Sie|Wir|Man|Niemand|Jemand|Nichts|Etwas|Etwa|Nur|Auch|Noch|Nicht|Nie|Schon|Sonst|Zuletzt|Zuvor|Zuerst|Bisher|Danach|Davor|Dabei|Davon|Daher|Dann|Da|Dort|Hier|Heute|Gestern|Morgen|Jetzt|Immer|Mehr|Weniger|Fast|So|Wo|Wie|Was|Wer|Wenn|Weil|Dass|Ob|Als|Aber|Und|Oder|Denn',
    'In|Im|Ins|Mit|Ohne|Nach|Vor|Seit|Bei|Beim|Von|Vom|Zu|Zum|Zur|An|Am|Auf|Aus|Um|Für|Gegen|Durch|Bis|Über|Unter|Zwischen|Während|Wegen|Trotz|Laut|Binnen|Innerhalb|Statt',
    'Zwei|Drei|Vier|Fünf|Sechs|Sieben|Acht|Neun|Zehn',
    'Beteiligt|Zuständig|Gewonnen|Verloren|Geplant|Erfasst|Unbeantwortet|Offen|Letzte[rs]?|Erste[rs]?|Nächste[rs]?|Zweite[rs]?|Verschoben|Überfällig',
  ].join('|')})(?![\\p{L}-])`,
  'u',
)
/** A sentence as a part of another. */
export const lower = (text: string): string =>
  languageSpoken() === 'de' && !SMALL.test(text) ? text : text.charAt(0).toLowerCase() + text.slice(1)
const LONGEST_SHOWN = 300
/** A sentence of somebody else within ours; the whole of it stands in the evidence. */
export const shortened = (text: string): string =>
  text.length > LONGEST_SHOWN ? `${text.slice(0, LONGEST_SHOWN).trimEnd()}…` : text

/** A sentence out of a quotation, without the mark that closes or opens it elsewhere. */
export function unbroken(text: string): string {
  const many = (mark: RegExp) => (text.match(mark) ?? []).length
  const [opened, closed] = /„/.test(text) ? [many(/„/g), many(/“/g)] : [many(/“/g), many(/”/g)]
  if (closed > opened) return text.replace(/[”“](?=[.!?]?$)/, '')
  return opened > closed ? text.replace(/(?<=^|: )[„“]/, '') : text
}

export const listed = (parts: readonly string[]): string =>
  parts.length < 2
    ? (parts[0] ?? '')
    : `${parts.slice(0, -1).join(', ')} ${inLanguage('and', 'und')} ${parts.at(-1)}`

const formatIn = (locale: string) =>
  new Intl.DateTimeFormat(locale, { day: 'numeric', month: 'short', year: 'numeric', timeZone: 'UTC' })
const [ENGLISH, GERMAN] = [formatIn('en'), formatIn('de')]
/** A moment or a calendar day, as `3 May 2026` or `3. Mai 2026`. */
export const dayText = (at: string): string => {
  const day = new Date(at)
  const parts = ENGLISH.formatToParts(day)
  const get = (type: string) => parts.find(part => part.type === type)?.value
  return languageSpoken() === 'de' ? GERMAN.format(day) : `${get('day')} ${get('month')} ${get('year')}`
}
