import { z } from 'zod'
import { aiAnswer, coldStart, type Evidence, type Warning } from '#core/ai/answer.ts'
import { unique } from '#core/ai/evidence.ts'
import { inLanguage, languageSpoken } from '#core/ai/language.ts'
import type { Tx } from '#core/db/workspace.ts'
import { recordNamed } from '#core/record/registry.ts'
import { dayText } from '#features/deal-signals/words.ts'
import { dealColumns, dealRows } from './deal-rows.ts'
import { guess, outcomesSeen } from './heuristic.ts'
import { labelled } from './labels.ts'
import { contactAsLead, leadColumns, leadRows } from './lead-rows.ts'
import { LEAST_OF_EACH } from './learn/learn.ts'
import { predict, probabilityOf } from './learn/predict.ts'
import { reasonsOf } from './learn/reasons.ts'
import type { Cell, ColumnInfo } from './learn/table.ts'
import { currentModel, type Scorer } from './models.ts'
import { type Known, type Own, ownOf } from './own.ts'
import type { Kind, SeenRow } from './rows.ts'

const cell = z.union([z.string(), z.number(), z.boolean(), z.array(z.string()), z.null()])

/** What a score says; see SPEC 4 of `POST /ai/lead-score`. */
export const scoreAnswer = aiAnswer({
  score: z.int().min(0).max(100).meta({ description: 'The probability in percent' }),
  probability: z.number().min(0).max(1).meta({ description: 'How likely it is to succeed, calibrated' }),
  interval: z
    .object({ low: z.number(), high: z.number() })
    .meta({ description: 'Where the probability lies in nine cases of ten' }),
  reasons: z
    .array(
      z.object({
        field: z.string(),
        label: z.string(),
        value: cell,
        effect: z.number().meta({ description: 'Percentage points that it adds or takes' }),
        text: z.string(),
      }),
    )
    .meta({ description: 'What moves it most, strongest first' }),
  coldStart: z.boolean().meta({ description: 'Too few outcomes to learn from: a stated heuristic' }),
  baseRate: z.number(),
  modelId: z.uuid().nullable(),
  modelVersion: z.int().nullable(),
  trainedAt: z.iso.datetime().nullable(),
  outcomes: z
    .object({ successes: z.int(), failures: z.int(), neededOfEach: z.int() })
    .meta({ description: 'What the caller sees ended, and how' }),
})

export type Score = Omit<z.infer<typeof scoreAnswer>, 'provider' | 'model' | 'generatedAt'>

/** Only for a list: no reasons. */
export type QuickScore = { id: string; score: number; probability: number; coldStart: boolean }

const now = (ids: readonly string[]) => {
  const at = Date.now()
  return ids.map(id => ({ id, at }))
}

const rowsOf = (tx: Tx, kind: Kind, ids: readonly string[]): Promise<SeenRow[]> =>
  (kind === 'lead' ? leadRows : dealRows)(tx, now(ids))

/** Scores with reasons, of what the caller may see; the others are left out. */
export async function scoresOf(
  tx: Tx,
  kind: Kind,
  ids: readonly string[],
  known?: Known,
): Promise<Map<string, Score>> {
  const rows = await rowsOf(tx, kind, ids)
  const own = await ownUntilLearned(tx, kind, ids, known)
  return new Map(
    await Promise.all(
      rows.map(
        async row => [row.id, await scoreOf(tx, kind, row, { own: own.get(row.id) })] as [string, Score],
      ),
    ),
  )
}

/** Until deals have a model, what closed ones show so far counts. */
const ownUntilLearned = async (tx: Tx, kind: Kind, ids: readonly string[], known?: Known) =>
  kind === 'deal' && !(await currentModel(tx, kind)) ? ownOf(tx, ids, known) : new Map<string, Own[]>()

/** How likely leads are to be converted. @returns by id, those that the caller may see */
export const scoreLeads = (tx: Tx, ids: readonly string[]) => scoresOf(tx, 'lead', ids)
/** How likely deals are to be won. @param known what closed deals show, where it was read already @returns by id, those that the caller may see */
export const scoreDeals = (tx: Tx, ids: readonly string[], known?: Known) => scoresOf(tx, 'deal', ids, known)

/** A contact as the lead that it would be. */
export async function scoreContact(tx: Tx, contactId: string): Promise<Score | undefined> {
  const row = await contactAsLead(tx, contactId)
  if (!row) return undefined
  const score = await scoreOf(tx, 'lead', row, { recordType: 'contact' })
  const warning = {
    code: 'CONTACT_AS_LEAD',
    message: inLanguage(
      'Scored as the lead that it would be: what leads and contacts have in common',
      'Bewertet als der Lead, der er wäre: nach dem, was Leads und Kontakte gemeinsam haben',
    ),
  }
  return { ...score, warnings: [...score.warnings, warning] }
}

