import { arrayLiteral, type Row } from '#core/db/engine.ts'
import type { Tx } from '#core/db/workspace.ts'
import { type Issue, Refusal } from '#core/errors.ts'
import { writableFields } from '#core/record/contract.ts'
import { tableOf } from '#core/record/definition.ts'
import { selectList } from '#core/record/select.ts'
import { store } from '#core/record/store.ts'
import { type Draft, keep, type Plan } from './drafts.ts'
import { type Match, marksOf, matchesFor } from './match.ts'
import { membersOf, resolveLookups } from './resolve.ts'

/** What became of a batch of rows; `linked` says how many records of each type were made for rows that name them. */
export type Outcome = {
  created: number
  updated: number
  skipped: number
  refused: Draft[]
  linked: Record<string, number>
}

const HISTORY = { history: true }

/**
 * Makes records of the rows in the caller's transaction. A row that is refused, by its cells, by the rules or
 * by the database, undoes nothing but itself.
 * @param seen marks of rows that a dry run has only pretended to create; none otherwise
 */
export async function importRows(
  tx: Tx,
  plan: Plan,
  drafts: Draft[],
  seen: SeenMarks | undefined,
): Promise<Outcome> {
  const outcome: Outcome = { created: 0, updated: 0, skipped: 0, refused: [], linked: {} }
  plan.linked.begin()
  await checkUsers(tx, plan, drafts)
  await resolveLookups(tx, plan, drafts)
  const good = drafts.filter(draft => !draft.issues.length)
  if (plan.onDuplicate === 'create' || !plan.matchBy.length) await createAll(tx, plan, good, outcome)
  else await matchAndWrite(tx, plan, good, outcome, seen)
  outcome.refused = drafts.filter(draft => draft.issues.length)
  outcome.linked = plan.linked.count(seen !== undefined)
  return outcome
}

/** A custom field of type user names a member by id; another id would refuse the whole batch. */
async function checkUsers(tx: Tx, plan: Plan, drafts: Draft[]): Promise<void> {
  for (const { target } of plan.columns) {
    if (target.via !== 'custom' || target.of.kind !== 'member') continue
    const members = new Set((await membersOf(tx)).map(({ id }) => id))
    for (const draft of drafts) {
      const id = draft.custom[target.key]
      if (id !== undefined && !members.has(id as string))
        draft.issues.push({ path: target.field, code: 'NO_SUCH', message: 'there is no such member' })
    }
  }
}

/**
 * Writes rows in waves: a row that bears the mark of one before it waits until that one is written, and then
 * meets it as any other duplicate.
 */
async function matchAndWrite(
  tx: Tx,
  plan: Plan,
  drafts: Draft[],
  outcome: Outcome,
  seen: SeenMarks | undefined,
): Promise<void> {
  let waiting = drafts
  while (waiting.length) {
    const marks = await marksOf(tx, plan, waiting)
    const found = await matchesFor(
      tx,
      plan,
      waiting.flatMap(draft => marks.get(draft)!),
    )
    const fresh: Draft[] = []
    const matched: Array<{ draft: Draft; match: Match }> = []
    const later: Draft[] = []
    const taken = new Set<string>()
    for (const draft of waiting) {
      const own = marks.get(draft)!
      const match = own.map(mark => found.get(mark)).find(Boolean)
      if (match) matched.push({ draft, match })
      else if (own.some(mark => taken.has(mark))) later.push(draft)
      else if (seen?.hasAny(own)) outcome.skipped++
      else fresh.push(draft)
      if (!match) for (const mark of own) taken.add(mark)
    }
    await createAll(tx, plan, fresh, outcome)
    seen?.addAll(fresh.flatMap(draft => marks.get(draft)!))
    if (plan.onDuplicate === 'skip') outcome.skipped += matched.length
    else await updateAll(tx, plan, matched, outcome)
    waiting = later
  }
}

async function createAll(tx: Tx, plan: Plan, drafts: Draft[], outcome: Outcome): Promise<void> {
  const ready: Array<{ draft: Draft; values: Record<string, unknown> }> = []
  for (const draft of drafts) {
    joinParts(draft, plan)
    draft.issues.push(...missingOf(draft, plan))
    if (!draft.issues.length) ready.push({ draft, values: wholeOf(draft, plan) })
  }
  outcome.created += await inHalves(tx, plan, ready, async part => {
    const links = await linksOf(tx, plan, part)
    const ids = await store.createMany(
      tx,
      plan.record,
      part.map(({ draft, values }) => ({ ...values, ...links.get(draft) })),
      HISTORY,
    )
    return ids.length
  })
}

/** Makes what the rows name and nobody has. */
const linksOf = (tx: Tx, plan: Plan, rows: Array<{ draft: Draft }>) =>
  plan.linked.make(
    tx,
    rows.map(({ draft }) => draft),
  )

/** The values of a new record. Each has passed its field's schema when its cell was read. */
function wholeOf({ values, custom }: Draft, { record }: Plan): Record<string, unknown> {
  const { id: _id, ...whole } = values
  return 'customFields' in record.contract.fields ? { ...whole, customFields: custom } : whole
}

