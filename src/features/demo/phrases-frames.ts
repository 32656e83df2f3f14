/** How sentences are framed: greetings, quotations, moods and endings. */
export const OPENERS = {
  buyer: [
    'Hi {rep},',
    'Hello {rep},',
    'Dear {rep},',
    '{rep},',
    'Good morning {rep},',
    'Hi {rep}, a quick word from {city}:',
  ],
  rep: [
    'Hi {first},',
    'Hello {first},',
    'Dear {first},',
    'Good morning {first},',
    'Hi {first}, hope all is well in {city}.',
  ],
  logIn: [
    '{first} called.',
    'Call from {first} at {company}.',
    '{first} rang back from {city}.',
    'Incoming call, {first} ({job}).',
  ],
  logOut: [
    'Called {first} at {company}.',
    'Spoke with {first} ({job}).',
    'Phone call with {first}.',
    'Reached {first} in {city}.',
  ],
  meeting: [
    'Met {first} and {theirs} in {city}.',
    'On site at {company} with {first}.',
    'Video meeting with {first} ({job}).',
    'Meeting at {company}, {sites} people.',
  ],
} as const

export const QUOTES = [
  '{first} said: “{x}”',
  'In {first}’s words: “{x}”',
  '{first} was open about it: “{x}”',
  'What I noted down: “{x}”',
  'The main point: “{x}”',
]
export const EXPLAINS = [
  'I explained that {x}',
  'I told {first} that {x}',
  'My answer: {x}',
  'We showed that {x}',
  'I made the point that {x}',
]
export const RECALLS = [
  'Coming back to your point about {topic}:',
  'On the question of {topic}:',
  'You raised {topic}, so here is our answer.',
  'I took your concern about {topic} to our team.',
]
export const TOPICS = {
  price: ['the price', 'the cost', 'your budget'],
  timing: ['the timing', 'the schedule', 'the start date'],
  authority: ['the approval', 'who signs off', 'the decision path'],
  need: ['whether you need this', 'the benefit', 'what it would save'],
  trust: ['references', 'our reliability', 'long-term support'],
  product: ['the missing function', 'the technical gap', 'the requirements'],
  contract: ['the contract terms', 'the clauses', 'the agreement'],
} as const

export const MOODS = {
  up: {
    tone: 0.5,
    lines: [
      'Good atmosphere, quick answers.',
      'They clearly want this.',
      'Very engaged.',
      'A pleasant talk.',
      'They asked about delivery dates by themselves.',
      'I am glad about how open they are.',
    ],
  },
  flat: {
    tone: 0,
    lines: [
      'Polite but busy.',
      'Hard to read.',
      'Not much time today.',
      'Answers came slowly.',
      'A matter-of-fact talk.',
    ],
  },
  down: {
    tone: -0.5,
    lines: [
      'Rather cool.',
      'I had the feeling of being a burden.',
      'Sounded annoyed.',
      'Little interest to be heard.',
      'They kept it very short.',
    ],
  },
} as const

export const SIGNOFFS = {
  up: [
    'Looking forward to it.',
    'Thanks for the great help so far.',
    'Happy to talk on {day}.',
    'Speak soon!',
  ],
  flat: ['Regards, {first}', 'Best, {first}', 'Thanks, {first}', 'Kind regards'],
  down: [
    'Please understand.',
    'I would rather not promise anything.',
    'That is all I can say for now.',
    'Do not expect a quick answer.',
  ],
} as const

export const NEXT_STEPS = [
  'Send the revised quote by {day}',
  'Call {first} again on {day}',
  'Set up a meeting with {theirs}',
  'Ship {weeks} loan units to {city}',
  'Send references from {city}',
  'Ask our engineers about the integration',
  'Prepare the business case for {theirs}',
  'Agree on a date for the site visit',
  'Send the contract draft to legal',
  'Check stock of the {product} for {month}',
]

export const COLLEAGUES = [
  'head of IT',
  'finance director',
  'operations lead',
  'plant manager',
  'purchasing team',
  'managing director',
  'works council',
  'security officer',
  'group CFO',
  'logistics planner',
  'union delegate',
  'quality manager',
]
export const TEAMS = [
  'night shift',
  'picking team',
  'loading docks',
  'returns desk',
  'cold store',
  'field service',
  'goods receipt',
  'yard crew',
  'tool room',
  'pharmacy',
  'workshop',
  'stock count team',
]
export const MONTHS = [
  'January',
  'February',
  'March',
  'April',
  'May',
  'June',
  'July',
  'August',
  'September',
  'October',
  'November',
  'December',
]
export const DAYS = ['Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday']

/** Plain facts around an objection; they carry no objection of their own. */
export const BUYER_DETAILS = [
  'We are talking about {qty} units after all.',
  'That is what came out of our meeting on {day}.',
  'I wanted you to know this before {month}.',
  'I have spoken with {colleague} about it.',
  'This came up in the {team} again.',
  'I say this openly so that you can plan.',
  'Perhaps you have an idea.',
  'Please come back to me on this.',
  'The other points in your papers are clear.',
  'The {city} site sees it the same way.',
]
export const LOG_DETAILS = [
  'It is about {qty} units.',
  'This came out of their meeting on {day}.',
  'Seems to come from {theirs}.',
  'It came up in the {team} again.',
  'They expect to hear from us.',
  'I noted it and asked a few questions.',
  'The {city} site sees it the same way.',
  'Said so in front of {theirs}.',
]
