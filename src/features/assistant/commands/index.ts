import { inLanguage } from '#core/ai/language.ts'
import { AiUnavailable } from '#core/ai/provider.ts'
import { speakerFrom } from '#core/ai/speaker.ts'
import { Refusal } from '#core/errors.ts'
import { fold } from '#core/record/formats.ts'
import { recordNamed } from '#core/record/registry.ts'
import { dayIn } from '#core/record/relative-time.ts'
import type { RecordRef } from '../hands.ts'
import { type Part, type Proposal, partlyUnderstood, type Question, text } from '../parts.ts'
import type { Turn } from '../turn.ts'
import { momentText } from '../words.ts'
import { isNamed } from './about.ts'
import { adviceCommands } from './advice.ts'
import { agendaCommands } from './agenda.ts'
import { factsOf, link, plain, understood } from './answer.ts'
import { askCommands, HardlyUnderstood, looseCommands } from './ask.ts'
import { changeCommands, NotOneByOne, told } from './change.ts'
import { asked, type Command, type Context, type Parts, type Wanted } from './context.ts'
import { figureCommands } from './figures.ts'
import { doneIn, followCommands, type Listed, listedIn } from './follow.ts'
import { inEnglish } from './german.ts'
import { happenedCommands } from './happened.ts'
import { vocabularyOf } from './lexicon.ts'
import { makeCommands } from './make.ts'
import { peopleCommands } from './people.ts'
import { Denied } from './phrase.ts'
import { plainer } from './plainer.ts'
import { germanRefusal } from './refusals-german.ts'
import { relativeCommands } from './relative.ts'
import { type Replies, repliesIn } from './replies.ts'
import { Ambiguous, Resolver, Unknown } from './resolve.ts'
import { ordersIn, proposedTogether } from './several.ts'
import { withOneMeant } from './superlatives.ts'
import { withoutTypos } from './typos.ts'
import { NoValue } from './values.ts'
import { DoubtfulDate, withPlainDates } from './written-dates.ts'

export { doneIn, listedIn }

const talk: Command[] = [
  {
    pattern:
      /^(?:help|hilfe|\?|was kannst du|what can you do|what do you (?:understand|do)|how does this work|commands)[?.! ]*$/i,
    run: ({ say }) => told(say.help),
  },
  {
    pattern:
      /^(?:hi|hello|hey|good (?:morning|afternoon|evening)|guten (?:morgen|tag|abend)|moin|hallo)[,.! ]*(?:there)?[.! ]*$/i,
    run: ({ say }) => told(`${say.hello} ${say.help}`),
  },
  {
    pattern:
      /^(?:thanks?|thank you|danke(?: schön)?|great|perfect|cool|nice)(?: you| a lot| very much)?[.! ]*$/i,
    run: ({ say }) => told(say.welcome),
  },
]

const commands: Command[] = [
  ...talk,
  ...followCommands,
  ...agendaCommands,
  ...figureCommands,
  ...happenedCommands,
  ...peopleCommands,
  ...adviceCommands,
  ...relativeCommands,
  ...makeCommands,
  ...changeCommands,
  ...askCommands,
  ...looseCommands,
]

export type Asked = {
  said: string
  /** What was asked back in the answer before. */
  question: Question | undefined
  /** The records of which the answer before spoke. */
  before: readonly RecordRef[]
  /** Of which list it spoke, and what was done last in the conversation, the latest first. */
  listed?: Listed
  done?: Proposal[]
}

