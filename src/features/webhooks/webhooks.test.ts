import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { mailsTo } from '#features/people/outbox.testing.ts'
import { checkRefusal } from '#test/routes.ts'
import { slowTest } from '#test/slow.ts'
import { until } from '#test/until.ts'
import { type Person, useProgram, workspace, world } from '#test/world.ts'
import { signatureBy, target } from './target.testing.ts'

/** Webhooks over the wire: real servers on this machine receive them. */

const program = useProgram()

async function hookOf(owner: Person, url: string, events = ['deal.*']) {
  const made = await owner.post('/webhooks', { url, events })
  assert.equal(made.status, 201, made.text)
  return made.body as { id: string; secret: string }
}
const logOf = async (owner: Person, id: string) => (await owner.get(`/webhooks/${id}/deliveries`)).body.rows

/** Has the next attempt made now, and as if the first had been made so many days ago. */
const hurry = (webhookId: string, daysAgo = 0) =>
  program().app.database.inSystem('ascendore_worker', async scope => {
    await scope.session.rows(
      `update webhook_deliveries set next_attempt_at = now(), first_attempt_at = first_attempt_at - $2::int * interval '1 day'
       where webhook_id = $1::uuid and status = 'PENDING' and attempts > 0`,
      [webhookId, daysAgo],
    )
    await scope.session.rows('update webhooks set next_attempt_at = now() where id = $1::uuid', [webhookId])
  })

test('an event arrives signed, with who, what, and old and new values, and only in its own workspace', async context => {
  const { owner, ana, mallory } = await world()
  const there = await target(context)
  const { id, secret } = await hookOf(owner, there.url)
  assert.match(secret, /^whsec_[\w-]{43}$/)
  await mallory.post('/deals', { title: 'Of another workspace' })
  const deal = (await ana.post('/deals', { title: 'Forklifts', amount: 12.5 })).body
  await ana.patch(`/deals/${deal.id}`, { amount: 20 })
  await ana.post('/companies', { name: 'Not asked for' })
  await until(
    () => there.received.length,
    n => n === 2,
  )
  await sleep(200)
  assert.equal(there.received.length, 2)
  const [created, updated] = there.received.map(({ body }) => body)
  assert.deepEqual(
    [created.type, created.entityId, created.actorId, created.workspaceId, created.webhookId],
    ['deal.created', deal.id, ana.id, owner.workspaceId, id],
  )
  assert.deepEqual([updated.type, updated.changes], ['deal.updated', { amount: { old: 12.5, new: 20 } }])
  assert.ok(created.seq < updated.seq)
  for (const request of there.received) {
    assert.equal(signatureBy(request, secret), 0)
    assert.equal(request.headers['x-ascendore-delivery'], request.body.deliveryId)
    assert.equal(request.headers['x-ascendore-event'], request.body.type)
    assert.ok(Math.abs(Date.now() / 1000 - Number(request.headers['x-ascendore-timestamp'])) < 30)
  }
  const log = await until(
    () => logOf(owner, id),
    rows => rows.every((row: any) => row.status === 'DELIVERED'),
  )
  assert.deepEqual(
    log.map((row: any) => [row.eventType, row.attempts, row.responseStatus, row.responseExcerpt]),
    [
      ['deal.updated', 1, 200, 'ok'],
      ['deal.created', 1, 200, 'ok'],
    ],
  )
  const whole = (await owner.get(`/webhooks/${id}/deliveries/${log[0].id}`)).body
  assert.equal(whole.request.body, there.received[1]!.text, 'the log shows the very body that was sent')
  assert.equal(whole.log.length, 1)
  const kept = await owner.inWorkspace(tx =>
    tx.session.rows('select to_jsonb(h)::text as row from webhooks h'),
  )
  assert.ok(!String(kept[0]!.row).includes(secret.slice(6)), 'the secret is sealed')
})

