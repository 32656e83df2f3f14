import assert from 'node:assert/strict'
import { test } from 'node:test'
import { AddressGuard } from '#core/net/address-guard.ts'
import { checkRefusal } from '#test/routes.ts'
import { until } from '#test/until.ts'
import { useProgram, workspace } from '#test/world.ts'
import { post } from './send.ts'
import { nameServer, target } from './target.testing.ts'

/** Where webhooks may not go, by address and by what a name leads to. */

// A network is allowed, so that names are judged by what they lead to; this machine is not in it.
const program = useProgram({ WEBHOOK_ALLOW_PRIVATE: '10.9.9.0/24' })

test('addresses that are not of the public internet are refused in every way of writing them', () => {
  const guard = new AddressGuard([])
  for (const address of [
    ...['127.0.0.1', '127.255.255.254', '0.0.0.0', '10.0.0.1', '172.16.0.1', '172.31.255.255', '192.168.1.1'],
    ...['169.254.169.254', '100.64.0.1', '100.100.100.200', '192.0.0.192', '198.18.0.1', '224.0.0.1'],
    ...['255.255.255.255', '::', '::1', '::ffff:127.0.0.1', '::ffff:7f00:1', '0:0:0:0:0:ffff:a9fe:a9fe'],
    ...['64:ff9b::7f00:1', '64:ff9b:1::1', 'fe80::1', 'fe80::1%eth0', 'fc00::1', 'fd00:ec2::254', 'ff02::1'],
    ...['2001:db8::1', '2001::1', '2002:7f00:1::', '::127.0.0.1', 'junk', ''],
  ])
    assert.equal(guard.isAllowed(address), false, address)
  for (const address of ['8.8.8.8', '172.32.0.1', '2606:4700::1111', '::ffff:8.8.8.8', '100.128.0.1'])
    assert.equal(guard.isAllowed(address), true, address)
  for (const url of [
    ...[
      'http://localhost/',
      'http://LOCALHOST./',
      'http://a.localhost/',
      'http://db.internal/',
      'http://nas.local/',
    ],
    ...[
      'http://2130706433/',
      'http://0x7f.1/',
      'http://0177.0.0.1/',
      'http://127.1/',
      'http://[::1]/',
      'http://0/',
    ],
  ])
    assert.ok(guard.problemOf(new URL(url)), url)
  assert.equal(guard.problemOf(new URL('https://hooks.example.com/')), undefined)
})

test('networks that are named may be reached, and no others; all may where all are allowed', () => {
  const some = new AddressGuard(['10.1.0.0/16', '192.168.7.5', 'fd00::/8'])
  for (const address of ['10.1.2.3', '192.168.7.5', 'fd12::1', '::ffff:10.1.0.1', '8.8.8.8'])
    assert.equal(some.isAllowed(address), true, address)
  for (const address of ['10.2.0.1', '192.168.7.6', 'fe80::1', '127.0.0.1'])
    assert.equal(some.isAllowed(address), false, address)
  assert.equal(new AddressGuard('all').isAllowed('127.0.0.1'), true)
})

test('a name is judged by what it leads to at the moment of connecting', async context => {
  const inner = await target(context)
  const url = inner.url.replace('127.0.0.1', 'localhost')
  const given = { url, headers: { 'content-type': 'application/json' }, body: '{}' }
  const refused = await post({ ...given, guard: new AddressGuard(['10.9.9.0/24']) })
  assert.match(refused.error ?? '', /localhost leads to a private/)
  assert.equal(inner.received.length, 0)
  const taken = await post({ ...given, guard: new AddressGuard('all') })
  assert.deepEqual([taken.status, taken.error, inner.received.length], [200, null, 1])
})

const POST = { headers: { 'content-type': 'application/json' }, body: '{}' }
const portOf = (url: string) => new URL(url).port

