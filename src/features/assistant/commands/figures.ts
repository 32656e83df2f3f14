import type { z } from 'zod'
import { inLanguage, percentText } from '#core/ai/language.ts'
import { daysApart } from '#core/record/days.ts'
import type { Filter } from '#core/record/filter-language.ts'
import { addDays, addMonths } from '#core/record/relative-time.ts'
import type { funnelAnswer } from '#features/analytics/funnel.ts'
import type { leaderboardAnswer } from '#features/analytics/people.ts'
import { numberText, percent } from '#features/deal-signals/words.ts'
import { refOf } from '../hands.ts'
import { text } from '../parts.ts'
import { moneyText } from '../words.ts'
import { filterOf, link, plain, type Report } from './answer.ts'
import type { Command, Context, Parts } from './context.ts'
import { type Period, periodFrom, periodIn } from './dates.ts'
import { conversion, weightedForecast } from './forecasts.ts'
import { readQuery } from './phrase.ts'

type Score = { id: string; score: number; coldStart: boolean }
/** So many leads are scored at once. */
const SCORED_AT_MOST = 200
const HOTTEST = 10

/** Leads that are still worked, by the chance that they are won as the model of scores tells it now. */
async function hottest(context: Context, words: string, wanted: number): Promise<Parts | undefined> {
  const { vocabulary, resolver, today, turn } = context
  const read = await readQuery(`leads not unqualified not converted ${words}`, vocabulary, resolver, today)
  if (!read || read.leftovers.length || !turn.hands.can('POST /ai/scores')) return undefined
  return (async function* (): Parts {
    const { record, ...query } = read.query
    const filter = filterOf({ record, ...query })
    const { rows, total } = await turn.hands.list(record, {
      ...(filter ? { filter } : {}),
      sort: '-createdAt',
      limit: SCORED_AT_MOST,
    })
    if (!rows.length)
      return yield text(
        inLanguage(
          'No lead that you may see is still worked: all are converted or unqualified.',
          'Kein Lead, den Sie sehen dürfen, ist noch in Arbeit: alle sind umgewandelt oder nicht qualifiziert.',
        ),
      )
    const { scores } = await turn.hands.call<{ scores: Score[] }>('POST /ai/scores', {
      body: { kind: 'lead', ids: rows.map(({ id }) => id) },
    })
    if (scores.some(({ coldStart }) => coldStart))
      yield {
        type: 'warning',
        code: 'COLD_START',
        message: inLanguage(
          'Too few leads have ended to learn from, so these scores are an assumption',
          'Zum Lernen sind zu wenige Leads abgeschlossen; diese Punkte sind daher eine Annahme',
        ),
      }
    const best = scores.toSorted((a, b) => b.score - a.score).slice(0, wanted)
    const refs = best.map(({ id }) => refOf(record, rows.find(row => row.id === id)!))
    const lines = best.map(
      ({ score }, at) => `- ${link(refs[at]!)} · ${inLanguage(`${score} of 100`, `${score} von 100`)}`,
    )
    const of =
      total > rows.length
        ? inLanguage(`the latest ${rows.length}`, `den letzten ${rows.length}`)
        : numberText(total)
    yield text(
      `${inLanguage(`Of ${of} leads that are still worked, the highest scores:`, `Von ${of} Leads in Arbeit die mit den meisten Punkten:`)}\n\n${lines.join('\n')}`,
    )
    yield { type: 'records', records: refs }
  })()
}

type Funnel = z.infer<typeof funnelAnswer>

