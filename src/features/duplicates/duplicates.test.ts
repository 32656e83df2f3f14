import assert from 'node:assert/strict'
import { test } from 'node:test'
import { recordNamed } from '#core/record/registry.ts'
import { store } from '#core/record/store.ts'
import { checkRefusal } from '#test/routes.ts'
import { until } from '#test/until.ts'
import { type Person, useProgram, world } from '#test/world.ts'
import { moveSome } from './move.ts'

useProgram()

const add = async (person: Person, path: string, body: Record<string, unknown>) => {
  const reply = await person.post(`/${path}`, body)
  assert.equal(reply.status, 201, reply.text)
  return reply.body.id as string
}
const read = async (person: Person, path: string, id: string) => (await person.get(`/${path}/${id}`)).body
/** The groups, once there are as many as there should be: they follow what is written. */
const groupsFor = async (person: Person, path: string, total: number, members: number) =>
  (
    await until(
      () => person.get(`/${path}/duplicates`),
      ({ body }) => body.total === total && body.rows.flatMap((row: any) => row.records).length === members,
    )
  ).body
const idsOf = ({ records }: { records: Array<{ id: string }> }) => records.map(({ id }) => id).sort()
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
  const groups = await groupsFor(ana, 'contacts', 1, 4)
  assert.deepEqual(idsOf(groups.rows[0]), [ids.first, ids.same, ids.typo, ids.phone].sort())
  assert.deepEqual(kinds(groups.rows[0]), ['email', 'name', 'phone'])
  await groupsFor(owner, 'contacts', 1, 5) // an admin sees the other member's as well
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
  const companies = (await groupsFor(ana, 'companies', 1, 3)).rows
  assert.deepEqual(kinds(companies[0]), ['domain', 'name'])
  assert.deepEqual((await ana.get('/companies/duplicates?minScore=1')).body.rows, [])
  assert.deepEqual((await ana.get('/leads/duplicates')).body.rows, [])

  for (const [name, phone] of [
    ['Quill', '(555) 123-4567'],
    ['Vance', '555.123.4567'],
    ['Extension', '4567'],
    ['Other extension', '45-67'],
  ])
    await add(ana, 'leads', { name, phone })
  const leads = (await groupsFor(ana, 'leads', 1, 2)).rows
  assert.deepEqual(
    leads[0].records.map(({ name }: { name: string }) => name).sort(),
    ['Quill', 'Vance'],
    'the same number without a country, written otherwise',
  )
})

test('of companies neither the legal form nor how their site is written tells one from another', async () => {
  const { ana } = await world()
  const made = async (name: string, values: Record<string, string> = {}) =>
    add(ana, 'companies', { name, ...values })
  const acme = await made('Acme Corp', { domain: 'acme.example' })
  const same = await made('ACME Corporation, Inc.', { domain: 'www.acme.example' })
  const site = await made('Anvils Unlimited', { website: 'https://www.Acme.example/' })
  await made('Kontor Müller GmbH & Co. KG')
  await made('Kontor Muller')
  // Pages of one network, and the form alone.
  await made('Quixote', { website: 'https://network.example/in/quixote' })
  await made('Panza', { website: 'https://network.example/in/panza' })
  await made('Co')
  await made('AG')
  const { rows } = await groupsFor(ana, 'companies', 2, 5)
  assert.deepEqual(rows.map(kinds), [['domain', 'name'], ['name']])
  assert.deepEqual(idsOf(rows[0]), [acme, same, site].sort())
  const own = (await ana.get(`/companies/${acme}/duplicates`)).body.rows
  assert.deepEqual(
    own.map((row: any) => [row.record.id, kinds(row)]),
    [
      [same, ['domain', 'name']],
      [site, ['domain']],
    ],
  )
})

