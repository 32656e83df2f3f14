import { sql } from 'drizzle-orm'
import { boolean, index, integer, pgTable, text, uniqueIndex, uuid } from 'drizzle-orm/pg-core'
import { z } from 'zod'
import { name, recordColumns, recordKeys } from '#core/db/columns.ts'
import type { Tx } from '#core/db/workspace.ts'
import { unprocessable } from '#core/errors.ts'
import type { Feature } from '#core/feature.ts'
import { operation } from '#core/http/operation.ts'
import { type Change, defineRecord } from '#core/record/definition.ts'
import { pageOf, ref } from '#core/record/json-schema.ts'
import { idParams, updateRoute } from '#core/record/routes.ts'
import { store } from '#core/record/store.ts'
import { DEFAULT_STAGES, pipelineContract, STAGE_KINDS, stageContract } from './pipelines.contract.ts'
import {
  checkKind,
  defaultPipelineId,
  forgetStages,
  holdStages,
  mustHaveOpen,
  openDealsIn,
  removeStage,
  reorderStages,
  replaceStages,
  stagesOf,
} from './stages.ts'

export const pipelineTable = pgTable(
  'pipelines',
  {
    ...recordColumns(),
    name: name('name').notNull(),
    isDefault: boolean('is_default').notNull().default(false),
  },
  t => [
    ...recordKeys(t),
    uniqueIndex('pipelines_default').on(t.workspaceId).where(sql`is_default and deleted_at is null`),
  ],
)

export const stageTable = pgTable(
  'stages',
  {
    ...recordColumns(),
    pipelineId: uuid('pipeline_id').notNull(),
    name: name('name').notNull(),
    order: integer('position').notNull().default(0),
    probability: integer('probability').notNull().default(0),
    kind: text('kind').notNull().default('OPEN'),
    rottingDays: integer('rotting_days'),
  },
  t => [
    ...recordKeys(t, { links: ['pipelineId'] }),
    index('stages_order').on(t.workspaceId, t.pipelineId, t.order, t.id),
  ],
)

export const pipelines = defineRecord({
  contract: pipelineContract,
  table: pipelineTable,
  visibility: 'workspace',
  writers: 'admin',
  computed: {
    stages:
      sql.raw(`(select coalesce(jsonb_agg(jsonb_build_object('id', s.id, 'name', s.name, 'order', s.position,
      'probability', s.probability, 'kind', s.kind, 'rottingDays', s.rotting_days) order by s.position, s.id), '[]')
      from stages s where s.workspace_id = t.workspace_id and s.pipeline_id = t.id and s.deleted_at is null)`),
  },
  rules: {
    create: (tx, values) => becomeDefault(tx, values),
    update: (tx, id, values) => becomeDefault(tx, values, id),
    remove: removeStages,
  },
  routes: ['list', 'create', 'read', 'update', 'remove', 'nested'],
})

export const stages = defineRecord({
  contract: stageContract,
  table: stageTable,
  visibility: 'workspace',
  writers: 'admin',
  rules: { create: placeStage, update: checkKind },
  routes: ['list', 'create', 'read', 'update', 'remove', 'nested'],
})

/** Exactly one pipeline is the default: the one before steps back. */
async function becomeDefault(tx: Tx, values: Change, id?: string): Promise<Change> {
  const [current] = await tx.session.rows(
    'select id from pipelines where workspace_id = $1::uuid and is_default and deleted_at is null',
    [tx.who.workspaceId],
  )
  if (!current) return { ...values, isDefault: true }
  if (values.isDefault === false && current.id === id) {
    throw unprocessable('DEFAULT_PIPELINE', 'Make another pipeline the default instead', [
      { path: 'isDefault', code: 'DEFAULT_PIPELINE', message: 'one pipeline must be the default' },
    ])
  }
  if (values.isDefault && current.id !== id)
    await store.update(tx, withoutRules, current.id as string, { isDefault: false })
  return values
}

/** Steps back without being asked for a successor: the successor is on its way. */
const withoutRules = { ...pipelines, rules: {} }

/** Its stages go with it, so that no deal enters one of them; closed deals go on naming both. */
async function removeStages(tx: Tx, id: string): Promise<void> {
  const { isDefault } = await store.read(tx, pipelines, id)
  if (isDefault)
    throw unprocessable('DEFAULT_PIPELINE', 'Make another pipeline the default before you delete this one')
  await holdStages(tx, 'to change')
  const ids = (await stagesOf(tx)).filter(stage => stage.pipelineId === id).map(stage => stage.id)
  const { live, trashed } = await openDealsIn(tx, ids)
  if (live || trashed)
    throw unprocessable(
      'PIPELINE_IN_USE',
      `${live} open deals are in this pipeline and ${trashed} of it in the trash; move or purge them first`,
    )
  forgetStages(tx)
  await store.removeMany(tx, stages, ids)
}

/** A stage that does not say where it stands goes to the end of its pipeline, the default one if need be. */
async function placeStage(tx: Tx, values: Change): Promise<Change> {
  const known = await stagesOf(tx)
  forgetStages(tx)
  const pipelineId = values.pipelineId as string
  const last = Math.max(
    -1,
    ...known.filter(stage => stage.pipelineId === pipelineId).map(stage => stage.order as number),
  )
  return {
    ...values,
    order: values.order ?? last + 1,
    probability: values.probability ?? { WON: 100, LOST: 0, OPEN: 0 }[String(values.kind ?? 'OPEN')],
  }
}

