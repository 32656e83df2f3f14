import assert from 'node:assert/strict'
import { test } from 'node:test'
import { CUSTOM_TYPES } from '#core/record/custom-types.ts'
import { type Person, useProgram, world } from '#test/world.ts'

useProgram()

const OPTIONS = { options: ['North', 'South'] }
const define = async (admin: Person, type: string) => {
  const isChoice = type === 'select' || type === 'multiSelect'
  const body = { entity: 'company', key: 'odd', label: 'Odd', type, ...(isChoice ? OPTIONS : {}) }
  const made = await admin.post('/custom-fields', body)
  assert.equal(made.status, 201, made.text)
  return made.body.id as string
}

/** Values that some type takes, and that hardly any other does. */
const VALUES: Record<string, (person: Person) => unknown> = {
  text: () => '2026-02-30',
  longText: () => 'no number, no day',
  number: () => 7.5,
  currency: () => 12.34,
  date: () => '2026-03-29',
  boolean: () => true,
  select: () => 'North',
  multiSelect: () => ['North', 'South'],
  url: () => 'https://sample.example/',
  email: () => 'ida@sample.example',
  phone: () => '+41 44 668 18 00',
  user: person => person.id,
}

test('a custom field that comes again with another type reads old values that do not fit as none', async () => {
  const { admin } = await world()
  const before = new Map<string, unknown>()
  for (const type of CUSTOM_TYPES) {
    const field = await define(admin, type)
    const value = VALUES[type]!(admin)
    const made = await admin.post('/companies', { name: type, customFields: { odd: value } })
    assert.equal(made.status, 201, made.text)
    before.set(made.body.id, value)
    assert.equal((await admin.delete(`/custom-fields/${field}`)).status, 204)
  }
  for (const type of CUSTOM_TYPES) {
    const field = await define(admin, type)
    const list = async (query: Record<string, string>) => {
      const reply = await admin.get('/companies', { query: { limit: '200', ...query } })
      assert.equal(reply.status, 200, `${type} ${JSON.stringify(query)}: ${reply.text}`)
      return reply.body
    }
    const where = (op: string, value?: unknown) =>
      list({
        filter: JSON.stringify({ field: 'customFields.odd', op, ...(value === undefined ? {} : { value }) }),
      })
    const names = (body: { rows: Array<{ name: string }> }) => body.rows.map(row => row.name)
    const own = VALUES[type]!(admin)
    const probe = Array.isArray(own) ? own[0] : own
    assert.ok(names(await where(Array.isArray(own) ? 'contains' : 'eq', probe)).includes(type), type)
    const filled = names(await where('empty', false))
    const empty = names(await where('empty'))
    assert.ok(filled.includes(type) && filled.length < CUSTOM_TYPES.length, `${type}: ${filled}`)
    assert.deepEqual([...filled, ...empty].sort(), [...CUSTOM_TYPES].sort(), type)
    if (type === 'date') {
      assert.deepEqual(filled, ['date'], '30 February is no day')
      assert.deepEqual(names(await where('after', '2026-01-01')), ['date'])
    }
    if (type === 'number') assert.deepEqual(names(await where('gt', 8)), ['currency'])
    if (type !== 'multiSelect' && type !== 'longText')
      for (const sort of ['customFields.odd', '-customFields.odd']) {
        const whole = names(await list({ sort }))
        assert.deepEqual(
          whole.slice(filled.length).sort(),
          empty.sort(),
          `${type}: what does not fit comes last`,
        )
        const paged: string[] = []
        for (let cursor = ''; ; ) {
          const page = await list({ sort, limit: '2', ...(cursor ? { cursor } : {}) })
          paged.push(...names(page))
          if (!page.nextCursor) break
          cursor = page.nextCursor
        }
        assert.deepEqual(paged, whole, `${type} by ${sort}, page by page`)
      }
    assert.equal((await admin.delete(`/custom-fields/${field}`)).status, 204)
  }
  for (const [id, value] of before)
    assert.deepEqual((await admin.get(`/companies/${id}`)).body.customFields.odd, value, 'nothing is lost')
})

test('fields stand in the order that an admin gives them; a new one goes behind', async () => {
  const { admin, ana } = await world()
  const make = async (key: string, entity = 'deal') =>
    (await admin.post('/custom-fields', { entity, key, label: key, type: 'text' })).body
  const [one, two, three] = [await make('one'), await make('two'), await make('three')]
  const other = await make('other', 'company')
  assert.deepEqual([one.order, two.order, three.order, other.order], [0, 1, 2, 0])
  const keys = async () =>
    (await ana.get('/custom-fields?entity=deal')).body.rows.map((row: { key: string }) => row.key)
  const moved = await admin.put('/custom-fields/reorder', { entity: 'deal', fieldIds: [three.id, one.id] })
  assert.equal(moved.status, 200, moved.text)
  assert.deepEqual(await keys(), ['three', 'one', 'two'])
  await make('four')
  assert.deepEqual(await keys(), ['three', 'one', 'two', 'four'])
  const head = (await ana.get('/deals/export')).text.split('\r\n')[0]!
  assert.ok(head.endsWith('customFields.three,customFields.one,customFields.two,customFields.four'), head)
  for (const fieldIds of [[other.id], [one.id, one.id]]) {
    const refused = await admin.put('/custom-fields/reorder', { entity: 'deal', fieldIds })
    assert.deepEqual([refused.status, refused.body.issues[0].path], [400, 'fieldIds'])
  }
  assert.equal((await ana.put('/custom-fields/reorder', { entity: 'deal', fieldIds: [one.id] })).status, 403)
})

test('a record is sent back as it was read, with values of a field that was deleted; no other value is taken for it', async () => {
  const { admin } = await world()
  const field = { entity: 'company', key: 'score', label: 'Score', type: 'number' }
  const { id } = (await admin.post('/custom-fields', field)).body
  const company = (await admin.post('/companies', { name: 'A', customFields: { score: 5 } })).body
  await admin.delete(`/custom-fields/${id}`)
  const read = (await admin.get(`/companies/${company.id}`)).body
  const back = await admin.put(`/companies/${company.id}`, { ...read, name: 'B' })
  assert.deepEqual([back.status, back.body.name, back.body.customFields], [200, 'B', { score: 5 }], back.text)
  const other = await admin.patch(`/companies/${company.id}`, { customFields: { score: 6 } })
  assert.deepEqual([other.status, other.body.issues?.[0].path], [400, 'customFields.score'])
})
