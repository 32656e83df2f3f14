import { parseBooleanCell, parseListCell } from '#core/csv/index.ts'
import { misspelt, words } from '#core/csv/mapping.ts'
import { adderOf } from '#core/db/engine.ts'
import type { Tx } from '#core/db/workspace.ts'
import { columnOf, hasColumn, type RecordDefinition, tableOf } from '#core/record/definition.ts'
import { fold } from '#core/record/formats.ts'
import { recordNamed } from '#core/record/registry.ts'
import { scopeCondition } from '#core/record/visibility.ts'
import { isListKind, letters, meansInGeneral, readCell } from './cells.ts'
import type { Target } from './targets.ts'

const CHOICES_AT_MOST = 300
/** The latest records of which the texts in use are taken. */
const LOOKED_AT = 2000

/** What a column may mean: `value` is what a cell would say, `label` what people call it. */
type Choice = { value: string; label: string }
/** What may stand in a field. A free one takes other texts too; of those the choices are what is in use. */
export type Choices = { list: Choice[]; isFree: boolean; target: Target }

/**
 * The values of a field that has few: options, yes and no, members, records that admins keep (pipelines, stages), and
 * texts by which lists are narrowed (sources, industries). Undefined for any other field.
 */
export async function choicesOf(
  tx: Tx,
  record: RecordDefinition,
  target: Target,
): Promise<Choices | undefined> {
  const { via, of, key } = target
  const of_ = (values: string[], isFree = false): Choices => ({
    list: values.map(value => ({ value, label: value })),
    isFree,
    target,
  })
  if (of.kind === 'member') return { list: await members(tx, via === 'memberName'), isFree: false, target }
  if (via === 'linkName') {
    const linked = recordNamed(of.target!)
    return linked.writers === 'admin' ? of_(await names(tx, linked)) : undefined
  }
  if (via !== 'field' && via !== 'custom') return undefined
  if (of.options?.length) return of_([...of.options])
  if (of.kind === 'boolean') return of_(['true', 'false'])
  const isNarrowing = via === 'field' && of.kind === 'text' && record.contract.plainFilters.includes(key)
  if (!isNarrowing || !hasColumn(record, key)) return undefined
  return of_(await textsInUse(tx, record, key), true)
}

async function members(tx: Tx, byEmail: boolean): Promise<Choice[]> {
  const rows = await tx.session.rows(
    `select u.id, u.name, u.email from memberships m join users u on u.id = m.user_id
     where m.workspace_id = $1::uuid and m.removed_at is null order by u.name, u.id limit ${CHOICES_AT_MOST}`,
    [tx.who.workspaceId],
  )
  return rows.map(({ id, name, email }) => ({
    value: (byEmail ? email : id) as string,
    label: `${name} (${email})`,
  }))
}

async function names(tx: Tx, record: RecordDefinition): Promise<string[]> {
  const params: unknown[] = []
  const scope = scopeCondition(record, tx.who, 't', adderOf(params))
  const column = columnOf(record, record.contract.title[0]!).name
  const rows = await tx.session.rows(
    `select t.${column} as name from ${tableOf(record)} t where ${scope} order by t.id limit ${CHOICES_AT_MOST}`,
    params,
  )
  return [...new Set(rows.map(({ name }) => name as string))]
}

async function textsInUse(tx: Tx, record: RecordDefinition, key: string): Promise<string[]> {
  const params: unknown[] = []
  const scope = scopeCondition(record, tx.who, 't', adderOf(params))
  const column = columnOf(record, key).name
  const rows = await tx.session.rows(
    `select l.text from (select t.${column} as text from ${tableOf(record)} t where ${scope} order by t.updated_at desc limit ${LOOKED_AT}) l
     where l.text is not null group by l.text order by count(*) desc, l.text limit ${CHOICES_AT_MOST}`,
    params,
  )
  return rows.map(({ text }) => text as string)
}

/** Whether a cell that says this is understood as it stands. */
export function knows({ list, isFree, target: { via, of } }: Choices, text: string): boolean {
  if (isFree) return true
  if (of.kind === 'boolean') return parseBooleanCell(text).ok
  if (of.options?.length && via !== 'linkName') return readCell(text, of, { timeZone: 'UTC' }).ok
  const wanted = fold(text)
  return list.some(({ value, label }) =>
    [value, label, label.replace(/ \([^()]*\)$/, '')].some(name => fold(name) === wanted),
  )
}

/** The values that stand in cells of the column: of a list its items. */
export const valuesIn = ({ target: { via, of } }: Choices, cell: string): string[] => {
  if (!isListKind(of.kind) || via === 'linkName') return [cell.trim()]
  const items = parseListCell(cell)
  return items.ok ? (items.value ?? []) : []
}

/**
 * The one choice that the text seems to mean though it says it otherwise: the same letters, what other systems call
 * it, a slip of the pen, or words that both have. Undefined where none does, or several do.
 */
export function alike({ list, isFree }: Choices, text: string): string | undefined {
  const given = letters(text)
  if (!given) return undefined
  const only = (fits: (label: string) => boolean): string | undefined => {
    const found = list.filter(({ label }) => fits(label))
    return found.length === 1 ? found[0]!.value : undefined
  }
  const sure =
    only(label => letters(label) === given) ??
    only(label => meansInGeneral(label, text)) ??
    only(label => misspelt(words(label), words(text)))
  if (sure || isFree) return sure
  return byWords(list, text)
}

const NOT = new Set(['not', 'no', 'non', 'un', 'nicht', 'kein', 'nie', 'never', 'without'])
const STEM = 6

/** What words begin with, in which `Qualified` and `Qualification` are the same. */
const stems = (text: string): Set<string> => {
  const found = words(text)
    .split(' ')
    .filter(word => word.length > 2)
  return new Set(found.map(word => word.slice(0, STEM)))
}

const isDenied = (text: string): boolean =>
  words(text)
    .split(' ')
    .some(word => NOT.has(word))

function byWords(list: Choice[], text: string): string | undefined {
  const given = stems(text)
  const shared = list
    .filter(({ label }) => isDenied(label) === isDenied(text))
    .map(({ value, label }) => ({ value, count: [...stems(label)].filter(stem => given.has(stem)).length }))
    .filter(({ count }) => count > 0)
    .sort((a, b) => b.count - a.count)
  return shared[0] && shared[0].count > (shared[1]?.count ?? 0) ? shared[0].value : undefined
}
