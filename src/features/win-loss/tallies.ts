import { z } from 'zod'
import { type Evidence, evidence } from '#core/ai/answer.ts'
import { unique } from '#core/ai/evidence.ts'
import { inLanguage } from '#core/ai/language.ts'
import { arrayLiteral } from '#core/db/engine.ts'
import type { Tx } from '#core/db/workspace.ts'
import { share } from '#features/analytics/scope.ts'
import { OBJECTION_CATEGORIES, type ObjectionCategory } from '#features/deal-signals/categories.ts'
import type { DealFacts, Outcomes } from '#features/deal-signals/facts.ts'
import { objectionsIn } from '#features/deal-signals/raised.ts'
import { competitorQuote, type Talk, talksOfMany } from '#features/deal-signals/talks.ts'
import { titleOf } from '#features/deal-signals/telling.ts'

export const counts = {
  won: z.int(),
  lost: z.int(),
  winRate: z.number().nullable().meta({ description: 'Won by won and lost, 0 to 1' }),
}
/** A count rests on as many records; the latest stand for it. */
const grounds = z.array(evidence).meta({ description: 'The latest of the records that are counted' })

export const tallyShape = {
  lostReasons: z.array(
    z.object({
      reason: z.string().nullable(),
      lost: z.int(),
      share: z.number().nullable(),
      before: z.int(),
      evidence: grounds,
    }),
  ),
  competitors: z.array(z.object({ name: z.string(), ...counts, evidence: grounds })),
  objections: z.array(
    z.object({
      category: z.enum(OBJECTION_CATEGORIES),
      answered: z.object(counts),
      unanswered: z.object(counts),
      evidence: grounds,
    }),
  ),
  byPeriod: z.array(
    z.object({
      from: z.string().meta({ example: '2026-07' }),
      ...counts,
      topLostReason: z.string().nullable(),
      evidence: grounds,
    }),
  ),
}
const tallies = z.object(tallyShape)
type Tallies = z.infer<typeof tallies>

const LISTED_AT_MOST = 20
const EXAMPLES_EACH = 2
const TALKS_READ = 800

type Given = { outcomes: readonly Outcomes[]; before: readonly Outcomes[]; closed: readonly DealFacts[] }

/** Reasons, competitors, objections and months of a period, each with the latest records that it counts. */
export async function tallied(tx: Tx, { outcomes, before, closed }: Given): Promise<Tallies> {
  const reasons = reasonsOf(outcomes, before)
  const months = byMonth(outcomes)
  const deals = await dealsOf(
    tx,
    [...reasons, ...months].flatMap(({ latest }) => latest),
  )
  const [rivals, raised] = [rivalsOf(closed), raisedIn(closed)]
  const talks = await talksOfMany(
    tx,
    'deal',
    [...new Set([...rivals, ...raised].flatMap(one => one.deals.map(({ id }) => id)))],
    TALKS_READ,
  )
  const of = (deal: DealFacts) => talks.filter(talk => talk.dealId === deal.id)
  const known = (latest: readonly string[]) => latest.flatMap(id => deals.get(id) ?? [])
  return {
    lostReasons: reasons.map(({ latest, ...one }) => ({ ...one, evidence: known(latest).map(reasonOf) })),
    competitors: rivals.map(({ deals: latest, ...one }) => ({
      ...one,
      evidence: unique(latest.flatMap(deal => rivalQuote(one.name, deal, of(deal)))),
    })),
    objections: raised.map(({ deals: latest, ...one }) => ({
      ...one,
      evidence: unique(latest.flatMap(deal => raisedQuote(one.category, deal, of(deal)))),
    })),
    byPeriod: months.map(({ latest, ...one }) => ({ ...one, evidence: known(latest).map(titleOf) })),
  }
}

export const groundsOfTallies = (of: Tallies): Evidence[][] =>
  Object.values(of).flatMap(list => list.map((one: { evidence: Evidence[] }) => one.evidence))

export function talliesOf(outcomes: readonly Outcomes[]) {
  const of = (wanted: string) => outcomes.reduce((sum, { status, n }) => sum + (status === wanted ? n : 0), 0)
  const [won, lost] = [of('WON'), of('LOST')]
  return { won, lost, winRate: share(won, won + lost) }
}

function countsOf(deals: readonly DealFacts[]) {
  const won = deals.filter(({ status }) => status === 'WON').length
  return { won, lost: deals.length - won, winRate: share(won, deals.length) }
}

/** Of counted groups the deals that were closed last: `latest` of a group begins with when that was. */
const latestIn = (outcomes: readonly Outcomes[], atMost = EXAMPLES_EACH): string[] =>
  outcomes
    .map(({ latest }) => latest)
    .sort()
    .reverse()
    .slice(0, atMost)
    .map(latest => latest.slice(latest.lastIndexOf(' ') + 1))