/** Probabilities alone of up to a page of records, for lists: cheap. */
export async function quickScores(tx: Tx, kind: Kind, ids: readonly string[]): Promise<QuickScore[]> {
  const rows = await rowsOf(tx, kind, ids)
  const scorer = await currentModel(tx, kind)
  const outcomes = scorer ? undefined : await outcomesSeen(tx, kind)
  const own = await ownUntilLearned(tx, kind, ids)
  return rows.map(row => {
    const probability = scorer
      ? probabilityOf(scorer.model, row)
      : guess(kind, row, outcomes!, own.get(row.id)).probability
    return {
      id: row.id,
      score: Math.round(100 * probability),
      probability: round(probability),
      coldStart: !scorer,
    }
  })
}

const round = (value: number) => Math.round(value * 1e4) / 1e4

type Given = { own?: readonly Own[]; recordType?: string }

async function scoreOf(
  tx: Tx,
  kind: Kind,
  given: SeenRow,
  { own = [], recordType = kind }: Given = {},
): Promise<Score> {
  const [scorer, outcomes] = [await currentModel(tx, kind), await outcomesSeen(tx, kind)]
  const row = {
    ...given,
    cells: { ...given.cells, ...Object.fromEntries(own.map(({ key }) => [key, true])) },
  }
  const told = scorer ? predict(scorer.model, row) : guess(kind, row, outcomes, own)
  const signals = own.map(({ key, label }) => ({ key, label, kind: 'boolean' as const }))
  const columns = scorer?.columns ?? [
    ...(await (kind === 'lead' ? leadColumns(tx) : dealColumns(tx))),
    ...signals,
  ]
  const labels = scorer?.labels ?? (await namesOf(tx, row))
  const shown = withNames(row, columns, labels)
  const reasons = reasonsOf(told, labelled(columns), shown, tx.who.timezone)
  const [low, high] = told.interval
  return {
    score: Math.round(100 * told.probability),
    probability: round(told.probability),
    interval: { low: round(low), high: round(high) },
    reasons: reasons.map(reason => ({ ...reason, value: reason.value as z.infer<typeof cell> })),
    coldStart: !scorer,
    baseRate: round(scorer?.model.baseRate ?? ('base' in told ? told.base : 0)),
    modelId: scorer?.id ?? null,
    modelVersion: scorer?.version ?? null,
    trainedAt: scorer ? new Date(scorer.trainedAt).toISOString() : null,
    outcomes: { ...outcomes, neededOfEach: LEAST_OF_EACH },
    evidence: evidenceOf(row, recordType, reasons),
    confidence: round(scorer ? Math.max(0, 1 - (high - low)) : 0.2),
    warnings: warningsOf(kind, scorer, outcomes),
  }
}

/** What follows chance is not to be read as knowledge, however narrow its interval. */
const littleLearned = (kind: Kind): Warning => ({
  code: 'LITTLE_LEARNED',
  message:
    kind === 'lead'
      ? inLanguage(
          'The fields hardly tell which leads are converted: this is little more than the usual share, and the reasons may be chance',
          'Die Felder sagen kaum, welche Leads umgewandelt werden: Das ist wenig mehr als der übliche Anteil, und die Gründe können Zufall sein',
        )
      : inLanguage(
          'The fields hardly tell which deals are won: this is little more than the usual share, and the reasons may be chance',
          'Die Felder sagen kaum, welche Deals gewonnen werden: Das ist wenig mehr als der übliche Anteil, und die Gründe können Zufall sein',
        ),
})

function warningsOf(
  kind: Kind,
  scorer: Scorer | undefined,
  { successes, failures }: Score['outcomes'] | { successes: number; failures: number },
): Warning[] {
  if (scorer) return scorer.doubts.includes('LITTLE_LEARNED') ? [littleLearned(kind)] : []
  const what =
    kind === 'lead'
      ? inLanguage('leads converted or disqualified', 'Leads umgewandelt oder ausgeschieden')
      : inLanguage('deals won or lost', 'Deals gewonnen oder verloren')
  const least = Math.min(successes, failures)
  if (least < LEAST_OF_EACH)
    return [
      coldStart(
        least,
        LEAST_OF_EACH,
        inLanguage(`outcomes of the rarer kind (${what})`, `Ergebnisse der selteneren Art (${what})`),
      ),
    ]
  return [
    {
      code: 'NOT_TRAINED',
      message: inLanguage(
        'There is enough to learn from, and a model is being learned within the hour; an admin can train it now',
        'Es gibt genug, um zu lernen, und ein Modell wird binnen einer Stunde gelernt; ein Admin kann es jetzt trainieren',
      ),
    },
  ]
}

