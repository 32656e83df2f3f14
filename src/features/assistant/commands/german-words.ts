import { GERMAN_FIELDS } from '../german-values.ts'
import { labelOf } from '../words.ts'
import { periodIn } from './dates.ts'

/** What hangs on records, in the words of the commands. */
const HUNG =
  'deals|tasks|contacts|invoices|calls|meetings|messages|mails|activities|notes|projects|visits|files'

const NONE = '(?:ohne|(?:haben |hat )?keine?[nrms]?)'

/** German words of questions about records, each with the English one that the commands know; the longest first. */
const WORDS: readonly (readonly [string, string])[] = [
  // What is missing.
  [`${NONE} (?:eine[nmrs]? )?e-?mail(?:-?adresse)?|ohne mailadresse`, 'without e-mail-adresse'],
  [`${NONE} (?:eine[nmrs]? )?telefon(?:nummer)?`, 'without phone'],
  [`${NONE} (?:eine[nmrs]? )?(?:zugeordnete[nrs]? )?(?:firma|unternehmen)`, 'without company'],
  [`${NONE} (?:eine[nmrs]? )?(?:haupt)?(?:kontakt|ansprechpartner)`, 'without primary contact'],
  [`${NONE} (?:eine[nmrs]? )?(?:besitzer|zuständige[nrs]?|verantwortliche[nrs]?)`, 'without owner'],
  [
    '(?:die |in denen |bei denen |wo )?(?:ein )?(?:wettbewerber|konkurrent)(?:en)? (?:genannt|erwähnt) (?:wurden?|wird|werden)',
    'where a competitor was mentioned',
  ],
  [
    '(?:in|bei) denen (?:der wettbewerber )?(\\S+(?: \\S+)?) (?:genannt|erwähnt|angesprochen) (?:wurden?|wird|werden)',
    'where $1 was mentioned',
  ],
  ['(?:die )?(\\S+) erwähnen', 'mentioning $1'],
  ['mit (?:einem )?(?:wettbewerber|konkurrent)(?:e?n)?', 'with competitors'],
  // Why, and to whom.
  [
    '(?:wegen|aufgrund)(?: de[srmn]| von| eine[srm]?| zu)?(?: hohe[nrms]?)? preis(?:es|e|en)?',
    'because of price',
  ],
  ['(?:wegen|aufgrund)(?: de[srmn]| von| eine[srm]?)?', 'because of'],
  [
    '(?:gegen|an) ((?!die |den |das )\\S+(?: \\S+)?) verloren(?: haben| wurden?| gingen| gegangen)?',
    'lost to $1',
  ],
  ['gegen ((?!die |den |das )\\S+(?: \\S+)?) gewonnen(?: haben| wurden?)?', 'won against $1'],
  // Types of records.
  ['verkaufschancen?|geschäfte?|opportunities|deals?', 'deals'],
  ['firmen|firma|unternehmen', 'companies'],
  ['kunden|kunde', 'customers'],
  [
    'kampagnenkontakte?n?|kontakte?n? (?:der|meiner|unserer|aller|von|aus(?: den)?) kampagnen',
    'campaign contacts',
  ],
  ['phasen', 'stages'],
  ['kontakte?n?|ansprechpartner', 'contacts'],
  ['interessenten?|leads?', 'leads'],
  ['aufgaben?', 'tasks'],
  ['notizen|notiz', 'notes'],
  ['anrufe?n?|telefonate?', 'calls'],
  ['treffen|besprechungen|besprechung|meetings?', 'meetings'],
  ['nachrichten|nachricht', 'messages'],
  ['e-?mails?|mails?', 'mails'],
  ['rechnungen|rechnung', 'invoices'],
  ['besuche?', 'visits'],
  ['projekte?n?', 'projects'],
  ['kampagnen?', 'campaigns'],
  ['dateien|datei', 'files'],
  ['aktivitäten|aktivität', 'activities'],
  // How they stand.
  ['nicht qualifizierte[nmrs]?|nicht qualifiziert', 'unqualified'],
  ['ohne (?:eine[nmrs]? )?nächste[nmrs]? schritte?', 'without next step'],
  ['(?:habe|hab) ich keine?[nmrs]?', 'do i have not'],
  [
    '(?:noch )?keine?[nmrs]?(?= (?:\\S+ )?\\S+ (?:haben|hat)(?: |$))|(?:haben|hat) (?:noch )?keine?[nmrs]?|mit keine[nmrs]?',
    'without',
  ],
  [`(?:haben|hat)(?! (?:wir|ich|sie|er)(?: |$))(?= (?:\\S+ )?(?:${HUNG})(?: |$))`, 'with'],
  [
    `(?<=(?:companies|customers|contacts|deals|leads|projects),?\\s+)(?!without|\\s)((?:\\S+ )?(?:${HUNG})) (?:haben|hat)`,
    'with $1',
  ],
  ['nicht|keine?[nmrs]?', 'not'],
  ['offene[nmrs]?|offen', 'open'],
  ['gewonnene[nmrs]?|gewonnen', 'won'],
  ['verlorene[nmrs]?|verloren', 'lost'],
  ['überfällige[nmrs]?|überfällig', 'overdue'],
  ['unbezahlte[nmrs]?|unbezahlt', 'unpaid'],
  ['bezahlte[nmrs]?|bezahlt', 'paid'],
  ['erledigte[nmrs]?|erledigt', 'done'],
  ['neue[nmrs]?', 'new'],
  ['qualifizierte[nmrs]?|qualifiziert', 'qualified'],
  ['(?:umgewandelt|konvertiert)(?:e[nmrs]?)?', 'converted'],
  ['laufende[nmrs]?|laufen|läuft', 'running'],
  ['kontaktierte[nmrs]?|kontaktiert', 'contacted'],
  ['größte[nmrs]?|höchste[nmrs]?|wertvollste[nmrs]?', 'biggest'],
  ['kleinste[nmrs]?|niedrigste[nmrs]?', 'smallest'],
  ['neueste[nmrs]?|jüngste[nmrs]?', 'newest'],
  ['älteste[nmrs]?', 'oldest'],
  // Whose.
  ['(?:habe|hab) ich|ich (?:habe|hab)', 'do i have'],
  ['mir zugewiesene?[nmrs]?', 'assigned to me'],
  ['meine[nmrs]?|mein', 'my'],
  ['von mir', 'of me'],
  // How much.
  ['über|mehr als|größer als|oberhalb von', 'over'],
  ['unter|weniger als|kleiner als', 'under'],
  ['mindestens', 'at least'],
  ['höchstens|maximal', 'at most'],
  ['zwischen', 'between'],
  ['tausend', 'thousand'],
  ['millionen?|mio\\.?', 'million'],
  // By what.
  ['(?:je|pro|nach) (?:besitzer|zuständige[mnr]?|verantwortliche[mnr]?|mitarbeiter|verkäufer)', 'by owner'],
  ['(?:je|pro|nach|in|für) (?:jede[rnm]? )?(?:phase|stufe)(?= |$)|in jeder (?:phase|stufe)', 'by stage'],
  ['(?:je|pro|nach) quelle', 'by source'],
  ['(?:je|pro|nach) branche', 'by industry'],
  ['(?:je|pro|nach) status', 'by status'],
  ['(?:je|pro|nach|in) (?:jedem )?(?:land|ländern)', 'by country'],
  ['(?:je|pro|nach) (?:stadt|städten|ort|orten)', 'by city'],
  ['(?:je|pro|nach) (?:bundesland|bundesländern|region|regionen)', 'by state'],
  ['(?:je|pro|nach) (?:firma|firmen|unternehmen|kunden?)', 'by company'],
  ['(?:je|pro|nach) monat', 'by month'],
  ['(?:je|pro|nach) quartal', 'by quarter'],
  ['(?:je|pro|nach) woche', 'by week'],
  ['(?:in|aus) der (?:phase|stufe)', 'in stage'],
  ['ohne', 'without'],
  ['und', 'and'],
  ['oder', 'or'],
  ['aus', 'from'],
  ['mit (?:haupt)?sitz in', 'based in'],
  ['bei', 'at'],
  ['mit', 'with'],
  ['von', 'of'],
  ['für', 'for'],
  [
    'gemacht|getätigt|gingen|gegangen|rein|reingekommen|hereingekommen|herein|hatten|hatte|kommen|kommt|kamen|stammen|stammt|liegen|sitzen|jetzt|gerade|derzeit|aktuell|insgesamt|uns|alle[nrs]?|aller|die|der|das|den|dem|des|eine?[nmrs]?|es|gibt|sind|ist|wurden?|werden|worden|haben|hat|wir|bitte|dort|da|davon|etwa|denn|noch|mal',
    '',
  ],
]

