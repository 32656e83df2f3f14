import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { followOnce } from '#core/events/follow.ts'
import { recordNamed } from '#core/record/registry.ts'
import { store } from '#core/record/store.ts'
import { importing } from '#features/imports/testing.ts'
import { mailsTo } from '#features/people/outbox.testing.ts'
import { Listener, realtimeOf } from '#features/realtime/socket.testing.ts'
import { giveReminders } from '#features/visits/reminders.ts'
import { target } from '#features/webhooks/target.testing.ts'
import { checkRefusal } from '#test/routes.ts'
import { until } from '#test/until.ts'
import { type Person, personIn, useProgram, workspace, world } from '#test/world.ts'
import { notifyDue } from './due.ts'
import { notificationFollower } from './follower.ts'
import { mailWaiting } from './mail.ts'

/** What people are told, how often, and who is told nothing. */

const program = useProgram()

const told = async (person: Person, query = '') => (await person.get(`/notifications${query}`)).body.rows
/** Waits for so many, and a moment longer for some too many. */
async function toldOf(person: Person, count: number) {
  await until(
    () => told(person),
    rows => rows.length >= count,
  )
  await sleep(150)
  return told(person)
}
const messages = (rows: any[]) => rows.map(row => row.message)
const mention = ({ name, id }: Person) => `@[${name}](user:${id})`

test('who is given a record is told; who takes it for themselves, or gives it to who has it, tells nobody', async () => {
  const { ana, ben, owner } = await world()
  const task = (await ana.post('/tasks', { title: 'Call Acme', assigneeId: ben.id })).body
  const deal = (await owner.post('/deals', { title: 'Forklifts' })).body
  await owner.patch(`/deals/${deal.id}`, { ownerId: ben.id })
  await owner.patch(`/deals/${deal.id}`, { title: 'Forklifts and pallets' })
  await ben.patch(`/tasks/${task.id}`, { priority: 'HIGH' })
  const [second, first] = await toldOf(ben, 2)
  assert.deepEqual(
    [
      first.kind,
      first.message,
      first.actorId,
      first.actorName,
      first.entityType,
      first.entityId,
      first.readAt,
    ],
    ['ASSIGNED', 'Ana assigned the task "Call Acme" to you', ana.id, 'Ana', 'task', task.id, null],
  )
  assert.match(second.message, /Olga assigned the deal "Forklifts.*" to you/)
  assert.equal((await told(ben)).length, 2)
  for (const person of [ana, owner]) assert.deepEqual(await told(person), [])
})

test('a mention tells the mentioned, each once; names alone, strangers and oneself are nobody', async () => {
  const { owner, ana, ben, mallory } = await world()
  const body = `${mention(ben)} and ${mention(ben)}, see @Ana and ${mention(owner)}, ${mention(mallory)}, @[X](user:nobody)`
  const note = (await owner.post('/notes', { body })).body
  const [row] = await toldOf(ben, 1)
  assert.deepEqual(
    [row.kind, row.message, row.title, row.entityId],
    ['MENTIONED', 'Olga mentioned you in a note', null, note.id],
  )
  await owner.patch(`/notes/${note.id}`, { body: `${body} ${mention(ana)}` })
  assert.equal((await toldOf(ana, 1)).length, 1, 'who is new in the text')
  assert.equal((await told(ben)).length, 1, 'and not again who was in it')
  for (const person of [owner, mallory]) assert.deepEqual(await told(person), [])
})

test('who owns a deal hears that others have moved it', async () => {
  const { owner, ana } = await world()
  const stages = (await owner.get('/stages')).body.rows
  const deal = (await ana.post('/deals', { title: 'Docks' })).body
  await ana.put(`/deals/${deal.id}/stage`, { stageId: stages[1].id })
  await owner.put(`/deals/${deal.id}/stage`, { stageId: stages[2].id })
  const rows = await toldOf(ana, 1)
  assert.deepEqual(messages(rows), [`Olga moved your deal "Docks" to ${stages[2].name}`])
  assert.deepEqual(await told(owner), [])
})

test('an import tells its user once that it is done, and once whom it has given records', async () => {
  const { owner, ana } = await world()
  await importing(owner, 'companies', [
    'Name,Owner',
    ...Array.from({ length: 30 }, (_, i) => `Company ${i},${ana.email}`),
  ])
  const [done] = await toldOf(owner, 1)
  assert.deepEqual([done.kind, done.actorId], ['IMPORT_FINISHED', null])
  assert.match(done.message, /^Your import.* has been completed$/)
  const rows = await toldOf(ana, 1)
  assert.deepEqual([rows.length, rows[0].count, rows[0].message], [1, 30, 'Olga assigned 30 records to you'])
})

