import { setTimeout as sleep } from 'node:timers/promises'
import { readConfig } from '#core/config.ts'
import type { Session } from '#core/db/engine.ts'
import { type Role, Scope, type Tx } from '#core/db/workspace.ts'
import { type App, loadFeatures } from '#core/feature.ts'
import { newId } from '#core/ids.ts'
import { makeLog } from '#core/log.ts'
import { startProgram } from '#core/program.ts'
import { type RecordDefinition, tableOf } from '#core/record/definition.ts'
import { type Key, keepKeys } from '#features/duplicates/keys.ts'
import { doubled } from '#features/duplicates/marks.ts'
import { Embedders } from '#features/embeddings/embedder.ts'
import { searched } from '#features/search/query.ts'
import { wordsOf } from '#features/search/words.ts'

/**
 * The data: one large workspace beside fifty small ones. Users, workspaces and pipelines are made through
 * the program; records and events by `INSERT … SELECT FROM generate_series` in the database itself, the same
 * SQL on both engines, with values that follow from the row number alone (times are relative to the day).
 */
export type Sizes = {
  companies: number
  contacts: number
  deals: number
  tasks: number
  interactions: number
  /** Events in all: one `created` for each record, the rest `updated`. */
  events: number
}

/** What the scenarios must know about the large workspace. */
export type Place = {
  workspaceId: string
  owner: { userId: string; sessionId: string }
  member: { userId: string; sessionId: string }
}

const SMALL_WORKSPACES = 50
const MEMBERS = 20
const SMALL: Sizes = { companies: 20, contacts: 50, deals: 30, tasks: 20, interactions: 20, events: 400 }

/** SPEC 7's workspace, times `scale`. */
export const largeSizes = (scale: number): Sizes => ({
  companies: Math.round(10_000 * scale),
  contacts: Math.round(100_000 * scale),
  deals: Math.round(50_000 * scale),
  tasks: Math.round(20_000 * scale),
  interactions: Math.round(50_000 * scale),
  events: Math.round(1_000_000 * scale),
})

// A hash of row number and purpose; ids in the form of UUIDv7, so that they lie in indexes as real ones do.
const HELPERS = `
create or replace function bench_hash(n bigint, salt int, below bigint) returns bigint language sql immutable parallel safe
  as $$ select (hashint8extended(n, salt) & 9007199254740991) % below $$;
create or replace function bench_id(at timestamptz, n bigint, salt int) returns uuid language sql stable parallel safe
  as $$ select (lpad(to_hex((extract(epoch from at) * 1000)::bigint), 12, '0') || '7' || substr(h, 1, 3) || 'a' || substr(h, 4, 15))::uuid
    from md5(salt || ' ' || n) h $$;
create or replace function bench_time(n bigint, total bigint) returns timestamptz language sql stable parallel safe
  as $$ select date_trunc('milliseconds', date_trunc('day', now()) - interval '730 days' * ((total - n + 1)::float8 / (total + 1))) $$;
create or replace function bench_since(at timestamptz, n bigint) returns timestamptz language sql stable parallel safe
  as $$ select date_trunc('milliseconds', at + (date_trunc('day', now()) - at) * (bench_hash(n, 99, 1000000)::float8 / 1000000)) $$;
drop table if exists bench_company, bench_contact, bench_deal, bench_member;
create unlogged table bench_company (n bigint primary key, id uuid);
create unlogged table bench_contact (n bigint primary key, id uuid);
create unlogged table bench_deal (n bigint primary key, id uuid);
create unlogged table bench_member (n bigint primary key, id uuid);`

const REMOVE_HELPERS = `drop table bench_company, bench_contact, bench_deal, bench_member;
drop function bench_id, bench_time, bench_since, bench_hash;`

const array = (words: string) =>
  `(array[${words
    .split(' ')
    .map(word => `'${word}'`)
    .join(',')}])`
