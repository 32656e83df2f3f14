import assert from 'node:assert/strict'
import { once } from 'node:events'
import { request } from 'node:http'
import { test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Env } from '#core/config.ts'
import { childEnv, dataFolder, launch, listening, prepared, send } from './child.ts'
import { adopt, type Person, workspace } from './world.ts'

/** The process dies at any moment, and nothing that it acknowledged is lost. */

/** A workspace that stands before the child starts, with its owner's token. */
const founded = (env: Env): Promise<Person> =>
  prepared(env, async program => {
    adopt(program)
    try {
      return (await workspace()).owner
    } finally {
      adopt(undefined)
    }
  })

type Acknowledged = {
  created: Map<string, string>
  moved: Map<string, string>
  deleted: Set<string>
  open: Set<string>
}

/** Writes until told to stop or the server is gone, and keeps what was acknowledged. */
async function writeUntilDead(
  url: string,
  token: string,
  seen: Acknowledged,
  stages: string[],
  stop: () => boolean,
): Promise<void> {
  for (let i = 0; !stop(); i++) {
    const contact = await send(url, token, 'POST', '/contacts', { firstName: `C${i}` })
    if (contact.status !== 201) return
    const title = `D${i}`
    const deal = await send(url, token, 'POST', '/deals', {
      title,
      contactIds: [contact.body.id],
      amount: i + 0.25,
    })
    if (deal.status !== 201) return
    seen.created.set(deal.body.id, title)
    const stageId = stages[i % stages.length]!
    seen.open.add(deal.body.id)
    const moved = await send(url, token, 'PUT', `/deals/${deal.body.id}/stage`, { stageId })
    if (moved.status !== 200) return
    seen.moved.set(deal.body.id, stageId)
    if (i % 3 === 0) {
      const removed = await send(url, token, 'DELETE', `/deals/${deal.body.id}`)
      if (removed.status !== 204) return
      seen.deleted.add(deal.body.id)
    }
    seen.open.delete(deal.body.id)
  }
}

/** What is half done, as the database tells it: each part of a write without the others. */
const HALF_DONE = {
  'a deal without its directory entry': `select count(*) as n from deals d where not exists (select from records r where r.workspace_id = d.workspace_id and r.id = d.id)`,
  'a directory entry without its record': `select count(*) as n from records r where r.type = 'deal' and not exists (select from deals d where d.workspace_id = r.workspace_id and d.id = r.id)`,
  'a deal without its created event': `select count(*) as n from deals d where not exists (select from events e where e.workspace_id = d.workspace_id and e.entity_id = d.id and e.action = 'created')`,
  'versions that do not match the events': `select count(*) as n from deals d where d.version <> (select count(*) from events e where e.workspace_id = d.workspace_id and e.entity_id = d.id)`,
  'a deal whose history does not end in its stage': `select count(*) as n from deals d where d.stage_id <> (select h.stage_id from deal_stage_history h where h.workspace_id = d.workspace_id and h.deal_id = d.id order by h.entered_at desc, h.id desc limit 1)
     and (select count(distinct entered_at) = count(*) from deal_stage_history h where h.workspace_id = d.workspace_id and h.deal_id = d.id)`,
  'a deal without its contacts': `select count(*) as n from deals d where cardinality(d.contact_ids) <> (select count(*) from deal_contacts c where c.workspace_id = d.workspace_id and c.deal_id = d.id)`,
  'a deletion that the directory does not know': `select count(*) as n from deals d join records r on r.workspace_id = d.workspace_id and r.id = d.id where (d.deleted_at is null) <> (r.deleted_at is null)`,
}

