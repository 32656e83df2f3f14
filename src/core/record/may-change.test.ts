import assert from 'node:assert/strict'
import { test } from 'node:test'
import { fresh, Samples } from '#test/samples.ts'
import { type Person, type Reply, useProgram, world } from '#test/world.ts'
import { allRecords } from './registry.ts'

useProgram()
const ASKS = { headers: { prefer: 'respond-async, may-change' } }

test('asked for it, a row of any type says who may change it, as a change is answered', async () => {
  const { owner, ana, vera } = await world({ recordVisibility: 'workspace' })
  const samples = new Samples(owner, { reuses: true })
  const types = allRecords().filter(({ routes }) => routes.includes('read') && routes.includes('update'))
  for (const { contract, visibility } of types) {
    const path = `/${contract.path}/${await samples.idOf(contract.name)}`
    for (const person of [owner, ana, vera]) {
      const read = await person.get(path, ASKS)
      // Another's saved view, dashboard or report.
      if (read.status === 404) continue
      const said = (await person.patch(path, {})).status !== 403
      assert.equal(read.body.mayChange, said, `${contract.name} as ${person.role}`)
      if (person === ana && visibility !== 'workspace') assert.equal(said, false, contract.name)
      assert.equal('mayChange' in (await person.get(path)).body, false)
    }
  }
})

test('what hangs on a record that is theirs members may change, wherever it is read; other rows they may not', async () => {
  const { owner, ana, ben } = await world({ recordVisibility: 'workspace' })
  const made = async (path: string, body: object): Promise<string> => {
    const { status, body: row, text } = await owner.post(path, body)
    assert.equal(status, 201, text)
    return row.id
  }
  const dealId = await made('/deals', { title: fresh('Cranes '), ownerId: ana.id })
  const contactId = await made('/contacts', {
    firstName: 'Ida',
    email: `${fresh()}@ida.example`,
    ownerId: ana.id,
  })
  const onDeal = { relatedType: 'deal', relatedId: dealId }
  const hanging: Array<[string, string]> = [
    ['/tasks', await made('/tasks', { title: 'Ring', ...onDeal })],
    ['/notes', await made('/notes', { body: 'Ring in May', ...onDeal })],
    ['/invoices', await made('/invoices', { title: 'First', ...onDeal })],
    ['/projects', await made('/projects', { name: 'Rollout', dealId })],
    ['/activities', await made('/activities', { type: 'CALL', subject: 'Hello', dealId })],
    ['/visits', await made('/visits', { contactId, date: '2031-03-04', time: '09:00', reason: 'Show' })],
  ]
  const said = (reply: Reply, id: string) =>
    reply.body.rows.find((row: { id: string }) => row.id === id)?.mayChange
  const whom: Array<[Person, boolean]> = [
    [ana, true],
    [ben, false],
    [owner, true],
  ]
  for (const [person, may] of whom) {
    for (const [path, id] of hanging) {
      const what = `${path} as ${person.name}`
      assert.equal((await person.patch(`${path}/${id}`, {}, ASKS)).body.mayChange, may || undefined, what)
      if (path === '/activities') continue
      assert.equal((await person.get(`${path}/${id}`, ASKS)).body.mayChange, may, what)
      assert.equal(said(await person.get(path, ASKS), id), may, what)
      assert.equal(said(await person.get(path), id), undefined, what)
    }
    assert.equal(said(await person.get(`/deals/${dealId}/tasks`, ASKS), hanging[0]![1]), may)
    const told = await person.get(`/deals/${dealId}/activities?type=CALL`, ASKS)
    assert.equal(told.body.rows[0].metadata.mayChange, may)
    const untold = await person.get(`/deals/${dealId}/activities?type=CALL`)
    assert.equal('mayChange' in untold.body.rows[0].metadata, false)
  }
  const [, task] = hanging[0]!
  assert.equal((await owner.delete(`/tasks/${task}`)).status, 204)
  for (const [person, may] of whom) {
    assert.equal(said(await person.get('/trash', ASKS), task), may)
    assert.equal(said(await person.get('/trash'), task), undefined)
  }
})
