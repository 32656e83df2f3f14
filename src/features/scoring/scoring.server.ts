import type { FastifyRequest } from 'fastify'
import { z } from 'zod'
import { answeringIn } from '#core/ai/language.ts'
import { aiOperation, aiOptions, stamped } from '#core/ai/operation.ts'
import { type Database, systemIn } from '#core/db/workspace.ts'
import { notFound } from '#core/errors.ts'
import type { App, Feature } from '#core/feature.ts'
import { operation } from '#core/http/operation.ts'
import { pageOfAll, pagingQuery } from '#core/http/page.ts'
import { pageOf } from '#core/record/json-schema.ts'
import { idParams } from '#core/record/routes.ts'
import { modelFor } from './details.ts'
import { outcomesSeen } from './heuristic.ts'
import { LEAST_OF_EACH } from './learn/learn.ts'
import { modelWalls } from './models.table.ts'
import { listModels, type ModelInfo, readModel } from './models.ts'
import { KINDS, type Kind } from './rows.ts'
import { quickScores, scoreAnswer, scoreContact, scoreDeals, scoreLeads } from './score.ts'
import { askForModel, trainJob } from './training.ts'

export { learnedModelTable } from './models.table.ts'

const ID = z.uuid('must be an id')
const DESCRIPTION = `The share of like records that succeeded, as a model of this workspace's own outcomes has learned it, calibrated; until ${LEAST_OF_EACH} of each outcome are there, a stated heuristic marked \`coldStart\`. Made from what the caller may see.`

const leadScore = aiOperation({
  path: '/ai/lead-score',
  touches: ['leads', 'contacts', 'tasks', 'notes'],
  summary: 'Tell how likely a lead is to be converted, and why',
  description: `${DESCRIPTION} A contact is scored as the lead that it would be.`,
  body: z
    .strictObject({ leadId: ID.optional(), contactId: ID.optional() })
    .refine(({ leadId, contactId }) => Boolean(leadId) !== Boolean(contactId), {
      path: ['leadId'],
      message: 'give either leadId or contactId',
    }),
  answers: scoreAnswer,
  document: { example: { leadId: '0199b1a2-7c1e-7a51-9b0f-3f1d2c4b5a69' } },
  async handle({ app, who, body: { leadId, contactId } }) {
    const score = await app.database.inWorkspace(
      who,
      async tx => (leadId ? (await scoreLeads(tx, [leadId])).get(leadId) : scoreContact(tx, contactId!)),
      'read',
    )
    if (!score) throw notFound(leadId ? 'lead' : 'contact')
    return stamped(score, 'builtin', score.coldStart ? 'heuristic' : `lead v${score.modelVersion}`)
  },
})

const dealScore = aiOperation({
  path: '/ai/deal-score',
  touches: ['deals', 'companies', 'activities', 'tasks', 'notes'],
  summary: 'Tell how likely a deal is to be won, and why',
  description: DESCRIPTION,
  body: z.strictObject({ dealId: ID }),
  answers: scoreAnswer,
  document: { example: { dealId: '0199b1a2-7c1e-7a51-9b0f-3f1d2c4b5a69' } },
  async handle({ app, who, body: { dealId } }) {
    const score = await app.database.inWorkspace(
      who,
      async tx => (await scoreDeals(tx, [dealId])).get(dealId),
      'read',
    )
    if (!score) throw notFound('deal')
    return stamped(score, 'builtin', score.coldStart ? 'heuristic' : `deal v${score.modelVersion}`)
  },
})

const SCORED_AT_ONCE = 200
const scores = aiOperation({
  path: '/ai/scores',
  touches: ['leads', 'deals'],
  summary: 'Score a page of leads or deals, without reasons',
  description: 'All must be there for the caller to see.',
  body: z.strictObject({ kind: z.enum(KINDS), ids: z.array(ID).min(1).max(SCORED_AT_ONCE) }),
  answers: z.object({
    scores: z.array(
      z.object({ id: z.uuid(), score: z.int(), probability: z.number(), coldStart: z.boolean() }),
    ),
  }),
  document: { example: { kind: 'lead', ids: ['0199b1a2-7c1e-7a51-9b0f-3f1d2c4b5a69'] } },
  async handle({ app, who, body: { kind, ids } }) {
    const wanted = [...new Set(ids)]
    const scored = await app.database.inWorkspace(who, tx => quickScores(tx, kind, wanted), 'read')
    if (scored.length < wanted.length) throw notFound(kind)
    return { scores: scored }
  },
})