const FIRST = array(
  'Anna Ben Clara David Emma Felix Greta Hugo Ida Jonas Karla Leo Mia Noah Olga Paul Quentin Rosa Sven Tara Ulla Viktor Wanda Xaver Yara Zeno Amir Bela Chen Dora Elif Fadi Gül Hana Ivo Jana Kofi Lena Milo Nadia',
)
const SYLLABLES = array('ber dal fen gar hol jen kar lin mor nes pet ros sal tor ven wei zan bri cor dun')
const INDUSTRY = array('Software Retail Health Energy Finance Education Logistics Food Media Construction')
const KIND = array('Analytics Systems Partners Works Group Labs Trading Services Studio Holding')
const TITLE = array('Engineer Manager Director Buyer Analyst Owner Assistant Consultant')

const pick = (from: string, salt: number, length: number) => `${from}[1 + bench_hash(g, ${salt}, ${length})]`
const lastName = (salt: number) =>
  `initcap(${pick(SYLLABLES, salt, 20)} || ${pick(SYLLABLES, salt + 1, 20)} || ${pick(SYLLABLES, salt + 2, 20)})`

/** SQL that fills one workspace; `seed` sets its ids apart from those of the others. */
function fillSql(ws: string, seed: number, sizes: Sizes, members: string[], currency = 'USD'): string {
  const W = `'${ws}'::uuid`
  const rows = (total: number, salt: number) =>
    `(select g, bench_time(g, ${total}) as made, bench_id(bench_time(g, ${total}), g, ${seed * 100 + salt}) as id, m.id as owner
      from generate_series(1, ${total}) g join bench_member m on m.n = bench_hash(g, ${salt}, ${members.length})) r`
  const base = (more: string) =>
    `(workspace_id, id, owner_id, created_by_id, created_at, updated_at, ${more
      .split(',')
      .map(part => part.trim())
      .join(', ')})`
  const common = `${W}, r.id, r.owner, r.owner, r.made, bench_since(r.made, g)`
  const company = (salt: number) =>
    `(select c.id from bench_company c where c.n = 1 + bench_hash(g, ${salt}, ${sizes.companies}))`
  const contact = (salt: number) =>
    `(select c.id from bench_contact c where c.n = 1 + bench_hash(g, ${salt}, ${sizes.contacts}))`
  const deal = (salt: number) =>
    `(select c.id from bench_deal c where c.n = 1 + bench_hash(g, ${salt}, ${sizes.deals}))`
  return `
truncate bench_company, bench_contact, bench_deal, bench_member;
insert into bench_member select n - 1, id::uuid from unnest('{${members.join(',')}}'::text[]) with ordinality u(id, n);
insert into companies ${base('name, domain, industry, size, employee_count, annual_revenue, status')}
select ${common}, ${lastName(11)} || ' ' || ${pick(KIND, 14, 10)}, 'c' || g || '.example', ${pick(INDUSTRY, 15, 10)},
  ${array('small medium large')}[1 + g % 3], bench_hash(g, 16, 5000), bench_hash(g, 17, 100000000) / 100.0, ${array('LEAD PROSPECT CUSTOMER CHURNED')}[1 + bench_hash(g, 18, 4)]
from ${rows(sizes.companies, 1)};
insert into records (workspace_id, id, type, owner_id, created_by_id) select workspace_id, id, 'company', owner_id, created_by_id from companies where workspace_id = ${W};
insert into bench_company select row_number() over (order by id), id from companies where workspace_id = ${W};
insert into contacts ${base('first_name, last_name, job_title, email, phone, phone_e164, company_id, customer_type, status, lead_source, lead_score, last_interaction_at')}
select ${common}, ${pick(FIRST, 21, 40)}, case when g % 20000 = 7 then 'Quixano' else ${lastName(22)} end, ${pick(TITLE, 25, 8)},
  lower(${pick(FIRST, 21, 40)}) || '.' || g || '@mail.example', '+4930' || (1000000 + g), '+4930' || (1000000 + g), ${company(26)},
  ${array('B2B B2C')}[1 + g % 2], ${array('ACTIVE ACTIVE ACTIVE ACTIVE ACTIVE ACTIVE ACTIVE INACTIVE INACTIVE BOUNCED')}[1 + bench_hash(g, 27, 10)],
  ${array('web referral event cold')}[1 + bench_hash(g, 28, 4)], bench_hash(g, 29, 101), case when g % 3 = 0 then bench_since(r.made, g + 1) end
from ${rows(sizes.contacts, 2)};
insert into records (workspace_id, id, type, owner_id, created_by_id) select workspace_id, id, 'contact', owner_id, created_by_id from contacts where workspace_id = ${W};
insert into bench_contact select row_number() over (order by id), id from contacts where workspace_id = ${W};
create temp table bench_stage as select s.id, s.kind, s.probability, row_number() over (partition by kind order by s.position) - 1 as n,
  count(*) over (partition by kind) as many, s.pipeline_id from stages s where s.workspace_id = ${W};
insert into deals ${base('title, amount, currency, pipeline_id, stage_id, status, probability, company_id, primary_contact_id, contact_ids, expected_close_date, actual_close_date, source, stage_entered_at, closed_at')}
select ${common}, ${lastName(31)} || ' ' || ${pick(KIND, 34, 10)} || ' ' || g, bench_hash(g, 35, 10000000) / 100.0, case when g % 10 = 0 then 'EUR' else '${currency}' end,
  s.pipeline_id, s.id, s.kind, s.probability, ${company(36)}, p.id, array[p.id], (r.made + interval '90 days')::date,
  case when s.kind <> 'OPEN' then bench_since(r.made, g)::date end, ${array('web referral event cold')}[1 + bench_hash(g, 37, 4)],
  bench_since(r.made, g), case when s.kind <> 'OPEN' then bench_since(r.made, g) end
from ${rows(sizes.deals, 3)}
join bench_stage s on s.kind = case when bench_hash(g, 38, 100) < 40 then 'OPEN' when bench_hash(g, 38, 100) < 75 then 'WON' else 'LOST' end and s.n = bench_hash(g, 39, s.many)
join bench_contact p on p.n = 1 + bench_hash(g, 40, ${sizes.contacts});
drop table bench_stage;
insert into records (workspace_id, id, type, owner_id, created_by_id) select workspace_id, id, 'deal', owner_id, created_by_id from deals where workspace_id = ${W};
insert into bench_deal select row_number() over (order by id), id from deals where workspace_id = ${W};
insert into tasks (workspace_id, id, created_by_id, created_at, updated_at, title, priority, due_at, assignee_id, related_type, related_id, progress, completed_at)
select ${W}, r.id, r.owner, r.made, bench_since(r.made, g), 'Call ' || ${lastName(41)}, ${array('LOW MEDIUM HIGH URGENT')}[1 + bench_hash(g, 44, 4)],
  date_trunc('day', now()) + interval '1 hour' * (bench_hash(g, 45, 2000) - 1000), r.owner, ${array('contact deal')}[1 + g % 2],
  case when g % 2 = 0 then ${contact(46)} else ${deal(46)} end, case when bench_hash(g, 47, 10) < 6 then 'COMPLETED' else 'PENDING' end,
  case when bench_hash(g, 47, 10) < 6 then bench_since(r.made, g) end
from ${rows(sizes.tasks, 4)};
insert into records (workspace_id, id, type, created_by_id, assignee_id, parent_id)
  select workspace_id, id, 'task', created_by_id, assignee_id, related_id from tasks where workspace_id = ${W};
insert into interactions (workspace_id, id, created_by_id, created_at, updated_at, type, direction, subject, content, occurred_at, contact_id, deal_id)
select ${W}, r.id, r.owner, r.made, r.made, ${array('CALL EMAIL MEETING MESSAGE')}[1 + bench_hash(g, 51, 4)], ${array('INBOUND OUTBOUND')}[1 + g % 2],
  'About ' || ${lastName(52)}, repeat('We spoke about the offer and the next steps. ', 3), r.made, ${contact(55)}, case when g % 2 = 0 then ${deal(56)} end
from ${rows(sizes.interactions, 5)};
insert into records (workspace_id, id, type, created_by_id, parent_id)
  select workspace_id, id, 'interaction', created_by_id, coalesce(deal_id, contact_id) from interactions where workspace_id = ${W};
insert into deal_contacts (workspace_id, deal_id, contact_id) select workspace_id, id, primary_contact_id from deals where workspace_id = ${W};
insert into deal_stage_history (workspace_id, deal_id, id, stage_id, entered_at)
  select workspace_id, id, gen_random_uuid(), stage_id, stage_entered_at from deals where workspace_id = ${W};
insert into record_counts (workspace_id, type, live) select workspace_id, type, count(*) from records where workspace_id = ${W} group by 1, 2
  on conflict (workspace_id, type) do update set live = excluded.live;
${eventsSql(W, seed, sizes, members.length)}`
}

