import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Row } from '#core/db/engine.ts'
import { DB_ROLES, type DbRole, type Who } from '#core/db/workspace.ts'
import { newId } from '#core/ids.ts'
import { allRecords } from '#core/record/registry.ts'
import { removeBytesAfter } from '#core/storage/removals.ts'
import { keepUsage } from '#features/ai-settings/usage.ts'
import { queueDue } from '#features/reports/mails.ts'
import { asOwner } from './database.ts'
import { MAILBOX, newProposal, notified } from './routes.ts'
import { some } from './runs.ts'
import { Samples } from './samples.ts'
import { type Person, useProgram, world } from './world.ts'

/** What the database itself holds to, read from its catalogue and tried with raw SQL under every role. */

const program = useProgram()

const query = (text: string, params?: unknown[]) =>
  asOwner(program(), async session => [...(await session.rows(text, params))])

/** Tables outside any workspace, and why each may be. */
const GLOBAL: Record<string, string> = {
  workspaces: 'is the workspace',
  users: 'a person may be in several workspaces',
  sessions: 'belongs to a person; its workspace is where they look',
  used_refresh_tokens: "belongs to a session, which is a person's",
  mail_tokens: 'is of a person, who may be in several workspaces or in none',
  login_attempts: 'counts who has not signed in, so is in no workspace yet',
  two_factors: 'is of a person, whatever workspace they are in',
  used_realtime_tickets: 'says of a ticket that it was used, and nothing else',
  event_cursors: 'followers serve all workspaces',
  schema_state: 'the schema itself',
  schema_migrations: 'the schema itself',
}

/** Tables of sign-in, which hold what proves who somebody is: no role of a user has any right there. */
const OF_SIGN_IN = [
  'used_refresh_tokens',
  'used_realtime_tickets',
  'mail_tokens',
  'login_attempts',
  'two_factors',
]
const USER_ROLES: DbRole[] = [
  'ascendore_admin',
  'ascendore_member',
  'ascendore_member_wide',
  'ascendore_viewer',
]

const tables = async () =>
  (await query(`select c.relname as name, c.relrowsecurity as enabled, c.relforcerowsecurity as forced, pg_get_userbyid(c.relowner) as owner,
    exists (select from pg_attribute a where a.attrelid = c.oid and a.attname = 'workspace_id' and not a.attisdropped) as tenant
    from pg_class c where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p') order by 1`)) as Array<
    Row & { name: string; enabled: boolean; forced: boolean; owner: string; tenant: boolean }
  >
const tenantTables = async () => (await tables()).filter(t => t.tenant).map(t => t.name)

test('every table belongs to a workspace or has a reason not to, and every tenant table is walled in', async () => {
  const all = await tables()
  assert.ok(all.length > 15)
  for (const { name, enabled, forced, tenant } of all) {
    assert.ok(tenant || GLOBAL[name], `${name} has no workspace_id and no reason`)
    if (tenant || ['workspaces', 'users', ...OF_SIGN_IN].includes(name))
      assert.deepEqual([enabled, forced], [true, true], `${name}: row-level security enabled and forced`)
  }
})

test('what proves who somebody is can be reached by no role of a user, not even by a column', async () => {
  const names = new Set((await tables()).map(({ name }) => name))
  for (const table of OF_SIGN_IN) {
    assert.ok(names.has(table), table)
    for (const role of USER_ROLES) {
      const [can] = await query(
        `select has_table_privilege($1, $2, 'select,insert,update,delete,truncate,references,trigger')
          or has_any_column_privilege($1, $2, 'select,insert,update,references') as anything`,
        [role, table],
      )
      assert.equal(can!.anything, false, `${role} on ${table}`)
    }
    const [open] = await query(
      `select count(*) as n from pg_policies where tablename = $1 and not roles <@ array['ascendore_auth', 'ascendore_worker']::name[]`,
      [table],
    )
    assert.equal(open!.n, 0, `a policy of ${table} is for others than sign-in and cleaning`)
  }
})

