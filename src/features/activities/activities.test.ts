import assert from 'node:assert/strict'
import { test } from 'node:test'
import { until } from '#test/until.ts'
import { useProgram, world } from '#test/world.ts'

useProgram()

test('interactions and changes stand in one stream, newest first, page by page', async () => {
  const { ana } = await world()
  const contact = (await ana.post('/contacts', { firstName: 'Ida' })).body.id
  await ana.patch(`/contacts/${contact}`, { jobTitle: 'CTO' })
  const call = await ana.post('/activities', {
    type: 'CALL',
    subject: 'Hello',
    content: 'Too expensive',
    contactId: contact,
    objections: ['price'],
  })
  assert.equal(call.status, 201, call.text)
  await ana.post('/notes', { body: 'Nice', relatedType: 'contact', relatedId: contact })
  const all = (await ana.get(`/contacts/${contact}/activities`)).body
  assert.deepEqual(
    new Set(all.rows.map((row: any) => row.type)),
    new Set(['note.created', 'CALL', 'contact.updated', 'contact.created']),
  )
  assert.equal(all.total, 4)
  const seen: string[] = []
  for (let cursor = ''; ; ) {
    const page = (
      await ana.get(
        `/activities?entityType=contact&entityId=${contact}&limit=1${cursor && `&cursor=${cursor}`}`,
      )
    ).body
    seen.push(...page.rows.map((row: any) => row.id))
    if (!page.nextCursor) break
    cursor = page.nextCursor
  }
  assert.deepEqual(
    seen,
    all.rows.map((row: any) => row.id),
  )
  const change = all.rows.find((row: any) => row.type === 'contact.updated')
  assert.deepEqual(change.metadata.changes.jobTitle, { old: null, new: 'CTO' })
  assert.deepEqual((await ana.get('/activities?type=CALL')).body.rows.length, 1)
})

test('a member sees what happened around their own records, and only admins the audit log', async () => {
  const { ana, ben, admin } = await world()
  const deal = (await ana.post('/deals', { title: 'Secret' })).body.id
  await ana.post('/activities', { type: 'EMAIL', dealId: deal, subject: 'psst' })
  assert.equal((await ben.get('/activities')).body.rows.length, 0)
  assert.equal((await ben.get(`/deals/${deal}/activities`)).status, 404)
  assert.equal((await ben.get(`/activities?entityType=deal&entityId=${deal}`)).body.rows.length, 0)
  assert.equal((await ben.get('/audit-logs')).status, 403)
  const log = (await admin.get(`/audit-logs?entityId=${deal}`, { headers: { 'user-agent': 'tests' } })).body
  assert.deepEqual(
    log.rows.map((row: any) => [row.action, row.actorId]),
    [['created', ana.id]],
  )
})

test('an interaction brings the contact up to date, also when it is taken back', async () => {
  const { ana } = await world()
  const contact = (await ana.post('/contacts', { firstName: 'Ida' })).body.id
  const { id, occurredAt } = (await ana.post('/activities', { type: 'MEETING', contactId: contact })).body
  const read = async () => (await ana.get(`/contacts/${contact}`)).body
  const touched = await until(read, row => row.lastInteractionAt !== null)
  assert.deepEqual([touched.lastInteractionAt, touched.engagementScore, touched.version], [occurredAt, 10, 1])
  await ana.delete(`/activities/${id}`)
  await until(read, row => row.lastInteractionAt === null)
})
