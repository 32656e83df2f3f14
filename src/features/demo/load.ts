import { arrayLiteral } from '#core/db/engine.ts'
import type { Tx } from '#core/db/workspace.ts'
import { newId } from '#core/ids.ts'
import type { Change } from '#core/record/definition.ts'
import { recordNamed } from '#core/record/registry.ts'
import { dayIn } from '#core/record/relative-time.ts'
import { store } from '#core/record/store.ts'
import { demoCampaigns } from './campaigns.ts'
import { DEMO_DASHBOARDS, DEMO_REPORTS } from './reports.ts'
import type { DemoData, DemoDeal } from './types.ts'

/** Ids by the keys with which the demo data refers to itself. */
type Ids = Map<string, string>

export const CONTEXT = { history: true, asItHappened: true }

/** Makes the people of the demo workspace, all with one password, and answers their ids. */
export async function loadPeople(tx: Tx, data: DemoData, passwordHash: string): Promise<Ids> {
  const ids: Ids = new Map(data.members.map(member => [member.key, newId()]))
  const { members } = data
  const since = new Date(
    Math.min(...data.companies.map(company => Date.parse(company.createdAt))),
  ).toISOString()
  const people = [members.map(m => ids.get(m.key)), members.map(m => m.name), members.map(m => m.email)]
  await tx.as('ascendore_auth', () =>
    tx.session.rows(
      `insert into users (id, name, email, password_hash, email_verified_at, created_at)
       select p.id, p.name, p.email, $4, now(), $5::timestamptz from unnest($1::uuid[], $2::text[], $3::text[]) p(id, name, email)`,
      [...people.map(arrayLiteral), passwordHash, since],
    ),
  )
  await tx.session.rows(
    `insert into memberships (workspace_id, id, user_id, role, created_at)
     select $1::uuid, m.id, m.user_id, m.role, $5::timestamptz from unnest($2::uuid[], $3::uuid[], $4::text[]) m(id, user_id, role)`,
    [
      tx.who.workspaceId,
      arrayLiteral(members.map(() => newId())),
      arrayLiteral(people[0]!),
      arrayLiteral(members.map(m => m.role)),
      since,
    ],
  )
  return ids
}

/** Writes all records of the demo data through the store, as if they had come to be one by one. */
export async function loadRecords(tx: Tx, data: DemoData, people: Ids): Promise<void> {
  const ids: Ids = new Map(people)
  const owner = people.get(data.members.find(member => member.role === 'OWNER')!.key)
  const create: Create = async (type, list, valuesOf) => {
    const rows = list.map(item => ({ createdById: owner, ...valuesOf(item), id: newId() }))
    for (const [i, item] of list.entries()) ids.set(item.key, rows[i]!.id)
    await store.createMany(tx, recordNamed(type), rows, CONTEXT)
  }
  const of = (key: string | null) => (key === null ? null : ids.get(key)!)
  // One by one, since the first of a workspace becomes its default.
  for (const pipeline of data.pipelines)
    await create('pipeline', [pipeline], ({ name, isDefault }) => ({ name, isDefault }))
  const stages = data.pipelines.flatMap(pipeline =>
    pipeline.stages.map((stage, order) => ({ ...stage, order, pipelineKey: pipeline.key })),
  )
  await create('stage', stages, ({ key: _, pipelineKey, ...rest }) => ({
    ...rest,
    pipelineId: of(pipelineKey),
  }))
  await createCustomers(tx, create, data, of)
  await createWork(create, data, of)
  await createMarketing(create, data, of)
  await createTalk(create, data, of)
  await create('campaign', demoCampaigns(dayIn('UTC')), ({ key: _, ...campaign }) => ({
    ...campaign,
    ownerId: owner,
  }))
  await create('report', DEMO_REPORTS, ({ key: _, ...report }) => ({ ...report, shared: true }))
  await create('dashboard', DEMO_DASHBOARDS, ({ key: _, name, description, tiles }) => ({
    name,
    description,
    shared: true,
    tiles: tiles.map(([reportKey, width, height]) => ({ reportId: of(reportKey), width, height })),
  }))
}

/** Companies, their people, what is sold to them, and who may come to buy. */
export async function createCustomers(
  tx: Tx,
  create: Create,
  data: Pick<DemoData, 'companies' | 'contacts' | 'deals' | 'leads'>,
  of: Of,
): Promise<void> {
  const owned = (key: string) => ({ ownerId: of(key), createdById: of(key) })
  await create('company', data.companies, ({ key: _, ownerKey, ...rest }) => ({
    ...rest,
    ...owned(ownerKey),
  }))
  await create('contact', data.contacts, ({ key: _, ownerKey, companyKey, ...rest }) => ({
    ...rest,
    companyId: of(companyKey),
    ...owned(ownerKey),
  }))
  await create('deal', data.deals, deal => dealValues(deal, of, owned(deal.ownerKey)))
  await loadHistory(tx, data.deals, of)
  await create('lead', data.leads, ({ key: _, ownerKey, contactKey, companyKey, dealKey, ...rest }) => ({
    ...rest,
    ...owned(ownerKey),
    convertedContactId: of(contactKey),
    convertedCompanyId: of(companyKey),
    convertedDealId: of(dealKey),
  }))
}

