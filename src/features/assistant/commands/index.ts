import { AiUnavailable } from '#core/ai/provider.ts'
import { Refusal } from '#core/errors.ts'
import { fold } from '#core/record/formats.ts'
import { recordNamed } from '#core/record/registry.ts'
import { dayIn } from '#core/record/relative-time.ts'
import type { RecordRef } from '../hands.ts'
import { type Question, text } from '../parts.ts'
import type { Turn } from '../turn.ts'
import { nounOf } from '../words.ts'
import { link, plain } from './answer.ts'
import { askCommands, looseCommands } from './ask.ts'
import { changeCommands, told } from './change.ts'
import { asked, type Command, type Context, type Parts } from './context.ts'
import { vocabularyOf } from './lexicon.ts'
import { makeCommands } from './make.ts'
import { Ambiguous, Resolver, Unknown } from './resolve.ts'
import { NoValue } from './values.ts'

const HELP = `I understand plain sentences about your records. For example:

- How many open deals do I have over 50k closing this month?
- Show leads from Germany created last week
- Total amount of won deals by owner this quarter
- Summarise Acme · Who owns Acme renewal? · What is the amount of Acme renewal?
- Move Acme renewal to Negotiation · Mark it as lost because of the price
- Set the amount of Acme renewal to 60k · Assign Acme to Ben · Tag Jane Doe with vip
- Create a task to call Bob tomorrow at 10 · Remind me to send the offer on Friday
- Log a call with Jane Doe: talked about pricing · Add a note to Acme: budget in March
- Create a deal Acme extension for 20k · Draft a follow-up to Jane Doe
- Export won deals of Q3 as Excel

Whatever changes something is shown to you first and done only once you confirm it.`

const talk: Command[] = [
  {
    pattern:
      /^(?:help|\?|what can you do|what do you (?:understand|do)|how does this work|commands)[?.! ]*$/i,
    run: () => told(HELP),
  },
  {
    pattern: /^(?:hi|hello|hey|good (?:morning|afternoon|evening)|moin|hallo)[,.! ]*(?:there)?[.! ]*$/i,
    run: () => told(`Hello. ${HELP}`),
  },
  {
    pattern: /^(?:thanks?|thank you|great|perfect|cool|nice)(?: you| a lot| very much)?[.! ]*$/i,
    run: () => told('You are welcome.'),
  },
]

const commands: Command[] = [...talk, ...makeCommands, ...changeCommands, ...askCommands, ...looseCommands]

export type Asked = {
  said: string
  /** What was asked back in the answer before. */
  question: Question | undefined
  /** The records of which the answer before spoke. */
  before: readonly RecordRef[]
}

/** Answers a sentence by the builtin commands, without a model. @throws Refusal 5xx alone; what is wrong otherwise is told */
export async function* answerPlainly(turn: Turn, { said, question, before }: Asked): Parts {
  const picked = question && pick(question, said)
  const command = picked ? question.command : said
  const chosen = new Map(picked ? [...question.chosen, [fold(question.called), picked]] : [])
  const { timezone } = turn.hands.who
  const context: Context = {
    turn,
    vocabulary: await vocabularyOf(turn.hands),
    resolver: new Resolver(turn.hands, chosen, before.length === 1 ? before[0] : undefined),
    today: dayIn(timezone),
    timezone,
    said: command.replace(/\s+/g, ' ').trim(),
    chosen,
  }
  try {
    const answer = await answering(context)
    if (answer) yield* answer
    else yield* notUnderstood(context.said)
  } catch (error) {
    yield* explained(error, context)
  }
}

/** The first command whose pattern fits and that can make something of the sentence. */
async function answering(context: Context): Promise<Parts | undefined> {
  for (const { pattern, run } of commands) {
    const match = (typeof pattern === 'function' ? pattern() : pattern).exec(context.said)
    const answer = match && (await run(context, match))
    if (answer) return answer
  }
  return undefined
}

async function* notUnderstood(said: string): Parts {
  const short = said.length > 120 ? `${said.slice(0, 119)}…` : said
  yield {
    type: 'warning',
    code: 'NOT_UNDERSTOOD',
    message: 'The sentence fits no command, and no record is called so',
  }
  yield text(`I did not understand “${plain(short)}”, and nothing you may see is called so.\n\n${HELP}`)
}

/** What went wrong in words: a name that fits several, or nothing, a value that is none, what the route refuses. */
async function* explained(error: unknown, context: Context): Parts {
  if (error instanceof Ambiguous) {
    const { called, options } = error
    const lines = options.map(
      (ref, at) => `${at + 1}. ${link(ref)} (${nounOf(recordNamed(ref.recordType), 1)})`,
    )
    yield text(
      `Did you mean one of these by “${plain(called)}”?\n\n${lines.join('\n')}\n\nAnswer with its number, or say the name in full.`,
    )
    yield { type: 'question', question: asked(called, options, context.said, context.chosen) }
    return
  }
  if (error instanceof Unknown) {
    const types = error.types.length === 1 ? `${nounOf(recordNamed(error.types[0]!), 1)} ` : ''
    return yield text(`I found no ${types}“${plain(error.called)}” that you may see.`)
  }
  if (error instanceof NoValue) return yield text(plain(error.message))
  if (error instanceof Refusal && error.status < 500) return yield text(refusalText(error))
  if (error instanceof AiUnavailable) return yield text(plain(error.message))
  throw error
}

/** Why the route refused, field by field. */
export function refusalText({ message, issues }: Refusal): string {
  const named = (issues ?? []).map(({ path, message: why }) => `${path} ${why}`)
  return `That cannot be done: ${plain([message, ...named].join('; '))}.`
}

const ORDINALS = ['first', 'second', 'third', 'fourth', 'fifth', 'sixth']

/** Which of the options an answer picks: by number, by ordinal, or by name. */
function pick({ options }: Question, said: string): RecordRef | undefined {
  const answer = fold(said)
    .replace(/[.!]+$/, '')
    .replace(/^(?:the |number |no |#)+/, '')
    .trim()
  if (/^\d{1,2}$/.test(answer)) return options[Number(answer) - 1]
  const ordinal = ORDINALS.indexOf(answer.replace(/ (?:one|option)$/, ''))
  if (ordinal >= 0) return options[ordinal]
  if (/^last(?: one)?$/.test(answer)) return options.at(-1)
  return options.find(({ title }) => fold(title) === answer)
}
