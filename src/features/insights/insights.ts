import { z } from 'zod'
import { aiAnswer, coldStart, type Evidence, evidence } from '#core/ai/answer.ts'
import { type SourceText, unique } from '#core/ai/evidence.ts'
import { inLanguage } from '#core/ai/language.ts'
import { type Tx, together } from '#core/db/workspace.ts'
import { addDays, dayIn } from '#core/record/relative-time.ts'
import { isShown } from '#features/deal-signals/effects.ts'
import { type DealFacts, isUnestimated } from '#features/deal-signals/facts.ts'
import { type History, historyWith, thin } from '#features/deal-signals/history.ts'
import { headOf, subjectOf, subjectShape } from '#features/deal-signals/subject.ts'
import { gistOf, type Subject, sourceOf, type Talk, talksOf } from '#features/deal-signals/talks.ts'
import { experience, wordFor } from '#features/deal-signals/telling.ts'
import { type Kind, type Telling, tellingIn } from '#features/deal-signals/telltale.ts'
import { count, dativeDays, dayText, percent, shortened } from '#features/deal-signals/words.ts'

export const insightsBody = z.strictObject(subjectShape)

const KINDS = [
  'OBJECTION',
  'COMPETITOR',
  'COMMITMENT',
  'DATE',
  'BUDGET',
  'STAKEHOLDER',
  'NEXT_STEP',
  'TONE',
  'WIN_RATE',
  'TREND',
  'CAUSE',
  'NEGLECT',
] as const
const insight = z.object({
  key: z.string(),
  kind: z.enum(KINDS),
  text: z.string(),
  at: z.string().nullable(),
  evidence: z.array(evidence),
})
type Insight = z.infer<typeof insight>
export const insightsAnswer = aiAnswer({
  recordType: z
    .enum(['deal', 'contact', 'company', 'lead'])
    .nullable()
    .meta({ description: 'Null where it is about the whole workspace' }),
  recordId: z.uuid().nullable(),
  summary: z.string(),
  insights: z.array(insight),
})
type Answer = Omit<z.infer<typeof insightsAnswer>, 'provider' | 'model' | 'generatedAt'>
export type Found = { builtin: Answer; facts: object; sources: SourceText[] }

const OF_A_KIND = 3
const INSIGHTS_AT_MOST = 15
const SOURCES_AT_MOST = 40
const TALKS_FROM = 2

/** What the notes and talks of a record hold that is worth knowing; without a record, what has changed in the workspace. @throws Refusal 400 */
export async function insightsOf(tx: Tx, body: z.infer<typeof insightsBody>): Promise<Found> {
  const subject = subjectOf(body)
  return subject ? ofRecord(tx, subject) : ofWorkspace(tx)
}

const WORDS: Record<Kind, [string, string]> = {
  OBJECTION: ['They object', 'Sie wenden ein'],
  COMPETITOR: ['A competitor is named', 'Ein Wettbewerber wird genannt'],
  COMMITMENT: ['They commit', 'Sie sagen zu'],
  DATE: ['A date', 'Ein Datum'],
  BUDGET: ['Money', 'Geld'],
  STAKEHOLDER: ['Somebody else is involved', 'Noch jemand ist beteiligt'],
  NEXT_STEP: ['A next step', 'Ein nächster Schritt'],
}

async function ofRecord(tx: Tx, subject: Subject): Promise<Found> {
  const [head, talks] = await together([headOf(tx, subject), talksOf(tx, subject)])
  const found = talks.flatMap(tellingIn)
  const insights = [...toneChange(talks), ...chosen(found)].slice(0, INSIGHTS_AT_MOST)
  const builtin: Answer = {
    recordType: subject.type,
    recordId: subject.id,
    summary: insights.length
      ? inLanguage(
          `${head.title}: ${thingsWorth(insights.length)} from ${readTexts(talks.length)}.`,
          `${head.title}: ${insights.length} ${insights.length === 1 ? 'Erkenntnis' : 'Erkenntnisse'} aus ${readTexts(talks.length)}.`,
        )
      : inLanguage(
          `${head.title}: nothing that stands out in ${readTexts(talks.length)}.`,
          `${head.title}: nichts Auffälliges in ${readTexts(talks.length)}.`,
        ),
    insights,
    evidence: unique(insights.flatMap(one => one.evidence)),
    confidence: Math.round(Math.min(0.8, 0.2 + 0.1 * talks.length) * 100) / 100,
    warnings:
      talks.length < TALKS_FROM
        ? [
            coldStart(
              talks.length,
              TALKS_FROM,
              inLanguage('conversations and notes on this record', 'Gespräche und Notizen dazu'),
            ),
          ]
        : [],
  }
  return { builtin, facts: factsOf(builtin), sources: talks.slice(0, SOURCES_AT_MOST).map(sourceOf) }
}

