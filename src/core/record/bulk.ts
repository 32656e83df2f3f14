import { z } from 'zod'
import { arrayLiteral } from '../db/engine.ts'
import type { Tx } from '../db/workspace.ts'
import { faultSchema } from '../error-schema.ts'
import { invalid, issuesOf, Refusal } from '../errors.ts'
import { inputSchema, writableFields } from './contract.ts'
import { type RecordDefinition, tableOf } from './definition.ts'
import * as f from './fields.ts'
import { perKey } from './per-key.ts'
import { store } from './store.ts'

export const OPERATIONS_AT_MOST = 1000

export const bulkBody = z.strictObject({
  operations: z
    .array(
      z.strictObject({
        op: z.enum(['create', 'update', 'delete', 'restore', 'tag', 'reassign']),
        id: z.uuid().optional(),
        data: z.record(z.string(), z.unknown()).optional(),
      }),
    )
    .min(1)
    .max(OPERATIONS_AT_MOST),
  atomic: z.boolean().optional(),
})
export type Bulk = z.infer<typeof bulkBody>
type BulkOperation = Bulk['operations'][number]

type BulkError = z.infer<typeof faultSchema>
export type BulkResult = { index: number; status: number; id?: string; error?: BulkError }

/** `BulkResult` for the document, where it stands once. */
const bulkResult: z.ZodType<BulkResult> = z
  .object({
    index: z.int().meta({ description: 'The place of the operation among those of the request' }),
    status: z
      .int()
      .meta({ description: 'What the operation would have been answered by itself, such as 201' }),
    id: z.uuid().optional(),
    error: faultSchema.optional(),
  })
  .meta({ id: 'BulkResult' })
export const bulkAnswer = z.object({ results: z.array(bulkResult) })

/** Operations that share a savepoint. One of its own for each would cost more than the change that it guards. */
const TOGETHER = 50

/**
 * Runs operations in one transaction, each answered by its own result; one that fails undoes only itself.
 * With `atomic` the first failure undoes everything and is thrown, its issues under `operations.<index>`.
 */
export async function bulk(
  tx: Tx,
  record: RecordDefinition,
  { operations, atomic }: Bulk,
): Promise<{ results: BulkResult[] }> {
  const schemas = {
    create: inputSchema(record.contract, 'create'),
    update: inputSchema(record.contract, 'update'),
  }
  const run = async (index: number): Promise<BulkResult> => ({
    index,
    ...(await perform(tx, record, operations[index]!, schemas)),
  })
  await lockInOrder(tx, record, operations)
  if (!atomic) return { results: await eachByItself(tx, operations, 0, operations.length, run) }
  const results: BulkResult[] = []
  for (const index of operations.keys())
    results.push(
      await run(index).catch(error => {
        throw isRefused(error) ? at(index, error) : error
      }),
    )
  return { results }
}

/** Two bulk changes of the same records in different orders would each wait for what the other has; one of them was lost. */
async function lockInOrder(tx: Tx, record: RecordDefinition, operations: BulkOperation[]): Promise<void> {
  const ids = operations.flatMap(({ id }) => id ?? [])
  if (ids.length > 1)
    await tx.session.rows(
      `select from ${tableOf(record)} where workspace_id = $1::uuid and id = any($2::uuid[]) order by id for no key update`,
      [tx.who.workspaceId, arrayLiteral(ids)],
    )
}

const isRefused = (error: unknown): error is Refusal => error instanceof Refusal && error.status < 500

/**
 * Runs some at a time under one savepoint. Where one is refused, those before it are done again without it, which
 * costs less than a savepoint for each: of most bulk changes none is refused.
 */
async function eachByItself(
  tx: Tx,
  operations: BulkOperation[],
  from: number,
  end: number,
  run: (index: number) => Promise<BulkResult>,
): Promise<BulkResult[]> {
  const results: BulkResult[] = []
  let next = from
  while (next < end) {
    const first = next
    const until = Math.min(first + TOGETHER, end)
    try {
      const done = await tx.attempt(async () => {
        const some: BulkResult[] = []
        for (next = first; next < until; next++) some.push(await run(next))
        return some
      })
      results.push(...done)
    } catch (error) {
      if (!isRefused(error)) throw error
      const refused = next
      results.push(...(await eachByItself(tx, operations, first, refused, run)))
      results.push(refusedResult(refused, operations[refused]!, error))
      next = refused + 1
    }
  }
  return results
}

