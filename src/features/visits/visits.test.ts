import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { makeLog } from '#core/log.ts'
import { completed, counts, importing } from '#features/imports/testing.ts'
import { type Person, useProgram, world } from '#test/world.ts'
import { giveReminders } from './reminders.ts'

const program = useProgram()
const quiet = makeLog('silent')

const contactOf = async (
  person: Person,
  values: Record<string, unknown> = { firstName: 'Ida', lastName: 'Moser' },
) => (await person.post('/contacts', values)).body.id as string
const visit = async (person: Person, values: Record<string, unknown>) => {
  const reply = await person.post('/visits', { date: '2027-05-03', time: '10:00', reason: 'Demo', ...values })
  assert.equal(reply.status, 201, reply.text)
  return reply.body
}

async function until<T>(read: () => Promise<T>, isSo: (value: T) => boolean): Promise<T> {
  for (let tries = 0; tries < 600; tries++) {
    const value = await read()
    if (isSo(value)) return value
    await sleep(50)
  }
  throw new Error(`not within 30 s: ${JSON.stringify(await read())}`)
}

test('a visit has the fields and the states of the contract, and says what is wrong', async () => {
  const { ana, mallory } = await world()
  const contactId = await contactOf(ana)
  const made = await visit(ana, {
    contactId,
    contactName: 'ignored',
    durationMinutes: 45,
    notes: 'Bring two',
  })
  assert.deepEqual(
    [
      made.contactId,
      made.contactName,
      made.date,
      made.time,
      made.durationMinutes,
      made.reason,
      made.status,
      made.notes,
      made.ownerId,
    ],
    [contactId, 'Ida Moser', '2027-05-03', '10:00', 45, 'Demo', 'SCHEDULED', 'Bring two', ana.id],
  )
  assert.deepEqual([made.startsAt, made.endsAt], ['2027-05-03T10:00:00.000Z', '2027-05-03T10:45:00.000Z'])
  for (const status of ['COMPLETED', 'CANCELLED', 'SCHEDULED'])
    assert.equal((await ana.patch(`/visits/${made.id}`, { status })).body.status, status)
  for (const [values, path] of [
    [{ time: '24:00' }, 'time'],
    [{ time: '9:00' }, 'time'],
    [{ date: '2027-02-29' }, 'date'],
    [{ durationMinutes: 0 }, 'durationMinutes'],
    [{ durationMinutes: 1441 }, 'durationMinutes'],
    [{ status: 'DONE' }, 'status'],
    [{ contactId: null }, 'contactId'],
    [{ contactId: await contactOf(mallory) }, 'contactId'],
    [{ reason: '' }, 'reason'],
  ] as const) {
    const created = await ana.post('/visits', {
      contactId,
      date: '2027-05-03',
      time: '10:00',
      reason: 'x',
      ...values,
    })
    const changed = await ana.patch(`/visits/${made.id}`, values)
    for (const reply of [created, changed])
      assert.deepEqual([reply.status, reply.body.issues[0].path], [400, path], reply.text)
  }
  const missing = await ana.post('/visits', {})
  assert.deepEqual(missing.body.issues.map((issue: any) => issue.path).sort(), [
    'contactId',
    'date',
    'reason',
    'time',
  ])
})

test('the name of the contact goes with it, and stays when the contact is gone', async () => {
  const { ana, owner } = await world()
  const [contactId, other] = [await contactOf(ana), await contactOf(ana, { email: 'eva@example.com' })]
  const { id } = await visit(ana, { contactId })
  await ana.patch(`/contacts/${contactId}`, { lastName: 'Weiß' })
  const read = async () => (await ana.get(`/visits/${id}`)).body
  assert.equal((await read()).contactName, 'Ida Weiß', 'at once')
  await until(
    async () => (await ana.get('/visits?q=weiss')).body.total,
    total => total === 1,
  )
  await ana.delete(`/contacts/${contactId}`)
  const orphan = await read()
  assert.deepEqual([orphan.contactId, orphan.contactName], [null, 'Ida Weiß'])
  assert.equal((await ana.put(`/visits/${id}`, orphan)).body.version, orphan.version)
  await ana.post(`/contacts/${contactId}/restore`)
  assert.equal((await read()).contactId, contactId, 'what was read and sent back has not forgotten the link')
  await ana.delete(`/contacts/${contactId}`)
  assert.equal((await owner.delete(`/trash/${contactId}`)).status, 204)
  assert.deepEqual([(await read()).contactId, (await read()).contactName], [null, 'Ida Weiß'])
  assert.equal((await ana.patch(`/visits/${id}`, { contactId: other })).body.contactName, 'eva@example.com')
  assert.equal((await ana.get(`/contacts/${other}/visits`)).body.total, 1)
})

