import type { z } from 'zod'
import type { Evidence, Grounded } from '#core/ai/answer.ts'
import { type SourceText, unique } from '#core/ai/evidence.ts'
import { type Tx, together } from '#core/db/workspace.ts'
import { notFound } from '#core/errors.ts'
import { pullOf } from '#features/deal-signals/effects.ts'
import type { DealFacts } from '#features/deal-signals/facts.ts'
import { type History, historyWith, sureness, thin } from '#features/deal-signals/history.ts'
import { competitorsIn, objectionsIn } from '#features/deal-signals/raised.ts'
import { type Estimate, estimateOf, type StageTime, stageTimes } from '#features/deal-signals/stage-times.ts'
import { gistOf, sourceOf, type Talk, talksOf, talksOfMany } from '#features/deal-signals/talks.ts'
import { listed, percent, wholeDays } from '#features/deal-signals/words.ts'
import { type Score, scoreDeals } from '#features/scoring/score.ts'
import { healthOf } from './health.ts'
import { openTasks, stakeholdersOf } from './people.ts'
import { recommendationsFor, recordAgainst } from './recommend.ts'
import { risksOf, type Seen, slownessOf } from './risks.ts'
import type { coachAnswer, Risk } from './shapes.ts'
import { mostAlike } from './similar.ts'

type Answer = Omit<z.infer<typeof coachAnswer>, 'provider' | 'model' | 'generatedAt'>
export type Coached = { builtin: Answer & Grounded; facts: object; sources: SourceText[] }

const SIMILAR = { won: 3, lost: 2 }
/** Texts that a model is shown. */
const SOURCES_AT_MOST = 25

/**
 * What the records and the workspace's closed deals say of one deal: health, chance, what speaks against it and what to do.
 * @throws Refusal 404 where the caller does not see the deal
 */
export async function coachDeal(tx: Tx, dealId: string): Promise<Coached> {
  const [history, times, talks, people, tasks, scores] = await together([
    historyWith(tx, [dealId]),
    stageTimes(tx, dealId),
    talksOf(tx, { type: 'deal', id: dealId }),
    stakeholdersOf(tx, dealId),
    openTasks(tx, dealId),
    scoreDeals(tx, [dealId]),
  ])
  const deal = history.named[0]
  if (!deal) throw notFound('Deal')
  const current = times.stages.find(({ isCurrent }) => isCurrent)
  const objections = objectionsIn(talks)
  const competitors = competitorsIn(talks)
  const seen: Seen = { deal, history, talks, objections, competitors, current, outlook: times.outlook, tasks }
  const risks = deal.status === 'OPEN' ? risksOf(seen) : []
  const recommendations = recommendationsFor(risks, { ...seen, tx, people })
  const estimate = estimateOf(times.outlook, current?.stageName)
  const similarDeals = await similarTo(tx, deal, history)
  const health = healthOf({ ...seen, slowness: slownessOf(seen) })
  const pull = pullOf(deal, history.effects, history.norms)
  const chance = learnedChance(deal, scores.get(dealId)) ?? chanceOf(deal, estimate, pull)
  const builtin: Answer = {
    dealId,
    status: deal.status,
    summary: summaryOf(deal, health.healthScore, chance.winProbability, risks),
    ...health,
    ...chance,
    stages: times.stages,
    silence: {
      days: Math.round(deal.silentDays),
      lastTwoWayAt: deal.lastTwoWayAt,
      triesSince: deal.triesSince,
      usual: history.norms.gaps ?? null,
    },
    stakeholders: people,
    closeDate: { expected: deal.expectedCloseDate, daysLate: deal.lateDays, slips: deal.slips },
    objections: objections.map(({ category, raisedAt, answered, isLogged, evidence, answer }) => ({
      category,
      raisedAt,
      answered,
      isLogged,
      evidence: answer ? [evidence, answer] : [evidence],
    })),
    competitors: competitors.map(({ name, times: n, evidence }) => {
      const { won, lost } = recordAgainst(name, history.closed)
      return { name, times: n, wonAgainst: won, lostAgainst: lost, evidence: [evidence] }
    }),
    similarDeals,
    risks,
    recommendations,
    evidence: groundsOf({ talks, objections: objections.map(({ evidence }) => evidence), risks }),
    confidence: sureness(history),
    warnings: [...thin(history), ...warningsOf(deal, talks, times.stages)],
  }
  return { builtin, facts: factsFor(builtin, deal), sources: talks.slice(0, SOURCES_AT_MOST).map(sourceOf) }
}

/** The chance by the model that the workspace's outcomes have taught, where there were enough of them. */
function learnedChance({ status }: DealFacts, score: Score | undefined) {
  if (status !== 'OPEN' || !score || score.coldStart) return undefined
  const { probability, interval, outcomes, reasons } = score
  const n = outcomes.successes + outcomes.failures
  const moved = reasons.slice(0, 3).map(({ text }) => text)
  const text = `Learned from ${n} closed deals${moved.length ? `; what moves it most: ${moved.join('; ')}` : ''}`
  return {
    winProbability: probability,
    winProbabilityBasis: { method: 'learned' as const, low: interval.low, high: interval.high, n, text },
  }
}