/** Fields as they are called in German. */
const LABELS: Record<string, string> = {
  betrag: 'amount',
  wert: 'amount',
  volumen: 'amount',
  budget: 'budget',
  phase: 'stage',
  stufe: 'stage',
  status: 'status',
  quelle: 'source',
  branche: 'industry',
  titel: 'title',
  name: 'name',
  telefon: 'phone',
  telefonnummer: 'phone',
  mobilnummer: 'mobile',
  'e-mail-adresse': 'email',
  mailadresse: 'email',
  position: 'job title',
  priorität: 'priority',
  beschreibung: 'description',
  fälligkeit: 'due date',
  fälligkeitsdatum: 'due date',
  abschlussdatum: 'close date',
  umsatz: 'revenue',
  mitarbeiterzahl: 'employees',
  mitarbeiter: 'employees',
  mitarbeitern: 'employees',
  beschäftigte: 'employees',
  beschäftigten: 'employees',
  webseite: 'website',
  website: 'website',
  wahrscheinlichkeit: 'probability',
  zuständigen: 'owner',
  besitzer: 'owner',
}

const MONTHS =
  'januar january|februar february|märz march|april april|mai may|juni june|juli july|august august|september september|oktober october|november november|dezember december'
const DAYS =
  'montag monday|dienstag tuesday|mittwoch wednesday|donnerstag thursday|freitag friday|samstag saturday|sonntag sunday'
