import { inLanguage } from '#core/ai/language.ts'
import type { Row } from '#core/db/engine.ts'
import type { Filter } from '#core/record/filter-language.ts'
import { hasRecord, recordNamed } from '#core/record/registry.ts'
import { count as counted, listed, type Noun, numberText } from '#features/deal-signals/words.ts'
import { type PageOf, type RecordRef, refOf } from '../hands.ts'
import { text } from '../parts.ts'
import { fieldText, momentText, moneyText } from '../words.ts'
import { link, plain, type Report } from './answer.ts'
import { memberCalled } from './conditions-whose.ts'
import type { Command, Context, Parts } from './context.ts'
import { type Period, periodFrom, periodIn } from './dates.ts'

const LISTED = 10
const READ_AT_MOST = 200

type Actor = { id: string | undefined; name: string }

/** Of whom a question speaks: a member, whoever asks, or everybody; undefined where nobody is called so. */
function actorIn({ vocabulary, turn }: Context, who: string): Actor | undefined {
  if (/^(?:we|the team|our team|my team|everyone|everybody|anyone|all|they)$/i.test(who))
    return { id: undefined, name: inLanguage('Everybody', 'Alle') }
  if (/^(?:i|me)$/i.test(who))
    return { id: turn.hands.who.userId ?? undefined, name: inLanguage('You', 'Sie') }
  const member = memberCalled(vocabulary.members, who)
  return member && { id: member.id, name: member.name }
}

function periodOf({ said, today }: Context, otherwise: string): Period {
  const place = periodIn(said)
  return (place && periodFrom(place.text, today)) ?? periodFrom(otherwise, today)!
}
const between = (field: string, { from, to }: Period): Filter[] => [
  ...(from ? [{ field, op: 'gte' as const, value: from }] : []),
  ...(to ? [{ field, op: 'lte' as const, value: to }] : []),
]
const daysText = ({ from, to }: Period, today: string): string =>
  inLanguage(
    `from ${from ?? '…'} to ${to && to < today ? to : today}`,
    `vom ${from ?? '…'} bis ${to && to < today ? to : today}`,
  )

const TALKS: Record<string, Noun> = { CALL: 'call', EMAIL: 'mail', MEETING: 'meeting', MESSAGE: 'message' }

const MADE = ['deal', 'lead', 'contact', 'company']

/** What somebody did in some days: talks they logged, tasks done, records made, deals won and lost, notes written. */
async function* deeds(context: Context, actor: Actor, period: Period): Parts {
  const by = (field: string): Filter[] => (actor.id ? [{ field, op: 'eq', value: actor.id }] : [])
  const measure = async function* (type: string, filters: Filter[], groupBy: string[] = []): Parts<Report> {
    const measures = type === 'deal' ? [{ op: 'count' }, { op: 'sum', field: 'amount' }] : [{ op: 'count' }]
    const { data } = yield* context.turn.read('measure_records', {
      type,
      filter: { and: filters },
      groupBy,
      measures,
    })
    return data as Report
  }
  const talks = yield* measure(
    'interaction',
    [...by('createdById'), ...between('occurredAt', period)],
    ['type'],
  )
  const tasks = yield* measure('task', [
    ...by('assigneeId'),
    { field: 'progress', op: 'eq', value: 'COMPLETED' },
    ...between('completedAt', period),
  ])
  const notes = yield* measure('note', [...by('authorId'), ...between('createdAt', period)])
  const made: string[] = []
  for (const type of MADE) {
    const { totals } = yield* measure(type, [...by('createdById'), ...between('createdAt', period)])
    const record = recordNamed(type)
    if (totals[0]) made.push(`${context.say.counted(record, totals[0])} ${inLanguage('created', 'angelegt')}`)
  }
  const closed = yield* measure(
    'deal',
    [
      ...by('ownerId'),
      { field: 'status', op: 'in', value: ['WON', 'LOST'] },
      ...between('actualCloseDate', period),
    ],
    ['status'],
  )
  const parts: string[] = talks.rows.map(({ keys, values }) =>
    counted(values[0] ?? 0, TALKS[String(keys[0])] ?? 'message'),
  )
  const [done, written] = [tasks, notes].map(({ totals }) => totals[0] ?? 0)
  if (done) parts.push(`${counted(done, 'task')} ${inLanguage('completed', 'erledigt')}`)
  if (written) parts.push(counted(written, 'note'))
  parts.push(...made)
  for (const { keys, values } of closed.rows)
    parts.push(
      `${counted(values[0] ?? 0, 'deal')} ${keys[0] === 'WON' ? inLanguage('won', 'gewonnen') : inLanguage('lost', 'verloren')} (${moneyText(values[1] ?? 0, closed.currency)})`,
    )
  const when = daysText(period, context.today)
  yield text(
    parts.length
      ? `**${plain(actor.name)}**, ${when}: ${listed(parts)}.`
      : inLanguage(
          `Nothing that you may see is on record for **${plain(actor.name)}** ${when}.`,
          `Für **${plain(actor.name)}** ist ${when} nichts erfasst, was Sie sehen dürfen.`,
        ),
  )
  yield* lastTalks(context, [...by('createdById'), ...between('occurredAt', period)])
}

