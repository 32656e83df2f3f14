import { z } from 'zod'
import { aiAnswer, type Evidence, evidence } from '#core/ai/answer.ts'
import { type SourceText, unique } from '#core/ai/evidence.ts'
import { inLanguage } from '#core/ai/language.ts'
import { type Tx, together } from '#core/db/workspace.ts'
import { daysApart } from '#core/record/days.ts'
import { addDays } from '#core/record/relative-time.ts'
import {
  dealShape,
  type PeriodQuery,
  periodAnswer,
  periodOf,
  periodShape,
  told,
} from '#features/analytics/scope.ts'
import { measured } from '#features/deal-coach/shapes.ts'
import { type Effect, isShown } from '#features/deal-signals/effects.ts'
import { CLOSED_AT_MOST, type DealFacts, outcomesOf } from '#features/deal-signals/facts.ts'
import { type History, historyWith, sureness, thin } from '#features/deal-signals/history.ts'
import { competitorsIn, objectionsIn } from '#features/deal-signals/raised.ts'
import { FACTORS } from '#features/deal-signals/signals.ts'
import { sourceOf, type Talk, talksOfMany } from '#features/deal-signals/talks.ts'
import { experience, purchasesBefore, shown, tellingOf, titleOf } from '#features/deal-signals/telling.ts'
import { count, listed, numberText, percent } from '#features/deal-signals/words.ts'
import { lessonShape, workspaceLessons } from './lessons.ts'
import { counts, groundsOfTallies, tallied, talliesOf, tallyShape } from './tallies.ts'

export const workspaceQuery = z.strictObject({ ...periodShape, ...dealShape })

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
  ...tallyShape,
  recommendations: z.array(lessonShape),
})
type Answer = Omit<z.infer<typeof workspaceAnswer>, 'provider' | 'model' | 'generatedAt'>

/** Of that there are sentences; of an amount or an owner there is a field. */
const SPOKEN = /_(?:open|answered)$|^(?:silent|chased|warm|cool|competitor|meetings)$/
const EXAMPLES_EACH = 2
const TALKS_READ = 800

/** Why deals were won and lost in a period, by what their records show, of what the caller may see. @throws Refusal 400 */
export async function explainWorkspace(
  tx: Tx,
  query: PeriodQuery & { ownerId?: string; pipelineId?: string },
): Promise<{ builtin: Answer; facts: object; sources: SourceText[] }> {
  const period = periodOf(tx.who, query)
  const length = daysApart(period.from, period.to) + 1
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
  const tallies = await tallied(tx, { outcomes, before, closed })
  const builtin: Answer = {
    period: told(period),
    ...talliesOf(outcomes),
    before: talliesOf(before),
    isCut: outcomes.reduce((sum, { n }) => sum + n, 0) > closed.length,
    summary: summaryOf(talliesOf(outcomes), talliesOf(before), telling),
    factors,
    ...tallies,
    recommendations: workspaceLessons(telling, effect => examples.byKey.get(effect.key) ?? []),
    evidence: unique([...examples.byKey.values(), ...groundsOfTallies(tallies)].flat()),
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
      lostReasons: lostReasons.map(({ evidence: _, ...one }) => one),
      competitors: competitors.map(({ evidence: _, ...one }) => one),
      items,
    },
    sources: examples.sources,
  }
}

/** Measured here, and hardly by chance. */
const isTelling = (effect: Effect): boolean => isShown(effect) && Math.abs(effect.wins) >= 0.5

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

/** What each signal rests on in the latest deals that had it: sentences, or fields. */
async function examplesOf(tx: Tx, telling: readonly Effect[], { closed, norms }: History) {
  const latest = closed.toSorted((a, b) => (a.closedAt! < b.closedAt! ? 1 : -1))
  const chosen = telling.map(effect => {
    const status = effect.logOdds < 0 ? 'LOST' : 'WON'
    const fitting = latest.filter(deal => deal.status === status && effect.holds(deal, norms))
    return { effect, deals: fitting.slice(0, EXAMPLES_EACH) }
  })
  const idsOf = (list: typeof chosen) => [...new Set(list.flatMap(({ deals }) => deals.map(({ id }) => id)))]
  const spoken = idsOf(chosen.filter(({ effect }) => SPOKEN.test(effect.key)))
  const bought = idsOf(chosen.filter(({ effect }) => effect.key === 'customer'))
  const [talks, purchases] = await together([
    talksOfMany(tx, 'deal', spoken, TALKS_READ),
    bought.length ? purchasesBefore(tx, bought) : new Map<string, Evidence[]>(),
  ])
  const byKey = new Map(
    chosen.map(({ effect, deals }) => [
      effect.key,
      unique(deals.flatMap(deal => groundsIn(effect, deal, talks, purchases.get(deal.id)))),
    ]),
  )
  return { byKey, sources: talks.slice(0, 25).map(sourceOf) }
}

function groundsIn(
  effect: Effect,
  deal: DealFacts,
  all: readonly Talk[],
  purchases: Evidence[] | undefined,
): Evidence[] {
  const talks = all.filter(talk => talk.dealId === deal.id && talk.occurredAt <= deal.closedAt!)
  const found = tellingOf(effect, {
    deal,
    talks,
    objections: objectionsIn(talks),
    competitors: competitorsIn(talks),
    purchases,
  })
  return found?.evidence.slice(0, 1) ?? [titleOf(deal)]
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
      `Gewonnen: ${numberText(won)} von ${numberText(closed)} abgeschlossenen ${closed === 1 ? 'Deal' : 'Deals'} (${percent(won, closed)}${change}).`,
    ),
  ]
  const [losing, winning] = [named(-1), named(1)]
  if (losing.length) parts.push(`${inLanguage('What cost most', 'Am meisten kostete')}: ${listed(losing)}.`)
  if (winning.length) parts.push(`${inLanguage('What helped most', 'Am meisten half')}: ${listed(winning)}.`)
  if (!won || !lost)
    parts.push(
      inLanguage(
        `Nothing was ${won ? 'lost' : 'won'}, so there is nothing to compare with.`,
        `Nichts wurde ${won ? 'verloren' : 'gewonnen'}, also gibt es nichts zum Vergleich.`,
      ),
    )
  else if (!losing.length && !winning.length)
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