test('every primary key of a tenant table begins with workspace_id, which is never null', async () => {
  const keys =
    await query(`select c.relname as name, (select array_agg(a.attname order by k.n)::text from unnest(i.indkey) with ordinality k(num, n)
      join pg_attribute a on a.attrelid = c.oid and a.attnum = k.num) as columns
    from pg_class c join pg_index i on i.indrelid = c.oid and i.indisprimary where c.relnamespace = 'public'::regnamespace`)
  for (const name of await tenantTables()) {
    if (GLOBAL[name]) continue
    const key = keys.find(row => row.name === name)
    assert.match(String(key?.columns), /^\{workspace_id,/, `${name}: ${key?.columns}`)
  }
  const unique =
    await query(`select c.relname as name, i.relname as index, (select a.attname from pg_attribute a where a.attrelid = c.oid and a.attnum = x.indkey[0]) as first
    from pg_index x join pg_class c on c.oid = x.indrelid join pg_class i on i.oid = x.indexrelid where x.indisunique and c.relnamespace = 'public'::regnamespace`)
  const tenant = new Set((await tenantTables()).filter(name => !GLOBAL[name]))
  for (const { name, index, first } of unique)
    if (tenant.has(name as string))
      assert.equal(first, 'workspace_id', `the unique index ${index} would join workspaces`)
})

test('what waits before an index over several values is short enough to be read by every search', async () => {
  const indexes = await query(`select c.relname as name, c.reloptions::text as options
    from pg_class c join pg_am a on a.oid = c.relam where a.amname = 'gin' and c.relnamespace = 'public'::regnamespace`)
  assert.ok(indexes.length > 20)
  for (const { name, options } of indexes) assert.equal(options, '{gin_pending_list_limit=128}', `${name}`)
})

test('every foreign key between tenant tables carries workspace_id on both sides, and none sets null', async () => {
  const keys =
    await query(`select k.conname as key, c.relname as name, f.relname as target, k.confdeltype as ondelete,
      (select array_agg(a.attname order by n)::text from unnest(k.conkey) with ordinality u(num, n) join pg_attribute a on a.attrelid = k.conrelid and a.attnum = u.num) as columns,
      (select array_agg(a.attname order by n)::text from unnest(k.confkey) with ordinality u(num, n) join pg_attribute a on a.attrelid = k.confrelid and a.attnum = u.num) as targets
    from pg_constraint k join pg_class c on c.oid = k.conrelid join pg_class f on f.oid = k.confrelid where k.contype = 'f' and k.connamespace = 'public'::regnamespace`)
  const tenant = new Set(await tenantTables())
  assert.ok(keys.length > 30)
  for (const { key, name, target, columns, targets, ondelete } of keys) {
    if (!tenant.has(name as string) || !tenant.has(target as string)) continue
    assert.match(String(columns), /^\{workspace_id,/, `${name}.${key} ${columns}`)
    assert.match(String(targets), /^\{workspace_id,/, `${name}.${key} ${targets}`)
    assert.notEqual(ondelete, 'n', `${name}.${key}`)
  }
  // Every link and every member of a record is held by a key, not by the code alone.
  for (const record of allRecords()) {
    const { getTableConfig } = await import('drizzle-orm/pg-core')
    const { name, columns } = getTableConfig(record.table)
    for (const [field, f] of Object.entries(record.contract.fields)) {
      if (!['link', 'related', 'member'].includes(f.kind)) continue
      const column = columns.find(c => c.name === field.replace(/[A-Z]/g, l => `_${l.toLowerCase()}`))
      if (!column) continue
      assert.ok(
        keys.some(k => k.name === name && k.columns === `{workspace_id,${column.name}}`),
        `${name}.${column.name} has no foreign key`,
      )
    }
  }
})

test('no application role owns anything, logs in, or stands above row-level security; there are no triggers', async () => {
  const roles = await query(
    `select rolname as name, rolsuper, rolbypassrls, rolcanlogin, rolcreaterole, rolcreatedb, rolreplication from pg_roles where rolname like 'ascendore%'`,
  )
  assert.deepEqual(roles.map(row => row.name).sort(), [...DB_ROLES].sort())
  for (const { name, ...rights } of roles)
    for (const [right, has] of Object.entries(rights)) assert.equal(has, false, `${name} ${right}`)
  const owned =
    await query(`select c.relname from pg_class c join pg_roles r on r.oid = c.relowner where r.rolname like 'ascendore%'
    union all select n.nspname from pg_namespace n join pg_roles r on r.oid = n.nspowner where r.rolname like 'ascendore%'
    union all select p.proname from pg_proc p join pg_roles r on r.oid = p.proowner where r.rolname like 'ascendore%'`)
  assert.deepEqual(owned, [])
  const members = await query(
    `select r.rolname as role, m.rolname as member from pg_auth_members a join pg_roles r on r.oid = a.roleid join pg_roles m on m.oid = a.member where m.rolname like 'ascendore%'`,
  )
  assert.deepEqual(members, [], 'no application role may take on another')
  const triggers = await query(
    `select tgname from pg_trigger t join pg_class c on c.oid = t.tgrelid where not tgisinternal and c.relnamespace = 'public'::regnamespace`,
  )
  assert.deepEqual(triggers, [])
  const definers = await query(
    `select proname from pg_proc where prosecdef and pronamespace = 'public'::regnamespace`,
  )
  assert.deepEqual(definers, [], 'no function runs with the rights of its owner')
  for (const role of DB_ROLES) {
    const [can] = await query(
      `select has_schema_privilege($1, 'public', 'create') as make, has_table_privilege($1, 'schema_migrations', 'update') as mark`,
      [role],
    )
    assert.deepEqual(can, { make: false, mark: false }, role)
  }
})

test('the history is append-only: no role has the right to change, delete or truncate an event', async () => {
  for (const role of DB_ROLES) {
    const [can] = await query(
      `select has_table_privilege($1, 'events', 'update') or has_any_column_privilege($1, 'events', 'update') as change,
        has_table_privilege($1, 'events', 'delete') as remove, has_table_privilege($1, 'events', 'truncate') as empty`,
      [role],
    )
    assert.deepEqual(can, { change: false, remove: false, empty: false }, role)
  }
  for (const name of await tenantTables())
    for (const role of DB_ROLES) {
      const [can] = await query(
        `select has_table_privilege($1, $2, 'truncate') or has_table_privilege($1, $2, 'references') or has_table_privilege($1, $2, 'trigger') as can`,
        [role, name],
      )
      assert.equal(can!.can, false, `${role} on ${name}`)
    }
})

test('every right of a role on a tenant table is met by a policy, and every policy of a user role names the workspace', async () => {
  const policies = await query(
    `select tablename, policyname, cmd, array_to_string(roles, ',') as roles, coalesce(qual, '') || ' ' || coalesce(with_check, '') as text, qual, with_check from pg_policies where schemaname = 'public'`,
  )
  const tenant = new Set(await tenantTables())
  for (const { tablename, policyname, roles, qual, with_check } of policies) {
    assert.doesNotMatch(String(roles), /public/, `${tablename}.${policyname} is for everybody`)
    if (!tenant.has(tablename as string) || !USER_ROLES.some(role => String(roles).split(',').includes(role)))
      continue
    for (const text of [qual, with_check])
      if (text !== null)
        assert.match(
          String(text),
          /workspace_id = \(NULLIF\(current_setting\('app\.workspace_id'/,
          `${tablename}.${policyname}: ${text}`,
        )
  }
  for (const name of tenant)
    for (const role of DB_ROLES)
      for (const command of ['select', 'insert', 'update', 'delete']) {
        const [{ can } = { can: false }] = await query(
          `select has_any_column_privilege($1, $2, 'select') and $3 = 'select' or has_table_privilege($1, $2, $3) as can`,
          [role, name, command],
        )
        const met = policies.some(
          p =>
            p.tablename === name &&
            String(p.roles).split(',').includes(role) &&
            ['ALL', command.toUpperCase()].includes(String(p.cmd)),
        )
        if (can) assert.ok(met, `${role} may ${command} ${name}, but no policy lets it see a row`)
      }
})

/** Runs one raw statement as that person and undoes it: how many rows it reached, or the SQLSTATE. */
async function tried(who: Who, text: string, params: unknown[] = []): Promise<number | string> {
  let result: number | string = 0
  class Undo extends Error {}
  await program()
    .app.database.inWorkspace(who, async tx => {
      try {
        result = (await tx.session.rows(text, params)).length
      } catch (error) {
        result = (error as { code: string }).code
      }
      throw new Undo()
    })
    .catch(error => {
      if (!(error instanceof Undo)) throw error
    })
  return result
}

const NOTHING_USED = {
  inputTokens: 0,
  outputTokens: 0,
  isEstimate: false,
  attempts: 1,
  durationMs: 1,
  fault: undefined,
}

async function filled(person: Person): Promise<void> {
  await person.post('/emails/inbound')
  await person.post('/calendar/feed')
  await person.post('/mailboxes', MAILBOX)
  await person.patch('/ai/settings', { monthlyTokens: 5 })
  const settings = { provider: 'openai', model: 'gpt-5' } as const
  const call = { userId: null, task: 'x', promptVersion: 1, settings, model: 'gpt-5', isInstallations: false }
  await person.inWorkspace(tx => keepUsage(tx, call, NOTHING_USED, null))
  await person.post('/ai/models/lead/train', {})
  const said = await person.post('/activities', { type: 'CALL', content: 'It is too expensive.' })
  await person.post(`/activities/${said.body.id}/findings`, {})
  const samples = new Samples(person)
  await newProposal(samples)
  for (const record of allRecords()) await samples.create(record, true)
  await person.post('/invites', { email: `${newId()}@sample.example` })
  await notified({ person })
  await person.put('/notifications/preferences', { preferences: [{ kind: 'ASSIGNED', email: false }] })
  const hook = await person.post('/webhooks', { url: 'https://hooks.example.com/', events: ['*'] })
  await person.post(`/webhooks/${hook.body.id}/test`)
  await person.post('/api-keys', { name: 'Reader', scopes: ['read'] })
  const daily = { every: 'DAY', time: '08:00' }
  const report = await person.post('/reports', {
    name: 'Mailed',
    entity: 'deal',
    measures: [{ op: 'count' }],
    schedule: daily,
  })
  await queueDue(program().app, new Date(report.body.nextSendAt))
  await person.post(`/reports/${report.body.id}/unsubscribe`)
  // The full sample has a number of its own; this one takes the next of the series.
  await person.post('/invoices', { title: 'Numbered' })
  await person.inWorkspace(tx => removeBytesAfter(tx, [`${person.workspaceId}/files/${newId()}`]))
  await person.post('/companies', { name: 'Once' }, { headers: { 'idempotency-key': 'k' } })
}

test('raw SQL under every role reaches no row of another workspace: not read, written, moved or told', async () => {
  const { owner, ana, vera, mallory } = await world()
  await filled(mallory)
  await filled(owner)
  const whos: Who[] = [
    { workspaceId: owner.workspaceId, userId: owner.id, role: 'OWNER', visibility: 'own', timezone: 'UTC' },
    { workspaceId: owner.workspaceId, userId: ana.id, role: 'MEMBER', visibility: 'own', timezone: 'UTC' },
    {
      workspaceId: owner.workspaceId,
      userId: ana.id,
      role: 'MEMBER',
      visibility: 'workspace',
      timezone: 'UTC',
    },
    { workspaceId: owner.workspaceId, userId: vera.id, role: 'VIEWER', visibility: 'own', timezone: 'UTC' },
    // Somebody else's id in one's own workspace opens nothing either.
    {
      workspaceId: owner.workspaceId,
      userId: mallory.id,
      role: 'MEMBER',
      visibility: 'own',
      timezone: 'UTC',
    },
  ]
  const [here, there] = [owner.workspaceId, mallory.workspaceId]
  for (const [turn, name] of (await tenantTables()).entries()) {
    if (GLOBAL[name]) continue
    const [{ n } = { n: 0 }] = await asOwner(program(), async session => {
      await session.script('begin; set local row_security = off')
      const rows = await session
        .rows(`select count(*) as n from ${name} where workspace_id = $1::uuid`, [there])
        .catch(() => [{ n: -1 }])
      await session.script('rollback')
      return rows
    })
    const columns = (
      await query(
        `select a.attname as name from pg_attribute a where a.attrelid = $1::regclass and a.attnum > 0 and not a.attisdropped and a.attgenerated = '' and a.attidentity = ''`,
        [name],
      )
    ).map(row => row.name as string)
    const others = columns.filter(column => column !== 'workspace_id').join(', ')
    for (const who of some(whos, turn)) {
      const what = `${who.role} ${who.visibility} on ${name} (${n} rows there)`
      const nothing = (result: number | string) =>
        assert.ok(result === 0 || result === '42501', `${what}: ${result}`)
      nothing(await tried(who, `select 1 from ${name} where workspace_id = $1::uuid`, [there]))
      nothing(await tried(who, `select 1 from ${name} where workspace_id <> $1::uuid`, [here]))
      nothing(
        await tried(
          who,
          `update ${name} set workspace_id = workspace_id where workspace_id = $1::uuid returning 1`,
          [there],
        ),
      )
      nothing(await tried(who, `delete from ${name} where workspace_id = $1::uuid returning 1`, [there]))
      // One's own rows cannot be copied or moved over either.
      nothing(
        await tried(
          who,
          `insert into ${name} (workspace_id, ${others}) select $1::uuid, ${others} from ${name} limit 1 returning 1`,
          [there],
        ),
      )
      nothing(await tried(who, `update ${name} set workspace_id = $1::uuid returning 1`, [there]))
      nothing(await tried(who, `select 1 from ${name} where workspace_id = $1::uuid for update`, [there]))
    }
  }
  const owners: Who = whos[0]!
  for (const name of await tenantTables()) {
    const seen = await tried(owners, `select 1 from ${name} limit 1`)
    assert.ok(
      seen === 1 || seen === '42501' || name === 'record_counts',
      `the owner reads ${name} here: ${seen}`,
    )
  }
  assert.equal(await tried(owners, `update events set action = 'x'`), '42501')
  assert.equal(await tried(owners, 'delete from events'), '42501')
})

test('without a workspace, or with one that is none, user roles see nothing', async () => {
  const { owner } = await world()
  await filled(owner)
  for (const [turn, name] of (await tenantTables()).entries()) {
    if (GLOBAL[name]) continue
    for (const role of some(USER_ROLES, turn)) {
      const seen = await asOwner(program(), async session => {
        await session.script(`begin; set local role ${role}`)
        try {
          return (await session.rows(`select 1 from ${name} limit 1`)).length
        } catch (error) {
          return (error as { code: string }).code
        } finally {
          await session.script('rollback')
        }
      })
      assert.ok(seen === 0 || seen === '42501', `${role} on ${name}: ${seen}`)
    }
  }
})

test('what a transaction sets ends with it, also when it fails; ids that are none do not reach the settings', async () => {
  const { owner, mallory } = await world()
  await owner.inWorkspace(async tx => tx.session.rows('select 1'))
  await owner.inWorkspace(() => Promise.reject(new Error('on purpose'))).catch(() => {})
  const left = await query(
    `select current_setting('app.workspace_id', true) as ws, current_user = session_user as own`,
  )
  assert.ok(!left[0]!.ws && left[0]!.own, JSON.stringify(left))
  const { database } = program().app
  const who: Who = {
    workspaceId: owner.workspaceId,
    userId: owner.id,
    role: 'OWNER',
    visibility: 'own',
    timezone: 'UTC',
  }
  for (const bad of ["'; set local role none; --", '', `${mallory.workspaceId}'`]) {
    assert.throws(() => database.inWorkspace({ ...who, workspaceId: bad }, async () => 1), /UUID/)
    assert.throws(() => database.inWorkspace({ ...who, userId: bad }, async () => 1), /UUID/)
  }
  assert.throws(() => database.inWorkspace({ ...who, userId: `${newId()}\n` }, async () => 1), /UUID/)
})

test('only the door of the transactions sets role, workspace and user', async () => {
  const { globSync, readFileSync } = await import('node:fs')
  const doors = ['src/core/db/workspace.ts', 'src/core/jobs/jobs.ts', 'src/core/db/migrate.ts']
  for (const file of globSync('src/**/*.ts').filter(
    name => !doors.includes(name) && !name.endsWith('.test.ts'),
  )) {
    // A regular expression, as the PostgreSQL engine has one to know the role, sets nothing.
    const text = readFileSync(file, 'utf8').replace(/^const \w+ = \/.*\/[a-z]*$/gm, '')
    assert.doesNotMatch(
      text,
      // As a statement of its own: `update … set role = …` gives a column another value.
      /(?<!\bupdate(\s+\w+){0,2}\s+)\bset\s+(local\s+|session\s+)?(role|app\.)|set_config|reset role|session authorization/i,
      file,
    )
  }
})