const refusedResult = (index: number, { id }: BulkOperation, error: Refusal): BulkResult => ({
  index,
  status: error.status,
  ...(id ? { id } : {}),
  error: { error: error.message, code: error.code, issues: error.issues },
})

const at = (index: number, error: Refusal) =>
  new Refusal(error.status, error.code, error.message, {
    issues: (error.issues ?? [{ path: '', message: error.message }]).map(issue => ({
      ...issue,
      path: `operations.${index}${issue.path ? `.data.${issue.path}` : ''}`,
    })),
  })

async function perform(
  tx: Tx,
  record: RecordDefinition,
  { op, id, data }: BulkOperation,
  schemas: Record<'create' | 'update', z.ZodType>,
): Promise<{ status: number; id?: string }> {
  if (op === 'create') {
    const created = await store.create(tx, record, checked(schemas.create, data))
    return { status: 201, id: created.id }
  }
  if (!id) throw invalid({ path: 'id', code: 'REQUIRED', message: `is required for ${op}` })
  if (op === 'update') await store.update(tx, record, id, checked(schemas.update, data))
  if (op === 'delete') await store.remove(tx, record, id)
  if (op === 'restore') await store.restore(tx, record, id)
  if (op === 'tag') await retag(tx, record, id, data)
  if (op === 'reassign') await reassign(tx, record, id, data, schemas.update)
  return { status: op === 'delete' ? 204 : 200, id }
}

const { schema: tagList } = f.tags()
const tagChange = z.strictObject({ add: tagList.default([]), remove: tagList.default([]) })

/** Adds tags and takes tags off, whatever others the record has by now. @throws Refusal as `store.update` */
async function retag(tx: Tx, record: RecordDefinition, id: string, data: unknown): Promise<void> {
  if (!record.contract.fields.tags) throw invalid({ path: 'op', message: 'is not for records without tags' })
  const { add, remove } = checked(tagChange, data) as { add: string[]; remove: string[] }
  // Locked, so that of two who tag at once none loses the other's. What is not theirs to change is refused below.
  const [row] = await tx.session.rows(
    `select tags from ${tableOf(record)} where workspace_id = $1::uuid and id = $2::uuid and deleted_at is null for update`,
    [tx.who.workspaceId, id],
  )
  const tags = [...((row?.tags as string[] | undefined) ?? []), ...add].filter(tag => !remove.includes(tag))
  const read = tagList.safeParse(tags)
  if (!read.success)
    throw invalid({
      path: 'add',
      code: 'TOO_MANY',
      params: { maximum: 50 },
      message: 'would make it more than 50 tags',
    })
  await store.update(tx, record, id, { tags: read.data })
}

/** Fields that say whose a record is, by which it is given to another member, and a schema of nothing else. */
const membersOf = perKey(({ contract }: RecordDefinition) => {
  const keys = writableFields(contract.fields, 'update').flatMap(([key, { kind }]) =>
    kind === 'member' ? [key] : [],
  )
  return {
    first: keys[0],
    schema: z.strictObject(Object.fromEntries(keys.map(key => [key, z.unknown().optional()]))),
  }
})

/** Gives the record to another member, and changes nothing else. @throws Refusal as `store.update` */
async function reassign(
  tx: Tx,
  record: RecordDefinition,
  id: string,
  data: unknown,
  schema: z.ZodType,
): Promise<void> {
  const { first, schema: members } = membersOf(record)
  if (!first) throw invalid({ path: 'op', message: 'is not for records that belong to nobody' })
  const given = checked(members, data)
  if (!Object.keys(given).length)
    throw invalid({ path: first, code: 'REQUIRED', message: 'is required for reassign' })
  await store.update(tx, record, id, checked(schema, given))
}

function checked(schema: z.ZodType, data: unknown): Record<string, unknown> {
  const result = schema.safeParse(data ?? {})
  if (!result.success) throw invalid(issuesOf(result.error))
  return result.data as Record<string, unknown>
}
