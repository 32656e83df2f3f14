/** A small checker of the JSON Schema that the OpenAPI document uses; no dependency is worth these lines. */

type Schema = Record<string, any>

const FORMATS: Record<string, RegExp> = {
  uuid: /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i,
  'date-time': /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$/,
  date: /^\d{4}-\d\d-\d\d$/,
  email: /^[^@\s]+@[^@\s]+$/,
  uri: /^[a-z][a-z0-9+.-]*:\S+$/i,
}

const KNOWN = new Set([
  ...[
    '$ref',
    'type',
    'properties',
    'required',
    'items',
    'enum',
    'const',
    'format',
    'pattern',
    'anyOf',
    'oneOf',
  ],
  ...['allOf', 'additionalProperties', 'minimum', 'maximum', 'exclusiveMinimum', 'exclusiveMaximum'],
  ...['minItems', 'maxItems', 'minLength', 'maxLength', 'multipleOf', 'propertyNames', 'not'],
  ...['description', 'default', 'example', 'examples', 'title', 'deprecated', 'readOnly', 'contentEncoding'],
])

const typeOf = (value: unknown): string =>
  value === null
    ? 'null'
    : Array.isArray(value)
      ? 'array'
      : typeof value === 'number' && Number.isInteger(value)
        ? 'integer'
        : typeof value

/** What is wrong with the value by that schema, each with the path to it; empty where it fits. */
export function violations(value: unknown, given: Schema, document: Schema, path = '$'): string[] {
  const schema = resolve(given, document)
  const strange = Object.keys(schema).filter(key => !KNOWN.has(key))
  if (strange.length) return [`${path}: the checker does not know ${strange.join(', ')}`]
  return [
    ...ofType(value, schema, path),
    ...ofText(value, schema, path),
    ...ofNumber(value, schema, path),
    ...ofArray(value, schema, document, path),
    ...ofObject(value, schema, document, path),
    ...ofChoice(value, schema, document, path),
  ]
}

function resolve(schema: Schema, document: Schema): Schema {
  if (typeof schema.$ref !== 'string') return schema
  const found = schema.$ref
    .replace(/^#\//, '')
    .split('/')
    .reduce((at: Schema | undefined, part: string) => at?.[part], document)
  if (!found) throw new Error(`the document has no ${schema.$ref}`)
  return resolve(found, document)
}

function ofType(value: unknown, { type, enum: choices, const: only }: Schema, path: string): string[] {
  const found: string[] = []
  const types = type === undefined ? undefined : [type].flat()
  const actual = typeOf(value)
  if (types && !types.includes(actual) && !(actual === 'integer' && types.includes('number')))
    found.push(`${path}: is ${actual}, not ${types.join(' or ')}`)
  if (choices && !choices.includes(value)) found.push(`${path}: ${JSON.stringify(value)} is not a choice`)
  if (only !== undefined && only !== value) found.push(`${path}: is not ${only}`)
  return found
}

function ofText(value: unknown, { format, pattern, minLength, maxLength }: Schema, path: string): string[] {
  if (typeof value !== 'string') return []
  const found: string[] = []
  if (format && FORMATS[format] && !FORMATS[format].test(value)) found.push(`${path}: is no ${format}`)
  if (pattern && !new RegExp(pattern).test(value)) found.push(`${path}: does not match ${pattern}`)
  if (minLength !== undefined && value.length < minLength) found.push(`${path}: is too short`)
  if (maxLength !== undefined && value.length > maxLength) found.push(`${path}: is too long`)
  return found
}

function ofNumber(value: unknown, { minimum, maximum, multipleOf }: Schema, path: string): string[] {
  if (typeof value !== 'number') return []
  const found: string[] = []
  if (minimum !== undefined && value < minimum) found.push(`${path}: is below ${minimum}`)
  if (maximum !== undefined && value > maximum) found.push(`${path}: is above ${maximum}`)
  // Floats have no exact multiples; what is meant is the number of decimals.
  if (multipleOf === 0.01 && !/^-?\d+(\.\d{1,2})?$/.test(String(value)))
    found.push(`${path}: is not in cents`)
  return found
}

function ofArray(value: unknown, schema: Schema, document: Schema, path: string): string[] {
  if (!Array.isArray(value)) return []
  const found: string[] = []
  if (schema.minItems !== undefined && value.length < schema.minItems) found.push(`${path}: too few items`)
  if (schema.maxItems !== undefined && value.length > schema.maxItems) found.push(`${path}: too many items`)
  if (schema.items)
    for (const [i, item] of value.entries())
      found.push(...violations(item, schema.items, document, `${path}[${i}]`))
  return found
}

/** Properties that the document does not name are violations too, unless it says that there may be others. */
function ofObject(value: unknown, schema: Schema, document: Schema, path: string): string[] {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return []
  const found: string[] = []
  for (const key of schema.required ?? []) if (!(key in value)) found.push(`${path}: lacks ${key}`)
  for (const [key, inner] of Object.entries(value)) {
    const place = `${path}.${key}`
    const known = schema.properties?.[key]
    if (known) found.push(...violations(inner, known, document, place))
    else if (typeof schema.additionalProperties === 'object')
      found.push(...violations(inner, schema.additionalProperties, document, place))
    else if (schema.properties && schema.additionalProperties !== true)
      found.push(`${place}: is not documented`)
  }
  return found
}

function ofChoice(value: unknown, schema: Schema, document: Schema, path: string): string[] {
  const fits = (inner: Schema) => violations(value, inner, document, path).length === 0
  const found: string[] = []
  if (schema.anyOf && !schema.anyOf.some(fits)) found.push(`${path}: fits none of anyOf`)
  if (schema.oneOf && schema.oneOf.filter(fits).length !== 1) found.push(`${path}: does not fit one of oneOf`)
  for (const inner of schema.allOf ?? []) found.push(...violations(value, inner, document, path))
  return found
}