const UNITS: Record<string, string> = {
  tag: 'day',
  woche: 'week',
  monat: 'month',
  quartal: 'quarter',
  jahr: 'year',
}
const COUNTS: Record<string, string> = {
  einem: '1',
  einer: '1',
  einen: '1',
  zwei: '2',
  drei: '3',
  vier: '4',
  fünf: '5',
  sechs: '6',
  sieben: '7',
  acht: '8',
  neun: '9',
  zehn: '10',
  zwölf: '12',
}
const UNIT = '(tag|woche|monat|quartal|jahr)(?:e[ns]?|s|en|n)?'
const COUNT = `(\\d{1,3}|${Object.keys(COUNTS).join('|')})`
const pairs = (list: string) => list.split('|').map(pair => pair.split(' ') as [string, string])
const MONTH_NAMES = new Map(pairs(MONTHS))
const POINT = '\\d{4}-\\d\\d-\\d\\d|\\d{1,2}\\.\\d{1,2}\\.\\d{2,4}'
const nth = (word: string) => COUNTS[word.toLowerCase()] ?? word
const unit = (word: string) => UNITS[word.toLowerCase()]!

/** Letters and digits; to compile `\p{L}` takes fifteen times as long, in each of two hundred patterns. */
const LETTERS = '\\wÀ-ɏ'
/** A pattern that stands between words, also where they begin with an umlaut. */
const word = (pattern: string) => new RegExp(`(?<![${LETTERS}-])(?:${pattern})(?![${LETTERS}-])`, 'giu')