async function* lastTalks({ turn, timezone }: Context, filters: Filter[]): Parts {
  const { data, records } = yield* turn.read('list_records', {
    type: 'interaction',
    filter: { and: filters },
    sort: '-occurredAt',
    limit: 5,
  })
  const { rows, total } = data as { rows: Row[]; total: number }
  if (!rows.length) return
  const lines = rows.map((row, at) => {
    const about = [row.contactName, row.companyName].filter(Boolean).map(name => plain(String(name)))
    return `- ${momentText(String(row.occurredAt), timezone)}: ${link(records[at]!)}${about.length ? ` · ${about.join(', ')}` : ''}`
  })
  yield text(
    `\n\n${inLanguage(`Last of ${numberText(total)} logged`, `Die letzten von ${numberText(total)} erfassten`)}:\n\n${lines.join('\n')}`,
  )
  yield { type: 'records', records }
}

type Change = {
  actorId: string | null
  entityType: string
  entityId: string
  action: string
  changes: Record<string, unknown>
  title?: string | null
  createdAt: string
}

/** Changes of records, newest first: of all for whoever may read the audit log, else of what they may see. */
async function changesIn(
  { turn }: Context,
  { from, to }: Period,
  asked: { action?: string; actorId?: string },
) {
  const { hands } = turn
  const isAudited = hands.can('GET /audit-logs')
  const { action, actorId } = asked
  const page = await hands.call<PageOf>(isAudited ? 'GET /audit-logs' : 'GET /activities', {
    query: {
      limit: READ_AT_MOST,
      ...(from ? { dateFrom: from } : {}),
      ...(to ? { dateTo: to } : {}),
      ...(actorId ? { actorId } : {}),
      ...(isAudited ? (action ? { action } : {}) : { type: 'changes' }),
    },
  })
  const rows = page.rows.map((row): Change => {
    const { action: did, changes } = (isAudited ? row : row.metadata) as Change
    return {
      ...(row as unknown as Change),
      action: did,
      changes: changes ?? {},
      title: row.entityTitle as string | null | undefined,
    }
  })
  const fitting = rows.filter(row => hasRecord(row.entityType) && (!action || row.action === action))
  return { rows: fitting, isCut: page.total > page.rows.length }
}

const DID: Record<string, [string, string]> = {
  created: ['created', 'angelegt'],
  updated: ['changed', 'geändert'],
  deleted: ['deleted', 'gelöscht'],
  restored: ['restored', 'wiederhergestellt'],
}
const didText = (action: string): string => (DID[action] ? inLanguage(...DID[action]) : plain(action))