/** Where deals are lost, and where they stay. */
async function* funnel(context: Context): Parts {
  const period = periodOf(context)
  const { data } = yield* context.turn.read('analyse', { analysis: 'funnel', ...daysOf(period) })
  const {
    stages,
    deals,
    period: { from, to },
  } = data as Funnel
  const steps = stages.filter(({ kind }) => kind === 'OPEN')
  const worst = steps.toSorted((a, b) => b.lost - a.lost)[0]
  const slowest = steps.toSorted((a, b) => (b.averageDays ?? 0) - (a.averageDays ?? 0))[0]
  if (!deals || !worst || !slowest)
    return yield text(
      inLanguage(
        `No deal was made from ${from} to ${to}.`,
        `Vom ${from} bis ${to} wurde kein Deal angelegt.`,
      ),
    )
  const days = (n: number | null) => inLanguage(`${numberText(n ?? 0)} days`, `${numberText(n ?? 0)} Tage`)
  yield text(
    inLanguage(
      `Of ${numberText(deals)} deals made from ${from} to ${to}, most were lost in **${plain(worst.stageName)}** (${numberText(worst.lost)}), and they stayed longest in **${plain(slowest.stageName)}** (${days(slowest.averageDays)} on average).`,
      `Von ${numberText(deals)} Deals, die vom ${from} bis ${to} angelegt wurden, gingen die meisten in **${plain(worst.stageName)}** verloren (${numberText(worst.lost)}); am längsten blieben sie in **${plain(slowest.stageName)}** (im Mittel ${days(slowest.averageDays)}).`,
    ),
  )
  const lines = steps.map(({ stageName, reached, lost, conversion: on, averageDays }) =>
    inLanguage(
      `- ${plain(stageName)}: reached by ${numberText(reached)}, lost there ${numberText(lost)}${on === null ? '' : `, ${percentText(on * 100)} went on`}, ${days(averageDays)}`,
      `- ${plain(stageName)}: von ${numberText(reached)} erreicht, dort verloren ${numberText(lost)}${on === null ? '' : `, ${percentText(on * 100)} gingen weiter`}, ${days(averageDays)}`,
    ),
  )
  yield text(
    `\n\n${lines.join('\n')}\n\n${inLanguage('Deals of the default pipeline.', 'Deals der Standard-Pipeline.')} [${inLanguage('Analyses', 'Auswertungen')}](/analytics)`,
  )
}

function periodOf({ said, today }: Context): Period | undefined {
  const place = periodIn(said)
  return place && periodFrom(place.text, today)
}
const daysOf = (period: Period | undefined) => ({
  ...(period?.from ? { dateFrom: period.from } : {}),
  ...(period?.to ? { dateTo: period.to } : {}),
})

type Board = z.infer<typeof leaderboardAnswer>

/** Everybody with what they won, lost and logged. */
async function* team(context: Context): Parts {
  const period = periodOf(context) ?? periodFrom('this month', context.today)
  const { data } = yield* context.turn.read('analyse', { analysis: 'leaderboard', ...daysOf(period) })
  const {
    rows,
    currency,
    period: { from, to },
  } = data as Board
  const sum = (pick: (row: Board['rows'][number]) => number) => rows.reduce((all, row) => all + pick(row), 0)
  const [won, lost] = [sum(row => row.won), sum(row => row.lost)]
  yield text(
    inLanguage(
      `From ${from} to ${to}: **${numberText(won)} won**, worth ${moneyText(
        sum(row => row.wonAmount),
        currency,
      )}, ${numberText(lost)} lost, ${numberText(sum(row => row.activities))} calls, mails and meetings logged.`,
      `Vom ${from} bis ${to}: **${numberText(won)} gewonnen**, zusammen ${moneyText(
        sum(row => row.wonAmount),
        currency,
      )}, ${numberText(lost)} verloren, ${numberText(sum(row => row.activities))} Anrufe, Mails und Treffen erfasst.`,
    ),
  )
  const lines = rows.map(({ name, won: n, lost: no, wonAmount, activities }) =>
    inLanguage(
      `- ${plain(name ?? context.say.nothingIn)}: ${numberText(n)} won · ${moneyText(wonAmount, currency)} · ${numberText(no)} lost · ${numberText(activities)} logged`,
      `- ${plain(name ?? context.say.nothingIn)}: ${numberText(n)} gewonnen · ${moneyText(wonAmount, currency)} · ${numberText(no)} verloren · ${numberText(activities)} erfasst`,
    ),
  )
  if (lines.length) yield text(`\n\n${lines.join('\n')}`)
  yield text(`\n\n[${inLanguage('Analyses', 'Auswertungen')}](/analytics)`)
}

