import { inLanguage } from '#core/ai/language.ts'
import type { Speaker } from '#core/ai/speaker.ts'
import type { RecordDefinition } from '#core/record/definition.ts'
import { nounOf } from '../words.ts'

const HELP = `- How many open deals do I have over 50k closing this month?
- Show leads from Germany created last week · Companies without open deals · Deals by industry
- Total amount of won deals by owner this quarter
- Summarise Acme · Who owns Acme renewal? · What is the amount of Acme renewal?
- Move Acme renewal to Negotiation · Mark it as lost because of the price
- Set the amount of Acme renewal to 60k · Add 10% to it · Assign Acme to Ben · Tag Jane Doe with vip
- Create a task to call Bob tomorrow at 10 · Remind me to send the offer on Friday
- Log a call with Jane Doe: talked about pricing · Add a note to Acme: budget in March
- Create a deal Acme extension for 20k · Draft a follow-up to Jane Doe
- What is my win rate? · Why do we lose? · Which deals did we lose to Acme? · What should I do next?
- Weighted forecast for Q1 by owner · What share of leads did we convert this year, by source?
- Who has the most open deals? · What did Ben do this week? · What changed since yesterday?
- What is on my calendar this week? · Which industry do we win most in? · Compare this month with last month
- Export won deals of Q3 as Excel · What did we import last?`

const HILFE = `- Wie viele offene Deals über 50k habe ich, die diesen Monat schließen?
- Zeige Leads, die letzte Woche erstellt wurden · Firmen ohne offene Deals · Deals nach Branche
- Summe aller gewonnenen Deals nach Besitzer in diesem Quartal
- Fasse Acme zusammen · Wem gehört Acme Neubau? · Wie hoch ist der Betrag von Acme Neubau?
- Verschiebe Acme Neubau nach Negotiation · Markiere Acme Neubau als verloren wegen des Preises
- Setze den Betrag von Acme Neubau auf 60k · Erhöhe ihn um 10 % · Weise Acme Ben zu · Tagge Jane Doe mit vip
- Erinnere mich am Freitag, das Angebot zu schicken · Erstelle eine Aufgabe: Bob morgen um 10 anrufen
- Protokolliere einen Anruf mit Jane Doe: über Preise gesprochen · Notiz zu Acme: Budget im März
- Erstelle einen Deal Acme Ausbau über 20k · Entwirf eine Mail an Jane Doe
- Was ist meine Gewinnquote? · Warum verlieren wir? · Welche Deals haben wir an Acme verloren? · Was soll ich als Nächstes tun?
- Gewichtete Prognose für dieses Quartal nach Besitzer · Welchen Anteil der Leads haben wir dieses Jahr umgewandelt, nach Quelle?
- Wer hat die meisten offenen Deals? · Was hat Ben diese Woche gemacht? · Was hat sich seit gestern geändert?
- Was steht diese Woche in meinem Kalender? · In welcher Branche gewinnen wir am meisten? · Vergleiche diesen Monat mit dem letzten
- Exportiere gewonnene Deals als Excel · Was haben wir zuletzt importiert?`

const listed = (words: readonly string[], open: string, close: string, and: string): string =>
  words.map(word => `${open}${word}${close}`).join(` ${and} `)
const either = (words: readonly string[], or: string): string =>
  words.length < 2 ? (words[0] ?? '') : `${words.slice(0, -1).join(', ')} ${or} ${words.at(-1)}`
const number = (locale: string) => (n: number) => n.toLocaleString(locale)
const [inEnglish, inGerman] = [number('en-US'), number('de')]