test('what is double follows what is written: changes, removals, many with one mark, whoever sees them', async () => {
  const { ana, ben } = await world()
  const same = { firstName: 'Noor', lastName: 'Haddad', email: 'info@shared.example' }
  const ids: string[] = []
  // Between her two stand more of his than names have neighbours.
  for (const person of [ana, ben, ben, ben, ben, ben, ana]) ids.push(await add(person, 'contacts', same))
  const hers = [ids[0]!, ids[6]!].sort()
  assert.deepEqual(idsOf((await groupsFor(ana, 'contacts', 1, 2)).rows[0]), hers)
  await groupsFor(ben, 'contacts', 1, 5)

  await ana.patch(`/contacts/${ids[6]}`, { lastName: 'Hadad', email: 'noor@a.example' })
  const alike = await until(
    () => ana.get('/contacts/duplicates'),
    ({ body }) => body.rows[0]?.reasons.every((reason: any) => reason.likeness < 1),
  )
  assert.deepEqual([idsOf(alike.body.rows[0]), kinds(alike.body.rows[0])], [hers, ['name']])
  await ana.patch(`/contacts/${ids[6]}`, { firstName: 'Zoe', lastName: 'Quill' })
  await groupsFor(ana, 'contacts', 0, 0)

  for (const id of ids.slice(1, 4)) await ben.delete(`/contacts/${id}`)
  assert.deepEqual(idsOf((await groupsFor(ben, 'contacts', 1, 2)).rows[0]), ids.slice(4, 6).sort())
  await ben.delete(`/contacts/${ids[4]}`)
  await groupsFor(ben, 'contacts', 0, 0)
  await ben.post(`/contacts/${ids[4]}/restore`)
  await groupsFor(ben, 'contacts', 1, 2)
})

test('pages of duplicates hold each group once, the surest first', async () => {
  const { ana } = await world()
  const names = ['Ida', 'Kofi', 'Bram', 'Yusuf', 'Greta', 'Olle', 'Pia', 'Zdenka', 'Ravi', 'Hugo']
  for (const [i, name] of names.entries())
    await add(ana, 'leads', { name, email: `lead${i >> 1}@pages.example` })
  await groupsFor(ana, 'leads', 5, 10)
  const seen: string[][] = []
  const scores: number[] = []
  for (let cursor = ''; ; ) {
    const { body } = await ana.get(`/leads/duplicates?limit=2${cursor && `&cursor=${cursor}`}`)
    assert.equal(body.total, 5)
    for (const row of body.rows) {
      seen.push(idsOf(row))
      scores.push(row.score)
    }
    if (!body.nextCursor) break
    cursor = body.nextCursor
  }
  assert.equal(seen.length, 5)
  assert.equal(new Set(seen.flat()).size, 10)
  assert.deepEqual(
    scores,
    scores.toSorted((a, b) => b - a),
  )
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

test('many links are moved, and moved back, in steps; nothing else is made of their records meanwhile', async () => {
  const { ana, owner } = await world()
  const [target, source, other] = [
    await add(ana, 'companies', { name: 'Target' }),
    await add(ana, 'companies', { name: 'Source', domain: 'source.example' }),
    await add(ana, 'companies', { name: 'Other' }),
  ]
  const many = (record: string, count: number, values: Record<string, unknown>) =>
    ana.inWorkspace(tx =>
      store.createMany(
        tx,
        recordNamed(record),
        Array.from({ length: count }, () => values),
      ),
    )
  await many('note', 300, { body: 'Met them', relatedType: 'company', relatedId: source })
  await many('contact', 100, { firstName: 'Ida', companyId: source })
  const linked = async (id: string) => [
    (await ana.get(`/notes?relatedId=${id}&limit=1`)).body.total,
    (await ana.get(`/contacts?companyId=${id}&limit=1`)).body.total,
  ]
  const settled = (id: string) =>
    until(
      () => read(ana, 'merges', id),
      ({ isMoving }) => isMoving === false,
    )
  const merged = await ana.post('/companies/merge', { targetId: target, sourceIds: [source] })
  assert.equal(merged.status, 200, merged.text)
  assert.equal(merged.body.domain, 'source.example')
  const { mergeId } = merged.body
  assert.deepEqual((await settled(mergeId)).moved, { contact: 100, note: 300 })
  assert.deepEqual(await linked(target), [300, 100])

  const say = (isMoving: boolean) =>
    owner.inWorkspace(tx => store.updateMany(tx, recordNamed('merge'), [mergeId], { isMoving }))
  await say(true)
  for (const ids of [
    [target, other],
    [source, other],
  ])
    checkRefusal(
      await ana.post('/companies/merge', { targetId: other, ids }),
      ids[0] === source ? 404 : 409,
      'while it moves',
    )
  await say(false)

  const undone = await ana.post(`/merges/${mergeId}/undo`)
  assert.ok(undone.body.undoneAt, undone.text)
  assert.deepEqual(
    [(await read(ana, 'companies', target)).domain, (await read(ana, 'companies', source)).domain],
    [null, 'source.example'],
  )
  await settled(mergeId)
  assert.deepEqual(
    [await linked(source), await linked(target)],
    [
      [300, 100],
      [0, 0],
    ],
  )
  // Killed between two steps, the job finds where it stands; called again after all, it does nothing.
  await ana.inWorkspace(tx => moveSome(tx, mergeId))
  assert.deepEqual(await linked(source), [300, 100])
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
