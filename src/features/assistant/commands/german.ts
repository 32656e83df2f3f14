import { germanFigures } from './german-figures.ts'
import { type GermanRule, germanRule as rule } from './german-rule.ts'
import { labelInEnglish, phraseInEnglish, timesInEnglish } from './german-words.ts'
import { anyOf } from './lexicon.ts'

/**
 * German commands in the words of the English ones, so that one grammar understands both: what a sentence is for is told by its
 * verb, names stay as they stand, and what speaks of records in general is put over word by word.
 */
const ARTICLE = '(?:(?:den|die|das|dem|der|eine?[nmrs]?|mein(?:e[nmrs]?)?)\\s+)?'
const NOUNS: Record<string, string> = {
  deal: 'deal',
  geschäft: 'deal',
  kontakt: 'contact',
  firma: 'company',
  unternehmen: 'company',
  lead: 'lead',
  aufgabe: 'task',
  projekt: 'project',
  kampagne: 'campaign',
  notiz: 'note',
  rechnung: 'invoice',
  besuch: 'visit',
}
const NOUN = `(${Object.keys(NOUNS).join('|')})s?`
const TALKS: Record<string, string> = {
  anruf: 'call',
  telefonat: 'call',
  gespräch: 'call',
  treffen: 'meeting',
  meeting: 'meeting',
  termin: 'meeting',
  mail: 'mail',
  'e-mail': 'mail',
  nachricht: 'message',
}
const PLACES: Record<string, string> = {
  gewonnen: 'won',
  verloren: 'lost',
  offen: 'open',
  erledigt: 'done',
  qualifiziert: 'qualified',
  'nicht qualifiziert': 'unqualified',
  kontaktiert: 'contacted',
  bezahlt: 'paid',
  'in arbeit': 'in progress',
}

/** `meinen größten offenen Deal`: one of several, by a measure. */
const ONE_OF_MANY = new RegExp(
  `^(mein(?:e[nmrs]?)?|unser(?:e[nmrs]?)?|de[nmrs]|die|das)\\s+(größte|höchste|wertvollste|kleinste|neueste|jüngste|älteste)[nmrs]?\\s+(?:(offene|gewonnene|verlorene|neue|qualifizierte)[nmrs]?\\s+)?${NOUN}$`,
  'iu',
)

/** `den Deal Acme Neubau` as `the deal Acme Neubau`. */
const nameIn = (text: string): string => {
  const one = ONE_OF_MANY.exec(text.trim())
  if (one) {
    const [, whose = '', which = '', how = ''] = one
    return `${/^unser/iu.test(whose) ? 'our' : /^mein/iu.test(whose) ? 'my' : 'the'} ${phraseInEnglish(`${which}n ${how ? `${how} ` : ''}deals`).replace(/deals$/, NOUNS[one[4]!.toLowerCase()]!)}`
  }
  const found = new RegExp(`^${ARTICLE}${NOUN}\\s+(.+)$`, 'iu').exec(text.trim())
  if (found) return `the ${NOUNS[found[1]!.toLowerCase()]} ${found[2]}`
  return text.trim().replace(new RegExp(`^${ARTICLE}`, 'iu'), '')
}
const placeIn = (text: string): string => PLACES[text.trim().toLowerCase()] ?? text.trim()
const phrase = (text: string): string => phraseInEnglish(text)
/** What is to be done stays German, since it becomes a title; its date is read. */
const deedIn = (text: string): string =>
  timesInEnglish(
    text
      .replace(/^(?:daran,?\s*)?(?:dass ich |dass )?/iu, '')
      .replace(/\bzu (?=\p{Ll}+$)/u, '')
      .replace(
        /(?<=\p{L})zu(?=(?:ruf|schreib|schick|send|mail|schau|frag|biet|leg|meld|pass)\p{Ll}*en$)/u,
        '',
      ),
  )
