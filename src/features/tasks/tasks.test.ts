import assert from 'node:assert/strict'
import { test } from 'node:test'
import { useProgram, world } from '#test/world.ts'

useProgram()

test('status and progress are two words for one thing', async () => {
  const { ana } = await world()
  const task = (await ana.post('/tasks', { title: 'Call', dueAt: '2026-03-01' })).body
  assert.deepEqual(
    [task.status, task.progress, task.assigneeId, task.dueAt],
    ['OPEN', 'PENDING', ana.id, '2026-03-01T00:00:00.000Z'],
  )
  const done = (await ana.patch(`/tasks/${task.id}`, { status: 'DONE' })).body
  assert.deepEqual([done.status, done.progress], ['DONE', 'COMPLETED'])
  assert.ok(done.completedAt)
  const open = (await ana.patch(`/tasks/${task.id}`, { ...done, status: 'OPEN' })).body
  assert.deepEqual([open.status, open.progress, open.completedAt], ['OPEN', 'PENDING', null])
  const working = (await ana.put(`/tasks/${task.id}`, { ...open, progress: 'IN_PROGRESS' })).body
  assert.deepEqual([working.status, working.progress], ['OPEN', 'IN_PROGRESS'])
  const same = (await ana.patch(`/tasks/${task.id}`, { status: 'OPEN' })).body
  assert.equal(same.progress, 'IN_PROGRESS')
  const completed = (await ana.put(`/tasks/${task.id}/complete`)).body
  assert.deepEqual([completed.status, completed.progress], ['DONE', 'COMPLETED'])
  const cancelled = (await ana.patch(`/tasks/${task.id}`, { progress: 'CANCELLED' })).body
  assert.deepEqual([cancelled.status, cancelled.completedAt], ['DONE', null])
  assert.equal((await ana.post('/tasks', { title: 'x', status: 'DONE' })).body.progress, 'COMPLETED')
})

test('my-tasks lists what is assigned to the caller and open, soonest first, without a date last', async () => {
  const { ana, ben } = await world()
  for (const [title, dueAt] of [
    ['later', '2026-05-01'],
    ['never', null],
    ['soon', '2026-04-01'],
  ])
    await ana.post('/tasks', { title, dueAt })
  await ana.post('/tasks', { title: 'his', assigneeId: ben.id })
  await ana.post('/tasks', { title: 'done', status: 'DONE' })
  const titles = async (path: string) => (await ana.get(path)).body.rows.map((task: any) => task.title)
  assert.deepEqual(await titles('/tasks/my-tasks'), ['soon', 'later', 'never'])
  assert.deepEqual(await titles('/tasks/my-tasks?status=DONE'), ['done'])
  assert.deepEqual(await titles('/tasks?limit=2'), ['soon', 'later'])
  assert.equal((await ben.get('/tasks/my-tasks')).body.total, 1)
})

test('a task that hangs on my deal is mine to see and change; another one is not there', async () => {
  const { ana, ben, owner } = await world()
  const deal = (await ana.post('/deals', { title: 'D' })).body.id
  const task = (
    await owner.post('/tasks', { title: 'T', relatedType: 'deal', relatedId: deal, assigneeId: null })
  ).body
  assert.equal((await ana.get(`/tasks/${task.id}`)).status, 200)
  assert.equal((await ana.patch(`/tasks/${task.id}`, { priority: 'HIGH' })).status, 200)
  assert.equal((await ben.get(`/tasks/${task.id}`)).status, 404)
  const note = (await owner.post('/notes', { body: 'on the task', relatedType: 'task', relatedId: task.id }))
    .body
  assert.equal((await ana.get(`/notes/${note.id}`)).status, 200)
  assert.equal((await ben.get(`/notes/${note.id}`)).status, 404)
  assert.deepEqual(
    (await ana.get(`/deals/${deal}/tasks`)).body.rows.map((row: any) => row.id),
    [task.id],
  )
})

test('a task hangs on a record of the type that it names', async () => {
  const { ana, mallory } = await world()
  const deal = (await ana.post('/deals', { title: 'D' })).body.id
  const refused = await ana.post('/tasks', { title: 'T', relatedType: 'contact', relatedId: deal })
  assert.deepEqual(refused.body.issues, [{ path: 'relatedId', message: 'no such contact', code: 'NO_SUCH' }])
  assert.equal(
    (await mallory.post('/tasks', { title: 'T', relatedType: 'deal', relatedId: deal })).status,
    400,
  )
  assert.equal((await ana.post('/tasks', { title: 'T', relatedId: deal })).body.issues[0].path, 'relatedType')
  assert.equal(
    (await ana.post('/tasks', { title: 'T', relatedType: 'deal' })).body.issues[0].path,
    'relatedId',
  )
})

test('a task hangs on one record or on none: both fields that say on which are emptied together', async () => {
  const { ana } = await world()
  const company = (await ana.post('/companies', { name: 'Acme' })).body.id
  const on = { relatedType: 'company', relatedId: company }
  const make = async () => (await ana.post('/tasks', { title: 'Call', ...on })).body.id
  const place = ({ body }: { body: any }) => [body.relatedType, body.relatedId]
  for (const empty of [{ relatedId: null }, { relatedType: null }, { ...on, relatedId: null }])
    assert.deepEqual(place(await ana.patch(`/tasks/${await make()}`, empty)), [null, null])
  assert.deepEqual(place(await ana.post('/tasks', { title: 'Call', ...on, relatedId: null })), [null, null])
  const kept = await make()
  await ana.delete(`/companies/${company}`)
  const read = (await ana.get(`/tasks/${kept}`)).body
  assert.equal(read.relatedId, null)
  assert.equal((await ana.put(`/tasks/${kept}`, { ...read, title: 'Call again' })).status, 200)
  await ana.post(`/companies/${company}/restore`)
  assert.deepEqual(place(await ana.get(`/tasks/${kept}`)), ['company', company])
})