/** The sentences of the builtin answers. What is put into them is Markdown already. */
const english = {
  help: `I understand plain sentences about your records. For example:\n\n${HELP}\n\nWhatever changes something is shown to you first and done only once you confirm it.`,
  hint: 'For example: “open deals over 50k closing this month”, “companies without open deals”, “deals by industry”, “contacts without calls this month”. Say “help” for more.',
  hello: 'Hello.',
  welcome: 'You are welcome.',
  nothingWaits: 'Nothing waits for a yes.',
  fine: 'All right, nothing has been changed.',
  noun: (record: RecordDefinition, count: number) => nounOf(record, count),
  counted: (record: RecordDefinition, total: number, isEstimate = false) =>
    `${isEstimate ? 'about ' : ''}${total === 0 ? 'no' : inEnglish(total)} ${nounOf(record, total)}`,
  notUnderstood: (said: string) => `I did not understand “${said}”, and nothing you may see is called so.`,
  meant: (called: string) => `Did you mean one of these by “${called}”?`,
  pick: 'Answer with its number, or say the name in full.',
  unknown: (called: string, noun: string) => `I found no ${noun}“${called}” that you may see.`,
  another: (name: string, is: string, wanted: string[]) =>
    `${name} is a ${is}; here it takes a ${either(wanted, 'or')}.`,
  readAs: (sentence: string) => `I read this as “${sentence}”.`,
  refused: (why: string) => `That cannot be done: ${why}.`,
  doubtfulDate: (written: string, [one, other]: [string, string]) =>
    `Which day is ${written}: ${one} or ${other}? Write it like that, and I will look again.`,
  oneAtATime:
    'I change one record at a time, so that you can look at each change first. To change many at once, select them in their table.',
  nothingChanges: 'nothing would change by this.',
  proposed: 'this is what I would do. Confirm it, or say no.',
  unsure: (words: string[]) =>
    `I did not understand ${listed(words, '“', '”', 'and')} as a condition, so I looked for records that hold these words.`,
  noneWith: (nouns: string, words: string[]) =>
    `I did not understand ${listed(words, '“', '”', 'and')} as a condition, and no ${nouns} that you may see hold these words.`,
  denied: (words: string) =>
    `I did not understand “${words}” as a condition, and without it the answer would be wrong. Say it another way, or leave it out.`,
  none: (nouns: string, how: string) =>
    `There are no ${nouns}${how ? ` that fit: ${how}` : ''} that you may see.`,
  thereAre: (total: number, what: string, how: string, worth: string) =>
    `There ${total === 1 ? 'is' : 'are'} **${what}**${how ? ` (${how})` : ''}${worth}.`,
  worth: (sum: string) => `, worth ${sum} in all`,
  average: (sum: string) => `, ${sum} on average`,
  noRate: (count: number, currency: string) =>
    ` ${count} in ${currency} ${count === 1 ? 'is' : 'are'} not in the sum: there is no rate for it.`,
  nothingIn: 'none',
  moreGroups: (more: number, isCut: boolean) => `${isCut ? 'more than ' : ''}${inEnglish(more)} more`,
  show: 'Show them',
  allInTable: (total: number) => `All ${inEnglish(total)} in the table`,
  download: (what: string, format: string) => `Download ${what} as ${format}`,
  done: (title: string) => `Done: ${title}`,
  putAway: (title: string) => `Put away: ${title}`,
  stale: (title: string) =>
    `${title}: the record has been changed since I proposed this. Ask me again and I will look at it as it is now.`,
  withIt: 'With it',
  stillOpen: 'Still open',
  noneLogged: 'No calls, mails or meetings have been logged with it.',
  lastLogged: (total: number) => `Last of ${total} logged`,
}
export type Replies = typeof english

const GERMAN: Record<string, [string, string]> = {
  company: ['Firma', 'Firmen'],
  contact: ['Kontakt', 'Kontakte'],
  lead: ['Lead', 'Leads'],
  deal: ['Deal', 'Deals'],
  task: ['Aufgabe', 'Aufgaben'],
  note: ['Notiz', 'Notizen'],
  interaction: ['Aktivität', 'Aktivitäten'],
  project: ['Projekt', 'Projekte'],
  invoice: ['Rechnung', 'Rechnungen'],
  visit: ['Besuch', 'Besuche'],
  file: ['Datei', 'Dateien'],
  campaign: ['Kampagne', 'Kampagnen'],
  email: ['E-Mail', 'E-Mails'],
  emailTemplate: ['E-Mail-Vorlage', 'E-Mail-Vorlagen'],
  report: ['Bericht', 'Berichte'],
  stage: ['Phase', 'Phasen'],
  pipeline: ['Pipeline', 'Pipelines'],
  campaignContact: ['Kampagnenkontakt', 'Kampagnenkontakte'],
  import: ['Import', 'Importe'],
  merge: ['Zusammenführung', 'Zusammenführungen'],
  savedView: ['Ansicht', 'Ansichten'],
  dashboard: ['Dashboard', 'Dashboards'],
  customField: ['eigenes Feld', 'eigene Felder'],
  unsubscribe: ['Abmeldung', 'Abmeldungen'],
}
const germanNoun = (record: RecordDefinition, count: number): string =>
  GERMAN[record.contract.name]?.[count === 1 ? 0 : 1] ?? nounOf(record, count)

/** What records of the type are called, in the language that is spoken. */
export const nounText = (record: RecordDefinition, count: number): string =>
  inLanguage(nounOf(record, count), germanNoun(record, count))

