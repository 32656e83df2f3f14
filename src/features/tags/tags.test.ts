import assert from 'node:assert/strict'
import { test } from 'node:test'
import { recordNamed } from '#core/record/registry.ts'
import { store } from '#core/record/store.ts'
import { checkRefusal } from '#test/routes.ts'
import { slowTest } from '#test/slow.ts'
import { until } from '#test/until.ts'
import { type Person, useProgram, world } from '#test/world.ts'

useProgram()

const add = async (person: Person, path: string, body: Record<string, unknown>) => {
  const reply = await person.post(`/${path}`, body)
  assert.equal(reply.status, 201, reply.text)
  return reply.body.id as string
}
const tagsOf = async (person: Person, path: string, id: string) =>
  (await person.get(`/${path}/${id}`)).body.tags
const all = async (person: Person, query: Record<string, string> = {}) => {
  const reply = await person.get('/tags', { query })
  assert.equal(reply.status, 200, reply.text)
  return reply.body
}

test('tags are listed with how many records of each type have them, of what the caller sees', async () => {
  const { ana, ben, owner, mallory } = await world()
  await add(ana, 'companies', { name: 'A', tags: ['vip', 'Ärger'] })
  await add(ana, 'contacts', { firstName: 'B', tags: ['vip'] })
  await add(ana, 'deals', { title: 'C', tags: ['vip'] })
  const gone = await add(ana, 'deals', { title: 'D', tags: ['gone'] })
  await ana.delete(`/deals/${gone}`)
  await add(ben, 'tasks', { title: 'E', tags: ['zebra'] })
  assert.deepEqual(await all(ana), {
    rows: [
      { tag: 'Ärger', total: 1, counts: { company: 1 } },
      { tag: 'vip', total: 3, counts: { company: 1, contact: 1, deal: 1 } },
    ],
    total: 2,
    nextCursor: null,
  })
  assert.deepEqual(
    (await all(owner, { sort: '-total' })).rows.map((row: { tag: string }) => row.tag),
    ['vip', 'Ärger', 'zebra'],
  )
  for (const sort of ['tag', '-total']) {
    const whole = (await all(owner, { sort })).rows
    const paged = []
    for (let cursor = ''; ; ) {
      const page = await all(owner, { sort, limit: '1', ...(cursor ? { cursor } : {}) })
      assert.equal(page.total, 3)
      paged.push(...page.rows)
      if (!page.nextCursor) break
      cursor = page.nextCursor
    }
    assert.deepEqual(paged, whole, sort)
  }
  assert.deepEqual((await all(owner, { q: 'arg' })).rows.length, 1, 'accents and case do not matter')
  assert.deepEqual((await all(owner, { q: '%' })).rows, [])
  assert.deepEqual((await all(owner, { entity: 'task' })).rows, [
    { tag: 'zebra', total: 1, counts: { task: 1 } },
  ])
  assert.deepEqual((await all(mallory)).rows, [])
  checkRefusal(await owner.get('/tags?entity=stage'), 400, 'stages have no tags', 'entity')
})

test('a tag is renamed, merged and taken off on records of all types, each with an event', async () => {
  const { ana, admin, owner } = await world()
  const company = await add(ana, 'companies', { name: 'A', tags: ['first', 'VIP', 'last', 'v.i.p./x'] })
  const contact = await add(ana, 'contacts', { firstName: 'B', tags: ['v.i.p./x'] })
  const other = await add(ana, 'deals', { title: 'C', tags: ['other'] })

  const merged = await admin.post('/tags/merge', { from: ['VIP', 'v.i.p./x'], into: 'vip' })
  assert.deepEqual([merged.status, merged.body], [200, { changed: 2, isDone: true }])
  assert.deepEqual(await tagsOf(ana, 'companies', company), ['first', 'vip', 'last'])
  assert.deepEqual(await tagsOf(ana, 'contacts', contact), ['vip'])
  assert.deepEqual(await tagsOf(ana, 'deals', other), ['other'])

  const renamed = await owner.patch('/tags/vip', { name: '  key account ' })
  assert.deepEqual(renamed.body, { changed: 2, isDone: true }, renamed.text)
  assert.deepEqual(await tagsOf(ana, 'companies', company), ['first', 'key account', 'last'])
  assert.deepEqual((await owner.delete('/tags/key%20account')).body, { changed: 2, isDone: true })
  assert.deepEqual(await tagsOf(ana, 'companies', company), ['first', 'last'])
  assert.deepEqual(await tagsOf(ana, 'contacts', contact), [])

  const { rows } = (await owner.get('/audit-logs', { query: { entityId: contact } })).body
  const told = rows.filter((row: { action: string }) => row.action === 'updated')
  assert.deepEqual(
    told.map((row: { actorId: string; changes: unknown }) => [row.actorId, row.changes]),
    [
      [owner.id, { tags: { old: ['key account'], new: [] } }],
      [owner.id, { tags: { old: ['vip'], new: ['key account'] } }],
      [admin.id, { tags: { old: ['v.i.p./x'], new: ['vip'] } }],
    ],
  )
})