/** Answers a sentence by the builtin commands, without a model. @throws Refusal 5xx alone; what is wrong otherwise is told */
export async function* answerPlainly(turn: Turn, { said, question, before, listed, done }: Asked): Parts {
  const picked = question && pick(question, said)
  const command = picked ? question.command : said
  const speaker = speakerFrom(turn.hands.actor.request.headers['accept-language'])
  const chosen = new Map(picked ? [...question.chosen, [fold(question.called), picked]] : [])
  const { timezone } = turn.hands.who
  const vocabulary = await vocabularyOf(turn.hands)
  const people = vocabulary.members.map(({ name }) => name)
  const heard = plainQuotes(command.replace(/\s+/g, ' ').trim())
  const context: Context = {
    turn,
    vocabulary,
    resolver: new Resolver(turn.hands, chosen, before.length === 1 ? before[0] : undefined),
    today: dayIn(timezone),
    timezone,
    said: heard,
    heard,
    say: repliesIn(speaker),
    chosen,
    listed,
    done,
  }
  const read = (sentence: string) =>
    withPlainDates(plainer(inEnglish(sentence, speaker.language === 'de', people) ?? sentence), speaker)
  try {
    if (yield* severally(context, read)) return
    if (yield* tried(context, () => read(heard))) return
    const mended = withoutTypos(heard, vocabulary)
    if (mended && (yield* tried(context, () => read(mended), context.say.readAs(plain(mended))))) return
    context.isLastTry = true
    if (!(yield* tried(context, () => read(heard)))) yield* notUnderstood(context)
  } catch (error) {
    yield* explained(error, context)
  }
}

/** German and French quotes as the plain ones, in front of what is told freely: behind a colon they stay as they were written. */
function plainQuotes(said: string): string {
  const [head = ''] = /^[^:]*/.exec(said)!
  return head.replace(/[„“”‟«»]|‚(?=[^‘’]*[‘’])|(?<=‚[^‘’]*)[‘’]/g, '"') + said.slice(head.length)
}

/** Several orders in one sentence, each understood by itself; false where it is one, or one of them is none. */
async function* severally(context: Context, read: (sentence: string) => string): Parts<boolean> {
  const orders = ordersIn(context.heard)
  if (orders.length < 2) return false
  const wanted: Wanted[] = []
  for (const order of orders) {
    const last = wanted.at(-1)?.about
    const resolver = last ? new Resolver(context.turn.hands, context.chosen, last) : context.resolver
    try {
      const answer = await answering({ ...context, heard: order, said: read(order), resolver, wanted })
      const before = wanted.length
      // What only answers is no order.
      if (!answer || !(await answer.next()).done || wanted.length === before) return false
    } catch (error) {
      if (error instanceof Ambiguous) throw error
      if (isMisread(error)) return false
      throw error
    }
  }
  yield* proposedTogether(context, wanted)
  return true
}

const isMisread = (error: unknown): boolean =>
  [Unknown, Denied, NoValue, HardlyUnderstood, DoubtfulDate, NotOneByOne].some(
    kind => error instanceof kind,
  ) ||
  (error instanceof Refusal && error.status < 500)

