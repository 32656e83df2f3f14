import { inLanguage } from '#core/ai/language.ts'
import { recordText } from '#features/deal-coach/recommend.ts'
import { wordFor } from '#features/deal-signals/telling.ts'
import { count, listed, numberText, percent, upper } from '#features/deal-signals/words.ts'
import { text } from '../parts.ts'
import { isNamed, named } from './about.ts'
import { groupLines, link, plain, type Report } from './answer.ts'
import { memberCalled } from './conditions-whose.ts'
import type { Command, Context, Parts } from './context.ts'
import { periodFrom, periodIn } from './dates.ts'
import { readQuery } from './phrase.ts'

type Counts = { won: number; lost: number }
type Outcomes = {
  period: { from: string; to: string }
  won: number
  lost: number
  before: { won: number; lost: number }
  summary: string
  factors: { signals: { text: string; wins: number; key: string }[] }[]
  lostReasons: { reason: string | null; lost: number; share: number | null }[]
  competitors: (Counts & { name: string })[]
  objections: { category: string; answered: Counts; unanswered: Counts }[]
  warnings: { code: string; message: string }[]
}
type Actions = {
  summary: string
  actions: { recordType: string; recordId: string; title: string; action: string; reason: string }[]
  warnings: { code: string; message: string }[]
}

const SIGNALS_TOLD = 4
const REASONS_TOLD = 5
const PAGE = '/win-loss'

/** Whose deals and of which days a question speaks: `my win rate last quarter`, `why does Ana lose`. */
function asked({ said, today, vocabulary, turn }: Context) {
  const period = periodIn(said)
  const days = period && periodFrom(period.text, today)
  const isMine = /\b(?:my|mine|i|me)\b/i.test(said)
  const member = vocabulary.members.find(
    ({ name }) =>
      memberCalled(vocabulary.members, name.split(' ')[0]!) &&
      new RegExp(`\\b${escaped(name.split(' ')[0]!)}\\b`, 'i').test(said),
  )
  const ownerId = isMine ? turn.hands.who.userId : member?.id
  return {
    ...(days?.from ? { dateFrom: days.from } : {}),
    ...(days?.to ? { dateTo: days.to < today ? days.to : today } : {}),
    ...(ownerId ? { ownerId } : {}),
  }
}
const escaped = (name: string): string => name.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')

async function* outcomes(context: Context): Parts<Outcomes> {
  const { data } = yield* context.turn.read('explain_outcomes', asked(context))
  const told = data as Outcomes
  for (const { code, message } of told.warnings) yield { type: 'warning', code, message }
  return told
}

const days = ({ period: { from, to } }: Outcomes): string =>
  inLanguage(`from ${from} to ${to}`, `vom ${from} bis ${to}`)
const more = (): string => `\n\n[${inLanguage('Wins and losses', 'Gewinn und Verlust')}](${PAGE})`

/** `by owner`, `per source last year`: the rate of each, the highest first, those of time in their order. */
async function* rateOfEach(context: Context, each: string, { from, to }: Outcomes['period']): Parts {
  const { vocabulary, resolver, today, say } = context
  const read = await readQuery(`deals ${each}`, vocabulary, resolver, today)
  const named = read?.query.groupBy[0]
  const { ownerId } = asked(context)
  if (!named || !can(context, 'POST /reports/run'))
    return yield text(
      `\n\n${inLanguage(`For each of what, I did not understand: “${plain(each)}”.`, `Wonach aufgeteilt werden soll, habe ich nicht verstanden: „${plain(each)}“.`)}`,
    )
  const group = typeof named === 'string' ? named : { ...named, field: 'actualCloseDate' }
  const { data } = yield* context.turn.read('measure_records', {
    type: 'deal',
    filter: {
      and: [
        { field: 'status', op: 'in', value: ['WON', 'LOST'] },
        { field: 'actualCloseDate', op: 'between', value: [from, to] },
        ...(ownerId ? [{ field: 'ownerId', op: 'eq', value: ownerId }] : []),
      ],
    },
    groupBy: [group],
    measures: [{ op: 'rate', field: 'status', value: 'WON' }, { op: 'count' }],
  })
  const report = data as Report
  const isWorst = /\b(?:worst|lowest|schlechtest|niedrigst|geringst)/i.test(context.heard)
  const lines = groupLines(
    isWorst ? { ...report, rows: report.rows.toReversed() } : report,
    group,
    say,
    ([rate, closed]) => `${percent(rate ?? 0, 1)} (${inLanguage('of', 'von')} ${numberText(closed ?? 0)})`,
  )
  yield text(`\n\n${lines}`)
}

