import { periodIn } from './dates.ts'
import { type GermanRule, germanRule as rule } from './german-rule.ts'
import { phraseInEnglish, timesInEnglish } from './german-words.ts'

const WHO: Record<string, string> = { ich: 'i', wir: 'we', team: 'the team' }
const whoIn = (who: string): string => WHO[who.toLowerCase().replace(/^(?:das |unser |mein )/, '')] ?? who
const GROUPS: readonly (readonly [RegExp, string])[] = [
  [/^quelle/i, 'source'],
  [/^(?:firma|unternehmen|kund)/i, 'company'],
  [/^branche/i, 'industry'],
  [/^(?:phase|stufe)/i, 'stage'],
  [/^(?:land|länder)/i, 'country'],
  [/^kampagne/i, 'campaign'],
]
/** The periods of a text, without what else it says. */
const periodsIn = (text: string): string => periodIn(text)?.text ?? ''
const groupIn = (word: string): string => GROUPS.find(([pattern]) => pattern.test(word))?.[1] ?? 'owner'
/** What most counts tell anyway. */
const AND_HOW_MUCH = ',?\\s+und (?:wie ?viel|was)\\s.*'

/** What closes such a question, and says no more. */
const DONE =
  'protokolliert|erfasst|geloggt|getätigt|geführt|gemacht|bekommen|erhalten|angelegt|erstellt|eingetragen|gehabt'

