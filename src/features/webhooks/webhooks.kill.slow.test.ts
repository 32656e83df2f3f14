import assert from 'node:assert/strict'
import { test } from 'node:test'
import { childEnv, dataFolder, listening, prepared, send } from '#test/child.ts'
import { until } from '#test/until.ts'
import { adopt, workspace } from '#test/world.ts'
import { target } from './target.testing.ts'

const DEALS = 40
/** A lease of a killed process on a shared database runs out within 20 s. */

test('killed in the middle of sending, the program goes on after the restart: nothing lost, nothing out of order', async context => {
  const env = await childEnv(dataFolder(context), { WEBHOOK_ALLOW_PRIVATE: '127.0.0.1' })
  const { owner } = await prepared(env, async running => {
    adopt(running)
    const made = await workspace()
    adopt(undefined)
    return made
  })
  const there = await target(context, (_request, response) => setTimeout(() => response.end('ok'), 20))
  const first = await listening(context, env)
  const made = await send(first.url, owner.token, 'POST', '/webhooks', {
    url: there.url,
    events: ['deal.created'],
  })
  assert.equal(made.status, 201, JSON.stringify(made.body))
  const ids: string[] = []
  for (let i = 0; i < DEALS; i++) {
    const deal = await send(first.url, owner.token, 'POST', '/deals', { title: `Deal ${i}` })
    assert.equal(deal.status, 201)
    ids.push(deal.body.id)
    if (i === DEALS / 2)
      await until(
        () => there.received.length,
        n => n > 2,
      )
  }
  first.process.kill('SIGKILL')
  await first.exit
  const before = there.received.length
  assert.ok(before < DEALS, `${before} were sent already`)
  await listening(context, env)
  const seen = () => [...new Set(there.received.map(({ body }) => body.entityId as string))]
  await until(seen, found => found.length === DEALS)
  assert.deepEqual(seen(), ids, 'each at least once, in the order of the events')
  const repeated = there.received.length - DEALS
  assert.ok(repeated <= 1, `${repeated} were sent twice`)
  const deliveries = new Set(there.received.map(({ body }) => body.deliveryId))
  assert.equal(deliveries.size, DEALS, 'a repetition has the id of the first')
})