type Rule = readonly [RegExp, string | ((...found: string[]) => string)]
const QUARTERS = ['er', 'zw', 'dr', 'vi', '1.', '2.', '3.', '4.']
const TIMES: readonly Rule[] = [
  [
    word(`(?:bis |am |zum )?ende (?:der |des )?(nächsten |kommenden )?${UNIT}`),
    (_, next, of) => `by end of ${next ? 'next' : 'the'} ${unit(of!)}`,
  ],
  [
    word('(?:im )?(ersten?|zweiten?|dritten?|vierten?|1\\.|2\\.|3\\.|4\\.) quartal(?: (\\d{4}))?'),
    (_, n, year) => `q${(QUARTERS.indexOf(n!.toLowerCase().slice(0, 2)) % 4) + 1}${year ? ` ${year}` : ''}`,
  ],
  [
    word(`(\\d{1,2})\\. (${[...MONTH_NAMES.keys()].join('|')})`),
    (_, day, month) => `${day} ${MONTH_NAMES.get(month!.toLowerCase())}`,
  ],
  [
    word(`(?:in|während) den (?:letzten|vergangenen) ${COUNT} ${UNIT}`),
    (_, n, of) => `in the last ${nth(n!)} ${unit(of!)}s`,
  ],
  [
    word(`(?:in|während) den (?:nächsten|kommenden) ${COUNT} ${UNIT}`),
    (_, n, of) => `in the next ${nth(n!)} ${unit(of!)}s`,
  ],
  [
    word(`seit (?:mehr als |über )${COUNT} ${UNIT} überfällig[enrs]*`),
    (_, n, of) => `overdue by more than ${nth(n!)} ${unit(of!)}s`,
  ],
  [
    word(
      `seit (?:mehr als |über )?${COUNT} ${UNIT} nicht (?:mehr )?(kontaktiert|angesprochen|bearbeitet|geändert|aktualisiert|bewegt|angefasst|angerührt)(?: wurden?| worden(?: sind)?| haben)?`,
    ),
    (_, n, of, verb) =>
      `not ${/^ang?(?:efass|erühr)/i.test(verb!) ? 'touched' : /^[kan]/i.test(verb!) && !/^akt/i.test(verb!) ? 'contacted' : verb === 'bewegt' ? 'moved' : 'updated'} in ${nth(n!)} ${unit(of!)}s`,
  ],
  [
    word(`seit (?:mehr als |über )?${COUNT} ${UNIT} (?:ohne|keine[nr]?) (?:kontakt|aktivität(?:en)?)`),
    (_, n, of) => `with no activity in the last ${nth(n!)} ${unit(of!)}s`,
  ],
  [
    word(`(?:ohne|keine[nr]?) (?:kontakt|aktivität(?:en)?) seit (?:mehr als |über )?${COUNT} ${UNIT}`),
    (_, n, of) => `with no activity in the last ${nth(n!)} ${unit(of!)}s`,
  ],
  [word(`seit (?:mehr als |über )${COUNT} ${UNIT}`), (_, n, of) => `for more than ${nth(n!)} ${unit(of!)}s`],
  [word(`vor ${COUNT} ${UNIT}`), (_, n, of) => `${nth(n!)} ${unit(of!)}s ago`],
  [word(`in ${COUNT} ${UNIT}`), (_, n, of) => `in ${nth(n!)} ${unit(of!)}s`],
  [word(`(?:in )?diese[nmrs]? ${UNIT}`), (_, of) => `this ${unit(of!)}`],
  [
    word(`(?:in |im )?(?:der |dem )?(?:letzte|vergangene|vorige)[nmrs]? ${UNIT}`),
    (_, of) => `last ${unit(of!)}`,
  ],
  [word(`(?:in |im )?(?:der |dem )?(?:nächste|kommende)[nmrs]? ${UNIT}`), (_, of) => `next ${unit(of!)}`],
  ...pairs(DAYS).map(
    ([from, to]): Rule => [
      word(`(?:am )?(nächsten |kommenden )?${from}`),
      (_, next) => `on ${next ? 'next ' : ''}${to}`,
    ],
  ),
  [word('(?:für )?übermorgen'), 'in 2 days'],
  [word('heute'), 'today'],
  [word('gestern'), 'yesterday'],
  [word('morgen'), 'tomorrow'],
  [word('um (\\d{1,2})(?::(\\d\\d))?(?: uhr)?'), (_, hour, minute) => `at ${hour}:${minute ?? '00'}`],
  [word(`vor (?:dem )?(${POINT}|\\d{1,2} \\w+)`), 'before $1'],
  [word(`nach (?:dem )?(${POINT}|\\d{1,2} \\w+)`), 'after $1'],
  [word(`am (${POINT}|\\d{1,2} [a-z]+(?: \\d{4})?)`), 'on $1'],
  [word(`seit(?: dem)?`), 'since'],
  [word(`bis(?: zum| zu)?`), 'until'],
  [word(`ab(?: dem)? (?=\\d)`), 'from '],
  ...[...MONTH_NAMES].map(([from, to]): Rule => [word(`(?:im )?${from}`), to]),
]