async function dealsOf(tx: Tx, ids: readonly string[]): Promise<Map<string, DealFacts>> {
  if (!ids.length) return new Map()
  const rows = await tx.session.rows(
    'select id, title, closed_at as "closedAt", lost_reason as "lostReason" from deals where workspace_id = $1::uuid and id = any($2::uuid[])',
    [tx.who.workspaceId, arrayLiteral([...new Set(ids)])],
  )
  return new Map(rows.map(row => [row.id as string, row as unknown as DealFacts]))
}

/** That no reason was recorded is told by the field that is empty. */
const reasonOf = ({ id, lostReason, closedAt }: DealFacts): Evidence => ({
  recordType: 'deal',
  recordId: id,
  field: 'lostReason',
  sentence: lostReason ?? inLanguage('No reason is recorded', 'Kein Grund ist erfasst'),
  ...(lostReason === null ? { value: null } : {}),
  ...(closedAt ? { occurredAt: closedAt } : {}),
})

function rivalQuote(name: string, deal: DealFacts, talks: readonly Talk[]): Evidence[] {
  const wanted = name.trim().toLowerCase()
  const [said] = talks.filter(talk => talk.competitors.some(one => one.trim().toLowerCase() === wanted))
  return said
    ? [competitorQuote(said, said.competitors.find(one => one.trim().toLowerCase() === wanted)!)]
    : [titleOf(deal)]
}

const raisedQuote = (category: ObjectionCategory, deal: DealFacts, talks: readonly Talk[]): Evidence[] => {
  const found = objectionsIn(talks, { readsTexts: false }).filter(one => one.category === category)
  return found.length ? found.map(({ evidence: said }) => said) : [titleOf(deal)]
}

function reasonsOf(outcomes: readonly Outcomes[], before: readonly Outcomes[]) {
  const byReason = (list: readonly Outcomes[]) =>
    Map.groupBy(
      list.filter(({ status }) => status === 'LOST'),
      ({ lostReason }) => lostReason,
    )
  const count = (list: readonly Outcomes[] = []) => list.reduce((sum, { n }) => sum + n, 0)
  const earlier = byReason(before)
  const { lost: all } = talliesOf(outcomes)
  return [...byReason(outcomes)]
    .map(([reason, list]) => ({
      reason,
      lost: count(list),
      share: share(count(list), all),
      before: count(earlier.get(reason)),
      latest: latestIn(list),
    }))
    .sort((a, b) => b.lost - a.lost)
    .slice(0, LISTED_AT_MOST)
}

const latestOf = (deals: readonly DealFacts[]): DealFacts[] =>
  deals.toSorted((a, b) => (a.closedAt! < b.closedAt! ? 1 : -1)).slice(0, EXAMPLES_EACH)

function rivalsOf(closed: readonly DealFacts[]) {
  const byName = new Map<string, { name: string; deals: DealFacts[] }>()
  for (const deal of closed)
    for (const name of new Map(deal.competitors.map(one => [one.trim().toLowerCase(), one])).values()) {
      const key = name.trim().toLowerCase()
      const known = byName.get(key) ?? { name, deals: [] }
      known.deals.push(deal)
      byName.set(key, known)
    }
  return [...byName.values()]
    .map(({ name, deals }) => ({ name, ...countsOf(deals), deals: latestOf(deals) }))
    .sort((a, b) => b.won + b.lost - (a.won + a.lost))
    .slice(0, LISTED_AT_MOST)
}

const raisedIn = (closed: readonly DealFacts[]) =>
  OBJECTION_CATEGORIES.map(category => {
    const which = (answered: boolean) =>
      closed.filter(deal =>
        deal.objections.some(one => one.category === category && one.answered === answered),
      )
    const [answered, unanswered] = [which(true), which(false)]
    return {
      category,
      answered: countsOf(answered),
      unanswered: countsOf(unanswered),
      deals: [...latestOf(answered).slice(0, 1), ...latestOf(unanswered).slice(0, 1)],
    }
  }).filter(({ deals }) => deals.length > 0)

const byMonth = (outcomes: readonly Outcomes[]) =>
  [...Map.groupBy(outcomes, ({ month }) => month)]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([from, list]) => ({
      from,
      ...talliesOf(list),
      topLostReason: reasonsOf(list, [])[0]?.reason ?? null,
      latest: (['WON', 'LOST'] as const).flatMap(status =>
        latestIn(
          list.filter(one => one.status === status),
          1,
        ),
      ),
    }))