test('refusals: a tag that nobody has, a name that is none, a member', async () => {
  const { ana, owner, mallory } = await world()
  await add(ana, 'companies', { name: 'A', tags: ['vip'] })
  checkRefusal(await mallory.patch('/tags/vip', { name: 'x' }), 404, "another workspace's tag")
  checkRefusal(await owner.delete('/tags/VIP'), 404, 'another case is another tag')
  checkRefusal(await owner.post('/tags/merge', { from: ['x'], into: 'vip' }), 404, 'none has it')
  for (const name of ['', ' ', 'a\nb', 'x'.repeat(61)])
    checkRefusal(await owner.patch('/tags/vip', { name }), 400, JSON.stringify(name), 'name')
  checkRefusal(await owner.delete('/tags/%00'), 400, 'a control character', 'tag')
  checkRefusal(await owner.get('/tags?q=%00'), 400, 'a control character', 'q')
  checkRefusal(await owner.post('/tags/merge', { from: [], into: 'vip' }), 400, 'of none', 'from')
  checkRefusal(await ana.patch('/tags/vip', { name: 'mine' }), 403, 'a member')
  assert.deepEqual((await owner.patch('/tags/vip', { name: 'vip' })).body, { changed: 0, isDone: true })
})

slowTest('many records are changed in the background until none is left', async () => {
  const { owner } = await world()
  const rows = Array.from({ length: 1203 }, (_, i) => ({ name: `Company ${i}`, tags: ['many', `t${i % 3}`] }))
  await owner.inWorkspace(tx => store.createMany(tx, recordNamed('company'), rows))
  const reply = await owner.patch('/tags/many', { name: 'renamed' })
  assert.deepEqual(reply.body, { changed: 500, isDone: false }, reply.text)
  const total = async (tag: string) =>
    (await all(owner, { q: tag })).rows.find((row: { tag: string }) => row.tag === tag)?.total
  await until(async () => (await total('renamed')) === 1203)
  assert.equal(await total('many'), undefined)
  assert.equal(await total('t1'), 401)
})

test('many records are tagged at once, each keeping the tags that others gave it', async () => {
  const { ana, ben } = await world()
  const ids: string[] = []
  for (const tags of [['a', 'b'], []])
    ids.push((await ana.post('/companies', { name: 'Acme', tags })).body.id)
  const [first, second] = ids as [string, string]
  const bulk = async (operations: object[], who = ana, path = '/companies/bulk') =>
    (await who.post(path, { operations })).body.results.map((result: any) => result.status)
  const tag = (id: string, data: object) => ({ op: 'tag', id, data })
  assert.deepEqual(
    await bulk([tag(first, { add: ['c', 'a'], remove: ['b'] }), tag(second, { add: ['c'] })]),
    [200, 200],
  )
  await Promise.all(['x', 'y', 'z'].map(one => bulk([tag(second, { add: [one] })])))
  const tagsOf = async (id: string) => (await ana.get(`/companies/${id}`)).body.tags
  assert.deepEqual(
    [await tagsOf(first), (await tagsOf(second)).toSorted()],
    [
      ['a', 'c'],
      ['c', 'x', 'y', 'z'],
    ],
  )
  const many = Array.from({ length: 49 }, (_, i) => `t${i}`)
  assert.deepEqual(
    await bulk([
      tag(first, { add: many }),
      tag(first, { add: [''] }),
      tag(first, { tags: [] }),
      { op: 'tag', data: {} },
    ]),
    [400, 400, 400, 400],
  )
  assert.deepEqual(await bulk([tag(first, { add: ['his'] })], ben), [404], 'nobody tags what he does not see')
  assert.deepEqual(await tagsOf(first), ['a', 'c'])
  const invoice = (await ana.post('/invoices', { title: 'I' })).body.id
  assert.deepEqual(await bulk([tag(invoice, { add: ['x'] })], ana, '/invoices/bulk'), [400])
})