/** What was changed in some days, by kind, and the latest of it. */
async function* changed(
  context: Context,
  period: Period,
  asked: { action?: string; actorId?: string } = {},
): Parts {
  const { say, timezone, vocabulary, today } = context
  const { rows, isCut } = await changesIn(context, period, asked)
  const when = daysText(period, today)
  if (!rows.length)
    return yield text(
      asked.action
        ? inLanguage(
            `Nothing that you may see was ${didText(asked.action)} ${when}.`,
            `Es wurde ${when} nichts ${didText(asked.action)}, was Sie sehen dürfen.`,
          )
        : inLanguage(
            `Nothing that you may see was changed ${when}.`,
            `Es wurde ${when} nichts geändert, was Sie sehen dürfen.`,
          ),
    )
  const kinds = [...Map.groupBy(rows, row => `${row.entityType}.${row.action}`).values()]
    .map(of => ({ ...of[0]!, ids: new Set(of.map(({ entityId }) => entityId)).size }))
    .sort((a, b) => b.ids - a.ids)
    .map(({ entityType, action, ids }) => `${say.counted(recordNamed(entityType), ids)} ${didText(action)}`)
  yield text(
    `${inLanguage('Changes', 'Änderungen')} ${when}${isCut ? inLanguage(`, the latest ${READ_AT_MOST}`, `, die letzten ${READ_AT_MOST}`) : ''}: ${listed(kinds)}.`,
  )
  const latest = [...Map.groupBy(rows, ({ entityId, action }) => `${entityId} ${action}`).values()]
    .map(of => of[0]!)
    .slice(0, LISTED)
  const records: RecordRef[] = []
  const lines: string[] = []
  for (const change of latest) {
    const ref = await refFor(context, change)
    if (ref.isThere) records.push(ref.ref)
    const who = vocabulary.members.find(({ id }) => id === change.actorId)?.name
    const fields = change.action === 'updated' ? Object.keys(change.changes).slice(0, 3).map(fieldText) : []
    lines.push(
      `- ${momentText(change.createdAt, timezone)}${who ? `, ${plain(who)}` : ''}: ${ref.isThere ? link(ref.ref) : plain(ref.ref.title)} ${didText(change.action)}${fields.length ? ` (${fields.map(plain).join(', ')})` : ''}`,
    )
  }
  yield text(`\n\n${lines.join('\n')}`)
  yield { type: 'records', records }
}

/** The record of a change as a link, where it is there and seen; else what it was called. */
async function refFor({ turn, say }: Context, { entityType, entityId, title }: Change) {
  const record = recordNamed(entityType)
  const key = `GET /${record.contract.path}/:id`
  if (turn.hands.can(key))
    try {
      return { ref: refOf(record, await turn.hands.read(record, entityId)), isThere: true }
    } catch (error) {
      if ((error as { status?: number }).status !== 404) throw error
    }
  return {
    ref: { recordType: entityType, recordId: entityId, title: title || say.noun(record, 1) },
    isThere: false,
  }
}

const ACTIONS: readonly (readonly [RegExp, string])[] = [
  [/^(?:delet|remov)/i, 'deleted'],
  [/^(?:creat|add|made|enter)/i, 'created'],
  [/^(?:chang|updat|edit|modif)/i, 'updated'],
]

/** Questions for what was done, by whom, and what has changed. */
export const happenedCommands: Command[] = [
  {
    pattern:
      /^what (?:did|have|has|had) (.+?) (?:do|done|been doing|been up to|get done|achieved?|accomplish(?:ed)?|manage[d]?|been working on|work on|worked on)\b(.*?)[?.! ]*$/i,
    run(context, match) {
      const actor = actorIn(context, match[1]!)
      if (!actor || !context.turn.hands.can('POST /reports/run')) return undefined
      return deeds(context, actor, periodOf(context, 'this week'))
    },
  },
  {
    pattern:
      /^(?:what(?:'s| has| have|'ve)?|anything|everything that) (?:has |have |was |is |we )?(?:changed|happened|new|been (?:changed|updated|going on)|going on)\b(.*?)[?.! ]*$/i,
    run(context, match) {
      // With a name behind it something else is asked.
      const rest = match[1]!.trim()
      if (rest && periodIn(rest)?.text !== rest) return undefined
      return context.turn.hands.can('GET /activities')
        ? changed(context, periodOf(context, 'today'))
        : undefined
    },
  },
  {
    pattern:
      /^(?:who (?:has |have )?(deleted|removed|created|added|changed|updated|edited|modified) (?:something|anything|records?|any records?|things?|what)|what (?:was|were|has been|have been|got) (deleted|removed|created|added))\b(.*?)[?.! ]*$/i,
    run(context, match) {
      const action = ACTIONS.find(([pattern]) => pattern.test(match[1] ?? match[2] ?? ''))?.[1]
      const rest = match[3]!.trim()
      if (rest && periodIn(rest)?.text !== rest) return undefined
      return context.turn.hands.can('GET /activities')
        ? changed(context, periodOf(context, 'this week'), action ? { action } : {})
        : undefined
    },
  },
]