test('patterns choose by type, by action, or all; events before the webhook are not sent', async context => {
  const { owner } = await workspace()
  await owner.post('/deals', { title: 'Before' })
  const places = await Promise.all(
    ['*.created', '*', 'company.created', 'contact.*'].map(() => target(context)),
  )
  const [created, all, company, contact] = places
  await hookOf(owner, created!.url, ['*.created'])
  await hookOf(owner, all!.url, ['*', 'deal.updated'])
  await hookOf(owner, company!.url, ['company.created'])
  await hookOf(owner, contact!.url, ['contact.*'])
  const { id } = (await owner.post('/companies', { name: 'Acme' })).body
  await owner.patch(`/companies/${id}`, { name: 'Acme Inc' })
  await owner.delete(`/companies/${id}`)
  await until(
    () => all!.received.filter(({ body }) => body.entityType === 'company').length,
    n => n === 3,
  )
  await until(
    () => created!.received.length,
    n => n >= 1,
  )
  await sleep(150)
  const types = (place: typeof all) =>
    place!.received.map(({ body }) => body.type).filter(type => !type.startsWith('webhook'))
  assert.deepEqual(types(created), ['company.created'])
  assert.deepEqual(types(all), ['company.created', 'company.updated', 'company.deleted'])
  assert.deepEqual(types(company), ['company.created'])
  assert.deepEqual(types(contact), [])
})

test('a failed delivery is tried again with growing gaps under the same id, and the rest waits behind it in order', async context => {
  const { owner } = await workspace()
  let failures = 3
  const there = await target(context, (_request, response) => {
    response.statusCode = failures-- > 0 ? 500 : 204
    response.end('not now')
  })
  const { id } = await hookOf(owner, there.url)
  for (let i = 0; i < 4; i++) await owner.post('/deals', { title: `Deal ${i}` })
  const gaps: number[] = []
  for (let tries = 1; tries <= 3; tries++) {
    const { rows } = await until(
      async () => ({ rows: await logOf(owner, id) }),
      found => found.rows.at(-1)?.attempts === tries && found.rows.at(-1)?.nextAttemptAt,
    )
    gaps.push(Date.parse(rows.at(-1).nextAttemptAt) - Date.now())
    assert.deepEqual([rows.at(-1).responseStatus, rows.at(-1).responseExcerpt], [500, 'not now'])
    assert.equal(there.received.length, tries, 'what is behind it waits')
    await hurry(id)
  }
  assert.ok(
    gaps[0]! > 3000 && gaps[0]! < 7000 && gaps[1]! > 4 * gaps[0]! && gaps[2]! > 3 * gaps[1]!,
    `${gaps}`,
  )
  await until(
    () => there.received.length,
    n => n === 7,
  )
  const ids = there.received.map(({ body }) => body.deliveryId)
  assert.equal(new Set(ids.slice(0, 4)).size, 1, 'four attempts of one delivery')
  assert.equal(new Set(there.received.slice(0, 4).map(({ text }) => text)).size, 1, 'of the same bytes')
  assert.deepEqual(
    there.received.slice(3).map(({ body }) => body.changes.title.new),
    ['Deal 0', 'Deal 1', 'Deal 2', 'Deal 3'],
  )
})

test('after three days the webhook is paused: told in the history, mailed to the admins, and it can be resumed', async context => {
  const { owner, admin, ana } = await world()
  const there = await target(context, (_request, response) => {
    response.statusCode = 503
    response.end()
  })
  const { id } = await hookOf(owner, there.url)
  await owner.post('/deals', { title: 'First' })
  await owner.post('/deals', { title: 'Second' })
  await until(
    () => logOf(owner, id),
    rows => rows.at(-1)?.attempts === 1,
  )
  await hurry(id, 2)
  await until(
    () => logOf(owner, id),
    rows => rows.at(-1)?.attempts === 2,
  )
  assert.equal((await owner.get(`/webhooks/${id}`)).body.isActive, true, 'not after two days')
  await hurry(id, 1)
  const paused = await until(
    async () => (await owner.get(`/webhooks/${id}`)).body,
    hook => hook.isActive === false,
  )
  assert.match(paused.pausedReason, /3 days.*503/)
  assert.ok(paused.pausedAt)
  const told = (await owner.get(`/audit-logs?entityId=${id}&action=paused`)).body.rows
  assert.deepEqual([told.length, told[0].actorId], [1, null])
  for (const person of [owner, admin])
    await until(
      () => mailsTo(program(), person.email),
      mails => mails.some(mail => /webhook.*was paused/.test(mail)),
    )
  assert.deepEqual(mailsTo(program(), ana.email), [])
  await owner.post('/deals', { title: 'While paused' })
  await sleep(300)
  const sent = there.received.length
  there.answer = (_request, response) => response.end()
  await owner.patch(`/webhooks/${id}`, { isActive: true })
  await owner.post('/deals', { title: 'After' })
  await until(
    () => there.received.length,
    n => n === sent + 2,
  )
  assert.deepEqual(
    there.received.slice(sent).map(({ body }) => body.changes.title.new),
    ['Second', 'After'],
  )
  // What came of an attempt is written down after the endpoint has answered.
  const log = await until(
    () => logOf(owner, id),
    rows => rows.every((row: any) => row.status !== 'PENDING'),
  )
  assert.deepEqual(log.map((row: any) => row.status).sort(), ['DELIVERED', 'DELIVERED', 'FAILED'])
})