/** `am Freitag, das Angebot zu schicken`: the date that stands first is put behind what is to be done. */
function reminderIn(text: string): string {
  const [, first = '', rest = ''] = /^(.*?),\s*(.+)$/u.exec(text) ?? []
  const date = timesInEnglish(first.replace(/\s*daran$/iu, ''))
  const isDate = rest !== '' && date !== first.replace(/\s*daran$/iu, '')
  return isDate || /^daran$/iu.test(first) ? `${deedIn(rest)} ${isDate ? date : ''}` : deedIn(text)
}
const detailsIn = (text: string): string =>
  timesInEnglish(text)
    .replace(/(?<![\p{L}])(?:über|für|von|im wert von|zu)\s+(?=[€$£\d])/giu, 'for ')
    .replace(/(?<![\p{L}])mit(?![\p{L}])/giu, 'with')
    .replace(/(?<![\p{L}])(?:bei|für)(?![\p{L}])/giu, 'at')
    .replace(/(?<![\p{L}])namens(?![\p{L}])/giu, 'called')
    .replace(/\s+(?:an|hinzu)$/iu, '')

/** `80.000 und das Abschlussdatum auf Freitag`: what one field is set to, and others with it. */
const valuesIn = (value: string): string =>
  value
    .split(/,?\s+und\s+(?:den|die|das|dessen|deren)\s+([\p{L}-]+)\s+(?:auf|zu)\s+/u)
    .map((part, at) =>
      at % 2 ? ` and the ${labelInEnglish(part)} to ` : timesInEnglish(part).replace(/^(?:on|den|dem) /u, ''),
    )
    .join('')

const VERB = (stem: string) => `(?:${stem})(?:e|en|n|t)?(?:\\s+Sie)?(?:\\s+bitte)?`

