import { parseListCell } from '#core/csv/index.ts'
import type { Tx } from '#core/db/workspace.ts'
import { type Issue, invalid } from '#core/errors.ts'
import type { RecordDefinition } from '#core/record/definition.ts'
import { fold } from '#core/record/formats.ts'
import { isListKind, readCell } from './cells.ts'
import { choicesOf, knows } from './choices.ts'
import type { Mapping } from './mapping.ts'
import type { Target } from './targets.ts'

const VALUES_AT_MOST = 500
const LENGTH_AT_MOST = 500

/** Header to what its cells say to what that means here; '' where it means nothing. */
export type ValueMapping = Record<string, Record<string, string>>

/**
 * Reads what the caller says that values mean. What cannot become the value of its field is refused here, before any
 * row is: a choice that there is not, a stage or a member that is not there.
 * @throws Refusal 400 naming `valueMapping.<header>.<value>`
 */
export async function checkedValueMapping(
  tx: Tx,
  record: RecordDefinition,
  given: unknown,
  mapping: Mapping,
  header: string[],
  targets: Target[],
): Promise<ValueMapping> {
  if (!isObject(given))
    throw invalid({
      path: 'valueMapping',
      message: 'must be a JSON object of header to value to meaning, such as {"Stage": {"Signed": "Won"}}',
    })
  const issues: Issue[] = []
  const checked: ValueMapping = {}
  for (const [name, values] of Object.entries(given)) {
    const wrong = (problem: string | Problem, value?: string) =>
      issues.push({
        path: ['valueMapping', name, value].filter(part => part !== undefined).join('.'),
        ...(typeof problem === 'string' ? { message: problem } : problem),
      })
    const target = targets.find(({ field }) => field === (Object.hasOwn(mapping, name) ? mapping[name] : ''))
    if (!header.includes(name)) wrong(`the file has no column “${name}”`)
    else if (!target) wrong(`the column “${name}” fills no field`)
    else if (!isObject(values)) wrong('must be an object of value to meaning')
    else if (Object.keys(values).length > VALUES_AT_MOST) wrong(`has more than ${VALUES_AT_MOST} values`)
    else {
      const check = await meaningCheck(tx, record, target)
      for (const [value, meaning] of Object.entries(values)) {
        const problem =
          typeof meaning !== 'string' || meaning.length > LENGTH_AT_MOST
            ? `must be a text of at most ${LENGTH_AT_MOST} characters`
            : check(meaning)
        if (problem) wrong(problem, value.slice(0, 80))
      }
      checked[name] = values as Record<string, string>
    }
  }
  if (issues.length) throw invalid(issues.slice(0, 50))
  return checked
}

type Problem = Omit<Issue, 'path'>

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** What is wrong with a meaning for the field, or undefined. */
async function meaningCheck(tx: Tx, record: RecordDefinition, target: Target) {
  const choices = await choicesOf(tx, record, target)
  return (meaning: string): Problem | undefined => {
    if (meaning.trim() === '') return undefined
    if (choices && !choices.isFree && !knows(choices, meaning)) {
      const options = choices.list
        .slice(0, 12)
        .map(({ label }) => label)
        .join(', ')
      return {
        message: `“${meaning.slice(0, 40)}” is none of ${options}`,
        code: 'NONE_OF',
        params: { options },
      }
    }
    if (choices || !['field', 'custom'].includes(target.via)) return undefined
    const read = readCell(meaning, target.of, { timeZone: 'UTC' })
    return read.ok ? undefined : { message: read.problem, code: read.code, params: read.params }
  }
}

/** Puts what cells of a column mean in the place of what they say; a value of which nothing is said stays as it is. */
export function meaningOf(
  values: Record<string, string> | undefined,
  { via, of }: Target,
): ((text: string) => string) | undefined {
  if (!values || !Object.keys(values).length) return undefined
  const exact = new Map<string, string>()
  const folded = new Map<string, string>()
  for (const [value, meaning] of Object.entries(values)) {
    exact.set(value.trim(), meaning)
    if (!folded.has(fold(value))) folded.set(fold(value), meaning)
  }
  const one = (text: string): string => exact.get(text.trim()) ?? folded.get(fold(text)) ?? text
  if (!isListKind(of.kind) || (via !== 'field' && via !== 'custom')) return one
  return text => {
    const items = parseListCell(text)
    return items.ok ? (items.value ?? []).map(one).filter(Boolean).join(';') : text
  }
}
