import { z } from 'zod'
import { aiAnswer, type Evidence, evidence, type Warning } from '#core/ai/answer.ts'
import { type SourceText, unique } from '#core/ai/evidence.ts'
import { inLanguage } from '#core/ai/language.ts'
import { type Tx, together } from '#core/db/workspace.ts'
import { daysUntil, elapsedDays } from '#core/record/days.ts'
import { addDays, dayIn, startOfDay } from '#core/record/relative-time.ts'
import { draftClick } from '#features/deal-coach/one-click.ts'
import { primaries, type Stakeholder } from '#features/deal-coach/people.ts'
import { recommendationsFor } from '#features/deal-coach/recommend.ts'
import { risksOf, type Seen } from '#features/deal-coach/risks.ts'
import { oneClick } from '#features/deal-coach/shapes.ts'
import type { DealFacts } from '#features/deal-signals/facts.ts'
import { type History, historyWith, sureness, thin } from '#features/deal-signals/history.ts'
import { competitorsIn, objectionsIn } from '#features/deal-signals/raised.ts'
import {
  bestSentence,
  gistOf,
  quoteOf,
  sourceOf,
  type Talk,
  talksOfMany,
} from '#features/deal-signals/talks.ts'
import { count, dativeDays, wholeDays } from '#features/deal-signals/words.ts'
import {
  type DueTask,
  dueTasks,
  openDeals,
  unanswered,
  type WaitingLead,
  type Whose,
  waitingLeads,
} from './candidates.ts'

const LIMIT = 10

export const actionsBody = z.strictObject({
  ownerId: z
    .uuid('must be the id of a member')
    .optional()
    .meta({ description: 'Whose deals, tasks and leads; your own where not given' }),
  limit: z.int().min(1).max(30).default(LIMIT),
})

const action = z.object({
  key: z.string(),
  kind: z.enum(['REPLY', 'DEAL', 'TASK', 'LEAD']),
  recordType: z.enum(['deal', 'task', 'lead']),
  recordId: z.uuid(),
  title: z.string().meta({ description: 'Of the record' }),
  action: z.string(),
  reason: z.string(),
  amount: z.number().nullable().meta({ description: "Of the deal, in the workspace's currency" }),
  atStake: z.number().nullable().meta({
    description: 'Of a deal: amount × the chance that what can be mended costs it, by the fitted effects',
  }),
  evidence: z.array(evidence),
  create: oneClick.nullable(),
})
export const actionsAnswer = aiAnswer({
  summary: z.string(),
  actions: z.array(action).meta({ description: 'The most urgent first' }),
})
type Action = z.infer<typeof action>
type Answer = Omit<z.infer<typeof actionsAnswer>, 'provider' | 'model' | 'generatedAt'>

/** What is worth doing next across all deals, tasks and leads of a member. */
export async function nextActions(
  tx: Tx,
  { ownerId, limit }: z.infer<typeof actionsBody>,
): Promise<{ builtin: Answer; facts: object; sources: SourceText[] }> {
  const { userId, role, timezone } = tx.who
  const asked: Whose = { memberId: ownerId ?? userId }
  const own = await openDeals(tx, asked)
  // Who leads and has no deals of their own wants to know of the team's.
  const isTeam = !own.total && ownerId === undefined && (role === 'OWNER' || role === 'ADMIN')
  const whose: Whose = isTeam ? { memberId: null } : asked
  const open = isTeam ? await openDeals(tx, whose) : own
  const ids = open.found
  const tomorrow = startOfDay(addDays(dayIn(timezone), 1), timezone).toISOString()
  const [history, tasks, leads, { total: replies, found: waiting }] = await together([
    historyWith(tx, ids),
    dueTasks(tx, whose, tomorrow),
    waitingLeads(tx, whose),
    unanswered(tx, whose, ids),
  ])
  const ranked = rankedDeals(history.named, history, waiting, timezone)
  const chosen = ranked.slice(0, limit)
  const chosenIds = chosen.map(({ deal }) => deal.id)
  const [talks, people] = await together([talksOfMany(tx, 'deal', chosenIds, 400), primaries(tx, chosenIds)])
  const ofDeals = chosen.flatMap(one =>
    dealAction(
      tx,
      one,
      history,
      talks.filter(talk => talk.dealId === one.deal.id),
      waiting.get(one.deal.id),
      people.get(one.deal.id) ?? [],
    ),
  )
  const all = [...ofDeals, ...tasks.found.map(taskAction), ...leads.found.map(lead => leadAction(lead))]
    .sort((a, b) => b.score - a.score)
    .slice(0, limit)
  const actions = all.map(({ score: _, ...one }) => one)
  const builtin: Answer = {
    summary: summaryOf({ deals: open.total, tasks: tasks.total, replies, leads: leads.total }, isTeam),
    actions,
    evidence: unique(actions.flatMap(one => one.evidence)),
    confidence: sureness(history),
    warnings: [
      ...thin(history),
      ...(isTeam ? [team()] : []),
      ...(open.total + tasks.total + leads.total ? [] : [nothing()]),
    ],
  }
  const items = actions.map(({ key, action: what, reason, title }) => ({
    key,
    title,
    action: what,
    text: reason,
  }))
  return { builtin, facts: { summary: builtin.summary, items }, sources: talks.slice(0, 20).map(sourceOf) }
}

