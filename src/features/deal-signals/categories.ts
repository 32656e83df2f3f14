/** What buyers object to; the categories of `POST /ai/objection-handler`. */
export const OBJECTION_CATEGORIES = [
  'price',
  'timing',
  'authority',
  'need',
  'trust',
  'competitor',
  'product',
  'contract',
] as const
export type ObjectionCategory = (typeof OBJECTION_CATEGORIES)[number]

/**
 * What a sentence says when it objects, in three strengths: `strong` phrases hardly mean anything else, `plain` words are
 * about the subject, and only make an objection where something in the sentence resists. Our own list, from sales
 * handbooks' examples; matched case-insensitively, at word boundaries.
 */
type Cues = { strong: readonly string[]; plain: readonly string[] }
const CUES: Record<ObjectionCategory, Cues> = {
  price: {
    strong: [
      'too expensive',
      'too costly',
      'too (?:high|much|steep)',
      'over (?:our |the |my )?budget',
      '(?:no|out of|not in (?:the|our)) budget',
      "(?:can't|cannot|can not|couldn't) afford",
      'above what we (?:had )?budgeted',
      'more than we (?:are willing|want|can|wanted|planned) to (?:spend|pay)',
      'lower (?:the )?price',
      'price comes? down',
      'cheaper',
      'costs? too much',
      'budget (?:for this )?(?:was|is|has been) (?:frozen|cut)',
      'better price',
      '(?:paid|pay) (?:a good deal )?less',
      'looks? (?:too )?steep',
      'hard to (?:defend|justify)',
      'for that kind of money',
      'price is (?:too )?high',
      'simply too',
    ],
    plain: [
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
    ],
  },
  timing: {
    strong: [
      'not (?:the )?right (?:time|moment)',
      'bad time',
      'too (?:early|soon)',
      '(?:next|later) (?:year|quarter)',
      'not this (?:quarter|year|month)',
      'on hold',
      'push (?:this|it) (?:to|back|out)',
      "(?:can't|cannot) start",
      'other priorities',
      'talk again (?:in|next)',
      'peak season',
      'timeline is too',
      'no (?:time|capacity|bandwidth) (?:right now|at the moment|for)',
      'call (?:me |us )?back in',
      'first have to finish',
      'nothing gets installed',
      'until (?:january|february|march|april|may|june|july|august|september|october|november|december|next)',
    ],
    plain: [
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
    ],
  },
  authority: {
    strong: [
      "(?:can(?:no|’|')t|can not) (?:sign|decide|approve)",
      'sign (?:this|it|that) off',
      "(?:not|isn't) (?:mine|my decision|my call)",
      'decision is not mine',
      '(?:head office|the board|my boss|my manager|our cfo|our ceo|purchasing|procurement|headquarters) (?:chooses|decides|has to|must|needs to|took|will|would|wants)',
      'no longer the one who decides',
      'budget authority',
      'only recommend',
      'must approve',
      'have to convince',
      '(?:ask|check with|run (?:this|it) (?:by|past)) (?:my|our|the)',
      'need [^.?!]{1,40} in the room',
      'not the (?:decision maker|right person)',
    ],
    plain: [
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
    ],
  },
  need: {
    strong: [
      "(?:do not|don't|no longer) (?:really )?need",
      'not convinced (?:that )?we need',
      'still do(?:es)? the job',
      'need is not there',
      'no need',
      'good enough',
      'happy with what we have',
      'works? (?:fine|well) (?:for us )?(?:as it is|today|already)',
      'cannot see a problem',
      'what this would (?:save|solve|bring)',
      'hardly use',
      'nobody complains',
      'lie in a drawer',
      'not interested',
      'see (?:no|little) (?:value|benefit|use)',
      "(?:don't|do not) see (?:the|any|what|why)",
    ],
    plain: ['need', 'use', 'benefit', 'value', 'problem', 'necessary', 'manage with', 'already have'],
  },
  trust: {
    strong: [
      'never (?:heard of|worked with)',
      'nobody (?:here )?knows (?:you|your)',
      'references?',
      'bad experiences?',
      'are (?:you|your [a-z]+) really',
      'how do (?:we|i) know',
      'need proof',
      'prove (?:it|that)',
      'case stud(?:y|ies)',
      'i worry whether',
      'still (?:be (?:here|around)|make spares|exist)',
      'wary of',
      'heard such claims',
      'track record',
      'too small (?:a |for )',
      'sounds too good',
    ],
    plain: [
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
    ],
  },
  competitor: {
    strong: [
      '(?:also )?(?:talking|speaking) (?:to|with) (?:another|other|a competitor|your competitor|several)',
      'competitors?',
      'compared? (?:with|to)',
      'in parallel',
      'another (?:vendor|supplier|provider|offer|quote)',
      'other (?:vendors?|suppliers?|providers?|offers?)',
      'what do you do better',
      'leans? towards',
      'already use',
      'showed us something similar',
      'switch(?:ing)? (?:to|from)',
      'came in [^.?!]{1,20} below',
      'have a quote from',
      'pilot with',
    ],
    plain: ['rival', 'alternative', 'comparison', 'shortlist', 'vendor', 'provider', 'offer'],
  },
  product: {
    strong: [
      'lacks?',
      'missing',
      'we miss',
      'does(?: not|n.t) (?:work with|support|talk to|integrate|fit|have|meet)',
      'not (?:compatible|supported|integrated)',
      'no (?:api|integration|sso|support for|[a-z-]+-proof)',
      'too (?:dim|slow|heavy|complicated|complex|hard to use)',
      'cannot be changed',
      'without an extra',
      'does(?: not|n.t) work (?:for|with)',
      'we need two',
      'single sign-?on',
      'requirements?',
      'there is no [a-z-]+ (?:model|version|option)',
    ],
    plain: [
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
    ],
  },
  contract: {
    strong: [
      'liability',
      'terms (?:and|&) conditions',
      'exit clause',
      'payment (?:terms|in)',
      'warranty',
      'data processing agreement',
      '(?:auto(?:matic)?)[ -]renewal',
      'lock(?:ed)?[ -]in',
      'notice period',
      'term of',
      '(?:our )?lawyers?',
      'legal (?:wants|did|does|has|team|department|review)',
      'clauses?',
      'nda',
      'indemnit(?:y|ies)',
    ],
    plain: ['contract', 'terms', 'agreement', 'legal', 'cancel', 'commitment', 'wording', 'signature'],
  },
}

