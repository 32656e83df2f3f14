import { z } from 'zod'
import { type Contract, writableFields } from './contract.ts'
import type { Field } from './fields.ts'

type JsonSchema = Record<string, unknown>

const FORMATS: Partial<Record<Field['kind'], JsonSchema>> = {
  id: { type: 'string', format: 'uuid' },
  link: { type: 'string', format: 'uuid' },
  related: { type: 'string', format: 'uuid' },
  member: { type: 'string', format: 'uuid' },
  email: { type: 'string', format: 'email', maxLength: 254 },
  phone: { type: 'string', maxLength: 50 },
  url: { type: 'string', format: 'uri', maxLength: 500 },
  integer: { type: 'integer' },
  number: { type: 'number' },
  money: { type: 'number', multipleOf: 0.01 },
  currency: { type: 'string', pattern: '^[A-Z]{3}$' },
  boolean: { type: 'boolean' },
  date: { type: 'string', format: 'date' },
  moment: { type: 'string', format: 'date-time' },
  time: { type: 'string', pattern: '^([01]\\d|2[0-3]):[0-5]\\d$' },
  links: { type: 'array', items: { type: 'string', format: 'uuid' } },
  tags: { type: 'array', items: { type: 'string' } },
  texts: { type: 'array', items: { type: 'string' } },
  custom: { type: 'object', additionalProperties: true, description: 'Values of the custom fields, by key' },
}

/** A structured value is documented by its own schema: an address, or the list of a pipeline's stages. */
function shapeOf({ schema }: Field): JsonSchema {
  const { $schema: _, ...shape } = z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' })
  return shape
}

/** The JSON Schema of one field's values on the wire. */
export function fieldSchemaJson(field: Field): JsonSchema {
  const base: JsonSchema =
    field.kind === 'object' ? shapeOf(field) : { ...(FORMATS[field.kind] ?? { type: 'string' }) }
  if (field.options)
    Object.assign(base, { type: 'string', enum: [...field.options, ...(field.nullable ? [null] : [])] })
  if (field.nullable && base.anyOf) base.anyOf = [...(base.anyOf as JsonSchema[]), { type: 'null' }]
  else if (field.nullable) base.type = [base.type, 'null']
  if (field.default !== undefined) base.default = field.default
  return field.description ? { ...base, description: field.description } : base
}

/** What a row says beside its fields where `Prefer: may-change` asks for it. */
export const mayChange = {
  type: 'boolean',
  description:
    'Only where `Prefer: may-change` asks: whether you, by role, ownership and what it hangs on, may change it. What its state refuses, such as an invoice that is paid, is not meant',
}

/** The record as it is read: every field is there. */
export function readSchemaJson(contract: Contract): JsonSchema {
  const properties = Object.fromEntries(
    Object.entries(contract.fields).map(([key, f]) => [key, withoutDefault(fieldSchemaJson(f))]),
  )
  return {
    type: 'object',
    description: contract.description,
    properties: {
      ...properties,
      version: {
        type: 'integer',
        description:
          'Grows with each change; what `If-Match` asks for, alone ("7") or as the ETag that begins with it',
      },
      mayChange,
    },
    required: [...Object.keys(contract.fields), 'version'],
  }
}

/** The body that creates or changes a record. */
export function writeSchemaJson(contract: Contract, when: 'create' | 'update'): JsonSchema {
  const fields = writableFields(contract.fields, when)
  const required = when === 'create' ? fields.filter(([, f]) => f.required).map(([key]) => key) : []
  const shown = (f: Field) => (when === 'create' ? fieldSchemaJson(f) : withoutDefault(fieldSchemaJson(f)))
  return {
    type: 'object',
    properties: Object.fromEntries(fields.map(([key, f]) => [key, shown(f)])),
    ...(required.length ? { required } : {}),
  }
}

const withoutDefault = ({ default: _, ...rest }: JsonSchema): JsonSchema => rest

/** The name under which the record stands among the document's components. */
export const componentName = (contract: Contract): string =>
  contract.name.charAt(0).toUpperCase() + contract.name.slice(1)
export const ref = (name: string) => ({ $ref: `#/components/schemas/${name}` })
export const pageOf = (item: object) => ({
  type: 'object',
  properties: {
    rows: { type: 'array', items: item },
    total: { type: 'integer' },
    totalIsEstimate: { type: 'boolean', description: 'Set where the total was not counted to the end' },
    nextCursor: { type: ['string', 'null'] },
  },
  required: ['rows', 'total', 'nextCursor'],
})
