import { NIL_ID } from '../ids.ts'
import { type RecordDefinition, tableOf } from '../record/definition.ts'
import { allRecords } from '../record/registry.ts'
import { hangsOnMine, isPrivate, ME, ownCondition } from '../record/visibility.ts'
import { DB_ROLES } from './workspace.ts'

/**
 * Rights and row-level policies of every table, as one idempotent script that runs after the migrations.
 * The records' part follows from their definitions, so a new record type is walled in from its first day.
 */

const WORKSPACE = `nullif(current_setting('app.workspace_id', true), '')::uuid`
const EVERYONE = 'ascendore_admin, ascendore_member, ascendore_member_wide, ascendore_viewer'
const MEMBERS = 'ascendore_admin, ascendore_member, ascendore_member_wide'
const inWorkspace = (table: string) => `${table}.workspace_id = ${WORKSPACE}`

/** Roles are shared by all databases of a server; two that start at once may both find one missing. */
export const ROLES_SQL = DB_ROLES.map(
  role => `do $$ begin
  if not exists (select from pg_roles where rolname = '${role}') then create role ${role} nologin; end if;
exception when duplicate_object or unique_violation then null; end $$;`,
).join('\n')

type Policy = {
  name: string
  command?: 'select' | 'insert' | 'update' | 'delete' | 'all'
  to: string
  using?: string
  check?: string
}

function walled(table: string, grants: string[], policies: Policy[]): string {
  const made = policies.map(
    ({ name, command = 'all', to, using, check }) =>
      `create policy ${name} on ${table} for ${command} to ${to}${using ? ` using (${using})` : ''}${check ? ` with check (${check})` : ''};`,
  )
  return [
    `alter table ${table} enable row level security;`,
    `alter table ${table} force row level security;`,
    `revoke all on ${table} from public, ${DB_ROLES.join(', ')};`,
    ...grants.map(grant => `grant ${grant.replace(' to ', ` on ${table} to `)};`),
    ...made,
  ].join('\n')
}

/** The walls of a record's table: workspace and visibility for each role. */
function recordWalls(record: RecordDefinition): string {
  const table = tableOf(record)
  const ws = inWorkspace(table)
  const mine = record.visibility === 'workspace' ? ws : `${ws} and ${ownCondition(record, table, ME)}`
  const mineToChange = `${ws} and ${ownCondition(record, table, ME, 'change')}`
  const writes = record.writers !== 'admin'
  return walled(
    table,
    [
      `select to ${EVERYONE}, ascendore_search, ascendore_worker`,
      `insert, update, delete to ascendore_admin`,
      ...(writes ? ['insert, update to ascendore_member, ascendore_member_wide'] : []),
    ],
    [
      { name: 'admin_all', to: 'ascendore_admin', using: ws, check: ws },
      {
        name: 'wide_read',
        command: 'select',
        to: 'ascendore_viewer, ascendore_member_wide',
        using: isPrivate(record) ? mine : ws,
      },
      { name: 'own_read', command: 'select', to: 'ascendore_member', using: mine },
      // Ranks ids only; its statements name workspace and visibility themselves (record/list.ts).
      { name: 'search_read', command: 'select', to: 'ascendore_search, ascendore_worker', using: 'true' },
      ...(writes
        ? [
            {
              name: 'member_insert',
              command: 'insert',
              to: 'ascendore_member, ascendore_member_wide',
              check: ws,
            } as const,
            {
              name: 'member_update',
              command: 'update',
              to: 'ascendore_member, ascendore_member_wide',
              using: mineToChange,
              check: ws,
            } as const,
          ]
        : []),
    ],
  )
}

