import type { WonAnswer } from '#features/deal-signals/answers.ts'
import type { ObjectionCategory } from '#features/deal-signals/categories.ts'
import { dayText, upper } from '#features/deal-signals/words.ts'
import { PLAYBOOK } from '#features/objections/playbook.ts'

export const TONES = ['friendly', 'formal', 'brief'] as const
export type Tone = (typeof TONES)[number]
export const PURPOSES = [
  'INTRODUCTION',
  'FOLLOW_UP',
  'REPLY',
  'OBJECTION',
  'PROPOSAL',
  'MEETING',
  'THANKS',
  'WIN_BACK',
  'OTHER',
] as const
export type Purpose = (typeof PURPOSES)[number]

const READ: ReadonlyArray<[Purpose, RegExp]> = [
  ['OBJECTION', /\bobjection|\bconcern|\banswer (?:the|their)\b/i],
  ['WIN_BACK', /\bwin[- ]?back|\bwhy (?:we|they|you)|\blost\b|\breviv|\bre-?engage/i],
  ['REPLY', /\breply|\brespond|\banswer\b/i],
  ['INTRODUCTION', /\bintro|\bfirst (?:contact|mail|email)|\bcold\b|\boutreach/i],
  ['PROPOSAL', /\bproposal|\boffer\b|\bquote\b|\bquotation/i],
  ['MEETING', /\bmeet|\bcall\b|\bdemo|\bvisit|\bappointment|\bschedule/i],
  ['THANKS', /\bthank/i],
  ['FOLLOW_UP', /\bfollow|\bcheck|\bremind|\bnudge|\bsilen|\btouch/i],
]
/** What a mail is for, by the words of whoever asks. */
export const purposeOf = (text: string): Purpose => READ.find(([, words]) => words.test(text))?.[0] ?? 'OTHER'

/** What is known when a mail is written; what they said is quoted to themselves alone. */
export type Letter = {
  purpose: Purpose
  asked: string
  tone: Tone
  firstName: string | null
  lastName: string | null
  company: string | null
  dealTitle: string | null
  sender: string
  /** What they said last, and when. */
  last: { sentence: string; at: string; isQuestion: boolean } | null
  objection: { category: ObjectionCategory; at: string; sentence: string } | null
  nextStep: string | null
  answers: readonly WonAnswer[]
}

export function writeMail(letter: Letter): { subject: string; body: string } {
  const paragraphs = [opening(letter), ...BODIES[letter.purpose](letter), closing(letter)].filter(Boolean)
  const [first = '', ...rest] = paragraphs
  return {
    subject: subjectOf(letter),
    body: [greeting(letter), upper(first), ...rest, `${farewell(letter.tone)}\n${letter.sender}`].join(
      '\n\n',
    ),
  }
}

function greeting({ tone, firstName, lastName }: Letter): string {
  if (tone === 'formal') return `Dear ${[firstName, lastName].filter(Boolean).join(' ') || 'Sir or Madam'},`
  return firstName ? `Hi ${firstName},` : 'Hello,'
}
const farewell = (tone: Tone): string =>
  tone === 'formal' ? 'Kind regards' : tone === 'brief' ? 'Thanks' : 'Best regards'

const about = ({ dealTitle, company }: Letter): string => dealTitle ?? (company ? `${company}` : 'your plans')

function subjectOf(letter: Letter): string {
  const { purpose, objection } = letter
  const subjects: Record<Purpose, string> = {
    INTRODUCTION: letter.company ? `An idea for ${letter.company}` : 'A short introduction',
    FOLLOW_UP: `Where we stand: ${about(letter)}`,
    REPLY: `Re: ${about(letter)}`,
    OBJECTION: objection
      ? `Your question about ${NAMES[objection.category]}`
      : `Your question: ${about(letter)}`,
    PROPOSAL: `Our offer: ${about(letter)}`,
    MEETING: `A time to talk: ${about(letter)}`,
    THANKS: `Thank you: ${about(letter)}`,
    WIN_BACK: `A question about ${about(letter)}`,
    OTHER: about(letter),
  }
  return subjects[purpose].slice(0, 200)
}

const NAMES: Record<ObjectionCategory, string> = {
  price: 'the price',
  timing: 'the timing',
  authority: 'the decision',
  need: 'what it brings you',
  trust: 'our experience',
  competitor: 'the comparison',
  product: 'the product',
  contract: 'the contract',
}

function opening({ purpose, last, tone, sender, company }: Letter): string {
  if (purpose === 'INTRODUCTION')
    return tone === 'brief'
      ? `I am ${sender}.`
      : `my name is ${sender}, and I am writing because ${company ? `I think we can help ${company}` : 'I think we can help you'}.`
  if (purpose === 'OBJECTION' || purpose === 'REPLY' || purpose === 'WIN_BACK' || !last) return ''
  return tone === 'brief' ? '' : `thank you for the exchange on ${dayText(last.at)}.`
}

type Body = (letter: Letter) => string[]

const BODIES: Record<Purpose, Body> = {
  INTRODUCTION: ({ last }) => [
    ...(last
      ? [`What I noted: ${quoted(last.sentence)} Is that still so?`]
      : [
          'Before I tell you anything about us: what takes more time than it should at the moment, and what have you tried so far?',
        ]),
  ],
  FOLLOW_UP: ({ last, nextStep }) => [
    ...(last ? [`When we last spoke you said: ${quoted(last.sentence)}`] : []),
    nextStep
      ? `We had agreed on this next step: ${nextStep}. Does that still fit?`
      : 'Has anything changed on your side since then?',
  ],
  REPLY: ({ last, answers }) => [
    ...(last ? [`${last.isQuestion ? 'You asked' : 'You wrote'}: ${quoted(last.sentence)}`] : []),
    answers[0]?.text ?? '[Your answer]',
  ],
  OBJECTION: letter => {
    const { objection, answers } = letter
    if (!objection) return ['[Their objection, and your answer]']
    const general = PLAYBOOK[objection.category]
    return [
      `On ${dayText(objection.at)} you said: ${quoted(objection.sentence)} I have thought about it.`,
      answers[0]?.text ?? general.responses[0]!,
      general.questions[0]!,
    ]
  },
  PROPOSAL: letter => [
    `here is our offer for ${about(letter)}. It covers [what it covers], for [amount], until [date].`,
    'What do you need from me to decide?',
  ],
  MEETING: letter => [
    `I would like to talk with you about ${about(letter)}.`,
    ...(letter.objection ? [`I would bring an answer on ${NAMES[letter.objection.category]}.`] : []),
  ],
  THANKS: ({ last }) => [
    last ? `It helped me to hear: ${quoted(last.sentence)}` : 'Thank you for your time and your trust.',
  ],
  WIN_BACK: letter => [
    `we did not come together on ${about(letter)}, and I would like to learn from it. What decided it in the end?`,
    'Your honest answer helps me, also if it is one line.',
  ],
  OTHER: ({ asked, last }) => [`[${asked}]`, ...(last ? [`You said last: ${quoted(last.sentence)}`] : [])],
}

const quoted = (sentence: string): string => {
  const bare = sentence
    .replace(/^[^“"]{0,40}[“"]/, '')
    .replace(/[”"]/g, '')
    .trim()
  return `“${bare || sentence}”`
}

function closing({ purpose, tone }: Letter): string {
  if (purpose === 'WIN_BACK' || purpose === 'THANKS') return ''
  if (tone === 'brief') return 'When may I call?'
  const ask =
    tone === 'formal'
      ? 'Would you have a quarter of an hour for a call this week or next?'
      : 'Do you have fifteen minutes for a call this week or next?'
  return ask
}
