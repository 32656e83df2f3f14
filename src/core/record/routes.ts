import { z } from 'zod'
import type { Role } from '../db/workspace.ts'
import { type Operation, operation } from '../http/operation.ts'
import { bulk, bulkAnswer, bulkBody } from './bulk.ts'
import { inputSchema } from './contract.ts'
import type { GenericRoute, RecordDefinition } from './definition.ts'
import type { Filter } from './filter-language.ts'
import { componentName, pageOf, ref } from './json-schema.ts'
import { listQuerySchema, listText } from './list.ts'
import { allRecords } from './registry.ts'
import { typeKeyOf } from './related.ts'
import { type Stored, store } from './store.ts'

export const idParams = z.object({ id: z.uuid('must be an id') })

/** The generic routes of a record type: what every record gets from its contract alone. */
export function recordRoutes(record: RecordDefinition): Operation[] {
  const has = (route: GenericRoute) => record.routes.includes(route)
  const writer: Role = record.writers === 'admin' ? 'ADMIN' : 'MEMBER'
  return [
    ...(has('list') ? [listRoute(record)] : []),
    ...(has('create') ? [createRoute(record, writer)] : []),
    ...(has('read') ? [readRoute(record)] : []),
    ...(has('update') ? [updateRoute(record, 'PATCH', writer), updateRoute(record, 'PUT', writer)] : []),
    ...(has('remove') ? [removeRoute(record, writer)] : []),
    ...(has('restore') && record.contract.softDelete ? [restoreRoute(record, writer)] : []),
    ...(has('bulk') ? [bulkRoute(record, writer)] : []),
    ...(has('nested') ? [...nestedRoutes(record), ...namedRoutes(record)] : []),
  ]
}

const named = (record: RecordDefinition) => {
  const { label, path } = record.contract
  return {
    label: label.toLowerCase(),
    tag: path,
    base: `/${path}`,
    schema: ref(componentName(record.contract)),
  }
}

function listRoute(record: RecordDefinition): Operation {
  const { label, tag, base, schema } = named(record)
  return operation({
    method: 'GET',
    path: base,
    tag,
    summary: `List ${label} records`,
    query: listQuerySchema(record),
    document: { answer: pageOf(schema) },
    handle: ({ tx, query }) => listText(tx, record, query),
  })
}

function createRoute(record: RecordDefinition, access: Role): Operation {
  const { label, tag, base, schema } = named(record)
  return operation({
    method: 'POST',
    path: base,
    tag,
    access,
    status: 201,
    byKeys: true,
    summary: `Create a ${label}`,
    body: inputSchema(record.contract, 'create'),
    document: {
      body: ref(`${componentName(record.contract)}Create`),
      answer: schema,
      ...(record.contract.example ? { example: record.contract.example } : {}),
    },
    refuses: { 409: 'A unique value is taken already' },
    handle: ({ tx, body }) => store.create(tx, record, body),
  })
}

function readRoute(record: RecordDefinition): Operation {
  const { label, tag, base, schema } = named(record)
  return operation({
    method: 'GET',
    path: `${base}/:id`,
    tag,
    summary: `Read a ${label}`,
    params: idParams,
    document: { answer: schema },
    handle: ({ tx, params }) => store.read(tx, record, params.id),
  })
}

export function updateRoute(record: RecordDefinition, method: 'PATCH' | 'PUT', access: Role): Operation {
  const { label, tag, base, schema } = named(record)
  return operation({
    method,
    path: `${base}/:id`,
    tag,
    access,
    conditional: true,
    byKeys: true,
    summary: `Change a ${label}: the fields that are given${method === 'PUT' ? ' (the same as PATCH)' : ''}`,
    params: idParams,
    body: inputSchema(record.contract, 'update'),
    document: { body: ref(`${componentName(record.contract)}Update`), answer: schema },
    refuses: { 409: 'A unique value is taken already', 412: 'If-Match names another version' },
    handle: ({ tx, params, body, ifMatch }) =>
      store.update(tx, record, params.id, body, { versions: ifMatch }),
  })
}

