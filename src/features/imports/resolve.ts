import { hostOf } from '#core/db/columns.ts'
import { adderOf, arrayLiteral } from '#core/db/engine.ts'
import type { Tx } from '#core/db/workspace.ts'
import { isUuid } from '#core/ids.ts'
import { columnOf, hasColumn, type RecordDefinition, tableOf } from '#core/record/definition.ts'
import { fold } from '#core/record/formats.ts'
import { takeTurnsAtLinked } from '#core/record/links.ts'
import { recordNamed } from '#core/record/registry.ts'
import { titleExpression } from '#core/record/title.ts'
import { scopeCondition } from '#core/record/visibility.ts'
import { type Draft, type Lookup, type Plan, refuse, type Wish } from './drafts.ts'
import { mayBeMade, type Named, namedIn, wishOf, withOtherNames } from './linked.ts'
import type { Column } from './mapping.ts'
import type { Via } from './targets.ts'

const CANDIDATES_AT_MOST = 20
const NAMES_KEPT = 20_000
const NAMES_FRESH_MS = 5000

/** A record that a name may mean. `parent` is what it belongs to, such as a stage's pipeline; `hasKey` whether a person has an e-mail address. */
type Candidate = { id: string; parent: string | null; isInDefault: boolean; hasKey: boolean }

/** Folds texts as the database does, which is asked only about those that are not plain ASCII. */
export async function foldAll(tx: Tx, texts: Iterable<string>): Promise<Map<string, string>> {
  const folded = new Map<string, string>()
  const asked: string[] = []
  for (const text of new Set(texts)) {
    if (/^[\x20-\x7e]*$/.test(text)) folded.set(text, text.toLowerCase())
    else asked.push(text)
  }
  if (!asked.length) return folded
  const statement = 'select w, crm_fold(w) as k from unnest($1::text[]) w'
  for (const row of await tx.session.rows(statement, [arrayLiteral(asked)]))
    folded.set(row.w as string, row.k as string)
  return folded
}

/**
 * Turns names, e-mail addresses and ids into the ids of records and members that the caller sees; one query a
 * column. What is missing or ambiguous refuses the row, naming column and value.
 */
export async function resolveLookups(tx: Tx, plan: Plan, drafts: Draft[]): Promise<void> {
  if (plan.createLinked) await takeTurnsAtLinked(tx)
  // Parents before children: a stage is looked for in the pipeline that the row names.
  const columns = plan.columns.filter(({ target }) => target.via !== 'field' || isLookup(target.of.kind))
  const ordered = [...columns].sort((a, b) => depth(plan.record, a) - depth(plan.record, b))
  for (const column of ordered) {
    const asked = drafts.flatMap(draft =>
      draft.lookups.filter(lookup => lookup.column === column).map(lookup => ({ draft, lookup })),
    )
    if (!asked.length) continue
    if (column.target.of.kind === 'member') await resolveMembers(tx, plan, asked)
    else await resolveLinks(tx, plan, column, asked)
  }
}

const isLookup = (kind: string) => kind === 'link' || kind === 'links' || kind === 'member'

type Asked = { draft: Draft; lookup: Lookup }

/** Ids before e-mail addresses before names: each stands in where the one before is not known here. Parents before children. */
const RANKS: Partial<Record<Via, number>> = { field: 0, linkKey: 1 }
const rankOf = ({ target: { via } }: Column): number => RANKS[via] ?? 2

const depth = (record: RecordDefinition, column: Column): number =>
  (parentOf(record, column.target.key, column.target.of.target) ? 3 : 0) + rankOf(column)

/** The link that both the record and the one it links to have: a deal's and its stage's `pipelineId`. */
function parentOf(record: RecordDefinition, key: string, target: string | undefined): string | undefined {
  if (!target) return undefined
  const theirs = recordNamed(target).contract.fields
  return Object.entries(record.contract.fields).find(
    ([name, f]) =>
      name !== key && f.kind === 'link' && theirs[name]?.kind === 'link' && theirs[name].target === f.target,
  )?.[0]
}

async function resolveLinks(tx: Tx, plan: Plan, column: Column, asked: Asked[]): Promise<void> {
  const { key, of, via } = column.target
  const target = recordNamed(of.target!)
  const others = of.kind === 'link' ? othersOf(plan.record, key, of.target!) : undefined
  const named = new Map<string, Named[]>()
  for (const { lookup } of asked)
    if (!named.has(lookup.text)) named.set(lookup.text, namedIn(lookup.text, column, target, others))
  const texts = [...named.values()].flatMap(list => list.flatMap(one => one.texts.map(({ text }) => text)))
  const parentKey = parentOf(plan.record, key, of.target)
  const find =
    via === 'field' ? await findIds(tx, target, texts) : await findNames(tx, plan, target, texts, parentKey)
  for (const { draft, lookup } of asked) {
    if (draft.values[key] !== undefined || draft.wishes.has(key)) continue
    const held: Array<string | Wish> = []
    for (const one of named.get(lookup.text)!) {
      const meant = meantBy(plan, draft, column, one, target, find, parentKey)
      if (meant) held.push(meant)
    }
    hold(draft, key, of.kind === 'links' ? held : held.slice(0, 1), of.kind === 'links')
    if (others) hold(draft, others, held.slice(1), true)
  }
}

