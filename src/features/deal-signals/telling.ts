import type { Evidence } from '#core/ai/answer.ts'
import type { Effect } from './effects.ts'
import type { DealFacts } from './facts.ts'
import type { Named, Raised } from './raised.ts'
import { gistOf, type Talk } from './talks.ts'
import { count, dayText, listed, percent, upper, wholeDays } from './words.ts'

/** What is known of one deal beyond its facts. */
export type Known = {
  deal: DealFacts
  talks: readonly Talk[]
  objections: readonly Raised[]
  competitors: readonly Named[]
}

/** What closed deals show of a signal, as a sentence. */
export function experience({ label, withIt, without, isMeasured, logOdds }: Effect): string {
  if (!isMeasured)
    return `Only ${count(withIt.n, 'closed deal')} here ${withIt.n === 1 ? 'was' : 'were'} like that (${label}), so this is general experience`
  const shares = `${percent(withIt.won, withIt.n)} of ${withIt.n}`
  const others = percent(without.won, without.n)
  // What stands together with other causes shows its own effect only when those are held equal.
  const isPlain = (withIt.won / withIt.n - without.won / without.n) * Math.sign(logOdds) > 0.05
  if (!isPlain)
    return `With all else equal, deals where ${label} were won ${logOdds < 0 ? 'less' : 'more'} often (${shares}, of the others ${others})`
  return `Where ${label}, ${shares} were won, of the others ${others}`
}

/** The measured part of an effect, as answers show it. */
export const shown = ({ logOdds, withIt, without, isMeasured }: Effect) => ({
  logOdds: Math.round(logOdds * 100) / 100,
  withIt,
  without,
  isMeasured,
})

type Told = { text: string; evidence: Evidence[] }
type Teller = (known: Known) => Told | undefined

const fieldOf = ({ deal }: Known, name: string, value: string): Evidence => ({
  recordType: 'deal',
  recordId: deal.id,
  field: name,
  sentence: value,
})

const TELLERS: Record<string, Teller> = {
  competitor({ competitors, objections }) {
    const rivals = competitors.map(({ name }) => name)
    const said = objections
      .filter(({ category }) => category === 'competitor')
      .map(({ evidence }) => evidence)
    return {
      text: rivals.length ? `In competition with ${listed(rivals)}` : 'They looked at a competitor',
      evidence: [...competitors.map(({ evidence }) => evidence), ...said],
    }
  },
  silent: silence,
  chased({ deal, talks }) {
    const tries = talks.filter(
      talk =>
        talk.recordType === 'interaction' &&
        !talk.isTwoWay &&
        (!deal.lastTwoWayAt || talk.occurredAt > deal.lastTwoWayAt),
    )
    return {
      text: `${count(deal.triesSince, 'try', 'tries')} of ours stayed without a reply`,
      evidence: tries.slice(0, 3).map(gistOf),
    }
  },
  cool: ({ deal, talks }) => ({
    text: deal.status === 'OPEN' ? 'The buyer sounds negative' : 'The buyer sounded negative',
    evidence: byTone(talks, -1).slice(0, 2).map(gistOf),
  }),
  warm: ({ talks }) => ({
    text: 'The buyer sounded positive',
    evidence: byTone(talks, 1).slice(0, 2).map(gistOf),
  }),
  single: ({ deal }) => ({
    text: deal.status === 'OPEN' ? 'Only one contact is on the deal' : 'Only one contact was involved',
    evidence: [],
  }),
  several: ({ deal }) => ({ text: `${count(deal.contacts, 'contact')} were involved`, evidence: [] }),
  customer: ({ deal }) => ({
    text: `The company had bought ${count(deal.wonBefore, 'time')} before`,
    evidence: [],
  }),
  meetings({ talks }) {
    const met = talks.filter(({ type }) => type === 'MEETING')
    return {
      text: `There ${met.length === 1 ? 'was' : 'were'} ${count(met.length, 'meeting')}`,
      evidence: met.slice(0, 2).map(gistOf),
    }
  },
  large: ({ deal }) => ({
    text: `The amount ${deal.status === 'OPEN' ? 'is' : 'was'} larger than that of three quarters of won deals`,
    evidence: [],
  }),
  late: lateness,
}

/** What a signal means for this deal, in words, and the sentences it rests on; undefined where nothing shows it. */
export function tellingOf({ key, label }: Effect, known: Known): Told | undefined {
  const { deal } = known
  if (key.endsWith('_open') || key.endsWith('_answered'))
    return objection(key.slice(0, key.lastIndexOf('_')), known)
  const teller = TELLERS[key]
  if (teller) return teller(known)
  if (key.startsWith('source:'))
    return { text: upper(label), evidence: [fieldOf(known, 'source', deal.source!)] }
  if (key.startsWith('industry:') && deal.companyId)
    return {
      text: upper(label),
      evidence: [
        { recordType: 'company', recordId: deal.companyId, field: 'industry', sentence: deal.industry! },
      ],
    }
  return { text: upper(label), evidence: [] }
}

function objection(category: string, { objections, deal }: Known): Told | undefined {
  const raised = objections.find(one => one.category === category)
  if (!raised) return undefined
  const when = dayText(raised.raisedAt)
  if (raised.answered)
    return {
      text: `They objected to ${wordFor(category)} on ${when}, and it was answered`,
      evidence: [raised.evidence, ...(raised.answer ? [raised.answer] : [])],
    }
  return {
    text: `The objection about ${wordFor(category)} of ${when} ${deal.status === 'OPEN' ? 'is unanswered' : 'was never answered'}`,
    evidence: [raised.evidence],
  }
}

/** Two-way talks in that tone, the strongest first. */
const byTone = (talks: readonly Talk[], sign: 1 | -1): Talk[] =>
  talks
    .filter(talk => talk.isTwoWay && (talk.sentiment ?? 0) * sign > 0)
    .sort((a, b) => sign * ((b.sentiment ?? 0) - (a.sentiment ?? 0)))

function lateness(known: Known): Told | undefined {
  const { deal } = known
  if (!deal.expectedCloseDate) return undefined
  const moved = deal.slips ? `its close date was moved back ${count(deal.slips, 'time')}` : ''
  const late = deal.lateDays
    ? deal.status === 'OPEN'
      ? `it should have closed on ${dayText(deal.expectedCloseDate)}, ${wholeDays(deal.lateDays)} ago`
      : `it closed ${wholeDays(deal.lateDays)} later than expected`
    : ''
  return {
    text: upper([late, moved].filter(Boolean).join(', and ')),
    evidence: [fieldOf(known, 'expectedCloseDate', deal.expectedCloseDate)],
  }
}

export const wordFor = (category: string): string =>
  category === 'product' ? 'the product' : category === 'contract' ? 'the contract' : category

function silence({ deal, talks }: Known): Told {
  const last = talks.find(talk => talk.isTwoWay)
  const isNow = deal.silentDays >= deal.longestGapDays - 0.5
  return {
    text:
      deal.status !== 'OPEN'
        ? `Contact broke off for ${wholeDays(deal.longestGapDays)}${isNow ? ' before it was closed' : ''}`
        : isNow
          ? `No two-way contact for ${wholeDays(deal.silentDays)}`
          : `Contact broke off for ${wholeDays(deal.longestGapDays)} once; the last was ${wholeDays(deal.silentDays)} ago`,
    evidence: last ? [gistOf(last)] : [],
  }
}
