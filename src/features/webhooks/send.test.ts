import assert from 'node:assert/strict'
import { test } from 'node:test'
import { AddressGuard } from '#core/net/address-guard.ts'
import { checkRefusal } from '#test/routes.ts'
import { useProgram, workspace } from '#test/world.ts'
import { post } from './send.ts'
import { target, until } from './target.testing.ts'

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
