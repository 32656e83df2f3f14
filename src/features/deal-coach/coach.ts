import type { z } from 'zod'
import type { Evidence, Grounded } from '#core/ai/answer.ts'
import { type SourceText, unique } from '#core/ai/evidence.ts'
import { inLanguage } from '#core/ai/language.ts'
import { type Tx, together } from '#core/db/workspace.ts'
import { notFound } from '#core/errors.ts'
import { wholeDaysOf } from '#core/record/days.ts'
import type { Effect } from '#features/deal-signals/effects.ts'
import type { DealFacts } from '#features/deal-signals/facts.ts'
import { type History, historyWith, sureness, thin } from '#features/deal-signals/history.ts'
import { competitorsIn, objectionsIn } from '#features/deal-signals/raised.ts'
import { type Estimate, estimateOf, type StageTime, stageTimes } from '#features/deal-signals/stage-times.ts'
import { stalenessOf } from '#features/deal-signals/staleness.ts'
import { gistOf, sourceOf, type Talk, talksOf, talksOfMany } from '#features/deal-signals/talks.ts'
import { tellingOf } from '#features/deal-signals/telling.ts'
import {
  count,
  dativeDays,
  listed,
  lower,
  numberText,
  percent,
  wholeDays,
} from '#features/deal-signals/words.ts'
import { type Score, scoreDeals } from '#features/scoring/score.ts'
import { healthOf } from './health.ts'
import { openTasks, stakeholdersOf } from './people.ts'
import { recommendationsFor, recordAgainst } from './recommend.ts'
import { risksOf, type Seen, slownessOf } from './risks.ts'
import type { coachAnswer, Risk } from './shapes.ts'
import { alikeIn, mostAlike } from './similar.ts'

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
  const [history, times, talks, people, tasks] = await together([
    historyWith(tx, [dealId]),
    stageTimes(tx, dealId),
    talksOf(tx, { type: 'deal', id: dealId }),
    stakeholdersOf(tx, dealId),
    openTasks(tx, dealId),
  ])
  const deal = history.named[0]
  if (!deal) throw notFound('Deal')
  const score = (await scoreDeals(tx, [dealId], history)).get(dealId)
  const current = times.stages.find(({ isCurrent }) => isCurrent)
  const objections = objectionsIn(talks)
  const competitors = competitorsIn(talks)
  const seen: Seen = { deal, history, talks, objections, competitors, current, outlook: times.outlook, tasks }
  const risks = deal.status === 'OPEN' ? risksOf(seen) : []
  const recommendations = recommendationsFor(risks, { ...seen, tx, people })
  const estimate = estimateOf(times.outlook, current?.stageName)
  const similarDeals = await similarTo(tx, deal, history)
  const health = healthOf({ ...seen, slowness: slownessOf(seen) })
  const chance = chanceOf(deal, score, history, estimate)
  const builtin: Answer = {
    dealId,
    status: deal.status,
    summary: summaryOf(deal, health.healthScore, chance.winProbability, risks),
    ...health,
    ...chance,
    stages: times.stages,
    silence: {
      days: wholeDaysOf(deal.silentDays),
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
    warnings: [...historyWarnings(score, history), ...warningsOf(deal, talks, times.stages)],
  }
  return { builtin, facts: factsFor(builtin, deal), sources: talks.slice(0, SOURCES_AT_MOST).map(sourceOf) }
}

/** So many closed deals that stayed in the stage as long say themselves what that costs. */
const STAYED_AT_LEAST = 10

/** For how long it has rested, where that tells against it. */
function restOf(deal: DealFacts, { norms }: History, n: number): string {
  const { silence, stage, lateness } = stalenessOf({ ...deal, usualSilence: norms.gapDays })
  const rested = [
    ...(silence
      ? [
          inLanguage(
            `no two-way contact for ${wholeDays(deal.silentDays)}`,
            `seit ${dativeDays(deal.silentDays)} kein Austausch`,
          ),
        ]
      : []),
    ...(stage && n < STAYED_AT_LEAST
      ? [
          inLanguage(
            `${wholeDays(deal.daysInStage)} in its stage`,
            `seit ${dativeDays(deal.daysInStage)} in seiner Phase`,
          ),
        ]
      : []),
    ...(lateness
      ? [
          inLanguage(
            `${wholeDays(deal.lateDays)} past its expected close`,
            `${wholeDays(deal.lateDays)} über das erwartete Abschlussdatum hinaus`,
          ),
        ]
      : []),
  ]
  return rested.length ? inLanguage(`. It rests: ${listed(rested)}`, `. Er ruht: ${listed(rested)}`) : ''
}

