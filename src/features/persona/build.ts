import { z } from 'zod'
import { aiAnswer, coldStart, type Evidence, evidence, type Warning } from '#core/ai/answer.ts'
import { type SourceText, unique } from '#core/ai/evidence.ts'
import { inLanguage } from '#core/ai/language.ts'
import { type Tx, together } from '#core/db/workspace.ts'
import { notFound } from '#core/errors.ts'
import { OBJECTION_CATEGORIES } from '#features/deal-signals/categories.ts'
import { objectionsIn } from '#features/deal-signals/raised.ts'
import { quoteOf, saidIn, sourceOf, type Talk, talksOf } from '#features/deal-signals/talks.ts'
import { wordFor } from '#features/deal-signals/telling.ts'
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
    name: (contact.name as string) || inLanguage('This contact', 'Dieser Kontakt'),
    first: (contact.first as string) || inLanguage('them', 'die Person'),
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
      title: titleOf(role, heard.length > 0 ? style : undefined, motivators),
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
    warnings: fewTalks(heard.length),
  }
  const facts = { ...builtin, evidence: undefined, contact: about }
  return { builtin, facts: withoutQuotes(facts), sources: talks.slice(0, SOURCES_AT_MOST).map(sourceOf) }
}

const fewTalks = (heard: number): Warning[] =>
  heard < TALKS_FROM
    ? [
        coldStart(
          heard,
          TALKS_FROM,
          inLanguage('conversations with this contact', 'Gespräche mit diesem Kontakt'),
        ),
      ]
    : []

const withoutQuotes = (value: object): object =>
  JSON.parse(JSON.stringify(value, (key, part) => (key === 'evidence' ? undefined : part)))

type Counted = { key: string; text: string; times: number; evidence: Evidence[] }

/** How many sentences speak of each subject, the most first, with the latest two that do. */
function countsOf(
  subjects: readonly { key: string; text: readonly [string, string]; words: RegExp; german: RegExp }[],
  talks: readonly Talk[],
): Counted[] {
  const sentences = talks.flatMap(talk => saidIn(talk).map(sentence => ({ talk, sentence })))
  return subjects
    .map(({ key, text, words, german }) => {
      const found = sentences.filter(
        ({ sentence: { sentence } }) => words.test(sentence) || german.test(sentence),
      )
      return {
        key,
        text: inLanguage(...text),
        times: found.length,
        evidence: found.slice(0, 2).map(({ talk, sentence }) => quoteOf(talk, sentence)),
      }
    })
    .filter(({ times }) => times > 0)
    .sort((a, b) => b.times - a.times)
    .slice(0, SHOWN)
}

const roleOf = (jobTitle: string | null): Part | undefined =>
  PARTS.find(({ words, german }) => jobTitle && (words.test(jobTitle) || german.test(jobTitle)))?.key

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

const NOUNS: Record<Part, [string, string]> = {
  decider: ['decider', 'Entscheider:in'],
  budget: ['keeper of the budget', 'Hüter:in des Budgets'],
  buyer: ['buyer', 'Einkäufer:in'],
  legal: ['guardian of the terms', 'Hüter:in der Bedingungen'],
  technical: ['technical judge', 'Prüfer:in der Technik'],
  operations: ['operator', 'Anwender:in'],
}

/** Without a word from them nothing is said of their manner. */
function titleOf(role: Part | undefined, style: Style | undefined, motivators: readonly Counted[]): string {
  const noun = role ? inLanguage(...NOUNS[role]) : inLanguage('contact', 'Kontakt')
  const [first] = motivators
  const moved = first
    ? inLanguage(
        `, moved by ${first.text.charAt(0).toLowerCase()}${first.text.slice(1)}`,
        `; wichtig: ${first.text}`,
      )
    : ''
  if (!style)
    return role || first
      ? inLanguage(
          `Probably ${noun === 'operator' ? 'an' : 'a'} ${noun}${moved}`,
          `Vermutlich ${noun}${moved}`,
        )
      : inLanguage('Not known yet', 'Noch nicht bekannt')
  return inLanguage(`${upper(mannerOf(style))} ${noun}${moved}`, `${noun}, ${mannerOf(style)}${moved}`)
}

const mannerOf = ({ tone, questionShare, wordsAMessage }: Style): string =>
  tone !== null && tone >= 0.3
    ? inLanguage('friendly', 'freundlich')
    : tone !== null && tone < 0
      ? inLanguage('critical', 'kritisch')
      : questionShare !== null && questionShare >= 0.25
        ? inLanguage('inquisitive', 'fragt viel')
        : wordsAMessage !== null && wordsAMessage < 30
          ? inLanguage('brief', 'kurz angebunden')
          : inLanguage('matter-of-fact', 'sachlich')

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
      inLanguage(
        `What ${about.first} ${motivators[0]!.times > 1 ? 'talks about most' : 'talked about'}: ${listed(motivators.slice(0, 3).map(({ text, times }) => `${text.toLowerCase()} (${count(times, 'time')})`))}.`,
        `${motivators[0]!.times > 1 ? 'Wovon am meisten die Rede ist' : 'Wovon die Rede war'}: ${listed(motivators.slice(0, 3).map(({ text, times }) => `${text} (${count(times, 'time')})`))}.`,
      ),
    )
  if (style.traits.length) parts.push(`${style.traits.slice(0, 3).join('. ')}.`)
  return parts.join(' ')
}

