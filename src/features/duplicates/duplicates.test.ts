import assert from 'node:assert/strict'
import { test } from 'node:test'
import { checkRefusal } from '#test/routes.ts'
import { type Person, useProgram, world } from '#test/world.ts'

useProgram()

const add = async (person: Person, path: string, body: Record<string, unknown>) => {
  const reply = await person.post(`/${path}`, body)
  assert.equal(reply.status, 201, reply.text)
  return reply.body.id as string
}
const read = async (person: Person, path: string, id: string) => (await person.get(`/${path}/${id}`)).body
const kinds = (row: { reasons: Array<{ kind: string }> }) => row.reasons.map(({ kind }) => kind).sort()

test('duplicates are found by address, number, domain and names that are alike, with the reasons', async () => {
  const { ana, ben, owner, mallory } = await world()
  const ids = {
    first: await add(ana, 'contacts', {
      firstName: 'Ingrid',
      lastName: 'Solberg',
      email: 'ingrid@a.example',
    }),
    same: await add(ana, 'contacts', { firstName: 'I.', lastName: 'S.', email: 'Ingrid@A.example' }),
    typo: await add(ana, 'contacts', {
      firstName: 'Íngrid',
      lastName: 'Solbreg',
      mobile: '+41 44 668 18 00',
    }),
    phone: await add(ana, 'contacts', { firstName: 'Reception', phone: '+41446681800' }),
    bens: await add(ben, 'contacts', { firstName: 'Benno', email: 'ingrid@a.example' }),
    other: await add(ana, 'contacts', { firstName: 'Quixano', lastName: 'Alonso' }),
  }
  const groups = (await ana.get('/contacts/duplicates')).body
  assert.equal(groups.total, 1, JSON.stringify(groups))
  const members = (rows: Array<{ id: string }>) => rows.map(({ id }) => id).sort()
  assert.deepEqual(members(groups.rows[0].records), [ids.first, ids.same, ids.typo, ids.phone].sort())
  assert.deepEqual(kinds(groups.rows[0]), ['email', 'name', 'phone'])
  const all = (await owner.get('/contacts/duplicates')).body.rows[0]
  assert.equal(all.records.length, 5, "an admin sees the other member's as well")
  assert.equal((await mallory.get('/contacts/duplicates')).body.total, 0)

  const own = (await ana.get(`/contacts/${ids.first}/duplicates`)).body.rows
  assert.deepEqual(
    own.map((row: any) => [row.record.id, kinds(row)]),
    [
      [ids.same, ['email']],
      [ids.typo, ['name']],
    ],
  )
  assert.ok(own[0].score > own[1].score && own[1].score > 0.4, JSON.stringify(own))
  const byPhone = (await ana.get(`/contacts/${ids.phone}/duplicates`)).body.rows
  assert.deepEqual(
    byPhone.map((row: any) => [row.record.id, kinds(row)]),
    [[ids.typo, ['phone']]],
  )
  checkRefusal(await mallory.get(`/contacts/${ids.first}/duplicates`), 404, 'of another workspace')

  await add(ana, 'companies', { name: 'Borealis Freight', domain: 'borealis.example' })
  await add(ana, 'companies', { name: 'Borealis', domain: 'Borealis.example' })
  await add(ana, 'companies', { name: 'Borealis Freigth' })
  const companies = (await ana.get('/companies/duplicates')).body.rows
  assert.equal(companies[0].records.length, 3)
  assert.deepEqual(kinds(companies[0]), ['domain', 'name'])
  assert.deepEqual((await ana.get('/companies/duplicates?minScore=1')).body.rows, [])
  assert.deepEqual((await ana.get('/leads/duplicates')).body.rows, [])
})

/** A company twice, and something of every kind that hangs on the second. */
async function twice(ana: Person, ben: Person, owner: Person) {
  const target = await add(ana, 'companies', { name: 'Borealis', tags: ['a', 'b'], industry: 'Freight' })
  const source = await add(ana, 'companies', {
    name: 'Borealis AS',
    domain: 'borealis.example',
    industry: 'Logistics',
    tags: ['b', 'c'],
  })
  const contact = await add(ana, 'contacts', { firstName: 'Ida', companyId: source })
  const deal = await add(ana, 'deals', { title: 'Scanners', companyId: source, contactIds: [contact] })
  const note = await add(ana, 'notes', { body: 'Met them', relatedType: 'company', relatedId: source })
  const trashed = await add(ana, 'tasks', { title: 'Call', relatedType: 'company', relatedId: source })
  await ana.delete(`/tasks/${trashed}`)
  const bens = await add(ben, 'contacts', { firstName: 'Ben' })
  assert.equal((await owner.patch(`/contacts/${bens}`, { companyId: source })).status, 200)
  return { target, source, contact, deal, note, trashed, bens }
}

