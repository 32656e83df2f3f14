import { z } from 'zod'
import { type Tx, together } from '../db/workspace.ts'
import { type Issue, invalid, issuesOf } from '../errors.ts'
import { isUuid } from '../ids.ts'
import type { CustomType } from './custom-types.ts'
import { type Change, type RecordDefinition, tableOf } from './definition.ts'
import * as fields from './fields.ts'
import { membersAmong } from './links.ts'

/** A field that a workspace's admins have defined for one record type. */
export type CustomField = {
  key: string
  label: string
  type: CustomType
  options: string[]
  required: boolean
}

/** The custom fields of a record type in this workspace, by key. */
export async function customFieldsOf(tx: Tx, entity: string): Promise<Map<string, CustomField>> {
  const rows = await tx.session.rows(
    'select key, label, type, options, required from custom_fields where workspace_id = $1::uuid and entity = $2 and deleted_at is null order by position, created_at',
    [tx.who.workspaceId, entity],
    'once',
  )
  return new Map(rows.map(row => [row.key as string, row as CustomField]))
}

/** The field by which values of a custom field are validated, filtered and shown. */
export function fieldOf(custom: CustomField): fields.Field {
  switch (custom.type) {
    case 'longText':
      return fields.longText()
    case 'number':
      return fields.number(-1e15, 1e15)
    case 'currency':
      return fields.money()
    case 'date':
      return fields.date()
    case 'boolean':
      return fields.boolean()
    case 'select':
      return fields.choice(custom.options)
    case 'multiSelect':
      return {
        ...fields.texts(),
        options: custom.options,
        schema: z.array(z.enum(custom.options as [string])).max(100),
      }
    case 'url':
      return fields.url()
    case 'email':
      return fields.email()
    case 'phone':
      return fields.phone()
    case 'user':
      return fields.member()
    default:
      return fields.text(1000)
  }
}

/** The value that a row holds for a field of this kind, or null where it is one of another type. */
export function valueThatFits(kind: fields.FieldKind, value: unknown): unknown {
  const fits = () => {
    if (kind === 'number' || kind === 'money') return typeof value === 'number'
    if (kind === 'boolean') return typeof value === 'boolean'
    if (kind === 'member') return isUuid(value)
    if (typeof value !== 'string') return false
    return kind !== 'date' || (/^[12]/.test(value) && z.iso.date().safeParse(value).success)
  }
  return fits() ? value : null
}

/**
 * Validates and normalises `customFields` of the rows in place against the workspace's definitions. A key
 * set to null is removed. What the record `changed` holds already is passed over: a client may send back what it read, with
 * values of fields that were deleted and of members who have left. @throws Refusal 400 naming `customFields.<key>`
 */
export async function checkCustomFields(
  tx: Tx,
  record: RecordDefinition,
  rows: Change[],
  when: 'create' | 'update',
  changed?: string,
): Promise<void> {
  if (!('customFields' in record.contract.fields)) return
  if (when === 'update' && !rows.some(row => row.customFields)) return
  const [defined, kept] = await together([
    customFieldsOf(tx, record.contract.name),
    changed ? valuesIn(tx, record, changed) : {},
  ])
  const issues: Issue[] = []
  for (const row of rows) {
    const given = differing((row.customFields ?? {}) as Record<string, unknown>, kept)
    const checked: Record<string, unknown> = {}
    for (const [key, value] of Object.entries(given))
      checked[key] = checkedValue(defined.get(key), key, value, issues)
    for (const custom of defined.values()) {
      const absent = when === 'create' ? (checked[custom.key] ?? null) === null : checked[custom.key] === null
      if (custom.required && absent)
        issues.push({ path: `customFields.${custom.key}`, code: 'REQUIRED', message: 'is required' })
    }
    if (row.customFields) row.customFields = when === 'create' ? withoutNulls(checked) : checked
  }
  await checkUsers(tx, defined, rows, issues)
  if (issues.length) throw invalid(issues.slice(0, 20))
}

async function valuesIn(tx: Tx, record: RecordDefinition, id: string): Promise<Record<string, unknown>> {
  const [row] = await tx.session.rows(
    `select custom_fields as "values" from ${tableOf(record)} where workspace_id = $1::uuid and id = $2::uuid`,
    [tx.who.workspaceId, id],
  )
  return (row?.values ?? {}) as Record<string, unknown>
}

const differing = (given: Record<string, unknown>, kept: Record<string, unknown>) =>
  Object.fromEntries(
    Object.entries(given).filter(
      ([key, value]) => !Object.hasOwn(kept, key) || JSON.stringify(value) !== JSON.stringify(kept[key]),
    ),
  )

function checkedValue(
  custom: CustomField | undefined,
  key: string,
  value: unknown,
  issues: Issue[],
): unknown {
  const path = `customFields.${key}`
  if (!custom) {
    issues.push({ path, code: 'NO_SUCH', message: 'no such custom field' })
    return null
  }
  if (value === null || value === '') return null
  const result = fieldOf(custom).schema.safeParse(value)
  if (result.success) return result.data
  issues.push(
    ...issuesOf(result.error)
      .slice(0, 1)
      .map(issue => ({ ...issue, path })),
  )
  return null
}

async function checkUsers(
  tx: Tx,
  defined: Map<string, CustomField>,
  rows: Change[],
  issues: Issue[],
): Promise<void> {
  const users = [...defined.values()].filter(custom => custom.type === 'user')
  const named = users.flatMap(({ key }) =>
    rows.flatMap(row => {
      const id = (row.customFields as Record<string, unknown> | undefined)?.[key]
      return typeof id === 'string' ? [{ key, id }] : []
    }),
  )
  const members = await membersAmong(
    tx,
    named.map(({ id }) => id),
  )
  for (const { key, id } of named)
    if (!members.has(id))
      issues.push({ path: `customFields.${key}`, code: 'NO_SUCH', message: 'no such member' })
}

const withoutNulls = (values: Record<string, unknown>) =>
  Object.fromEntries(Object.entries(values).filter(([, value]) => value !== null))
