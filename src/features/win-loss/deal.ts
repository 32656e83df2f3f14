import { z } from 'zod'
import { aiAnswer, type Evidence, evidence } from '#core/ai/answer.ts'
import { type SourceText, unique } from '#core/ai/evidence.ts'
import { inLanguage } from '#core/ai/language.ts'
import { type Tx, together } from '#core/db/workspace.ts'
import { notFound } from '#core/errors.ts'
import { elapsedDays, wholeDaysOf } from '#core/record/days.ts'
import { measured } from '#features/deal-coach/shapes.ts'
import { categorise } from '#features/deal-signals/categories.ts'
import type { DealFacts } from '#features/deal-signals/facts.ts'
import { type History, historyWith, sureness, thin } from '#features/deal-signals/history.ts'
import { competitorsIn, objectionsIn } from '#features/deal-signals/raised.ts'
import { FACTORS, type Factor, factorOf } from '#features/deal-signals/signals.ts'
import { quoteOf, saidIn, sourceOf, type Talk, talksOf } from '#features/deal-signals/talks.ts'
import {
  experience,
  groundsOfAbsence,
  type Known,
  purchasesBefore,
  shown,
  tellingOf,
} from '#features/deal-signals/telling.ts'
import { dativeDays, listed, lower, wholeDays } from '#features/deal-signals/words.ts'
import { lessonShape, lessonsFrom } from './lessons.ts'

const finding = z.object({
  key: z.string(),
  sign: z.enum(['+', '-']).meta({ description: 'Of this finding alone; a factor has findings of both' }),
  text: z.string(),
  effect: measured.nullable(),
  evidence: z.array(evidence),
})
export type Finding = z.infer<typeof finding>
const keyFactor = z.object({
  factor: z.enum(FACTORS),
  weight: z
    .number()
    .min(0)
    .max(1)
    .meta({ description: 'Its share of all that weighed; the shares are 1 together' }),
  sign: z.enum(['+', '-']).meta({ description: '+ it spoke for winning, - against it' }),
  text: z.string(),
  findings: z.array(finding),
  evidence: z.array(evidence),
})
type KeyFactor = z.infer<typeof keyFactor>

export const dealWinLossAnswer = aiAnswer({
  dealId: z.uuid(),
  outcome: z.enum(['WON', 'LOST', 'OPEN']),
  summary: z.string(),
  lostReason: z.string().nullable().meta({ description: 'As somebody recorded it' }),
  daysOpen: z.int(),
  keyFactors: z.array(keyFactor).meta({ description: 'The heaviest first' }),
  withoutFinding: z.array(z.enum(FACTORS)).meta({ description: 'Factors of which the records show nothing' }),
  recommendations: z.array(lessonShape),
})
type Answer = Omit<z.infer<typeof dealWinLossAnswer>, 'provider' | 'model' | 'generatedAt'>

/** What a recorded reason weighs, in log-odds: somebody who was there says so. */
const RECORDED = 1
/** Below so much a signal is noise. */
const LEAST = 0.1
/** R1's five are always told of, if only that nothing was found. */
const ALWAYS: readonly Factor[] = ['price', 'timing', 'features', 'competitors', 'rep_behavior']
const REVIEW_DAYS = 30
const SOURCES_AT_MOST = 25

/**
 * Why a deal was won or lost: the signals its records show, each weighed by its effect in the workspace's closed deals times
 * how unusual it is (log-odds × the share of deals without it), and the reason that was recorded.
 * @throws Refusal 404 where the caller does not see the deal
 */