const CONDITIONS: readonly (readonly [string, string])[] = [
  ['with the words', 'mit den Wörtern'],
  ['(?:by )?(?:the )?end of (?:the )?', 'Ende '],
  ['of those before', 'von den vorigen'],
  ['otherwise as before', 'sonst wie zuvor'],
  ['yours', 'Ihre'],
  ['neither talked about nor changed since', 'weder besprochen noch geändert seit'],
  ['made before', 'angelegt vor'],
  ['no call, mail or meeting since', 'seitdem kein Anruf, keine Mail, kein Treffen'],
  ['in the stage since before', 'in der Phase seit der Zeit vor'],
  ['in the (?:last|past) (\\d+) (?:days)', 'in den letzten $1 Tagen'],
  ['since', 'seit'],
  ['in the next (\\d+) (?:days)', 'in den nächsten $1 Tagen'],
  ['this week', 'diese Woche'],
  ['this month', 'diesen Monat'],
  ['this quarter', 'dieses Quartal'],
  ['this year', 'dieses Jahr'],
  ['last week', 'letzte Woche'],
  ['last month', 'letzten Monat'],
  ['last quarter', 'letztes Quartal'],
  ['last year', 'letztes Jahr'],
  ['next week', 'nächste Woche'],
  ['next month', 'nächsten Monat'],
  ['at least', 'mindestens'],
  ['at most', 'höchstens'],
  ['over', 'über'],
  ['under', 'unter'],
  ['between', 'zwischen'],
  ['without', 'ohne'],
  ['tagged', 'mit Schlagwort'],
  ['overdue', 'überfällig'],
  ['closing', 'Abschluss'],
  ['created', 'erstellt'],
  ['updated', 'geändert'],
  ['due', 'fällig'],
  ['open', 'offen'],
  ['won', 'gewonnen'],
  ['lost', 'verloren'],
  ['employee count', 'Mitarbeiterzahl'],
  ['annual revenue', 'Umsatz'],
  ['expected close date', 'Abschlussdatum'],
  ['industry', 'Branche'],
  ['source', 'Quelle'],
  ['company', 'Firma'],
  ['owner', 'Zuständige'],
  ['probability', 'Wahrscheinlichkeit'],
  ['score', 'Score'],
  ['in (?=(?:19|20)\\d\\d)', ''],
  ['today', 'heute'],
  ['yesterday', 'gestern'],
  ['tomorrow', 'morgen'],
  ['amount', 'Betrag'],
  ['not', 'nicht'],
  ['and', 'und'],
  ['or', 'oder'],
  ['from(?= \\d)', 'ab'],
  ['(?:last )?contacted|spoken to|talked to', 'kontaktiert'],
  ['until', 'bis'],
  ['to', 'bis'],
  ['(?<=^|^nicht )(?:for|of|at|about|with)(?= (?:[^\\d“]|$))', 'zu'],
  ['from(?= $)', 'aus'],
  ['(?<=\\()by', 'nach'],
  ...pairs(MONTHS).map(([from, to]): [string, string] => [to, from.charAt(0).toUpperCase() + from.slice(1)]),
]

/** Fields by their labels, as other German answers call them. */
const FIELDS = Object.entries(GERMAN_FIELDS).map(([key, german]): [string, string] => [
  labelOf(key).toLowerCase(),
  german,
])

/** How a condition was understood, in German; what somebody has named stands in quotes and stays. */
export const conditionInGerman = (words: string): string =>
  words
    .replace(/\u0001([^\u0001]*)\u0001’s/gu, 'von \u0001$1\u0001')
    .split(/(“[^”]*”|\u0001[^\u0001]*\u0001)/u)
    .map(part =>
      /^[“\u0001]/u.test(part)
        ? part
        : [...CONDITIONS, ...FIELDS].reduce((said, [from, to]) => said.replace(word(from), to), part),
    )
    .join('')

/** Dates and times of a German sentence in English; what else stands in it is left alone. */
export const timesInEnglish = (text: string): string =>
  TIMES.reduce((said, [pattern, to]) => said.replace(pattern, to as never), text)

/** What a field is called in English, or the word as it is. */
export const labelInEnglish = (label: string): string => LABELS[label.toLowerCase()] ?? label