async function* winRate(context: Context): Parts {
  const told = yield* outcomes(context)
  const { won, lost, before } = told
  if (!won && !lost)
    return yield text(
      inLanguage(
        `No deal that you may see was won or lost ${days(told)}, so there is no win rate.`,
        `Kein Deal, den Sie sehen dürfen, wurde ${days(told)} gewonnen oder verloren; es gibt also keine Gewinnquote.`,
      ),
    )
  const earlier = before.won + before.lost
  const change = earlier
    ? inLanguage(
        `; before that ${percent(before.won, earlier)} of ${earlier}`,
        `; davor ${percent(before.won, earlier)} von ${earlier}`,
      )
    : ''
  yield text(
    inLanguage(
      `The win rate is **${percent(won, won + lost)}**: ${numberText(won)} of ${count(won + lost, 'closed deal')} ${won === 1 ? 'was' : 'were'} won ${days(told)}${change}.`,
      `Die Gewinnquote ist **${percent(won, won + lost)}**: ${numberText(won)} von ${numberText(won + lost)} abgeschlossenen ${won + lost === 1 ? 'Deal' : 'Deals'} ${won === 1 ? 'wurde' : 'wurden'} ${days(told)} gewonnen${change}.`,
    ),
  )
  const each = /\b(?:by|per|for each)\s+\S.*$/i.exec(context.said)?.[0]
  if (each) yield* rateOfEach(context, each, told.period)
  yield text(more())
}

async function* why(context: Context, isLost: boolean): Parts {
  const told = yield* outcomes(context)
  const signals = told.factors
    .flatMap(factor => factor.signals)
    .filter(({ wins }) => (isLost ? wins < 0 : wins > 0))
    .sort((a, b) => Math.abs(b.wins) - Math.abs(a.wins))
    .slice(0, SIGNALS_TOLD)
  yield text(`${plain(told.summary)} (${days(told)})`)
  if (signals.length) yield text(`\n\n${signals.map(({ text: said }) => `- ${plain(said)}`).join('\n')}`)
  const reasons = told.lostReasons
    .slice(0, REASONS_TOLD)
    .map(
      ({ reason, lost, share }) =>
        `${plain(reason ?? inLanguage('none recorded', 'keiner erfasst'))} (${numberText(lost)}${share === null ? '' : `, ${percent(share, 1)}`})`,
    )
  if (isLost && reasons.length)
    yield text(`\n\n${inLanguage('Recorded reasons', 'Erfasste Gründe')}: ${listed(reasons)}.`)
  yield text(more())
}

/** Against whom, and about what: as the page of wins and losses counts it. */
async function* metMost(context: Context, what: 'competitors' | 'objections'): Parts {
  const told = yield* outcomes(context)
  const closed = ({ won, lost }: Counts) => won + lost
  const lines =
    what === 'competitors'
      ? told.competitors
          .toSorted((a, b) => b.lost - a.lost)
          .map(({ name, won, lost }) => recordText(plain(name), won, lost))
      : told.objections
          .map(one => ({ ...one, n: closed(one.answered) + closed(one.unanswered) }))
          .sort((a, b) => b.n - a.n)
          .map(({ category, n, unanswered }) =>
            inLanguage(
              `${wordFor(category)}: in ${count(n, 'closed deal')}, unanswered in ${numberText(closed(unanswered))}`,
              `${wordFor(category)}: bei ${numberText(n)} abgeschlossenen ${n === 1 ? 'Deal' : 'Deals'}, unbeantwortet bei ${numberText(closed(unanswered))}`,
            ),
          )
  const none = inLanguage(`None was logged ${days(told)}.`, `Keine erfasst ${days(told)}.`)
  yield text(
    lines.length
      ? `${upper(days(told))}:\n\n${lines.map(line => `- ${upper(line)}`).join('\n')}${more()}`
      : `${none}${more()}`,
  )
}

async function* next(context: Context): Parts {
  const { data, records } = yield* context.turn.read('next_actions', {})
  const { summary, actions, warnings } = data as Actions
  for (const { code, message } of warnings) yield { type: 'warning', code, message }
  const lines = actions.map(
    (one, at) => `${at + 1}. ${plain(one.action)}: ${link(one)}. ${plain(one.reason)}`,
  )
  yield text([plain(summary), lines.join('\n')].filter(Boolean).join('\n\n'))
  yield { type: 'records', records }
}

type Explained = {
  status: string
  summary: string
  winProbability?: number
  keyFactors?: { text: string }[]
  risks?: { text: string }[]
  warnings: { code: string; message: string }[]
}

