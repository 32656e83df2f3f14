import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { type TestContext, test } from 'node:test'
import { SignJWT } from 'jose'
import type { Role } from '#core/db/workspace.ts'
import { reaches } from '#core/http/operation.ts'
import { allRecords } from '#core/record/registry.ts'
import { isPrivate as isPrivateRecord } from '#core/record/visibility.ts'
import { importing } from '#features/imports/testing.ts'
import {
  anyBody,
  BY_HAND,
  callAs,
  checkRefusal,
  type Document,
  documentOf,
  fill,
  isWhole,
  type Route,
  routesOf,
  withStrangeIds,
} from './routes.ts'
import { some } from './runs.ts'
import { Samples } from './samples.ts'
import { nobody, type Person, useProgram, world } from './world.ts'

/** Who may call what, over every route of the document. */

const program = useProgram()
let document: Document
let routes: Route[]
let people: Awaited<ReturnType<typeof world>>
let samples: Samples
const signedIn = () => routes.filter(route => route.least !== 'public')
const members = () => routes.filter(route => route.least !== 'public' && route.least !== 'user')

let prepared: Promise<void> | undefined
/** Made once, by whichever test comes first: the hooks of a file do not wait for each other. */
const prepare = () =>
  (prepared ??= (async () => {
    document = await documentOf(program())
    routes = routesOf(document)
    people = await world()
    samples = new Samples(people.owner)
  })())

/** A test over the routes of the document. */
const over = (name: string, work: (context: TestContext) => Promise<void>) =>
  test(name, async context => {
    await prepare()
    await work(context)
  })

const eventsOf = async (person: Person): Promise<number> =>
  person.inWorkspace(async tx => (await tx.session.rows('select count(*) as n from events'))[0]!.n as number)

/** All that a workspace holds, but for what followers and dispatchers write in their own time, so that a refused call can be shown to have changed nothing. */
async function fingerprint(person: Person): Promise<string> {
  const tables = await person.inWorkspace(tx =>
    tx.session.rows(`select c.relname as name from pg_class c join pg_attribute a on a.attrelid = c.oid and a.attname = 'workspace_id'
      where c.relkind = 'r' and c.relnamespace = 'public'::regnamespace and has_table_privilege(c.oid, 'select')
        and c.relname not in ('record_counts', 'idempotency_keys', 'webhooks', 'webhook_deliveries', 'notifications', 'learned_models', 'interaction_findings') order by 1`),
  )
  const sums = tables.map(
    ({ name }) =>
      `(select coalesce(md5(string_agg(t::text, '|' order by t::text)), '') from ${name} t) as ${name}`,
  )
  return JSON.stringify(await person.inWorkspace(tx => tx.session.rows(`select ${sums.join(', ')}`)))
}

over('the document names every route of the server', async () => {
  const served = program().operations.map(o => `${o.method} ${o.path.replace(/:(\w+)/g, '{$1}')}`)
  if (isWhole) assert.deepEqual(routes.map(route => route.key).sort(), served.sort())
  assert.ok(routes.length > (isWhole ? 50 : 8), `${routes.length} routes`)
  for (const key of isWhole ? Object.keys(BY_HAND) : [])
    assert.ok(
      routes.some(route => route.key === key),
      `${key} stands BY_HAND, but is no route`,
    )
  for (const { access, method, path } of program().operations) {
    const route = routes.find(({ key }) => key === `${method} ${path.replace(/:(\w+)/g, '{$1}')}`)
    if (route || isWhole)
      assert.equal(route?.least, access, `${method} ${path}: who may call it is named in LEAST`)
  }
  assert.ok(
    program().server.hasRoute({ method: 'GET', url: '/api/v1/companies' }),
    'routes stand under the base',
  )
})

over(
  '401: no token, junk, an altered, an expired, a foreign and an unsigned token, on every route',
  async () => {
    const { owner, workspaceId } = people
    const claims = JSON.parse(Buffer.from(owner.token.split('.')[1]!, 'base64url').toString())
    const signed = (key: string, alg: string, expires: string) =>
      new SignJWT({ ws: workspaceId, sid: claims.sid })
        .setProtectedHeader({ alg })
        .setSubject(owner.id)
        .setIssuer('ascendore')
        .setExpirationTime(expires)
        .sign(new TextEncoder().encode(key))
    const secret = program().app.config.jwtSecret
    const none = `${Buffer.from('{"alg":"none"}').toString('base64url')}.${owner.token.split('.')[1]}.`
    const tokens: Array<[string, string | undefined]> = [
      ['none', undefined],
      ['junk', 'Bearer junk'],
      ['another scheme', `Basic ${owner.token}`],
      ['altered', `Bearer ${owner.token.slice(0, -2)}AA`],
      ['unsigned', `Bearer ${none}`],
      ['expired', `Bearer ${await signed(secret, 'HS256', '-1s')}`],
      [
        'of another key',
        `Bearer ${await signed('another secret of 32 characters, at least', 'HS256', '5m')}`,
      ],
      ['of another algorithm', `Bearer ${await signed(secret.padEnd(64, 'x'), 'HS512', '5m')}`],
    ]
    for (const [turn, route] of signedIn().entries()) {
      for (const [name, authorization] of some(tokens, turn)) {
        const call = { path: withStrangeIds(route), body: anyBody(route) }
        const reply = await callAs(nobody, route, call, authorization ? { authorization } : {})
        checkRefusal(reply, 401, `${route.key} with a token: ${name}`)
      }
    }
  },
)

