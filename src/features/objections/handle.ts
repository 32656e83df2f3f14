import { z } from 'zod'
import { aiAnswer, evidence, type Warning } from '#core/ai/answer.ts'
import { type SourceText, unique } from '#core/ai/evidence.ts'
import { inLanguage } from '#core/ai/language.ts'
import { adderOf, arrayLiteral } from '#core/db/engine.ts'
import { type Tx, together } from '#core/db/workspace.ts'
import { invalid } from '#core/errors.ts'
import { recordNamed } from '#core/record/registry.ts'
import { scopeCondition } from '#core/record/visibility.ts'
import { recordAgainst, recordText } from '#features/deal-coach/recommend.ts'
import { wonAnswers } from '#features/deal-signals/answers.ts'
import {
  type Categorised,
  categorise,
  OBJECTION_CATEGORIES,
  type ObjectionCategory,
} from '#features/deal-signals/categories.ts'
import type { DealFacts } from '#features/deal-signals/facts.ts'
import { historyWith, thin } from '#features/deal-signals/history.ts'
import { competitorsIn, objectionsIn } from '#features/deal-signals/raised.ts'
import { sourceOf, talksOf } from '#features/deal-signals/talks.ts'
import { wordFor } from '#features/deal-signals/telling.ts'
import { count, numberText, percent } from '#features/deal-signals/words.ts'
import { playbookOf } from './playbook.ts'

const rate = z.object({ won: z.int(), lost: z.int() })

export const handlerBody = z.strictObject({
  objection: z.string().trim().min(3, 'must say what they object to').max(4000),
  dealId: z.uuid('must be the id of a deal').optional(),
})

const response = z.object({
  text: z.string(),
  source: z.enum(['won_deal', 'playbook', 'model']).meta({
    description:
      'What was said in a deal that was won; a general way to answer; or the words of a model from those',
  }),
  deal: z.object({ dealId: z.uuid(), title: z.string() }).nullable(),
  evidence: z.array(evidence).meta({ description: 'The objection there, and what was answered' }),
})

export const handlerAnswer = aiAnswer({
  objection: z.string(),
  category: z.enum(OBJECTION_CATEGORIES),
  categoryConfidence: z.number().min(0).max(1),
  otherCategories: z.array(z.enum(OBJECTION_CATEGORIES)),
  responses: z.array(response).meta({ description: 'What worked first' }),
  followUpQuestions: z.array(z.string()),
  experience: z
    .object({ answered: rate, unanswered: rate, text: z.string() })
    .meta({ description: 'Closed deals in which such an objection came up' }),
  raisedBefore: z
    .array(z.object({ raisedAt: z.string(), answered: z.boolean(), evidence: z.array(evidence) }))
    .meta({ description: 'The same objection earlier in this deal' }),
})
type Answer = Omit<z.infer<typeof handlerAnswer>, 'provider' | 'model' | 'generatedAt'>

const FROM_DEALS = 4
const QUESTIONS = 4
const SOURCES_AT_MOST = 20

/**
 * Which objection it is, what answered such ones in deals that were won, and what to ask next.
 * @throws Refusal 400 where the deal is not there for the caller
 */
export async function handleObjection(
  tx: Tx,
  { objection, dealId }: z.infer<typeof handlerBody>,
): Promise<{ builtin: Answer; facts: object; sources: SourceText[] }> {
  const [history, talks, named] = await together([
    historyWith(tx, dealId ? [dealId] : []),
    dealId ? talksOf(tx, { type: 'deal', id: dealId }) : [],
    competitorNames(tx),
  ])
  const deal = history.named[0]
  if (dealId && !deal) throw invalid({ path: 'dealId', code: 'NO_SUCH', message: 'no such deal' })
  const rivals = rivalsIn(objection, named)
  const raised = objectionsIn(talks)
  const known = categoryOf(objection, rivals)
  const category = known?.category ?? raised.findLast(({ answered }) => !answered)?.category ?? 'need'
  // What kind of objection nobody knows, nobody knows what answered it.
  const isKnown = known !== undefined || raised.length > 0
  const answers = !isKnown
    ? []
    : await wonAnswers(tx, { category, text: objection, closed: history.closed, deal }, FROM_DEALS)
  const before = raised.filter(one => one.category === category)
  const experience = experienceOf(category, history.closed, rivals)
  const responses: Answer['responses'] = [
    ...answers.map(({ text, dealId: id, title, raised: said, answer }) => ({
      text,
      source: 'won_deal' as const,
      deal: { dealId: id, title },
      evidence: [said, answer],
    })),
    ...playbookOf(category).responses.map(text => ({
      text,
      source: 'playbook' as const,
      deal: null,
      evidence: [],
    })),
  ]
  const confidence = known?.confidence ?? 0.1
  const builtin: Answer = {
    objection,
    category,
    categoryConfidence: confidence,
    otherCategories: known?.others ?? [],
    responses,
    followUpQuestions: playbookOf(category).questions.slice(0, QUESTIONS),
    experience,
    raisedBefore: before.map(({ raisedAt, answered, evidence: said, answer }) => ({
      raisedAt,
      answered,
      evidence: answer ? [said, answer] : [said],
    })),
    evidence: unique([
      ...answers.flatMap(one => [one.raised, one.answer]),
      ...before.map(one => one.evidence),
      ...competitorsIn(talks).map(one => one.evidence),
    ]),
    confidence: Math.round(confidence * (answers.length ? 1 : 0.6) * 100) / 100,
    warnings: [...thin(history), ...doubtsOf(known !== undefined, answers.length > 0, category)],
  }
  return {
    builtin,
    facts: factsFor(builtin, deal, rivals),
    sources: [...answers.flatMap(asSources), ...talks.slice(0, SOURCES_AT_MOST).map(sourceOf)],
  }
}

