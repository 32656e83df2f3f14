import assert from 'node:assert/strict'
import { test } from 'node:test'
import { completed, counts, importing } from '#features/imports/testing.ts'
import { type Person, useProgram, world } from '#test/world.ts'

useProgram()

const project = async (person: Person, values: Record<string, unknown> = {}) => {
  const reply = await person.post('/projects', { name: 'Rollout', ...values })
  assert.equal(reply.status, 201, reply.text)
  return reply.body
}
const task = async (person: Person, projectId: string, progress = 'PENDING') =>
  (await person.post('/tasks', { title: 'T', progress, relatedType: 'project', relatedId: projectId })).body
    .id

test('progress is the share of its tasks that are done; cancelled and deleted ones do not count', async () => {
  const { ana, vera } = await world()
  const { id, progress, taskCount } = await project(ana)
  assert.deepEqual([progress, taskCount], [0, 0])
  const read = async (person = ana) => {
    const { body } = await person.get(`/projects/${id}`)
    return [body.progress, body.completedTaskCount, body.taskCount]
  }
  const ids = [await task(ana, id), await task(ana, id, 'IN_PROGRESS'), await task(ana, id)]
  await task(ana, id, 'CANCELLED')
  assert.deepEqual(await read(), [0, 0, 3])
  await ana.put(`/tasks/${ids[0]}/complete`)
  assert.deepEqual(await read(), [33, 1, 3])
  await ana.put(`/tasks/${ids[1]}/complete`)
  assert.deepEqual(await read(), [66, 2, 3], 'rounded down, so that only all of them make 100')
  await ana.delete(`/tasks/${ids[2]}`)
  assert.deepEqual(await read(vera), [100, 2, 2])
  await ana.post(`/tasks/${ids[2]}/restore`)
  assert.deepEqual(await read(), [66, 2, 3])
  const tasks = (await ana.get(`/projects/${id}/tasks`)).body
  assert.equal(tasks.total, 4)
  assert.equal((await ana.patch(`/projects/${id}`, { progress: 50 })).body.progress, 66, 'nobody sets it')
  assert.equal((await project(ana, { status: 'COMPLETED' })).progress, 100)
})

test('a completed project has the day of its completion, in the zone of the workspace', async () => {
  const { owner } = await world()
  const behind = new Date().getUTCHours() < 12
  const timezone = behind ? 'Etc/GMT+12' : 'Pacific/Kiritimati'
  await owner.patch('/workspaces/current', { timezone })
  const today = new Intl.DateTimeFormat('en-CA', { timeZone: timezone }).format(new Date())
  const { id } = await project(owner, { startDate: '2026-01-01' })
  const done = (await owner.patch(`/projects/${id}`, { status: 'COMPLETED' })).body
  assert.equal(done.completionDate, today)
  assert.equal((await owner.put(`/projects/${id}`, done)).body.version, done.version)
  const back = (await owner.patch(`/projects/${id}`, { ...done, status: 'ON_HOLD' })).body
  assert.deepEqual([back.status, back.completionDate], ['ON_HOLD', null])
  const dated = (await owner.patch(`/projects/${id}`, { status: 'COMPLETED', completionDate: '2026-02-03' }))
    .body
  assert.equal(dated.completionDate, '2026-02-03')
  for (const [values, path] of [
    [{ status: 'PLANNING', completionDate: '2026-01-31' }, 'completionDate'],
    [{ startDate: '2026-02-01', dueDate: '2026-01-31' }, 'dueDate'],
    [{ estimatedHours: -1 }, 'estimatedHours'],
    [{ actualHours: 1.005 }, 'actualHours'],
    [{ status: 'DONE' }, 'status'],
    [{ projectManagerId: id }, 'projectManagerId'],
  ] as const) {
    const created = await owner.post('/projects', { name: 'x', ...values })
    const changed = await owner.patch(`/projects/${id}`, values)
    for (const reply of [created, changed])
      assert.deepEqual([reply.status, reply.body.issues[0].path], [400, path], reply.text)
  }
  const late = await owner.patch(`/projects/${id}`, { dueDate: '2025-12-31' })
  assert.equal(late.body.issues[0].path, 'dueDate', 'compared with the date that stands')
})

