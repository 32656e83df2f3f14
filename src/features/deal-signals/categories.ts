import { germanWords } from '#core/ai/text.ts'
import { mapOf, OBJECTION_CATEGORIES, type ObjectionCategory } from './objection-categories.ts'
import { OBJECTIONS } from './objection-rules.ts'
import { vocabularyPoints } from './objection-vocabulary.ts'

export { OBJECTION_CATEGORIES, type ObjectionCategory } from './objection-categories.ts'

/** Words about the subject of a category, which only make an objection where something in the sentence resists. */
const PLAIN: Record<ObjectionCategory, readonly string[]> = {
  price: [
    'licen[cs]e fee',
    'sum',
    'gebühr\\w*',
    'geld',
    'summe',
    'euro',
    'rabatte?',
    'nachlass',
    'prices?',
    'pricing',
    'pricey',
    'expensive',
    'costs?',
    'costly',
    'budget',
    'discount',
    'quote',
    'afford',
    'spend',
    'money',
    'fees?',
    'roi',
    'preis\\w*',
    'kosten',
    'teuer\\w*',
    'rabatt',
    'angebotspreis',
  ],
  timing: [
    'spring',
    'summer',
    'autumn',
    'frühjahr',
    'sommer',
    'herbst',
    'winter',
    'warten',
    'später',
    'timing',
    'timeline',
    'schedule',
    'later',
    'postpone[ds]?',
    'delay(?:ed|s)?',
    'busy',
    'wait',
    'quarter',
    'deadline',
    'moment',
    'calendar',
    'start',
    'slips?',
    'zeitpunkt',
    'termin',
    'quartal',
    'verschoben',
  ],
  authority: [
    'director',
    'purchasing',
    'headquarters',
    'direktor\\w*',
    'einkaufsleiter\\w*',
    'zentrale',
    'konzernzentrale',
    'geschäftsführ\\w*',
    'geschäftspartner\\w*',
    'abstimmen',
    'approval',
    'approve[ds]?',
    'decides?',
    'decision',
    'board',
    'boss',
    'authori[sz]ed?',
    'authority',
    'head office',
    'sign[- ]off',
    'management',
    'who signs',
    'entscheid\\w*',
    'vorstand',
    'chef',
    'zustimmung',
  ],
  need: [
    'excel',
    'process',
    'ablauf',
    'interesse',
    "(?:n't|n’t|not|no|never) (?:really |actually |any )?(?:need|use)",
    'benefit',
    'value',
    'problem',
    'necessary',
    'manage with',
    'already have',
    'bedarf',
    'nutzen',
    'brauchen',
  ],
  trust: [
    'reviews?',
    'references?',
    'referenz\\w*',
    'garantie\\w*',
    'bewertung\\w*',
    'seriös',
    'trust',
    'risk(?:y|s)?',
    'proof',
    'doubts?',
    'reliab(?:le|ility)',
    'reputation',
    'worry',
    'worried',
    'guarantee',
    'supplier',
    'vertrauen',
    'risiko',
    'zweifel',
    'erfahrung',
  ],
  competitor: [
    'lieferant\\w*',
    'mitbewerber\\w*',
    'hubspot',
    'salesforce',
    'pipedrive',
    'zoho',
    'dynamics',
    'rival',
    'alternative',
    'comparison',
    'shortlist',
    'vendor',
    'provider',
    'offer',
    'alternative\\w*',
    'anbieter',
  ],
  product: [
    'offline',
    'app',
    'oberfläche\\w*',
    'anbind\\w*',
    'servern?',
    'fehlt',
    'fehlen',
    'kompatibel',
    'features?',
    'function(?:s|ality)?',
    'integrat(?:e|ion)s?',
    'software',
    'battery',
    'display',
    'version',
    'module',
    'technical',
    'usability',
    'interface',
    'gateway',
    'api',
    'funktion\\w*',
    'schnittstelle',
    'technisch',
  ],
  contract: [
    'clause',
    'penalt(?:y|ies)',
    'lawyers?',
    'klausel\\w*',
    'laufzeit\\w*',
    'juristen',
    'haftung\\w*',
    'verlängerung\\w*',
    'contract',
    'terms',
    'agreement',
    'legal',
    'cancel',
    'commitment',
    'wording',
    'signature',
    'vertrag\\w*',
    'bedingungen',
    'kündig\\w*',
  ],
}

