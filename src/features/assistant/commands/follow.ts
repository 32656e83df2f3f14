import { inLanguage } from '#core/ai/language.ts'
import type { Row } from '#core/db/engine.ts'
import type { Filter } from '#core/record/filter-language.ts'
import { hasRecord, recordNamed } from '#core/record/registry.ts'
import type { Hands } from '../hands.ts'
import { type Part, type Proposal, text } from '../parts.ts'
import { plain } from './answer.ts'
import { answerList, answerMeasure, exported } from './ask.ts'
import { told } from './change.ts'
import { type Command, type Context, type Parts, proposed, type Wanted } from './context.ts'
import { NOUNS } from './lexicon.ts'
import { type Query, readQuery } from './phrase.ts'
import { proposedTogether } from './several.ts'

/** What was listed or counted last: what carries on narrows it. */
export type Listed = {
  type: string
  filter?: Filter
  q?: string
  sort?: string
  groupBy?: Query['groupBy']
  measures?: { op: string; field?: string }[]
  isCounted: boolean
}

const LISTS = ['list_records', 'measure_records', 'export_records']

/** The list in an answer's parts, where there is one. */
export function listedIn(parts: readonly Part[]): Listed | undefined {
  const found = parts.findLast(part => part.type === 'tool' && LISTS.includes(part.name) && !part.error)
  if (found?.type !== 'tool') return undefined
  return { ...(found.input as Omit<Listed, 'isCounted'>), isCounted: found.name === 'measure_records' }
}

/** What was done last in this conversation, the latest first: all of one answer that was confirmed, as several orders of a sentence are one wish. */
export function doneIn(answers: ReadonlyArray<readonly Part[]>): Proposal[] {
  const decidedAt = ([first]: Proposal[]) => String(first?.decidedAt ?? '')
  const done = answers.map(parts =>
    parts
      .flatMap(part =>
        part.type === 'proposal' && part.proposal.status === 'CONFIRMED' ? [part.proposal] : [],
      )
      .sort((a, b) => String(b.decidedAt).localeCompare(String(a.decidedAt))),
  )
  return done.toSorted((a, b) => decidedAt(b).localeCompare(decidedAt(a)))[0] ?? []
}

const partsOf = (filter: Filter | undefined): Filter[] =>
  !filter ? [] : 'and' in filter ? filter.and.flatMap(partsOf) : [filter]
const fieldIn = (filter: Filter): string | undefined => ('field' in filter ? filter.field : undefined)
const isBound = (filter: Filter): boolean => 'op' in filter && (filter.op === 'gte' || filter.op === 'lte')
const isChoice = (filter: Filter): boolean => 'op' in filter && (filter.op === 'eq' || filter.op === 'in')

/** The list before, with what is asked of it now: another time or another choice instead of the one from before, all else beside it. */
async function narrowed(context: Context, words: string) {
  const { listed, vocabulary, resolver, today } = context
  if (!listed || !hasRecord(listed.type)) return undefined
  const record = recordNamed(listed.type)
  const isTime = (key: string | undefined) =>
    /^(?:date|moment)$/.test(record.contract.fields[key ?? '']?.kind ?? '')
  const before = partsOf(listed.filter)
  const dated = before.filter(isBound).map(fieldIn).find(isTime)
  const read = await readQuery(words, vocabulary, resolver, today, record, { before, dated })
  if (!read) return undefined
  const { query, leftovers } = read
  const asked = query.conditions.slice(before.length)
  const now = asked.flatMap(partsOf)
  const isReplaced = (one: Filter) =>
    now.some(
      other =>
        fieldIn(one) !== undefined &&
        fieldIn(one) === fieldIn(other) &&
        ((isTime(fieldIn(one)) && isBound(one)) || (isChoice(one) && isChoice(other))),
    )
  const kept = before.filter(one => !isReplaced(one))
  query.conditions = [...kept, ...asked]
  const isNew = query.told.length > 0 || query.sort !== undefined || query.groupBy.length > 0
  if (kept.length) query.told.unshift(kept.length < before.length ? 'otherwise as before' : 'of those before')
  const q = [listed.q, query.q].filter(Boolean).join(' ')
  if (q) query.q = q
  query.sort ??= listed.sort
  if (!query.groupBy.length) query.groupBy = listed.groupBy ?? []
  const measure = listed.measures?.find(({ op }) => op !== 'count')
  if (!query.measure && measure?.op === 'avg') query.measure = measure as Query['measure']
  return { query, leftovers, isNew }
}

/** Words that narrow a list down and need no noun of their own. */
const CONDITION =
  '(?:over|above|under|below|more than|less than|at (?:least|most)|between|in|from|at|with|without|not|closing|created|due|won|lost|open|overdue|new|contacted|qualified|unqualified|converted|paid|unpaid|sent|owned|assigned|of|by|for|older|newer|tagged|this|last|next|mine|my)'
const THOSE = '(?:the )?(?:ones|those|these|them|that|it)'

const hasNoun = (words: string): boolean =>
  new RegExp(`(?<![\\w-])(?:${NOUNS()})(?![\\w-])`, 'iu').test(words)

/** @param isLoose whether nothing but the condition says that the list is meant, so that all of it has to be one */
const narrow = async (context: Context, words: string, isLoose = false): Promise<Parts | undefined> => {
  if (!context.listed || hasNoun(words)) return undefined
  const read = await narrowed(context, words)
  if (!read?.isNew || (isLoose && read.leftovers.length)) return undefined
  const { query, leftovers } = read
  return context.listed.isCounted || query.groupBy.length
    ? answerMeasure(context, query, leftovers)
    : answerList(context, query, leftovers)
}

