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
const groupIn = (word: string): string => GROUPS.find(([pattern]) => pattern.test(word))?.[1] ?? 'owner'
/** What most counts tell anyway. */
const AND_HOW_MUCH = ',?\\s+und (?:wie ?viel|was)\\s.*'

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
    '(?:wer|welche[rs]? (\\p{L}+)) (?:hat|bringt|brachte|gewinnt|hatte)(?: uns)?\\s*(.*?)\\s*(?:die |den |am )meisten\\s+(?!.*(?:gewonnen|verloren|abgeschlossen|verkauft|gekauft|bestellt|ausgegeben)(?: |$))(.+)',
    (group = '', when = '', what = '') => {
      const isMoney = /^(?:umsatz|geld|einnahmen|ertrag)/i.test(what)
      const rest = what.replace(/^(?:umsatz|geld|einnahmen|ertrag)\s*/i, '')
      const asked = isMoney ? `revenue ${timesInEnglish(rest)}` : phraseInEnglish(rest)
      return `${group ? `which ${groupIn(group)}` : 'who'} has the most ${asked} ${timesInEnglish(when)}`
    },
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