/** Words by which a sentence resists; without one of them a plain word is only a subject. */
const RESISTS =
  /\b(not|no|never|cannot|can't|can’t|don't|don’t|doesn't|doesn’t|won't|won’t|isn't|isn’t|unless|but|too|only|hard|problem|concern(?:ed|s)?|worr(?:y|ied)|issue|afraid|unfortunately|without|instead|before|first|however|hesitat\w*|less|more than|why|already|frankly|honest|nicht|kein\w*|nie|aber|zu|nur|leider|erst|ohne|sondern|weniger|warum|schon)\b/i

/** What names the subject of a category; an answer to the objection speaks of it. PostgreSQL reads these too, so no lookarounds. */
const SUBJECTS: Record<ObjectionCategory, readonly string[]> = {
  price: [
    'price',
    'pricing',
    'cost',
    'budget',
    'payments?',
    'discount',
    'volume price',
    'savings?',
    'money',
    'cheaper',
    'monthly',
    'preis',
    'kosten',
    'rabatt',
    'zahlung',
    'monatlich',
  ],
  timing: [
    'timing',
    'schedule',
    'start date',
    'timeline',
    'deliver',
    'start',
    'peak',
    'reserve',
    'steps',
    'weeks',
    'zeitplan',
    'liefer',
    'termin',
    'wochen',
  ],
  authority: [
    'approval',
    'sign',
    'decision',
    'board',
    'present',
    'business case',
    'summary',
    'head office',
    'management',
    'freigabe',
    'entscheid',
    'vorstand',
    'unterlage',
  ],
  need: [
    'need',
    'benefit',
    'save',
    'saved',
    'trial',
    'difference',
    'security updates',
    'by hand',
    'nutzen',
    'bedarf',
    'einspar',
    'test',
  ],
  trust: [
    'reference',
    'reliab',
    'support',
    'spares',
    'independent',
    'proof',
    'guarantee',
    'in writing',
    'case stud',
    'referenz',
    'schriftlich',
    'garantie',
  ],
  competitor: [
    'compar',
    'differen',
    'better',
    'instead',
    'competitor',
    'other offer',
    'alternative',
    'advantage',
    'vergleich',
    'unterschied',
    'anders als',
    'vorteil',
  ],
  product: [
    'function',
    'feature',
    'technical',
    'requirement',
    'module',
    'release',
    'integrat',
    'connect',
    'version',
    'gap',
    'roadmap',
    'funktion',
    'technisch',
    'schnittstelle',
    'anforderung',
  ],
  contract: [
    'contract',
    'clause',
    'terms?',
    'agreement',
    'lawyer',
    'legal',
    'wording',
    'liability',
    'exit',
    'warranty',
    'vertrag',
    'klausel',
    'haftung',
    'laufzeit',
  ],
}

const compile = (words: readonly string[]) => new RegExp(germanWords(words.join('|')), 'giu')
const plain = mapOf(category => compile(PLAIN[category]))
const subjects = mapOf(category => new RegExp(`\\b(?:${SUBJECTS[category].join('|')})`, 'i'))

/** For each category a pattern that PostgreSQL's `~*` reads, which a text that answers such an objection matches. */
export const ANSWER_PATTERNS: Record<string, string> = mapOf(
  category => `\\m(${SUBJECTS[category].join('|')})`,
)

/** Whether a text speaks of what objections of the category are about. */
export const speaksOf = (category: ObjectionCategory, text: string): boolean => subjects[category].test(text)

/** A rule of that sureness hardly means anything else. */
const STRONG_FROM = 0.6
const STRONG_POINTS = 3
const PLAIN_POINTS = 1

/**
 * How far a sentence reads as an objection of the category; 0 where nothing in it does.
 * @param resists whether the sentence resists, where that is known
 */
export function pointsFor(
  category: ObjectionCategory,
  sentence: string,
  resists = RESISTS.test(sentence),
): number {
  const hits = OBJECTIONS.filter(
    ([of, , sureness, words]) => of === category && sureness >= STRONG_FROM && words.test(sentence),
  ).length
  const words = new Set(sentence.toLowerCase().match(plain[category]) ?? []).size
  return hits * STRONG_POINTS + words * (resists || hits ? PLAIN_POINTS : PLAIN_POINTS / 2)
}

/** The same for each category. */
export function pointsOf(
  sentence: string,
  resists = RESISTS.test(sentence),
): Record<ObjectionCategory, number> {
  return mapOf(category => pointsFor(category, sentence, resists))
}

/** What a word of the vocabulary counts beside a rule's points. */
const VOCABULARY_SHARE = 0.5

export type Categorised = { category: ObjectionCategory; confidence: number; others: ObjectionCategory[] }

/**
 * The category that a text objects to, by rules and by what it speaks of; undefined where none is spoken of. That it objects is taken
 * for granted. `confidence` is the category's share of all points, each category with half a point to begin with, so that one weak
 * word is never certainty.
 */
export function categorise(text: string): Categorised | undefined {
  const cues = pointsOf(text, true)
  return ranked(
    mapOf(category => cues[category] + VOCABULARY_SHARE * vocabularyPoints(category, text)),
    VOCABULARY_SHARE,
  )
}

/** Words that say no: what speaks of a subject with one of them objects more often than not. */
const DENIES =
  /\b(?:not|no|never|nobody|none|nothing|without|unless|too|hardly|barely|afraid|unfortunately|cannot|\w+n['’]t|nicht|kein\w*|nie|niemand|nichts|leider|ohne|zu (?=\p{Ll}+))(?![\p{L}])/iu
/** What goes well: with one of these the no is of something else, as in "no changes". */
const GOES_WELL =
  /\b(?:no (?:problems?|issues?|changes|objections?|doubts?|concerns?|worries|rush|hurry)|not a problem|nothing (?:to worry|against)|fine|great|happy|glad|pleased|impressed|convinced|love[sd]?|likes?d?|approved|agreed?s?|confirmed|accepted|signed|go(?:es)? ahead|go-ahead|looking forward|thank\w*|at no (?:\w+ )?cost|kein(?:e)? (?:problem\w*|einw\p{L}*|änderung\w*|bedenken)|nichts dagegen|passt|einverstanden|überzeugt|freigegeben|unterschrieben|zugestimmt|freu\p{L}*|begeistert|danke?)(?![\p{L}])/iu
/** So much of the vocabulary, and so much more than of any other category. */
const SPOKEN_POINTS = 3
const SPOKEN_LEAD = 1

/** The category that a sentence objects to by what it speaks of, where it denies something and no rule has seen it; a guess. */
export function spokenOf(sentence: string): ObjectionCategory | undefined {
  if (!DENIES.test(sentence) || GOES_WELL.test(sentence)) return undefined
  const points = mapOf(category => vocabularyPoints(category, sentence))
  const [first, second] = [...OBJECTION_CATEGORIES].sort((a, b) => points[b] - points[a])
  const isClear = points[first!] >= SPOKEN_POINTS && points[first!] - points[second!] >= SPOKEN_LEAD
  return isClear ? first : undefined
}

/** The first category, where it has so many points at least. */
function ranked(points: Record<ObjectionCategory, number>, least: number): Categorised | undefined {
  const [first, ...rest] = [...OBJECTION_CATEGORIES].sort((a, b) => points[b] - points[a])
  if (!first || points[first] < least) return undefined
  const all = OBJECTION_CATEGORIES.reduce((sum, category) => sum + points[category] + 0.5, 0)
  return {
    category: first,
    confidence: Math.round(((points[first] + 0.5) / all) * 100) / 100,
    others: rest.filter(
      category => points[category] >= PLAIN_POINTS && points[category] * 2 >= points[first],
    ),
  }
}

/** The category that a tag of an interaction means: its own name, or what its words object to by the rules, since a tag may say anything. */
export function categoryOfTag(tag: string): ObjectionCategory | undefined {
  const name = tag.trim().toLowerCase()
  return (
    OBJECTION_CATEGORIES.find(category => category === name) ??
    ranked(pointsOf(name, true), PLAIN_POINTS)?.category
  )
}
