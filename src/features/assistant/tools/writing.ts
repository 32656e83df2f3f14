import { z } from 'zod'
import { inLanguage } from '#core/ai/language.ts'
import { invalid } from '#core/errors.ts'
import type { Operation } from '#core/http/operation.ts'
import type { RecordDefinition } from '#core/record/definition.ts'
import { allRecords } from '#core/record/registry.ts'
import { nounText } from '../commands/replies.ts'
import { type Hands, titleOf } from '../hands.ts'
import { planned } from '../plan.ts'
import { labelOf, nounOf } from '../words.ts'
import { idInput, reachable, typed, typeInput } from './shared.ts'
import { type Tool, writingTool } from './tool.ts'

const data = z.record(z.string(), z.unknown())
const version = z
  .int()
  .optional()
  .meta({ description: 'The version that was read; refused with 412 where the record has changed since' })

const routeOf = (record: RecordDefinition, method: string, rest = '') =>
  `${method} /${record.contract.path}${rest}`

const anyOf = (method: string, rest: string) => (hands: Hands) =>
  allRecords().some(record => hands.can(routeOf(record, method, rest)))

/** The route's key. @throws Refusal 400 where the type has no such route; who may not use it hears so from the route */
function keyFor(hands: Hands, record: RecordDefinition, method: string, rest: string, what: string): string {
  const key = routeOf(record, method, rest)
  if (!hands.operation(key))
    throw invalid({ path: 'type', message: `${nounOf(record)} cannot be ${what} here` })
  return key
}

const createTool = () =>
  writingTool({
    name: 'create_record',
    title: 'Create a record',
    description:
      'Creates a record of any type. Fields are told by describe_record_type; ids of people by list_members, of other records by search. To log a call, mail or meeting create an interaction, to keep a remark a note, to remember something a task.',
    input: z.strictObject({ type: typeInput(), data }),
    isFor: anyOf('POST', ''),
    reaches: reachable('POST', ''),
    plan(hands, { type, data: body }) {
      const record = typed(type)
      const name = titleOf(record, body)
      const called = name === record.contract.label ? '' : `: ${name}`
      return planned(hands, {
        title: inLanguage(
          `Create ${article(nounOf(record, 1))}${called}`,
          `${nounText(record, 1)} anlegen${called}`,
        ),
        operation: keyFor(hands, record, 'POST', '', 'created'),
        record,
        body,
      })
    },
  })

const article = (noun: string) => `${/^[aeiou]/.test(noun) ? 'an' : 'a'} ${noun}`

const updateTool = () =>
  writingTool({
    name: 'update_record',
    title: 'Change a record',
    description: 'Changes the given fields of a record. Moving a deal is changing its stageId.',
    input: z.strictObject({ type: typeInput(), id: idInput, data, version }),
    isFor: anyOf('PATCH', '/:id'),
    reaches: reachable('PATCH', '/:id'),
    plan(hands, { type, id, data: body, version: ifMatch }) {
      const record = typed(type)
      return planned(hands, {
        title: before => `Change ${before ? titleOf(record, before) : nounOf(record, 1)}`,
        operation: keyFor(hands, record, 'PATCH', '/:id', 'changed'),
        record,
        id,
        body,
        ifMatch,
      })
    },
  })

const removeTool = () =>
  writingTool({
    name: 'delete_record',
    title: 'Delete a record',
    description: 'Puts a record into the trash, or deletes it where its type knows no trash.',
    effect: 'removes',
    input: z.strictObject({ type: typeInput(), id: idInput, version }),
    isFor: anyOf('DELETE', '/:id'),
    reaches: reachable('DELETE', '/:id'),
    plan(hands, { type, id, version: ifMatch }) {
      const record = typed(type)
      return planned(hands, {
        title: before => `Delete ${before ? titleOf(record, before) : nounOf(record, 1)}`,
        operation: keyFor(hands, record, 'DELETE', '/:id', 'deleted'),
        record,
        id,
        ifMatch,
      })
    },
  })

/** A route of a feature's own that does something with one record: `PUT /deals/:id/stage` is the action `deal.stage`. */
type Action = { name: string; record: RecordDefinition; operation: Operation }

/** What leaves the house or opens a door is not for a tool that others' words may reach. */
const NOT_AS_ACTION =
  /\/(send|restore|rotate-secret|test|replay|upload|preview|import|merge|read|undo|cancel)$/

function actionsOf(operations: readonly Operation[]): Action[] {
  const found: Action[] = []
  for (const operation of operations) {
    const [, path, place, verb, more] = operation.path.split('/')
    const record = allRecords().find(({ contract }) => contract.path === path)
    if (!record || place !== ':id' || !verb || verb.startsWith(':') || more) continue
    if (operation.method === 'GET' || operation.method === 'DELETE' || operation.streams || operation.reads)
      continue
    if (operation.consumes || operation.sessionOnly || NOT_AS_ACTION.test(operation.path)) continue
    found.push({ name: `${record.contract.name}.${verb}`, record, operation })
  }
  return found
}

const keyOf = ({ method, path }: Operation) => `${method} ${path}`

function actionTool(actions: Action[]): Tool {
  const told = actions.map(({ name, operation }) => {
    const fields = operation.body ? Object.keys(bodyProperties(operation.body)) : []
    return `${name}: ${operation.summary}${fields.length ? ` (data: ${fields.join(', ')})` : ''}`
  })
  return writingTool({
    name: 'run_action',
    title: 'Do something with a record',
    description: `Does what a record type knows beyond its fields. ${told.join('. ')}.`,
    input: z.strictObject({
      action: z.enum(actions.map(({ name }) => name) as [string]),
      id: idInput,
      data: data.optional(),
    }),
    isFor: hands => actions.some(({ operation }) => hands.can(keyOf(operation))),
    reaches: (hands, action) =>
      actions.some(({ name, operation }) => name === action && hands.can(keyOf(operation))),
    plan(hands, { action, id, data: body }) {
      const { record, operation } = actions.find(({ name }) => name === action)!
      return planned(hands, {
        title: before =>
          `${labelOf(action.split('.')[1]!.replace(/-/g, ' '))}: ${before ? titleOf(record, before) : nounOf(record, 1)}`,
        operation: keyOf(operation),
        record,
        id,
        body: body ?? {},
      })
    },
  })
}

function bodyProperties(schema: z.ZodType): object {
  const json = z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' }) as { properties?: object }
  return json.properties ?? {}
}

/** The tools that change something; each of them first says what it would do. */
export function writingTools(operations: readonly Operation[]): Tool[] {
  const actions = actionsOf(operations)
  return [createTool(), updateTool(), removeTool(), ...(actions.length ? [actionTool(actions)] : [])]
}