test('lists and the agenda go by the days and weeks of the workspace', async () => {
  const { ana, ben, owner, vera } = await world()
  await owner.patch('/workspaces/current', { timezone: 'Pacific/Auckland' })
  const contactId = await contactOf(ana)
  const days = ['2027-05-02', '2027-05-03', '2027-05-05', '2027-05-09', '2027-05-10']
  for (const date of days) await visit(ana, { contactId, date, time: '23:30', reason: date })
  await visit(ana, { contactId, date: '2027-05-05', time: '08:00', reason: 'early' })
  const reasons = async (query: string) =>
    (await ana.get(`/visits${query}`)).body.rows.map((row: any) => row.reason)
  assert.deepEqual(await reasons('?dateFrom=2027-05-03&dateTo=2027-05-09'), [
    '2027-05-03',
    'early',
    '2027-05-05',
    '2027-05-09',
  ])
  assert.deepEqual(await reasons('?date=2027-05-05'), ['early', '2027-05-05'])
  const { body } = await vera.get('/visits/agenda?date=2027-05-06')
  assert.deepEqual(
    [body.from, body.to, body.timezone, body.total],
    ['2027-05-03', '2027-05-09', 'Pacific/Auckland', 4],
  )
  assert.deepEqual(
    body.days.map((day: any) => day.visits.length),
    [1, 0, 2, 0, 0, 0, 1],
  )
  const day = (await ana.get('/visits/agenda?date=2027-05-05&view=day')).body
  assert.deepEqual(
    day.days.map(({ date, visits }: any) => [date, visits.map((row: any) => row.time)]),
    [['2027-05-05', ['08:00', '23:30']]],
  )
  assert.equal(
    (await ben.get('/visits/agenda?date=2027-05-05')).body.total,
    0,
    "of others' visits nothing is seen",
  )
  const today = new Intl.DateTimeFormat('en-CA', { timeZone: 'Pacific/Auckland' }).format(new Date())
  assert.equal((await ana.get('/visits/agenda?view=day')).body.from, today)
  for (const query of ['date=tomorrow', 'date=2027-02-30', 'view=month', 'ownerId=1'])
    assert.equal((await ana.get(`/visits/agenda?${query}`)).status, 400, query)
})

const CLOCKS: Array<
  [zone: string, date: string, time: string, minutes: number, starts: string, ends: string, what: string]
> = [
  ['Europe/Berlin', '2027-03-27', '09:30', 30, '2027-03-27T08:30', '2027-03-27T09:00', 'winter'],
  [
    'Europe/Berlin',
    '2027-03-28',
    '09:30',
    30,
    '2027-03-28T07:30',
    '2027-03-28T08:00',
    'the day on which summer begins',
  ],
  [
    'Europe/Berlin',
    '2027-03-28',
    '01:30',
    60,
    '2027-03-28T00:30',
    '2027-03-28T01:30',
    'over the hour that is left out',
  ],
  [
    'Europe/Berlin',
    '2027-03-28',
    '02:30',
    30,
    '2027-03-28T01:30',
    '2027-03-28T02:00',
    'a time that the clock skips',
  ],
  [
    'Europe/Berlin',
    '2027-10-31',
    '02:30',
    90,
    '2027-10-31T00:30',
    '2027-10-31T02:00',
    'a time that it shows twice: the first',
  ],
  [
    'Europe/Berlin',
    '2027-10-31',
    '03:30',
    30,
    '2027-10-31T02:30',
    '2027-10-31T03:00',
    'after the hour that comes twice',
  ],
  ['America/New_York', '2027-03-14', '01:59', 1, '2027-03-14T06:59', '2027-03-14T07:00', 'west of UTC'],
  [
    'Australia/Lord_Howe',
    '2027-04-04',
    '01:45',
    30,
    '2027-04-03T14:45',
    '2027-04-03T15:15',
    'a change of half an hour',
  ],
  [
    'Asia/Kathmandu',
    '2027-05-03',
    '00:00',
    15,
    '2027-05-02T18:15',
    '2027-05-02T18:30',
    'a quarter of an hour off',
  ],
]