/** The period of like length before it: a month before a month. */
function before({ from, to }: Period): Period | undefined {
  if (!from || !to) return undefined
  const last = addDays(from, -1)
  const months = monthsOf(from, to)
  const days = daysApart(from, to)
  return { from: months ? addMonths(from, -months) : addDays(last, -days), to: last, text: '' }
}
/** How many whole months lie between the days; 0 where they are none. */
function monthsOf(from: string, to: string): number {
  const next = addDays(to, 1)
  if (!from.endsWith('-01') || !next.endsWith('-01')) return 0
  const count = (day: string) => Number(day.slice(0, 4)) * 12 + Number(day.slice(5, 7))
  return count(next) - count(from)
}

/** What was won and lost in two periods, side by side: without the second that before the first. */
async function compared(context: Context, words: [string, string?]): Promise<Parts | undefined> {
  const [first, other] = words.map(one =>
    one && periodIn(one)?.text === one ? periodFrom(one, context.today) : undefined,
  )
  const periods = [first, words[1] ? other : first && before(first)]
  if (!context.turn.hands.can('POST /reports/run') || !periods.every(one => one?.from)) return undefined
  return (async function* (): Parts {
    for (const period of periods as Period[]) {
      const to = period.to && period.to < context.today ? period.to : context.today
      const filter: Filter = {
        and: [
          { field: 'status', op: 'in', value: ['WON', 'LOST'] },
          { field: 'actualCloseDate', op: 'between', value: [period.from, to] },
        ],
      }
      const { data } = yield* context.turn.read('measure_records', {
        type: 'deal',
        filter,
        groupBy: ['status'],
        measures: [{ op: 'count' }, { op: 'sum', field: 'amount' }],
      })
      const { rows, currency } = data as Report
      const of = (status: string) => rows.find(({ keys }) => keys[0] === status)?.values ?? [0, 0]
      const [[won, amount], [lost]] = [of('WON'), of('LOST')]
      const closed = (won ?? 0) + (lost ?? 0)
      yield text(
        inLanguage(
          `- ${period.from} to ${to}: **${numberText(won ?? 0)} won**, worth ${moneyText(amount ?? 0, currency)}, ${numberText(lost ?? 0)} lost${closed ? `, win rate ${percent(won ?? 0, closed)}` : ''}\n`,
          `- ${period.from} bis ${to}: **${numberText(won ?? 0)} gewonnen**, zusammen ${moneyText(amount ?? 0, currency)}, ${numberText(lost ?? 0)} verloren${closed ? `, Gewinnquote ${percent(won ?? 0, closed)}` : ''}\n`,
        ),
      )
    }
    yield text(inLanguage('\n[Wins and losses](/win-loss)', '\n[Gewinn und Verlust](/win-loss)'))
  })()
}

const can = ({ turn }: Context, analysis: string): boolean => turn.hands.can(`GET /analytics/${analysis}`)
/** What is held against what of another time: the answer has all of it anyway. */
const RESULTS =
  "(?:(?:the |our |my )?(?:(?:won |closed |lost )?(?:deals|sales|wins|results|revenue|numbers|figures|performance|win rate)|business)(?:'s)? (?:of |in |from |for )?)?"
const OPENING =
  "(?:(?:what(?:'s| is| was| are)|show(?: me)?|give me|tell me|how (?:high|good|big|large) is) )?(?:the |our |my )?"