const closedText = ({ status }: DealFacts): string =>
  inLanguage(
    `The deal is ${status.toLowerCase()}`,
    `Der Deal ist ${status === 'WON' ? 'gewonnen' : 'verloren'}`,
  )

const REASONS_TOLD = 3

/**
 * The chance as the deal's score has it (`POST /ai/deal-score`), so that both say the same: learned, or until then by the stated rule
 * of thumb; beside it what became of deals that stayed in the stage for as long.
 */
function chanceOf(deal: DealFacts, score: Score | undefined, history: History, estimate: Estimate) {
  if (deal.status !== 'OPEN' || !score) {
    const value = deal.status === 'WON' ? 1 : 0
    const basis = {
      method: 'closed' as const,
      coldStart: false,
      low: value,
      high: value,
      n: 0,
      text: closedText(deal),
    }
    return { winProbability: value, winProbabilityBasis: basis }
  }
  const { probability, interval, outcomes, reasons, coldStart, baseRate } = score
  const n = outcomes.successes + outcomes.failures
  const moved = reasons.slice(0, REASONS_TOLD).map(({ text }) => text)
  const from = coldStart
    ? inLanguage(
        `A rule of thumb around ${percent(baseRate, 1)}, which ${count(n, 'closed deal')} of yours and our assumption make together`,
        `Eine Faustregel um ${percent(baseRate, 1)}, die sich aus Ihren abgeschlossenen Deals (${numberText(n)}) und unserer Annahme ergibt`,
      )
    : inLanguage(
        `Learned from ${count(n, 'closed deal')}`,
        `Gelernt aus den abgeschlossenen Deals (${numberText(n)})`,
      )
  const text = [
    from,
    moved.length
      ? inLanguage(
          `; what moves it most: ${moved.join('; ')}`,
          `; am meisten bewegt sie: ${moved.join('; ')}`,
        )
      : '',
    coldStart ? `. ${estimate.text}${restOf(deal, history, estimate.n)}` : '',
  ].join('')
  return {
    winProbability: probability,
    winProbabilityBasis: {
      method: coldStart ? ('heuristic' as const) : ('learned' as const),
      coldStart,
      low: interval.low,
      high: interval.high,
      n,
      text,
    },
  }
}

/** That there is little to go by is said once: by the score where it starts cold. */
const historyWarnings = (score: Score | undefined, history: History) => [
  ...(score?.warnings ?? []),
  ...(score?.warnings.some(({ code }) => code === 'COLD_START') ? [] : thin(history)),
]

function warningsOf(deal: DealFacts, talks: readonly Talk[], stages: readonly StageTime[]) {
  const warnings = []
  if (!talks.some(({ recordType }) => recordType === 'interaction'))
    warnings.push({
      code: 'NO_INTERACTIONS',
      message: inLanguage(
        'No call, mail or meeting is logged on this deal, so nothing is known of what was said',
        'Zu diesem Deal ist kein Anruf, keine Mail und kein Treffen erfasst; was gesagt wurde, ist nicht bekannt',
      ),
    })
  if (!stages.some(({ won }) => won))
    warnings.push({
      code: 'NO_STAGE_TIMES',
      message: inLanguage(
        'Fewer than 10 won deals of this pipeline have a history of stages',
        'Weniger als 10 gewonnene Deals dieser Pipeline haben einen Verlauf der Phasen',
      ),
    })
  if (deal.status !== 'OPEN')
    warnings.push({
      code: 'DEAL_CLOSED',
      message: inLanguage(
        'The deal is closed; ask for the win-loss explanation',
        'Der Deal ist abgeschlossen; fragen Sie nach der Erklärung von Gewinn und Verlust',
      ),
    })
  return warnings
}