function doubtsOf(isClear: boolean, isAnswered: boolean, category: ObjectionCategory): Warning[] {
  const unclear = {
    code: 'UNCLEAR_CATEGORY',
    message: inLanguage(
      'The text does not show what kind of objection it is; the category is a guess',
      'Der Text zeigt nicht, welche Art von Einwand es ist; die Kategorie ist geraten',
    ),
  }
  const general = {
    code: 'NO_WON_ANSWERS',
    message: inLanguage(
      `No won deal shows how an objection about ${category} was answered; the responses are general`,
      `Kein gewonnener Deal zeigt, wie ein solcher Einwand (${wordFor(category)}) beantwortet wurde; die Antworten sind allgemein`,
    ),
  }
  return [...(isClear ? [] : [unclear]), ...(isAnswered ? [] : [general])]
}

const asSources = ({ raised, answer }: { raised: SourceLike; answer: SourceLike }): SourceText[] =>
  [raised, answer].map(({ recordType, recordId, field = 'content', sentence, occurredAt }) => ({
    recordType,
    recordId,
    field,
    text: sentence,
    occurredAt,
  }))
type SourceLike = Answer['evidence'][number]

const TALKS_READ = 2000

/**
 * The competitors that were named in the latest talks that name any. Which those are is asked without row-level security, which would
 * look at every talk of the workspace first; the condition says the same.
 */
async function competitorNames(tx: Tx): Promise<string[]> {
  const params: unknown[] = []
  const scope = scopeCondition(recordNamed('interaction'), tx.who, 't', adderOf(params))
  const found = await tx.as('ascendore_search', () =>
    tx.session.rows(
      `select t.id from interactions t where cardinality(t.competitors) > 0 and ${scope} order by t.occurred_at desc limit ${TALKS_READ}`,
      params,
    ),
  )
  const rows = await tx.session.rows(
    `select distinct btrim(c.name) as name from interactions i, unnest(i.competitors) c(name) where i.workspace_id = $1::uuid and i.id = any($2::uuid[]) limit 500`,
    [tx.who.workspaceId, arrayLiteral(found.map(({ id }) => id))],
  )
  return rows.map(row => row.name as string)
}

/** Those of them that the text names. */
function rivalsIn(text: string, names: readonly string[]): string[] {
  const said = text.toLowerCase()
  const byKey = new Map(names.map(name => [name.toLowerCase(), name]))
  return [...byKey].filter(([key]) => key.length >= 3 && said.includes(key)).map(([, name]) => name)
}

/** Who names a competitor objects by it, unless another cue is stronger by far. */
function categoryOf(text: string, rivals: readonly string[]): Categorised | undefined {
  const found = categorise(text)
  if (!rivals.length || found?.category === 'competitor') return found
  return {
    category: 'competitor',
    confidence: 0.8,
    others: found ? [found.category, ...found.others.filter(one => one !== 'competitor')] : [],
  }
}

function experienceOf(
  category: ObjectionCategory,
  closed: DealFacts[],
  rivals: readonly string[],
): Answer['experience'] {
  const which = (answered: boolean) => {
    const list = closed.filter(deal =>
      deal.objections.some(one => one.category === category && one.answered === answered),
    )
    const won = list.filter(({ status }) => status === 'WON').length
    return { won, lost: list.length - won }
  }
  const [answered, unanswered] = [which(true), which(false)]
  const said = (what: string, { won, lost }: { won: number; lost: number }) =>
    won + lost
      ? `${what} ${percent(won, won + lost)} ${inLanguage(`of ${count(won + lost, 'deal')}`, `von ${numberText(won + lost)} ${won + lost === 1 ? 'Deal' : 'Deals'} gewonnen`)}`
      : ''
  const against = rivals.map(name => {
    const { won, lost } = recordAgainst(name, closed)
    return recordText(name, won, lost)
  })
  const shares = [
    said(inLanguage('where it was answered, we won', 'wo er beantwortet wurde, wurden'), answered),
    said(inLanguage('where it was not,', 'wo nicht,'), unanswered),
  ].filter(Boolean)
  const text = [...shares, ...against].join('; ')
  return {
    answered,
    unanswered,
    text: text
      ? inLanguage(
          `Such an objection came up before: ${text}.`,
          `Ein solcher Einwand kam schon vor: ${text}.`,
        )
      : inLanguage(
          'Such an objection has not come up in a closed deal yet.',
          'Ein solcher Einwand kam in einem abgeschlossenen Deal noch nicht vor.',
        ),
  }
}

const factsFor = (answer: Answer, deal: DealFacts | undefined, rivals: readonly string[]) => ({
  objection: answer.objection,
  category: answer.category,
  experience: answer.experience.text,
  competitors: rivals,
  deal: deal ? { title: deal.title, amount: deal.amount, daysOpen: Math.floor(deal.daysOpen) } : null,
  whatWorked: answer.responses.map(({ text, source, deal: from }) => ({
    text,
    source,
    deal: from?.title ?? null,
  })),
  questions: answer.followUpQuestions,
})
