import type { Row } from '#core/db/engine.ts'
import type { RecordDefinition } from '#core/record/definition.ts'
import type { RecordRef } from '../hands.ts'
import { type Part, type Proposal, type Question, text } from '../parts.ts'
import type { Turn } from '../turn.ts'
import { link } from './answer.ts'
import type { Listed } from './follow.ts'
import type { Vocabulary } from './lexicon.ts'
import type { Replies } from './replies.ts'
import type { Resolved, Resolver } from './resolve.ts'

export type Parts<R = void> = AsyncGenerator<Part, R>

/** A write that is to be proposed. */
export type Wanted = { tool: string; input: object; title?: string; about?: RecordRef }

/** What a command is carried out with. */
export type Context = {
  turn: Turn
  vocabulary: Vocabulary
  resolver: Resolver
  /** The day that it is in the workspace. */
  today: string
  timezone: string
  /** What the person wrote, in English where it was a German command. */
  said: string
  /** What they wrote, as they wrote it. */
  heard: string
  /** The sentences to answer in, in their language. */
  say: Replies
  chosen: Map<string, RecordRef>
  /** The list or count of the answer before, and what was confirmed last, the latest first. */
  listed?: Listed
  done?: Proposal[]
  /** Where a sentence holds several orders: what each of them wants, instead of proposing it at once. */
  wanted?: Wanted[]
  /** Whether slips of the pen have been put right already, as far as there were any. */
  isLastTry?: boolean
}

/** A pattern of sentences and what is done for them; `undefined` gives the sentence to the next one. */
export type Command = {
  pattern: RegExp | (() => RegExp)
  run: (context: Context, match: RegExpExecArray) => Parts | undefined | Promise<Parts | undefined>
}

/** Says what would be changed; the proposal itself is shown beside it. */
export async function* proposed(
  context: Context,
  tool: string,
  input: object,
  said: { title?: string; about?: RecordRef },
): Parts {
  if (context.wanted) {
    context.wanted.push({ tool, input, ...said })
    return
  }
  const proposal = yield* context.turn.propose(tool, input, said.title)
  const about = said.about ? `${link(said.about)}: ` : ''
  yield text(
    proposal === undefined
      ? about + begun(context.say.nothingChanges, !about)
      : about + begun(context.say.proposed, !about),
  )
  if (said.about) yield { type: 'records', records: [said.about] }
}

const begun = (words: string, isFirst: boolean): string =>
  isFirst ? words.charAt(0).toUpperCase() + words.slice(1) : words

export const asked = (
  called: string,
  options: Question['options'],
  command: string,
  chosen: Context['chosen'],
): Question => ({
  command,
  called,
  options,
  chosen: [...chosen],
})

/** The record on which something else can hang, as its fields say it. */
export function hangOn(record: RecordDefinition, { ref, row }: Resolved): Row | undefined {
  const { fields } = record.contract
  const direct = Object.entries(fields).find(
    ([, field]) => field.kind === 'link' && field.target === ref.recordType && field.writable === 'always',
  )
  if (direct) return { [direct[0]]: ref.recordId, ...companyOf(record, row) }
  if (fields.relatedType?.options?.includes(ref.recordType))
    return { relatedType: ref.recordType, relatedId: ref.recordId }
  return undefined
}

/** Of a contact's or deal's company the call is a matter, too. */
function companyOf({ contract }: RecordDefinition, row: Row): Row {
  return contract.fields.companyId && typeof row.companyId === 'string' ? { companyId: row.companyId } : {}
}
