import { rmSync } from 'node:fs'
import type { AddressInfo } from 'node:net'
import { after, before } from 'node:test'
import type { InjectOptions, LightMyRequestResponse } from 'fastify'
import { type Env, readConfig } from '#core/config.ts'
import { arrayLiteral } from '#core/db/engine.ts'
import type { Role, Tx, Who } from '#core/db/workspace.ts'
import { newId } from '#core/ids.ts'
import { makeLog } from '#core/log.ts'
import { type Program, startProgram } from '#core/program.ts'
import { anotherDatabase, copyTemplate, newDataFolder, testDatabaseUrl } from './database.ts'

/** One answer of the API, with its body already read. */
export type Reply = { status: number; body: any; headers: LightMyRequestResponse['headers']; text: string }
type Call = (
  path: string,
  options?: { headers?: Record<string, string>; query?: Record<string, string> },
) => Promise<Reply>
type Send = (
  path: string,
  body?: unknown,
  options?: { headers?: Record<string, string>; query?: Record<string, string> },
) => Promise<Reply>

/** A signed-in person in one workspace, who calls the API as a client would. */
export type Person = {
  id: string
  name: string
  email: string
  token: string
  workspaceId: string
  role: Role
  get: Call
  post: Send
  put: Send
  patch: Send
  delete: Send
  /** A transaction with this person's rights, for tests of the kernel. */
  inWorkspace: <T>(work: (tx: Tx) => Promise<T>) => Promise<T>
}

let program: Program | undefined
const unexpected: string[] = []

/** The settings under which tests run: no limits that a test would hit by chance, and a quiet log. */
export function testEnv(dataDir: string, more: Env = {}): Env {
  return {
    DATA_DIR: dataDir,
    DATABASE_URL: testDatabaseUrl(),
    REDIS_URL: process.env.REDIS_URL,
    JWT_SECRET: 'a secret of the tests, 32 characters at least',
    SEED: 'none',
    RATE_LIMIT_GENERAL: '1000000',
    RATE_LIMIT_AUTH: '1000000',
    RATE_LIMIT_IMPORT: '1000000',
    RATE_LIMIT_UPLOAD: '1000000',
    RATE_LIMIT_AI: '1000000',
    // What several files need stands here, so that they share one program: addresses as a proxy tells them, webhooks and
    // models on this machine, and files and bodies that are soon too large.
    TRUST_PROXY: 'true',
    WEBHOOK_ALLOW_PRIVATE: '127.0.0.1',
    AI_ALLOW_PRIVATE: '127.0.0.1',
    FILE_LIMIT_MB: '1',
    BODY_LIMIT_MB: '0.2',
    LOG_LEVEL: 'warn',
    ...more,
  }
}

type Running = { program: Program; stop: () => Promise<void> }

async function begin(more: Env, isBeside = false): Promise<Running> {
  const another = isBeside ? anotherDatabase() : undefined
  const dataDir = newDataFolder()
  if (!testDatabaseUrl()) copyTemplate(dataDir)
  const log = makeLog('warn', { write: (line: string) => void unexpected.push(line) })
  const started = await startProgram(readConfig(testEnv(dataDir, more)), log)
  const stop = async () => {
    await started.stop()
    rmSync(dataDir, { recursive: true, force: true })
    another?.giveBack()
  }
  return { program: started, stop }
}

let isKept = false
let kept: Promise<Running> | undefined

/** From now on files without settings of their own share one program, until `stopKept` (see batch.ts). */
export function keepProgram(): void {
  isKept = true
}

export async function stopKept(): Promise<void> {
  await (await kept)?.stop()
}

const keep = () => {
  kept ??= begin({})
  return kept
}

/**
 * Starts the program on a database of its own for this test file, or takes the one that the files of this process share; a log
 * line above `info` fails the file. Settings that have to be waited for come from a function.
 */
export function useProgram(more: Env | (() => Promise<Env>) = {}): () => Program {
  const isShared = isKept && typeof more === 'object' && Object.keys(more).length === 0
  let running: Running | undefined
  before(async () => {
    running = await (isShared ? keep() : begin(typeof more === 'function' ? await more() : more, isKept))
    program = running.program
  })
  after(async () => {
    program = undefined
    if (!isShared) await running?.stop()
    const told = takeLog()
    if (told.length) throw new Error(`unexpected log output:\n${told.join('')}`)
  })
  return () => running!.program
}

/** Where the program listens, as `http://127.0.0.1:port`; it begins to when first asked. */
export async function addressOf({ server }: Program): Promise<string> {
  if (!server.server.listening) await server.listen({ port: 0, host: '127.0.0.1' })
  return `http://127.0.0.1:${(server.server.address() as AddressInfo).port}`
}

/** Lets a test that starts the program itself make people and workspaces in it. */
export function adopt(running: Program | undefined): void {
  program = running
}

/** Takes the log lines that a test caused on purpose. */
export const takeLog = (): string[] => unexpected.splice(0)

async function call(
  method: InjectOptions['method'],
  person: { token: string },
  path: string,
  body: unknown,
  options: { headers?: Record<string, string>; query?: Record<string, string> } = {},
): Promise<Reply> {
  const url = /^\/(api|v1)\//.test(path) ? path : `/api/v1${path}`
  const headers = { ...(person.token ? { authorization: `Bearer ${person.token}` } : {}), ...options.headers }
  const response = await program!.server.inject({
    method,
    url,
    headers,
    query: options.query,
    payload: body as InjectOptions['payload'],
  })
  const isJson = String(response.headers['content-type'] ?? '').includes('json')
  return {
    status: response.statusCode,
    body: isJson ? response.json() : undefined,
    headers: response.headers,
    text: response.payload,
  }
}

