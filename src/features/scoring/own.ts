import type { Tx } from '#core/db/workspace.ts'
import { sharesOf } from '#features/deal-signals/effects.ts'
import type { DealFacts } from '#features/deal-signals/facts.ts'
import { type History, historyWith } from '#features/deal-signals/history.ts'

/** What the workspace's own closed deals show of something that is so of a deal, before there are enough of them to learn a model. */
export type Own = {
  key: string
  label: string
  /** What it adds to the log-odds. */
  share: number
}

/** Rules of thumb give way to what the workspace's own deals show of the same thing. */
export const REPLACED: Record<string, readonly string[]> = {
  competitors: ['competitor'],
  meetings: ['meetings'],
  sentiment: ['warm', 'cool'],
  people: ['single', 'several'],
  daysSilent: ['silent'],
}

/** Of what time takes only that is added by rule which the workspace's own deals do not show already. */
export const OF_TIME: Record<string, string> = {
  daysSilent: 'signal:silent',
  expectedCloseDate: 'signal:late',
}

export type Known = History & { named: DealFacts[] }

/** By deal: the measured effects of what its records show. */
export async function ownOf(tx: Tx, ids: readonly string[], known?: Known): Promise<Map<string, Own[]>> {
  const history = known ?? (await historyWith(tx, ids))
  return new Map(
    history.named.map(deal => [
      deal.id,
      sharesOf(deal, history.effects, history.norms).map(({ key, statement, share }) => ({
        key: `signal:${key}`,
        label: statement,
        share,
      })),
    ]),
  )
}