const thingsWorth = (n: number): string => `${n} ${n === 1 ? 'thing' : 'things'} worth knowing`
const readTexts = (n: number): string =>
  inLanguage(
    `${n} ${n === 1 ? 'talk or note' : 'talks and notes'}`,
    n === 1 ? '1 Gespräch oder Notiz' : `${n} Gesprächen und Notizen`,
  )

const factsOf = ({ summary, insights }: Answer) => ({
  summary,
  items: insights.map(({ key, kind, text }) => ({ key, kind, text })),
})

/** Of each kind the latest few, each sentence once. */
function chosen(found: readonly Telling[]): Insight[] {
  const seen = new Set<string>()
  const counts = new Map<Kind, number>()
  return found
    .filter(({ kind, evidence: { sentence } }) => {
      const n = counts.get(kind) ?? 0
      if (n >= OF_A_KIND || seen.has(sentence)) return false
      seen.add(sentence)
      counts.set(kind, n + 1)
      return true
    })
    .sort((a, b) => b.points - a.points)
    .map(({ kind, evidence: said, talk }) => ({
      key: `${kind}:${said.recordId}:${said.start}`,
      kind,
      text: `${inLanguage(...WORDS[kind])} (${dayText(talk.occurredAt)}): ${shortened(said.sentence)}`,
      at: talk.occurredAt,
      evidence: [said],
    }))
}

const TONE_FROM = 4
const TONE_CHANGE = 0.3

/** Whether the last two talks sound otherwise than those before. */
function toneChange(talks: readonly Talk[]): Insight[] {
  const heard = talks.filter(talk => talk.isTwoWay && talk.sentiment !== null)
  if (heard.length < TONE_FROM) return []
  const mean = (list: readonly Talk[]) =>
    list.reduce((sum, { sentiment }) => sum + sentiment!, 0) / list.length
  const [late, early] = [mean(heard.slice(0, 2)), mean(heard.slice(2))]
  if (Math.abs(late - early) < TONE_CHANGE) return []
  const words =
    late > early
      ? inLanguage('They sound warmer than before', 'Sie klingen wärmer als zuvor')
      : inLanguage('They sound cooler than before', 'Sie klingen kühler als zuvor')
  return [
    {
      key: 'TONE',
      kind: 'TONE',
      text: inLanguage(
        `${words} (${late.toFixed(1)} in the last two talks, ${early.toFixed(1)} before)`,
        `${words} (${late.toFixed(1)} in den letzten beiden Gesprächen, ${early.toFixed(1)} davor)`,
      ),
      at: heard[0]!.occurredAt,
      evidence: heard.slice(0, 2).map(gistOf),
    },
  ]
}

const DAYS = 90
const CHANGE = 0.05
const COUNTED_FROM = 20