/** Creations in the order of their time, then changes of random records until `sizes.events` is reached. */
function eventsSql(W: string, seed: number, sizes: Sizes, members: number): string {
  const { companies, contacts, deals, tasks, interactions, events } = sizes
  const changes = Math.max(0, events - companies - contacts - deals - tasks - interactions)
  const told = (type: string, table: string) =>
    `select id, created_by_id, created_at, '${type}' as type from ${table} where workspace_id = ${W}`
  return `
insert into events (workspace_id, id, actor_id, action, entity_type, entity_id, changes, ip, user_agent, request_id, created_at)
select ${W}, bench_id(c.created_at, row_number() over (), ${seed * 100 + 61}), c.created_by_id, 'created', c.type, c.id, '{"status": {"new": "ACTIVE"}}', '10.0.0.1', 'bench', 'bench', c.created_at
from (${[told('company', 'companies'), told('contact', 'contacts'), told('deal', 'deals'), told('task', 'tasks'), told('interaction', 'interactions')].join(' union all ')}) c order by c.created_at;
insert into events (workspace_id, id, actor_id, action, entity_type, entity_id, changes, ip, user_agent, request_id, created_at)
select ${W}, bench_id(r.made, g, ${seed * 100 + 62}), m.id, 'updated', r.type, coalesce(c.id, d.id, o.id), '{"leadScore": {"new": 40, "old": 20}}', '10.0.0.1', 'bench', 'bench', r.made
from (select g, bench_time(g, ${changes}) as made, case when h < 60 then 'contact' when h < 95 then 'deal' else 'company' end as type
  from (select g, bench_hash(g, 63, 100) as h from generate_series(1, ${changes}) g) s) r
left join bench_contact c on r.type = 'contact' and c.n = 1 + bench_hash(g, 64, ${contacts})
left join bench_deal d on r.type = 'deal' and d.n = 1 + bench_hash(g, 65, ${deals})
left join bench_company o on r.type = 'company' and o.n = 1 + bench_hash(g, 66, ${companies})
join bench_member m on m.n = bench_hash(g, 67, ${members}) order by g;`
}

