const OBJECTION_CATEGORIES = [
  'price',
  'timing',
  'authority',
  'need',
  'trust',
  'competitor',
  'product',
  'contract',
] as const
type ObjectionCategory = (typeof OBJECTION_CATEGORIES)[number]

/** Rules for what buyers object, by category: a name, how sure it is, and the words. */
export const OBJECTIONS: readonly [ObjectionCategory, string, number, RegExp][] = [
  [
    'price',
    'too-dear',
    0.85,
    /\b(too|very|quite|so|rather|bit) (expensive|costly|pricey|dear|steep|high a price)\b|\bzu teuer\b/i,
  ],
  ['price', 'expensive', 0.6, /\b(expensive|costly|pricey|overpriced|unaffordable|teuer|kostspielig)\b/i],
  [
    'price',
    'over-budget',
    0.8,
    /\b(over|above|beyond|outside|exceed\w*|more than|below|not in|no) (of )?(our|the|my|their|any)? ?(\w+ )?budgets?(ed)?\b|\bbudget (is|was|has been|got) (frozen|cut|tight|gone|spent|limited)|\bkein budget\b/i,
  ],
  [
    'price',
    'cheaper',
    0.65,
    /\b(cheaper|less money|lower (price|offer|quote)|bring the price down|price (has to|must|needs to|would have to) (come|go) down|better price|günstiger\w*)\b/i,
  ],
  [
    'price',
    'cannot-afford',
    0.85,
    /\b(can'?t|cannot|can not|could not|couldn'?t) (afford|justify|defend) |\bhard to (justify|defend)\b/i,
  ],
  [
    'price',
    'price-is-high',
    0.75,
    /\b(price|cost|costs|quote|fees?|total|rate|preis|kosten)\b[^.!?]{0,40}\b(high|steep|too much|hefty|hard|expensive|above|zu hoch)\b/i,
  ],
  [
    'price',
    'willing-to-spend',
    0.7,
    /\b(more than|than) (we|i|they) (are|am|can|could|want|wanted|planned|had) [^.!?]{0,20}\b(spend|pay|budgeted)\b|\bfor that (kind of )?money\b/i,
  ],
  ['price', 'discount', 0.5, /\b(discounts?|rebate|rabatt|nachlass)\b/i],
  [
    'timing',
    'not-now',
    0.85,
    /\b(not|isn'?t|wasn'?t) (the )?(right|good|best|a good) time\b|\bnot (right )?now\b|\bnot (this|in this) (quarter|year|month)\b|\btoo (early|soon)\b|\bnicht jetzt\b|\bzu früh\b/i,
  ],
  [
    'timing',
    'postpone',
    0.75,
    /\b(postpone|put (it|this|that) off|push (it|this|that) (back|to|into)|on hold|next (year|quarter|fiscal)|after the (summer|holidays|peak|move|merger)|verschieben|nächstes jahr)\b/i,
  ],
  [
    'timing',
    'later',
    0.6,
    /\b(talk|come back|call|get back|revisit|reconnect|speak)( to us| to me)? (again )?(in|after|later|next) (\w+ )?(months?|weeks?|quarter|year|spring|summer|autumn|fall|winter)\b|\bother priorities\b|\bno time\b|\btoo busy\b|\bkeine zeit\b/i,
  ],
  [
    'timing',
    'cannot-start',
    0.7,
    /\b(can'?t|cannot|could not|won'?t) (start|begin|commit|decide|do (it|this)) (before|until|till)\b|\btimeline is too\b|\bpeak season\b|\bbetween \w+ and the end of the year\b/i,
  ],
  [
    'authority',
    'not-mine',
    0.85,
    /\b(not|isn'?t) (mine|my (call|decision)|up to me)\b|\bdecision is not\b|\bno longer the one who\b|\bnicht entscheiden\b/i,
  ],
  [
    'authority',
    'sign-off',
    0.75,
    /\b(sign[- ]?off|sign (this|it) off|approval (from|of|by)|approve|approves|approved by|budget authority|freigabe|genehmig\w*)\b/i,
  ],
  [
    'authority',
    'ask-boss',
    0.75,
    /\b(have to|need to|must|would have to|has to|want to) (ask|convince|check with|talk to|speak to|run (it|this) by|go to|discuss (it|this) with) (my|our|the|[A-Z])\w*\b/i,
  ],
  [
    'authority',
    'board',
    0.6,
    /\b(the board|head office|parent company|headquarters|steering committee|purchasing|procurement) (\w+ )?(decides?|chooses?|looks?|must|has to|have to|needs?|took|will)\b|\bI only recommend\b|\bgeschäftsführung\b/i,
  ],
  [
    'need',
    'no-need',
    0.85,
    /\b(do|does|did|would)(n'?t| not) (really |actually )?(need|use|see (the|a|any|what))\b|\bno (real )?(need|use|demand|interest)\b|\bbrauchen (wir )?(das )?nicht\b|\bkein bedarf\b/i,
  ],
  [
    'need',
    'still-fine',
    0.75,
    /\b(still (do|does|work|works)|works? (fine|well enough|for us)|do(es)? the job|happy with (what|our|the current|the way)|manage(s)? with|already have|just bought)\b/i,
  ],
  [
    'need',
    'not-convinced',
    0.7,
    /\bnot (\w+ )?(convinced|sure) (that )?(we|it|this)\b|\b(cannot|can'?t) see (a|any|the|what) (problem|benefit|value|point|reason)|\bhardly use\b|\bnobody (complains|asked|needs)\b|\bnot interested\b/i,
  ],
  [
    'trust',
    'unknown',
    0.75,
    /\b(never (worked|heard|dealt)|nobody (here )?knows|don'?t know (you|your)|who are you)\b/i,
  ],
  [
    'trust',
    'references',
    0.7,
    /\b(references?|case stud(y|ies)|proof|guarantees? (that|us)|track record|referenz\w*|nachweis)\b/i,
  ],
  [
    'trust',
    'doubt',
    0.7,
    /\bhow (do|can) (we|i) (know|trust|be sure)\b|\b(wary|sceptical|skeptical|don'?t trust|do not trust|doubt (that|whether)|worr(y|ied) (whether|that|about your)|heard such claims|bad experience|burned|burnt|vertrauen)\b/i,
  ],
  [
    'trust',
    'security',
    0.5,
    /\b(security (concerns?|questions?|review)|data protection|gdpr|privacy concerns?|datenschutz)\b/i,
  ],
  [
    'product',
    'lacks',
    0.75,
    /\b(lacks?|lacking|missing|we miss|is missing|does(n'?t| not) (have|support|offer|include|integrate|work with|talk to|come with)|do(n'?t| not) (support|integrate)|no (support|integration) for|without an? extra|fehlt|unterstützt kein\w*)\b/i,
  ],
  [
    'product',
    'falls-short',
    0.65,
    /\b(too (dim|slow|heavy|small|big|large|complicated|limited|weak|fragile)|cannot be (changed|used|integrated|exported)|not (compatible|flexible|fast|robust|ready) (enough|with|for)|there is no \w+ (model|version|mode))\b/i,
  ],
  [
    'product',
    'need-feature',
    0.5,
    /\bwe (need|require|would need|must have) (a|an|the|two|that|support|integration)\b/i,
  ],
  [
    'contract',
    'clause',
    0.8,
    /\b(liability|exit|termination|non-?compete|indemnity|penalty|haftungs?\w*) ?(clause|cap|period|klausel)?\b|\bclauses?\b|\bklausel\b/i,
  ],
  [
    'contract',
    'terms',
    0.7,
    /\b((payment|contract|warranty|renewal|own|your|the|delivery) terms|terms and conditions|term of|notice period|lock(ed)?[- ]in|automatic renewal|auto-?renew\w*|minimum term|vertragslaufzeit|kündigungsfrist|agb)\b/i,
  ],
  [
    'contract',
    'legal',
    0.7,
    /\b(our (lawyers?|legal|counsel)|legal (wants|needs|department|team|has|will)|data processing agreement|DPA|rechtsabteilung|in the contract)\b/i,
  ],
]

/** A name in capitals, of at most three words, and none of the words that merely begin sentences. */
const NAME = `((?:[A-Z][\\p{L}\\p{N}&.-]*)(?: [A-Z][\\p{L}\\p{N}&.-]+){0,2})`
export const COMPETITORS: readonly [string, number, RegExp][] = [
  [
    'talking-to',
    0.75,
    new RegExp(
      `\\b(?:also |already )?(?:talking to|talk to|looking at|evaluating|considering|comparing (?:you |it |this )?(?:with|to)|compared (?:with|to)|pilot with|trial with|demo (?:from|with|of)) ${NAME}`,
      'gu',
    ),
  ],
  [
    'uses',
    0.6,
    new RegExp(
      `\\b(?:use|uses|using|switch(?:ing|ed)? to|went with|go(?:ing)? with|leans? towards?|prefers?|chose|stay(?:ing)? with|happy with) ${NAME}`,
      'gu',
    ),
  ],
  [
    'offer-of',
    0.8,
    new RegExp(`\\b(?:quote|offer|proposal|bid|price|angebot) (?:from|of|by|von) ${NAME}`, 'gu'),
  ],
  [
    'they-offered',
    0.8,
    new RegExp(
      `${NAME} (?:came in|offered|offers|showed us|undercut|would deliver|quoted|is cheaper|are cheaper|has offered|can deliver)\\b`,
      'gu',
    ),
  ],
  [
    'possessive-offer',
    0.75,
    new RegExp(`${NAME}['’]s? (?:offer|quote|price|proposal|product|solution|pricing)`, 'gu'),
  ],
  [
    'competitor-is',
    0.85,
    new RegExp(`\\b(?:competitors?|rivals?|wettbewerber)(?: is| are|,|:| like| such as)? ${NAME}`, 'gu'),
  ],
]
export const NO_NAMES =
  /^(I|We|They|You|He|She|It|The|This|That|These|Those|Our|Your|Their|My|His|Her|Monday|Tuesday|Wednesday|Thursday|Friday|Saturday|Sunday|January|February|March|April|May|June|July|August|September|October|November|December|CEO|CFO|CTO|CIO|COO|IT|HR|Legal|Finance|Purchasing|Procurement|Sales|Marketing|Support|Europe|Germany|France|Excel|Q[1-4]|If|And|But|So|As|At|In|On|Nobody|Everybody|Somebody|Who|What|Which|A|An|One|Both|All|Head|Hi|Hello|Dear|Yes|No)$/

export const STEPS: readonly [string, number, RegExp][] = [
  ['marked', 0.9, /^\W*(next steps?|action( item)?s?|to ?do|follow[- ]?up|nächste schritte?)\b\s*[:–-]/i],
  [
    'we-will',
    0.75,
    /\b(I|we|they|he|she|[A-Z][a-z]+) ?('ll|’ll| will| am going to| are going to| is going to| shall| agreed to| promised to| wants? to| want us to| asked (us |me )?(to|for)) (\w+ )?(send|call|share|prepare|schedule|set up|arrange|meet|book|review|check|discuss|follow up|get back|come back|confirm|provide|introduce|draft|update|present|organi[sz]e|talk|speak|forward|deliver|visit|test|try|sign|decide|return|write|reply|invite|show|a |an |the )/,
  ],
  [
    'please',
    0.75,
    /\b(please|kindly|bitte)\b[^.!?]{0,60}\b(send|call|share|let|confirm|provide|forward|arrange|schedule|review|reply|check|contact|prepare|give|add|see|find|complete|sign|return|schicken|senden|melden|prüfen)\b/i,
  ],
  [
    'can-you',
    0.7,
    /\b(can|could|would|will) you\b[^.!?]{0,60}\b(send|call|share|confirm|provide|forward|arrange|schedule|review|check|tell|let|give|help|meet|look|prepare|quote|come)\b/i,
  ],
  [
    'lets',
    0.7,
    /\b(let'?s|let us|why don'?t we|shall we|we should|lass uns)\b [^.!?]*\b(meet|talk|call|schedule|set|plan|discuss|speak|start|try|book|do|sync|touch base|catch up|go)\b/i,
  ],
  [
    'need-to',
    0.6,
    /\b(need|have|must|needs|has) to (send|call|prepare|schedule|set up|arrange|book|confirm|provide|follow up|draft|update|present|get back|deliver|submit|sign)\b/i,
  ],
  [
    'by-when',
    0.6,
    /\b(send|call|prepare|schedule|confirm|meet|deliver|reply|follow up|get back|review|decide|present|visit)\w*\b[^.!?]{0,60}\b(by|before|until|on|next|bis|am) (monday|tuesday|wednesday|thursday|friday|tomorrow|end of|the end of|next|week|month|\d{1,2}|montag|dienstag|mittwoch|donnerstag|freitag|morgen)/i,
  ],
  [
    'meeting-set',
    0.7,
    /\b(meeting|call|demo|appointment|workshop|visit|termin) (is |was |has been )?(set|scheduled|booked|planned|arranged|agreed|vereinbart)\b/i,
  ],
  ['look-forward', 0.35, /\blook(ing)? forward to (seeing|meeting|speaking|talking|hearing)\b/i],
]
