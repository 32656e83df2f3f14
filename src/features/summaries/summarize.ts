import { z } from 'zod'
import { aiAnswer, coldStart, type Evidence, evidence } from '#core/ai/answer.ts'
import { type SourceText, unique } from '#core/ai/evidence.ts'
import { type Tx, together } from '#core/db/workspace.ts'
import { memberNames } from '#features/analytics/scope.ts'
import { openTasks, type Planned } from '#features/deal-coach/people.ts'
import { objectionsIn, type Raised } from '#features/deal-signals/raised.ts'
import { headOf, requiredSubject, subjectShape } from '#features/deal-signals/subject.ts'
import {
  fieldQuote,
  gistOf,
  type Subject,
  sourceOf,
  type Talk,
  talksOf,
} from '#features/deal-signals/talks.ts'
import { tellingIn } from '#features/deal-signals/telltale.ts'
import { count, dayText, listed, upper, wholeDays } from '#features/deal-signals/words.ts'

export const summaryBody = z.strictObject(subjectShape)

const point = z.object({ at: z.string(), text: z.string(), evidence: z.array(evidence) })
type Point = z.infer<typeof point>
export const summaryAnswer = aiAnswer({
  recordType: z.enum(['deal', 'contact', 'company', 'lead']),
  recordId: z.uuid(),
  title: z.string(),
  summary: z.string(),
  points: z.array(point).meta({ description: 'What happened, the first first' }),
  openPoints: z
    .array(z.object({ key: z.string(), text: z.string(), evidence: z.array(evidence) }))
    .meta({ description: 'What is still to be settled' }),
  counts: z.object({ calls: z.int(), emails: z.int(), meetings: z.int(), messages: z.int(), notes: z.int() }),
})
type Answer = Omit<z.infer<typeof summaryAnswer>, 'provider' | 'model' | 'generatedAt'>

const POINTS_AT_MOST = 8
const OPEN_AT_MOST = 6
const RECENT_DAYS = 180
const TALKS_FROM = 2
const SOURCES_AT_MOST = 40

/** The history of a record in a few sentences and points. @throws Refusal 400 where no such record is there for the caller */
export async function summarize(
  tx: Tx,
  body: z.infer<typeof summaryBody>,
): Promise<{ builtin: Answer; facts: object; sources: SourceText[] }> {
  const subject = requiredSubject(body, ['dealId', 'contactId', 'companyId', 'leadId'])
  const [head, all, tasks, moves, names] = await together([
    headOf(tx, subject),
    talksOf(tx, subject),
    openTasks(tx, subject.id),
    subject.type === 'deal' ? stagesWalked(tx, subject.id) : [],
    memberNames(tx),
  ])
  const since = new Date(Date.now() - RECENT_DAYS * 86_400_000).toISOString()
  // What a company objected to years ago is settled one way or the other.
  const objections = objectionsIn(all).filter(({ raisedAt }) => raisedAt > since)
  const openPoints = openPointsIn(all, objections, tasks)
  const points = [...pointsIn(all), ...moves].sort((a, b) => (a.at < b.at ? -1 : 1))
  const counts = countsOf(all)
  const owner = head.ownerId ? names.get(head.ownerId) : undefined
  const builtin: Answer = {
    recordType: subject.type,
    recordId: subject.id,
    title: head.title,
    summary: summaryText({
      subject,
      title: head.title,
      createdAt: head.createdAt,
      owner,
      talks: all,
      moves,
      objections,
      counts,
    }),
    points,
    openPoints,
    counts,
    evidence: unique([...points.flatMap(one => one.evidence), ...openPoints.flatMap(one => one.evidence)]),
    confidence: Math.round(Math.min(0.9, 0.3 + 0.1 * all.length) * 100) / 100,
    warnings:
      all.length < TALKS_FROM
        ? [coldStart(all.length, TALKS_FROM, 'conversations and notes on this record')]
        : [],
  }
  const items = [
    ...points.map(({ text }, i) => ({ key: `point:${i}`, text })),
    ...openPoints.map(({ key, text }) => ({ key: `open:${key}`, text })),
  ]
  return {
    builtin,
    facts: { title: head.title, createdAt: head.createdAt, owner, summary: builtin.summary, counts, items },
    sources: all.slice(0, SOURCES_AT_MOST).map(sourceOf),
  }
}

async function stagesWalked(tx: Tx, dealId: string): Promise<Point[]> {
  const rows = await tx.session.rows(
    `select s.name, h.entered_at as at from deal_stage_history h join stages s on s.workspace_id = $1::uuid and s.id = h.stage_id where h.workspace_id = $1::uuid and h.deal_id = $2::uuid order by h.entered_at, h.id limit 30`,
    [tx.who.workspaceId, dealId],
  )
  return rows.map(row => ({ at: row.at as string, text: `Moved to ${row.name}`, evidence: [] }))
}