/** Workspaces, people and their sessions. */
function peopleWalls(): string[] {
  return [
    walled(
      'workspaces',
      [
        `select to ${EVERYONE}`,
        'update to ascendore_admin',
        'select, insert to ascendore_auth',
        'select to ascendore_worker',
      ],
      [
        { name: 'here_read', command: 'select', to: EVERYONE, using: `id = ${WORKSPACE}` },
        { name: 'here_update', command: 'update', to: 'ascendore_admin', using: `id = ${WORKSPACE}` },
        { name: 'auth_all', to: 'ascendore_auth', using: 'true', check: 'true' },
        { name: 'worker_read', command: 'select', to: 'ascendore_worker', using: 'true' },
      ],
    ),
    walled(
      'users',
      [
        `select (id, name, email, email_verified_at, is_active, created_at, updated_at) to ${EVERYONE}`,
        'select, insert, update to ascendore_auth',
        'select (id, name, email, email_verified_at, is_active) to ascendore_worker',
      ],
      [
        {
          name: 'fellow_read',
          command: 'select',
          to: EVERYONE,
          using: `exists (select 1 from memberships m where m.workspace_id = ${WORKSPACE} and m.user_id = users.id)`,
        },
        { name: 'auth_all', to: 'ascendore_auth', using: 'true', check: 'true' },
        { name: 'worker_read', command: 'select', to: 'ascendore_worker', using: 'true' },
      ],
    ),
    walled(
      'memberships',
      [
        `select to ${EVERYONE}, ascendore_search, ascendore_worker`,
        'insert, update to ascendore_admin',
        'select, insert, update to ascendore_auth',
      ],
      [
        {
          name: 'here_all',
          to: 'ascendore_admin',
          using: inWorkspace('memberships'),
          check: inWorkspace('memberships'),
        },
        { name: 'here_read', command: 'select', to: EVERYONE, using: inWorkspace('memberships') },
        { name: 'system_all', to: 'ascendore_auth', using: 'true', check: 'true' },
        { name: 'system_read', command: 'select', to: 'ascendore_search, ascendore_worker', using: 'true' },
      ],
    ),
    walled(
      'sessions',
      [
        'select, insert, update, delete to ascendore_auth',
        'delete to ascendore_worker',
        'select (id, expires_at, ended_at) to ascendore_worker',
      ],
      [
        { name: 'auth_all', to: 'ascendore_auth', using: 'true', check: 'true' },
        { name: 'worker_clean', to: 'ascendore_worker', using: 'true' },
      ],
    ),
  ]
}

