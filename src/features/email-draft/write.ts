import { inLanguage } from '#core/ai/language.ts'
import type { WonAnswer } from '#features/deal-signals/answers.ts'
import type { ObjectionCategory } from '#features/deal-signals/categories.ts'
import { dayText, shortened, upper } from '#features/deal-signals/words.ts'
import { playbookOf } from '#features/objections/playbook.ts'

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
  ['OBJECTION', /\bobjection|\bconcern|\banswer (?:the|their)\b|\beinwand|\beinwänd|\bbedenken/i],
  [
    'WIN_BACK',
    /\bwin[- ]?back|\bwhy (?:we|they|you)|\blost\b|\breviv|\bre-?engage|\bzurückgewinn|\bwarum (?:wir|sie)\b|\bverloren\b/i,
  ],
  ['REPLY', /\breply|\brespond|\banswer\b|\bantwort/i],
  ['INTRODUCTION', /\bintro|\bfirst (?:contact|mail|email)|\bcold\b|\boutreach|\bvorstell|\berstkontakt/i],
  ['PROPOSAL', /\bproposal|\boffer\b|\bquote\b|\bquotation|\bangebot/i],
  ['MEETING', /\bmeet|\bcall\b|\bdemo|\bvisit|\bappointment|\bschedule|\btermin|\btreffen|\banruf|\bbesuch/i],
  ['THANKS', /\bthank|\bdank/i],
  ['FOLLOW_UP', /\bfollow|\bcheck|\bremind|\bnudge|\bsilen|\btouch|\bnachfass|\bnachfrag|\berinner/i],
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
  const whole = [firstName, lastName].filter(Boolean).join(' ')
  if (tone === 'formal')
    return inLanguage(
      `Dear ${whole || 'Sir or Madam'},`,
      whole ? `Guten Tag ${whole},` : 'Sehr geehrte Damen und Herren,',
    )
  return firstName ? inLanguage(`Hi ${firstName},`, `Hallo ${firstName},`) : inLanguage('Hello,', 'Hallo,')
}
const farewell = (tone: Tone): string =>
  tone === 'formal'
    ? inLanguage('Kind regards', 'Mit freundlichen Grüßen')
    : tone === 'brief'
      ? inLanguage('Thanks', 'Danke')
      : inLanguage('Best regards', 'Viele Grüße')

const about = ({ dealTitle, company }: Letter): string =>
  dealTitle ?? company ?? inLanguage('your plans', 'Ihr Vorhaben')

function subjectOf(letter: Letter): string {
  const { purpose, objection } = letter
  const subjects: Record<Purpose, string> = {
    INTRODUCTION: letter.company
      ? inLanguage(`An idea for ${letter.company}`, `Eine Idee für ${letter.company}`)
      : inLanguage('A short introduction', 'Kurz vorgestellt'),
    FOLLOW_UP: inLanguage(`Where we stand: ${about(letter)}`, `Wie es steht: ${about(letter)}`),
    REPLY: `Re: ${about(letter)}`,
    OBJECTION: objection
      ? inLanguage(
          `Your question about ${nameOf(objection.category)}`,
          `Ihre Frage: ${nameOf(objection.category)}`,
        )
      : inLanguage(`Your question: ${about(letter)}`, `Ihre Frage: ${about(letter)}`),
    PROPOSAL: inLanguage(`Our offer: ${about(letter)}`, `Unser Angebot: ${about(letter)}`),
    MEETING: inLanguage(`A time to talk: ${about(letter)}`, `Ein Termin: ${about(letter)}`),
    THANKS: inLanguage(`Thank you: ${about(letter)}`, `Danke: ${about(letter)}`),
    WIN_BACK: inLanguage(`A question about ${about(letter)}`, `Eine Frage zu ${about(letter)}`),
    OTHER: about(letter),
  }
  return subjects[purpose].slice(0, 200)
}

const NAMES: Record<ObjectionCategory, [string, string]> = {
  price: ['the price', 'der Preis'],
  timing: ['the timing', 'der Zeitpunkt'],
  authority: ['the decision', 'die Entscheidung'],
  need: ['what it brings you', 'was es Ihnen bringt'],
  trust: ['our experience', 'unsere Erfahrung'],
  competitor: ['the comparison', 'der Vergleich'],
  product: ['the product', 'das Produkt'],
  contract: ['the contract', 'der Vertrag'],
}
const nameOf = (category: ObjectionCategory): string => inLanguage(...NAMES[category])

function opening({ purpose, last, tone, sender, company }: Letter): string {
  if (purpose === 'INTRODUCTION')
    return tone === 'brief'
      ? inLanguage(`I am ${sender}.`, `Ich bin ${sender}.`)
      : inLanguage(
          `my name is ${sender}, and I am writing because ${company ? `I think we can help ${company}` : 'I think we can help you'}.`,
          `mein Name ist ${sender}, und ich schreibe Ihnen, weil ich glaube, dass wir ${company ?? 'Ihnen'} helfen können.`,
        )
  if (purpose === 'OBJECTION' || purpose === 'REPLY' || purpose === 'WIN_BACK' || !last) return ''
  return tone === 'brief'
    ? ''
    : inLanguage(
        `thank you for the exchange on ${dayText(last.at)}.`,
        `vielen Dank für den Austausch am ${dayText(last.at)}.`,
      )
}