test('a merge moves every link, joins the fields and tells of it; its undo puts all back', async () => {
  const { ana, ben, owner } = await world()
  const { target, source, contact, deal, note, trashed, bens } = await twice(ana, ben, owner)
  const before = await read(ana, 'companies', target)
  const merged = await ana.post('/companies/merge', {
    targetId: target,
    sourceIds: [source],
    fields: { industry: source, name: 'Borealis Group' },
  })
  assert.equal(merged.status, 200, merged.text)
  const { id, name, industry, domain, tags, mergeId } = merged.body
  assert.deepEqual(
    [id, name, industry, domain, tags],
    [target, 'Borealis Group', 'Logistics', 'borealis.example', ['a', 'b', 'c']],
  )
  assert.equal((await ana.get(`/companies/${source}`)).status, 404)
  assert.equal((await read(ana, 'contacts', contact)).companyId, target)
  assert.equal((await read(ana, 'deals', deal)).companyId, target)
  assert.equal((await read(ana, 'notes', note)).relatedId, target)
  assert.equal((await read(ben, 'contacts', bens)).companyId, target, "also what ana doesn't see")
  assert.equal(
    (await ana.post(`/tasks/${trashed}/restore`)).body.relatedId,
    target,
    'also what was in the trash',
  )
  const log = (await owner.get('/audit-logs', { query: { entityId: source } })).body.rows
  assert.deepEqual(log.find((row: any) => row.action === 'merged')?.changes, { mergedInto: { new: target } })
  assert.deepEqual((await read(ana, 'merges', mergeId)).moved, { contact: 2, deal: 1, note: 1, task: 1 })
  assert.equal((await ben.get(`/merges/${mergeId}`)).status, 404)
  checkRefusal(await ben.post(`/merges/${mergeId}/undo`), 404, "another's merge")

  // What is changed since stays.
  await ana.patch(`/companies/${target}`, { industry: 'Shipping' })
  const undone = await ana.post(`/merges/${mergeId}/undo`)
  assert.equal(undone.status, 200, undone.text)
  assert.ok(undone.body.undoneAt)
  const after = await read(ana, 'companies', target)
  assert.deepEqual(
    [after.name, after.industry, after.domain, after.tags],
    [before.name, 'Shipping', null, before.tags],
  )
  assert.equal((await read(ana, 'companies', source)).name, 'Borealis AS')
  assert.equal((await read(ana, 'contacts', contact)).companyId, source)
  assert.equal((await read(ana, 'deals', deal)).companyId, source)
  assert.equal((await read(ana, 'notes', note)).relatedId, source)
  assert.equal((await read(ana, 'tasks', trashed)).relatedId, source)
  assert.equal((await read(ben, 'contacts', bens)).companyId, source)
  checkRefusal(await ana.post(`/merges/${mergeId}/undo`), 409, 'undone already')
})

test('contacts of a deal are merged within its list, in its order', async () => {
  const { ana } = await world()
  const [one, two, three] = [
    await add(ana, 'contacts', { firstName: 'One' }),
    await add(ana, 'contacts', { firstName: 'Two' }),
    await add(ana, 'contacts', { firstName: 'Three', email: 'three@a.example' }),
  ]
  const deal = await add(ana, 'deals', { title: 'D', primaryContactId: one, contactIds: [one, two, three] })
  const merged = await ana.post('/contacts/merge', { targetId: three, ids: [one, three] })
  assert.equal(merged.status, 200, merged.text)
  const now = await read(ana, 'deals', deal)
  assert.deepEqual([now.primaryContactId, now.contactIds], [three, [three, two]])
  await ana.post(`/merges/${merged.body.mergeId}/undo`)
  const back = await read(ana, 'deals', deal)
  assert.deepEqual([back.primaryContactId, back.contactIds], [one, [one, two, three]])
})

test('refusals leave everything as it was: another’s record, an unseen one, fields that are none', async () => {
  const { ana, ben, mallory } = await world({ recordVisibility: 'workspace' })
  const mine = await add(ana, 'contacts', { firstName: 'Mine' })
  const also = await add(ana, 'contacts', { firstName: 'Also' })
  const bens = await add(ben, 'contacts', { firstName: 'Bens' })
  const theirs = await add(mallory, 'contacts', { firstName: 'Theirs' })
  const attempt = (body: Record<string, unknown>) => ana.post('/contacts/merge', body)
  checkRefusal(await attempt({ targetId: mine, sourceIds: [bens] }), 403, 'seen, not theirs')
  checkRefusal(await attempt({ targetId: bens, sourceIds: [mine] }), 403, 'the target')
  checkRefusal(await attempt({ targetId: mine, sourceIds: [theirs] }), 404, 'of another workspace')
  checkRefusal(await attempt({ targetId: mine, sourceIds: [mine] }), 400, 'with itself', 'sourceIds')
  checkRefusal(await attempt({ targetId: mine }), 400, 'with nothing', 'sourceIds')
  const bad = async (fields: Record<string, unknown>, path: string) =>
    checkRefusal(await attempt({ targetId: mine, sourceIds: [also], fields }), 400, path, path)
  await bad({ nothing: 1 }, 'fields.nothing')
  await bad({ nothing: also }, 'fields.nothing')
  await bad({ id: also }, 'fields.id')
  await bad({ email: 'none' }, 'fields.email')
  assert.equal((await ana.get(`/contacts/${also}`)).status, 200)
  assert.equal((await ana.get('/merges')).body.total, 0)
})