function removeRoute(record: RecordDefinition, access: Role): Operation {
  const { label, tag, base } = named(record)
  return operation({
    method: 'DELETE',
    path: `${base}/:id`,
    tag,
    access,
    status: 204,
    answers: 'nothing',
    conditional: true,
    byKeys: true,
    summary: record.contract.softDelete ? `Put a ${label} into the trash` : `Delete a ${label}`,
    params: idParams,
    refuses: { 412: 'If-Match names another version' },
    handle: ({ tx, params, ifMatch }) => store.remove(tx, record, params.id, { versions: ifMatch }),
  })
}

function restoreRoute(record: RecordDefinition, access: Role): Operation {
  const { label, tag, base, schema } = named(record)
  return operation({
    method: 'POST',
    path: `${base}/:id/restore`,
    tag,
    access,
    byKeys: true,
    summary: `Take a ${label} out of the trash`,
    params: idParams,
    document: { answer: schema },
    handle: ({ tx, params }) => store.restore(tx, record, params.id),
  })
}

function bulkRoute(record: RecordDefinition, access: Role): Operation {
  const { label, tag, base } = named(record)
  return operation({
    method: 'POST',
    path: `${base}/bulk`,
    tag,
    access,
    summary: `Create, change, delete, restore, tag or reassign up to 1,000 ${label} records`,
    description:
      'Each operation has its own result. `tag` takes `data: { add, remove }`, lists of tags, and leaves the others. `reassign` takes `data` with the member alone, such as `{ ownerId }` or `{ assigneeId }`. With `atomic` the first failure undoes all and is the answer.',
    body: bulkBody,
    answers: bulkAnswer,
    handle: ({ tx, body }) => bulk(tx, record, body),
  })
}

/**
 * `/companies/:id/deals` for every record type with a field by which people link it to companies. Fields that the
 * server fills say what has become of a record and not on what it hangs; and that a task may hang on any
 * record, hence on a task, makes it no list below itself.
 */
function nestedRoutes(target: RecordDefinition): Operation[] {
  return allRecords().flatMap(record => {
    const { fields } = record.contract
    const links = Object.entries(fields).filter(
      ([, f]) =>
        (f.kind === 'link' || f.kind === 'links') &&
        f.target === target.contract.name &&
        f.writable !== 'never',
    )
    const related = Object.entries(fields).filter(
      ([key, f]) =>
        f.kind === 'related' &&
        record !== target &&
        fields[typeKeyOf(key)]?.options?.includes(target.contract.name),
    )
    const keys = [...links, ...related].map(([key]) => key)
    if (!keys.length || !record.routes.includes('list')) return []
    const op = (key: string) => (fields[key]!.kind === 'links' ? ('contains' as const) : ('eq' as const))
    const below = ({ id }: Stored) => [{ or: keys.map(key => ({ field: key, op: op(key), value: id })) }]
    return [nestedRoute(target, record, below)]
  })
}

/** `/deals/:id/contacts` for a list of links that a record has itself. */
function namedRoutes(target: RecordDefinition): Operation[] {
  return Object.entries(target.contract.fields).flatMap(([key, { kind, target: type }]) => {
    const record = kind === 'links' ? allRecords().find(({ contract }) => contract.name === type) : undefined
    if (!record?.routes.includes('list')) return []
    const ids = (row: Stored) => [{ field: 'id', op: 'in' as const, value: row[key] }]
    return [nestedRoute(target, record, ids)]
  })
}

function nestedRoute(
  target: RecordDefinition,
  record: RecordDefinition,
  conditions: (of: Stored) => Filter[],
): Operation {
  const { label, base, tag } = named(target)
  const { path } = record.contract
  return operation({
    method: 'GET',
    path: `${base}/:id/${path}`,
    tag,
    summary: `List the ${path} of a ${label}`,
    params: idParams,
    query: listQuerySchema(record),
    document: { answer: pageOf(named(record).schema) },
    handle: async ({ tx, params, query }) =>
      listText(tx, record, query, conditions(await store.read(tx, target, params.id))),
  })
}