function summaryOf(deal: DealFacts, health: number, chance: number, risks: readonly Risk[]): string {
  if (deal.status !== 'OPEN') return `${closedText(deal)}.`
  const state =
    health >= 70
      ? inLanguage('In good health', 'In guter Verfassung')
      : health >= 45
        ? inLanguage('Needs attention', 'Braucht Aufmerksamkeit')
        : inLanguage('In trouble', 'In Schwierigkeiten')
  const points = inLanguage(`${health} of 100`, `${health} von 100`)
  const heavy = risks.filter(({ severity }) => severity !== 'LOW').slice(0, 3)
  const brief = ({ text }: Risk) => {
    // Not behind the day of a date, or within it.
    const [first = ''] = text.split(/(?<!\d)[.;] (?!\d)/)
    return lower(first)
  }
  const chances = inLanguage(`its chance is ${percent(chance, 1)}`, `seine Chance ist ${percent(chance, 1)}`)
  if (!heavy.length)
    return `${state} (${points}); ${chances}. ${inLanguage('Nothing weighs heavily against it.', 'Nichts spricht stark dagegen.')}`
  return `${state} (${points}); ${chances}. ${inLanguage('What weighs most', 'Am schwersten wiegt')}: ${listed(heavy.map(brief))}.`
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
  const alike = await mostAlike(tx, deal, history.closed, SIMILAR)
  const talks = await talksOfMany(
    tx,
    'deal',
    alike.map(one => one.deal.id),
  )
  return alike.map(one => {
    const { deal: other, similarity, structure, text } = one
    const theirs = objectionsIn(
      talks.filter(talk => talk.dealId === other.id),
      { readsTexts: false },
    )
    const shared = theirs.filter(({ category }) => deal.objections.some(own => own.category === category))
    const decided = decidedBy(other, history)
    const known = { deal: other, talks: talks.filter(talk => talk.dealId === other.id), objections: theirs }
    const grounds = unique([
      ...shared.flatMap(({ evidence, answer }) =>
        other.status === 'WON' && answer ? [evidence, answer] : [evidence],
      ),
      ...decided.flatMap(
        effect =>
          tellingOf(effect, { ...known, competitors: competitorsIn(known.talks) })?.evidence.slice(0, 1) ??
          [],
      ),
      ...(other.lostReason
        ? [{ recordType: 'deal', recordId: other.id, field: 'lostReason', sentence: other.lostReason }]
        : []),
    ])
    return {
      dealId: other.id,
      title: other.title,
      status: other.status as 'WON' | 'LOST',
      similarity,
      basis: { structure, text },
      alike: alikeIn(deal, one),
      text: whatDecided(other, decided, theirs.length),
      evidence: grounds.length ? grounds : [titleOf(other)],
    }
  })
}

const titleOf = ({ id, title }: DealFacts): Evidence => ({
  recordType: 'deal',
  recordId: id,
  field: 'title',
  sentence: title,
})

const TOLD = 3

/** What went with the outcome of a closed deal: its weightiest signals in that direction. */
function decidedBy(deal: DealFacts, { effects, norms }: History): Effect[] {
  const sign = deal.status === 'WON' ? 1 : -1
  return effects
    .filter(
      effect =>
        effect.logOdds * sign > Math.max(0.2, effect.error) &&
        !effect.key.startsWith('owner:') &&
        effect.holds(deal, norms),
    )
    .sort((a, b) => sign * (b.logOdds - a.logOdds))
    .slice(0, TOLD)
}

function whatDecided(deal: DealFacts, decided: readonly Effect[], raised: number): string {
  const held = decided.map(({ label }) => label)
  const outcome =
    deal.status === 'WON'
      ? inLanguage(`Won after ${wholeDays(deal.daysOpen)}`, `Nach ${dativeDays(deal.daysOpen)} gewonnen`)
      : `${inLanguage(`Lost after ${wholeDays(deal.daysOpen)}`, `Nach ${dativeDays(deal.daysOpen)} verloren`)}${deal.lostReason ? ` (${deal.lostReason})` : ''}`
  if (held.length) return inLanguage(`${outcome}: ${listed(held)}`, `${outcome}, wobei ${listed(held)}`)
  return raised
    ? inLanguage(`${outcome}, although objections were raised`, `${outcome}, obwohl Einwände kamen`)
    : outcome
}

const factsFor = (
  { summary, healthScore, healthParts, winProbability, winProbabilityBasis, risks, recommendations }: Answer,
  deal: DealFacts,
) => ({
  deal: {
    title: deal.title,
    amount: deal.amount,
    status: deal.status,
    daysOpen: wholeDaysOf(deal.daysOpen),
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