const callsOf = (person: { token: string }) => ({
  get: ((path, options) => call('GET', person, path, undefined, options)) as Call,
  post: ((path, body, options) => call('POST', person, path, body, options)) as Send,
  put: ((path, body, options) => call('PUT', person, path, body, options)) as Send,
  patch: ((path, body, options) => call('PATCH', person, path, body, options)) as Send,
  delete: ((path, body, options) => call('DELETE', person, path, body, options)) as Send,
})

/** Calls without a token. */
export const nobody = callsOf({ token: '' })

/** Adds a person with a session to a workspace. */
export const personIn = async (workspaceId: string, role: Role, name: string): Promise<Person> =>
  (await peopleIn([{ workspaceId, role, name }]))[0]!

type Newcomer = { workspaceId: string; role: Role; name: string }

/** Adds people, each with a session, in one statement: four hundred tests begin with half a dozen of them. */
async function peopleIn(newcomers: Newcomer[]): Promise<Person[]> {
  const { app } = program!
  const rows = newcomers.map(({ workspaceId, role, name }) => {
    const id = newId()
    const email = `${name.toLowerCase()}-${id.slice(-8)}@test.example`
    return { id, name, email, role, workspaceId, sessionId: newId() }
  })
  const column = (key: keyof (typeof rows)[number]) => arrayLiteral(rows.map(row => row[key]))
  const fresh = () => arrayLiteral(rows.map(() => newId()))
  await app.database.inSystem('ascendore_auth', scope =>
    scope.session.rows(
      `with people as (insert into users (id, name, email, email_verified_at)
         select p.*, now() from unnest($1::uuid[], $2::text[], $3::text[]) p(id, name, email)),
       sessions as (insert into sessions (id, user_id, workspace_id, token_hash, expires_at)
         select s.*, now() + interval '1 day' from unnest($4::uuid[], $1::uuid[], $5::uuid[], $6::text[]) s(id, person, workspace, token))
       insert into memberships (workspace_id, id, user_id, role) select * from unnest($5::uuid[], $7::uuid[], $1::uuid[], $8::text[])`,
      [
        ...[column('id'), column('name'), column('email'), column('sessionId'), column('workspaceId')],
        ...[fresh(), fresh(), column('role')],
      ],
    ),
  )
  return Promise.all(
    rows.map(async ({ sessionId, ...row }): Promise<Person> => {
      const { id, workspaceId, role } = row
      const token = await app.tokens.sign({ userId: id, workspaceId, sessionId, isWeb: false })
      const who: Who = { workspaceId, userId: id, role, visibility: 'own', timezone: 'UTC' }
      return {
        ...row,
        token,
        ...callsOf({ token }),
        inWorkspace: work => app.database.inWorkspace(who, work),
      }
    }),
  )
}

/** Signs the person in once more, as on another device: the id of that session. */
export async function anotherSession({
  id,
  workspaceId,
}: Pick<Person, 'id' | 'workspaceId'>): Promise<string> {
  const sessionId = newId()
  await program!.app.database.inSystem('ascendore_auth', scope =>
    scope.session.rows(
      `insert into sessions (id, user_id, workspace_id, token_hash, expires_at) values ($1::uuid, $2::uuid, $3::uuid, $4, now() + interval '1 day')`,
      [sessionId, id, workspaceId, newId()],
    ),
  )
  return sessionId
}

/** A new workspace with its founding owner. */
export async function workspace(
  settings: Record<string, unknown> = {},
): Promise<{ id: string; owner: Person }> {
  const id = await newWorkspace(settings)
  const owner = await personIn(id, 'OWNER', 'Olga')
  await found(owner)
  return { id, owner }
}

async function newWorkspace(settings: Record<string, unknown>): Promise<string> {
  const id = newId()
  await program!.app.database.inSystem('ascendore_auth', scope =>
    scope.session.rows(
      'insert into workspaces (id, name, slug, settings) values ($1::uuid, $2, $3, $4::jsonb)',
      [id, `Workspace ${id.slice(-6)}`, id, JSON.stringify(settings)],
    ),
  )
  return id
}

const found = (owner: Person) => owner.inWorkspace(tx => program!.app.found(tx))

/**
 * Two workspaces that must never see each other. In the first: an owner, an admin, two members who see
 * only their own records, and a viewer. In the second: one owner, `mallory`.
 */
export async function world(settings: Record<string, unknown> = {}) {
  const workspaceId = await newWorkspace(settings)
  const [owner, admin, ana, ben, vera, mallory] = await peopleIn([
    { workspaceId, role: 'OWNER', name: 'Olga' },
    { workspaceId, role: 'ADMIN', name: 'Adam' },
    { workspaceId, role: 'MEMBER', name: 'Ana' },
    { workspaceId, role: 'MEMBER', name: 'Ben' },
    { workspaceId, role: 'VIEWER', name: 'Vera' },
    { workspaceId: await newWorkspace({}), role: 'OWNER', name: 'Olga' },
  ])
  await found(owner!)
  await found(mallory!)
  return { workspaceId, owner: owner!, admin: admin!, ana: ana!, ben: ben!, vera: vera!, mallory: mallory! }
}