/** What is otherwise in the last 90 days than in the 90 before, what decides deals, and what is neglected. */
async function ofWorkspace(tx: Tx): Promise<Found> {
  const today = dayIn(tx.who.timezone)
  const from = addDays(today, -DAYS)
  const history = await historyWith(tx, [])
  const closedOn = (deal: DealFacts) => deal.actualCloseDate ?? deal.closedAt!.slice(0, 10)
  const late = history.closed.filter(deal => closedOn(deal) > from)
  const early = history.closed.filter(deal => closedOn(deal) <= from && closedOn(deal) > addDays(from, -DAYS))
  const insights = [
    ...winRate(late, early),
    ...trends(late, early),
    ...causes(history),
    ...(await neglected(tx, history)),
  ]
  const builtin: Answer = {
    recordType: null,
    recordId: null,
    summary: insights.length
      ? inLanguage(
          `${thingsWorth(insights.length)}; what changed is of the last ${DAYS} days against the ${DAYS} before.`,
          `${insights.length} ${insights.length === 1 ? 'Erkenntnis' : 'Erkenntnisse'}; was sich änderte, gilt für die letzten ${DAYS} Tage gegenüber den ${DAYS} davor.`,
        )
      : inLanguage(
          `Nothing stands out in the last ${DAYS} days.`,
          `In den letzten ${DAYS} Tagen fällt nichts auf.`,
        ),
    insights,
    evidence: unique(insights.flatMap(one => one.evidence)),
    confidence: Math.round(Math.min(0.85, 0.2 + 0.01 * Math.min(late.length, early.length)) * 100) / 100,
    warnings: thin(history),
  }
  return { builtin, facts: factsOf(builtin), sources: [] }
}

const wonOf = (deals: readonly DealFacts[]) => deals.filter(({ status }) => status === 'WON').length

function winRate(late: readonly DealFacts[], early: readonly DealFacts[]): Insight[] {
  if (late.length < COUNTED_FROM || early.length < COUNTED_FROM) return []
  const change = wonOf(late) / late.length - wonOf(early) / early.length
  if (Math.abs(change) < CHANGE) return []
  const text = inLanguage(
    `${percent(wonOf(late), late.length)} of ${late.length} closed deals were won, ${change > 0 ? 'up' : 'down'} from ${percent(wonOf(early), early.length)} of ${early.length}`,
    `${percent(wonOf(late), late.length)} von ${late.length} abgeschlossenen Deals wurden gewonnen, ${change > 0 ? 'mehr' : 'weniger'} als zuvor (${percent(wonOf(early), early.length)} von ${early.length})`,
  )
  return [
    {
      key: 'WIN_RATE',
      kind: 'WIN_RATE',
      text,
      at: null,
      evidence: examplesOf(late, change > 0 ? 'WON' : 'LOST'),
    },
  ]
}

const examplesOf = (deals: readonly DealFacts[], status: 'WON' | 'LOST'): Evidence[] =>
  deals
    .filter(deal => deal.status === status)
    .slice(0, 3)
    .map(({ id, title, closedAt }) => ({
      recordType: 'deal',
      recordId: id,
      field: 'title',
      sentence: title,
      start: 0,
      end: title.length,
      occurredAt: closedAt!,
    }))

const TREND_FROM = 6
/** A share of deals that grew by half, and by more than chance makes it: two standard errors of a difference of shares. */
const GROWN = 1.5

const GERMAN: Record<string, string> = {
  Competitor: 'Wettbewerber ',
  'Objection about': 'Einwand: ',
  'Lost for': 'Verloren wegen ',
}

/** Competitors, objections and reasons that come up more often than before. */
function trends(late: readonly DealFacts[], early: readonly DealFacts[]): Insight[] {
  if (late.length < COUNTED_FROM || early.length < COUNTED_FROM) return []
  const subjects: Array<[string, (deal: DealFacts) => string[]]> = [
    ['Competitor', deal => [...new Set(deal.competitors)]],
    ['Objection about', deal => deal.objections.map(({ category }) => category)],
    ['Lost for', deal => (deal.lostReason ? [deal.lostReason] : [])],
  ]
  return subjects.flatMap(([what, read]) => {
    const tally = (deals: readonly DealFacts[]) => {
      const counts = new Map<string, DealFacts[]>()
      for (const deal of deals)
        for (const value of read(deal)) counts.set(value, [...(counts.get(value) ?? []), deal])
      return counts
    }
    const before = tally(early)
    return [...tally(late)].flatMap(([value, deals]): Insight[] => {
      const [now, then] = [deals.length / late.length, (before.get(value)?.length ?? 0) / early.length]
      const all = (deals.length + (before.get(value)?.length ?? 0)) / (late.length + early.length)
      const error = Math.sqrt(all * (1 - all) * (1 / late.length + 1 / early.length))
      if (deals.length < TREND_FROM || now < GROWN * then || now - then < 2 * error) return []
      const text = inLanguage(
        `${what} ${value}: in ${percent(deals.length, late.length)} of closed deals, before in ${percent(before.get(value)?.length ?? 0, early.length)}`,
        `${GERMAN[what]}${what === 'Objection about' ? wordFor(value) : value}: in ${percent(deals.length, late.length)} der abgeschlossenen Deals, zuvor in ${percent(before.get(value)?.length ?? 0, early.length)}`,
      )
      return [
        {
          key: `TREND:${what}:${value}`,
          kind: 'TREND',
          text,
          at: null,
          evidence: deals.slice(0, 3).map(({ id, title }) => ({
            recordType: 'deal',
            recordId: id,
            field: 'title',
            sentence: title,
            start: 0,
            end: title.length,
          })),
        },
      ]
    })
  })
}