/** The login owns the tables but is subject to row-level security; for the bench alone it may see all. */
const OPEN_TO_OWNER = `do $$ declare t record; begin
  for t in select tablename from pg_tables where schemaname = 'public' and rowsecurity loop
    execute format('create policy bench_all on %I for all to current_user using (true) with check (true)', t.tablename);
  end loop; end $$;`

/** Sets the database up as the program does, and fills it. Answers where the large workspace is. */
export async function fill(env: Record<string, string | undefined>, scale: number): Promise<Place> {
  // Statements of minutes have the program's own background work complain, which is no news here.
  const program = await startProgram(readConfig(env), makeLog('fatal'))
  const { database } = program.app
  try {
    const workspaces: Array<{ id: string; members: string[]; sessions: string[] }> = []
    for (let n = 0; n <= SMALL_WORKSPACES; n++)
      workspaces.push(await found(program.app, n, n === 0 ? MEMBERS : 3))
    const session = await database.engine.acquire()
    try {
      await session.script(
        `set statement_timeout = 0; set idle_in_transaction_session_timeout = 0; ${HELPERS}`,
      )
      if (database.engine.kind === 'postgres') await session.script(OPEN_TO_OWNER)
      for (const [n, { id, members }] of workspaces.entries())
        await session.script(fillSql(id, n, n === 0 ? largeSizes(scale) : SMALL, members))
      await finish(session)
    } finally {
      database.engine.release(session)
    }
    await settle(
      program.app,
      workspaces.map(({ id }) => id),
    )
    const { id, members, sessions } = workspaces[0]!
    return {
      workspaceId: id,
      owner: { userId: members[0]!, sessionId: sessions[0]! },
      member: { userId: members[1]!, sessionId: sessions[1]! },
    }
  } finally {
    await program.stop()
  }
}

