import { parseListCell } from '#core/csv/index.ts'
import type { Tx } from '#core/db/workspace.ts'
import type { RecordDefinition } from '#core/record/definition.ts'
import { recordNamed } from '#core/record/registry.ts'
import { store } from '#core/record/store.ts'
import { type Draft, splitName, type Wish } from './drafts.ts'
import type { Column } from './mapping.ts'
import { LINK_KEYS } from './targets.ts'

/** What imports make along the way, parents before children. */
export const MADE = ['company', 'contact']
/** Beyond so many a dry run may count one twice. */
const TOLD_AT_MOST = 200_000

/** Whether an import may make records of the type for rows that name them. */
export const mayBeMade = ({ contract }: RecordDefinition): boolean => MADE.includes(contract.name)

/** The nouns of what an import of the columns may make along the way. */
export const linkedPaths = (columns: Column[]): string[] => {
  const types = columns.flatMap(({ target: { via, of } }) =>
    (via === 'linkName' || via === 'linkKey') && MADE.includes(of.target!) ? [of.target!] : [],
  )
  return [...new Set(types)].map(type => recordNamed(type).contract.path)
}

/** What a cell names, and the texts under which it is looked for, one after the other. */
export type Named = {
  /** As it stands in the cell. */
  told: string
  texts: Array<{ text: string; isKey: boolean }>
  name?: string | undefined
  key?: string | undefined
  isPerson: boolean
}

/** `Ida Berg (ida@berg.example)`, as exports of other systems write people. */
const PERSON = /^(.*?)\s*[(<]\s*([^\s()<>]+@[^\s()<>]+)\s*[)>]$/

/**
 * Reads what a cell names, by id, by key or by name.
 * @param others the list that takes what a cell of a single link names beyond the first
 */
export function namedIn(
  text: string,
  { target: { via, of, part } }: Column,
  target: RecordDefinition,
  others: string | undefined,
): Named[] {
  const isPerson = LINK_KEYS[target.contract.name]?.part === 'email'
  const plain = { told: text, texts: [{ text, isKey: via !== 'linkName' }], isPerson }
  if (via === 'linkKey') {
    const key = keyIn(text, target, part!)
    return [key ? { ...plain, texts: [{ text: key, isKey: true }], key } : plain]
  }
  const isSeveral = via === 'linkName' && others && text.includes(';')
  const items = of.kind === 'links' || isSeveral ? listItems(text) : [text]
  return items.map((item): Named => {
    const one = { ...plain, told: item, texts: [{ text: item, isKey: via !== 'linkName' }] }
    if (via !== 'linkName') return one
    if (!isPerson) return { ...one, name: item }
    const [, name, email] = PERSON.exec(item) ?? []
    const key = keyIn(email ?? item, target, 'email')
    if (!key) return { ...one, name: item }
    if (!name) return { ...one, texts: [...one.texts, { text: key, isKey: true }], key }
    const texts = [...one.texts, { text: key, isKey: true }, { text: name, isKey: false }]
    return { ...one, texts, name, key }
  })
}

const listItems = (text: string): string[] => {
  const items = parseListCell(text)
  return items.ok ? (items.value ?? []) : []
}

function keyIn(text: string, target: RecordDefinition, part: string): string | undefined {
  const read = target.contract.fields[part]!.schema.safeParse(text)
  return read.success ? (read.data as string) : undefined
}

/** Adds what other columns of the row say of the same link. */
export function withOtherNames(draft: Draft, column: Column, target: RecordDefinition, named: Named): Named {
  if (column.target.of.kind !== 'link') return named
  const beside = draft.lookups
    .filter(other => other.column !== column && other.column.target.key === column.target.key)
    .filter(other => other.column.target.via !== 'field')
    .flatMap(other => namedIn(other.text, other.column, target, undefined).slice(0, 1))
  return {
    ...named,
    name: named.name ?? beside.find(one => one.name)?.name,
    key: named.key ?? beside.find(one => one.key)?.key,
  }
}

/** What is to be made for a row that names it; undefined where what the row says is no name and no address. */
export function wishOf(
  draft: Draft,
  { name, key }: Named,
  target: RecordDefinition,
  folded: (text: string) => string,
  parentKey: string | undefined,
): Wish | undefined {
  const { name: type, fields, title } = target.contract
  const { part } = LINK_KEYS[type]!
  const called = name ?? (title.length === 1 ? key : undefined)
  const names = called === undefined ? {} : title.length === 1 ? { [title[0]!]: called } : splitName(called)
  const values: Record<string, string> = { ...names, ...(key ? { [part]: key } : {}) }
  const isRight = Object.entries(values).every(
    ([field, value]) => fields[field]!.schema.safeParse(value).success,
  )
  if (!isRight || !Object.keys(values).length) return undefined
  const above = parentKey ? (draft.values[parentKey] ?? draft.wishes.get(parentKey)?.items[0]) : undefined
  return {
    type,
    name: called === undefined ? undefined : folded(called),
    key,
    values,
    parent:
      parentKey && above !== undefined
        ? { field: parentKey, mark: above instanceof Object ? marksOf(above as Wish)[0]! : (above as string) }
        : undefined,
  }
}