type Body = (letter: Letter) => string[]

const BODIES: Record<Purpose, Body> = {
  INTRODUCTION: ({ last }) => [
    ...(last
      ? [
          inLanguage(
            `What I noted: ${quoted(last.sentence)} Is that still so?`,
            `Notiert habe ich: ${quoted(last.sentence)} Ist das noch so?`,
          ),
        ]
      : [
          inLanguage(
            'Before I tell you anything about us: what takes more time than it should at the moment, and what have you tried so far?',
            'Bevor ich von uns erzähle: was kostet derzeit mehr Zeit, als es sollte, und was haben Sie schon versucht?',
          ),
        ]),
  ],
  FOLLOW_UP: ({ last, nextStep }) => [
    ...(last
      ? [
          inLanguage(
            `When we last spoke you said: ${quoted(last.sentence)}`,
            `Zuletzt sagten Sie: ${quoted(last.sentence)}`,
          ),
        ]
      : []),
    nextStep
      ? inLanguage(
          `We had agreed on this next step: ${nextStep}. Does that still fit?`,
          `Als nächsten Schritt hatten wir vereinbart: ${nextStep}. Passt das noch?`,
        )
      : inLanguage(
          'Has anything changed on your side since then?',
          'Hat sich bei Ihnen seither etwas geändert?',
        ),
  ],
  REPLY: ({ last, answers }) => [
    ...(last
      ? [
          `${last.isQuestion ? inLanguage('You asked', 'Sie fragten') : inLanguage('You wrote', 'Sie schrieben')}: ${quoted(last.sentence)}`,
        ]
      : []),
    answers[0]?.text ?? inLanguage('[Your answer]', '[Ihre Antwort]'),
  ],
  OBJECTION: letter => {
    const { objection, answers } = letter
    if (!objection)
      return [inLanguage('[Their objection, and your answer]', '[Der Einwand und Ihre Antwort]')]
    const general = playbookOf(objection.category)
    return [
      inLanguage(
        `On ${dayText(objection.at)} you said: ${quoted(objection.sentence)} I have thought about it.`,
        `Am ${dayText(objection.at)} sagten Sie: ${quoted(objection.sentence)} Ich habe darüber nachgedacht.`,
      ),
      answers[0]?.text ?? general.responses[0]!,
      general.questions[0]!,
    ]
  },
  PROPOSAL: letter => [
    inLanguage(
      `here is our offer for ${about(letter)}. It covers [what it covers], for [amount], until [date].`,
      `hier ist unser Angebot zu ${about(letter)}. Es umfasst [Umfang], für [Betrag], gültig bis [Datum].`,
    ),
    inLanguage('What do you need from me to decide?', 'Was brauchen Sie von mir, um zu entscheiden?'),
  ],
  MEETING: letter => [
    inLanguage(
      `I would like to talk with you about ${about(letter)}.`,
      `ich möchte mit Ihnen über ${about(letter)} sprechen.`,
    ),
    ...(letter.objection
      ? [
          inLanguage(
            `I would bring an answer on ${nameOf(letter.objection.category)}.`,
            `Ich bringe eine Antwort mit (${nameOf(letter.objection.category)}).`,
          ),
        ]
      : []),
  ],
  THANKS: ({ last }) => [
    last
      ? inLanguage(
          `It helped me to hear: ${quoted(last.sentence)}`,
          `Es hat mir geholfen zu hören: ${quoted(last.sentence)}`,
        )
      : inLanguage('Thank you for your time and your trust.', 'danke für Ihre Zeit und Ihr Vertrauen.'),
  ],
  WIN_BACK: letter => [
    inLanguage(
      `we did not come together on ${about(letter)}, and I would like to learn from it. What decided it in the end?`,
      `bei ${about(letter)} sind wir nicht zusammengekommen, und ich möchte daraus lernen. Was gab am Ende den Ausschlag?`,
    ),
    inLanguage(
      'Your honest answer helps me, also if it is one line.',
      'Ihre ehrliche Antwort hilft mir, auch wenn es nur eine Zeile ist.',
    ),
  ],
  OTHER: ({ asked, last }) => [
    `[${asked}]`,
    ...(last
      ? [
          inLanguage(
            `You said last: ${quoted(last.sentence)}`,
            `Zuletzt sagten Sie: ${quoted(last.sentence)}`,
          ),
        ]
      : []),
  ],
}

const quoted = (sentence: string): string => {
  const bare = sentence
    .replace(/^[^“"]{0,40}[“"]/, '')
    .replace(/[”"]/g, '')
    .trim()
  const shown = shortened(bare || sentence)
  return inLanguage(`“${shown}”`, `„${shown}“`)
}

function closing({ purpose, tone }: Letter): string {
  if (purpose === 'WIN_BACK' || purpose === 'THANKS') return ''
  if (tone === 'brief') return inLanguage('When may I call?', 'Wann darf ich anrufen?')
  const ask =
    tone === 'formal'
      ? inLanguage(
          'Would you have a quarter of an hour for a call this week or next?',
          'Hätten Sie diese oder nächste Woche eine Viertelstunde für ein Telefonat?',
        )
      : inLanguage(
          'Do you have fifteen minutes for a call this week or next?',
          'Haben Sie diese oder nächste Woche eine Viertelstunde für ein Telefonat?',
        )
  return ask
}
