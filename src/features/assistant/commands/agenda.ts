import { inLanguage } from '#core/ai/language.ts'
import type { Filter } from '#core/record/filter-language.ts'
import { hasRecord, recordNamed } from '#core/record/registry.ts'
import { addDays, momentAt } from '#core/record/relative-time.ts'
import { count, listed, numberText } from '#features/deal-signals/words.ts'
import { type PageOf, type RecordRef, refOf } from '../hands.ts'
import { text } from '../parts.ts'
import { choiceText, momentText, moneyText } from '../words.ts'
import { link, plain, type Report } from './answer.ts'
import type { Command, Context, Parts } from './context.ts'
import { type Period, periodFrom, periodIn } from './dates.ts'
import { weigh } from './forecasts.ts'

const LISTED_AT_MOST = 50
const IMPORTS_LISTED = 5
/** Where nothing is said of when. */
const DAYS_AHEAD = 6

type Entry = { at: number; line: string; ref: RecordRef }

/** The period that words are, whole; undefined where they say more, or something else. */
function periodOf(words: string, today: string): Period | undefined {
  const asked = words.trim()
  return periodIn(asked)?.text === asked ? periodFrom(asked, today) : undefined
}

/** Visits and open tasks with a due date, in the order of their times, as the page of the calendar has them. */
async function* calendar(context: Context, { from, to }: Period, isMine: boolean): Parts {
  const { turn, timezone, say } = context
  const me = turn.hands.who.userId
  const mine = (field: string): Filter[] => (isMine ? [{ field, op: 'eq', value: me }] : [])
  const between = (field: string): Filter[] => [
    ...(from ? [{ field, op: 'gte' as const, value: from }] : []),
    ...(to ? [{ field, op: 'lte' as const, value: to }] : []),
  ]
  const read = async function* (type: string, filters: Filter[], sort: string): Parts<PageOf> {
    const asked = { type, filter: { and: filters }, sort, limit: LISTED_AT_MOST }
    return (yield* turn.read('list_records', asked)).data as PageOf
  }
  const ended: Filter = { field: 'progress', op: 'in', value: ['COMPLETED', 'CANCELLED'] }
  const off: Filter = { field: 'status', op: 'eq', value: 'CANCELLED' }
  const visits = yield* read('visit', [...mine('ownerId'), ...between('date'), { not: off }], 'date,time')
  const tasks = yield* read('task', [...mine('assigneeId'), ...between('dueAt'), { not: ended }], 'dueAt')
  const when = inLanguage(`from ${from} to ${to}`, `vom ${from} bis ${to}`)
  if (!visits.total && !tasks.total)
    return yield text(
      inLanguage(
        `Nothing stands in the calendar ${when}: no visit, and no open task that falls due.`,
        `Im Kalender steht ${when} nichts: kein Besuch, und keine offene Aufgabe ist fällig.`,
      ),
    )
  const entries = [
    ...visits.rows.map((row): Entry => {
      const ref = refOf(recordNamed('visit'), row)
      const at = momentAt(String(row.date), String(row.time).slice(0, 5), timezone)
      const more = [row.contactName, row.status === 'COMPLETED' ? choiceText('COMPLETED') : ''].filter(
        Boolean,
      )
      return entryOf(at, ref, [say.noun(recordNamed('visit'), 1), ...more.map(String)])
    }),
    ...tasks.rows.map((row): Entry => {
      const priority = row.priority === 'MEDIUM' ? [] : [choiceText(String(row.priority))]
      const facts = [say.noun(recordNamed('task'), 1), ...priority]
      return entryOf(new Date(String(row.dueAt)), refOf(recordNamed('task'), row), facts)
    }),
  ].sort((a, b) => a.at - b.at)
  const counted = { visit: visits.total, task: tasks.total }
  const counts = listed(
    Object.entries(counted).flatMap(([type, total]) =>
      total ? [say.counted(recordNamed(type), total)] : [],
    ),
  )
  const lines = entries.map(
    ({ at, line }) => `- ${momentText(new Date(at).toISOString(), timezone)}: ${line}`,
  )
  yield text(
    `${counts}, ${when}.\n\n${lines.join('\n')}\n\n[${say.noun(recordNamed('visit'), 2)}](/visits) · [${say.noun(recordNamed('task'), 2)}](/tasks)`,
  )
  yield { type: 'records', records: entries.map(({ ref }) => ref) }
}