over('401: a session that has ended, a user who was switched off; 403: a member who has left', async () => {
  const { admin, ana, ben } = await world()
  const { app } = program()
  const change = async (text: string, params: unknown[]) => {
    await app.database.inSystem('ascendore_auth', scope => scope.session.rows(text, params))
    app.access.forget()
  }
  await change('update sessions set ended_at = now() where user_id = $1::uuid', [ana.id])
  await change('update users set is_active = false where id = $1::uuid', [ben.id])
  await change('update memberships set removed_at = now() where user_id = $1::uuid', [admin.id])
  for (const route of members().slice(0, 20)) {
    const call = { path: withStrangeIds(route), body: anyBody(route) }
    checkRefusal(await callAs(ana, route, call), 401, `${route.key} after the session`)
    checkRefusal(await callAs(ben, route, call), 401, `${route.key} switched off`)
    checkRefusal(await callAs(admin, route, call), 403, `${route.key} as one who has left`)
  }
})

over(
  '404: every id of another workspace, read and written on every route, and nothing is changed',
  async () => {
    const { owner, mallory } = people
    const ours = new Samples(owner, { reuses: true })
    const theirs = new Samples(mallory, { reuses: true })
    const calls = []
    for (const route of signedIn().filter(candidate => candidate.places.length)) {
      const call = await fill(route, ours)
      // Their own body: so that nothing but the id in the path can be the reason.
      calls.push({ route, call, attack: { ...(await fill(route, theirs)), path: call.path } })
    }
    const [before, foreign] = [await fingerprint(owner), await eventsOf(mallory)]
    const strange = new Set(some(calls, 0, 4))
    for (const each of calls) {
      const { route, call, attack } = each
      checkRefusal(await callAs(mallory, route, attack), 404, `${route.key} from another workspace`)
      if (!strange.has(each)) continue
      const unknown = { ...call, path: withStrangeIds(route) }
      checkRefusal(await callAs(owner, route, unknown), 404, `${route.key} with an unknown id`)
    }
    assert.equal(await fingerprint(owner), before, 'the workspace is as it was')
    assert.equal(await eventsOf(mallory), foreign, 'nothing was told in the other workspace')
  },
)

over(
  '400: a body cannot link to what belongs to another workspace, on any route and by any field',
  async () => {
    const { owner, mallory } = people
    const foreign = new Samples(mallory)
    // A preview keeps nothing, and tells only what stands in the file.
    const keeping = signedIn().filter(
      candidate => candidate.body && !candidate.path.endsWith('/import/preview'),
    )
    for (const route of keeping.filter(candidate => !BY_HAND[candidate.key])) {
      const call = await fill(route, samples)
      for (const [place, body] of await withForeignIds(call.body, foreign)) {
        if (route.path.endsWith('/import')) {
          const { status, created, failed } = await importing(
            owner,
            route.path.split('/')[1]!,
            body as string,
          )
          assert.deepEqual([status, created, failed], ['COMPLETED', 0, 1], `${route.key}: ${place}`)
          continue
        }
        const before = await eventsOf(owner)
        const reply = await callAs(owner, route, { ...call, body })
        const results: Array<{ status: number }> | undefined = reply.body?.results
        const refused = results
          ? results.every(r => r.status === 400 || r.status === 404)
          : reply.status === 400 || reply.status === 404
        assert.ok(
          refused,
          `${route.key}: ${place} of another workspace was taken: ${reply.text.slice(0, 300)}`,
        )
        assert.equal(await eventsOf(owner), before, `${route.key}: ${place}`)
      }
    }
  },
)

/** The body once for every id in it, which is replaced by one of the other workspace. */
async function withForeignIds(body: unknown, foreign: Samples): Promise<Array<[string, unknown]>> {
  const types = new Map<string, string>()
  await samples.person.inWorkspace(async tx => {
    for (const row of await tx.session.rows('select id, type from records'))
      types.set(row.id as string, row.type as string)
  })
  const text = JSON.stringify(body ?? null)
  const found: Array<[string, unknown]> = []
  for (const match of text.matchAll(/[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}/g)) {
    const id = types.has(match[0])
      ? await foreign.idOf(types.get(match[0])!)
      : match[0] === samples.person.workspaceId
        ? foreign.person.workspaceId
        : foreign.person.id
    const replaced = text.slice(0, match.index) + id + text.slice(match.index + id.length)
    found.push([text.slice(Math.max(0, match.index - 30), match.index), JSON.parse(replaced)])
  }
  return found
}