/** Followers have read it all and no text waits to be embedded; statistics and visibility map are as after a quiet night. */
async function finish(session: Session): Promise<void> {
  const followers = [
    'counts',
    ...(await loadFeatures()).flatMap(f => (f.followers ?? []).map(({ name }) => name)),
  ]
  await session.script(`${REMOVE_HELPERS}
    insert into event_cursors (follower, seq) select f, (select max(seq) from events) from unnest('{${followers.join(',')}}'::text[]) f
    on conflict (follower) do update set seq = excluded.seq, gap_before = null;
    delete from embedding_due;`)
  for (const record of searched())
    await session.script(`insert into search_words ${wordsOf(record, 'true')} on conflict do nothing`)
  await session.script('vacuum analyze')
  for (const record of doubled()) await keepAllKeys(session, record)
  await session.script('vacuum analyze duplicate_keys')
  await session.script('vacuum analyze duplicate_names')
}

/**
 * What the program would find much to do for, once something is written: the words of all texts counted, and a first model of each
 * kind learned. As in a workspace that has grown to this size over two years.
 */
async function settle(app: App, workspaceIds: string[]): Promise<void> {
  const embedders = new Embedders(app)
  for (const id of workspaceIds) await embedders.prepare(id)
  const schedules = (await loadFeatures()).flatMap(feature => feature.schedules ?? [])
  await schedules.find(({ name }) => name === 'first-models')!.run(app.database, app.log, app)
  const asOwner = async (script: string) => {
    const session = await app.database.engine.acquire()
    return session.script(script).finally(() => app.database.engine.release(session))
  }
  const LEARNING = `select 1 from learned_models where status in ('QUEUED', 'TRAINING') limit 1`
  // The embedded engine has one session, and learning may hold it for longer than anybody waits.
  const isLearning = () =>
    asOwner(LEARNING).then(
      rows => rows.length > 0,
      error => {
        if (error.code !== 'CONNECTION_BUSY') throw error
        return true
      },
    )
  while (await isLearning()) await sleep(500)
  await asOwner('delete from embedding_due')
  await asOwner('vacuum analyze embedding_due')
}

const KEYS_AT_ONCE = 2000

/** What the follower of duplicates would have kept. */
async function keepAllKeys(session: Session, record: RecordDefinition): Promise<void> {
  const scope = new Scope(session, 'ascendore_worker')
  const rows = (await session.rows(
    `select workspace_id as "workspaceId", id from ${tableOf(record)} order by 1, 2`,
  )) as Key[]
  for (let at = 0; at < rows.length; at += KEYS_AT_ONCE) {
    await session.script('begin')
    await keepKeys(scope, record, rows.slice(at, at + KEYS_AT_ONCE))
    await session.script('commit')
  }
}

async function found(
  app: Awaited<ReturnType<typeof startProgram>>['app'],
  n: number,
  people: number,
): Promise<{ id: string; members: string[]; sessions: string[] }> {
  const id = newId()
  const members = Array.from({ length: people }, () => newId())
  const sessions = members.map(() => newId())
  await app.database.inSystem('ascendore_auth', async ({ session }) => {
    await session.rows('insert into workspaces (id, name, slug) values ($1::uuid, $2, $3)', [
      id,
      `Workspace ${n}`,
      `bench-${n}`,
    ])
    for (const [i, userId] of members.entries()) {
      const role: Role = i === 0 ? 'OWNER' : 'MEMBER'
      await session.rows(
        'insert into users (id, name, email, email_verified_at) values ($1::uuid, $2, $3, now())',
        [userId, `Person ${i}`, `person${i}-${n}@bench.example`],
      )
      await session.rows(
        'insert into memberships (workspace_id, id, user_id, role) values ($1::uuid, $2::uuid, $3::uuid, $4)',
        [id, newId(), userId, role],
      )
      await session.rows(
        `insert into sessions (id, user_id, workspace_id, token_hash, expires_at) values ($1::uuid, $2::uuid, $3::uuid, $4, now() + interval '1 year')`,
        [sessions[i], userId, id, newId()],
      )
    }
  })
  const who = {
    workspaceId: id,
    userId: members[0]!,
    role: 'OWNER',
    visibility: 'own',
    timezone: 'UTC',
  } as const
  await app.database.inWorkspace(who, (tx: Tx) => app.found(tx))
  return { id, members, sessions }
}