slowTest(
  'an endpoint that does not answer is given up after 10 s and holds up nobody else',
  async context => {
    const { owner } = await workspace()
    const silent = await target(context, () => {})
    const quick = await target(context)
    const slow = await hookOf(owner, silent.url)
    await hookOf(owner, quick.url)
    const began = Date.now()
    for (let i = 0; i < 5; i++) await owner.post('/deals', { title: `Deal ${i}` })
    await until(
      () => quick.received.length,
      n => n === 5,
    )
    assert.ok(Date.now() - began < 5000)
    const rows = await until(
      () => logOf(owner, slow.id),
      log => log.at(-1)?.attempts === 1,
    )
    assert.match(rows.at(-1).error, /no answer within 10 s/)
    assert.ok(rows.at(-1).durationMs >= 9900 && rows.at(-1).durationMs < 13_000)
  },
)

test('of an answer only the beginning is read, however much comes', async context => {
  const { owner } = await workspace()
  let written = 0
  const there = await target(context, (_request, response) => {
    const chunk = Buffer.alloc(64 * 1024, 'x\u0000')
    const more = () => {
      written += chunk.length
      if (!response.destroyed) response.write(chunk, () => setTimeout(more, 1))
    }
    more()
  })
  const { id } = await hookOf(owner, there.url)
  await owner.post('/deals', { title: 'X' })
  const [row] = await until(
    () => logOf(owner, id),
    rows => rows[0]?.status === 'DELIVERED',
  )
  assert.equal(row.responseExcerpt.length, 2000)
  assert.ok(written < 20_000_000, `${written} bytes`)
})

test('redirects are followed with the same body, but not to addresses that may not be reached', async context => {
  const { owner } = await workspace()
  const end = await target(context)
  const inner = await target(context, undefined, '127.0.0.2')
  let to = end.url
  const there = await target(context, (_request, response) => {
    response.writeHead(307, { location: to })
    response.end()
  })
  const { id, secret } = await hookOf(owner, there.url)
  await owner.post('/deals', { title: 'Moved' })
  await until(
    () => end.received.length,
    n => n === 1,
  )
  assert.equal(signatureBy(end.received[0]!, secret), 0)
  for (const refused of [
    inner.url,
    'http://[::1]:1/',
    'http://[::ffff:127.0.0.2]/',
    'http://169.254.169.254/latest/meta-data/',
    'http://2130706434/',
    'file:///etc/passwd',
    there.url,
  ]) {
    to = refused
    await owner.post(`/webhooks/${id}/test`)
    const [row] = await until(
      () => logOf(owner, id),
      rows => rows[0].kind === 'TEST' && rows[0].status === 'FAILED',
    )
    const why = refused === there.url ? /more than 3 redirects/ : /private, loopback|http or https/
    assert.match(row.error, why, refused)
  }
  assert.equal(inner.received.length, 0, 'nothing has reached the address behind the redirect')
})

test('a rotated secret: both sign while it lasts, then the new one alone', async context => {
  const { owner } = await workspace()
  const there = await target(context)
  const { id, secret: old } = await hookOf(owner, there.url)
  const rotated = (await owner.post(`/webhooks/${id}/rotate-secret`, {})).body
  assert.notEqual(rotated.secret, old)
  assert.ok(Date.parse(rotated.previousSecretUntil) > Date.now() + 23 * 3600_000)
  await owner.post('/deals', { title: 'Between' })
  await until(
    () => there.received.length,
    n => n === 1,
  )
  assert.deepEqual(
    [signatureBy(there.received[0]!, rotated.secret), signatureBy(there.received[0]!, old)],
    [0, 1],
  )
  const last = (await owner.post(`/webhooks/${id}/rotate-secret`, { overlapHours: 0 })).body
  await owner.post('/deals', { title: 'After' })
  await until(
    () => there.received.length,
    n => n === 2,
  )
  assert.deepEqual(
    [last.secret, rotated.secret, old].map(secret => signatureBy(there.received[1]!, secret)),
    [0, -1, -1],
  )
})

