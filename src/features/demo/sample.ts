import { z } from 'zod'
import { type Tx, together } from '#core/db/workspace.ts'
import { conflict, unprocessable } from '#core/errors.ts'
import { type Operation, operation } from '#core/http/operation.ts'
import { newId } from '#core/ids.ts'
import { tableOf } from '#core/record/definition.ts'
import { recordNamed } from '#core/record/registry.ts'
import { store } from '#core/record/store.ts'
import { defaultPipelineId, stagesOf } from '#features/pipelines/stages.ts'
import { generateDemo } from './generate.ts'
import { CONTEXT, type Create, createCustomers, createTalk } from './load.ts'
import { PIPELINES } from './market.ts'
import type { DemoData, DemoDeal } from './types.ts'

/** By it sample records are known to people, and found again when they are to go. */
const TAG = 'Sample'
const COMPANIES = 10
const OPEN_DEALS_EACH = 3
const CLOSED_DEALS_EACH = 3
const LEADS = 12
const TALKS = 120
const TASKS = 20
const NOTES = 30
/** What may hang on others goes first. */
const TYPES = ['note', 'task', 'interaction', 'deal', 'lead', 'contact', 'company'] as const

type Sample = Pick<
  DemoData,
  'companies' | 'contacts' | 'deals' | 'leads' | 'interactions' | 'tasks' | 'notes'
>

const latest = <T>(list: T[], at: (item: T) => string, n: number): T[] =>
  list.toSorted((a, b) => (at(a) < at(b) ? 1 : -1)).slice(0, n)

/** A part of the demo data that stands for itself: nothing in it speaks of what is left out. */
export function partOf(all: DemoData): Sample {
  const pipeline = all.pipelines.find(({ isDefault }) => isDefault)!.key
  const own = all.deals.filter(deal => deal.pipelineKey === pipeline)
  const open = Map.groupBy(own.filter(isOpen), deal => deal.companyKey)
  const closed = Map.groupBy(
    own.filter(deal => !isOpen(deal)),
    deal => deal.companyKey,
  )
  const stagesIn = (deals: DemoDeal[] = []) => new Set(deals.map(stageOf)).size
  const companies = all.companies
    .toSorted((a, b) => stagesIn(open.get(b.key)) - stagesIn(open.get(a.key)))
    .slice(0, COMPANIES)
  const deals = companies.flatMap(({ key }, i) => [
    ...ofEachStage(open.get(key) ?? [], i),
    ...latest(closed.get(key) ?? [], deal => deal.createdAt, CLOSED_DEALS_EACH),
  ])
  const known = new Set([...companies, ...deals].map(({ key }) => key))
  const contacts = all.contacts.filter(({ companyKey }) => known.has(companyKey))
  const leads = latest(
    all.leads.filter(({ contactKey }) => !contactKey),
    lead => lead.createdAt,
    LEADS,
  )
  for (const { key } of [...contacts, ...leads]) known.add(key)
  const has = (key: string | null) => key === null || known.has(key)
  const talks = all.interactions.filter(
    talk => has(talk.dealKey) && has(talk.contactKey) && has(talk.companyKey),
  )
  const tasks = all.tasks.filter(task => has(task.relatedKey))
  const notes = all.notes.filter(note => has(note.relatedKey))
  return {
    companies,
    contacts,
    leads,
    deals: deals.map(deal => ({ ...deal, contactKeys: deal.contactKeys.filter(has) })),
    interactions: latest(talks, talk => talk.occurredAt, TALKS),
    tasks: latest(tasks, task => task.dueAt, TASKS),
    notes: latest(notes, note => note.createdAt, NOTES),
  }
}

/** The latest deal of each stage, the first stage another one for each company: so none of the board's lanes is bare. */
function ofEachStage(deals: DemoDeal[], first: number): DemoDeal[] {
  const { stages } = PIPELINES.find(({ isDefault }) => isDefault)!
  const keys = stages.filter(({ kind }) => kind === 'OPEN').map(({ key }) => key)
  return keys
    .map((_, i) => keys[(first + i) % keys.length])
    .flatMap(key =>
      latest(
        deals.filter(deal => stageOf(deal) === key),
        deal => deal.createdAt,
        1,
      ),
    )
    .slice(0, OPEN_DEALS_EACH)
}

export const stageOf = (deal: DemoDeal): string => deal.history.at(-1)!.stageKey

const isOpen = (deal: DemoDeal): boolean => deal.status === 'OPEN'

/** For each stage of the demo the one of the workspace that stands as far along the way. */
async function stageIds(tx: Tx, pipelineId: string): Promise<Map<string, string>> {
  const own = (await stagesOf(tx)).filter(stage => stage.pipelineId === pipelineId)
  const { stages } = PIPELINES.find(({ isDefault }) => isDefault)!
  const ids = new Map<string, string>()
  for (const kind of ['OPEN', 'WON', 'LOST'] as const) {
    const there = own.filter(stage => stage.kind === kind)
    const here = stages.filter(stage => stage.kind === kind)
    for (const [i, { key }] of here.entries()) {
      const stage = there[Math.floor((i * there.length) / here.length)]
      if (stage) ids.set(key, stage.id)
    }
  }
  return ids
}

