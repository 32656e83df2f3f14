import assert from 'node:assert/strict'
import { test } from 'node:test'
import { newId } from '#core/ids.ts'
import { until } from '#test/until.ts'
import { useProgram, world } from '#test/world.ts'

useProgram()

const SUMS = '/deals/sums'

test('totals and sums that are kept change with every record, for each caller their own', async () => {
  const { owner, ana, ben, mallory } = await world()
  const total = async (person: typeof ana, query = '?status=LEAD') =>
    (await person.get(`/companies${query}`)).body.total
  for (const person of [owner, ana, ben, mallory])
    for (let i = 0; i < 3; i++) assert.equal(await total(person), 0)
  const made = (await ana.post('/companies', { name: 'Kept', status: 'LEAD' })).body
  for (let i = 0; i < 3; i++)
    assert.deepEqual(await Promise.all([owner, ana, ben, mallory].map(person => total(person))), [1, 1, 0, 0])
  await owner.patch(`/companies/${made.id}`, { status: 'CUSTOMER' })
  assert.deepEqual(await Promise.all([total(owner), total(ana), total(ana, '?status=CUSTOMER')]), [0, 0, 1])
  // Who asks while the same is worked out for another gets that answer, and nobody else's.
  const many = [ana, ben, ana, mallory, ana, owner].map(person => total(person, '?status=CUSTOMER'))
  assert.deepEqual(await Promise.all(many), [1, 0, 1, 0, 1, 1])
  await ana.delete(`/companies/${made.id}`)
  assert.equal(await total(ana, '?status=CUSTOMER'), 0)
  await ana.post(`/companies/${made.id}/restore`)
  assert.equal(await total(ana, '?status=CUSTOMER'), 1)
  await owner.patch(`/companies/${made.id}`, { ownerId: ben.id })
  assert.deepEqual([await total(ben, '?status=CUSTOMER'), await total(ana, '?status=CUSTOMER')], [1, 1])
})

test('what follows from other records without an event of its own is counted anew each time', async () => {
  const { ana } = await world()
  const contact = (await ana.post('/contacts', { firstName: 'Ida' })).body
  const filter = encodeURIComponent(JSON.stringify({ field: 'lastInteractionAt', op: 'empty', value: false }))
  const total = async () => (await ana.get(`/contacts?filter=${filter}`)).body.total
  for (let i = 0; i < 3; i++) assert.equal(await total(), 0)
  await ana.post('/activities', { type: 'CALL', subject: 'Hello', content: 'x', contactId: contact.id })
  await until(async () => (await total()) === 1)
})

test('sums of a board follow a deal from stage to stage, also where a write was rolled back in between', async () => {
  const { ana, owner } = await world()
  const deal = (await ana.post('/deals', { title: 'Big', amount: 100, currency: 'EUR' })).body
  const sums = async () => (await ana.get(SUMS)).body.rows.map(({ key, count }: any) => [key, count])
  for (let i = 0; i < 3; i++) assert.deepEqual(await sums(), [[deal.stageId, 1]])
  await assert.rejects(
    ana.inWorkspace(async tx => {
      await tx.session.rows(
        `insert into events (workspace_id, id, actor_id, action, entity_type, entity_id, changes) values ($1::uuid, $2::uuid, $3::uuid, 'updated', 'deal', $4::uuid, '{}'::jsonb)`,
        [ana.workspaceId, newId(), ana.id, deal.id],
      )
      throw new Error('on purpose')
    }),
    /on purpose/,
  )
  const stages = (await owner.get(`/pipelines/${deal.pipelineId}`)).body.stages
  const next = stages.find((stage: any) => stage.kind === 'OPEN' && stage.id !== deal.stageId)
  await ana.patch(`/deals/${deal.id}`, { stageId: next.id })
  for (let i = 0; i < 3; i++) assert.deepEqual(await sums(), [[next.id, 1]])
})