/** Why one deal was won or lost, or how it stands; undefined where no deal is called so. */
async function ofDeal(context: Context, words: string): Promise<Parts | undefined> {
  const { name } = named(words)
  const found = await context.resolver.maybe(name, ['deal'])
  if (!found || !isNamed(name, found.ref.title)) return undefined
  return (async function* (): Parts {
    const { data, records } = yield* context.turn.read('explain_deal', { id: found.ref.recordId })
    const { status, summary, winProbability, keyFactors, risks = [], warnings } = data as Explained
    for (const { code, message } of warnings) yield { type: 'warning', code, message }
    const chance =
      status === 'OPEN' && winProbability !== undefined
        ? inLanguage(
            ` The chance to win it is **${percent(winProbability, 1)}**.`,
            ` Die Chance, ihn zu gewinnen, ist **${percent(winProbability, 1)}**.`,
          )
        : ''
    yield text(`${link(found.ref)}: ${plain(summary)}${chance}`)
    const points = (keyFactors ?? risks).slice(0, SIGNALS_TOLD)
    if (points.length) yield text(`\n\n${points.map(point => `- ${plain(point.text)}`).join('\n')}`)
    yield { type: 'records', records }
  })()
}

const can = ({ turn }: Context, key: string): boolean => turn.hands.can(key)

/** Questions that no list answers: how we do, why, and what next. */
export const adviceCommands: Command[] = [
  {
    pattern:
      /^(?:(?:which|what|who|against which|against whom|show(?: me)?)\b.*\b(competitors?|rivals?|objections?)\b.*\b(?:lose|lost|losing|hear|heard|get|meet|met|face|come up|most|often|raised|named)\b|(?:our |the |top )+(?:top |main |biggest |most common )*(competitors?|rivals?|objections?)\b)/i,
    run: (context, match) =>
      can(context, 'GET /ai/win-loss')
        ? metMost(context, /^o/i.test(match[1] ?? match[2] ?? '') ? 'objections' : 'competitors')
        : undefined,
  },
  {
    pattern:
      /^(?:what(?:'s| is| was| were)|show(?: me)?|tell me|give me|how (?:high|good) is|and)?\s*(?:the |my |our |\S+?'s )?(?:current |overall |average )?(?:win|winning|success|close|closing)[- ]rates?\b(?! (?:of|for) (?!me|us))/i,
    run: context => (can(context, 'GET /ai/win-loss') ? winRate(context) : undefined),
  },
  {
    pattern: /^(?:how (?:often|much) do (?:we|i) win|how (?:am i|are we) doing)\b/i,
    run: context => (can(context, 'GET /ai/win-loss') ? winRate(context) : undefined),
  },
  {
    pattern:
      /^(?:why (?:did|have|do|are) (?:we|i) (?:lose|lost|losing|win|won|winning)|(?:what are|how (?:good|high|big) are|what(?:'s| is)) (?:our|my|the) (?:chances?|odds) (?:with|of|on|for|at|to win)(?: winning)?|how likely (?:is it that we win|are we to win|is)|(?:will|can|do) we win|how (?:healthy|good|risky) is|what(?:'s| is) (?:wrong|the risk) with) (?!(?:so|the|our|my|any|more|many|most|often|against|in|on|at|this|last|next|to|deals?|customers?|business)\b)(.+?)(?: (?:to close|to be won|going to close))?[?.! ]*$/i,
    run: (context, match) =>
      can(context, 'POST /ai/deal-coach/:dealId') ? ofDeal(context, match[1]!) : undefined,
  },
  {
    pattern:
      /^(?:why (?:do|did|are|am|have|does) (?:we|i|our team|\w+) (?:always |often |so often |keep )?(?:los\w*|lost|win\w*|won)\b|what makes us (?:lose|win)|(?:reasons?|causes?) (?:for|of|why) (?:our |we |lost |the )?(?:loss\w*|lose|lost|win\w*|deals?))(?! \S+ (?:deal|renewal)$)/i,
    run: (context, match) =>
      can(context, 'GET /ai/win-loss') ? why(context, !/\b(?:win\w*|won)\b/i.test(match[0])) : undefined,
  },
  {
    pattern:
      /^(?:what (?:should|shall|can|do) (?:i|we) (?:do|work on|focus on|tackle|start with)(?: next| now| today| first| about)?|what(?:'s| is) (?:next|most (?:important|urgent))(?: for me| today| now)?|where (?:should|do) (?:i|we) (?:start|begin)|(?:my |the )?next (?:best )?(?:actions?|steps?)|plan my day|what needs (?:my attention|to be done))[?.! ]*(?:today|now|next)?[?.! ]*$/i,
    run: context => (can(context, 'POST /ai/next-actions') ? next(context) : undefined),
  },
]
