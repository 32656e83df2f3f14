import { z } from 'zod'
import { aiAnswer, coldStart, type Evidence, evidence } from '#core/ai/answer.ts'
import { type SourceText, unique } from '#core/ai/evidence.ts'
import { type Tx, together } from '#core/db/workspace.ts'
import { notFound } from '#core/errors.ts'
import { OBJECTION_CATEGORIES } from '#features/deal-signals/categories.ts'
import { objectionsIn } from '#features/deal-signals/raised.ts'
import { quoteOf, saidIn, sourceOf, type Talk, talksOf } from '#features/deal-signals/talks.ts'
import { count, listed, upper } from '#features/deal-signals/words.ts'
import { DECISIONS, MOTIVATORS, PARTS, type Part } from './lexicon.ts'
import { type Style, styleOf } from './style.ts'

const ground = z.array(evidence)
export const personaAnswer = aiAnswer({
  contactId: z.uuid(),
  name: z.string(),
  persona: z.object({ title: z.string(), summary: z.string() }),
  communicationStyle: z.object({
    preferredChannel: z
      .enum(['CALL', 'EMAIL', 'MEETING', 'MESSAGE'])
      .nullable()
      .meta({ description: 'By which they come to us most' }),
    medianReplyHours: z.number().nullable(),
    replies: z.int(),
    wordsAMessage: z.number().nullable(),
    questionShare: z.number().nullable(),
    tone: z.number().nullable().meta({ description: 'Mean of the talks, -1 to 1' }),
    toneTrend: z.enum(['UP', 'DOWN', 'STEADY']).nullable(),
    traits: z.array(z.string()),
  }),
  motivators: z.array(z.object({ key: z.string(), text: z.string(), times: z.int(), evidence: ground })),
  decisionPattern: z.object({
    role: z
      .enum(['decider', 'budget', 'buyer', 'legal', 'technical', 'operations', 'unknown'])
      .meta({ description: 'By the job title' }),
    text: z.string(),
    habits: z.array(z.object({ key: z.string(), text: z.string(), times: z.int(), evidence: ground })),
    evidence: ground,
  }),
  concerns: z.array(
    z.object({ category: z.enum(OBJECTION_CATEGORIES), times: z.int(), answered: z.int(), evidence: ground }),
  ),
  deals: z.object({ won: z.int(), lost: z.int(), open: z.int() }),
  approach: z.array(z.string()).meta({ description: 'How to go about it' }),
})
type Answer = Omit<z.infer<typeof personaAnswer>, 'provider' | 'model' | 'generatedAt'>

const TALKS_FROM = 3
const SHOWN = 4
const SOURCES_AT_MOST = 30

/**
 * Who a contact is to sell to, read out of what they wrote and said and what was noted of them.
 * @throws Refusal 404 where the caller does not see the contact
 */
export async function personaOf(
  tx: Tx,
  contactId: string,
): Promise<{ builtin: Answer; facts: object; sources: SourceText[] }> {
  const [[contact], talks, [deals]] = await together([
    tx.session.rows(
      `select btrim(coalesce(first_name, '') || ' ' || coalesce(last_name, '')) as name, first_name as first, job_title as "jobTitle", department from contacts where workspace_id = $1::uuid and id = $2::uuid and deleted_at is null`,
      [tx.who.workspaceId, contactId],
    ),
    talksOf(tx, { type: 'contact', id: contactId }),
    tx.session.rows(
      `select count(*) filter (where d.status = 'WON') as won, count(*) filter (where d.status = 'LOST') as lost, count(*) filter (where d.status = 'OPEN') as open
       from deal_contacts c join deals d on d.workspace_id = $1::uuid and d.id = c.deal_id and d.deleted_at is null where c.workspace_id = $1::uuid and c.contact_id = $2::uuid`,
      [tx.who.workspaceId, contactId],
    ),
  ])
  if (!contact) throw notFound('Contact')
  const about = {
    name: (contact.name as string) || 'This contact',
    first: (contact.first as string) || 'them',
    jobTitle: contact.jobTitle as string | null,
  }
  const heard = talks.filter(talk => talk.isTwoWay)
  const style = styleOf(talks, tx.who.timezone)
  const motivators = countsOf(
    MOTIVATORS,
    talks.filter(talk => talk.isTwoWay || talk.recordType === 'note'),
  )
  const habits = countsOf(
    DECISIONS,
    talks.filter(talk => talk.isTwoWay || talk.recordType === 'note'),
  )
  const role = roleOf(about.jobTitle)
  const concerns = concernsIn(talks)
  const grounds = about.jobTitle
    ? [
        {
          recordType: 'contact',
          recordId: contactId,
          field: 'jobTitle',
          sentence: about.jobTitle,
          start: 0,
          end: about.jobTitle.length,
        },
      ]
    : []
  const decision = decisionOf(about, role, habits)
  const { usualHour: _, inbound: __, ...communicationStyle } = style
  const builtin: Answer = {
    contactId,
    name: about.name,
    persona: {
      title: titleOf(role, style, motivators),
      summary: summaryOf(about, role, style, motivators, habits),
    },
    communicationStyle,
    motivators,
    decisionPattern: { role: role ?? 'unknown', text: decision, habits, evidence: grounds },
    concerns,
    deals: deals as Answer['deals'],
    approach: approachTo(style, motivators, habits, concerns),
    evidence: unique([
      ...grounds,
      ...motivators.flatMap(one => one.evidence),
      ...habits.flatMap(one => one.evidence),
      ...concerns.flatMap(one => one.evidence),
    ]),
    confidence: Math.round(Math.min(0.9, 0.15 + 0.08 * heard.length) * 100) / 100,
    warnings:
      heard.length < TALKS_FROM
        ? [coldStart(heard.length, TALKS_FROM, 'conversations with this contact')]
        : [],
  }
  const facts = { ...builtin, evidence: undefined, contact: about }
  return { builtin, facts: withoutQuotes(facts), sources: talks.slice(0, SOURCES_AT_MOST).map(sourceOf) }
}