test('a task that has become due is told to whom it is assigned, once for each time that is set', async () => {
  const { owner, ana } = await world()
  const { database } = program().app
  const minutes = (n: number) => new Date(Date.now() + n * 60_000).toISOString()
  const due = (await ana.post('/tasks', { title: 'Send the offer', dueAt: minutes(-1) })).body
  for (const more of [
    { dueAt: minutes(5) },
    { dueAt: minutes(-3 * 24 * 60) },
    { dueAt: minutes(-1), status: 'DONE' },
    {},
  ])
    await ana.post('/tasks', { title: 'Not now', ...more })
  await notifyDue(database)
  await notifyDue(database)
  const rows = await toldOf(ana, 1)
  assert.deepEqual(messages(rows), ['The task "Send the offer" is due'])
  await ana.patch(`/tasks/${due.id}`, { dueAt: minutes(-0.5) })
  await notifyDue(database)
  assert.equal((await told(ana)).length, 2)
  assert.deepEqual(await told(owner), [])
})

test('whoever goes to a visit is reminded of it, by its own clock, once for each time', async () => {
  const { ana, ben } = await world()
  const contact = (await ana.post('/contacts', { firstName: 'Ida' })).body
  const visit = { date: '2027-05-03', time: '10:00', reason: 'Show the scanners', reminderMinutes: 90 }
  const { id } = (await ana.post('/visits', { ...visit, contactId: contact.id, ownerId: ben.id })).body
  const { database, log } = program().app
  const remind = (time: string) => giveReminders(database, log, new Date(`${time}:00Z`))
  await remind('2027-05-03T08:30')
  await remind('2027-05-03T08:31')
  const isReminder = (row: any) => row.kind === 'VISIT_REMINDER'
  const [reminder, ...more] = (await toldOf(ben, 2)).filter(isReminder)
  assert.deepEqual(
    [reminder.message, reminder.entityType, reminder.entityId, reminder.actorId, more],
    ['Your visit "Show the scanners" is on 2027-05-03 at 10:00', 'visit', id, null, []],
  )
  await ben.patch(`/visits/${id}`, { date: '2027-05-04' })
  await remind('2027-05-04T09:00')
  const again = (await toldOf(ben, 3)).filter(isReminder)
  assert.equal(again[0].message, 'Your visit "Show the scanners" is on 2027-05-04 at 10:00')
  assert.deepEqual([again.length, await told(ana)], [2, []])
})

test('admins hear that a webhook was paused', async context => {
  const { owner, admin, ana } = await world()
  const there = await target(context, (_request, response) => {
    response.statusCode = 500
    response.end()
  })
  const hook = (await owner.post('/webhooks', { url: there.url, events: ['deal.*'], name: 'Order desk' }))
    .body
  await owner.post('/deals', { title: 'X' })
  await until(
    async () => (await owner.get(`/webhooks/${hook.id}/deliveries`)).body.rows[0],
    row => row?.attempts === 1,
  )
  await program().app.database.inSystem('ascendore_worker', async scope => {
    await scope.session.rows(
      `update webhook_deliveries set next_attempt_at = now(), first_attempt_at = now() - interval '4 days' where webhook_id = $1::uuid`,
      [hook.id],
    )
    await scope.session.rows('update webhooks set next_attempt_at = now() where id = $1::uuid', [hook.id])
  })
  for (const person of [owner, admin])
    assert.match((await toldOf(person, 1))[0].message, /The webhook Order desk was paused/)
  assert.deepEqual(await told(ana), [])
})

test('read one, read all, count; nobody reads or marks what is another’s', async () => {
  const { owner, ana, vera, mallory } = await world()
  for (const title of ['One', 'Two', 'Three']) await owner.post('/tasks', { title, assigneeId: ana.id })
  await owner.post('/notes', { body: mention(vera) })
  const [newest] = await toldOf(ana, 3)
  assert.deepEqual((await ana.get('/notifications/count')).body, { unread: 3 })
  const read = await ana.post(`/notifications/${newest.id}/read`)
  assert.ok(read.status === 200 && read.body.readAt, read.text)
  assert.deepEqual(
    (await ana.post(`/notifications/${newest.id}/read`)).body,
    read.body,
    'once more changes nothing',
  )
  assert.deepEqual((await ana.get('/notifications/count')).body, { unread: 2 })
  assert.deepEqual(
    (await told(ana, '?unread=true')).map((row: any) => row.title),
    ['Two', 'One'],
  )
  assert.deepEqual(
    (await told(ana, '?unread=false')).map((row: any) => row.title),
    ['Three'],
  )
  const page = (await ana.get('/notifications?limit=2')).body
  const rest = (await ana.get(`/notifications?limit=2&cursor=${page.nextCursor}`)).body
  assert.deepEqual(
    [...page.rows, ...rest.rows].map((row: any) => row.title),
    ['Three', 'Two', 'One'],
  )
  for (const person of [owner, vera, mallory])
    checkRefusal(await person.post(`/notifications/${newest.id}/read`), 404, person.role)
  const [hers] = await toldOf(vera, 1)
  const key = { headers: { 'idempotency-key': 'once' } }
  assert.equal(
    (await vera.post(`/notifications/${hers.id}/read`, undefined, key)).status,
    200,
    'a viewer too',
  )
  assert.deepEqual((await ana.post('/notifications/read-all')).body, { read: 2 })
  assert.deepEqual((await ana.get('/notifications/count')).body, { unread: 0 })
})

