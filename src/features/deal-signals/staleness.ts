/**
 * What time takes from the chance of a deal that nobody works, in log-odds of 0 or less: our own guess, from what salespeople hold of
 * it, until closed deals tell better. Each doubling of what is usual takes the same again.
 */
export type Staleness = { silence: number; stage: number; lateness: number }

/** How often what is usual (days) has gone by twice, what one doubling takes and what they take at most. */
const SILENCE = { usual: 21, each: -0.7, most: -2.4 }
const STAGE = { usual: 45, each: -0.4, most: -1.2 }
const LATENESS = { usual: 14, each: -0.4, most: -1.6 }

const loss = ({ usual, each, most }: typeof SILENCE, days: number): number =>
  days > usual ? Math.max(most, each * Math.log2(days / usual)) : 0

type Clocks = {
  /** Days since anybody was in touch, or since the deal was made. */
  silentDays: number
  daysInStage: number
  /** Days past the expected close. */
  lateDays: number
  /** What is usual here, where that is known: the longest silence of most won deals, the stage's limit. */
  usualSilence?: number
  usualStage?: number
}

export const stalenessOf = ({
  silentDays,
  daysInStage,
  lateDays,
  usualSilence,
  usualStage,
}: Clocks): Staleness => ({
  silence: loss({ ...SILENCE, usual: usualSilence ?? SILENCE.usual }, silentDays),
  stage: loss({ ...STAGE, usual: usualStage ?? STAGE.usual }, daysInStage),
  // A day late is not nothing, and two weeks are one doubling.
  lateness: lateDays > 0 ? loss(LATENESS, LATENESS.usual + lateDays) : 0,
})
