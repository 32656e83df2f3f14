import { z } from 'zod'
import { aiAnswer, type Evidence, evidence } from '#core/ai/answer.ts'
import { type SourceText, unique } from '#core/ai/evidence.ts'
import { inLanguage } from '#core/ai/language.ts'
import { type Tx, together } from '#core/db/workspace.ts'
import { addDays } from '#core/record/relative-time.ts'
import {
  dealShape,
  type PeriodQuery,
  periodAnswer,
  periodOf,
  periodShape,
  share,
  told,
} from '#features/analytics/scope.ts'
import { measured } from '#features/deal-coach/shapes.ts'
import { OBJECTION_CATEGORIES } from '#features/deal-signals/categories.ts'
import { type Effect, isShown } from '#features/deal-signals/effects.ts'
import { CLOSED_AT_MOST, type DealFacts, type Outcomes, outcomesOf } from '#features/deal-signals/facts.ts'
import { type History, historyWith, sureness, thin } from '#features/deal-signals/history.ts'
import { competitorsIn, objectionsIn } from '#features/deal-signals/raised.ts'
import { FACTORS } from '#features/deal-signals/signals.ts'
import { sourceOf, type Talk, talksOfMany } from '#features/deal-signals/talks.ts'
import { experience, shown, tellingOf } from '#features/deal-signals/telling.ts'
import { count, listed, numberText, percent } from '#features/deal-signals/words.ts'
import { lessonShape, workspaceLessons } from './lessons.ts'

export const workspaceQuery = z.strictObject({ ...periodShape, ...dealShape })

const counts = {
  won: z.int(),
  lost: z.int(),
  winRate: z.number().nullable().meta({ description: 'Won by won and lost, 0 to 1' }),
}
const signal = z.object({
  key: z.string(),
  text: z.string(),
  wins: z.number().meta({
    description:
      'Deals won more, or fewer, than the same deals would have been without it, by the fitted model',
  }),
  effect: measured,
  evidence: z.array(evidence),
})

export const workspaceAnswer = aiAnswer({
  period: periodAnswer,
  ...counts,
  before: z.object(counts).meta({ description: 'The same number of days before the period' }),
  isCut: z.boolean().meta({
    description: `More deals were closed in the period than the latest ${CLOSED_AT_MOST}, on which factors, competitors and objections rest`,
  }),
  summary: z.string(),
  factors: z
    .array(
      z.object({
        factor: z.enum(FACTORS),
        wins: z.number(),
        sign: z.enum(['+', '-']),
        signals: z.array(signal),
      }),
    )
    .meta({ description: 'The heaviest first' }),
  lostReasons: z.array(
    z.object({ reason: z.string().nullable(), lost: z.int(), share: z.number().nullable(), before: z.int() }),
  ),
  competitors: z.array(z.object({ name: z.string(), ...counts })),
  objections: z.array(
    z.object({
      category: z.enum(OBJECTION_CATEGORIES),
      answered: z.object(counts),
      unanswered: z.object(counts),
    }),
  ),
  byPeriod: z.array(
    z.object({
      from: z.string().meta({ example: '2026-07' }),
      ...counts,
      topLostReason: z.string().nullable(),
    }),
  ),
  recommendations: z.array(lessonShape),
})
type Answer = Omit<z.infer<typeof workspaceAnswer>, 'provider' | 'model' | 'generatedAt'>

/** So many signals are told with sentences. */
const EXAMPLES_OF = 14
/** Signals of what was said come first: of an amount or an owner there is no sentence. */
const SPOKEN = /_(?:open|answered)$|^(?:silent|chased|warm|cool|competitor)$/
const EXAMPLES_EACH = 2
const TALKS_READ = 400
const LISTED_AT_MOST = 20