test('date and time are those of the clock in the zone, whatever it does that day', async () => {
  for (const [zone, date, time, durationMinutes, starts, ends, what] of CLOCKS) {
    const { owner } = await world()
    await owner.patch('/workspaces/current', { timezone: zone })
    const made = await visit(owner, { contactId: await contactOf(owner), date, time, durationMinutes })
    assert.deepEqual(
      [made.date, made.time, made.startsAt, made.endsAt],
      [date, time, `${starts}:00.000Z`, `${ends}:00.000Z`],
      `${zone}: ${what}`,
    )
  }
})

test('when the workspace moves to another zone, its visits keep their dates and times', async () => {
  const { owner } = await world()
  const { id, version } = await visit(owner, { contactId: await contactOf(owner), time: '09:00' })
  await owner.patch('/workspaces/current', { timezone: 'Asia/Tokyo' })
  const moved = await until(
    async () => (await owner.get(`/visits/${id}`)).body,
    row => row.startsAt !== '2027-05-03T09:00:00.000Z',
  )
  assert.deepEqual(
    [moved.date, moved.time, moved.startsAt, moved.endsAt, moved.version],
    ['2027-05-03', '09:00', '2027-05-03T00:00:00.000Z', '2027-05-03T00:30:00.000Z', version],
  )
})

test('visits at the same time are taken and warned of', async () => {
  const { ana, ben, owner } = await world()
  const [one, two] = [await contactOf(owner), await contactOf(owner)]
  const first = await visit(owner, { contactId: one, ownerId: ana.id, time: '10:00', durationMinutes: 60 })
  assert.deepEqual(first.warnings, [])
  const touching = await visit(owner, { contactId: two, ownerId: ana.id, time: '11:00' })
  assert.deepEqual(touching.warnings, [], 'one that begins when the other ends does not overlap')
  const other = await visit(owner, { contactId: two, ownerId: ben.id, time: '10:15' })
  assert.deepEqual(other.warnings, [], 'others, elsewhere')
  const sameMember = await visit(owner, {
    contactId: two,
    ownerId: ana.id,
    time: '10:59',
    durationMinutes: 1,
  })
  assert.deepEqual(
    sameMember.warnings.map(({ code, visitIds }: any) => [code, visitIds]),
    [['OVERLAP', [first.id]]],
  )
  assert.match(sameMember.warnings[0].message, /another visit/)
  const sameContact = await visit(owner, {
    contactId: one,
    ownerId: ben.id,
    time: '09:00',
    durationMinutes: 300,
  })
  assert.deepEqual(sameContact.warnings[0].visitIds, [first.id, other.id])
  const read = (await owner.get(`/visits/${first.id}`)).body
  assert.deepEqual(new Set(read.warnings[0].visitIds), new Set([sameMember.id, sameContact.id]))
  const away = (await owner.patch(`/visits/${first.id}`, { time: '16:00' })).body
  assert.deepEqual(away.warnings, [])
  const back = (await owner.patch(`/visits/${first.id}`, { time: '10:30' })).body
  assert.equal(back.warnings[0].visitIds.length, 3)
  assert.deepEqual((await owner.patch(`/visits/${first.id}`, { status: 'CANCELLED' })).body.warnings, [])
  assert.deepEqual((await owner.get(`/visits/${sameMember.id}`)).body.warnings, [])
  const early = await visit(owner, {
    contactId: one,
    ownerId: ana.id,
    date: '2027-06-01',
    time: '23:30',
    durationMinutes: 120,
  })
  const night = await visit(owner, { contactId: two, ownerId: ana.id, date: '2027-06-02', time: '00:30' })
  assert.deepEqual(night.warnings[0].visitIds, [early.id], 'over midnight')
})

