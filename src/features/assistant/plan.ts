import type { Row } from '#core/db/engine.ts'
import type { Tx } from '#core/db/workspace.ts'
import { Refusal } from '#core/errors.ts'
import type { InnerCall } from '#core/http/perform.ts'
import type { RecordDefinition } from '#core/record/definition.ts'
import type { Field } from '#core/record/fields.ts'
import { type Hands, type RecordRef, refOf } from './hands.ts'
import { currencyOf, labelOf, valueText } from './words.ts'

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
  readonly after: Row | undefined
  constructor(after: Row | undefined) {
    super('taken back')
    this.after = after
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
  const after = await tried(hands, operation, call, record, id)
  return {
    title: typeof wanted.title === 'string' ? wanted.title : wanted.title(before),
    operation,
    call,
    recordType: record.contract.name,
    record: before ? refOf(record, before) : null,
    changes: await changesBetween(hands, record, before, after),
  }
}

async function tried(
  hands: Hands,
  operation: string,
  call: InnerCall,
  record: RecordDefinition,
  id: string | undefined,
): Promise<Row | undefined> {
  const { app, who } = hands.actor
  try {
    await app.database.inWorkspace(who, async tx => {
      const result = await carriedOut(hands, { operation, call, recordType: record.contract.name }, tx)
      throw new TakenBack(
        operation.startsWith('DELETE') ? undefined : id ? await readIn(hands, record, id, tx) : (result as Row),
      )
    })
  } catch (error) {
    if (error instanceof TakenBack) return error.after
    throw error
  }
  return undefined
}

const readIn = (hands: Hands, record: RecordDefinition, id: string, tx: Tx): Promise<Row> =>
  hands.call(`GET /${record.contract.path}/:id`, { params: { id } }, tx)

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

/** Fields that say when and by whom, or count the time: they differ at every look. */
const UNTOLD = new Set(['id', 'workspaceId', 'createdAt', 'updatedAt', 'createdById', 'version', 'deletedAt'])

const isEmpty = (value: unknown): boolean =>
  value === null ||
  value === undefined ||
  value === '' ||
  (Array.isArray(value) && value.length === 0) ||
  (typeof value === 'object' && value !== null && Object.keys(value).length === 0)

async function changesBetween(
  hands: Hands,
  record: RecordDefinition,
  before: Row | undefined,
  after: Row | undefined,
): Promise<FieldChange[]> {
  if (!after) return []
  const rows = [before, after].filter(row => row !== undefined)
  const names = await hands.names(record, rows)
  const timezone = hands.who.timezone
  const told = fieldsOf(record, rows)
  return told.flatMap(([path, field]): FieldChange[] => {
    const [old, now] = [valueAt(before, path), valueAt(after, path)]
    if (JSON.stringify(old ?? null) === JSON.stringify(now ?? null)) return []
    if (isEmpty(old) && isEmpty(now)) return []
    const text = (value: unknown, row: Row | undefined) =>
      valueText(field, value, { names, currency: currencyOf(row), timezone })
    return [
      {
        field: path,
        label: labelOf(path),
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
  const keys = new Set(rows.flatMap(row => Object.keys((row.customFields as object | null) ?? {})))
  const plain = { kind: 'text' } as Field
  return [...own, ...[...keys].map((key): [string, Field] => [`customFields.${key}`, plain])]
}

function valueAt(row: Row | undefined, path: string): unknown {
  const [first = '', second] = path.split('.')
  return second === undefined ? row?.[first] : (row?.[first] as Row | undefined)?.[second]
}