const team = (): Warning => ({
  code: 'TEAM',
  message: inLanguage(
    "You have no open deals of your own; this is the whole team's",
    'Sie haben keine eigenen offenen Deals; dies gilt für das ganze Team',
  ),
})
const nothing = (): Warning => ({
  code: 'NOTHING_OPEN',
  message: inLanguage(
    'No open deals, due tasks or new leads',
    'Keine offenen Deals, fälligen Aufgaben oder neuen Leads',
  ),
})

type Ranked = { deal: DealFacts; atStake: number; score: number }

/** What somebody can do something about. */
const MENDABLE = /_open$|^(?:silent|chased|single|late|competitor|cool)$/
/** Silent for so many times what is usual, a deal is to be decided on, and no longer first of the day. */
const ASLEEP = 3
const ASLEEP_COUNTS = 0.15
const DUE_SOON_DAYS = 10
/** Scores of what is no deal stand beside deals by their share of the largest stake. */
const REPLY_COUNTS = 0.35

/**
 * Deals by what is at stake: the amount times how much of the chance is lost to what can be mended (p without − p with, by the
 * fitted effects around the base rate); more where the close date is near, less where the deal has long been asleep.
 */
function rankedDeals(
  deals: readonly DealFacts[],
  { effects, norms, closed }: History,
  waiting: Map<string, string>,
  timezone: string,
): Ranked[] {
  const won = closed.filter(({ status }) => status === 'WON').length
  const base = Math.log((won + 3) / (closed.length - won + 7))
  const chance = (logOdds: number) => 1 / (1 + Math.exp(-logOdds))
  const found = deals.map(deal => {
    const held = effects.filter(
      effect =>
        MENDABLE.test(effect.key) &&
        effect.holds(deal, norms) &&
        (effect.key !== 'silent' || deal.silentDays >= norms.gapDays / 2),
    )
    const lost = held.reduce((sum, { logOdds }) => sum + Math.min(0, logOdds), 0)
    const unspoken = deal.talks === 0 ? -0.7 : 0
    const atStake = (deal.amount ?? 0) * Math.max(0.02, chance(base) - chance(base + lost + unspoken))
    const isAsleep = deal.silentDays > ASLEEP * norms.gapDays
    const left = deal.expectedCloseDate ? daysUntil(deal.expectedCloseDate, timezone) : Number.NaN
    const isNear = left >= 0 && left <= DUE_SOON_DAYS
    return {
      deal,
      atStake: Math.round(atStake),
      weight: atStake * (isAsleep ? ASLEEP_COUNTS : isNear ? 1.5 : 1),
    }
  })
  const largest = Math.max(1, ...found.map(({ weight }) => weight))
  return found
    .map(({ weight, ...one }) => ({
      ...one,
      score: Math.sqrt(weight / largest) + (waiting.has(one.deal.id) ? REPLY_COUNTS : 0),
    }))
    .sort((a, b) => b.score - a.score || (a.deal.id < b.deal.id ? -1 : 1))
}

type Scored = Action & { score: number }

function dealAction(
  tx: Tx,
  { deal, atStake, score }: Ranked,
  history: History,
  talks: readonly Talk[],
  waiting: string | undefined,
  people: readonly Stakeholder[],
): Scored[] {
  const common = {
    recordType: 'deal' as const,
    recordId: deal.id,
    title: deal.title,
    amount: deal.amount,
    atStake,
    score,
  }
  const letter = waiting && talks.find(({ id }) => id === waiting)
  if (letter) {
    const asked = bestSentence(letter, sentence =>
      sentence.endsWith('?') ? 200 : Math.min(150, sentence.length),
    )
    return [
      {
        ...common,
        key: `reply:${deal.id}`,
        kind: 'REPLY',
        action: inLanguage('Answer them', 'Antworten'),
        reason: inLanguage(
          `They wrote ${agoOf(letter.occurredAt)}, and nobody has answered`,
          `Sie schrieben ${agoOf(letter.occurredAt)}, und niemand hat geantwortet`,
        ),
        evidence: [asked ? quoteOf(letter, asked) : gistOf(letter)],
        create: draftClick({ dealId: deal.id }, 'reply'),
      },
    ]
  }
  const seen: Seen = {
    deal,
    history,
    talks,
    objections: objectionsIn(talks),
    competitors: competitorsIn(talks),
    current: undefined,
    outlook: NO_OUTLOOK,
    tasks: [],
  }
  const [first] = recommendationsFor(
    risksOf(seen).filter(({ key }) => key !== 'no_next_step'),
    { ...seen, tx, people },
  )
  if (!first) return []
  const isAsleep = deal.silentDays > ASLEEP * history.norms.gapDays
  const text = isAsleep
    ? inLanguage(
        `Silent for ${wholeDays(deal.silentDays)}: revive it or close it`,
        `Seit ${dativeDays(deal.silentDays)} still: wiederbeleben oder abschließen`,
      )
    : first.action
  return [
    {
      ...common,
      key: `${first.key}:${deal.id}`,
      kind: 'DEAL',
      action: text,
      reason: first.reason,
      evidence: first.evidence,
      create: first.create,
    },
  ]
}
const NO_OUTLOOK: Seen['outlook'] = {
  all: { n: 0, won: 0 },
  inStage: { n: 0, won: 0 },
  asLong: { n: 0, won: 0 },
  asLongDays: 0,
}

