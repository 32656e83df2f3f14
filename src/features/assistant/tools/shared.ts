import { z } from 'zod'
import type { Row } from '#core/db/engine.ts'
import { invalid } from '#core/errors.ts'
import type { RecordDefinition } from '#core/record/definition.ts'
import { FILTER_HELP, type Filter } from '#core/record/filter-language.ts'
import { allRecords, recordNamed } from '#core/record/registry.ts'
import type { Names } from '#features/exports/columns.ts'
import { type Hands, titleOf } from '../hands.ts'

/** Every record type by name; a new one is among them from its first day. */
export const typeInput = () => z.enum(allRecords().map(({ contract }) => contract.name) as [string])

/** Types that the caller may list, or for which there is this route and they reach it. */
export const listable = (hands: Hands, type: string): boolean => hands.canList(recordNamed(type))
export const reachable =
  (method: string, rest: string) =>
  (hands: Hands, type: string): boolean =>
    hands.can(`${method} /${recordNamed(type).contract.path}${rest}`)

/** A page of rows, as lists answer it. */
export const pageOutput = z.looseObject({
  total: z.int(),
  totalIsEstimate: z.boolean().optional(),
  rows: z.array(z.looseObject({})),
})
/** What AI answers have in common; the rest is told by the OpenAPI document. */
export const groundedOutput = z.looseObject({
  evidence: z.array(z.looseObject({ recordType: z.string(), recordId: z.string(), sentence: z.string() })),
  confidence: z.number(),
  warnings: z.array(z.looseObject({ code: z.string(), message: z.string() })),
  provider: z.string(),
  model: z.string(),
  generatedAt: z.string(),
})

export const idInput = z.uuid('must be the id of a record')

/** A filter may come as an object or as its JSON. */
export const filterInput = z
  .union([z.record(z.string(), z.unknown()), z.string().max(20_000)])
  .optional()
  .meta({ description: `In ${FILTER_HELP}` })

/** The filter of a tool's input. @throws Refusal 400 at `filter` */
export function filterFrom(given: z.infer<typeof filterInput>): Filter | undefined {
  if (given === undefined || given === '') return undefined
  if (typeof given !== 'string') return given as unknown as Filter
  try {
    return JSON.parse(given) as Filter
  } catch {
    throw invalid({ path: 'filter', message: 'must be JSON' })
  }
}

export const typed = (name: string): RecordDefinition => recordNamed(name)

const TEXT_AT_MOST = 2000

/** A row as a program needs it: no empty fields, the names behind ids beside them, long texts cut. */
export function lean(record: RecordDefinition, row: Row, names: Names, textAtMost = TEXT_AT_MOST): Row {
  const told: Row = { type: record.contract.name, id: row.id, title: titleOf(record, row) }
  for (const [key, field] of Object.entries(record.contract.fields)) {
    const value = row[key]
    if (key === 'id' || key === 'workspaceId' || isBlank(value)) continue
    told[key] =
      typeof value === 'string' && value.length > textAtMost ? `${value.slice(0, textAtMost)}…` : value
    const name = typeof value === 'string' ? names.get(value) : undefined
    if (name !== undefined && ['link', 'member', 'related'].includes(field.kind))
      told[key.replace(/Id$/, 'Name')] = name
  }
  if (row.version !== undefined) told.version = row.version
  return told
}

const isBlank = (value: unknown): boolean =>
  value === null ||
  value === undefined ||
  value === '' ||
  (Array.isArray(value) && value.length === 0) ||
  (typeof value === 'object' && Object.keys(value as object).length === 0)