over(
  'X-Workspace-Id: 404 for a workspace that is not theirs, 400 for what is no id, on every route',
  async () => {
    const { owner, mallory, workspaceId } = people
    for (const route of routes.filter(candidate => candidate.least !== 'public')) {
      assert.ok(route.headers.includes('X-Workspace-Id'), `${route.key} documents the header`)
      assert.ok(route.responses['404'], `${route.key} documents that the workspace may not be there`)
      const call = { path: withStrangeIds(route), body: anyBody(route) }
      const to = (id: string) => callAs(mallory, route, call, { 'x-workspace-id': id })
      checkRefusal(await to(workspaceId), 404, `${route.key} in a foreign workspace`)
      checkRefusal(await to(randomUUID()), 404, `${route.key} in no workspace`)
      checkRefusal(await to("' or 1=1 --"), 400, `${route.key} with a bad header`, 'X-Workspace-Id')
    }
    // Who is a member of both sees in each what is there, with the role they have there.
    const record = (await owner.post('/companies', { name: 'Here' })).body
    await program().app.database.inSystem('ascendore_auth', scope =>
      scope.session.rows(
        `insert into memberships (workspace_id, id, user_id, role) values ($1::uuid, $2::uuid, $3::uuid, 'VIEWER')`,
        [workspaceId, randomUUID(), mallory.id],
      ),
    )
    program().app.access.forget()
    const here = { headers: { 'x-workspace-id': workspaceId } }
    assert.equal((await mallory.get(`/companies/${record.id}`, here)).status, 200)
    assert.equal((await mallory.get(`/companies/${record.id}`)).status, 404)
    assert.equal((await mallory.patch(`/companies/${record.id}`, { name: 'X' }, here)).status, 403)
    people = { ...(await world()) }
    samples = new Samples(people.owner)
  },
)

over(
  '403: a role that may not call a route is refused before anything is looked at; the others are not',
  async () => {
    const { owner, admin, ana, vera } = people
    const byRole: Record<Role, Person> = { OWNER: owner, ADMIN: admin, MEMBER: ana, VIEWER: vera }
    const roles = Object.keys(byRole) as Role[]
    for (const [turn, route] of members().entries()) {
      const call = { path: withStrangeIds(route), body: anyBody(route) }
      const may = (role: Role) => reaches(role, route.least as Role)
      for (const role of roles.filter(role => !may(role)))
        checkRefusal(await callAs(byRole[role], route, call), 403, `${route.key} as ${role}`)
      for (const role of some(roles.filter(may), turn)) {
        const reply = await callAs(byRole[role], route, call)
        assert.notEqual(reply.status, 403, `${route.key} as ${role}: ${reply.text}`)
      }
    }
  },
)

over(
  'a member neither sees nor changes what is not theirs; with visibility `workspace` they see it',
  async () => {
    const own = people
    const wide = await world({ recordVisibility: 'workspace' })
    for (const [kind, there] of [
      ['own', own],
      ['workspace', wide],
    ] as const) {
      const made = new Samples(there.owner, { reuses: true })
      const ofRecords = members().filter(
        candidate => candidate.places.length && !candidate.path.startsWith('/trash'),
      )
      for (const route of kind === 'own' ? ofRecords : some(ofRecords, 0)) {
        if (!reaches('MEMBER', route.least as Role)) continue
        // The people of a workspace see each other, and only admins change others.
        const isOfPeople = /^\/(users|memberships)\//.test(route.path)
        const record = allRecords().find(({ contract }) => route.path.startsWith(`/${contract.path}/`))
        const isOpen =
          isOfPeople || record?.visibility === 'workspace' || route.path.startsWith('/ai/models/')
        const isPrivate =
          (record && isPrivateRecord(record)) ||
          /^\/(mailboxes|ai\/conversations|ai\/proposals)\//.test(route.path)
        const sees = (kind === 'workspace' && !isPrivate) || isOpen
        const what = `${route.key} by a member who sees ${kind}`
        // What they may change is for the suites of the records, and would be missing here for the next route.
        if (route.method !== 'GET' && sees && !isOfPeople) continue
        const reply = await callAs(there.ana, route, await fill(route, made))
        if (route.method === 'GET' && sees) assert.equal(reply.status, 200, `${what}: ${reply.text}`)
        else if (isOfPeople) checkRefusal(reply, 403, what)
        else if (!sees) checkRefusal(reply, 404, what)
      }
    }
  },
)