const agoOf = (at: string): string => {
  const days = elapsedDays(at)
  return days < 1
    ? inLanguage('today', 'heute')
    : inLanguage(`${wholeDays(days)} ago`, `vor ${dativeDays(days)}`)
}

function newSince(at: string): string {
  const days = elapsedDays(at)
  return days < 1
    ? inLanguage('New today', 'Neu heute')
    : inLanguage(`New since ${wholeDays(days)}`, `Neu seit ${dativeDays(days)}`)
}

const PRIORITY: Record<string, number> = { URGENT: 1, HIGH: 0.75, MEDIUM: 0.5, LOW: 0.3 }
/** What is overdue for longer than that is no longer urgent, since it was not. */
const STALE_DAYS = 30

const taskAction = ({ id, title, priority, daysOver, dueAt }: DueTask): Scored => ({
  key: `task:${id}`,
  kind: 'TASK',
  recordType: 'task',
  recordId: id,
  title,
  action: title,
  reason:
    daysOver > 0
      ? inLanguage(`Overdue for ${wholeDays(daysOver)}`, `Seit ${dativeDays(daysOver)} überfällig`)
      : inLanguage('Due today', 'Heute fällig'),
  amount: null,
  atStake: null,
  evidence: [
    {
      recordType: 'task',
      recordId: id,
      field: 'title',
      sentence: title,
      start: 0,
      end: title.length,
      occurredAt: dueAt,
    },
  ],
  create: null,
  score: (PRIORITY[priority] ?? 0.5) * (daysOver > STALE_DAYS ? 0.5 : 1),
})

function leadAction({ id, name, company, source, score, createdAt, notes }: WaitingLead): Scored {
  const said = notes?.split('\n')[0]?.trim()
  const grounds: Evidence[] =
    said && notes
      ? [
          {
            recordType: 'lead',
            recordId: id,
            field: 'notes',
            sentence: said,
            start: notes.indexOf(said),
            end: notes.indexOf(said) + said.length,
          },
        ]
      : []
  const parts = [
    newSince(createdAt),
    source && inLanguage(`from ${source}`, `aus ${source}`),
    score !== null && inLanguage(`scored ${score}`, `Score ${score}`),
  ].filter(Boolean)
  return {
    key: `lead:${id}`,
    kind: 'LEAD',
    recordType: 'lead',
    recordId: id,
    title: company ? `${name}, ${company}` : name,
    action: inLanguage(`Contact ${name} for the first time`, `${name} zum ersten Mal ansprechen`),
    reason: parts.join(', '),
    amount: null,
    atStake: null,
    evidence: grounds,
    create: draftClick({ leadId: id }, 'introduction'),
    score: 0.3 + 0.5 * ((score ?? 40) / 100),
  }
}

type Totals = { deals: number; tasks: number; replies: number; leads: number }

function summaryOf({ deals, tasks, replies, leads }: Totals, isTeam: boolean): string {
  const parts = [
    count(deals, 'open deal'),
    replies
      ? inLanguage(
          `${count(replies, 'message')} without an answer`,
          `${count(replies, 'message')} ohne Antwort`,
        )
      : '',
    tasks ? inLanguage(`${count(tasks, 'task')} due`, `${count(tasks, 'task')} fällig`) : '',
    leads
      ? inLanguage(`${count(leads, 'new lead')} to contact`, `${count(leads, 'new lead')} anzusprechen`)
      : '',
  ].filter(Boolean)
  return inLanguage(
    `${isTeam ? 'The team has' : 'You have'} ${parts.join(', ')}.`,
    `${isTeam ? 'Das Team hat' : 'Sie haben'}: ${parts.join(', ')}.`,
  )
}