/** The first that fits counts; each answers the sentence in English. */
const RULES: readonly GermanRule[] = [
  ...germanFigures,
  rule(
    '(?:gegen |an )?welche[nrsm]? (wettbewerber|konkurrent(?:en)?|einwände|einwand)\\s+(?:hören|haben|treffen|verlieren|bekommen|kommen|kommt|begegnen)(.*)',
    (what = '', rest = '') =>
      `which ${/^e/i.test(what) ? 'objections' : 'competitors'} do we meet most ${timesInEnglish(rest.replace(/\\b(?:wir|am|häufigsten|meisten|oft|öftesten|vor|auf)\\b/giu, ''))}`,
  ),
  // Of the record that was spoken of last.
  rule(
    '(?:und\\s+)?(?:auch\\s+)?(?:setz(?:e|en)?\\s+)?(?:den|die|das|sein(?:e|en)?|ihr(?:e|en)?)\\s+([\\p{L}-]+)\\s+(?:auf|zu)\\s+(.+)',
    (label = '', value = '') =>
      `set the ${labelInEnglish(label)} of it to ${timesInEnglish(value).replace(/^(?:on|den|dem) /u, '')}`,
  ),
  // What carries on from the answer before.
  rule(
    '(?:und\\s+)?(?:wie ?viele?)\\s+(?:sind|waren|gibt es|davon|das|es|dort|insgesamt|\\s)+',
    () => 'how many are there',
  ),
  rule(
    `${VERB('exportier')}\\s+(?:sie|die|das|diese|alle)(?:\\s+(?:als|nach|in)\\s+(csv|excel|xlsx|json))?`,
    format => `export them${format ? ` as ${format}` : ''}`,
  ),
  rule(
    '(?:und\\s+|jetzt\\s+)*(?:zeig(?:e)?\\s+(?:mir\\s+)?)?(?:davon\\s+)?(?:nur|bloß|lediglich|davon)\\s+(?:noch\\s+)?(?:(?:die|der|das|diejenigen|jene|solche|alle)\\s+)?(?:(?:die|der|das)\\s+)?(.+)',
    (what = '') => `only those ${phrase(what)}`,
  ),
  rule('(?:vergiss (?:es|das)|egal|schon gut|lass (?:es|das|gut sein)|doch nicht)', () => 'never mind'),
  rule(
    '(?:(?:mach(?:e|en sie)?|nimm|nehmen sie)\\s+)?(?:das|es|alles|beides|(?:das|es) alles|die (?:letzte )?änderung(?:en)?)?\\s*(?:wieder\\s+)?(?:rückgängig(?:\\s+machen)?|zurück|zurücknehmen)',
    () => 'undo that',
  ),
  rule(
    `${VERB('stornier|streich')}\\s+(.+)|(?:sag(?:e|en sie)?|brich|brechen sie)\\s+(.+)\\s+ab`,
    (one, other) => `cancel ${nameIn(one ?? other ?? '')}`,
  ),
  rule(
    'wie ?viel(?: geld| umsatz)?\\s+(?:haben wir|habe ich)\\s*(.*?)\\s*(gewonnen|verloren|verkauft|abgeschlossen)',
    (when = '', how = '') => `how much did we ${how === 'verloren' ? 'lose' : 'win'} ${timesInEnglish(when)}`,
  ),
  // What hangs on one.
  rule(
    '(wie ?viele?|welche)\\s+(.+?)\\s+(?:hat|haben)\\s+(?!wir\\b|ich\\b)(.+?)\\s+((?:im|in|dies|letzt|seit|heute|gestern|zwischen|vor)\\S*\\s.+?\\s+)?(gewonnen|verloren)',
    (asks = '', what = '', name = '', when = '', how = '') =>
      `${/^wie/i.test(asks) ? 'how many' : 'show'} ${phrase(what)} of ${nameIn(name)} ${placeIn(how)} ${timesInEnglish(when ?? '')}`,
  ),
  rule(
    '(wie ?viele?|welche)\\s+(.+?)\\s+hat\\s+(?!er$|sie$|man$)(?!am meisten|die meisten)(.+)',
    (asks = '', what = '', name = '') =>
      `${/^wie/i.test(asks) ? 'how many' : 'show'} ${phrase(what)} of ${nameIn(name)}`,
  ),
  rule(
    'was steht (heute|morgen|diese woche|nächste woche)(?: bei mir)? an',
    (when = '') => `my open tasks due ${timesInEnglish(when)}`,
  ),
  rule(
    'was (?:muss|soll|habe) ich (heute|morgen|diese woche|nächste woche)(?: noch)?(?: zu)? (?:tun|machen|erledigen)',
    (when = '') => `my open tasks due ${timesInEnglish(when)}`,
  ),
  rule(
    '(?:wen|wem) (?:soll|sollte|muss|kann) ich (?:heute |jetzt |als nächstes |zuerst )?(?:anrufen|kontaktieren|schreiben|besuchen|ansprechen)',
    () => 'what should i do next',
  ),
  rule(
    '(?:wie (?:sieht|steht es um|läuft) )?(?:(meine|unsere|die) )?pipeline(?: gerade| derzeit| aktuell)?(?: aus)?(?: (?:nach|pro|je) (?:phase|stufe))?',
    (whose = '') => `${/meine/iu.test(whose) ? 'my' : 'our'} pipeline`,
  ),
  rule(
    '(?:wie (?:ist|lautet|hoch ist) )?(?:die |der |unsere |unser |meine )?(?:prognose|forecast)(?: für| im| in)?\\s*(.*)',
    (more = '') => `forecast ${phrase(more)}`,
  ),
  rule(
    'was (?:hat sich|wurde) (.+?) (?:geändert|verändert|getan|bewegt)',
    (when = '') => `what changed ${timesInEnglish(when)}`,
  ),
  rule(
    '(?:welche )?deals?,?(?: die)? (?:stecken fest|hängen(?: fest)?|feststecken|festhängen|stocken)',
    () => 'deals stuck',
  ),
  rule(
    'welche (wettbewerber|konkurrenten|einwände) (?:werden|wurden) (?:am häufigsten|am meisten|oft)(?: genannt| erwähnt| vorgebracht)?(.*)',
    (what = '', rest = '') =>
      `which ${/^e/i.test(what) ? 'objections' : 'competitors'} come up most ${timesInEnglish(rest)}`,
  ),
  rule(
    'wie ?viel(?: geld| umsatz)? hat ([\\p{L}-]+)(.*?)\\s(gewonnen|verkauft|verloren|abgeschlossen)',
    (who = '', when = '', how = '') =>
      `total amount of ${how === 'verloren' ? 'lost' : 'won'} deals of ${who} ${timesInEnglish(when)}`,
  ),
  rule(
    '(?:wer (?:ist|sind) )(?:(.*?)\\s)??(?:mein|unser|der|die|meine|unsere)e? (?:(?:\\d+|zwei|drei|vier|fünf|zehn) )?(?:beste[rn]?|größte[rn]?|wichtigste[rn]?) kunden?(.*)',
    (before = '', behind = '') =>
      `total amount of won deals by company ${timesInEnglish(`${before} ${behind}`.trim())}`,
  ),
  rule(
    'wie ?viel(?: geld)? (?:ist|steht) (überfällig|offen|aus|unbezahlt)',
    (how = '') => `how much is ${/^ü/.test(how) ? 'overdue' : 'unpaid'}`,
  ),
  rule(
    'wie lange (?:dauert es|brauchen wir)(?:,)?(?: bis wir)?(?: um)? ?(?:einen deal|deals) ?(?:zu )?(?:gewinnen|abzuschließen|gewonnen haben)',
    () => 'how long does it take to win a deal',
  ),
  rule(
    '(?:was|wie) (?:ist|läuft) (?:das verhältnis )?gewonnen (?:gegen|zu|und|vs\\.?) verloren(.*)',
    (when = '') => `won vs lost ${timesInEnglish(when)}`,
  ),
  // How it goes, why, and what next.
  rule(
    '(?:(?:was ist|wie (?:hoch|gut) ist|zeig(?:e|en sie)?(?: mir)?)\\s+)?(?:(meine|unsere|die)\\s+)?(?:gewinnquote|abschlussquote|erfolgsquote|gewinnrate|win[- ]?rate)(.*)',
    (whose = '', more = '') => `what is ${/meine/i.test(whose) ? 'my' : 'our'} win rate ${phrase(more)}`,
  ),
  rule(
    'wer hat(.*?)\\s(?:am meisten|die meisten)(?: deals?| geschäfte| aufträge)?(.*?)\\s+(gewonnen|verloren|abgeschlossen|verkauft)(.*)',
    (before = '', between = '', how = '', after = '') =>
      `${how === 'verkauft' ? 'total amount of ' : ''}${how === 'verloren' ? 'lost' : 'won'} deals by owner ${timesInEnglish(`${before} ${between} ${after}`.trim())}`,
  ),
  rule(
    'welche(?:r|s)? (?:firma|unternehmen|kunde) hat(.*?)\\s(?:am meisten|das meiste)(.*?)\\s+(?:gekauft|bestellt|ausgegeben)(.*)',
    (before = '', between = '', after = '') =>
      `total amount of won deals by company ${timesInEnglish(`${before} ${between} ${after}`.trim())}`,
  ),
  rule(
    '(?:warum|weshalb|wieso|wodurch)\\s+(verlieren|gewinnen|verliere|gewinne)\\s+(wir|ich)(.*)',
    (verb = '', who = '', more = '') =>
      `why do ${/ich/i.test(who) ? 'i' : 'we'} ${/gewinn/i.test(verb) ? 'win' : 'lose'} ${timesInEnglish(more)}`,
  ),
  rule(
    '(?:was (?:soll|sollte|muss|kann) ich (?:als nächstes|jetzt|heute|nun|zuerst)?\\s*(?:als nächstes )?(?:tun|machen|angehen)?(?:\\s*als nächstes)?|was (?:ist|kommt) als nächstes(?: zu tun)?|womit (?:soll|sollte) ich anfangen|(?:meine )?nächste[n]? schritte|was steht an)',
    () => 'what should i do next',
  ),
  // What is changed.
  rule(
    `(${VERB('erhöh|steiger|senk|reduzier|verringer|vermindere?')})\\s+(?:(?:den|die|das)\\s+([\\p{L}-]+)\\s+(?:von|bei|für|des|der)\\s+)?(.+?)\\s+um\\s+(\\S+(?:\\s*(?:%|prozent|€|\\$|eur|euro|usd|tausend))?)`,
    (verb = '', label = '', name = '', by = '') =>
      `${/^(?:erh|steig)/i.test(verb) ? 'increase' : 'lower'} the ${label ? labelInEnglish(label) : 'amount'} of ${nameIn(name)} by ${by.replace(/\\s*(?:%|prozent)$/iu, '%')}`,
  ),
  rule(
    `(?:rechne?|schlage?|addiere?|gib)\\s+(\\S+(?:\\s*(?:%|prozent|€|\\$|eur|euro|usd))?)\\s+(?:auf|zu)\\s+(.+?)(?:\\s+(?:drauf|dazu|hinzu|auf))?`,
    (by = '', name = '') => `add ${by.replace(/\\s*(?:%|prozent)$/iu, '%')} to ${nameIn(name)}`,
  ),
  rule(
    `${VERB('setz|änder|stell')}\\s+(?:den|die|das)\\s+([\\p{L}-]+)\\s+(?:(?:von|bei|für|des|der)\\s+|(?=mein|unser))(.+?)\\s+(?:auf|zu|in)\\s+(.+)`,
    (label = '', name = '', value = '') =>
      `set the ${labelInEnglish(label)} of ${nameIn(name)} to ${valuesIn(value)}`,
  ),
  rule(
    `${VERB('markier|setz|kennzeichn|schließ')}\\s+(.+?)\\s+als\\s+([\\p{L} ]+?)(?:\\s+ab)?(?:,?\\s+(?:wegen|aufgrund(?: von)?|weil)\\s+(.+))?`,
    (name = '', place = '', reason) =>
      `mark ${nameIn(name)} as ${placeIn(place)}${reason ? ` because of ${reason.replace(/^(?:des|der|dem|den|die|das) /iu, '')}` : ''}`,
  ),
  rule(
    '(?:wir haben|ich habe)\\s+(.+?)\\s+(gewonnen|verloren)(?:,?\\s+(?:wegen|weil)\\s+(.+))?',
    (name = '', how = '', reason) =>
      `we ${placeIn(how)} ${nameIn(name)}${reason ? ` because of ${reason.replace(/^(?:des|der|dem|den|die|das) /iu, '')}` : ''}`,
  ),
  rule(
    `${VERB('verschieb|beweg|schieb|bring|zieh')}\\s+(.+?)\\s+(?:nach|in(?: die)?(?: phase| stufe)?|auf(?: die)?(?: phase)?)\\s+(.+)`,
    (name = '', place = '') => `move ${nameIn(name)} to ${placeIn(place)}`,
  ),
  rule(
    `(?:übergib|${VERB('übergeb')})\\s+(.+?)\\s+an\\s+(.+)`,
    (name = '', who = '') => `assign ${nameIn(name)} to ${/^mich$/i.test(who) ? 'me' : who}`,
  ),
  rule(
    `${VERB('verschlagwort|tagg|markier|versieh|verseh')}\\s+(.+?)\\s+mit(?: dem (?:schlagwort|tag))?\\s+(.+)`,
    (name = '', tags = '') => `tag ${nameIn(name)} with ${tags.replace(/\bund\b/g, 'and')}`,
  ),
  rule(
    `${VERB('benenn')}\\s+(.+?)\\s+(?:in|zu)\\s+(.+?)\\s+um`,
    (name = '', other = '') => `rename ${nameIn(name)} to ${other}`,
  ),
  rule(`${VERB('hak|schließ')}\\s+(.+?)\\s+ab`, (name = '') => `complete ${nameIn(name)}`),
  rule(`${VERB('erledig')}\\s+(.+)`, (name = '') => `complete ${nameIn(name)}`),
  rule(`${VERB('wandl|wandel|konvertier')}\\s+(.+?)(?:\\s+um)?`, (name = '') => `convert ${nameIn(name)}`),
  rule(
    `${VERB('lösch|entfern')}\\s+(.+)`,
    (name = '') => `delete ${/^alle[nrs]?\b/iu.test(name) ? `all ${phrase(name)}` : nameIn(name)}`,
  ),
  // What is made.
  rule(
    `(?:${VERB('erinner')}\\s+mich|erinnerung:?)\\s*(.+)`,
    (deed = '') => `remind me to ${reminderIn(deed)}`,
  ),
  rule(
    `(?:${VERB('erstell|erzeug|leg|plan|mach')}\\s+)?(?:eine\\s+)?(?:neue\\s+)?(dringende\\s+)?aufgabe(?:\\s+an)?\\s*(?::|,|für mich|namens)?\\s+(.+?)(?:\\s+an)?`,
    (urgent, deed = '') => `create ${urgent ? 'an urgent' : 'a'} task: ${deedIn(deed)}`,
  ),
  rule(
    `${VERB('protokollier|erfass|logg|trag|vermerk|notier')}\\s+(?:eine?[nm]?\\s+)?(?:(\\d+)[- ]?min(?:uten?|ütige[nrs]?|\\.)?\\s+)?(${Object.keys(TALKS).join('|')})\\s+(?:mit|an|von|bei)\\s+(.+?)(?:\\s+ein)?(?:\\s*:\\s*(.+))?`,
    (minutes, kind = '', name = '', what) =>
      `log a ${minutes ? `${minutes} minute ` : ''}${TALKS[kind.toLowerCase()]} with ${nameIn(timesInEnglish(name))}${what ? `: ${what}` : ''}`,
  ),
  rule(
    `(?:${VERB('schreib|füg|notier|erstell')}\\s+)?(?:eine\\s+)?(?:notiz\\s+)?(?:zu|bei|an|für)\\s+(.+?)(?:\\s+hinzu)?\\s*:\\s*(.+)`,
    (name = '', body = '') => `add a note to ${nameIn(name)}: ${body}`,
  ),
  rule(
    `(?:entwirf|${VERB('entwerf|verfass|formulier|schreib')})\\s+(?:mir\\s+)?(?:eine?[nm]?\\s+)?((?:e-?mail|mail|nachricht|antwort|nachfass\\p{L}*|angebot\\p{L}*|dankes\\p{L}*))\\s+(?:an|für)\\s+(.+?)(?:\\s+(?:über|zu|wegen)\\s+(.+))?`,
    (kind = '', name = '', about) =>
      `draft a ${/nachfass/i.test(kind) ? 'follow-up' : /antwort/i.test(kind) ? 'reply' : /angebot/i.test(kind) ? 'proposal' : /dank/i.test(kind) ? 'thank-you' : 'mail'} to ${nameIn(name)}${about ? ` about ${about}` : ''}`,
  ),
  rule(
    `${VERB('erstell|erzeug|leg|füg|mach')}\\s+(?:eine?[nm]?\\s+)?(?:neue[nrs]?\\s+)?${NOUN}\\s+(.+)`,
    (noun = '', details = '') => `create a ${NOUNS[noun.toLowerCase()]} ${detailsIn(details)}`,
  ),
  // What is asked.
  rule(
    '(?:wie (?:lautet|ist|heißt)|was ist) (?:die|der|das) ((?:e-?mail(?:-?adresse)?|telefonnummer|mobilnummer|website|position|adresse|phase|status)) (?:von|bei|des|der) (.+)',
    (label = '', name = '') =>
      `what is the ${labelInEnglish(label.replace(/-?adresse$/iu, '') || label)} of ${nameIn(name)}`,
  ),
  rule(
    '(?:zeig(?:e)?(?: mir)? |welche )?(?:alle )?(\\p{L}+),? (?:mit denen|die) (?:ich|wir) (.*?)\\s*nicht (?:gesprochen|telefoniert|kontaktiert|angerufen|geschrieben)(?: habe| haben)?',
    (what = '', when = '') => `${phrase(what)} not contacted ${timesInEnglish(when)}`,
  ),
  rule(
    `${VERB('plan|vereinbar|leg|erstell')}\\s+(?:einen\\s+)?(?:neuen\\s+)?(?:besuch|besuchstermin)\\s+(?:bei|mit)\\s+(.+?)(?:\\s+(?:ein|an))?`,
    (rest = '') => `schedule a visit with ${timesInEnglish(rest)}`,
  ),
  rule(
    '(?:wie ?viele?|anzahl(?: der| an| von)?|zähl(?:e|en)?(?: Sie)?)\\s+(.+)',
    (query = '') => `how many ${phrase(query)}`,
  ),
  rule(
    '(?:(?:was|wie hoch) ist\\s+)?(?:die\\s+|der\\s+)?(?:summe|gesamtsumme|gesamtwert|gesamtbetrag)\\s+(?:aller|der|von|meiner|unserer)?\\s*(.+)',
    (query = '') => `total amount of ${phrase(query)}`,
  ),
  rule(
    '(?:(?:was|wie hoch) ist\\s+)?(?:der\\s+)?(?:durchschnittliche[rn]?|mittlere[rn]?)\\s+(?:betrag|(?:deal)?wert|dealgröße|auftragswert)\\s+(?:aller|der|von|meiner|unserer)?\\s*(.+)',
    (query = '') => `average amount of ${phrase(query)}`,
  ),
  rule(
    '(?:(?:was|wie hoch) (?:ist|sind)\\s+)(?:der|die|das)\\s+(?:betrag|wert|volumen|umsatz)\\s+(?:aller|meiner|unserer|der)\\s+(?=.*(?:deals?|geschäfte|verkaufschancen|rechnungen)(?: |$))(.+)',
    (query = '') => `total amount of ${phrase(query)}`,
  ),
  rule(
    'was (?:schließt|kommt zum abschluss)\\s+(.+?)(?:\\s+ab)?',
    (when = '') => `show open deals closing ${timesInEnglish(when)}`,
  ),
  rule('(?:fass|fasse|fassen)(?: Sie)?\\s+(.+?)\\s+zusammen', (name = '') => `summarise ${nameIn(name)}`),
  rule(
    '(?:zusammenfassung (?:von|zu|für)|überblick (?:über|zu)|was (?:gibt es neues|ist los|läuft|passiert|war) (?:bei|mit|zu)|erzähl(?:e|en)?(?: Sie)? mir (?:alles |was |etwas |mehr )?(?:über|von)|was wissen wir (?:alles )?über|alles über)\\s+(.+)',
    (name = '') => `summarise ${nameIn(name)}`,
  ),
  rule(
    '(?:wem gehört|wer (?:betreut|bearbeitet|verantwortet))\\s+(.+)',
    (name = '') => `who owns ${nameIn(name)}`,
  ),
  rule('wer ist (?:für )?(.+?) (?:zuständig|verantwortlich)', (name = '') => `who owns ${nameIn(name)}`),
  rule(
    `${VERB('exportier')}\\s+(.+?)(?:\\s+(?:als|nach|in)\\s+(csv|excel|xlsx|json))?`,
    (query = '', format) => `export ${phrase(query)}${format ? ` as ${format}` : ''}`,
  ),
  rule(
    `(?:was|wie (?:hoch|lautet)|wann|wie) ist (?:der|die|das)\\s+(${'[\\p{L}-]+'})\\s+(?:von|bei|des|der)\\s+(.+)`,
    (label = '', name = '') => `what is the ${labelInEnglish(label)} of ${nameIn(name)}`,
  ),
  rule('(.+?)\\s+(?:zeigen|anzeigen|auflisten|sehen)', (query = '') => `show ${phrase(query)}`),
  rule(
    `(?:${VERB('zeig|list|find|such|nenn')}|gib|welche[nrs]?|was für)\\s+(?:mir\\s+|uns\\s+)?(.+?)(?:\\s+(?:auf|an|gibt es|haben wir))?`,
    (query = '') => `show ${phrase(query)}`,
  ),
]