/** What the stage says, moved by what the deal's own records show. */
function chanceOf(deal: DealFacts, { probability, low, high, n, text }: Estimate, pull: number) {
  if (deal.status !== 'OPEN') {
    const value = deal.status === 'WON' ? 1 : 0
    const basis = {
      method: 'closed' as const,
      low: value,
      high: value,
      n: 0,
      text: `The deal is ${deal.status.toLowerCase()}`,
    }
    return { winProbability: value, winProbabilityBasis: basis }
  }
  const moved = (chance: number) => {
    const kept = Math.min(0.98, Math.max(0.02, chance))
    return Math.round((100 * 1) / (1 + Math.exp(-(Math.log(kept / (1 - kept)) + pull)))) / 100
  }
  const points = Math.round(100 * (moved(probability) - probability))
  const shift = points
    ? `. What its records show makes it ${Math.abs(points)} points ${points < 0 ? 'less' : 'more'} (${Math.round(100 * probability)} % without)`
    : ''
  const basis = { method: 'empirical' as const, low: moved(low), high: moved(high), n, text: text + shift }
  return { winProbability: moved(probability), winProbabilityBasis: basis }
}

function warningsOf(deal: DealFacts, talks: readonly Talk[], stages: readonly StageTime[]) {
  const warnings = []
  if (!talks.some(({ recordType }) => recordType === 'interaction'))
    warnings.push({
      code: 'NO_INTERACTIONS',
      message: 'No call, mail or meeting is logged on this deal, so nothing is known of what was said',
    })
  if (!stages.some(({ won }) => won))
    warnings.push({
      code: 'NO_STAGE_TIMES',
      message: 'Fewer than 10 won deals of this pipeline have a history of stages',
    })
  if (deal.status !== 'OPEN')
    warnings.push({ code: 'DEAL_CLOSED', message: 'The deal is closed; ask for the win-loss explanation' })
  return warnings
}

function summaryOf(deal: DealFacts, health: number, chance: number, risks: readonly Risk[]): string {
  if (deal.status !== 'OPEN') return `The deal is ${deal.status.toLowerCase()}.`
  const state = health >= 70 ? 'In good health' : health >= 45 ? 'Needs attention' : 'In trouble'
  const heavy = risks.filter(({ severity }) => severity !== 'LOW').slice(0, 3)
  const brief = ({ text }: Risk) => {
    const [first = ''] = text.split(/[.;] /)
    return first.charAt(0).toLowerCase() + first.slice(1)
  }
  const chances = `its chance is ${percent(chance, 1)}`
  if (!heavy.length) return `${state} (${health} of 100); ${chances}. Nothing weighs heavily against it.`
  return `${state} (${health} of 100); ${chances}. What weighs most: ${listed(heavy.map(brief))}.`
}

/** The grounds of the whole answer: those of its claims, and the last thing that was said. */
function groundsOf({
  talks,
  objections,
  risks,
}: {
  talks: readonly Talk[]
  objections: Evidence[]
  risks: readonly Risk[]
}): Evidence[] {
  const last = talks.find(talk => talk.isTwoWay)
  return unique([
    ...risks.flatMap(({ evidence }) => evidence),
    ...objections,
    ...(last ? [gistOf(last)] : []),
  ])
}

/** Past deals like this one, what they had and what answered the objection that this one has too. */
async function similarTo(tx: Tx, deal: DealFacts, history: History): Promise<Answer['similarDeals']> {
  const alike = mostAlike(deal, history.closed, SIMILAR)
  const talks = await talksOfMany(
    tx,
    'deal',
    alike.map(one => one.deal.id),
  )
  return alike.map(({ deal: other, similarity }) => {
    const theirs = objectionsIn(
      talks.filter(talk => talk.dealId === other.id),
      { readsTexts: false },
    )
    const shared = theirs.filter(({ category }) => deal.objections.some(one => one.category === category))
    const grounds = shared.flatMap(({ evidence, answer }) =>
      other.status === 'WON' && answer ? [evidence, answer] : [evidence],
    )
    return {
      dealId: other.id,
      title: other.title,
      status: other.status as 'WON' | 'LOST',
      similarity,
      text: whatDecided(other, history, theirs.length),
      evidence: grounds,
    }
  })
}

const TOLD = 3

/** What went with the outcome of a closed deal: its weightiest signals in that direction. */
function whatDecided(deal: DealFacts, { effects, norms }: History, raised: number): string {
  const sign = deal.status === 'WON' ? 1 : -1
  const held = effects
    .filter(
      effect =>
        effect.logOdds * sign > Math.max(0.2, effect.error) &&
        !effect.key.startsWith('owner:') &&
        effect.holds(deal, norms),
    )
    .sort((a, b) => sign * (b.logOdds - a.logOdds))
    .slice(0, TOLD)
    .map(({ label }) => label)
  const outcome =
    deal.status === 'WON'
      ? `Won after ${wholeDays(deal.daysOpen)}`
      : `Lost after ${wholeDays(deal.daysOpen)}${deal.lostReason ? ` (${deal.lostReason})` : ''}`
  if (held.length) return `${outcome}: ${listed(held)}`
  return raised ? `${outcome}, although objections were raised` : outcome
}

const factsFor = (
  { summary, healthScore, healthParts, winProbability, winProbabilityBasis, risks, recommendations }: Answer,
  deal: DealFacts,
) => ({
  deal: {
    title: deal.title,
    amount: deal.amount,
    status: deal.status,
    daysOpen: Math.round(deal.daysOpen),
    expectedCloseDate: deal.expectedCloseDate,
  },
  summary,
  healthScore,
  healthParts: healthParts.map(({ key, score, text }) => ({ key, score, text })),
  winProbability,
  winProbabilityBasis,
  items: [
    ...risks.map(({ key, severity, text }) => ({ key: `risk:${key}`, severity, text })),
    ...recommendations.map(({ key, action, reason }) => ({ key: `reason:${key}`, action, text: reason })),
  ],
})