/** What was said, what is to be done, and what was noted. */
export async function createTalk(
  create: Create,
  data: Pick<DemoData, 'interactions' | 'tasks' | 'notes'>,
  of: Of,
): Promise<void> {
  await create(
    'interaction',
    data.interactions,
    ({ key: _, ownerKey, contactKey, dealKey, companyKey, ...rest }) => ({
      ...rest,
      contactId: of(contactKey),
      dealId: of(dealKey),
      companyId: of(companyKey),
      createdAt: rest.occurredAt,
      createdById: of(ownerKey),
    }),
  )
  await create('task', data.tasks, ({ key: _, assigneeKey, createdByKey, relatedKey, ...rest }) => ({
    ...rest,
    assigneeId: of(assigneeKey),
    createdById: of(createdByKey),
    relatedId: of(relatedKey),
  }))
  await create('note', data.notes, ({ key: _, authorKey, relatedKey, ...rest }) => ({
    ...rest,
    authorId: of(authorKey),
    createdById: of(authorKey),
    relatedId: of(relatedKey),
  }))
}

/** Letters, who got them, and who wants no more. */
async function createMarketing(create: Create, data: DemoData, of: Of): Promise<void> {
  await create('emailTemplate', data.templates, ({ key: _, createdByKey, ...rest }) => ({
    ...rest,
    createdById: of(createdByKey),
  }))
  await create('campaign', data.campaigns, ({ key: _, templateKey, sentByKey, ownerKey, ...rest }) => ({
    ...rest,
    templateId: of(templateKey),
    sentById: of(sentByKey),
    ownerId: of(ownerKey),
    createdById: of(ownerKey),
  }))
  await create(
    'campaignContact',
    data.campaignContacts,
    ({ key: _, campaignKey, contactKey, createdByKey, ...rest }) => ({
      ...rest,
      campaignId: of(campaignKey),
      contactId: of(contactKey),
      createdById: of(createdByKey),
    }),
  )
  await create('unsubscribe', data.unsubscribes, ({ key: _, ...rest }) => rest)
}

/** Answers the id of what has a key in the demo data. */
type Of = (key: string | null) => string | null

export type Create = <T extends { key: string }>(
  type: string,
  list: T[],
  valuesOf: (item: T) => Change,
) => Promise<void>

/** What comes of deals: the bills, the visits and the rollouts. */
async function createWork(create: Create, data: DemoData, of: Of): Promise<void> {
  await create('invoice', data.invoices, ({ key: _, dealKey: _deal, createdByKey, relatedKey, ...rest }) => ({
    ...rest,
    relatedId: of(relatedKey),
    createdById: of(createdByKey),
  }))
  await create('visit', data.visits, ({ key: _, contactKey, ownerKey, ...rest }) => ({
    ...rest,
    contactId: of(contactKey),
    ownerId: of(ownerKey),
    createdById: of(ownerKey),
  }))
  await create(
    'project',
    data.projects,
    ({ key: _, companyKey, dealKey, ownerKey, projectManagerKey, ...rest }) => ({
      ...rest,
      companyId: of(companyKey),
      dealId: of(dealKey),
      projectManagerId: of(projectManagerKey),
      ownerId: of(ownerKey),
      createdById: of(ownerKey),
    }),
  )
}

function dealValues(deal: DemoDeal, of: Of, owned: Change): Change {
  const {
    key: _,
    ownerKey: _o,
    pipelineKey: _p,
    stageKey,
    companyKey,
    primaryContactKey,
    contactKeys,
    history,
    ...rest
  } = deal
  const last = history.at(-1)!.enteredAt
  return {
    ...rest,
    ...owned,
    stageId: of(stageKey),
    companyId: of(companyKey),
    primaryContactId: of(primaryContactKey),
    contactIds: contactKeys.map(of),
    stageEnteredAt: last,
    updatedAt: last,
  }
}

/** The stages before the present one, and the events that tell of each move. */
async function loadHistory(tx: Tx, deals: DemoDeal[], of: Of): Promise<void> {
  const before = deals.flatMap(deal => deal.history.slice(0, -1).map(entry => ({ deal, ...entry })))
  await tx.session.rows(
    `insert into deal_stage_history (workspace_id, deal_id, id, stage_id, entered_at)
     select $1::uuid, h.deal_id, gen_random_uuid(), h.stage_id, h.entered_at from unnest($2::uuid[], $3::uuid[], $4::timestamptz[]) h(deal_id, stage_id, entered_at)`,
    [
      tx.who.workspaceId,
      ...[before.map(h => of(h.deal.key)), before.map(h => of(h.stageKey)), before.map(h => h.enteredAt)].map(
        arrayLiteral,
      ),
    ],
  )
  const moves = deals.flatMap(deal =>
    deal.history.slice(1).map((entry, i) => ({
      deal,
      from: of(deal.history[i]!.stageKey),
      to: of(entry.stageKey),
      at: entry.enteredAt,
    })),
  )
  const columns = [
    moves.map(() => newId()),
    moves.map(move => of(move.deal.key)),
    moves.map(move => of(move.deal.ownerKey)),
    moves.map(move => JSON.stringify({ stageId: { old: move.from, new: move.to } })),
    moves.map(move => move.at),
  ]
  await tx.session.rows(
    `insert into events (workspace_id, id, actor_id, action, entity_type, entity_id, changes, created_at)
     select $1::uuid, m.id, m.actor_id, 'updated', 'deal', m.deal_id, m.changes, m.at
     from unnest($2::uuid[], $3::uuid[], $4::uuid[], $5::jsonb[], $6::timestamptz[]) m(id, deal_id, actor_id, changes, at)`,
    [tx.who.workspaceId, ...columns.map(arrayLiteral)],
  )
}