const modelSchema = {
  type: 'object',
  description: 'One version of a learned model, with its card',
  properties: {
    id: { type: 'string', format: 'uuid' },
    kind: { type: 'string', enum: [...KINDS] },
    version: { type: 'integer' },
    status: {
      type: 'string',
      enum: ['QUEUED', 'TRAINING', 'READY', 'TOO_FEW', 'FAILED'],
      description: `TOO_FEW: fewer than ${LEAST_OF_EACH} of either outcome`,
    },
    isCurrent: { type: ['boolean', 'null'], description: 'Whether scores come from this version' },
    message: { type: ['string', 'null'] },
    options: { type: 'object', additionalProperties: true },
    requestedById: { type: ['string', 'null'], format: 'uuid', description: 'Null where the daily job did' },
    createdAt: { type: 'string', format: 'date-time' },
    trainedAt: { type: ['string', 'null'], format: 'date-time' },
    card: {
      type: ['object', 'null'],
      additionalProperties: true,
      description:
        'rows, of them repeatedRows (the same as another in every field, counted once), successes, baseRate; holdOut: measured on the newest quarter by a model of the older rows (accuracy beside majority, AUC, Brier beside that of the base rate, lift of the top tenth, calibration by decile); crossValidation: the same on all rows; fields used with their weight; leftOut with the reason',
    },
  },
  required: ['id', 'kind', 'version', 'status', 'createdAt', 'card'],
}

const models = [
  operation({
    ...readable(),
    path: '/ai/models',
    summary: 'List what was learned from the outcomes of the workspace, latest version first',
    query: pagingQuery,
    document: { answer: pageOf(modelSchema) },
    async handle({ tx, request, query }) {
      const rows = (await listModels(tx)).map(model => worded(request, model))
      return pageOfAll(rows, query, 'models')
    },
  }),
  operation({
    ...readable(),
    path: '/ai/models/:id',
    summary: 'Read the card of a learned model',
    params: idParams,
    document: { answer: modelSchema },
    async handle({ tx, params: { id }, request }) {
      const model = await readModel(tx, id)
      if (!model) throw notFound('model')
      return worded(request, model)
    },
  }),
  ...KINDS.map(trainRoute),
]

function trainRoute(kind: Kind) {
  return operation({
    method: 'POST',
    path: `/ai/models/${kind}/train`,
    tag: 'ai',
    rate: 'ai',
    access: 'ADMIN',
    status: 202,
    summary: `Learn anew which ${kind}s succeed from the outcomes of the workspace, in the background`,
    description:
      'Answers the version that is being made; one that waits already is answered again. `keep` names fields to use although they look like leaks, `without` fields to leave out.',
    body: z
      .strictObject({
        keep: z.array(z.string().min(1).max(100)).max(100).optional(),
        without: z.array(z.string().min(1).max(100)).max(100).optional(),
      })
      .default({}),
    document: { answer: modelSchema, example: { keep: ['customFields.occupation'] } },
    async handle({ app, tx, body }) {
      const { id, isNew } = await askForModel(tx, kind, body)
      if (isNew) await app.jobs.enqueue(tx, trainJob, { modelId: id })
      return readModel(tx, id)
    },
  })
}

const worded = ({ headers }: FastifyRequest, model: ModelInfo): ModelInfo =>
  answeringIn(headers['accept-language'], () => modelFor(model))

function readable() {
  return { method: 'GET', tag: 'ai', rate: aiOptions.rate, access: 'MEMBER' } as const
}

/** A model is learned anew once so much more has ended: a twentieth of what it knew, but not for less than so many. */
const LEAST_NEW = 5
const NEW_SHARE = 0.05

/** Each night: models of workspaces in which enough has ended since. */
const retrain = (database: Database, _log: unknown, app: App): Promise<void> =>
  askForModels(database, app, (current, ended) => {
    const known = current?.card?.rows ?? 0
    return !current || ended - known >= Math.max(LEAST_NEW, known * NEW_SHARE)
  })

/** Three times an hour: the first model of a kind, for whoever has just imported a past should not wait for the night. */
const trainFirst = (database: Database, _log: unknown, app: App): Promise<void> =>
  askForModels(database, app, (_, __, isTried) => !isTried)

type Listed = Awaited<ReturnType<typeof listModels>>[number]

async function askForModels(
  database: Database,
  app: App,
  isDue: (current: Listed | undefined, ended: number, isTried: boolean) => boolean,
): Promise<void> {
  const workspaces = await database.inSystem('ascendore_worker', scope =>
    scope.session.rows('select id, timezone from workspaces order by id'),
  )
  for (const { id, timezone } of workspaces)
    await database.inWorkspace(systemIn(id as string, timezone as string), async tx => {
      const models = await listModels(tx)
      for (const kind of KINDS) {
        const current = models.find(model => model.kind === kind && model.isCurrent)
        const isTried = models.some(model => model.kind === kind)
        if (!isDue(current, Number.POSITIVE_INFINITY, isTried)) continue
        const { successes, failures } = await outcomesSeen(tx, kind)
        const isEnough = Math.min(successes, failures) >= LEAST_OF_EACH
        if (!isEnough || !isDue(current, successes + failures, isTried)) continue
        const asked = await askForModel(tx, kind, current?.options ?? {})
        if (asked.isNew) await app.jobs.enqueue(tx, trainJob, { modelId: asked.id })
      }
    })
}

export default {
  operations: [leadScore, dealScore, scores, ...models],
  jobs: [trainJob],
  schedules: [
    { name: 'retrain-models', cron: '40 2 * * *', run: retrain },
    { name: 'first-models', cron: '7,27,47 * * * *', run: trainFirst },
  ],
  walls: [modelWalls],
} satisfies Feature
