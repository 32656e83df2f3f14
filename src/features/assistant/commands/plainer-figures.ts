import { LEAST_FIRST } from './phrase.ts'

/** Ways to ask for figures, for `plainer`: who has the most of something, what somebody is worth, what is in danger. */
type Way = readonly [RegExp, (...found: string[]) => string]

const MONEY = /^(?:revenue|money|turnover|business|sales|income|value|volume)\b\s*/i
const VERBS =
  'win|wins|won|lose|loses|lost|log|logs|logged|close|closes|closed|make|makes|made|bring|brings|brought|generate|generates|generated|own|owns|hold|holds|create|creates|created|convert|converts|converted|get|gets|got|do|does|did'
const howOf = (verb: string): string =>
  /^(?:win|won|clos)/i.test(verb)
    ? 'won'
    : /^los/i.test(verb)
      ? 'lost'
      : /^convert/i.test(verb)
        ? 'converted'
        : ''

/** `which source brings the most revenue this year` as the figure that is grouped by it. */
function ofMost(group: string, verb: string, what: string, isLeast: boolean): string {
  const isPerson = !group || /^(?:sales ?)?(?:reps?|persons?|sellers?|members?|colleagues?|one)$/i.test(group)
  const by = `by ${!isPerson ? singular(group) : /^creat/i.test(verb) ? 'created by' : 'owner'}`
  const asked = what.replace(/^of (?:the |our )?/i, '').trim()
  const order = isLeast ? ` ${LEAST_FIRST}` : ''
  if (MONEY.test(asked)) return `total amount of won deals ${asked.replace(MONEY, '')} ${by}${order}`
  const noun = /^(?:in|this|last|since|today|so far|of|by|per|$)/i.test(asked) ? `deals ${asked}` : asked
  return `how many ${howOf(verb)} ${noun} ${by}${order}`
}

const singular = (word: string): string =>
  word
    .toLowerCase()
    .replace(/ies$/, 'y')
    .replace(/(?<!s)s$/, '')

/** The first that fits counts. */
export const FIGURE_WAYS: readonly Way[] = [
  [
    new RegExp(
      `^(?:who|(?:which|what) (\\w+(?: rep)?)) (?:(?:has|have|had|did|does) )?(?:(${VERBS})(?: in| us)* )?(?:the )?(most|fewest|least|lowest (?:number|amount) of|highest (?:number|amount) of)(?! (?:often|valuable|likely|recent|urgent|important|promising)\\b)\\s+(.+?)[?.! ]*$`,
      'i',
    ),
    (whole = '', group = '', verb = '', which = '', what = '') =>
      // Of companies that have bought most other ways tell.
      /^(?:bought|spent|ordered)/i.test(what)
        ? whole
        : ofMost(group, verb, what, /^(?:fewest|least|lowest)/i.test(which)),
  ],
  [
    /^(?:in |with |from |for |by |at |to )?(?:which|what) (?!stage|phase)([a-z]+(?: size)?) (?:do|did|have) (?:we|i|the team) (win|won|sell|sold|earn|earned|make|made|close|closed|lose|lost)(?: (deals|money|revenue|business|sales))? (?:the )?(most|best|more|least|fewest)(?: (deals|money|revenue|business|sales|often))?(?: (?:in|with|from|to|at|of))?\s*(.*?)[?.! ]*$/i,
    (_, group = '', verb = '', before = '', which = '', behind = '', when = '') =>
      ofMost(
        group,
        /^(?:sell|sold|earn|made|make)/i.test(verb) ? 'won' : verb,
        `${/^(?:sell|sold|earn|made|make)/i.test(verb) || MONEY.test(before || behind) ? 'revenue' : 'deals'} ${when}`,
        /^(?:least|fewest)/i.test(which),
      ),
  ],
  [
    /^(?:which|what) ([a-z]+) (?:has|have|had|is|brings|gives) (?:the |our )?(?:best|highest|worst|lowest) (?:win|success|closing|close) rates?\b\s*(.*?)[?.! ]*$/i,
    (_, group = '', when = '') => `what is our win rate by ${singular(group)} ${when}`,
  ],
  [
    /^how many (\w+ )?(deals|opportunities|leads|calls|meetings|mails|e-?mails|tasks) (?:did|does|has|have) (?:each|every)(?: of (?:the|our|my))? (\w+) (win|won|lose|lost|close|closed|convert|converted|log|logged|make|made|create|created|complete|completed|have|has|get|got)\b\s*(.*?)[?.! ]*$/i,
    (_, before = '', what = '', group = '', verb = '', when = '') =>
      `how many ${before}${howOf(verb)} ${what} ${when} by ${/rep|person|member|one|seller|colleague|user/i.test(group) ? 'owner' : group}`,
  ],
  [
    /^(?:rank|sort|order|compare|list) (?:(?:the|our|my|all) )?(?:sales ?)?(?:reps?|people|sellers?|members?|colleagues?|team) by (?:number of |most )?(.+?)[?.! ]*$/i,
    (_, what = '') => ofMost('rep', '', what, false),
  ],
  [
    /^(?:how many|(?:the )?number of|count) new leads(?: (?:did|do|have) (?:we|i) (?:get|have|got|had|create|created|gain|gained))?\s+(.+?)[?.! ]*$/i,
    (_, rest = '') => `how many leads ${rest}`,
  ],
  [
    /^(?:which|what|who) (?:of (?:my|our) )?leads are (?:the |our |my )?(hottest|warmest|most promising|best)[?.! ]*$/i,
    () => 'hottest leads',
  ],
  [
    /^(?:what|how much) (?:is|are|was) (.+?) (?:worth to us|worth in all|in total worth)[?.! ]*$/i,
    (_, name = '') => `total amount of won deals of ${name}`,
  ],
  [
    /^how much (?:has|have|did) (.+?) (?:buy|bought|spen[dt]|order|ordered|paid|pay)(?: (?:from|with|to) us)?(?: so far)?\b\s*(.*?)[?.! ]*$/i,
    (_, name = '', when = '') => `total amount of won deals of ${name} ${when}`,
  ],
  [
    /^(?:what|which deals?|how much)(?:'s| is| are)? (?:at risk|in danger) ((?:this|next) \w+)[?.! ]*$/i,
    (_, when = '') => `open deals closing ${when} with no activity in the last 30 days`,
  ],
  [
    /^who(?:'s| is| are) (?:the |our )?(?:main|key|primary|right) contacts? (?:at|of|for|in) (.+?)[?.! ]*$/i,
    (_, name = '') => `contacts at ${name}`,
  ],
]