export async function explainDeal(
  tx: Tx,
  dealId: string,
): Promise<{ builtin: Answer; facts: object; sources: SourceText[] }> {
  const [history, all] = await together([
    historyWith(tx, [dealId]),
    talksOf(tx, { type: 'deal', id: dealId }),
  ])
  const deal = history.named[0]
  if (!deal) throw notFound('Deal')
  const talks = deal.closedAt ? all.filter(talk => talk.occurredAt <= deal.closedAt!) : all
  const known: Known = {
    deal,
    talks,
    objections: objectionsIn(talks),
    competitors: competitorsIn(talks),
    purchases: deal.wonBefore ? (await purchasesBefore(tx, [dealId])).get(dealId) : undefined,
  }
  const reviews = all.filter(talk => isReview(talk, deal))
  const weighed = [...signalsOf(known, history), ...recorded(deal, reviews)]
  const keyFactors = factorsFrom(weighed)
  const recommendations = lessonsFrom(tx, deal, weighed, history)
  const builtin: Answer = {
    dealId,
    outcome: deal.status,
    summary: summaryOf(deal, keyFactors, weighed),
    lostReason: deal.lostReason,
    daysOpen: wholeDaysOf(deal.daysOpen),
    keyFactors,
    withoutFinding: ALWAYS.filter(factor => !keyFactors.some(one => one.factor === factor)),
    recommendations,
    evidence: unique(keyFactors.flatMap(one => one.evidence)),
    confidence: keyFactors.length ? sureness(history) : 0.1,
    warnings: [...thin(history), ...warningsOf(deal, talks)],
  }
  const items = [
    ...keyFactors.map(({ factor, sign, weight, text }) => ({ key: `factor:${factor}`, sign, weight, text })),
    ...recommendations.map(({ key, action, reason }) => ({ key: `reason:${key}`, action, text: reason })),
  ]
  const facts = {
    deal: {
      title: deal.title,
      outcome: deal.status,
      lostReason: deal.lostReason,
      daysOpen: builtin.daysOpen,
    },
    summary: builtin.summary,
    items,
  }
  return { builtin, facts, sources: all.slice(0, SOURCES_AT_MOST).map(sourceOf) }
}

/** `brief` is what was found, without what closed deals show of it. */
export type WeighedFinding = Omit<Finding, 'sign'> & { factor: Factor; weight: number; brief: string }

function signalsOf(known: Known, { effects, norms, closed }: History): WeighedFinding[] {
  return effects.flatMap((effect): WeighedFinding[] => {
    const usual = closed.length ? effect.withIt.n / closed.length : 0
    const isHeld = effect.holds(known.deal, norms)
    // That it is not so weighs the more the more often it is.
    const weight = isHeld ? effect.logOdds * (1 - usual) : -effect.logOdds * usual
    const isNoise = effect.isMeasured && Math.abs(effect.logOdds) < effect.error
    if (Math.abs(weight) < LEAST || isNoise) return []
    const absence = isHeld ? undefined : effect.absence?.(known.deal)
    const told = isHeld
      ? tellingOf(effect, known)
      : absence
        ? { text: absence, evidence: groundsOfAbsence(effect.key, known) }
        : undefined
    if (!told) return []
    const { key, factor } = effect
    const text = `${told.text}. ${experience(effect)}`
    return [
      {
        key: isHeld ? key : `no_${key}`,
        factor,
        weight,
        brief: told.text,
        text,
        effect: shown(effect),
        evidence: told.evidence,
      },
    ]
  })
}

const isReview = ({ recordType, occurredAt }: Talk, { closedAt }: DealFacts): boolean =>
  recordType === 'note' &&
  closedAt !== null &&
  occurredAt > closedAt &&
  elapsedDays(closedAt, occurredAt) < REVIEW_DAYS

/** What somebody recorded when it was closed: the reason of a loss, and the notes written after. */
function recorded(deal: DealFacts, reviews: readonly Talk[]): WeighedFinding[] {
  if (deal.status === 'OPEN') return []
  const notes = reviews.flatMap(talk =>
    saidIn(talk)
      .slice(0, 2)
      .map(sentence => quoteOf(talk, sentence)),
  )
  const reason = deal.lostReason
  if (deal.status !== 'LOST' || !reason) return []
  const said: Evidence = {
    recordType: 'deal',
    recordId: deal.id,
    field: 'lostReason',
    sentence: reason,
    start: 0,
    end: reason.length,
  }
  return [
    {
      key: 'recorded',
      factor: factorOfReason(reason),
      weight: -RECORDED,
      brief: inLanguage(`Recorded as the reason: ${reason}`, `Als Grund erfasst: ${reason}`),
      text: inLanguage(`Recorded as the reason: ${reason}`, `Als Grund erfasst: ${reason}`),
      effect: null,
      evidence: [said, ...notes],
    },
  ]
}