/** Answers a sentence, and says whether it could: what nobody understood may be tried in other words. */
async function* tried(context: Context, read: () => string, before?: string): Parts<boolean> {
  context.said = read()
  try {
    const one = await withOneMeant(context.said, context.vocabulary, context.resolver, context.today)
    if (one && 'none' in one) {
      const { record } = one.none
      yield text(context.say.none(context.say.noun(record, 2), understood(one.none)))
      return true
    }
    if (one) {
      context.said = one.said
      context.resolver = new Resolver(context.turn.hands, context.chosen, one.meant)
    }
    const answer = await answering(context)
    if (!answer) return false
    if (!before) {
      yield* answer
      return true
    }
    // Only while it answers it turns out whether other words have helped.
    const parts: Part[] = []
    for await (const part of answer) parts.push(part)
    yield text(`${before}\n\n`)
    yield* parts
    return true
  } catch (error) {
    if (error instanceof HardlyUnderstood || (error instanceof Denied && !context.isLastTry)) return false
    throw error
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

async function* notUnderstood({ heard, say }: Context): Parts {
  const short = heard.length > 120 ? `${heard.slice(0, 119)}…` : heard
  yield {
    type: 'warning',
    code: 'NOT_UNDERSTOOD',
    message: inLanguage(
      'The sentence fits no command, and no record is called so',
      'Der Satz passt zu keinem Befehl, und kein Datensatz heißt so',
    ),
  }
  yield text(`${say.notUnderstood(plain(short))}\n\n${say.help}`)
}

/** What went wrong in words: a name that fits several, or nothing, a value that is none, what the route refuses. */
async function* explained(error: unknown, context: Context): Parts {
  const { say } = context
  if (error instanceof Ambiguous) return yield* askedBack(error, context)
  if (error instanceof Unknown) {
    const other = await otherwiseCalled(error, context)
    if (other) {
      const wanted = error.types.map(type => say.noun(recordNamed(type), 1))
      return yield text(say.another(link(other), say.noun(recordNamed(other.recordType), 1), wanted))
    }
    const noun = error.types.length === 1 ? `${say.noun(recordNamed(error.types[0]!), 1)} ` : ''
    return yield text(say.unknown(plain(error.called), noun))
  }
  if (error instanceof Denied) return yield* deniedText(error, context)
  if (error instanceof DoubtfulDate) return yield text(say.doubtfulDate(error.written, error.readings))
  if (error instanceof NotOneByOne) return yield text(say.oneAtATime)
  if (error instanceof NoValue) return yield text(plain(error.message))
  if (error instanceof Refusal && error.status < 500) return yield text(refusalText(error, say))
  if (error instanceof AiUnavailable) return yield text(plain(error.message))
  throw error
}

async function* deniedText({ words }: Denied, { say }: Context): Parts {
  yield partlyUnderstood(words)
  yield text(`${say.denied(plain(words))}\n\n${say.hint}`)
}

/** What is called so, but is of a type that does not fit. */
async function otherwiseCalled({ called, types }: Unknown, { resolver }: Context) {
  if (!types.length) return undefined
  try {
    const found = await resolver.maybe(called)
    return found && isNamed(called, found.ref.title) ? found.ref : undefined
  } catch (error) {
    if (error instanceof Ambiguous) return undefined
    throw error
  }
}

/** Several records may be called the same: what is known of each tells them apart. */
async function* askedBack({ called, found }: Ambiguous, context: Context): Parts {
  const { say, turn, timezone } = context
  const known: string[] = []
  for (const { record, row, ref } of found) {
    const names = await turn.hands.names(record, [row])
    known.push(`${ref.title} · ${factsOf(record, row, names, timezone)}`)
  }
  const options = found.map(({ row, ref }, at) => {
    // Where nothing else differs it is when they were made.
    const isAlike = known.filter(one => one === known[at]).length > 1
    const made = isAlike && momentText(String(row.createdAt), timezone)
    const facts = [known[at]!.slice(ref.title.length + 3), made].filter(Boolean).join(', ')
    return { ...ref, facts }
  })
  const lines = options.map(
    ({ facts, ...ref }, at) =>
      `${at + 1}. ${link(ref)} (${say.noun(found[at]!.record, 1)})${facts ? ` · ${facts}` : ''}`,
  )
  yield text(`${say.meant(plain(called))}\n\n${lines.join('\n')}\n\n${say.pick}`)
  yield { type: 'question', question: asked(called, options, context.said, context.chosen) }
}

/** Why the route refused, field by field. */
export function refusalText(refusal: Refusal, say: Replies): string {
  const { message, issues = [] } = inLanguage(refusal, germanRefusal(refusal))
  const named = issues.map(({ path, message: why }) => `${path} ${why}`)
  return say.refused(plain([message, ...named].join('; ')))
}

const ORDINALS = [
  ['first', 'erste', 'ersten'],
  ['second', 'zweite', 'zweiten'],
  ['third', 'dritte', 'dritten'],
  ['fourth', 'vierte', 'vierten'],
  ['fifth', 'fünfte', 'funfte', 'fünften'],
  ['sixth', 'sechste', 'sechsten'],
]

/** Which of the options an answer picks: by number, by ordinal, or by name. */
function pick({ options }: Question, said: string): RecordRef | undefined {
  const answer = fold(said)
    .replace(/[.!]+$/, '')
    .replace(/^(?:the |number |no |#|der |die |das |den |nummer |nr )+/, '')
    .trim()
  if (/^\d{1,2}$/.test(answer)) return options[Number(answer) - 1]
  const ordinal = ORDINALS.findIndex(words => words.includes(answer.replace(/ (?:one|option)$/, '')))
  if (ordinal >= 0) return options[ordinal]
  if (/^last(?: one)?$/.test(answer)) return options.at(-1)
  return options.find(({ title }) => fold(title) === answer)
}