/** Keeps what a link is to hold: ids as the value, or along with what is yet to be made. */
function hold(draft: Draft, key: string, held: Array<string | Wish>, isList: boolean): void {
  if (!held.length) return
  if (held.some(one => typeof one !== 'string')) draft.wishes.set(key, { items: held, isList })
  else draft.values[key] = isList ? [...new Set(held)] : held[0]
}

/** The list beside a link to one, which takes the further names of a cell: a deal's contacts beside its first one. */
const othersOf = (record: RecordDefinition, key: string, type: string): string | undefined =>
  Object.entries(record.contract.fields).find(
    ([name, f]) => name !== key && f.kind === 'links' && f.target === type && f.writable === 'always',
  )?.[0]

/** The record that a name in a cell stands for, its wish where nobody has it, or nothing: the row is refused, or another column says. */
function meantBy(
  plan: Plan,
  draft: Draft,
  column: Column,
  named: Named,
  target: RecordDefinition,
  find: Find,
  parentKey: string | undefined,
): string | Wish | undefined {
  const makes = column.target.via !== 'field' && plan.createLinked && mayBeMade(target)
  const whole = makes ? withOtherNames(draft, column, target, named) : named
  let found: Candidate | 'NO_SUCH' | 'MATCHES_MANY' = 'NO_SUCH'
  for (const { text, isKey } of named.texts) {
    const among = find(text)
    const candidates = makes && !isKey ? among.filter(one => isSameOne(one, draft, whole, parentKey)) : among
    found = choose(candidates, target, draft, parentKey)
    if (found !== 'NO_SUCH') break
  }
  if (typeof found !== 'string') {
    if (parentKey && found.parent && isStrict(target, parentKey)) draft.values[parentKey] ??= found.parent
    return found.id
  }
  if (saysMore(draft, column)) return undefined
  const wish = makes && found === 'NO_SUCH' ? wishOf(draft, whole, target, find.keyOf, parentKey) : undefined
  if (wish) return wish
  const label = target.contract.label.toLowerCase()
  refuse(draft, column, {
    problem: `${found === 'NO_SUCH' ? `there is no ${label}` : `more than one ${label} is called`} “${named.told.slice(0, 80)}”`,
    code: found,
  })
  return undefined
}

/** Whether the row says in a later column what the link means. */
const saysMore = (draft: Draft, column: Column): boolean =>
  draft.lookups.some(
    other => other.column.target.key === column.target.key && rankOf(other.column) > rankOf(column),
  )

/**
 * Whether one that is called so is meant, where otherwise one would be made: not a person with another e-mail
 * address than the row says, nor one of another company.
 */
function isSameOne(candidate: Candidate, draft: Draft, named: Named, parentKey: string | undefined): boolean {
  if (named.isPerson && named.key && candidate.hasKey) return false
  if (!parentKey || candidate.parent === null) return true
  if (draft.wishes.has(parentKey)) return false
  const parent = draft.values[parentKey]
  return parent === undefined || parent === candidate.parent
}

/** A child that must have its parent (a stage its pipeline) is never looked for in another one. */
const isStrict = (target: RecordDefinition, parentKey: string): boolean =>
  target.contract.fields[parentKey]!.required

/** The one candidate that the row means, or why there is none, as the start of a sentence. */
function choose(
  candidates: Candidate[],
  target: RecordDefinition,
  draft: Draft,
  parentKey: string | undefined,
): Candidate | 'NO_SUCH' | 'MATCHES_MANY' {
  const parent = parentKey ? draft.values[parentKey] : undefined
  const near = parent
    ? candidates.filter(candidate => candidate.parent === parent)
    : candidates.filter(candidate => candidate.isInDefault)
  const among = near.length || (parent && isStrict(target, parentKey!)) ? near : candidates
  if (among.length === 1) return among[0]!
  return among.length ? 'MATCHES_MANY' : 'NO_SUCH'
}

type Find = ((text: string) => Candidate[]) & { keyOf: (text: string) => string }

async function findIds(tx: Tx, target: RecordDefinition, texts: string[]): Promise<Find> {
  const ids = [...new Set(texts.filter(isUuid).map(id => id.toLowerCase()))]
  const params: unknown[] = [arrayLiteral(ids)]
  const rows = ids.length
    ? await tx.session.rows(
        `select t.id from ${tableOf(target)} t where ${scopeCondition(target, tx.who, 't', adderOf(params))} and t.id = any($1::uuid[])`,
        params,
      )
    : []
  return finder(
    new Map(
      rows.map(({ id }) => [
        id as string,
        [{ id: id as string, parent: null, isInDefault: false, hasKey: false }],
      ]),
    ),
    text => text.toLowerCase(),
  )
}

const finder = (known: Map<string, Candidate[]>, keyOf: (text: string) => string): Find =>
  Object.assign((text: string) => known.get(keyOf(text)) ?? [], { keyOf })