/** One that was made: `hasKey` says that it has an e-mail address or a domain. */
type Made = { id: string; hasKey: boolean }

const isPerson = ({ type }: Wish): boolean => LINK_KEYS[type]!.part === 'email'

/** What a wish is known by, the surest first; people of one name are told apart by what they belong to. */
function marksOf(wish: Wish, parent = wish.parent?.mark ?? ''): string[] {
  const { type, key, name } = wish
  return [
    ...(key ? [`${type} by key ${key}`] : []),
    ...(name === undefined ? [] : [`${type} by name ${name} of ${isPerson(wish) ? parent : ''}`]),
  ]
}

/** What an import has made for rows that name what nobody has: once each, however many rows name it. */
export class Linked {
  private readonly made = new Map<string, Made>()
  /** Marks in the order in which they came, so that what a savepoint takes back can be forgotten. */
  private readonly order: string[] = []
  private readonly wishes: Wish[] = []
  private readonly told = new Set<string>()

  /** Forgets the batch before: what it made stands in the database, or was only tried. */
  begin(): void {
    this.made.clear()
    this.order.length = 0
    this.wishes.length = 0
  }

  /** Does the work; where it is refused, what it made is forgotten as the database forgets it. */
  async attempt<T>(work: () => Promise<T>): Promise<T> {
    const [marks, wishes] = [this.order.length, this.wishes.length]
    try {
      return await work()
    } catch (error) {
      for (const mark of this.order.splice(marks)) this.made.delete(mark)
      this.wishes.length = wishes
      throw error
    }
  }

  /** What a link of the row that is yet to be made is told apart by: its id once there is one. */
  standsFor(draft: Draft, field: string): string | undefined {
    const wish = draft.wishes.get(field)?.items[0]
    if (wish === undefined || typeof wish === 'string') return wish
    return this.find(wish, marksOf(wish))?.id ?? marksOf(wish)[0]
  }

  /** Makes what the rows name, and answers the values of their links. */
  async make(tx: Tx, drafts: Draft[]): Promise<Map<Draft, Record<string, unknown>>> {
    const values = new Map<Draft, Record<string, unknown>>(drafts.map(draft => [draft, {}]))
    for (const type of MADE) {
      const wanted = drafts.flatMap(draft =>
        [...draft.wishes].flatMap(([field, held]) =>
          held.items.some(one => typeof one !== 'string' && one.type === type)
            ? [{ draft, field, ...held }]
            : [],
        ),
      )
      if (!wanted.length) continue
      const links = wanted.map(({ draft, items }) =>
        items.map(one => this.want(one, values.get(draft)!, draft)),
      )
      const fresh = links.flat().filter(link => link.values)
      const ids = await store.createMany(
        tx,
        recordNamed(type),
        fresh.map(link => link.values!),
      )
      for (const [i, link] of fresh.entries()) link.made.id = ids[i]!
      for (const [i, { draft, field, isList }] of wanted.entries()) {
        const found = [...new Set(links[i]!.map(({ made }) => made.id))]
        values.get(draft)![field] = isList ? found : found[0]
      }
    }
    return values
  }

  /** The one that a wish stands for, with the values of which it is to be made where it is not yet. */
  private want(
    one: string | Wish,
    links: Record<string, unknown>,
    draft: Draft,
  ): { made: Made; values?: Record<string, unknown> } {
    if (typeof one === 'string') return { made: { id: one, hasKey: false } }
    const parentId = one.parent && (links[one.parent.field] ?? draft.values[one.parent.field])
    const marks = marksOf(one, (parentId as string | undefined) ?? '')
    const known = this.find(one, marks)
    if (known) return { made: known }
    const made: Made = { id: '', hasKey: one.key !== undefined }
    for (const mark of marks) this.remember(mark, made)
    this.wishes.push(one)
    return { made, values: { ...one.values, ...(parentId ? { [one.parent!.field]: parentId } : {}) } }
  }

  private find(wish: Wish, marks: string[]): Made | undefined {
    for (const mark of marks) {
      const made = this.made.get(mark)
      const isOther = made?.hasKey && wish.key !== undefined && isPerson(wish) && mark.includes(' by name ')
      if (made && !isOther) return made
    }
    return undefined
  }

  private remember(mark: string, made: Made): void {
    if (this.made.has(mark)) return
    this.made.set(mark, made)
    this.order.push(mark)
  }

  /** How many of each type the batch has made; in a dry run those that no batch before has told of. */
  count(isDryRun: boolean): Record<string, number> {
    const counts: Record<string, number> = {}
    for (const wish of this.wishes) {
      const all = marksOf(wish)
      const marks = isPerson(wish) && wish.key ? all.slice(0, 1) : all
      if (isDryRun && marks.some(mark => this.told.has(mark))) continue
      if (isDryRun && this.told.size < TOLD_AT_MOST) for (const mark of marks) this.told.add(mark)
      counts[wish.type] = (counts[wish.type] ?? 0) + 1
    }
    return counts
  }
}