/** Words by which a sentence resists; without one of them a plain word is only a subject. */
const RESISTS =
  /\b(not|no|never|cannot|can't|can’t|don't|don’t|doesn't|doesn’t|won't|won’t|isn't|isn’t|unless|but|too|only|hard|problem|concern(?:ed|s)?|worr(?:y|ied)|issue|afraid|unfortunately|without|instead|before|first|however|hesitat\w*|less|more than|why|already|frankly|honest)\b/i

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
  ],
  need: ['need', 'benefit', 'save', 'saved', 'trial', 'difference', 'security updates', 'by hand'],
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
  ],
}

const compile = (words: readonly string[]) => new RegExp(`\\b(?:${words.join('|')})\\b`, 'gi')
const strong = mapOf(category => compile(CUES[category].strong))
const plain = mapOf(category => compile(CUES[category].plain))
const subjects = mapOf(category => new RegExp(`\\b(?:${SUBJECTS[category].join('|')})`, 'i'))

function mapOf<T>(make: (category: ObjectionCategory) => T): Record<ObjectionCategory, T> {
  return Object.fromEntries(OBJECTION_CATEGORIES.map(category => [category, make(category)])) as Record<
    ObjectionCategory,
    T
  >
}

/** For each category a pattern that PostgreSQL's `~*` reads, which a text that answers such an objection matches. */
export const ANSWER_PATTERNS: Record<string, string> = mapOf(
  category => `\\m(${SUBJECTS[category].join('|')})`,
)

/** Whether a text speaks of what objections of the category are about. */
export const speaksOf = (category: ObjectionCategory, text: string): boolean => subjects[category].test(text)

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
  const hits = sentence.match(strong[category])?.length ?? 0
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

export type Categorised = { category: ObjectionCategory; confidence: number; others: ObjectionCategory[] }

/**
 * The category that a text objects to, by its cues; undefined where it has none. That it objects is taken for granted. `confidence` is the category's share of all
 * points, each category with half a point to begin with, so that one weak word is never certainty.
 */
export function categorise(text: string): Categorised | undefined {
  const points = pointsOf(text, true)
  const ranked = [...OBJECTION_CATEGORIES].sort((a, b) => points[b] - points[a])
  const [first, ...rest] = ranked
  if (!first || points[first] < PLAIN_POINTS) return undefined
  const all = ranked.reduce((sum, category) => sum + points[category] + 0.5, 0)
  return {
    category: first,
    confidence: Math.round(((points[first] + 0.5) / all) * 100) / 100,
    others: rest.filter(
      category => points[category] >= PLAIN_POINTS && points[category] * 2 >= points[first],
    ),
  }
}

/** The category that a tag of an interaction means: its own name, or what its words object to. */
export function categoryOfTag(tag: string): ObjectionCategory | undefined {
  const name = tag.trim().toLowerCase()
  return OBJECTION_CATEGORIES.find(category => category === name) ?? categorise(name)?.category
}
