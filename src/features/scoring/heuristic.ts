import type { Tx } from '#core/db/workspace.ts'
import { stalenessOf } from '#features/deal-signals/staleness.ts'
import { logit, sigmoid } from './learn/model.ts'
import type { Cell } from './learn/table.ts'
import { OF_TIME, type Own, REPLACED } from './own.ts'
import { daysBetween, type Kind, type SeenRow } from './rows.ts'

/**
 * Before there is enough to learn from: what is commonly held of sales, as steps in log-odds from a base rate. The base is the
 * workspace's own share of successes, drawn to the stated prior as if so many more records had shown it.
 */
const PRIOR: Record<Kind, { rate: number; worth: number }> = {
  lead: { rate: 0.2, worth: 50 },
  deal: { rate: 0.3, worth: 50 },
}
/** How far off in log-odds such a guess is taken to be, for nine cases of ten. */
const DOUBT = 1.5

export type Guess = {
  probability: number
  interval: [number, number]
  shares: Map<string, number>
  base: number
}
export type Outcomes = { successes: number; failures: number }

const OUTCOMES: Record<Kind, string> = {
  lead: `select count(*) filter (where stage = 'CONVERTED')::int as successes, count(*) filter (where stage = 'UNQUALIFIED')::int as failures
    from leads where workspace_id = $1::uuid and stage in ('CONVERTED', 'UNQUALIFIED') and deleted_at is null`,
  deal: `select count(*) filter (where status = 'WON')::int as successes, count(*) filter (where status = 'LOST')::int as failures
    from deals where workspace_id = $1::uuid and status in ('WON', 'LOST') and deleted_at is null`,
}

/** How many ended how, as far as the caller may see. */
export async function outcomesSeen(tx: Tx, kind: Kind): Promise<Outcomes> {
  const [row] = await tx.session.rows(OUTCOMES[kind], [tx.who.workspaceId])
  return row as unknown as Outcomes
}

export const baseRate = (kind: Kind, { successes, failures }: Outcomes): number => {
  const { rate, worth } = PRIOR[kind]
  return (successes + rate * worth) / (successes + failures + worth)
}

type Step = (cells: Readonly<Record<string, Cell>>) => number
const number = (cell: Cell | undefined) => (typeof cell === 'number' ? cell : undefined)

const RULES: Record<Kind, Record<string, Step>> = {
  lead: {
    stage: ({ stage }) => (stage === 'QUALIFIED' ? 1.2 : stage === 'CONTACTED' ? 0.4 : 0),
    source: ({ source }) =>
      /refer|partner|recommend|empfehl/i.test(String(source ?? ''))
        ? 0.7
        : /cold|list|purchas/i.test(String(source ?? ''))
          ? -0.5
          : 0,
    email: ({ email }) => (email === 'own domain' ? 0.3 : email === null ? -0.4 : 0),
    phone: ({ phone }) => (phone ? 0.2 : -0.1),
    company: ({ company }) => (company ? 0.2 : -0.2),
    daysSinceTouched: ({ daysSinceTouched }) => {
      const days = number(daysSinceTouched)
      return days === undefined ? 0 : days <= 14 ? 0.3 : days > 45 ? -0.6 : 0
    },
  },
  deal: {
    daysSilent: ({ daysSilent }) => {
      const days = number(daysSilent)
      return days === undefined ? -0.2 : days <= 14 ? 0.3 : 0
    },
    inbound: ({ inbound }) => (number(inbound) ? 0.3 : 0),
    meetings: ({ meetings }) => (number(meetings) ? 0.3 : 0),
    people: ({ people }) => ((number(people) ?? 0) >= 2 ? 0.2 : -0.1),
    sentiment: ({ sentiment }) => 0.6 * (number(sentiment) ?? 0),
    competitors: ({ competitors }) => (number(competitors) ? -0.2 : 0),
    tasksDone: ({ tasksDone }) => (number(tasksDone) ? 0.1 : 0),
  },
}

/** What silence, rest and a date gone by take from a deal, by the field that shows it. */
function staleShares({ cells, record, at }: SeenRow): Record<string, number> {
  const rottingDays = number(record.rottingDays as Cell)
  const { silence, stage, lateness } = stalenessOf({
    silentDays: number(cells.daysSilent) ?? daysBetween(record.createdAt, at) ?? 0,
    daysInStage: number(cells.daysInStage) ?? 0,
    lateDays: number(record.lateDays as Cell) ?? 0,
    usualStage: rottingDays,
  })
  return { daysSilent: silence, daysInStage: stage, expectedCloseDate: lateness }
}

/** Of a deal, its stage's probability says more than the base rate: half the way to it. */
function stageShare(row: SeenRow, base: number): number {
  const percent = Number(row.record.stageProbability)
  if (!Number.isFinite(percent)) return 0
  return 0.5 * (logit(Math.min(0.95, Math.max(0.03, percent / 100))) - logit(base))
}

/** @param own what closed deals of the workspace show already; the rules of thumb for the same things give way to it */
export function guess(kind: Kind, row: SeenRow, outcomes: Outcomes, own: readonly Own[] = []): Guess {
  const base = baseRate(kind, outcomes)
  const shares = new Map<string, number>()
  for (const [key, step] of Object.entries(RULES[kind]))
    if (!own.some(one => REPLACED[key]?.some(signal => one.key === `signal:${signal}`)))
      shares.set(key, step(row.cells))
  for (const { key, share } of own) shares.set(key, share)
  if (kind === 'deal') {
    shares.set('stageId', stageShare(row, base))
    for (const [key, share] of Object.entries(staleShares(row))) {
      const shown = Math.min(0, shares.get(OF_TIME[key] ?? '') ?? 0)
      shares.set(key, (shares.get(key) ?? 0) + Math.min(0, share - shown))
    }
  }
  const logOdds = logit(base) + [...shares.values()].reduce((sum, share) => sum + share, 0)
  return {
    probability: sigmoid(logOdds),
    interval: [sigmoid(logOdds - DOUBT), sigmoid(logOdds + DOUBT)],
    shares,
    base,
  }
}