test('mails come as each prefers, several as one, and not for what was read', async () => {
  const { owner, ana, ben } = await world()
  const mails = (person: Person) => mailsTo(program(), person.email)
  await ben.put('/notifications/preferences', { preferences: [{ kind: 'ASSIGNED', email: false }] })
  for (const person of [ana, ben]) {
    // Together, since the program itself mails every minute and may do so in between.
    const assigneeId = person.id
    await owner.inWorkspace(tx =>
      store.createMany(tx, recordNamed('task'), [
        { title: 'First', assigneeId },
        { title: 'Second', assigneeId },
      ]),
    )
    await toldOf(person, 2)
  }
  await mailWaiting(program().app)
  await mailWaiting(program().app)
  const [mail] = await until(
    () => mails(ana),
    found => found.length > 0,
  )
  assert.match(mail!, /2 news in/)
  assert.match(mail!, /Olga assigned the task "First" to you[\s\S]*Olga assigned the task "Second" to you/)
  await owner.post('/tasks', { title: 'Third', assigneeId: ana.id })
  await toldOf(ana, 3)
  await mailWaiting(program().app)
  await sleep(300)
  assert.equal(mails(ana).length, 1, 'not another within five minutes')
  await ana.post('/notifications/read-all')
  await owner.post('/tasks', { title: 'Fourth', assigneeId: ana.id })
  await toldOf(ana, 4)
  await program().app.database.inSystem('ascendore_worker', scope =>
    scope.session.rows(
      `update notifications set mailed_at = mailed_at - interval '6 minutes' where user_id = $1::uuid`,
      [ana.id],
    ),
  )
  await mailWaiting(program().app)
  const [, second] = await until(
    () => mails(ana),
    found => found.length === 2,
  )
  assert.match(second!, /"Fourth"/)
  assert.doesNotMatch(second!, /"Third"/, 'what was read meanwhile is not mailed')
  assert.deepEqual(mails(ben), [])
})

test('preferences: defaults, changes in part, nothing at all, and bad ones by name', async () => {
  const { owner, ana } = await world()
  const read = async () =>
    Object.fromEntries(
      (await ana.get('/notifications/preferences')).body.rows.map((row: any) => [row.kind, row]),
    )
  assert.deepEqual((await read()).ASSIGNED, { kind: 'ASSIGNED', inApp: true, email: true })
  const set = (preferences: unknown) => ana.patch('/notifications/preferences', { preferences })
  assert.equal((await set([{ kind: 'ASSIGNED', inApp: false }])).status, 200)
  assert.deepEqual((await read()).ASSIGNED, { kind: 'ASSIGNED', inApp: false, email: true })
  await owner.post('/tasks', { title: 'By mail alone', assigneeId: ana.id })
  await set([{ kind: 'ASSIGNED', email: false }])
  await owner.post('/tasks', { title: 'Not at all', assigneeId: ana.id })
  await owner.post('/notes', { body: mention(ana) })
  assert.deepEqual(
    (await toldOf(ana, 1)).map((row: any) => row.kind),
    ['MENTIONED'],
  )
  checkRefusal(await set([{ kind: 'WEATHER', email: true }]), 400, 'kind', 'preferences.0.kind')
  checkRefusal(await set([{ kind: 'ASSIGNED', email: 'x' }]), 400, 'email', 'preferences.0.email')
  checkRefusal(await set([]), 400, 'none', 'preferences')
})

test('an effect is told once, also when the follower fails in the middle and begins again', async () => {
  const { owner, ana } = await workspaceOfTwo()
  const { database } = program().app
  const name = `notifications-${ana.id}`
  const copy = { ...notificationFollower, name }
  await followOnce(database, copy)
  await owner.post('/tasks', { title: 'Once', assigneeId: ana.id })
  let failures = 2
  const failing = {
    ...copy,
    handle: async (...given: Parameters<typeof copy.handle>) => {
      await copy.handle(...given)
      if (failures-- > 0) throw new Error('on purpose')
    },
  }
  // What other transactions that are under way may still commit before it holds an event back for a moment.
  const fails = () =>
    followOnce(database, failing).then(
      () => false,
      error => /on purpose/.test(error.message),
    )
  for (let n = 0; n < 2; n++) await until(fails)
  await until(() => followOnce(database, failing).then(() => failures < 0))
  assert.equal((await toldOf(ana, 1)).length, 1)
})

async function workspaceOfTwo() {
  const { owner } = await workspace()
  return { owner, ana: await personIn(owner.workspaceId, 'MEMBER', 'Ana') }
}

test('the number of unread ones is told by WebSocket, at once and whenever it changes', async context => {
  const { owner, ana } = await world()
  const listener = await Listener.of(await realtimeOf(program()), ana.token)
  context.after(() => listener.close())
  await listener.subscribe({ id: 'bell', entity: 'notification' })
  const unread = (n: number) =>
    listener.until(message => message.type === 'notifications' && message.unread === n)
  await unread(0)
  await owner.post('/tasks', { title: 'One', assigneeId: ana.id })
  await unread(1)
  await owner.post('/tasks', { title: 'Two', assigneeId: ana.id })
  await unread(2)
  listener.messages.length = 0
  await ana.post('/notifications/read-all')
  await unread(0)
})