/** Questions for figures that no count of records tells. */
export const figureCommands: Command[] = [
  {
    pattern: new RegExp(
      `^${OPENING}(?:([\\p{L}-]+)['’]s )?(?:probability[- ])?weighted (?:sales )?(?:forecast|pipeline|amount|value)(?: of (?:the )?(?:open )?deals)?\\b(.*?)[?.! ]*$`,
      'iu',
    ),
    run: (context, [, whose, words = '']) =>
      weightedForecast(context, `${closing(words)}${whose ? ` of ${whose}` : ''}`),
  },
  {
    pattern: new RegExp(
      `^(?:(?:(?:what|which)(?:'s| is| was)? )?(?:the |our )?(?:share|percentage|proportion|part|fraction|percent) of (?:all |the |our |my )?(?:new )?leads (?:(?:did|have|do) (?:we|i|you) |(?:was|were|is|are|have been|has been|got|get) )*(?:converted|convert|won|win)|how many percent of (?:the |our )?leads (?:did we |were |are )*convert(?:ed)?|${OPENING}(?:lead(?:s)?(?:'s)? )?conversion(?: rate)?s?(?: of (?:our |my |the )?leads)?)\\b(.*?)[?.! ]*$`,
      'i',
    ),
    run: (context, match) => conversion(context, match[1]!.replace(/^\s*,/, '')),
  },
  {
    pattern:
      /^(?:(?:in|at) (?:which|what) (?:stage|phase)s? .*\b(?:lose|losing|lost|drop|die|fail|stuck|stay|slow)|where (?:do|are|did) (?:we|i|our deals|my deals|the deals|deals)\b.*\b(?:lose|losing|lost|stuck|stall|hang|drop|slow|die)|(?:show (?:me )?)?(?:the |our )?(?:sales |deal )?funnel\b)/i,
    run: context => (can(context, 'funnel') ? funnel(context) : undefined),
  },
  {
    pattern:
      /^how (?:is|are|did|does|has) (?:the|our|my) (?:sales )?(?:team|reps|sales ?people) (?:doing|do|performing|perform|done|performed)\b|^(?:show (?:me )?)?(?:the |our )?leader ?board\b/i,
    run: context => (can(context, 'leaderboard') ? team(context) : undefined),
  },
  {
    pattern:
      /^(?:(?:show|list|give|find)(?: me)? |which are |who are |what are )?(?:(my|our|the) )?(?:top )?(\d{1,2} )?(?:hottest|warmest|most promising) (\d{1,2} )?leads\b(.*?)[?.! ]*$/i,
    run: (context, [, whose = '', before, behind, words = '']) =>
      hottest(context, `${/my/i.test(whose) ? 'of me' : ''} ${words}`, Number(before ?? behind ?? HOTTEST)),
  },
  {
    pattern: new RegExp(
      `^compare ${RESULTS}(.+?) (?:with|to|and|against|vs\\.?|versus) ${RESULTS}(.+?)[?.! ]*$`,
      'i',
    ),
    run: (context, match) => compared(context, [match[1]!, match[2]!]),
  },
  {
    pattern: new RegExp(
      `^(?:how (?:does|did|do|is|are|was|were) |are |is |am |did |do )(?:(?:i|we|the team|our team) )?(?:do |doing |going |perform |performing |sell |selling |win |better |worse |more )*${RESULTS}((?:this|last|in|for) .+?)?,? ?(?:compared?(?: with| to)?|against|versus|vs\\.?|(?:better |worse |more )?than) ${RESULTS}(.+?)[?.! ]*$`,
      'i',
    ),
    run(context, [, one, other]) {
      const unit = /(day|week|month|quarter|year)/i.exec(`${one ?? ''} ${other}`)?.[1]
      if (!unit) return undefined
      const now = one?.replace(/^(?:in|for) /i, '').trim() || `this ${unit}`
      const isBefore = new RegExp(
        `^(?:the )?(?:(?:previous|last|prior)(?: one)?|(?:one |${unit} )?before(?: it| that)?)$`,
        'i',
      ).test(other!)
      return compared(context, isBefore ? [now] : [now, other!])
    },
  },
]

/** A period of a forecast is that in which deals are expected to close. */
function closing(words: string): string {
  const rest = words.replace(/^\s*(?:for|of|in)\s+/i, '').trim()
  return periodIn(rest)?.index === 0 ? `closing ${rest}` : rest
}
