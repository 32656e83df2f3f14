import { suggestMapping } from '#core/csv/index.ts'
import { type Issue, invalid } from '#core/errors.ts'
import { isUuid } from '#core/ids.ts'
import type { RecordDefinition } from '#core/record/definition.ts'
import type { Preset } from './presets.ts'
import type { Target } from './targets.ts'
import { meaningOf, type ValueMapping } from './value-mapping.ts'

/** A column of the file that fills something. */
export type Column = {
  index: number
  header: string
  target: Target
  /** What a cell means that says this; absent where all mean what they say. */
  meaning?: ((text: string) => string) | undefined
}

/** Header to field; '' where the column is left out. */
export type Mapping = Record<string, string>

/** The columns that an errors file of ours has before the original ones. */
export const ERROR_COLUMNS = ['row', 'field', 'message'] as const

/**
 * Which column of a file fills which field, as far as the headers say it for sure. A column is not taken for
 * ids where its cells hold another system's.
 * @param sample some rows of the file
 * @param preset of the system whose export it is; what it says goes before what the headers seem to say
 */
export function suggestedMapping(
  header: string[],
  targets: Target[],
  sample: string[][],
  preset?: Preset,
): Mapping {
  const isErrorsFile = ERROR_COLUMNS.every((name, i) => header[i] === name)
  const found = suggestMapping(header.slice(isErrorsFile ? ERROR_COLUMNS.length : 0), targets)
  const byField = new Map(targets.map(target => [target.field, target]))
  const holdsIds = (name: string) => {
    const index = header.indexOf(name)
    const cells = sample.map(cells => cells[index]?.trim() ?? '').filter(Boolean)
    return cells.every(cell => cell.split(/[;,]\s*/).every(isUuid))
  }
  const given = preset ? preset.mapping(header, targets) : {}
  const taken = new Set(Object.values(given))
  const rest = Object.entries(found).filter(([name, field]) => !(name in given) && !taken.has(field))
  const sure = [...rest, ...Object.entries(given).filter(([, field]) => field)].filter(
    ([name, field]) => !isIdTarget(byField.get(field)!) || holdsIds(name),
  )
  const named = new Set(sure.map(([, field]) => byField.get(field)!).flatMap(nameKey))
  // Alone it would refuse rows that came in without it.
  return Object.fromEntries(
    sure.filter(([, field]) => byField.get(field)!.via !== 'linkKey' || named.has(byField.get(field)!.key)),
  )
}

const nameKey = ({ via, key }: Target): string[] => (via === 'linkName' ? [key] : [])

const isIdTarget = ({ via, of }: Target): boolean =>
  via === 'id' || (via === 'field' && ['link', 'links', 'member', 'related'].includes(of.kind))

/** Reads a mapping that the caller gave. @throws Refusal 400 naming headers and fields that are not there */
export function checkedMapping(given: unknown, header: string[], targets: Target[]): Mapping {
  const wrong = (message: string, name?: string): Issue => ({
    path: name === undefined ? 'mapping' : `mapping.${name}`,
    message,
  })
  if (typeof given !== 'object' || given === null || Array.isArray(given))
    throw invalid(wrong('must be a JSON object of header to field, such as {"Account": "companyName"}'))
  const fields = new Set(targets.map(target => target.field))
  const taken = new Map<string, string>()
  const issues: Issue[] = []
  for (const [name, field] of Object.entries(given)) {
    if (!header.includes(name)) issues.push(wrong(`the file has no column “${name}”`, name))
    else if (field === '' || field === null) continue
    else if (typeof field !== 'string' || !fields.has(field))
      issues.push(wrong(`${String(field).slice(0, 80)} is not a field that an import can fill`, name))
    else if (taken.has(field)) issues.push(wrong(`“${taken.get(field)}” fills ${field} already`, name))
    else taken.set(field, name)
  }
  if (issues.length) throw invalid(issues.slice(0, 50))
  return Object.fromEntries(Object.entries(given as Mapping).filter(([, field]) => field))
}

export function columnsFor(
  mapping: Mapping,
  header: string[],
  targets: Target[],
  values: ValueMapping = {},
): Column[] {
  const byField = new Map(targets.map(target => [target.field, target]))
  return header.flatMap((name, index) => {
    const target = byField.get(Object.hasOwn(mapping, name) ? mapping[name]! : '')
    if (!target) return []
    const meaning = meaningOf(Object.hasOwn(values, name) ? values[name] : undefined, target)
    return [{ index, header: name, target, meaning }]
  })
}

/**
 * Refuses a mapping under which no row could ever become a record.
 * @throws Refusal 400 naming the required fields that no column fills
 */
export function checkRequired(record: RecordDefinition, columns: Column[]): void {
  if (!columns.length)
    throw invalid({
      path: 'mapping',
      code: 'NO_COLUMNS',
      message: 'no column fills a field; give a mapping of header to field',
    })
  const filled = new Set(columns.map(({ target }) => target.key))
  if (columns.some(({ target }) => target.via === 'fullName')) filled.add('firstName')
  const missing = Object.entries(record.contract.fields).filter(
    ([key, f]) => f.required && f.writable !== 'never' && f.writable !== 'import' && !filled.has(key),
  )
  if (missing.length)
    throw invalid(
      missing.map(([key]) => ({
        path: 'mapping',
        code: 'NO_COLUMN',
        params: { field: key },
        message: `no column fills ${key}, which is required`,
      })),
    )
}