test('killed with -9 under writes, twice: every acknowledged write is there and none is half done', async context => {
  const env = await childEnv(dataFolder(context))
  const owner = await founded(env)
  const seen: Acknowledged = { created: new Map(), moved: new Map(), deleted: new Set(), open: new Set() }
  for (const acknowledged of [10, 30]) {
    const child = await listening(context, env)
    const stages = (await send(child.url, owner.token, 'GET', '/stages')).body.rows.map((row: any) => row.id)
    let dead = false
    const writers = Array.from({ length: 6 }, () =>
      writeUntilDead(child.url, owner.token, seen, stages, () => dead),
    )
    const deadline = Date.now() + 60_000
    while (seen.created.size < acknowledged && Date.now() < deadline) await sleep(5)
    child.process.kill('SIGKILL')
    dead = true
    await child.exit
    await Promise.all(writers)
  }
  assert.ok(seen.created.size > 10, `${seen.created.size} deals were acknowledged`)
  const child = await listening(context, env)
  for (const [id, title] of seen.created) {
    const { status, body } = await send(child.url, owner.token, 'GET', `/deals/${id}`)
    if (seen.deleted.has(id)) assert.equal(status, 404, `${title} was deleted`)
    else if (!(seen.open.has(id) && status === 404)) assert.deepEqual([status, body.title], [200, title])
    if (status === 200 && seen.moved.has(id))
      assert.equal(body.stageId, seen.moved.get(id), `${title} was moved`)
  }
  await waitForCounts(child.url, owner.token)
  child.process.kill('SIGTERM')
  assert.equal(await child.exit, 0, child.errors())
  await prepared(env, async ({ app }) => {
    const session = await app.database.engine.acquire()
    await session.script(
      `begin; set local role ascendore_admin; set local app.workspace_id = '${owner.workspaceId}'`,
    )
    for (const [what, text] of Object.entries(HALF_DONE))
      assert.equal((await session.rows(text))[0]!.n, 0, what)
    await session.script('rollback')
    app.database.engine.release(session)
  })
})

/** The counters, which a follower keeps, agree with the rows after the restart. */
async function waitForCounts(url: string, token: string): Promise<void> {
  const first = (await send(url, token, 'GET', '/deals?limit=200')).body
  let rows = first.rows.length
  for (let cursor = first.nextCursor; cursor; ) {
    const page = (await send(url, token, 'GET', `/deals?limit=200&cursor=${cursor}`)).body
    rows += page.rows.length
    cursor = page.nextCursor
  }
  assert.equal(first.total, rows)
}

test('SIGTERM under load: what was begun is answered, the process ends with 0 within 10 s', async context => {
  const env = await childEnv(dataFolder(context))
  const owner = await founded(env)
  const child = await listening(context, env)
  const statuses: number[] = []
  let stop = false
  const clients = Array.from({ length: 8 }, async () => {
    while (!stop) {
      const { status } = await send(child.url, owner.token, 'POST', '/companies', { name: 'X' })
      statuses.push(status)
      if (status === 0) return
    }
  })
  await sleep(400)
  const inFlight = Array.from({ length: 5 }, (_, i) =>
    halfSent(child.url, owner.token, { firstName: `F${i}` }),
  )
  await Promise.all(inFlight.map(({ begun }) => begun))
  const began = Date.now()
  child.process.kill('SIGTERM')
  await sleep(50)
  const answers = await Promise.all(inFlight.map(request => request.finish()))
  assert.equal(await child.exit, 0, child.errors() + child.output())
  assert.ok(Date.now() - began < 10_000)
  stop = true
  await Promise.all(clients)
  // Requests that came after the signal may find the door closed, politely (503) or not there at all.
  assert.ok(
    statuses.every(status => [201, 503, 0].includes(status)),
    JSON.stringify(statuses),
  )
  assert.deepEqual(answers, [201, 201, 201, 201, 201])
  const again = await listening(context, env)
  const { total } = (await send(again.url, owner.token, 'GET', '/contacts')).body
  assert.equal(total, answers.length, 'what was answered is there')
  assert.equal(child.errors(), '')
})

type HalfSent = { begun: Promise<unknown>; finish: () => Promise<number> }

/** A request whose body is on its way: begun once the server has read its head and said so, and finished when the test says so. */
function halfSent(url: string, token: string, body: object): HalfSent {
  const text = JSON.stringify(body)
  const headers = {
    authorization: `Bearer ${token}`,
    'content-type': 'application/json',
    'content-length': text.length,
    expect: '100-continue',
  }
  const sent = request(`${url}/api/v1/contacts`, { method: 'POST', headers })
  const status = new Promise<number>(resolve => {
    sent.on('response', reply => {
      reply.resume()
      resolve(reply.statusCode ?? 0)
    })
    sent.on('error', () => resolve(0))
  })
  const begun = once(sent, 'continue')
  sent.write(text.slice(0, 3))
  return {
    begun,
    finish() {
      sent.end(text.slice(3))
      return status
    },
  }
}

test('a signal in the middle of starting ends the process too', async context => {
  const child = launch(await childEnv(dataFolder(context)))
  await sleep(400)
  child.process.kill('SIGTERM')
  const ended = await Promise.race([child.exit.then(() => true), sleep(10_000).then(() => false)])
  if (!ended) child.process.kill('SIGKILL')
  assert.ok(ended)
})