const POLITE =
  /^(?:(?:kannst|könntest|würdest) du|(?:können|könnten|würden) sie|ich (?:möchte|will|würde gern[e]?))\s+(?:bitte\s+)?(?:mir\s+)?/iu

/** Words by which English sentences are known, and greetings, which both languages share. */
const NO_GERMAN =
  /^(?:show|list|find|how|what|who|why|when|where|create|add|make|set|change|move|log|note|remind|assign|tag|delete|draft|write|export|count|total|average|summari[sz]e|tell|give|complete|convert|rename|help|guten|hallo|hi|hello|danke|hilfe|ja|nein|yes|no)\b|\b(?:the|show|how|what|who|my|of|with|all)\b/iu

/** Words with which no German command begins: for most English sentences the German patterns need not be compiled. */
const BEGINS_ENGLISH =
  /^(?:how|what|who|why|when|where|which|show|create|add|make|set|change|move|log|note|remind|assign|delete|draft|write|count|total|average|tell|give|complete|convert|rename|is|are|do|does|did|can|could|would|please|i|we|my|our|the)\b/i

/**
 * The sentence in English where it is a German command; undefined where it is none.
 * @param isGerman whether the person reads German, so that a bare phrase may be one
 * @param people the members' names, which tell where a record's name ends
 */
export function inEnglish(said: string, isGerman: boolean, people: readonly string[]): string | undefined {
  if (BEGINS_ENGLISH.test(said)) return undefined
  const plain = said
    .replace(/\s+/g, ' ')
    .trim()
    .replace(/[.!?]+$/, '')
  const begun = plain.replace(POLITE, '')
  const names = people.flatMap(name => [name, name.split(' ')[0]!]).sort((a, b) => b.length - a.length)
  const given = new RegExp(
    `^(?:bitte\\s+)?${VERB('weis')}\\s+(.+)\\s+(mir|${anyOf(names)})\\s+zu$`,
    'iu',
  ).exec(begun)
  if (given) return `assign ${nameIn(given[1]!)} to ${/^mir$/iu.test(given[2]!) ? 'me' : given[2]}`
  for (const [pattern, to] of RULES) {
    const found = pattern.exec(begun)
    if (found)
      return to(...found)
        .replace(/\s+/g, ' ')
        .trim()
  }
  if (!isGerman || NO_GERMAN.test(plain)) return undefined
  const words = phrase(plain)
  return words === plain ? undefined : words
}
