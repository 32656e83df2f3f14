import type { Row } from '#core/db/engine.ts'
import { hasColumn, type RecordDefinition } from '#core/record/definition.ts'
import { fold } from '#core/record/formats.ts'
import { recordNamed } from '#core/record/registry.ts'
import type { Hands, PageOf, RecordRef } from '../hands.ts'

/** A name that several records have, or none exactly: the person is asked which one they mean. */
export class Ambiguous extends Error {
  readonly called: string
  readonly found: Resolved[]
  constructor(called: string, found: Resolved[]) {
    super(`several are called ${called}`)
    this.called = called
    this.found = found
  }
}

/** Nothing is called so, of what the person may see. */
export class Unknown extends Error {
  readonly called: string
  readonly types: readonly string[]
  constructor(called: string, types: readonly string[] = []) {
    super(`nothing is called ${called}`)
    this.called = called
    this.types = types
  }
}

export type Resolved = { record: RecordDefinition; row: Row; ref: RecordRef }

const LOOKED_AT = 8
const OFFERED_AT_MOST = 6

/** Names to records, by search; what was chosen before in this conversation stays chosen. */
export class Resolver {
  private readonly hands: Hands
  private readonly chosen: ReadonlyMap<string, RecordRef>
  /** What "it" means: the one record that was spoken of last. */
  private readonly last: RecordRef | undefined

  constructor(hands: Hands, chosen: ReadonlyMap<string, RecordRef>, last: RecordRef | undefined) {
    this.hands = hands
    this.chosen = chosen
    this.last = last
  }

  /** The record of that name. @throws Ambiguous, Unknown */
  async one(name: string, types?: readonly string[]): Promise<Resolved> {
    const found = await this.maybe(name, types)
    if (!found) throw new Unknown(name.trim(), types)
    return found
  }

  /** The same, or undefined where nothing is called so. @throws Ambiguous */
  async maybe(given: string, types?: readonly string[]): Promise<Resolved | undefined> {
    const name = given.replace(/^["'\s]+|["'\s.,;:]+$/g, '').replace(/^the\s+/i, '')
    if (!name) return undefined
    if (this.last && IT.test(name)) return this.read(this.last)
    const chosen = this.chosen.get(fold(name))
    if (chosen && (!types || types.includes(chosen.recordType))) return this.read(chosen)
    if (!this.hands.can('GET /search')) return undefined
    // Settings such as pipelines are not searched.
    const searched = types?.filter(type => hasColumn(recordNamed(type), 'searchText'))
    if (types?.length && !searched?.length) return undefined
    const rows = await this.search(name, searched)
    const isNamed = (row: Row) => isCalled(name, row)
    // What only looks like the name is not meant where something of another type is called exactly so.
    if (types?.length && !rows.some(isNamed) && (await this.search(name)).some(isNamed)) return undefined
    return choose(name, rows)
  }

  private async search(name: string, types?: readonly string[]): Promise<Row[]> {
    const { rows } = await this.hands.call<PageOf>('GET /search', {
      query: { q: name, limit: LOOKED_AT, ...(types?.length ? { types: types.join(',') } : {}) },
    })
    return rows
  }

  private async read(ref: RecordRef): Promise<Resolved> {
    const record = recordNamed(ref.recordType)
    return { record, row: await this.hands.read(record, ref.recordId), ref }
  }
}

const IT =
  /^(?:it|him|her|them|this|that|this one|that one|(?:this|that) (?:deal|lead|contact|company|task|project|record|person))$/i

/** The one that is meant: called exactly so, else the only one that begins so or has words that do, else the only one found. */
function choose(name: string, rows: Row[]): Resolved | undefined {
  if (!rows.length) return undefined
  const wanted = fold(name)
  const inside = (title: string) => wanted.split(' ').every(word => title.includes(word))
  const titled = rows.map(row => ({ row, title: fold(String(row.title ?? '')) }))
  for (const fits of [
    (title: string) => title === wanted,
    (title: string) => title.startsWith(wanted),
    (title: string) => wanted.split(' ').every(word => ` ${title}`.includes(` ${word}`)),
    inside,
    isLike(wanted),
  ]) {
    const found = withoutConverted(titled.filter(({ title }) => fits(title)))
    // Anna in Joanna: asked for, and not taken.
    if (found.length === 1 && fits !== inside) return resolvedOf(found[0]!.row)
    if (found.length)
      throw new Ambiguous(
        name,
        found.slice(0, OFFERED_AT_MOST).map(({ row }) => resolvedOf(row)),
      )
  }
  return undefined
}

/** A lead that was converted goes on as its contact: where both are found, the contact is meant. */
function withoutConverted<T extends { row: Row }>(found: T[]): T[] {
  const ids = new Set(found.map(({ row }) => row.id))
  return found.filter(({ row }) => !ids.has((row.record as Row).convertedContactId))
}

/** All its words stand in the title. */
const isCalled = (name: string, { title }: Row): boolean => {
  const folded = fold(String(title ?? ''))
  return fold(name)
    .split(' ')
    .every(word => folded.includes(word))
}

const LETTERS_ALIKE = 3

/** For words with a mistake in them: some word of the title begins as one of them does. What a search finds in long texts is no name. */
const isLike = (wanted: string) => {
  const beginnings = (wanted.match(/[\p{L}\p{N}]{3,}/gu) ?? []).map(word => word.slice(0, LETTERS_ALIKE))
  return (title: string) => beginnings.some(beginning => ` ${title}`.includes(beginning))
}

const refFrom = (row: Row): RecordRef => ({
  recordType: row.type as string,
  recordId: row.id as string,
  title: String(row.title ?? ''),
})

const resolvedOf = (found: Row): Resolved => ({
  record: recordNamed(found.type as string),
  row: found.record as Row,
  ref: refFrom(found),
})
