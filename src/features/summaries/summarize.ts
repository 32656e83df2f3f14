import { z } from 'zod'
import { aiAnswer, coldStart, type Evidence, evidence } from '#core/ai/answer.ts'
import { type SourceText, unique } from '#core/ai/evidence.ts'
import { inLanguage } from '#core/ai/language.ts'
import { type Tx, together } from '#core/db/workspace.ts'
import { elapsedDays } from '#core/record/days.ts'
import { DAY_MS } from '#core/time.ts'
import { memberNames } from '#features/analytics/scope.ts'
import { openTasks, type Planned } from '#features/deal-coach/people.ts'
import { objectionsIn, type Raised } from '#features/deal-signals/raised.ts'
import { headOf, requiredSubject, subjectShape } from '#features/deal-signals/subject.ts'
import {
  countedTalks,
  fieldQuote,
  gistOf,
  type Subject,
  sourceOf,
  TALKS_AT_MOST,
  type Talk,
  talksOf,
} from '#features/deal-signals/talks.ts'
import { wordFor } from '#features/deal-signals/telling.ts'
import { tellingIn } from '#features/deal-signals/telltale.ts'
import {
  count,
  dativeDays,
  dayText,
  listed,
  shortened,
  unbroken,
  wholeDays,
} from '#features/deal-signals/words.ts'

export const summaryBody = z.strictObject(subjectShape)

const point = z.object({ at: z.string(), text: z.string(), evidence: z.array(evidence) })
type Point = z.infer<typeof point> & { stage?: string }
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
  const since = new Date(Date.now() - RECENT_DAYS * DAY_MS).toISOString()
  // What a company objected to years ago is settled one way or the other.
  const objections = objectionsIn(all).filter(({ raisedAt }) => raisedAt > since)
  const agreed = all.find(({ nextSteps }) => nextSteps)
  const openPoints = openPointsIn(all, objections, tasks, await isPlanned(tx, subject, agreed, tasks))
  const walked = moves.map(({ stage: _, ...move }, at) => ({
    ...move,
    evidence: [at < moves.length - 1 ? named(subject, head.title, move.at) : enteredAt(subject, move.at)],
  }))
  const points = [...pointsIn(all), ...walked].sort((a, b) => (a.at < b.at ? -1 : 1))
  const counts = countsOf(all.length < TALKS_AT_MOST ? byType(all) : await countedTalks(tx, subject))
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
        ? [
            coldStart(
              all.length,
              TALKS_FROM,
              inLanguage('conversations and notes on this record', 'Gespräche und Notizen dazu'),
            ),
          ]
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

/** Whether a task is open for what was agreed: on the record itself, or on the deal or with the contact of that talk. */
async function isPlanned(
  tx: Tx,
  subject: Subject,
  agreed: Talk | undefined,
  tasks: readonly Planned[],
): Promise<boolean> {
  if (tasks.length || !agreed) return tasks.length > 0
  const others = [agreed.dealId, agreed.contactId].filter((id): id is string => !!id && id !== subject.id)
  const found = await together(others.map(id => openTasks(tx, id)))
  return found.some(some => some.length > 0)
}

/** Of a stage that was left the record itself stands: its history tells the rest. */
const named = ({ type, id }: Subject, title: string, occurredAt: string): Evidence => ({
  recordType: type,
  recordId: id,
  field: 'title',
  sentence: title,
  occurredAt,
})
const enteredAt = ({ type, id }: Subject, at: string): Evidence => ({
  recordType: type,
  recordId: id,
  field: 'stageEnteredAt',
  sentence: dayText(at),
  value: new Date(at).toISOString(),
})

async function stagesWalked(tx: Tx, dealId: string): Promise<Point[]> {
  const rows = await tx.session.rows(
    `select s.name, h.entered_at as at from deal_stage_history h join stages s on s.workspace_id = $1::uuid and s.id = h.stage_id where h.workspace_id = $1::uuid and h.deal_id = $2::uuid order by h.entered_at, h.id limit 30`,
    [tx.who.workspaceId, dealId],
  )
  return rows.map(row => ({
    at: row.at as string,
    text: inLanguage(`Moved to ${row.name}`, `In Phase ${row.name}`),
    stage: row.name as string,
    evidence: [],
  }))
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
      text: `${labelOf(talk)}: ${unbroken(shortened(found.sentence))}`,
      evidence: [found],
    }))
}

const LABELS: Record<Talk['type'], [string, string]> = {
  CALL: ['Call', 'Anruf'],
  EMAIL: ['Mail', 'Mail'],
  MEETING: ['Meeting', 'Treffen'],
  MESSAGE: ['Message', 'Nachricht'],
  NOTE: ['Note', 'Notiz'],
}
function labelOf({ type, isInbound }: Talk): string {
  const label = inLanguage(...LABELS[type])
  if (type !== 'EMAIL' && type !== 'MESSAGE') return label
  return `${label} ${isInbound ? inLanguage('from them', 'von ihnen') : inLanguage('from us', 'von uns')}`
}