const entryOf = (at: Date, ref: RecordRef, facts: readonly string[]): Entry => ({
  at: at.getTime(),
  line: `${link(ref)} · ${facts.map(plain).join(', ')}`,
  ref,
})

const IMPORTED: readonly (readonly [string, string, string])[] = [
  ['created', 'created', 'angelegt'],
  ['updated', 'changed', 'geändert'],
  ['skipped', 'skipped', 'übergangen'],
  ['failed', 'refused', 'abgelehnt'],
]

/** The last files that were imported, and what came of them. */
async function* imports({ turn, timezone, say }: Context): Parts {
  const { rows } = await turn.hands.call<PageOf>('GET /imports', {
    query: { limit: IMPORTS_LISTED, sort: '-createdAt' },
  })
  const written = rows.filter(({ dryRun }) => !dryRun)
  const [last] = written
  if (!last)
    return yield text(
      inLanguage(
        'Nothing that you may see was imported. Members see their own imports, and admins all of them. [Imports](/settings/imports)',
        'Es wurde nichts importiert, was Sie sehen dürfen. Mitglieder sehen ihre eigenen Importe, Admins alle. [Importe](/settings/imports)',
      ),
    )
  const lines = written.map(row => {
    const type = String(row.entity)
    const nouns = hasRecord(type) ? say.noun(recordNamed(type), 2) : plain(type)
    const counts = IMPORTED.filter(([key]) => Number(row[key])).map(
      ([key, english, german]) => `${numberText(Number(row[key]))} ${inLanguage(english, german)}`,
    )
    const isOver = row.status === 'COMPLETED'
    const facts = [...counts, ...(isOver ? [] : [importStatus(String(row.status))])]
    return `- ${momentText(String(row.createdAt), timezone)}: [${plain(String(row.filename ?? nouns))}](/imports/${row.id}) · ${nouns}${facts.length ? `: ${facts.join(', ')}` : ''}`
  })
  yield text(
    `${inLanguage('Imported last', 'Zuletzt importiert')}:\n\n${lines.join('\n')}\n\n[${inLanguage('Imports', 'Importe')}](/settings/imports)`,
  )
}

const STATUSES: Record<string, [string, string]> = {
  PENDING: ['waiting', 'wartet'],
  RUNNING: ['running', 'läuft'],
  FAILED: ['failed', 'fehlgeschlagen'],
  CANCELLED: ['stopped', 'abgebrochen'],
  UNDONE: ['taken back', 'zurückgenommen'],
}
const importStatus = (status: string): string =>
  STATUSES[status] ? inLanguage(...STATUSES[status]) : plain(status)