test('tests and replays go out at once, also of a webhook that is paused or stuck; neither is tried again', async context => {
  const { owner } = await workspace()
  let status = 500
  const there = await target(context, (_request, response) => {
    response.statusCode = status
    response.end()
  })
  const { id } = await hookOf(owner, there.url)
  await owner.post('/deals', { title: 'Stuck' })
  await until(
    () => logOf(owner, id),
    rows => rows[0]?.attempts === 1,
  )
  assert.equal((await owner.post(`/webhooks/${id}/test`)).status, 202)
  const [failed] = await until(
    () => logOf(owner, id),
    rows => rows[0].kind === 'TEST' && rows[0].status !== 'PENDING',
  )
  assert.deepEqual([failed.status, failed.nextAttemptAt], ['FAILED', null])
  await owner.patch(`/webhooks/${id}`, { isActive: false })
  status = 200
  const stuck = (await logOf(owner, id)).at(-1)
  const replay = await owner.post(`/webhooks/${id}/deliveries/${stuck.id}/replay`)
  assert.equal(replay.status, 202, replay.text)
  assert.notEqual(replay.body.id, stuck.id)
  await until(
    () => logOf(owner, id),
    rows => rows[0].kind === 'REPLAY' && rows[0].status === 'DELIVERED',
  )
  const [first, again] = [there.received[0]!.body, there.received.at(-1)!.body]
  assert.deepEqual({ ...again, deliveryId: '' }, { ...first, deliveryId: '' }, 'the same event')
  assert.equal(again.deliveryId, replay.body.id)
  const [row] = (await logOf(owner, id)).slice(-1)
  assert.equal(row.status, 'PENDING', 'the queue itself waits while it is paused')
})

test('whatever events are said to be named by, a webhook takes', async () => {
  const { admin } = await world()
  const { types, actions } = (await admin.get('/webhooks/event-types')).body
  assert.ok(types.includes('deal') && types.includes('session') && actions.includes('updated'))
  const all = types.flatMap((type: string) => ['*', ...actions].map(action => `${type}.${action}`))
  for (let at = 0; at < all.length; at += 50) {
    const url = 'https://hooks.example.com/crm'
    const made = await admin.post('/webhooks', { url, events: all.slice(at, at + 50) })
    assert.equal(made.status, 201, made.text)
  }
})

test('only admins manage webhooks; bad input and addresses that may not be reached are named', async () => {
  const { owner, admin, ana, vera } = await world()
  assert.equal((await admin.get('/webhooks')).status, 200)
  for (const person of [ana, vera]) checkRefusal(await person.get('/webhooks'), 403, person.role)
  const url = 'https://hooks.example.com/x'
  const bad: Array<[Record<string, unknown>, string]> = [
    [{ url: 'hooks.example.com' }, 'url'],
    [{ url: 'ftp://hooks.example.com/' }, 'url'],
    [{ url: 'https://ana:secret@hooks.example.com/' }, 'url'],
    [{ url: `https://hooks.example.com/${'x'.repeat(2000)}` }, 'url'],
    [{ url: 'http://127.0.0.2/' }, 'url'],
    [{ url: 'http://10.0.0.1/' }, 'url'],
    [{ url: 'http://169.254.169.254/' }, 'url'],
    [{ url: 'http://[::1]/' }, 'url'],
    [{ url: 'http://[::ffff:10.0.0.1]/' }, 'url'],
    [{ url: 'http://[fd00:ec2::254]/' }, 'url'],
    [{ url: 'http://0x7f000002/' }, 'url'],
    [{ events: [] }, 'events'],
    [{ events: ['deal'] }, 'events.0'],
    [{ events: ['deal.*', 'unicorn.created'] }, 'events.1'],
    [{ events: ["deal.x'; drop"] }, 'events.0'],
    [{ name: '' }, 'name'],
  ]
  for (const [body, path] of bad)
    checkRefusal(
      await owner.post('/webhooks', { url, events: ['*'], ...body }),
      400,
      JSON.stringify(body).slice(0, 80),
      path,
    )
  const { id } = await hookOf(owner, url)
  const inside = await owner.patch(`/webhooks/${id}`, { url: 'http://10.0.0.1/' })
  checkRefusal(inside, 400, 'PATCH', 'url')
  assert.equal(inside.body.issues[0].code, 'PRIVATE_ADDRESS')
  assert.equal((await owner.delete(`/webhooks/${id}`)).status, 204)
  checkRefusal(await owner.get(`/webhooks/${id}/deliveries`), 404, 'the log of a deleted one')
})