const VERBS: readonly (readonly [string, string])[] = [
  ['schließen|abschließen|abgeschlossen werden|enden', 'closing'],
  ['fällig(?: sind| ist| werden)?', 'due'],
  [
    'erstellt(?: wurden?| worden sind)?|angelegt(?: wurden?)?|hinzugekommen(?: sind)?|entstanden(?: sind)?',
    'created',
  ],
  ['geändert(?: wurden?)?|bearbeitet(?: wurden?)?', 'updated'],
  ['abgeschlossen(?: wurden?| haben| worden sind)?', 'closed'],
  ['gewonnen(?: wurden?| haben)?', 'won'],
  ['verloren(?: wurden?| haben| gingen)?', 'lost'],
  [
    '(?:neu )?(?:bekommen|erhalten|reingekommen|hereingekommen|hinzubekommen|gekriegt)(?: haben| sind)?',
    'created',
  ],
  [
    'protokolliert(?: wurden?| haben)?|erfasst(?: wurden?| haben)?|geloggt(?: wurden?| haben)?|geführt(?: wurden?| haben)?',
    'logged',
  ],
  ['bezahlt(?: wurden?)?', 'paid'],
  ['erledigt(?: wurden?)?', 'completed'],
]

/** Puts a verb before the period behind which it stands in German: `last week erstellt` as `created last week`. */
function verbFirst(said: string, verb: string, to: string): string {
  const behind = new RegExp(`\\s+(?:${verb})(?![${LETTERS}])`, 'iuy')
  for (let period = periodIn(said); period; ) {
    behind.lastIndex = period.end
    if (behind.test(said))
      return `${said.slice(0, period.index)}${to} ${period.text}${said.slice(behind.lastIndex)}`
    period = periodIn(said, period.end)
  }
  return said
}

/** In a question the verb stands before the period, as in English, and a part of it may stand at the end: `schließen this month ab`. */
function verbBefore(said: string, verb: string, to: string): string {
  for (let period = periodIn(said); period; period = periodIn(said, period.end)) {
    const before = new RegExp(`(?<![${LETTERS}])(?:${verb})\\s+$`, 'iu').exec(said.slice(0, period.index))
    if (before)
      return `${said.slice(0, before.index)}${to} ${said.slice(period.index).replace(/\s+(?:ab|aus)$/iu, '')}`
  }
  return said
}

const SUPERLATIVE = 'größte|höchste|wertvollste|kleinste|niedrigste|neueste|jüngste|älteste'
const SUPERLATIVES: readonly (readonly [RegExp, string | ((...found: string[]) => string)])[] = [
  // `die fünf größten`: the number behind.
  [word(`${COUNT} (${SUPERLATIVE})n`), (_, n, which) => `${which} ${nth(n!)}`],
  // `der größte Deal`: one.
  [
    new RegExp(
      `(?<![${LETTERS}-])(${SUPERLATIVE})[rs]? (?=(?:[${LETTERS}]+ )?(?:deal|geschäft|lead|kontakt|firma|unternehmen|aufgabe|rechnung|projekt|kampagne)(?![${LETTERS}]))`,
      'giu',
    ),
    '$1 1 ',
  ],
]

/** A German phrase that speaks of records in the words of the English commands. In German the verb follows the period that it governs. */
export function phraseInEnglish(phrase: string): string {
  const quoted: string[] = []
  let said = timesInEnglish(
    SUPERLATIVES.reduce((text, [pattern, to]) => text.replace(pattern, to as never), phrase)
      .replace(/["„“][^"“”„]*["“”]/g, text => `\u0001${quoted.push(text) - 1}\u0001`)
      .replace(/,\s*(?:die|der|das|welche)\b/giu, ' '),
  )
  for (const [verb, to] of VERBS) said = verbFirst(verbBefore(said, verb, to), verb, to)
  for (const [from, to] of WORDS) said = said.replace(word(from), to)
  for (const [from, to] of Object.entries(LABELS)) said = said.replace(word(from), to)
  return said
    .replace(/\u0001(\d+)\u0001/g, (_, at) => quoted[Number(at)]!)
    .replace(/\s+/g, ' ')
    .trim()
}