/** The sentences that tell most, one of each talk; the newer ones a little before the older. */
function pointsIn(talks: readonly Talk[]): Point[] {
  const best = talks.flatMap((talk, age) => {
    const [first] = tellingIn(talk).sort((a, b) => b.points - a.points)
    const found =
      first?.evidence ?? (talk.recordType !== 'interaction' || talk.isTwoWay ? gistOf(talk) : undefined)
    return found ? [{ talk, evidence: found, points: (first?.points ?? 1) - age / (talks.length + 1) }] : []
  })
  return best
    .sort((a, b) => b.points - a.points)
    .slice(0, POINTS_AT_MOST)
    .map(({ talk, evidence: found }) => ({
      at: talk.occurredAt,
      text: `${labelOf(talk)}: ${found.sentence}`,
      evidence: [found],
    }))
}

const LABELS: Record<Talk['type'], string> = {
  CALL: 'Call',
  EMAIL: 'Mail',
  MEETING: 'Meeting',
  MESSAGE: 'Message',
  NOTE: 'Note',
}
const labelOf = ({ type, isInbound }: Talk): string =>
  type === 'EMAIL' || type === 'MESSAGE'
    ? `${LABELS[type]} ${isInbound ? 'from them' : 'from us'}`
    : LABELS[type]

function openPointsIn(
  talks: readonly Talk[],
  objections: readonly Raised[],
  tasks: readonly Planned[],
): Answer['openPoints'] {
  const open: Answer['openPoints'] = objections
    .filter(({ answered, category }) => !answered && category !== 'competitor')
    .slice(-OPEN_AT_MOST)
    .map(({ category, raisedAt, evidence: found }) => ({
      key: `objection_${category}_${raisedAt}`,
      text: `Unanswered objection about ${category} of ${dayText(raisedAt)}`,
      evidence: [found],
    }))
  const [last] = talks.filter(({ recordType }) => recordType === 'interaction')
  if (last?.isInbound && (last.type === 'EMAIL' || last.type === 'MESSAGE'))
    open.push({
      key: 'reply',
      text: `Their ${LABELS[last.type].toLowerCase()} of ${dayText(last.occurredAt)} waits for an answer`,
      evidence: [gistOf(last)],
    })
  const agreed = talks.find(({ nextSteps }) => nextSteps)
  if (agreed && !tasks.length)
    open.push({
      key: 'next_step',
      text: `Agreed on ${dayText(agreed.occurredAt)}, and no task is open for it: ${agreed.nextSteps}`,
      evidence: [fieldQuote(agreed, 'nextSteps', agreed.nextSteps!)],
    })
  const overdue: Evidence[] = tasks
    .filter(({ isOverdue }) => isOverdue)
    .map(({ id, title }) => ({
      recordType: 'task',
      recordId: id,
      field: 'title',
      sentence: title,
      start: 0,
      end: title.length,
    }))
  if (overdue.length)
    open.push({
      key: 'overdue',
      text: `${upper(count(overdue.length, 'task'))} overdue: ${listed(overdue.map(({ sentence }) => sentence))}`,
      evidence: overdue,
    })
  return open
}

function countsOf(talks: readonly Talk[]): Answer['counts'] {
  const of = (type: Talk['type']) => talks.filter(talk => talk.type === type).length
  return {
    calls: of('CALL'),
    emails: of('EMAIL'),
    meetings: of('MEETING'),
    messages: of('MESSAGE'),
    notes: of('NOTE'),
  }
}

type Told = {
  subject: Subject
  title: string
  createdAt: string
  owner: string | undefined
  talks: readonly Talk[]
  moves: readonly Point[]
  objections: readonly Raised[]
  counts: Answer['counts']
}

function summaryText({ subject, title, createdAt, owner, talks, moves, objections, counts }: Told): string {
  const parts = [
    `${title}: ${subject.type} since ${dayText(createdAt)}${owner ? `, with ${owner}` : ''}${moves.length ? `, now in ${moves.at(-1)!.text.replace('Moved to ', '')}` : ''}.`,
  ]
  const said = [
    counts.calls && count(counts.calls, 'call'),
    counts.emails && count(counts.emails, 'mail'),
    counts.meetings && count(counts.meetings, 'meeting'),
    counts.messages && count(counts.messages, 'message'),
    counts.notes && count(counts.notes, 'note'),
  ].filter(Boolean) as string[]
  parts.push(said.length ? `On record: ${listed(said)}.` : 'Nothing that was said or written is on record.')
  const open = objections.filter(({ answered }) => !answered).map(({ category }) => category)
  if (open.length) parts.push(`Open objections: ${listed([...new Set(open)])}.`)
  else if (objections.length) parts.push('Their objections were answered.')
  const rivals = [...new Set(talks.flatMap(({ competitors }) => competitors))].slice(0, 5)
  if (rivals.length) parts.push(`Competitors named: ${listed(rivals)}.`)
  const last = talks.find(talk => talk.isTwoWay)
  if (last)
    parts.push(
      `Last heard ${wholeDays((Date.now() - Date.parse(last.occurredAt)) / 86_400_000)} ago: “${gistOf(last).sentence}”`,
    )
  return parts.join(' ')
}