/** Proposes the opposite of what was done last: the values from before, or that what was made goes again. */
async function undo(context: Context): Promise<Parts | undefined> {
  const { done = [], turn } = context
  if (!done.length)
    return told(
      inLanguage(
        'I have done nothing here that could be undone.',
        'Ich habe hier nichts getan, was sich zurücknehmen ließe.',
      ),
    )
  const wanted = done.map(one => ({ one, opposite: oppositeOf(turn.hands, one) }))
  const lasting = wanted.flatMap(({ one, opposite }) => (opposite ? [] : [cannotUndo(one)]))
  const [first, ...more] = wanted.flatMap(({ opposite }) => opposite ?? [])
  if (!first) return told(lasting.join('\n\n'))
  return (async function* (): Parts {
    if (more.length) yield* proposedTogether(context, [first, ...more])
    else yield* proposed(context, first.tool, first.input, first)
    if (lasting.length) yield text(`\n\n${lasting.join('\n\n')}`)
  })()
}

const cannotUndo = ({ title }: Proposal): string =>
  inLanguage(
    `I cannot undo “${plain(title)}”. What was deleted can be restored from the trash.`,
    `„${plain(title)}“ kann ich nicht zurücknehmen. Gelöschtes lässt sich aus dem Papierkorb wiederherstellen.`,
  )

/** What takes back what was done; undefined where nothing does. */
function oppositeOf(
  hands: Hands,
  { record: changed, result, recordType, changes, title }: Proposal,
): Wanted | undefined {
  const undoing = inLanguage(`Undo: ${title}`, `Zurücknehmen: ${title}`)
  if (!changed && result)
    return {
      tool: 'delete_record',
      input: { type: recordType, id: result.recordId },
      title: undoing,
      about: result,
    }
  const data = changed ? valuesBefore(recordType, changes) : {}
  const mayChange = hands.operation(`PATCH /${recordNamed(recordType).contract.path}/:id`)
  if (!changed || !Object.keys(data).length || !mayChange) return undefined
  return {
    tool: 'update_record',
    input: { type: recordType, id: changed.recordId, data },
    title: undoing,
    about: changed,
  }
}

/** Of a move the stage, from which status and dates follow. */
const FOLLOWS_STAGE = new Set(['status', 'actualCloseDate', 'closedAt', 'probability'])

function valuesBefore(recordType: string, changes: Proposal['changes']): Row {
  const { fields } = recordNamed(recordType).contract
  const isMove = changes.some(({ field }) => field === 'stageId')
  const data: Row = {}
  for (const { field, old } of changes) {
    const [first = '', key] = field.split('.')
    if (fields[first]?.writable !== 'always' || (isMove && FOLLOWS_STAGE.has(first))) continue
    if (key) data[first] = { ...(data[first] as Row | undefined), [key]: old }
    else data[first] = old
  }
  return data
}

/** Commands that carry on from the answer before. */
export const followCommands: Command[] = [
  {
    pattern:
      /^(?:please )?(?:undo|revert|take back|roll back)(?: (?:that|this|it|both|all(?: of (?:it|that|them|this))?|everything|them|the last (?:one|two|three|change|changes|step|steps)))?[.! ]*$/i,
    run: undo,
  },
  {
    pattern:
      /^(?:please )?(?:don't|don’t|do not|never)\s+(?:move|change|set|delete|remove|update|assign|create|add|send|log|convert|mark|close|do)\b/i,
    run: ({ say }) => told(say.fine),
  },
  {
    pattern: /^(?:yes|ja|ok|okay|confirm|do it|go ahead)[.! ]*$/i,
    run: ({ say }) => told(say.nothingWaits),
  },
  {
    pattern:
      /^(?:never ?mind|forget (?:it|that|about it)|cancel(?: that)?|leave it|no,? (?:thanks?|thank you)|stop)[.! ]*$/i,
    run: ({ say }) => told(say.fine),
  },
  {
    pattern: new RegExp(
      `^(?:and )?(?:how many|how much|what)(?: (?:are|is|of|do|does|would)| ${THOSE}| there| in all| in total| worth| altogether| add up to| come to)*[?.! ]*$`,
      'i',
    ),
    async run(context) {
      const read = await narrowed(context, '')
      return read && answerMeasure(context, read.query, read.leftovers)
    },
  },
  {
    pattern: new RegExp(
      `^(?:please )?(?:export|download)(?: ${THOSE})?(?: (?:as|to|in|into) (?:an? )?(csv|excel|xlsx|json)(?: file)?)?[.! ]*$`,
      'i',
    ),
    async run(context, match) {
      const read = await narrowed(context, '')
      return read && exported(context, read.query, match[1]?.toLowerCase().replace('excel', 'xlsx') ?? 'csv')
    },
  },
  {
    pattern: new RegExp(`^(?:sort|order)(?: ${THOSE})? (by .+)$`, 'i'),
    run: (context, match) =>
      narrow(
        { ...context, listed: context.listed && { ...context.listed, isCounted: false } },
        `sorted ${match[1]}`,
      ),
  },
  {
    pattern:
      /^(?:and |now |then |ok )*(?:show (?:me )?)?(?:only|just|(?:which|how many) of (?:these|those|them)(?: (?:are|were|is))?|of (?:these|those|them)|(?:narrow|limit|filter|restrict) (?:it|them|that|those|the list)?(?: down)?(?: to| by| for)?|what about|how about|(?:the )?(?:ones|those|these))\b(?: (?:the )?(?:ones|those|these))?(?: (?:that|which|who)(?: are| is)?)? ?(.+)$/i,
    run: (context, match) => narrow(context, match[1]!),
  },
  {
    pattern: new RegExp(`^(?:and |but )*(?:only |just )?(${CONDITION}\\b.*)$`, 'i'),
    run: (context, match) => narrow(context, match[1]!, true),
  },
]