/** Why deals were won and lost in a period, by what their records show, of what the caller may see. @throws Refusal 400 */
export async function explainWorkspace(
  tx: Tx,
  query: PeriodQuery & { ownerId?: string; pipelineId?: string },
): Promise<{ builtin: Answer; facts: object; sources: SourceText[] }> {
  const period = periodOf(tx.who, query)
  const length = Math.round((Date.parse(period.to) - Date.parse(period.from)) / 86_400_000) + 1
  const earlier = { from: addDays(period.from, -length), to: addDays(period.from, -1) }
  const { ownerId, pipelineId } = query
  const within = { ownerId, pipelineId, from: period.from, to: period.to }
  const [history, outcomes, before] = await together([
    historyWith(tx, [], within),
    outcomesOf(tx, within),
    outcomesOf(tx, { ownerId, pipelineId, ...earlier }),
  ])
  const telling = history.effects.filter(isTelling)
  const examples = await examplesOf(tx, telling, history)
  const factors = factorsFrom(telling, examples.byKey)
  const closed = history.closed
  const builtin: Answer = {
    period: told(period),
    ...talliesOf(outcomes),
    before: talliesOf(before),
    isCut: outcomes.reduce((sum, { n }) => sum + n, 0) > closed.length,
    summary: summaryOf(talliesOf(outcomes), talliesOf(before), telling),
    factors,
    lostReasons: reasonsOf(outcomes, before),
    competitors: rivalsOf(closed),
    objections: raisedIn(closed),
    byPeriod: byMonth(outcomes),
    recommendations: workspaceLessons(telling, effect => examples.byKey.get(effect.key) ?? []),
    evidence: unique([...examples.byKey.values()].flat()),
    confidence: sureness(history),
    warnings: [...thin(history), ...warningsOf(closed)],
  }
  const items = [
    ...factors.flatMap(({ signals }) => signals.map(({ key, text }) => ({ key: `signal:${key}`, text }))),
    ...builtin.recommendations.map(({ key, action, reason }) => ({
      key: `reason:${key}`,
      action,
      text: reason,
    })),
  ]
  const { won, lost, winRate, lostReasons, competitors } = builtin
  return {
    builtin,
    facts: {
      period: told(period),
      won,
      lost,
      winRate,
      before: builtin.before,
      summary: builtin.summary,
      lostReasons,
      competitors,
      items,
    },
    sources: examples.sources,
  }
}

/** Measured here, and hardly by chance. */
const isTelling = (effect: Effect): boolean => isShown(effect) && Math.abs(effect.wins) >= 0.5

function talliesOf(outcomes: readonly Outcomes[]) {
  const of = (wanted: string) => outcomes.reduce((sum, { status, n }) => sum + (status === wanted ? n : 0), 0)
  const [won, lost] = [of('WON'), of('LOST')]
  return { won, lost, winRate: share(won, won + lost) }
}

function countsOf(deals: readonly DealFacts[]) {
  const won = deals.filter(({ status }) => status === 'WON').length
  return { won, lost: deals.length - won, winRate: share(won, deals.length) }
}

function factorsFrom(telling: readonly Effect[], grounds: Map<string, Evidence[]>): Answer['factors'] {
  return [...Map.groupBy(telling, ({ factor }) => factor)]
    .map(([factor, list]) => {
      const wins = list.reduce((sum, one) => sum + one.wins, 0)
      const signals = [...list].sort((a, b) => Math.abs(b.wins) - Math.abs(a.wins))
      return {
        factor,
        wins: tenths(wins),
        sign: wins < 0 ? ('-' as const) : ('+' as const),
        signals: signals.map(effect => ({
          key: effect.key,
          text: experience(effect),
          wins: tenths(effect.wins),
          effect: shown(effect),
          evidence: grounds.get(effect.key) ?? [],
        })),
      }
    })
    .sort((a, b) => weightOf(b.signals) - weightOf(a.signals))
}
const tenths = (value: number) => Math.round(value * 10) / 10
const weightOf = (signals: readonly { wins: number }[]) =>
  signals.reduce((sum, { wins }) => sum + Math.abs(wins), 0)

/** Sentences from the latest deals that had what weighed most. */
async function examplesOf(tx: Tx, telling: readonly Effect[], { closed, norms }: History) {
  const isSpoken = ({ key }: Effect) => Number(SPOKEN.test(key))
  const heaviest = [...telling]
    .sort((a, b) => isSpoken(b) - isSpoken(a) || Math.abs(b.wins) - Math.abs(a.wins))
    .slice(0, EXAMPLES_OF)
  const chosen = heaviest.map(effect => {
    const status = effect.logOdds < 0 ? 'LOST' : 'WON'
    const fitting = closed.filter(deal => deal.status === status && effect.holds(deal, norms))
    return {
      effect,
      deals: fitting.sort((a, b) => (a.closedAt! < b.closedAt! ? 1 : -1)).slice(0, EXAMPLES_EACH),
    }
  })
  const ids = [...new Set(chosen.flatMap(({ deals }) => deals.map(({ id }) => id)))]
  const talks = await talksOfMany(tx, 'deal', ids, TALKS_READ)
  const byKey = new Map(
    chosen.map(({ effect, deals }) => [
      effect.key,
      unique(deals.flatMap(deal => groundsIn(effect, deal, talks))),
    ]),
  )
  return { byKey, sources: talks.slice(0, 25).map(sourceOf) }
}

function groundsIn(effect: Effect, deal: DealFacts, all: readonly Talk[]): Evidence[] {
  const talks = all.filter(talk => talk.dealId === deal.id && talk.occurredAt <= deal.closedAt!)
  const found = tellingOf(effect, {
    deal,
    talks,
    objections: objectionsIn(talks),
    competitors: competitorsIn(talks),
  })
  return found?.evidence.slice(0, 1) ?? []
}