test('it hangs on a deal and its company, and all that hangs on it is listed', async () => {
  const { ana, ben, owner, mallory } = await world()
  const companyId = (await ana.post('/companies', { name: 'Borealis' })).body.id
  const dealId = (await ana.post('/deals', { title: 'D', companyId })).body.id
  const made = await project(owner, { dealId, estimatedHours: 120.5, actualHours: 0.25 })
  assert.deepEqual([made.companyId, made.estimatedHours, made.actualHours], [companyId, 120.5, 0.25])
  for (const path of [`/deals/${dealId}/projects`, `/companies/${companyId}/projects`])
    assert.deepEqual(
      (await ana.get(path)).body.rows.map((row: any) => row.id),
      [made.id],
    )
  assert.equal((await ben.get(`/projects/${made.id}`)).status, 404)
  assert.equal((await mallory.get(`/projects/${made.id}`)).status, 404)
  await owner.patch(`/projects/${made.id}`, { projectManagerId: ben.id })
  assert.equal((await ben.get(`/projects/${made.id}`)).status, 200, 'who manages it sees it')
  await task(ana, made.id)
  assert.deepEqual((await ben.get('/tasks')).body.total, 1, 'and its tasks')
  for (const [path, body] of [
    ['notes', { body: 'Kick-off on Monday' }],
    ['invoices', { title: 'First part', amount: 10 }],
  ] as const) {
    const reply = await ana.post(`/${path}`, { ...body, relatedType: 'project', relatedId: made.id })
    assert.equal(reply.status, 201, reply.text)
    assert.equal((await ana.get(`/projects/${made.id}/${path}`)).body.total, 1)
  }
  const types = (await ana.get(`/projects/${made.id}/activities`)).body.rows.map((row: any) => row.type)
  for (const type of [
    'project.created',
    'project.updated',
    'task.created',
    'note.created',
    'invoice.created',
  ])
    assert.ok(types.includes(type), `${type} in ${types}`)
  const late = JSON.stringify({
    and: [
      { field: 'company.name', op: 'eq', value: 'Borealis' },
      { field: 'actualHours', op: 'lt', value: 1 },
    ],
  })
  assert.equal((await owner.get(`/projects?filter=${encodeURIComponent(late)}`)).body.total, 1)
  await ana.delete(`/deals/${dealId}`)
  assert.equal((await owner.get(`/projects/${made.id}`)).body.dealId, null)
})

test('projects come in with the names of company, deal and manager, and go out again', async () => {
  const { owner, ana, mallory } = await world()
  const companyId = (await owner.post('/companies', { name: 'Borealis' })).body.id
  await owner.post('/deals', { title: 'Scanners', companyId })
  const csv = `name,companyName,dealTitle,dealName,projectManagerEmail,status,estimatedHours,completionDate\nRollout,Borealis,,Scanners,${ana.email},completed,"1,234.5",2025-03-04\nBroken,Nobody,,,,planning,,\n`
  assert.deepEqual(counts(await importing(owner, 'projects', csv)), completed(1, 0, 0, 1))
  const [row] = (await owner.get('/projects')).body.rows
  assert.deepEqual(
    [row.companyId, row.projectManagerId, row.status, row.estimatedHours, row.completionDate],
    [companyId, ana.id, 'COMPLETED', 1234.5, '2025-03-04'],
  )
  assert.ok(row.dealId)
  const exported = (await owner.get('/projects/export')).text
  const mapping = {
    name: 'name',
    status: 'status',
    completionDate: 'completionDate',
    estimatedHours: 'estimatedHours',
  }
  assert.deepEqual(counts(await importing(mallory, 'projects', exported, { mapping })), completed(1))
})
