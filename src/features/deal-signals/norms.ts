import type { DealFacts } from './facts.ts'

/** The values at a quarter, half and three quarters of a sorted list, interpolated (as PostgreSQL's percentile_cont). */
export type Quartiles = { q1: number; median: number; q3: number; n: number }

export function quartiles(values: readonly number[]): Quartiles | undefined {
  if (!values.length) return undefined
  const sorted = [...values].sort((a, b) => a - b)
  const at = (share: number) => {
    const place = (sorted.length - 1) * share
    const [below, above] = [sorted[Math.floor(place)]!, sorted[Math.ceil(place)]!]
    return Math.round((below + (above - below) * (place - Math.floor(place))) * 10) / 10
  }
  return { q1: at(0.25), median: at(0.5), q3: at(0.75), n: sorted.length }
}

/** From so many won deals on their quartiles stand for what is usual. */
export const WON_AT_LEAST = 10
/** What is usual where there are too few won deals to tell: our own assumption, and answers that use it say so. */
export const ASSUMED = { gapDays: 21, amount: Number.POSITIVE_INFINITY, cycleDays: 90, contacts: 2, talks: 5 }

/** What is usual among the won deals; without enough of them what we assume. */
export type Norms = {
  won: number
  lost: number
  /** Whether the numbers are the workspace's own. */
  isOwn: boolean
  /** Three quarters of the won deals were never silent for longer. */
  gapDays: number
  /** One in four won deals is larger. */
  amount: number
  cycleDays: number
  contacts: number
  talks: number
  gaps?: Quartiles
  cycles?: Quartiles
  people?: Quartiles
}

/**
 * Whether amounts stand on deals whatever becomes of them. Where most lost ones have none, or 0, they are written down with the
 * order: a large amount then does not make a deal won, it says that it was.
 */
function isKnownBefore(closed: readonly DealFacts[]): boolean {
  const share = (status: string) => {
    const those = closed.filter(deal => deal.status === status)
    return those.filter(({ amount }) => amount).length / Math.max(1, those.length)
  }
  return share('LOST') >= share('WON') / 2
}

export function normsOf(closed: readonly DealFacts[]): Norms {
  const won = closed.filter(({ status }) => status === 'WON')
  const spoken = won.filter(({ talks }) => talks > 0)
  const counts = { won: won.length, lost: closed.length - won.length }
  if (won.length < WON_AT_LEAST) return { ...counts, isOwn: false, ...ASSUMED }
  const gaps = spoken.length >= WON_AT_LEAST ? quartiles(spoken.map(deal => deal.longestGapDays)) : undefined
  const cycles = quartiles(won.map(deal => deal.daysOpen))!
  const people = quartiles(won.map(deal => deal.contacts))!
  const amounts = isKnownBefore(closed)
    ? quartiles(won.flatMap(({ amount }) => (amount ? [amount] : [])))
    : undefined
  return {
    ...counts,
    isOwn: true,
    gapDays: Math.max(7, gaps?.q3 ?? ASSUMED.gapDays),
    amount: amounts?.q3 ?? ASSUMED.amount,
    cycleDays: cycles.q3,
    contacts: people.median,
    talks: quartiles(spoken.map(deal => deal.talks))?.median ?? ASSUMED.talks,
    gaps,
    cycles,
    people,
  }
}

/** What is usual among the won deals of one pipeline, against which the parts of a deal's health are held. */
export type Usual = {
  won: number
  contacts: Quartiles
  met: Quartiles
  /** The longest silence of those with a contact logged, and by how many days they ran past their date; undefined below ten. */
  gaps: Quartiles | undefined
  late: Quartiles | undefined
  /** Shares of them: with a contact logged, one that came in, a date, an objection that nobody answered, a competitor. */
  spoken: number
  inbound: number
  dated: number
  objected: number
  rivalled: number
}

/** Undefined where the pipeline has too few won deals to say what is usual. */
export function usualIn(closed: readonly DealFacts[], pipelineId: string): Usual | undefined {
  const won = closed.filter(deal => deal.status === 'WON' && deal.pipelineId === pipelineId)
  if (won.length < WON_AT_LEAST) return undefined
  const shareOf = (holds: (deal: DealFacts) => boolean) => won.filter(holds).length / won.length
  const enough = (values: number[]) => (values.length >= WON_AT_LEAST ? quartiles(values) : undefined)
  return {
    won: won.length,
    contacts: quartiles(won.map(({ contacts }) => contacts))!,
    met: quartiles(won.map(({ met }) => met))!,
    gaps: enough(won.filter(({ talks }) => talks > 0).map(deal => deal.longestGapDays)),
    late: enough(won.filter(deal => deal.expectedCloseDate).map(({ lateDays }) => lateDays)),
    spoken: shareOf(({ talks }) => talks > 0),
    inbound: shareOf(({ inbound }) => inbound > 0),
    dated: shareOf(deal => deal.expectedCloseDate !== null),
    objected: shareOf(({ objections }) => objections.some(({ answered }) => !answered)),
    rivalled: shareOf(({ competitors }) => competitors.length > 0),
  }
}

/** Fewer than one won deal in ten had it: that this one has none tells nothing. */
export const SELDOM = 0.1