/** A deal on the workspace's own stages and in its own money; a stage that it passed twice counts once. */
const onStages = (deal: DemoDeal, ids: Map<string, string>, currency: string): DemoDeal => ({
  ...deal,
  // The workspace may have no rate for the others.
  currency: currency as DemoDeal['currency'],
  history: deal.history.filter(
    ({ stageKey }, i) => ids.get(stageKey) !== ids.get(deal.history[i + 1]?.stageKey ?? ''),
  ),
})

async function createSample(tx: Tx): Promise<number> {
  const there = await taggedIds(tx)
  if (there.some(({ ids }) => ids.length))
    throw conflict('There is sample data already; remove it first', 'SAMPLE_DATA_EXISTS')
  const pipelineId = await defaultPipelineId(tx)
  const stages = await stageIds(tx, pipelineId)
  const [workspace] = await tx.session.rows('select currency from workspaces where id = $1::uuid', [
    tx.who.workspaceId,
  ])
  const all = generateDemo({ now: new Date() })
  const part = partOf(all)
  // A workspace may have no stage for won or for lost deals.
  const deals = part.deals.filter(({ history }) => history.every(({ stageKey }) => stages.has(stageKey)))
  const sample = closedUnder({
    ...part,
    deals: deals.map(deal => onStages(deal, stages, workspace!.currency as string)),
  })
  const ids = new Map<string, string>(stages)
  for (const { key } of all.members) ids.set(key, tx.who.userId!)
  for (const { key } of all.pipelines) ids.set(key, pipelineId)
  let made = 0
  const create: Create = async (type, list, valuesOf) => {
    const rows = list.map(item => {
      const values = valuesOf(item)
      return { ...values, tags: [...((values.tags as string[] | undefined) ?? []), TAG], id: newId() }
    })
    for (const [i, item] of list.entries()) ids.set(item.key, rows[i]!.id)
    await store.createMany(tx, recordNamed(type), rows, CONTEXT)
    made += rows.length
  }
  const of = (key: string | null) => (key === null ? null : (ids.get(key) ?? null))
  await createCustomers(tx, create, sample, of)
  await createTalk(create, sample, of)
  return made
}

/** Without what speaks of a deal that is not there. */
function closedUnder(sample: Sample): Sample {
  const deals = new Set(sample.deals.map(({ key }) => key))
  const isGone = (key: string | null) => key?.startsWith('deal-') === true && !deals.has(key)
  return {
    ...sample,
    interactions: sample.interactions.filter(({ dealKey }) => !isGone(dealKey)),
    tasks: sample.tasks.filter(({ relatedKey }) => !isGone(relatedKey)),
    notes: sample.notes.filter(({ relatedKey }) => !isGone(relatedKey)),
  }
}

/** What carries the tag and is not in the trash, by record type. */
const taggedIds = (tx: Tx) =>
  together(
    TYPES.map(async type => {
      const record = recordNamed(type)
      const rows = await tx.session.rows(
        `select t.id from ${tableOf(record)} t where t.workspace_id = $1::uuid and t.deleted_at is null and t.tags @> array[$2::text]`,
        [tx.who.workspaceId, TAG],
      )
      return { record, ids: rows.map(({ id }) => id as string) }
    }),
  )

async function removeSample(tx: Tx): Promise<number> {
  let removed = 0
  for (const { record, ids } of await taggedIds(tx))
    if (ids.length) removed += (await store.removeMany(tx, record, ids)).size
  if (!removed) throw unprocessable('NO_SAMPLE_DATA', 'There is no sample data')
  return removed
}

const common = { path: '/sample-data', tag: 'sample-data', access: 'ADMIN' } as const

export const sampleOperations: Operation[] = [
  operation({
    ...common,
    method: 'POST',
    status: 201,
    summary: 'Fill the workspace with invented records to try it with',
    description: `Companies, contacts, deals, leads, tasks, notes and conversations, all with the tag \`${TAG}\`. Deals stand in the default pipeline.`,
    answers: z.object({ created: z.int() }),
    document: { answerExample: { created: 320 } },
    refuses: { 409: 'SAMPLE_DATA_EXISTS: records with the tag are there' },
    handle: async ({ tx }) => ({ created: await createSample(tx) }),
  }),
  operation({
    ...common,
    method: 'DELETE',
    summary: 'Move all sample data into the trash',
    description: `Companies, contacts, deals, leads, tasks, notes and conversations that carry the tag \`${TAG}\`: take the tag off what is to stay.`,
    answers: z.object({ removed: z.int() }),
    document: { answerExample: { removed: 320 } },
    refuses: { 422: 'NO_SAMPLE_DATA: nothing carries the tag' },
    handle: async ({ tx }) => ({ removed: await removeSample(tx) }),
  }),
]