function openPointsIn(
  talks: readonly Talk[],
  objections: readonly Raised[],
  tasks: readonly Planned[],
  isAgreedPlanned: boolean,
): Answer['openPoints'] {
  const open: Answer['openPoints'] = objections
    .filter(({ answered, category }) => !answered && category !== 'competitor')
    .slice(-OPEN_AT_MOST)
    .map(({ category, raisedAt, evidence: found }) => ({
      key: `objection_${category}_${raisedAt}`,
      text: inLanguage(
        `Unanswered objection about ${wordFor(category)} of ${dayText(raisedAt)}`,
        `Unbeantworteter Einwand vom ${dayText(raisedAt)} (${wordFor(category)})`,
      ),
      evidence: [found],
    }))
  const [last] = talks.filter(({ recordType }) => recordType === 'interaction')
  if (last?.isInbound && (last.type === 'EMAIL' || last.type === 'MESSAGE'))
    open.push({
      key: 'reply',
      text: inLanguage(
        `Their ${LABELS[last.type][0].toLowerCase()} of ${dayText(last.occurredAt)} waits for an answer`,
        `Ihre ${LABELS[last.type][1]} vom ${dayText(last.occurredAt)} wartet auf Antwort`,
      ),
      evidence: [gistOf(last)],
    })
  const agreed = talks.find(({ nextSteps }) => nextSteps)
  if (agreed && !isAgreedPlanned)
    open.push({
      key: 'next_step',
      text: inLanguage(
        `Agreed on ${dayText(agreed.occurredAt)}, and no task is open for it: ${agreed.nextSteps}`,
        `Am ${dayText(agreed.occurredAt)} vereinbart, ohne offene Aufgabe: ${agreed.nextSteps}`,
      ),
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
      text: inLanguage(
        `${count(overdue.length, 'task')} overdue: ${listed(overdue.map(({ sentence }) => sentence))}`,
        `${count(overdue.length, 'task')} überfällig: ${listed(overdue.map(({ sentence }) => sentence))}`,
      ),
      evidence: overdue,
    })
  return open
}

function byType(talks: readonly Talk[]): Record<string, number> {
  const counted: Record<string, number> = {}
  for (const { type } of talks) counted[type] = (counted[type] ?? 0) + 1
  return counted
}

function countsOf(counted: Record<string, number>): Answer['counts'] {
  const of = (type: Talk['type']) => counted[type] ?? 0
  return {
    calls: of('CALL'),
    emails: of('EMAIL'),
    meetings: of('MEETING'),
    messages: of('MESSAGE'),
    notes: of('NOTE'),
  }
}

const GERMAN_TYPES: Record<Subject['type'], string> = {
  deal: 'Deal',
  contact: 'Kontakt',
  company: 'Firma',
  lead: 'Lead',
}

const lastHeard = (days: number, sentence: string): string =>
  inLanguage(
    `Last heard ${wholeDays(days)} ago: “${sentence}”`,
    `Zuletzt gehört vor ${dativeDays(days)}: „${sentence}“`,
  )

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
    inLanguage(
      `${title}: ${subject.type} since ${dayText(createdAt)}${owner ? `, with ${owner}` : ''}${moves.length ? `, now in ${moves.at(-1)!.stage}` : ''}.`,
      `${title}: ${GERMAN_TYPES[subject.type]} seit ${dayText(createdAt)}${owner ? `, bei ${owner}` : ''}${moves.length ? `, jetzt in ${moves.at(-1)!.stage}` : ''}.`,
    ),
  ]
  const said = [
    counts.calls && count(counts.calls, 'call'),
    counts.emails && count(counts.emails, 'mail'),
    counts.meetings && count(counts.meetings, 'meeting'),
    counts.messages && count(counts.messages, 'message'),
    counts.notes && count(counts.notes, 'note'),
  ].filter(Boolean) as string[]
  parts.push(
    said.length
      ? `${inLanguage('On record', 'Erfasst')}: ${listed(said)}.`
      : inLanguage(
          'Nothing that was said or written is on record.',
          'Nichts, was gesagt oder geschrieben wurde, ist erfasst.',
        ),
  )
  const open = objections.filter(({ answered }) => !answered).map(({ category }) => wordFor(category))
  if (open.length)
    parts.push(`${inLanguage('Open objections', 'Offene Einwände')}: ${listed([...new Set(open)])}.`)
  else if (objections.length)
    parts.push(inLanguage('Their objections were answered.', 'Ihre Einwände wurden beantwortet.'))
  const rivals = [...new Set(talks.flatMap(({ competitors }) => competitors))].slice(0, 5)
  if (rivals.length)
    parts.push(`${inLanguage('Competitors named', 'Genannte Wettbewerber')}: ${listed(rivals)}.`)
  const last = talks.find(talk => talk.isTwoWay)
  if (last) parts.push(lastHeard(elapsedDays(last.occurredAt), shortened(gistOf(last).sentence)))
  return parts.join(' ')
}