/** The factor that a recorded reason speaks of; that nobody decided is a matter of how the buyer was engaged. */
export function factorOfReason(reason: string): Factor {
  if (/no decision|quiet|silence|unresponsive|no (?:reply|response|answer)|ghost/i.test(reason))
    return 'engagement'
  if (/feature|function|product|requirement/i.test(reason)) return 'features'
  const found = categorise(reason) ?? categorise(`not ${reason}`)
  return found ? factorOf(found.category) : 'engagement'
}

const signOf = (weight: number) => (weight < 0 ? ('-' as const) : ('+' as const))

function factorsFrom(weighed: readonly WeighedFinding[]): KeyFactor[] {
  const all = weighed.reduce((sum, { weight }) => sum + Math.abs(weight), 0)
  const byFactor = Map.groupBy(weighed, ({ factor }) => factor)
  return [...byFactor]
    .map(([factor, list]) => {
      const sum = list.reduce((total, { weight }) => total + weight, 0)
      const sorted = [...list].sort((a, b) => Math.abs(b.weight) - Math.abs(a.weight))
      const share = list.reduce((total, { weight }) => total + Math.abs(weight), 0) / all
      return {
        factor,
        weight: Math.round(share * 100) / 100,
        sign: signOf(sum),
        text: sorted.map(({ brief }) => brief).join('. '),
        findings: sorted.map(({ factor: _, weight: own, brief: __, ...one }) => ({
          ...one,
          sign: signOf(own),
        })),
        evidence: unique(sorted.flatMap(one => one.evidence)),
      }
    })
    .sort((a, b) => b.weight - a.weight)
}

function summaryOf(
  deal: DealFacts,
  factors: readonly KeyFactor[],
  weighed: readonly WeighedFinding[],
): string {
  const outcome =
    deal.status === 'OPEN'
      ? inLanguage('Still open', 'Noch offen')
      : inLanguage(
          `${deal.status === 'WON' ? 'Won' : 'Lost'} after ${wholeDays(deal.daysOpen)}`,
          `Nach ${dativeDays(deal.daysOpen)} ${deal.status === 'WON' ? 'gewonnen' : 'verloren'}`,
        )
  const direction = deal.status === 'LOST' ? '-' : '+'
  const brief = ({ findings: [first] }: KeyFactor) =>
    lower(weighed.find(({ key }) => key === first?.key)?.brief ?? '')
  const main = factors.filter(({ sign }) => sign === direction).slice(0, 3)
  const against = factors.filter(({ sign }) => sign !== direction).slice(0, 1)
  if (!main.length)
    return inLanguage(
      `${outcome}; the records do not show why.`,
      `${outcome}; die Aufzeichnungen zeigen nicht, warum.`,
    )
  const other = against.length ? ` ${AGAINST()[deal.status]}: ${brief(against[0]!)}.` : ''
  return `${outcome}. ${inLanguage('What weighed most', 'Am schwersten wog')}: ${listed(main.map(brief))}.${other}`
}

/** What introduces the one thing that spoke the other way. */
const AGAINST = () => ({
  LOST: inLanguage('It had in its favour', 'Für ihn sprach'),
  WON: inLanguage('It was won although', 'Gewonnen wurde er trotzdem, denn dagegen sprach'),
  OPEN: inLanguage('Against it', 'Dagegen spricht'),
})

function warningsOf(deal: DealFacts, talks: readonly Talk[]) {
  const warnings = []
  if (deal.status === 'OPEN')
    warnings.push({
      code: 'STILL_OPEN',
      message: inLanguage(
        'The deal is still open; this is how it stands so far',
        'Der Deal ist noch offen; so steht es bisher',
      ),
    })
  if (!talks.some(({ recordType }) => recordType === 'interaction'))
    warnings.push({
      code: 'NO_INTERACTIONS',
      message: inLanguage(
        'No call, mail or meeting is logged on this deal, so nothing is known of what was said',
        'Zu diesem Deal ist kein Anruf, keine Mail und kein Treffen erfasst; was gesagt wurde, ist nicht bekannt',
      ),
    })
  return warnings
}