/** The directory of records, the history and what is derived from them. */
function kernelWalls(): string[] {
  return [
    // The directory says what an id is and whose; it decides visibility, so it is not narrowed by it.
    walled(
      'records',
      [
        `select to ${EVERYONE}, ascendore_search, ascendore_worker`,
        `insert, update to ${MEMBERS}`,
        'delete to ascendore_admin',
      ],
      [
        { name: 'here_all', to: MEMBERS, using: inWorkspace('records'), check: inWorkspace('records') },
        { name: 'here_read', command: 'select', to: 'ascendore_viewer', using: inWorkspace('records') },
        { name: 'system_read', command: 'select', to: 'ascendore_search, ascendore_worker', using: 'true' },
      ],
    ),
    // Append-only: no role may update or delete an event.
    walled(
      'events',
      [
        'select to ascendore_admin',
        `select (${EVENT_COLUMNS}) to ascendore_member, ascendore_member_wide, ascendore_viewer, ascendore_search, ascendore_worker`,
        `insert to ${MEMBERS}, ascendore_auth`,
      ],
      [
        { name: 'here_insert', command: 'insert', to: MEMBERS, check: inWorkspace('events') },
        { name: 'auth_insert', command: 'insert', to: 'ascendore_auth', check: 'true' },
        { name: 'admin_read', command: 'select', to: 'ascendore_admin', using: inWorkspace('events') },
        {
          name: 'wide_read',
          command: 'select',
          to: 'ascendore_member_wide, ascendore_viewer',
          using: `${inWorkspace('events')} and (${isTold(record => !isPrivate(record))} or actor_id = ${ME} or ${isTold(isPrivate)} and ${eventOnMine()})`,
        },
        {
          name: 'own_read',
          command: 'select',
          to: 'ascendore_member',
          using: `${inWorkspace('events')} and (actor_id = ${ME} or ${eventOnMine()})`,
        },
        { name: 'system_read', command: 'select', to: 'ascendore_search, ascendore_worker', using: 'true' },
      ],
    ),
    walled(
      'record_counts',
      [`select to ${EVERYONE}, ascendore_search`, 'select, insert, update to ascendore_worker'],
      [
        { name: 'here_read', command: 'select', to: EVERYONE, using: inWorkspace('record_counts') },
        { name: 'search_read', command: 'select', to: 'ascendore_search', using: 'true' },
        { name: 'worker_all', to: 'ascendore_worker', using: 'true', check: 'true' },
      ],
    ),
    walled(
      'idempotency_keys',
      [`select, insert, update, delete to ${EVERYONE}, ascendore_auth`, 'select, delete to ascendore_worker'],
      [
        {
          name: 'mine_all',
          to: EVERYONE,
          using: `${inWorkspace('idempotency_keys')} and user_id = ${ME}`,
          check: `${inWorkspace('idempotency_keys')} and user_id = ${ME}`,
        },
        // Of people who act in no workspace.
        { name: 'auth_all', to: 'ascendore_auth', using: OF_NO_WORKSPACE, check: OF_NO_WORKSPACE },
        { name: 'worker_all', to: 'ascendore_worker', using: 'true' },
      ],
    ),
    walled(
      'storage_removals',
      [`select, insert, update, delete to ${MEMBERS}`, 'select, update, delete to ascendore_worker'],
      [
        {
          name: 'here_all',
          to: MEMBERS,
          using: inWorkspace('storage_removals'),
          // The sweep deletes whatever is listed, so nobody may list another workspace's bytes.
          check: `${inWorkspace('storage_removals')} and starts_with(key, workspace_id::text || '/')`,
        },
        { name: 'worker_all', to: 'ascendore_worker', using: 'true', check: 'true' },
      ],
    ),
    `grant select on event_cursors to ${EVERYONE}, ascendore_search; grant select, insert, update on event_cursors to ascendore_worker;`,
  ]
}

const OF_NO_WORKSPACE = `workspace_id = '${NIL_ID}'`

/** All but from where somebody came, which only admins may know. */
const EVENT_COLUMNS =
  'workspace_id, seq, id, actor_id, action, entity_type, entity_id, changes, cause_id, request_id, created_at'

/** Events of records; those of people, sessions and the workspace are for admins and whoever did it. */
const isTold = (which: (record: RecordDefinition) => boolean): string =>
  `events.entity_type = any('{${allRecords()
    .filter(which)
    .map(({ contract }) => contract.name)
    .join(',')}}'::text[])`

const eventOnMine = () => hangsOnMine('events', 'events.entity_id', ME)

/** Tables of a feature that are not records but belong to a workspace or to people. */
export type ExtraWalls = { table: string; grants: string[]; policies: Policy[] }

/**
 * Makes the function that folds case and accents. The beginning of an HTML comment is taken out: PostgreSQL's parser of words reads from
 * each that has no end to the end of the text, and back, and 100 kB of them would hold the database for a minute.
 */
export const FOLD_SQL = `create or replace function crm_fold(given text) returns text language sql immutable strict parallel safe
  as $$ select lower(replace(public.unaccent('public.unaccent', given), '<!--', ' ')) $$;`

/** The whole script: drops every policy that stands and makes them anew, in the migration's transaction. */
export function policiesSql(extra: ExtraWalls[]): string {
  return [
    `do $$ declare p record; begin
  for p in select policyname, tablename from pg_policies where schemaname = 'public' loop
    execute format('drop policy %I on %I', p.policyname, p.tablename);
  end loop; end $$;`,
    `grant usage on schema public to ${DB_ROLES.join(', ')};`,
    FOLD_SQL,
    ...peopleWalls(),
    ...kernelWalls(),
    ...allRecords().map(recordWalls),
    ...extra.map(({ table, grants, policies }) => walled(table, grants, policies)),
  ].join('\n')
}

export const wallHelpers = { inWorkspace, ME, EVERYONE, MEMBERS }