/** Finds records by title, by e-mail address and by domain, where they have such fields. */
async function findNames(
  tx: Tx,
  plan: Plan,
  target: RecordDefinition,
  texts: string[],
  parentKey: string | undefined,
): Promise<Find> {
  const folded = await foldAll(tx, texts)
  const known = knownNames(plan, target, parentKey)
  const keys = [...new Set(folded.values())].filter(key => !known.has(key))
  const parent = parentKey ? `t.${columnOf(target, parentKey).name}` : 'null::uuid'
  const bearsKey = hasColumn(target, 'email') ? 't.email is not null' : 'false'
  const sources = [
    { key: titleExpression(target, 't.'), keys },
    ...(hasColumn(target, 'email') ? [{ key: 't.email', keys: keys.filter(key => key.includes('@')) }] : []),
    ...(hasColumn(target, 'domain')
      ? [{ key: hostOf('t.domain'), keys: keys.filter(key => /^\S+\.\S+$/.test(key)) }]
      : []),
  ].filter(source => source.keys.length)
  const keyOf = (name: string) => folded.get(name) ?? fold(name)
  if (!sources.length) return finder(known, keyOf)
  const params: unknown[] = []
  const add = adderOf(params)
  const selects = sources.map(
    source =>
      `select ${source.key} as k, t.id, ${parent} as parent, ${bearsKey} as "hasKey" from ${tableOf(target)} t
       where ${scopeCondition(target, tx.who, 't', add)} and ${source.key} = any(${add(arrayLiteral(source.keys), 'text[]')})`,
  )
  const text = `select k, id, parent, "hasKey", ${defaultTest(target, parentKey, add(tx.who.workspaceId, 'uuid'))} as "isInDefault" from (
    select k, id, parent, "hasKey", row_number() over (partition by k order by id) as n from (${selects.join(' union ')}) f) f
    where n <= ${CANDIDATES_AT_MOST}`
  // Folding is not leakproof, so only a role that is not narrowed finds by index; the scope stands in the text.
  const rows = await tx.as('ascendore_search', () => tx.session.rows(text, params))
  for (const row of rows) {
    const k = row.k as string
    known.set(k, [...(known.get(k) ?? []), row as Candidate])
  }
  return finder(known, keyOf)
}

/** Names that earlier batches have found; the store checks each link again when it writes. */
function knownNames(
  plan: Plan,
  target: RecordDefinition,
  parentKey: string | undefined,
): Map<string, Candidate[]> {
  const kind = `${target.contract.name} ${parentKey ?? ''}`
  let known = plan.names.get(kind) as Map<string, Candidate[]> | undefined
  if (!known || known.size > NAMES_KEPT || Date.now() - plan.namesSince > NAMES_FRESH_MS) {
    plan.namesSince = Date.now()
    known = new Map()
    plan.names.set(kind, known)
  }
  return known
}

/** Whether the parent is its workspace's default (a stage of the default pipeline). */
function defaultTest(target: RecordDefinition, parentKey: string | undefined, workspace: string): string {
  const parent = parentKey ? recordNamed(target.contract.fields[parentKey]!.target!) : undefined
  if (!parent || !hasColumn(parent, 'isDefault')) return `(${workspace} is null)`
  return `exists (select 1 from ${tableOf(parent)} p where p.workspace_id = ${workspace} and p.id = f.parent and p.is_default)`
}

/** Members are few; all of them are read, and compared by id, e-mail address or name. */
async function resolveMembers(tx: Tx, plan: Plan, asked: Asked[]): Promise<void> {
  const members = await membersOf(tx)
  for (const { draft, lookup } of asked) {
    const { key } = lookup.column.target
    if (draft.values[key] !== undefined) continue
    const wanted = fold(lookup.text)
    const found = members.filter(
      ({ id, name, email }) => wanted === id || wanted === email || wanted === name,
    )
    if (found.length === 1) draft.values[key] = found[0]!.id
    else if (!found.length && plan.ignoreUnknownMembers) continue
    else if (found.length || !saysMore(draft, lookup.column))
      refuse(draft, lookup.column, {
        problem: `${found.length ? 'more than one member is called' : 'there is no member'} “${lookup.text.slice(0, 80)}”`,
        code: found.length ? 'MATCHES_MANY' : 'NO_SUCH',
      })
  }
}

const MEMBERS_AT_MOST = 50_000
type Member = { id: string; name: string; email: string }
const knownMembers = new WeakMap<Tx, Promise<Member[]>>()

export function membersOf(tx: Tx): Promise<Member[]> {
  let members = knownMembers.get(tx)
  if (!members) {
    members = tx.session
      .rows(
        `select u.id, u.name, u.email from memberships m join users u on u.id = m.user_id
         where m.workspace_id = $1::uuid and m.removed_at is null limit ${MEMBERS_AT_MOST}`,
        [tx.who.workspaceId],
      )
      .then(rows =>
        rows.map(row => ({
          id: row.id as string,
          name: fold(row.name as string),
          email: fold(row.email as string),
        })),
      )
    knownMembers.set(tx, members)
  }
  return members
}