/** There are no quotas here; what was won and what is likely to be is what people hold against theirs. */
async function* quota(context: Context, isMine: boolean): Parts {
  const { turn, today, said } = context
  const place = periodIn(said)
  const period = (place && periodFrom(place.text, today)) ?? periodFrom('this quarter', today)!
  const owner: Filter[] = isMine ? [{ field: 'ownerId', op: 'eq', value: turn.hands.who.userId }] : []
  const measure = async function* (filters: Filter[], groupBy: string[] = []): Parts<Report> {
    const measures = [{ op: 'count' }, { op: 'sum', field: 'amount' }]
    const asked = { type: 'deal', filter: { and: [...owner, ...filters] }, groupBy, measures }
    return (yield* turn.read('measure_records', asked)).data as Report
  }
  const within = (field: string): Filter[] => [
    ...(period.from ? [{ field, op: 'gte' as const, value: period.from }] : []),
    ...(period.to ? [{ field, op: 'lte' as const, value: period.to }] : []),
  ]
  const won = yield* measure([{ field: 'status', op: 'eq', value: 'WON' }, ...within('actualCloseDate')])
  const open = yield* measure(
    [{ field: 'status', op: 'eq', value: 'OPEN' }, ...within('expectedCloseDate')],
    ['probability'],
  )
  const money = (value: number) => moneyText(Math.round(value * 100) / 100, won.currency)
  const [deals, amount] = won.totals
  const { weighted } = weigh(open.rows)
  const [yet, worth] = open.totals
  const who = isMine ? inLanguage('you have', 'haben Sie') : inLanguage('the team has', 'hat das Team')
  const seen =
    turn.hands.seesAll || isMine ? '' : inLanguage(', of what you may see', ', soweit Sie es sehen dürfen')
  yield text(
    inLanguage(
      `Quotas and targets are not kept here, so I cannot say how far off one is. What comes closest, from ${period.from} to ${period.to}${seen}: ${who} won **${money(amount ?? 0)}** with ${count(deals ?? 0, 'deal')}; ${count(yet ?? 0, 'open deal')} worth ${money(worth ?? 0)} are expected to close in that time, **${money(weighted)}** of it by their probabilities. Together that makes **${money((amount ?? 0) + weighted)}**, to be held against your number.`,
      `Quoten und Ziele werden hier nicht geführt; wie weit es bis dahin ist, kann ich also nicht sagen. Was dem am nächsten kommt, vom ${period.from} bis ${period.to}${seen}: gewonnen ${who} **${money(amount ?? 0)}** mit ${count(deals ?? 0, 'deal')}; ${count(yet ?? 0, 'open deal')} über ${money(worth ?? 0)} sollen in dieser Zeit schließen, nach ihrer Wahrscheinlichkeit **${money(weighted)}** davon. Zusammen sind das **${money((amount ?? 0) + weighted)}**, an Ihrer Zahl zu messen.`,
    ),
  )
  yield text(`\n\n[${inLanguage('Analyses', 'Auswertungen')}](/analytics)`)
}

const GOAL =
  '(?:quotas?|(?:sales |revenue |monthly |quarterly |yearly |annual )?(?:targets?|goals?)(?! (?:account|compan|group|list)))'

/** Questions for what is to be done by the day, for what was imported, and for the targets that there are not. */
export const agendaCommands: Command[] = [
  {
    pattern:
      /^(?:(?:show|open|see|view|list|check|give|tell)(?: me)? (?:what(?:'s| is) (?:on|in) )?|what(?:'s| is| do (?:i|we) have| have (?:i|we) got)(?: there)? (?:still )?(?:planned )?(?:on|in) |how does |what does )?(?:(my|our|the|the team's) )?(?:calendar|agenda|schedule)(?: look(?:s)?(?: like)?)?\s*(?:for |of )?(.*?)[?.! ]*$/i,
    run(context, [, whose = '', words = '']) {
      const { today, turn } = context
      const period = words.trim()
        ? periodOf(words, today)
        : { from: today, to: addDays(today, DAYS_AHEAD), text: '' }
      if (!period?.from || !period.to || !turn.hands.canList(recordNamed('task'))) return undefined
      return calendar(context, period, !/our|team/i.test(whose) && turn.hands.who.userId !== null)
    },
  },
  {
    pattern:
      /^(?:(?:what|which (?:file|files|records?)|when) (?:did|have|do|was|were|has)(?: (?:we|i|you|they|been))*(?: (?:last|recently|just|lately))? import(?:ed)?\b.*|(?:(?:show|list|see|find|give)(?: me)? |what(?:'s| is| are| was| were) )?(?:(?:my|our|the|all) )*(?:(?:last|latest|recent|newest|most recent) )?imports?(?: history)?)[?.! ]*$/i,
    run: context => (context.turn.hands.can('GET /imports') ? imports(context) : undefined),
  },
  {
    pattern: new RegExp(
      `^(?:am i|are we|is the team|is there|are there|how|what(?:'s| is| are| was)|who|did (?:i|we)|do (?:i|we)|will (?:i|we)|have (?:i|we)|can (?:i|we)|show|compare)\\b.*\\b(?:on track|on target|(?:my|our|the|their|his|her|sales|revenue|any|an?|on|behind|ahead of|above|below|hit|reach(?:ed)?|ma[dk]e|me?et|of|towards?|against|sales) (?:${GOAL}))\\b`,
      'i',
    ),
    run: (context, [whole]) =>
      context.turn.hands.can('POST /reports/run')
        ? quota(context, /\b(?:i|my)\b/i.test(whole!) && context.turn.hands.who.userId !== null)
        : undefined,
  },
]