function reasonsOf(outcomes: readonly Outcomes[], before: readonly Outcomes[]): Answer['lostReasons'] {
  const byReason = (list: readonly Outcomes[]) => {
    const counts = new Map<string | null, number>()
    for (const { status, lostReason, n } of list)
      if (status === 'LOST') counts.set(lostReason, (counts.get(lostReason) ?? 0) + n)
    return counts
  }
  const [now, earlier] = [byReason(outcomes), byReason(before)]
  const { lost: all } = talliesOf(outcomes)
  return [...now]
    .map(([reason, lost]) => ({
      reason,
      lost,
      share: share(lost, all),
      before: earlier.get(reason) ?? 0,
    }))
    .sort((a, b) => b.lost - a.lost)
    .slice(0, LISTED_AT_MOST)
}

function rivalsOf(closed: readonly DealFacts[]): Answer['competitors'] {
  const byName = new Map<string, { name: string; deals: DealFacts[] }>()
  for (const deal of closed)
    for (const name of new Map(deal.competitors.map(one => [one.trim().toLowerCase(), one])).values()) {
      const key = name.trim().toLowerCase()
      const known = byName.get(key) ?? { name, deals: [] }
      known.deals.push(deal)
      byName.set(key, known)
    }
  return [...byName.values()]
    .map(({ name, deals }) => ({ name, ...countsOf(deals) }))
    .sort((a, b) => b.won + b.lost - (a.won + a.lost))
    .slice(0, LISTED_AT_MOST)
}

const raisedIn = (closed: readonly DealFacts[]): Answer['objections'] =>
  OBJECTION_CATEGORIES.map(category => {
    const which = (answered: boolean) =>
      closed.filter(deal =>
        deal.objections.some(one => one.category === category && one.answered === answered),
      )
    return { category, answered: countsOf(which(true)), unanswered: countsOf(which(false)) }
  }).filter(({ answered, unanswered }) => answered.won + answered.lost + unanswered.won + unanswered.lost > 0)

function byMonth(outcomes: readonly Outcomes[]): Answer['byPeriod'] {
  return [...Map.groupBy(outcomes, ({ month }) => month)]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([from, list]) => ({
      from,
      ...talliesOf(list),
      topLostReason: reasonsOf(list, [])[0]?.reason ?? null,
    }))
}

type Tally = ReturnType<typeof talliesOf>

function summaryOf({ won, lost }: Tally, before: Tally, telling: readonly Effect[]): string {
  const closed = won + lost
  const earlier = before.won + before.lost
  if (!closed)
    return inLanguage(
      'Nothing was won or lost in this period.',
      'In diesem Zeitraum wurde nichts gewonnen oder verloren.',
    )
  const change = earlier >= 10 ? `, ${percent(before.won, earlier)} ${inLanguage('before', 'davor')}` : ''
  const named = (sign: 1 | -1) =>
    [...telling]
      .filter(({ wins }) => wins * sign > 0)
      .sort((a, b) => Math.abs(b.wins) - Math.abs(a.wins))
      .slice(0, 3)
      .map(({ label, wins }) =>
        inLanguage(
          `${label} (about ${count(Math.round(Math.abs(wins)), 'win')} ${sign > 0 ? 'more' : 'fewer'})`,
          `dass ${label} (etwa ${count(Math.round(Math.abs(wins)), 'win')} ${sign > 0 ? 'mehr' : 'weniger'})`,
        ),
      )
  const parts = [
    inLanguage(
      `Won ${numberText(won)} of ${count(closed, 'closed deal')} (${percent(won, closed)}${change}).`,
      `Gewonnen: ${numberText(won)} von ${numberText(closed)} abgeschlossenen Deals (${percent(won, closed)}${change}).`,
    ),
  ]
  const [losing, winning] = [named(-1), named(1)]
  if (losing.length) parts.push(`${inLanguage('What cost most', 'Am meisten kostete')}: ${listed(losing)}.`)
  if (winning.length) parts.push(`${inLanguage('What helped most', 'Am meisten half')}: ${listed(winning)}.`)
  if (!losing.length && !winning.length)
    parts.push(
      inLanguage(
        'Nothing that the records show sets the won ones apart from the lost ones.',
        'Nichts in den Aufzeichnungen unterscheidet die gewonnenen von den verlorenen.',
      ),
    )
  return parts.join(' ')
}

function warningsOf(closed: readonly DealFacts[]) {
  const spoken = closed.filter(({ talks }) => talks > 0).length
  return closed.length && spoken < closed.length / 2
    ? [
        {
          code: 'FEW_INTERACTIONS',
          message: inLanguage(
            `${spoken ? `Only ${numberText(spoken)}` : 'None'} of ${count(closed.length, 'closed deal')} looked at ${spoken === 1 ? 'has' : 'have'} a call, mail or meeting logged, so what was said hardly counts here`,
            `${spoken ? `Nur bei ${numberText(spoken)}` : 'Bei keinem'} von ${numberText(closed.length)} betrachteten abgeschlossenen Deals ist ein Anruf, eine Mail oder ein Treffen erfasst; was gesagt wurde, zählt hier daher kaum`,
          ),
        },
      ]
    : []
}
