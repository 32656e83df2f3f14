import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Program } from '#core/program.ts'
import { testDatabaseUrl } from '#test/database.ts'
import { until } from '#test/until.ts'
import { nobody, type Reply } from '#test/world.ts'

/** Helpers of this folder's tests: people who sign up by the real routes, and what came by mail. */

let serial = 0
export const freshEmail = (name = 'person') => `${name}-${process.pid}-${++serial}@people.example`
export const PASSWORD = 'seven green bicycles'

/** The outboxes in which a mail may lie: on a database that test files share, any of them may send it. */
function outboxes(program: Program): string[] {
  const folders = testDatabaseUrl()
    ? readdirSync(tmpdir())
        .filter(name => name.startsWith('ascendore-test-'))
        .map(name => join(tmpdir(), name))
    : [program.app.config.dataDir]
  return folders.map(folder => join(folder, 'outbox')).filter(folder => existsSync(folder))
}

/** Empty where the mail has just gone with the folder of another test file. */
function textOf(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return ''
    throw error
  }
}

/** Every mail to the address, oldest first, unfolded as a reader would show it. */
export function mailsTo(program: Program, email: string): string[] {
  return outboxes(program)
    .flatMap(folder => readdirSync(folder).map(file => ({ file, path: join(folder, file) })))
    .sort((one, other) => (one.file < other.file ? -1 : 1))
    .map(({ path }) => textOf(path))
    .filter(mail => new RegExp(`^To: .*${email}`, 'm').test(mail))
    .map(mail => mail.replace(/=\r\n/g, '').replace(/=3D/g, '='))
}

/** Waits for the mail whose link is under the page, and answers its token. @throws after 30 s without one */
export async function tokenFrom(program: Program, email: string, page: string, nth = 1): Promise<string> {
  const read = () =>
    mailsTo(program, email).flatMap(mail => new RegExp(`/${page}\\?token=([\\w-]+)`).exec(mail)?.[1] ?? [])
  const tokens = await until(read, found => found.length >= nth, `no mail for ${page} to ${email}`)
  return tokens[nth - 1]!
}

/** Signs up by the real route. */
export async function signUp(name = 'Ana', more: Record<string, unknown> = {}) {
  const email = freshEmail(name.toLowerCase())
  const reply = await nobody.post('/auth/register', { name, email, password: PASSWORD, ...more })
  if (reply.status !== 201) throw new Error(reply.text)
  const { token, refreshToken, workspaceId, user } = reply.body
  return { email, token, refreshToken, workspaceId, user, reply, ...as(token) }
}

export type Someone = Awaited<ReturnType<typeof signUp>>

/** An address of this process alone: those that share a Redis must not lock each other out. */
export const ownAddress = (n = 1) => `10.${(process.pid >> 8) & 255}.${process.pid & 255}.${n}`

export const logIn = (
  email: string,
  password = PASSWORD,
  more: Record<string, unknown> = {},
  address = ownAddress(),
) => nobody.post('/auth/login', { email, password, ...more }, { headers: { 'x-forwarded-for': address } })

type Headers = Record<string, string>
/** Calls with a token, as `nobody` calls without one. */
export function as(token: string) {
  const headers = { authorization: `Bearer ${token}`, 'x-forwarded-for': ownAddress() }
  const merged = (more?: Headers) => ({ headers: { ...headers, ...more } })
  return {
    get: (path: string, more?: Headers): Promise<Reply> => nobody.get(path, merged(more)),
    post: (path: string, body?: unknown, more?: Headers) => nobody.post(path, body, merged(more)),
    patch: (path: string, body?: unknown, more?: Headers) => nobody.patch(path, body, merged(more)),
    put: (path: string, body?: unknown, more?: Headers) => nobody.put(path, body, merged(more)),
    delete: (path: string, more?: Headers) => nobody.delete(path, undefined, merged(more)),
  }
}

/** Verifies the address by the link in the mail. */
export async function verify(program: Program, someone: { email: string }): Promise<void> {
  const token = await tokenFrom(program, someone.email, 'verify-email')
  const reply = await nobody.post('/auth/verify-email', { token })
  if (reply.status !== 200) throw new Error(reply.text)
}

/** Events of a workspace as `entityType.action`, for whoever may read them. */
export async function eventsOf(program: Program, workspaceId: string, userId: string): Promise<string[]> {
  const who = { workspaceId, userId, role: 'OWNER', visibility: 'own', timezone: 'UTC' } as const
  const rows = await program.app.database.inWorkspace(who, tx =>
    tx.session.rows('select entity_type, action from events where workspace_id = $1::uuid order by seq', [
      workspaceId,
    ]),
  )
  return rows.map(row => `${row.entity_type}.${row.action}`)
}

/** The refresh cookie of an answer as `name=value`, and its attributes. */
export function cookieFrom(reply: Reply): { pair: string; attributes: string[] } {
  const [pair = '', ...attributes] = String(reply.headers['set-cookie'] ?? '').split('; ')
  return { pair, attributes }
}