/** A pipeline with its stages, in one transaction. */
async function createPipeline(
  tx: Tx,
  { stages: given, ...values }: { name: string; isDefault?: boolean; stages?: StageInput[] },
) {
  const pipeline = await store.create(tx, pipelines, values)
  const rows = rowsOf(pipeline.id, given ?? DEFAULT_STAGES)
  mustHaveOpen(rows)
  await store.createMany(tx, stages, rows)
  return store.read(tx, pipelines, pipeline.id)
}

/** Stages in the order in which they are given. */
const rowsOf = (pipelineId: string, given: readonly StageInput[]): Change[] =>
  given.map((stage, order) => ({
    probability: stage.kind === 'WON' ? 100 : 0,
    ...stage,
    kind: stage.kind ?? 'OPEN',
    order,
    pipelineId,
  }))

// The contract's own schema, so that a name is held to the same rules whichever route writes it.
const pipelineName = pipelineContract.fields.name.schema as z.ZodType<string>
const stageName = stageContract.fields.name.schema as z.ZodType<string>

const stageInput = z.strictObject({
  name: stageName,
  probability: z.int().min(0).max(100).optional(),
  kind: z.enum(STAGE_KINDS).optional(),
  rottingDays: z.int().min(1).max(3650).nullish(),
})
type StageInput = z.infer<typeof stageInput>

const createRoute = operation({
  method: 'POST',
  path: '/pipelines',
  tag: 'pipelines',
  access: 'ADMIN',
  status: 201,
  summary: 'Create a pipeline with its stages',
  description: 'Without `stages` it gets the usual six.',
  body: z.strictObject({
    name: pipelineName,
    isDefault: z.boolean().optional(),
    stages: z.array(stageInput).min(1).max(50).optional(),
  }),
  document: {
    answer: ref('Pipeline'),
    example: {
      name: 'Renewals',
      stages: [
        { name: 'Due', probability: 60 },
        { name: 'Renewed', kind: 'WON' },
        { name: 'Lost', kind: 'LOST' },
      ],
    },
  },
  refuses: { 422: 'LAST_STAGE: none of the stages is open' },
  handle: ({ tx, body }) => createPipeline(tx, body),
})

const replaceRoute = operation({
  method: 'PUT',
  path: '/pipelines/:id/stages',
  tag: 'pipelines',
  access: 'ADMIN',
  summary: 'Give a pipeline other stages, while no deals are in it',
  params: idParams,
  body: z.strictObject({ stages: z.array(stageInput).min(1).max(50) }),
  document: {
    answer: ref('Pipeline'),
    example: {
      stages: [
        { name: 'Trial', probability: 40 },
        { name: 'Won', kind: 'WON' },
      ],
    },
  },
  refuses: {
    422: 'PIPELINE_IN_USE: deals are in it, or in the trash; LAST_STAGE: none of the stages is open',
  },
  async handle({ tx, params, body }) {
    await store.read(tx, pipelines, params.id)
    await replaceStages(tx, stages, params.id, rowsOf(params.id, body.stages))
    return store.read(tx, pipelines, params.id)
  },
})

const createStageRoute = operation({
  method: 'POST',
  path: '/stages',
  tag: 'stages',
  access: 'ADMIN',
  status: 201,
  summary: 'Create a stage at the end of a pipeline, or where `order` says',
  body: stageInput.extend({ pipelineId: z.uuid().optional(), order: z.int().min(0).max(10_000).optional() }),
  document: { answer: ref('Stage'), example: { name: 'Trial', probability: 40 } },
  async handle({ tx, body }) {
    const pipelineId = body.pipelineId ?? (await defaultPipelineId(tx))
    return store.create(tx, stages, { ...body, pipelineId })
  },
})

const changeStageRoutes = (['PATCH', 'PUT'] as const).map(method => {
  const route = updateRoute(stages, method, 'ADMIN')
  return {
    ...route,
    description:
      'The `kind` changes only while no deals are in the stage, not even in the trash: whether a deal is open, won or lost is said by moving it, and never changes by itself.',
    refuses: {
      ...route.refuses,
      422: 'STAGE_IN_USE: another `kind` while deals are in it; LAST_STAGE: a pipeline needs an open one',
    },
  }
})

const removeStageRoute = operation({
  method: 'DELETE',
  path: '/stages/:id',
  tag: 'stages',
  access: 'ADMIN',
  status: 204,
  answers: 'nothing',
  conditional: true,
  summary: 'Delete a stage, moving its deals to `migrateTo`',
  params: idParams,
  query: z.strictObject({
    migrateTo: z.uuid().optional().meta({ description: 'The stage that takes the deals over' }),
  }),
  refuses: {
    412: 'If-Match names another version',
    422: 'STAGE_IN_USE: open deals are in it and no target is given',
  },
  handle: ({ tx, params, query, ifMatch }) => removeStage(tx, stages, params.id, query.migrateTo, ifMatch),
})

const reorderRoute = operation({
  method: 'PUT',
  path: '/stages/reorder',
  tag: 'stages',
  access: 'ADMIN',
  summary: 'Put the stages of a pipeline into a new order',
  body: z.strictObject({ pipelineId: z.uuid().optional(), stageIds: z.array(z.uuid()).min(1).max(100) }),
  document: { answer: pageOf(ref('Stage')) },
  handle: ({ tx, body }) => reorderStages(tx, stages, body),
})

export default {
  records: [pipelines, stages],
  operations: [
    createRoute,
    replaceRoute,
    createStageRoute,
    reorderRoute,
    ...changeStageRoutes,
    removeStageRoute,
  ],
  found: async tx => {
    await createPipeline(tx, { name: 'Sales', isDefault: true })
  },
} satisfies Feature