function decisionOf({ name, jobTitle }: About, role: Part | undefined, habits: readonly Counted[]): string {
  const part = role ? PARTS.find(({ key }) => key === role)!.text : undefined
  const position = jobTitle
    ? inLanguage(
        `${name} is ${jobTitle}${part ? `, so probably ${part}` : ''}`,
        `${name} ist ${jobTitle}${role ? `, vermutlich ${NOUNS[role][1]}` : ''}`,
      )
    : inLanguage(`${name} has no job title here`, `Zu ${name} ist keine Position bekannt`)
  const shown = habits.slice(0, 3).map(({ text }) => text)
  return shown.length
    ? inLanguage(
        `${position}. What was said shows: ${listed(shown)}.`,
        `${position}. Was gesagt wurde, zeigt: ${listed(shown)}.`,
      )
    : inLanguage(
        `${position}. Nothing that was said shows how decisions are made.`,
        `${position}. Nichts, was gesagt wurde, zeigt, wie entschieden wird.`,
      )
}

const ADVICE: Record<string, [string, string]> = {
  savings: [
    'Bring numbers: what it costs, what it saves, and when it has paid back',
    'Zahlen mitbringen: was es kostet, was es spart und wann es sich gerechnet hat',
  ],
  reliability: [
    'Show it under their conditions, and what happens when something breaks',
    'Es unter ihren Bedingungen zeigen, und was geschieht, wenn etwas ausfällt',
  ],
  speed: ['Begin with dates: what is there when', 'Mit Terminen beginnen: was wann da ist'],
  ease: ['Let the people who will use it try it', 'Die Leute ausprobieren lassen, die damit arbeiten werden'],
  integration: [
    'Bring somebody technical, and show it with what they have',
    'Jemanden aus der Technik mitbringen und es mit dem Vorhandenen zeigen',
  ],
  service: [
    'Name the people and times behind the support',
    'Die Personen und Zeiten hinter der Unterstützung nennen',
  ],
  proof: [
    'Offer a test or a reference before you claim anything',
    'Einen Test oder eine Referenz anbieten, bevor Sie etwas behaupten',
  ],
  security: [
    'Send the documents on safety and data before they are asked for',
    'Die Unterlagen zu Sicherheit und Daten schicken, bevor danach gefragt wird',
  ],
  growth: ['Show the first step and how it grows', 'Den ersten Schritt zeigen, und wie es wächst'],
  people: ['Give them what convinces their colleagues', 'Mitgeben, was die Kollegen überzeugt'],
  defers: [
    'Ask who else decides, and help them to make the case',
    'Fragen, wer noch entscheidet, und beim Begründen helfen',
  ],
  involves: ['Bring their colleagues into the next meeting', 'Die Kollegen ins nächste Treffen holen'],
  tests: ['Agree before a test on what it has to show', 'Vor einem Test vereinbaren, was er zeigen muss'],
  compares: ['Ask what they compare you by', 'Fragen, woran Sie gemessen werden'],
  postpones: [
    'Tie each date to a step that both have agreed to',
    'Jedes Datum an einen Schritt binden, dem beide zugestimmt haben',
  ],
  commits: ['Put it in writing the same day', 'Es am selben Tag schriftlich festhalten'],
}

function approachTo(
  style: Style,
  motivators: readonly Counted[],
  habits: readonly Counted[],
  concerns: Answer['concerns'],
): string[] {
  const open = concerns.find(({ times, answered }) => answered < times)
  const channel = {
    CALL: inLanguage('Call rather than write', 'Lieber anrufen als schreiben'),
    EMAIL: inLanguage('Write a mail rather than call', 'Lieber eine Mail schreiben als anrufen'),
    MESSAGE: inLanguage('Send a short message', 'Eine kurze Nachricht schicken'),
    MEETING: inLanguage('Meet in person', 'Sich persönlich treffen'),
  }
  return [
    ...(style.preferredChannel ? [channel[style.preferredChannel]] : []),
    ...motivators.slice(0, 2).map(({ key }) => inLanguage(...ADVICE[key]!)),
    ...habits.slice(0, 2).map(({ key }) => inLanguage(...ADVICE[key]!)),
    ...(open
      ? [
          inLanguage(
            `Answer the concern about ${open.category} first`,
            `Zuerst auf das Bedenken eingehen (${wordFor(open.category)})`,
          ),
        ]
      : []),
  ]
}