const withoutQuotes = (value: object): object =>
  JSON.parse(JSON.stringify(value, (key, part) => (key === 'evidence' ? undefined : part)))

type Counted = { key: string; text: string; times: number; evidence: Evidence[] }

/** How many sentences speak of each subject, the most first, with the latest two that do. */
function countsOf(
  subjects: readonly { key: string; text: string; words: RegExp }[],
  talks: readonly Talk[],
): Counted[] {
  const sentences = talks.flatMap(talk => saidIn(talk).map(sentence => ({ talk, sentence })))
  return subjects
    .map(({ key, text, words }) => {
      const found = sentences.filter(({ sentence }) => words.test(sentence.sentence))
      return {
        key,
        text,
        times: found.length,
        evidence: found.slice(0, 2).map(({ talk, sentence }) => quoteOf(talk, sentence)),
      }
    })
    .filter(({ times }) => times > 0)
    .sort((a, b) => b.times - a.times)
    .slice(0, SHOWN)
}

const roleOf = (jobTitle: string | null): Part | undefined =>
  PARTS.find(({ words }) => jobTitle && words.test(jobTitle))?.key

function concernsIn(talks: readonly Talk[]): Answer['concerns'] {
  const raised = Map.groupBy(objectionsIn(talks), ({ category }) => category)
  return [...raised]
    .map(([category, list]) => ({
      category,
      times: list.length,
      answered: list.filter(({ answered }) => answered).length,
      evidence: list.slice(-2).map(one => one.evidence),
    }))
    .sort((a, b) => b.times - a.times)
}

const NOUNS: Record<Part, string> = {
  decider: 'decider',
  budget: 'keeper of the budget',
  buyer: 'buyer',
  legal: 'guardian of the terms',
  technical: 'technical judge',
  operations: 'operator',
}

function titleOf(
  role: Part | undefined,
  { tone, questionShare, wordsAMessage }: Style,
  motivators: readonly Counted[],
): string {
  const manner =
    tone !== null && tone >= 0.3
      ? 'friendly'
      : tone !== null && tone < 0
        ? 'critical'
        : questionShare !== null && questionShare >= 0.25
          ? 'inquisitive'
          : wordsAMessage !== null && wordsAMessage < 30
            ? 'brief'
            : 'matter-of-fact'
  const noun = role ? NOUNS[role] : 'contact'
  const [first] = motivators
  return `${upper(manner)} ${noun}${first ? `, moved by ${first.text.charAt(0).toLowerCase()}${first.text.slice(1)}` : ''}`
}

type About = { name: string; first: string; jobTitle: string | null }

function summaryOf(
  about: About,
  role: Part | undefined,
  style: Style,
  motivators: readonly Counted[],
  habits: readonly Counted[],
): string {
  const parts = [decisionOf(about, role, habits)]
  if (motivators.length)
    parts.push(
      `What ${about.first} talks about most: ${listed(motivators.slice(0, 3).map(({ text, times }) => `${text.toLowerCase()} (${count(times, 'time')})`))}.`,
    )
  if (style.traits.length) parts.push(`${style.traits.slice(0, 3).join('. ')}.`)
  return parts.join(' ')
}

function decisionOf({ name, jobTitle }: About, role: Part | undefined, habits: readonly Counted[]): string {
  const part = role ? PARTS.find(({ key }) => key === role)!.text : undefined
  const position = jobTitle
    ? `${name} is ${jobTitle}${part ? `, so probably ${part}` : ''}`
    : `${name} has no job title here`
  const shown = habits.slice(0, 3).map(({ text }) => text)
  return shown.length
    ? `${position}. What was said shows: ${listed(shown)}.`
    : `${position}. Nothing that was said shows how decisions are made.`
}

const ADVICE: Record<string, string> = {
  savings: 'Bring numbers: what it costs, what it saves, and when it has paid back',
  reliability: 'Show it under their conditions, and what happens when something breaks',
  speed: 'Begin with dates: what is there when',
  ease: 'Let the people who will use it try it',
  integration: 'Bring somebody technical, and show it with what they have',
  service: 'Name the people and times behind the support',
  proof: 'Offer a test or a reference before you claim anything',
  security: 'Send the documents on safety and data before they are asked for',
  growth: 'Show the first step and how it grows',
  people: 'Give them what convinces their colleagues',
  defers: 'Ask who else decides, and help them to make the case',
  involves: 'Bring their colleagues into the next meeting',
  tests: 'Agree before a test on what it has to show',
  compares: 'Ask what they compare you by',
  postpones: 'Tie each date to a step that both have agreed to',
  commits: 'Put it in writing the same day',
}

function approachTo(
  style: Style,
  motivators: readonly Counted[],
  habits: readonly Counted[],
  concerns: Answer['concerns'],
): string[] {
  const open = concerns.find(({ times, answered }) => answered < times)
  const channel = {
    CALL: 'Call rather than write',
    EMAIL: 'Write a mail rather than call',
    MESSAGE: 'Send a short message',
    MEETING: 'Meet in person',
  }
  return [
    ...(style.preferredChannel ? [channel[style.preferredChannel]] : []),
    ...motivators.slice(0, 2).map(({ key }) => ADVICE[key]!),
    ...habits.slice(0, 2).map(({ key }) => ADVICE[key]!),
    ...(open ? [`Answer the concern about ${open.category} first`] : []),
  ]
}