/** Owners, stages and pipelines by their names, as people read them. */
async function namesOf(tx: Tx, { cells }: SeenRow): Promise<Record<string, string>> {
  const rows = await tx.session.rows(
    `select u.id, u.name from users u where u.id = $2::uuid
     union all select id, name from stages where workspace_id = $1::uuid and id = $3::uuid
     union all select id, name from pipelines where workspace_id = $1::uuid and id = $4::uuid`,
    [tx.who.workspaceId, cells.ownerId ?? null, cells.stageId ?? null, cells.pipelineId ?? null],
  )
  return Object.fromEntries(rows.map(({ id, name }) => [id as string, name as string]))
}

const NAMED_BY_ID = new Set(['ownerId', 'stageId', 'pipelineId'])
const ADDRESSES = {
  'own domain': () => inLanguage('own domain', 'eigene Domain'),
  'free mail': () => inLanguage('free mail', 'Freemail'),
}

function withNames(row: SeenRow, columns: readonly ColumnInfo[], labels: Record<string, string>) {
  const cells: Record<string, Cell> = { ...row.cells }
  for (const { key } of columns) {
    const value = cells[key]
    if (key === 'email' && (value === 'own domain' || value === 'free mail')) cells[key] = ADDRESSES[value]()
    if (typeof value === 'string' && (NAMED_BY_ID.has(key) || Object.hasOwn(labels, value)))
      cells[key] = labels[value] ?? inLanguage('somebody or something new', 'jemand oder etwas Neues')
  }
  return { cells, at: row.at }
}

/** Fields of the record from which a column is counted. */
const COUNTED_FROM: Record<string, { as: string; of: string }> = {
  people: { as: 'contactIds', of: 'contactIds' },
  stageId: { as: 'stageId', of: 'heldStageId' },
  daysInStage: { as: 'stageEnteredAt', of: 'heldSince' },
}

/** Columns that are fields of the deal's company. */
const OF_COMPANY: Record<string, string> = {
  industry: 'industry',
  companySize: 'size',
  employeeCount: 'employeeCount',
}

/** Where a column stands: a field of the record, or of its company; undefined where it is counted from others, for which the record itself stands. */
function placeOf({ id, record }: SeenRow, recordType: string, field: string) {
  const { companyId } = record as { companyId?: string }
  if (field in OF_COMPANY && companyId)
    return { recordType: 'company', recordId: companyId, field: OF_COMPANY[field]! }
  const isOwn = field.startsWith('customFields.') || field in recordNamed(recordType).contract.fields
  return isOwn ? { recordType, recordId: id, field } : undefined
}

/** The fields on which reasons rest: their words, or what they hold and how it reads. */
function evidenceOf(
  row: SeenRow,
  recordType: string,
  reasons: readonly { field: string; value: Cell }[],
): Evidence[] {
  const grounds = reasons.flatMap(({ field, value: reads }): Evidence[] => {
    const own = /^customFields\.(.+)$/.exec(field)?.[1]
    const { as = field, of = field } = COUNTED_FROM[field] ?? {}
    const given = own ? (row.record.customFields as Record<string, unknown>)?.[own] : row.record[of]
    const ground = placeOf(row, recordType, as)
    if (!ground) return titleOf(row, recordType)
    if (Array.isArray(given) && given.every(one => typeof one === 'string'))
      return [
        { ...ground, sentence: Array.isArray(reads) ? given.join(', ') || '–' : String(reads), value: given },
      ]
    if (as === 'stageEnteredAt' && given) {
      const at = new Date(given as string).toISOString()
      return [{ ...ground, sentence: dayText(at), value: at }]
    }
    if (typeof given === 'number' || typeof given === 'boolean')
      return [{ ...ground, sentence: valueText(given), value: given }]
    if (typeof given !== 'string' || !given) return []
    // The names of people and stages stand for their ids.
    if (NAMED_BY_ID.has(field)) return [{ ...ground, sentence: String(reads), value: given }]
    const sentence = given.slice(0, 300)
    return [{ ...ground, sentence, start: 0, end: sentence.length }]
  })
  return unique(grounds)
}

function titleOf({ id, record }: SeenRow, recordType: string): Evidence[] {
  const field = recordNamed(recordType).contract.title.find(
    key => typeof record[key] === 'string' && record[key],
  )
  return field ? [{ recordType, recordId: id, field, sentence: String(record[field]) }] : []
}

const valueText = (value: number | boolean): string =>
  typeof value === 'number'
    ? value.toLocaleString(languageSpoken(), { maximumFractionDigits: 2, signDisplay: 'negative' })
    : value
      ? inLanguage('yes', 'ja')
      : inLanguage('no', 'nein')