/** Puts objects together from their parts; those that the row does not name stay as they are now. */
function joinParts(draft: Draft, plan: Plan, current: Row = {}): void {
  for (const [key, parts] of Object.entries(draft.parts)) {
    const whole = {
      ...(current[key] as object | null),
      ...(draft.values[key] as object | undefined),
      ...parts,
    }
    keep(draft, plan, key, whole)
  }
}

function missingOf(draft: Draft, plan: Plan): Issue[] {
  const { fields } = plan.record.contract
  const own = writableFields(fields, 'create', false)
    .filter(([key, f]) => f.required && draft.values[key] === undefined && !draft.wishes.has(key))
    .map(([key]) => ({ path: key, code: 'REQUIRED', message: 'is required' }))
  const custom = [...plan.custom.values()]
    .filter(field => field.required && draft.custom[field.key] === undefined)
    .map(({ key }) => ({ path: `customFields.${key}`, code: 'REQUIRED', message: 'is required' }))
  return [...own, ...custom]
}

/** Changes the records that the rows name, where a cell says something new. Empty cells change nothing. */
async function updateAll(
  tx: Tx,
  plan: Plan,
  matched: Array<{ draft: Draft; match: Match }>,
  outcome: Outcome,
): Promise<void> {
  const current = await readAll(
    tx,
    plan,
    matched.map(({ match }) => match.id),
  )
  const writable = new Set(writableFields(plan.record.contract.fields, 'update', true).map(([key]) => key))
  // Several rows may change one record, so only the first of each can be compared with what was read.
  const touched = new Set<string>()
  const ready: Array<{ draft: Draft; match: Match; values: Record<string, unknown> }> = []
  for (const { draft, match } of matched) {
    const row = current.get(match.id) ?? {}
    if (match.count > 1) {
      draft.issues.push({
        path: plan.matchBy.flat().join(','),
        code: 'MATCHES_SEVERAL',
        params: { count: match.count },
        message: `matches ${match.count} records`,
      })
      continue
    }
    joinParts(draft, plan, row)
    if (draft.issues.length) continue
    const whole = Object.fromEntries(Object.entries(draft.values).filter(([key]) => writable.has(key)))
    const values = touched.has(match.id) ? whole : differing(whole, row)
    const custom = touched.has(match.id)
      ? draft.custom
      : differing(draft.custom, (row.customFields ?? {}) as Row)
    if (Object.keys(custom).length) values.customFields = custom
    if (Object.keys(values).length || draft.wishes.size) ready.push({ draft, match, values })
    else outcome.skipped++
    touched.add(match.id)
  }
  const versions = new Map(matched.map(({ match }) => [match.id, match.version]))
  const counts = await inHalves(tx, plan, ready, async part => {
    let changed = 0
    const links = await linksOf(tx, plan, part)
    const now = new Map(versions)
    for (const { draft, match, values } of part) {
      const whole = { ...values, ...links.get(draft) }
      const { version } = await store.update(tx, plan.record, match.id, whole, HISTORY)
      if (version !== now.get(match.id)) changed++
      now.set(match.id, version)
    }
    for (const [id, version] of now) versions.set(id, version)
    return changed
  })
  outcome.updated += counts
  outcome.skipped += ready.filter(({ draft }) => !draft.issues.length).length - counts
}

const differing = (values: Record<string, unknown>, row: Row): Record<string, unknown> =>
  Object.fromEntries(
    Object.entries(values).filter(([key, value]) => JSON.stringify(value) !== JSON.stringify(row[key])),
  )

async function readAll(tx: Tx, { record }: Plan, ids: string[]): Promise<Map<string, Row>> {
  const text = `select ${selectList(record, tx.who)} from ${tableOf(record)} t where t.workspace_id = $1::uuid and t.id = any($2::uuid[])`
  const rows = await tx.session.rows(text, [tx.who.workspaceId, arrayLiteral([...new Set(ids)])])
  return new Map(rows.map(row => [row.id as string, row]))
}

/**
 * Writes all rows at once; where that is refused, each half by itself, down to the row that is to blame. Its
 * draft gets the reason. Answers the sum of what `write` answered.
 */
async function inHalves<T extends { draft: Draft }>(
  tx: Tx,
  plan: Plan,
  rows: T[],
  write: (rows: T[]) => Promise<number>,
): Promise<number> {
  if (!rows.length) return 0
  try {
    return await plan.linked.attempt(() => tx.attempt(() => write(rows)))
  } catch (error) {
    if (!(error instanceof Refusal) || error.status >= 500) throw error
    if (rows.length === 1) {
      rows[0]!.draft.issues.push(
        ...(error.issues?.length ? error.issues : [{ path: '', code: error.code, message: error.message }]),
      )
      return 0
    }
    const middle = Math.ceil(rows.length / 2)
    const first = await inHalves(tx, plan, rows.slice(0, middle), write)
    return first + (await inHalves(tx, plan, rows.slice(middle), write))
  }
}

/** The marks that a dry run has met, so that it finds duplicates inside the file; bounded, the first ones stay. */
export class SeenMarks {
  private readonly marks = new Set<string>()
  private static readonly AT_MOST = 200_000

  hasAny = (marks: string[]): boolean => marks.some(mark => this.marks.has(mark))

  addAll(marks: string[]): void {
    for (const mark of marks) if (this.marks.size < SeenMarks.AT_MOST) this.marks.add(mark)
  }
}