/** German questions for figures, for what was done and by whom, in the words of the English ones. */
export const germanFigures: readonly GermanRule[] = [
  rule(
    '(?:(?:was|wie hoch|wie) ist )?(?:unsere?r? |meine?r? |die |der )?(?:gewichtete[rn]?) (?:prognose|forecast|pipeline|umsatzprognose)\\s*(.*)',
    (more = '') => `what is our weighted forecast ${phraseInEnglish(more)}`,
  ),
  rule(
    '(?:welche[nr]? (?:anteil|prozentsatz) |wie ?viel prozent )(?:der |von |unserer |meiner )*leads (?:haben (?:wir|ich) )?(.*?)\\s*(?:konvertiert|umgewandelt|gewonnen)(?:,?\\s+(.*))?',
    (when = '', more = '') => `what share of leads did we convert ${phraseInEnglish(`${when} ${more}`)}`,
  ),
  rule(
    '(?:(?:was|wie hoch|wie) ist )?(?:unsere |meine |die )?(?:konversionsrate|konversionsquote|conversion[- ]?rate(?! (?:by|per|of|for|in|this|last)(?: |$))|umwandlungsquote)(?: der leads| von leads)?\\s*(.*)',
    (more = '') => `what is our lead conversion rate ${phraseInEnglish(more)}`,
  ),
  rule(
    'was (?:hat|habe|haben) ([\\p{L}-]+(?: [\\p{L}-]+)??)\\s+(.*?)\\s*(?:gemacht|getan|geschafft|erledigt|erreicht)',
    (who = '', when = '') => `what did ${whoIn(who)} do ${timesInEnglish(when)}`,
  ),
  rule(
    'wer ist (?:mein|unser|der|die|meine|unsere)e?[rn]? ?(?:beste[rn]?|erfolgreichste[rn]?|top) ?(?:verkäufer(?:in)?|vertriebler(?:in)?|mitarbeiter(?:in)?|kollege|kollegin)\\s*(.*)',
    (when = '') => `best sales rep ${timesInEnglish(when)}`,
  ),
  rule(
    `(?:wer|welche[rs]? (\\p{L}+)) (?:hat|bringt|brachte|gewinnt|hatte)(?: uns)?\\s*(.*?)\\s*(?:die |den |am )(meisten|wenigsten)\\s+(?!.*(?:gewonnen|verloren|abgeschlossen|verkauft|gekauft|bestellt|ausgegeben)(?: |$))(.+?)(?:\\s+(?:${DONE}))?`,
    (group = '', when = '', which = '', what = '') => {
      const isMoney = /^(?:umsatz|geld|einnahmen|ertrag)/i.test(what)
      const rest = what.replace(/^(?:umsatz|geld|einnahmen|ertrag)\s*/i, '')
      const asked = isMoney ? `revenue ${timesInEnglish(rest)}` : phraseInEnglish(rest)
      return `${group ? `which ${groupIn(group)}` : 'who'} has the ${/^wen/i.test(which) ? 'fewest' : 'most'} ${asked} ${timesInEnglish(when)}`
    },
  ),
  rule(
    '(?:in|bei|mit|aus) (?:welche[rmn]?) (?!phase|stufe)(\\p{L}+) (gewinnen|verlieren|verkaufen|verdienen|schließen) (?:wir|ich)\\s*(.*?)\\s*(?:am |die |das )(meisten?|besten|wenigsten|häufigsten|öftesten)(?: deals| geschäfte| umsatz| geld)?(?: ab)?\\s*(.*)',
    (group = '', verb = '', before = '', which = '', behind = '') =>
      `in which ${groupIn(group)} do we ${/^verl/i.test(verb) ? 'lose' : /^(?:verk|verd)/i.test(verb) ? 'sell' : 'win'} the ${/^wen/i.test(which) ? 'fewest' : 'most'} ${timesInEnglish(`${before} ${behind}`.trim())}`,
  ),
  rule(
    '(?:(?:zeig(?:e)?(?: mir)?|öffne|was (?:steht|ist|habe ich|gibt es)|wie sieht)\\s+)(.*?)\\s*(?:in |im |auf )?(meine[nm]?|unsere[nm]?|de[nmr])?\\s*(?:kalender|terminkalender|terminplan|agenda)(?: aus)?\\s*(?:für |von )?(.*?)(?: aus)?',
    (before = '', whose = '', behind = '') =>
      `show ${/^unser/i.test(whose) ? 'our' : 'my'} calendar ${timesInEnglish(`${before} ${behind}`.trim())}`,
  ),
  rule(
    '(?:(mein|unser) )?kalender\\s*(?:für |von )?(.*)',
    (whose = '', when = '') =>
      `show ${/^unser/i.test(whose) ? 'our' : 'my'} calendar ${timesInEnglish(when)}`,
  ),
  rule(
    '(?:was|welche dateien?|wann) (?:haben|habe|wurden?|ist|sind) (?:wir |ich |zuletzt |als letztes )*(?:importiert|eingelesen)(?: worden)?.*|(?:zeig(?:e)?(?: mir)? )?(?:die |der |meine |unsere )?(?:letzten?|neuesten?|jüngsten?) importe?',
    () => 'what did we import last',
  ),
  rule(
    '(?=.*(?<![\\p{L}-])(?:quoten?|zielvorgaben?|umsatzziele?|vertriebsziele?|ziele?s?|planzahl(?:en)?|soll|(?:im|auf) plan|auf kurs)(?![\\p{L}-]))(?:erreich(?:e|en)|schaff(?:e|en)|lieg(?:e|en|t)|bin|sind|ist|wie|wo|haben|habe|hat|was ist|werde(?:n)?)\\s+(.*)',
    (rest = '') =>
      `${/(?:^|\s)(?:ich|mein)/iu.test(rest) ? 'am i on track for my quota' : 'are we on track for our quota'} ${periodsIn(timesInEnglish(rest))}`,
  ),
  rule(
    '(?:in|bei) (?:welche[rm]|der) (?:phase|stufe) (?:verlieren|verliere|verloren) (?:wir|ich)(.*)',
    () => 'in which stage do we lose the most deals',
  ),
  rule(
    'wo (?:bleiben|hängen|stecken|stocken)(?: unsere| meine| die)? deals(?: am (?:längsten|meisten))?(?: stecken| hängen| fest)?',
    () => 'where do our deals get stuck',
  ),
  rule(
    'wie (?:groß|hoch|viel wert) ist (?:ein|unser|der)(?: durchschnittlicher| typischer)? deal(?: wert)?(?: im (?:schnitt|durchschnitt|mittel))?\\s*(.*)',
    (when = '') => `average amount of deals ${phraseInEnglish(when)}`,
  ),
  rule(
    '(?:(?:wie hoch ist |was ist |zeig(?:e)?(?: mir)? )?(?:der |den |unser(?:en)? ))?umsatz((?:\\s.*)?)',
    (more = '') => `total amount of won deals ${phraseInEnglish(more)}`,
  ),
  rule(
    '(?:wie (?:läuft|lief|war|ist|stehen wir|liegen wir|steht)|läuft|war|ist)\\s+(?:es )?(.+?)(?: da)? (?:im vergleich|verglichen|gegenüber) ?(?:zum|zur|zu|mit)?(?: dem| der)? (.+)',
    (one = '', other = '') => {
      const period = timesInEnglish(one)
      const isBare = /^(?:letzte|vorige|vergangene|davor|vorher)[nmrs]?$/i.test(other)
      return `compare ${period} with ${isBare ? period.replace(/^this/, 'last') : timesInEnglish(other)}`
    },
  ),
  rule(
    'was (?:haben|habe) (wir|ich) (.*?)\\s*(gewonnen|verloren|verkauft|abgeschlossen)',
    (who = '', when = '', how = '') =>
      `${/ich/i.test(who) ? 'my ' : ''}${/^verl/i.test(how) ? 'lost' : 'won'} deals ${timesInEnglish(when)}`,
  ),
  rule(
    '(?:welche )?(kunden|firmen|unternehmen)(?:,? die| haben)* (.*?)\\s*nichts(?: mehr)? (?:gekauft|bestellt)(?: haben)?',
    (what = '', when = '') => `${phraseInEnglish(what)} without won deals ${timesInEnglish(when)}`,
  ),
  rule(
    'vergleich(?:e|en)?(?: sie)? (.+?) mit (?:dem |der )?(letzte[nrm]?|vorige[nrm]?|vergangene[nrm]?)',
    (one = '') => {
      const period = timesInEnglish(one)
      return `compare ${period} with ${period.replace(/^this/, 'last')}`
    },
  ),
  rule(
    'vergleich(?:e|en)?(?: sie)? (.+?) (?:mit|und) (.+)',
    (one = '', other = '') => `compare ${timesInEnglish(one)} with ${timesInEnglish(other)}`,
  ),
  rule(
    'wie (?:steht|läuft|macht sich|schlägt sich) (?:das|unser|mein|es im) team(?: da)?\\s*(.*?)(?: da)?',
    (when = '') => `how is the team doing ${timesInEnglish(when)}`,
  ),
  rule(
    'wie ?viele (?:benutzer|nutzer|mitglieder|anwender|kollegen)(?: haben wir| gibt es| sind es)?',
    () => 'how many users do we have',
  ),
  rule(
    'wer (?:hat|besitzt) (admin|administrator|inhaber)(?:-?rechte|istratorrechte)?|wer ist (admin|administrator|inhaber)',
    (one, other) => `who is ${/^inhaber/i.test(one ?? other ?? '') ? 'owner' : 'admin'}`,
  ),
  rule(
    '(?:gibt es |haben wir |zeig(?:e)?(?: mir)? )?(?:doppelte|mehrfache|dubletten(?: bei| unter)?(?: den)?) (kontakte|firmen|leads|unternehmen)n?',
    (what = '') => `are there duplicate ${phraseInEnglish(what)}`,
  ),
  rule(
    'wer hat (.*?)\\s*(?:etwas |was )?(gelöscht|angelegt|erstellt|geändert)',
    (when = '', verb = '') =>
      `who ${/^gel/i.test(verb) ? 'deleted' : /^geä/i.test(verb) ? 'changed' : 'created'} something ${timesInEnglish(when)}`,
  ),
  rule(
    'was (?:wurde|ist) (.*?)\\s*gelöscht(?: worden)?',
    (when = '') => `what was deleted ${timesInEnglish(when)}`,
  ),
  rule(
    'welche deals werden (.+?) (?:abgeschlossen|geschlossen)',
    (when = '') => `open deals closing ${timesInEnglish(when)}`,
  ),
  rule(
    'wann (?:habe|hab|haben) (?:ich|wir) (?:zuletzt|das letzte mal) mit (.+?) (?:gesprochen|telefoniert|geredet|geschrieben)',
    (name = '') => `tell me about ${name}`,
  ),
  rule(`wie ?viele (.+?)${AND_HOW_MUCH}`, (asked = '') => `how many ${phraseInEnglish(asked)}`),
]
