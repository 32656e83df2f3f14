import { z } from 'zod'
import type { Tx } from '../db/workspace.ts'
import { type Issue, invalid, issuesOf, Refusal } from '../errors.ts'
import { inputSchema } from './contract.ts'
import type { RecordDefinition } from './definition.ts'
import { store } from './store.ts'

export const OPERATIONS_AT_MOST = 1000

export const bulkBody = z.strictObject({
  operations: z
    .array(
      z.strictObject({
        op: z.enum(['create', 'update', 'delete', 'restore']),
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

type BulkError = { error: string; code: string; issues?: Issue[] }
export type BulkResult = { index: number; status: number; id?: string; error?: BulkError }

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
  const results: BulkResult[] = []
  for (const [index, op] of operations.entries()) {
    try {
      const work = () => perform(tx, record, op, schemas)
      results.push({ index, ...(atomic ? await work() : await tx.attempt(work)) })
    } catch (error) {
      if (!(error instanceof Refusal) || error.status >= 500) throw error
      if (atomic) throw at(index, error)
      results.push({
        index,
        status: error.status,
        ...(op.id ? { id: op.id } : {}),
        error: { error: error.message, code: error.code, issues: error.issues },
      })
    }
  }
  return { results }
}

const at = (index: number, error: Refusal) =>
  new Refusal(error.status, error.code, error.message, {
    issues: (error.issues ?? [{ path: '', message: error.message }]).map(issue => ({
      path: `operations.${index}${issue.path ? `.data.${issue.path}` : ''}`,
      message: issue.message,
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
  if (!id) throw invalid({ path: 'id', message: `is required for ${op}` })
  if (op === 'update') await store.update(tx, record, id, checked(schemas.update, data))
  if (op === 'delete') await store.remove(tx, record, id)
  if (op === 'restore') await store.restore(tx, record, id)
  return { status: op === 'delete' ? 204 : 200, id }
}

function checked(schema: z.ZodType, data: unknown): Record<string, unknown> {
  const result = schema.safeParse(data ?? {})
  if (!result.success) throw invalid(issuesOf(result.error))
  return result.data as Record<string, unknown>
}