test('a name server that changes its answer between two questions reaches nothing with the second', async context => {
  const outer = await target(context)
  const inner = await target(context, undefined, '127.0.0.2')
  const names = await nameServer(context, [['127.0.0.1'], ['127.0.0.2']])
  const guard = new AddressGuard(['127.0.0.1'], names.resolve)
  const url = `http://rebind.example:${portOf(outer.url)}/`
  const taken = await post({ ...POST, url, guard })
  assert.deepEqual([taken.status, taken.error, outer.received.length], [200, null, 1])
  assert.deepEqual(names.asked, ['rebind.example'], 'what was checked is what was connected to: asked once')
  const refused = await post({ ...POST, url: `http://rebind.example:${portOf(inner.url)}/`, guard })
  assert.match(refused.error ?? '', /rebind.example leads to a private/)
  assert.deepEqual([names.asked.length, inner.received.length], [2, 0])
})

test('one address of several that may not be reached refuses the name', async context => {
  const outer = await target(context)
  const inner = await target(context, undefined, '127.0.0.2')
  for (const answer of [
    ['127.0.0.1', '127.0.0.2'],
    ['127.0.0.2', '127.0.0.1'],
    ['127.0.0.1', '169.254.169.254'],
  ]) {
    const { resolve } = await nameServer(context, [answer])
    const guard = new AddressGuard(['127.0.0.1'], resolve)
    for (const port of [portOf(outer.url), portOf(inner.url)])
      assert.match(
        (await post({ ...POST, url: `http://both.example:${port}/`, guard })).error ?? '',
        /leads to a private/,
      )
  }
  assert.deepEqual([outer.received.length, inner.received.length], [0, 0])
})

test('every hop of a redirect is checked: its address, and what its name leads to by then', async context => {
  const inner = await target(context, undefined, '127.0.0.2')
  const port = portOf(inner.url)
  for (const [location, why] of [
    [`http://127.0.0.2:${port}/`, /redirected to 127.0.0.2:\d+: must not be a private/],
    [`http://[::ffff:127.0.0.2]:${port}/`, /must not be a private/],
    [`http://2130706434:${port}/`, /must not be a private/],
    ['http://169.254.169.254/latest/meta-data/', /must not be a private/],
    [`http://second.example:${port}/`, /second.example leads to a private/],
    [`http://hop.example:${port}/`, /hop.example leads to a private/],
    ['file:///etc/passwd', /http or https/],
    [`http://user:word@127.0.0.1:${port}/`, /user or password/],
  ] as const) {
    // The first name is what it should be when it is asked for; all that is asked for later leads inside.
    const names = await nameServer(context, [['127.0.0.1'], ['127.0.0.1'], ['127.0.0.2']])
    const guard = new AddressGuard(['127.0.0.1'], names.resolve)
    const last = await target(context, (_request, response) => response.writeHead(307, { location }).end())
    const first = await target(context, (_request, response) =>
      response.writeHead(308, { location: `http://hop.example:${portOf(last.url)}/` }).end(),
    )
    const sent = await post({ ...POST, url: `http://first.example:${portOf(first.url)}/`, guard })
    assert.match(sent.error ?? '', why, location)
    assert.deepEqual([first.received.length, last.received.length], [1, 1], location)
    assert.deepEqual(names.asked.slice(0, 2), ['first.example', 'hop.example'])
  }
  assert.equal(inner.received.length, 0)
})

test('a name that leads inside is refused when the webhook is made, and later when its answer has changed', async context => {
  const { owner } = await workspace()
  const inner = await target(context)
  const url = inner.url.replace('127.0.0.1', 'localhost')
  checkRefusal(await owner.post('/webhooks', { url, events: ['*'] }), 400, 'made', 'url')
  const { id } = (await owner.post('/webhooks', { url: 'https://hooks.example.com/', events: ['*'] })).body
  checkRefusal(await owner.patch(`/webhooks/${id}`, { url }), 400, 'changed', 'url')
  // Only the database can let a name change behind the check.
  await program().app.database.inSystem('ascendore_worker', scope =>
    scope.session.rows('update webhooks set url = $2 where id = $1::uuid', [id, url]),
  )
  await owner.post(`/webhooks/${id}/test`)
  const { rows } = await until(
    async () => (await owner.get(`/webhooks/${id}/deliveries?status=FAILED`)).body,
    page => page.total === 1,
  )
  assert.match(rows[0].error, /localhost leads to a private/)
  assert.equal(inner.received.length, 0)
})
