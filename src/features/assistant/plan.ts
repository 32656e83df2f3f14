import type { Row } from '#core/db/engine.ts'
import type { Tx } from '#core/db/workspace.ts'
import { Refusal } from '#core/errors.ts'
import type { InnerCall } from '#core/http/perform.ts'
import type { RecordDefinition } from '#core/record/definition.ts'
import type { Field } from '#core/record/fields.ts'
import { typeKeyOf } from '#core/record/related.ts'
import type { Names } from '#features/exports/columns.ts'
import { type Hands, type RecordRef, refOf } from './hands.ts'
import { currencyOf, fieldTitle, valueText } from './words.ts'

/** What a field holds before and after, as it stands on the wire and as people read it. */
export type FieldChange = {
  field: string
  label: string
  old: unknown
  new: unknown
  oldText: string
  newText: string
}

/** A write that has been tried and taken back: what would be called, and what would come of it. */
export type Plan = {
  /** In words: `Move Acme renewal to Negotiation`. */
  title: string
  /** `PATCH /deals/:id`. */
  operation: string
  call: InnerCall
  recordType: string
  /** What it changes; null where it makes a record. */
  record: RecordRef | null
  changes: FieldChange[]
}

type Wanted = {
  title: string | ((before: Row | undefined) => string)
  operation: string
  record: RecordDefinition
  id?: string
  body?: Record<string, unknown>
  ifMatch?: number
}

/** Thrown to take back what was tried; carries what had come of it. */
class TakenBack extends Error {
  readonly changes: FieldChange[]
  constructor(changes: FieldChange[]) {
    super('taken back')
    this.changes = changes
  }
}

/**
 * Plans a write by doing it in a transaction that is rolled back, so that whatever the route would refuse is refused now, and
 * the change is shown with all that follows from it: a deal that is moved has another status and probability, too.
 * @throws Refusal as the route answers it
 */
export async function planned(hands: Hands, wanted: Wanted): Promise<Plan> {
  const { record, id, operation } = wanted
  const before = id ? await hands.read(record, id) : undefined
  const version = wanted.ifMatch ?? (before?.version as number | undefined)
  const call: InnerCall = {
    ...(id ? { params: { id } } : {}),
    ...(wanted.body ? { body: wanted.body } : {}),
    ...(version === undefined ? {} : { ifMatch: version }),
  }
  return {
    title: typeof wanted.title === 'string' ? wanted.title : wanted.title(before),
    operation,
    call,
    recordType: record.contract.name,
    record: before ? refOf(record, before) : null,
    changes: await tried(hands, wanted, call, before),
  }
}

async function tried(
  hands: Hands,
  { operation, record, id, body }: Wanted,
  call: InnerCall,
  before: Row | undefined,
): Promise<FieldChange[]> {
  const { app, who } = hands.actor
  try {
    await app.database.inWorkspace(who, async tx => {
      const result = await carriedOut(hands, { operation, call, recordType: record.contract.name }, tx)
      if (operation.startsWith('DELETE')) throw new TakenBack([])
      const read = `GET /${record.contract.path}/:id`
      const after = id ? await hands.call(read, { params: { id } }, tx) : (result as Row)
      const names = await hands.names(record, before ? [before, after] : [after], tx)
      throw new TakenBack(changesBetween({ record, before, after, body, names, timezone: who.timezone }))
    })
  } catch (error) {
    if (error instanceof TakenBack) return error.changes
    throw error
  }
  return []
}

/**
 * Does what was planned, in the transaction. Of a route that does not read If-Match the version is looked at here.
 * @throws Refusal as the route answers it; 412 where the record has changed since
 */
export async function carriedOut(
  hands: Hands,
  { operation, call, recordType }: Pick<Plan, 'operation' | 'call' | 'recordType'>,
  tx: Tx,
): Promise<unknown> {
  const { ifMatch, params } = call
  if (ifMatch !== undefined && !hands.operation(operation)?.conditional) {
    const path = operation.split('/')[1]!
    const row = await hands.call(`GET /${path}/:id`, { params }, tx)
    if (row.version !== ifMatch)
      throw new Refusal(412, 'PRECONDITION_FAILED', `The ${recordType} has been changed meanwhile`)
  }
  return hands.call<unknown>(operation, call, tx)
}

/** Fields that say when and by whom: they differ at every look. */
const UNTOLD = new Set([
  'id',
  'workspaceId',
  'createdAt',
  'updatedAt',
  'createdById',
  'version',
  'deletedAt',
  'stageEnteredAt',
])

const isEmpty = (value: unknown): boolean =>
  value === null ||
  value === undefined ||
  value === '' ||
  (Array.isArray(value) && value.length === 0) ||
  (typeof value === 'object' && value !== null && Object.keys(value).length === 0)

type Compared = {
  record: RecordDefinition
  before: Row | undefined
  after: Row
  body: Record<string, unknown> | undefined
  names: Names
  timezone: string
}

function changesBetween({ record, before, after, body, names, timezone }: Compared): FieldChange[] {
  return fieldsOf(record, before ? [before, after] : [after]).flatMap(([path, field]): FieldChange[] => {
    const [old, now] = [valueAt(before, path), valueAt(after, path)]
    if (JSON.stringify(old ?? null) === JSON.stringify(now ?? null)) return []
    if (isEmpty(old) && isEmpty(now)) return []
    // Of a new record what nobody has said and is nothing goes without saying.
    const isGiven = body !== undefined && path.split('.')[0]! in body
    if (!before && !isGiven && (field.writable === 'never' || now === 0 || now === false)) return []
    const text = (value: unknown, row: Row | undefined) =>
      valueText(field, value, { names, currency: currencyOf(row), timezone })
    return [
      {
        field: path,
        label: fieldTitle(path),
        old: old ?? null,
        new: now ?? null,
        oldText: text(old, before),
        newText: text(now, after),
      },
    ]
  })
}

/** The fields of the contract that are told, and the custom fields that the rows hold. */
function fieldsOf({ contract }: RecordDefinition, rows: Row[]): [string, Field][] {
  const own = Object.entries(contract.fields).filter(
    ([key, field]) => !UNTOLD.has(key) && field.kind !== 'custom' && !key.endsWith('DurationDays'),
  )
  // Of a pair such as relatedType and relatedId the record itself says it all.
  const types = new Set(own.filter(([, { kind }]) => kind === 'related').map(([key]) => typeKeyOf(key)))
  const keys = new Set(rows.flatMap(row => Object.keys((row.customFields as object | null) ?? {})))
  const plain = { kind: 'text', writable: 'always' } as Field
  return [
    ...own.filter(([key]) => !types.has(key)),
    ...[...keys].map((key): [string, Field] => [`customFields.${key}`, plain]),
  ]
}

function valueAt(row: Row | undefined, path: string): unknown {
  const [first = '', second] = path.split('.')
  return second === undefined ? row?.[first] : (row?.[first] as Row | undefined)?.[second]
}