const CAUSES = 3

const causes = ({ effects, closed, norms }: History): Insight[] =>
  effects
    .filter(
      effect =>
        isShown(effect) && Math.abs(effect.logOdds) > 2 * effect.error && !effect.key.startsWith('owner:'),
    )
    .sort((a, b) => Math.abs(b.wins) - Math.abs(a.wins))
    .slice(0, CAUSES)
    .map(effect => ({
      key: `CAUSE:${effect.key}`,
      kind: 'CAUSE',
      text: experience(effect),
      at: null,
      evidence: examplesOf(
        closed.filter(deal => effect.holds(deal, norms)),
        effect.logOdds < 0 ? 'LOST' : 'WON',
      ),
    }))

const NEGLECTED = 3
const LARGEST = 100

/** Large open deals that have been silent for longer than won deals ever were. */
async function neglected(tx: Tx, { norms }: History): Promise<Insight[]> {
  const rows = await tx.session.rows(
    `with d as (select id, title, created_at, amount from deals where workspace_id = $1::uuid and status = 'OPEN' and deleted_at is null order by amount desc limit ${LARGEST})
     select d.id, d.title, (select count(*) from d)::int as looked, coalesce(max(i.occurred_at), d.created_at) as last from d left join interactions i on i.workspace_id = $1::uuid and i.deal_id = d.id and ${isUnestimated('i.deleted_at is null and i.occurred_at <= now()')} group by d.id, d.title, d.created_at, d.amount
     having coalesce(max(i.occurred_at), d.created_at) < now() - make_interval(days => $2::int) order by d.amount desc`,
    [tx.who.workspaceId, Math.round(norms.gapDays)],
  )
  if (!rows.length) return []
  const named = rows.slice(0, NEGLECTED) as Array<{ id: string; title: string; last: string }>
  const days = Math.round(norms.gapDays)
  const { looked } = rows[0] as unknown as { looked: number }
  const usual = norms.isOwn
    ? inLanguage(
        ', longer than three of four won deals ever had',
        ', länger als drei von vier gewonnenen Deals je',
      )
    : ''
  const text = inLanguage(
    looked === 1
      ? `The only open deal had no contact for more than ${count(days, 'day')}${usual}`
      : `Of the ${looked} largest open deals ${rows.length} had no contact for more than ${count(days, 'day')}${usual}`,
    looked === 1
      ? `Der einzige offene Deal hatte seit mehr als ${dativeDays(days)} keinen Kontakt${usual}`
      : `Von den ${looked} größten offenen Deals ${rows.length === 1 ? 'hatte' : 'hatten'} ${rows.length} seit mehr als ${dativeDays(days)} keinen Kontakt${usual}`,
  )
  return [
    {
      key: 'NEGLECT',
      kind: 'NEGLECT',
      text,
      at: null,
      evidence: named.map(({ id, title, last }) => ({
        recordType: 'deal',
        recordId: id,
        field: 'title',
        sentence: title,
        start: 0,
        end: title.length,
        occurredAt: last,
      })),
    },
  ]
}
