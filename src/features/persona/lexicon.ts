/** What moves people, by the words they use: our own list. A sentence counts once for each motivator it speaks of. */
export const MOTIVATORS = [
  {
    key: 'savings',
    text: 'Saving money',
    words:
      /\b(?:price|costs?|budget|savings?|cheaper|discount|pay(?:s)? back|business case|figures|numbers)\b/i,
  },
  {
    key: 'reliability',
    text: 'Things that do not break',
    words:
      /\b(?:broken|break|surviv\w*|rugged|durab\w*|drops?|fall|batter(?:y|ies)|misreads?|errors?|failures?|downtime|reliab\w*)\b/i,
  },
  {
    key: 'speed',
    text: 'Getting it quickly',
    words:
      /\b(?:quick\w*|fast\w*|soon|deliver(?:y|ed|s)?|lead time|before (?:january|february|march|april|may|june|july|august|september|october|november|december)|urgent\w*|deadline|as early)\b/i,
  },
  {
    key: 'ease',
    text: 'Ease for the people who use it',
    words:
      /\b(?:easy|simple|simpl\w+|gloves|weight|display|keypad|training|shift leaders|team (?:tried|liked|wants)|does not want to give it back)\b/i,
  },
  {
    key: 'integration',
    text: 'Fitting what they have',
    words:
      /\b(?:integrat\w*|warehouse software|system|interface|api|single sign-?on|gateway|sap|connect\w*|compatib\w*)\b/i,
  },
  {
    key: 'service',
    text: 'Service and support',
    words: /\b(?:support|service|spares?|technician|warranty|hotline|response time|weekends?)\b/i,
  },
  {
    key: 'proof',
    text: 'Proof before promises',
    words:
      /\b(?:references?|proof|test(?:s|ed)?|pilot|loan units?|trial|case stud\w*|data sheet|independent)\b/i,
  },
  {
    key: 'security',
    text: 'Safety and compliance',
    words:
      /\b(?:security|complian\w*|audit|data protection|data processing|legal|liability|gdpr|explosion-proof)\b/i,
  },
  {
    key: 'growth',
    text: 'Growing',
    words: /\b(?:grow\w*|expan\w*|new (?:site|hall|warehouse|depot)|sites|roll ?out|more (?:units|sites))\b/i,
  },
  {
    key: 'people',
    text: 'Having colleagues behind it',
    words:
      /\b(?:colleagues?|our (?:team|people|[a-z]+ (?:manager|director|team|planner|delegate))|agree\w*|convinc\w*|agenda)\b/i,
  },
] as const

/** What a job title says of the part somebody plays when something is bought; the first that fits. */
export const PARTS = [
  {
    key: 'decider',
    text: 'decides',
    words: /\b(?:managing director|general manager|chief executive|ceo|owner|founder|president|partner)\b/i,
  },
  { key: 'budget', text: 'holds the budget', words: /\b(?:finance|financial|cfo|controller|treasurer)\b/i },
  { key: 'buyer', text: 'buys', words: /\b(?:purchas\w*|procurement|buyer|category|sourcing)\b/i },
  { key: 'legal', text: 'watches the terms', words: /\b(?:legal|counsel|compliance|contracts?|privacy)\b/i },
  {
    key: 'technical',
    text: 'judges the technology',
    words:
      /\b(?:it|cio|cto|systems?|infrastructure|architect|engineer\w*|developer|technical|technology|information)\b/i,
  },
  {
    key: 'operations',
    text: 'will live with it',
    words:
      /\b(?:operat\w*|coo|warehouse|site|fleet|production|plant|logistics|project|programme|program|supervisor|head of|manager)\b/i,
  },
] as const
export type Part = (typeof PARTS)[number]['key']

/** Sentences that show how a decision comes about. */
export const DECISIONS = [
  {
    key: 'defers',
    text: 'others decide or must agree',
    words:
      /\b(?:cannot sign|not mine|head office|the board|have to convince|must approve|only recommend|no longer the one|budget authority|in the room|decides? together|take(?:s)? it to)\b/i,
  },
  {
    key: 'involves',
    text: 'brings colleagues in',
    words:
      /\b(?:add our|our [a-z]+(?: [a-z]+)? (?:liked|leans|is away|joined|decides?)|with our|their [a-z]+(?: [a-z]+)? (?:joined|decides?)|brings [^.]+ into|colleague)\b/i,
  },
  {
    key: 'tests',
    text: 'wants to try it first',
    words: /\b(?:pilot|loan units?|tried the|test(?:s|ed)?|trial)\b/i,
  },
  {
    key: 'compares',
    text: 'compares offers',
    words:
      /\b(?:compared with|other offer|cheaper offer|another (?:supplier|vendor)|in parallel|shortlist|quote from|leans towards|came in)\b/i,
  },
  {
    key: 'postpones',
    text: 'moves dates',
    words:
      /\b(?:moves back|slips to|few more weeks|move the date|will come later|not go out this month|push this|on hold|other priorities)\b/i,
  },
  {
    key: 'commits',
    text: 'says yes plainly',
    words:
      /\b(?:budget is reserved|final offer|fix the details|want to have the first|on the agenda|i can confirm|go ahead|let us (?:start|do it))\b/i,
  },
] as const
