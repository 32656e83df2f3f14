import { parseListCell } from '#core/csv/index.ts'
import { adderOf, arrayLiteral } from '#core/db/engine.ts'
import type { Tx } from '#core/db/workspace.ts'
import { isUuid } from '#core/ids.ts'
import { columnOf, hasColumn, type RecordDefinition, tableOf } from '#core/record/definition.ts'
import { fold } from '#core/record/formats.ts'
import { recordNamed } from '#core/record/registry.ts'
import { store } from '#core/record/store.ts'
import { titleExpression } from '#core/record/title.ts'
import { scopeCondition } from '#core/record/visibility.ts'
import { type Draft, type Lookup, type Plan, refuse } from './drafts.ts'
import type { Column } from './mapping.ts'

const CANDIDATES_AT_MOST = 20
const NAMES_KEPT = 20_000
const NAMES_FRESH_MS = 5000

/** A record that a name may mean. `parent` is what it belongs to, such as a stage's pipeline. */
type Candidate = { id: string; parent: string | null; isInDefault: boolean }

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

/** Ids before names, so that a name only stands in where the id is not known here; parents before children. */
function depth(record: RecordDefinition, { target }: Column): number {
  return (parentOf(record, target.key, target.of.target) ? 2 : 0) + (target.via === 'field' ? 0 : 1)
}

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
  const items = (text: string) => (of.kind === 'links' ? listItems(text) : [text])
  const texts = asked.flatMap(({ lookup }) => items(lookup.text))
  const parentKey = parentOf(plan.record, key, of.target)
  const find =
    via === 'field' ? await findIds(tx, target, texts) : await findNames(tx, plan, target, texts, parentKey)
  const makes = via !== 'field' && plan.createLinked && mayBeMade(target)
  if (makes) {
    const wanted = asked.filter(({ draft }) => !draft.issues.length && draft.values[key] === undefined)
    await makeMissing(
      tx,
      target,
      wanted.flatMap(({ lookup }) => items(lookup.text)),
      find,
    )
  }
  const label = target.contract.label.toLowerCase()
  const hasNameColumn = plan.columns.some(other => other !== column && other.target.key === key)
  for (const { draft, lookup } of asked) {
    if (draft.values[key] !== undefined) continue
    const ids: string[] = []
    for (const text of items(lookup.text)) {
      const found = choose(find(text), target, draft, parentKey)
      if (typeof found !== 'string') {
        ids.push(found.id)
        if (parentKey && found.parent && isStrict(target, parentKey)) draft.values[parentKey] ??= found.parent
      } else if (makes && draft.issues.length) {
        // It would be made if the row were not refused for something else.
      } else if (!(via === 'field' && hasNameColumn && hasName(draft, column))) {
        refuse(draft, column, {
          problem: `${found === 'NO_SUCH' ? `there is no ${label}` : `more than one ${label} is called`} “${text.slice(0, 80)}”`,
          code: found,
        })
      }
    }
    if (ids.length) draft.values[key] = of.kind === 'links' ? [...new Set(ids)] : ids[0]
  }
}

const listItems = (text: string): string[] => {
  const items = parseListCell(text)
  return items.ok ? (items.value ?? []) : []
}

const hasName = (draft: Draft, column: Column): boolean =>
  draft.lookups.some(other => other.column !== column && other.column.target.key === column.target.key)

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

type Find = ((text: string) => Candidate[]) & { add: (text: string, candidate: Candidate) => void }

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
      rows.map(row => [row.id as string, [{ id: row.id as string, parent: null, isInDefault: false }]]),
    ),
    text => text.toLowerCase(),
  )
}

function finder(known: Map<string, Candidate[]>, keyOf: (text: string) => string): Find {
  const find = (text: string) => known.get(keyOf(text)) ?? []
  return Object.assign(find, {
    add: (text: string, candidate: Candidate) => void known.set(keyOf(text), [candidate]),
  })
}

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
  const sources = [
    { key: titleExpression(target, 't.'), keys },
    ...(hasColumn(target, 'email') ? [{ key: 't.email', keys: keys.filter(key => key.includes('@')) }] : []),
    ...(hasColumn(target, 'domain')
      ? [{ key: 'crm_fold(t.domain)', keys: keys.filter(key => /^\S+\.\S+$/.test(key)) }]
      : []),
  ].filter(source => source.keys.length)
  const keyOf = (name: string) => folded.get(name) ?? fold(name)
  if (!sources.length) return finder(known, keyOf)
  const params: unknown[] = []
  const add = adderOf(params)
  const selects = sources.map(
    source =>
      `select ${source.key} as k, t.id, ${parent} as parent from ${tableOf(target)} t
       where ${scopeCondition(target, tx.who, 't', add)} and ${source.key} = any(${add(arrayLiteral(source.keys), 'text[]')})`,
  )
  const text = `select k, id, parent, ${defaultTest(target, parentKey, add(tx.who.workspaceId, 'uuid'))} as "isInDefault" from (
    select k, id, parent, row_number() over (partition by k order by id) as n from (${selects.join(' union ')}) f) f
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

/** Whether a name alone makes a record of the type, and imports may create it. */
function mayBeMade({ contract }: RecordDefinition): boolean {
  const required = Object.entries(contract.fields).filter(([, f]) => f.required && f.writable === 'always')
  return (
    contract.importable && contract.title.length === 1 && required.every(([key]) => contract.title[0] === key)
  )
}

/** Creates the records that the rows name and nobody has. */
async function makeMissing(tx: Tx, target: RecordDefinition, texts: string[], find: Find): Promise<void> {
  const title = target.contract.title[0]!
  const schema = target.contract.fields[title]!.schema
  const names: string[] = []
  for (const text of texts) {
    if (find(text).length || !schema.safeParse(text).success) continue
    find.add(text, { id: '', parent: null, isInDefault: false })
    names.push(text)
  }
  const ids = await store.createMany(
    tx,
    target,
    names.map(name => ({ [title]: name })),
  )
  for (const [i, name] of names.entries()) find.add(name, { id: ids[i]!, parent: null, isInDefault: false })
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
    else if (found.length || !hasName(draft, lookup.column) || lookup.column.target.via !== 'field')
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