const german: Replies = {
  help: `Ohne Sprachmodell verstehe ich einfache Sätze über Ihre Datensätze, deutsche und englische. Zum Beispiel:\n\n${HILFE}\n\nWas etwas ändert, zeige ich Ihnen zuerst; geschrieben wird es erst, wenn Sie es bestätigen.`,
  hint: 'Zum Beispiel: „offene Deals über 50k, die diesen Monat schließen“, „Firmen ohne offene Deals“, „Deals nach Branche“, „Kontakte ohne Anrufe in diesem Monat“. Mehr mit „Hilfe“.',
  hello: 'Hallo.',
  welcome: 'Gern geschehen.',
  nothingWaits: 'Es wartet nichts auf ein Ja.',
  fine: 'In Ordnung, es wurde nichts geändert.',
  noun: germanNoun,
  counted: (record, total, isEstimate = false) =>
    `${isEstimate ? 'etwa ' : ''}${inGerman(total)} ${germanNoun(record, total)}`,
  notUnderstood: said => `„${said}“ habe ich nicht verstanden, und nichts, was Sie sehen dürfen, heißt so.`,
  meant: called => `Was davon meinen Sie mit „${called}“?`,
  pick: 'Antworten Sie mit der Nummer, oder nennen Sie den Namen ganz.',
  unknown: (called, noun) =>
    `Ich habe ${noun ? `unter „${noun.trim()}“ ` : ''}nichts gefunden, was „${called}“ heißt und was Sie sehen dürfen.`,
  another: (name, is, wanted) =>
    `${name} gibt es als ${is}; hier geht es nur mit: ${either(wanted, 'oder')}.`,
  readAs: sentence => `Gelesen als „${sentence}“.`,
  refused: why => `Das geht nicht: ${why}.`,
  doubtfulDate: (written, [one, other]) =>
    `Welcher Tag ist ${written}: ${one} oder ${other}? Schreiben Sie ihn so, dann sehe ich noch einmal nach.`,
  oneAtATime:
    'Ich ändere einen Datensatz nach dem anderen, damit Sie jede Änderung vorher sehen. Um viele auf einmal zu ändern, wählen Sie sie in ihrer Tabelle aus.',
  nothingChanges: 'dadurch würde sich nichts ändern.',
  proposed: 'das würde ich tun. Bestätigen Sie es, oder sagen Sie nein.',
  unsure: words =>
    `${listed(words, '„', '“', 'und')} habe ich nicht als Bedingung verstanden, daher habe ich nach Datensätzen mit diesen Wörtern gesucht.`,
  noneWith: (nouns, words) =>
    `${listed(words, '„', '“', 'und')} habe ich nicht als Bedingung verstanden, und keine ${nouns}, die Sie sehen dürfen, enthalten diese Wörter.`,
  denied: words =>
    `„${words}“ habe ich nicht als Bedingung verstanden, und ohne sie wäre die Antwort falsch. Sagen Sie es anders, oder lassen Sie es weg.`,
  none: (nouns, how) =>
    `Es gibt keine ${nouns}, die Sie sehen dürfen${how ? ` und die passen: ${how}` : ''}.`,
  thereAre: (_, what, how, worth) => `Es sind **${what}**${how ? ` (${how})` : ''}${worth}.`,
  worth: sum => `, zusammen ${sum}`,
  average: sum => `, im Mittel ${sum}`,
  noRate: (count, currency) =>
    ` ${count} in ${currency} ${count === 1 ? 'ist' : 'sind'} nicht in der Summe: es gibt keinen Kurs dafür.`,
  nothingIn: 'ohne',
  moreGroups: (more, isCut) => `${isCut ? 'mehr als ' : ''}${inGerman(more)} weitere`,
  show: 'In der Tabelle zeigen',
  allInTable: total => `Alle ${inGerman(total)} in der Tabelle`,
  download: (what, format) => `${what} als ${format} herunterladen`,
  done: title => `Erledigt: ${title}`,
  putAway: title => `Verworfen: ${title}`,
  stale: title =>
    `${title}: der Datensatz wurde seit diesem Vorschlag geändert. Fragen Sie noch einmal, dann sehe ich ihn an, wie er jetzt ist.`,
  withIt: 'Dazu',
  stillOpen: 'Noch offen',
  noneLogged: 'Dazu sind keine Anrufe, Mails oder Treffen erfasst.',
  lastLogged: total => `Die letzten von ${total} erfassten`,
}

export const repliesIn = ({ language }: Speaker): Replies => (language === 'de' ? german : english)
