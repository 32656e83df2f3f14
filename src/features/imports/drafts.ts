import { type CsvRow, restore } from '#core/csv/index.ts'
import type { CellProblem } from '#core/csv/values.ts'
import { type Issue, issuesOf } from '#core/errors.ts'
import type { CustomField } from '#core/record/custom-fields.ts'
import type { RecordDefinition } from '#core/record/definition.ts'
import { type Dialect, isEmptyCell, readCell } from './cells.ts'
import type { Linked } from './linked.ts'
import type { Column } from './mapping.ts'

/** Everything that decides what a row becomes; made once a run. */
export type Plan = {
  importId: string
  record: RecordDefinition
  columns: Column[]
  dialects: Dialect[]
  custom: Map<string, CustomField>
  onDuplicate: 'skip' | 'update' | 'create'
  /** Ways to find a row's record, the first that finds one counts; each is a list of fields. */
  matchBy: string[][]
  createLinked: boolean
  /** What has been made along the way. */
  linked: Linked
  ignoreUnknownMembers: boolean
  /** What names were found to mean, by record type; kept for some seconds. */
  names: Map<string, unknown>
  namesSince: number
}

/** A name or id in a cell that stands for another record or a member. */
export type Lookup = { column: Column; text: string }

/** A record that a row names and nobody has; it is made when the row is written. */
export type Wish = {
  type: string
  /** Its name, folded. */
  name: string | undefined
  /** Its e-mail address or domain. */
  key: string | undefined
  values: Record<string, string>
  /** The row's link that says what it belongs to, and what that stands for while it is not made itself. */
  parent: { field: string; mark: string } | undefined
}

/** Where the moments of outcomes wait until the row is read; no field is called so. */
const OUTCOME = ' outcome'

/** A longer value is in the file of refused rows alone. */
const VALUE_KEPT = 200

/** Why a row is refused; with the column and what stands in it, where that is why. */
type Refused = Issue & { column?: string; value?: string }

/** A row on its way to become a record. With issues it becomes none. */
export type Draft = {
  rowNumber: number
  cells: string[]
  values: Record<string, unknown>
  custom: Record<string, unknown>
  /** The parts of objects, whose other parts stay as they are on update. */
  parts: Record<string, Record<string, unknown>>
  lookups: Lookup[]
  /** Links to records of which some are to be made, by field. */
  wishes: Map<string, { items: Array<string | Wish>; isList: boolean }>
  issues: Refused[]
}

/** Reads the cells of a row as far as that goes without the database. */
export function draftOf(row: CsvRow, plan: Plan): Draft {
  const draft: Draft = {
    rowNumber: row.rowNumber,
    cells: row.cells,
    values: {},
    custom: {},
    parts: {},
    lookups: [],
    wishes: new Map(),
    issues: [],
  }
  if (row.error !== undefined) draft.issues.push({ path: '', ...row.error })
  else if (row.extra > 0)
    draft.issues.push({
      path: '',
      message: `The row has ${row.extra} more cells than the header.`,
      code: 'EXTRA_CELLS',
      params: { count: row.extra },
    })
  else for (const [i, column] of plan.columns.entries()) fill(draft, plan, column, plan.dialects[i]!)
  joinHalves(draft, plan)
  settleOutcome(draft)
  return draft
}

function fill(draft: Draft, plan: Plan, column: Column, dialect: Dialect): void {
  const { key, via, of, part } = column.target
  const cell = restore(draft.cells[column.index] ?? '')
  const text = column.meaning ? column.meaning(cell) : cell
  if (isEmptyCell(text, via === 'part' ? 'text' : of.kind)) return
  switch (via) {
    case 'linkName':
    case 'linkKey':
    case 'memberName':
      draft.lookups.push({ column, text: text.trim().replace(/\s+/g, ' ') })
      return
    case 'part':
      draft.parts[key] = { ...draft.parts[key], [part!]: text.trim().replace(/\s*[\r\n]+\s*/g, ', ') }
      return
    case 'halfName':
      draft.parts[' name'] = { ...draft.parts[' name'], [part!]: text.trim() }
      return
    case 'fullName':
      for (const [half, value] of Object.entries(splitName(text))) keep(draft, plan, half, value)
      return
    case 'field':
      if (of.kind === 'link' || of.kind === 'links' || of.kind === 'member') {
        draft.lookups.push({ column, text: text.trim() })
        return
      }
  }
  const result = readCell(text, of, dialect)
  if (!result.ok) refuse(draft, column, result)
  else if (via === 'outcome')
    draft.parts[OUTCOME] = { ...draft.parts[OUTCOME], [part!]: result.value as string }
  else if (result.value !== null) (via === 'custom' ? draft.custom : draft.values)[key] = result.value
}

/** Takes a value that was put together, as its field's schema normalises it. */
export function keep(draft: Draft, { record }: Plan, key: string, value: unknown): void {
  const result = record.contract.fields[key]!.schema.safeParse(value)
  if (result.success) draft.values[key] = result.data
  else draft.issues.push(...issuesOf(result.error).map(issue => ({ ...issue, path: key })))
}

/** Marks the row as refused for what stands in a column. */
export function refuse(
  draft: Draft,
  { header, index, target }: Column,
  { problem, code, params }: Omit<CellProblem, 'ok'>,
): void {
  const value = restore(draft.cells[index] ?? '').trim()
  draft.issues.push({
    path: target.field,
    message: `${header}: ${problem}`,
    code,
    ...(params ? { params } : {}),
    column: header,
    ...(value.length <= VALUE_KEPT ? { value } : {}),
  })
}

/** `Zuse, Konrad` and `Konrad Zuse`: the last word is the last name, unless a comma says otherwise. */
export function splitName(text: string): { firstName?: string; lastName?: string } {
  const name = text.trim().replace(/\s+/g, ' ')
  const [last, first] = name.split(/, */)
  if (first) return { firstName: first, lastName: last }
  const at = name.lastIndexOf(' ')
  return at === -1 ? { firstName: name } : { firstName: name.slice(0, at), lastName: name.slice(at + 1) }
}

/** Of the moments of several outcomes the one that came to be counts; where nothing says which, the latest does. */
function settleOutcome(draft: Draft): void {
  const moments = draft.parts[OUTCOME]
  if (!moments) return
  delete draft.parts[OUTCOME]
  const [latest, moment] = Object.entries(moments as Record<string, string>).sort(([, a], [, b]) =>
    a < b ? 1 : -1,
  )[0]!
  const status = draft.values.status as string | undefined
  if (!status && !draft.lookups.some(({ column }) => column.target.key === 'stageId'))
    draft.values.status = latest
  draft.values.closedAt ??= status ? moments[status] : moment
  if (draft.values.closedAt === undefined) delete draft.values.closedAt
}

/** A record with one name takes it from two columns where the file has two. */
function joinHalves(draft: Draft, plan: Plan): void {
  const halves = draft.parts[' name']
  if (!halves) return
  delete draft.parts[' name']
  if (draft.values.name === undefined)
    keep(draft, plan, 'name', [halves.firstName, halves.lastName].filter(Boolean).join(' '))
}