test('over the hour that the clock leaves out, visits overlap as they truly do', async () => {
  const { owner } = await world()
  await owner.patch('/workspaces/current', { timezone: 'Europe/Berlin' })
  const contactId = await contactOf(owner)
  const first = await visit(owner, { contactId, date: '2027-03-28', time: '01:30', durationMinutes: 45 })
  const second = await visit(owner, { contactId, date: '2027-03-28', time: '03:00', durationMinutes: 30 })
  assert.deepEqual(second.warnings[0].visitIds, [first.id])
})

test('a reminder is given once, ahead of the visit, as an event; another time is reminded of anew', async () => {
  const { ana } = await world()
  const contactId = await contactOf(ana)
  const { database } = program().app
  const made = await visit(ana, { contactId, reminderMinutes: 90 })
  const none = await visit(ana, { contactId, reminderMinutes: null })
  const cancelled = await visit(ana, { contactId, status: 'CANCELLED' })
  const remind = (time: string) => giveReminders(database, quiet, new Date(`${time}:00Z`))
  const told = async (id: string) =>
    (await ana.get(`/visits/${id}/activities`)).body.rows.filter((row: any) => row.type === 'visit.reminded')
  await remind('2027-05-03T08:29')
  assert.equal((await told(made.id)).length, 0)
  await Promise.all([remind('2027-05-03T08:30'), remind('2027-05-03T08:30'), remind('2027-05-03T08:31')])
  assert.equal((await told(made.id)).length, 1)
  const read = (await ana.get(`/visits/${made.id}`)).body
  assert.ok(read.remindedAt)
  assert.equal((await ana.put(`/visits/${made.id}`, read)).body.remindedAt, read.remindedAt)
  const moved = (await ana.patch(`/visits/${made.id}`, { date: '2027-05-04' })).body
  assert.equal(moved.remindedAt, null)
  await remind('2027-05-04T10:00')
  assert.equal((await told(made.id)).length, 1, 'not of what has begun')
  await remind('2027-05-04T09:59')
  assert.equal((await told(made.id)).length, 2)
  for (const { id } of [none, cancelled]) assert.equal((await told(id)).length, 0)
})

test('visits come in by the name of the contact, and go out with it once', async () => {
  const { ana } = await world()
  const contactId = await contactOf(ana)
  const csv = `Contact name,Date,Time,Duration minutes,Reason\nIda Moser,2027-05-03,09:30,20,Demo\nNobody,2027-05-03,09:30,20,Demo\n`
  const done = await importing(ana, 'visits', csv)
  assert.deepEqual(counts(done), completed(1, 0, 0, 1))
  const [row] = (await ana.get('/visits')).body.rows
  assert.deepEqual(
    [row.contactId, row.contactName, row.startsAt],
    [contactId, 'Ida Moser', '2027-05-03T09:30:00.000Z'],
  )
  const [header] = (await ana.get('/visits/export')).text.split('\r\n')
  assert.equal(header!.split(',').filter(name => name === 'contactName').length, 1)
})

test("whoever sees the contact sees the visit, and a member's own are theirs", async () => {
  const { ana, ben, owner, vera } = await world()
  const contactId = await contactOf(ana)
  const byOwner = await visit(owner, { contactId })
  assert.equal((await ana.get(`/visits/${byOwner.id}`)).status, 200)
  assert.equal((await ben.get(`/visits/${byOwner.id}`)).status, 404)
  const sent = await visit(owner, { contactId, ownerId: ben.id })
  const seen = (await ben.get(`/visits/${sent.id}`)).body
  assert.equal(seen.contactName, 'Ida Moser', 'who is sent there must know to whom')
  assert.equal((await ben.get(`/contacts/${contactId}`)).status, 404)
  assert.equal((await vera.get(`/visits/${sent.id}`)).status, 200)
  assert.equal((await vera.patch(`/visits/${sent.id}`, { notes: 'x' })).status, 403)
})
