import assert from 'node:assert/strict'
import { test } from 'node:test'
import { newId } from '#core/ids.ts'
import { mailsTo } from '#features/people/outbox.testing.ts'
import { checkRefusal } from '#test/routes.ts'
import { until } from '#test/until.ts'
import { type Person, useProgram, world } from '#test/world.ts'
import { mailJob, queueDue } from './mails.ts'

/** Reports by mail: when, to whom, with whose rights, and how often. */

const program = useProgram()

const daily = { every: 'DAY', time: '08:00' }
const save = async (person: Person, more: Record<string, unknown> = {}) => {
  const body = { name: 'Open deals', entity: 'deal', measures: [{ op: 'count' }], schedule: daily, ...more }
  const reply = await person.post('/reports', body)
  assert.equal(reply.status, 201, reply.text)
  return reply.body
}
const mails = ({ email }: Person) => mailsTo(program(), email)
const mailed = (person: Person, count = 1) =>
  until(
    async () => mails(person),
    found => found.length >= count,
    `no mail ${count} to ${person.name}`,
  )
/** How the mails of a report ended. */
const states = (owner: Person, reportId: string): Promise<string[]> =>
  owner.inWorkspace(async tx =>
    (
      await tx.session.rows(
        'select status from report_mails where workspace_id = $1::uuid and report_id = $2::uuid order by id',
        [owner.workspaceId, reportId],
      )
    ).map(row => row.status as string),
  )
const settled = (owner: Person, reportId: string, count: number) =>
  until(
    () => states(owner, reportId),
    found => found.length === count && !found.some(state => state === 'QUEUED' || state === 'SENDING'),
    'the mails are not settled',
  )
/** The clock comes to the moment at which the report is due. */
const comeDue = async (person: Person, id: string) => {
  const { nextSendAt } = (await person.get(`/reports/${id}`)).body
  await queueDue(program().app, new Date(nextSendAt))
  return nextSendAt as string
}

test('a report is mailed once to each recipient, made with the rights that its maker has then', async () => {
  const { ana, ben, vera, owner } = await world()
  for (const who of [ana, ben, ben]) await who.post('/deals', { title: 'X', amount: 1, currency: 'USD' })
  const report = await save(ana, {
    shared: true,
    groupBy: ['ownerId'],
    schedule: { ...daily, recipientIds: [ana.id, ben.id, vera.id, ana.id], format: 'CSV' },
  })
  assert.deepEqual(report.schedule.recipientIds, [ana.id, ben.id, vera.id])
  assert.deepEqual([report.receivesMail, report.lastSentAt], [true, null])
  assert.equal((await owner.get(`/reports/${report.id}`)).body.receivesMail, false)
  const due = report.nextSendAt
  assert.equal(new Date(due).toISOString().slice(11, 16), '08:00')
  await queueDue(program().app, new Date(Date.parse(due) - 60_000))
  assert.deepEqual(await states(owner, report.id), [], 'not before its time')
  assert.equal((await vera.post(`/reports/${report.id}/unsubscribe`)).body.receivesMail, false)

  // Two processes ask the clock at once, and once more a moment later.
  await Promise.all([queueDue(program().app, new Date(due)), queueDue(program().app, new Date(due))])
  await queueDue(program().app, new Date(Date.parse(due) + 60_000))
  assert.deepEqual((await settled(owner, report.id, 3)).sort(), ['SENT', 'SENT', 'SKIPPED'])
  const [mail = ''] = await mailed(ben)
  assert.match(mail, /Subject: Open deals, \d{4}-/)
  assert.match(mail, /Total \| 1\n?\r?\nAna \| 1/, "Ben gets what Ana sees: one deal, and not Ben's two")
  assert.match(mail, /It shows what Ana may see: their own records/)
  assert.match(mail, new RegExp(`/reports/${report.id}\\?mail=stop`))
  assert.match(mail, /filename=Open-deals-[\d-]+\.csv/)
  assert.deepEqual([mails(ana).length, mails(ben).length, mails(vera).length], [1, 1, 0])
  const after = (await ana.get(`/reports/${report.id}`)).body
  assert.equal(Date.parse(after.nextSendAt) - Date.parse(due), 86_400_000)
  assert.ok(after.lastSentAt)
  assert.equal(after.version, report.version, 'being mailed is no change')

  // What Ana may see meanwhile is what the next one shows.
  await owner.patch('/workspaces/current', { settings: { recordVisibility: 'workspace' } })
  assert.equal((await vera.post(`/reports/${report.id}/subscribe`)).body.receivesMail, true)
  await comeDue(ana, report.id)
  const [shown = ''] = await mailed(vera)
  assert.match(shown, /Total \| 3/)
  assert.match(shown, /all records of the workspace/)
})

test('where its maker is gone the recipients are told, once, and nothing is shown', async () => {
  const { ana, ben, owner } = await world()
  await ana.post('/deals', { title: 'X', amount: 1, currency: 'USD' })
  const report = await save(ana, { shared: true, schedule: { ...daily, recipientIds: [ben.id] } })
  const { membershipId } = (await owner.get(`/users/${ana.id}`)).body
  assert.equal((await owner.delete(`/memberships/${membershipId}`)).status, 204)
  await comeDue(owner, report.id)
  const [mail = ''] = await mailed(ben)
  assert.match(mail, /could not be made: whoever made it is no active member/)
  assert.doesNotMatch(mail, /Total|filename/)
  const { scheduleError, schedule, nextSendAt } = (await owner.get(`/reports/${report.id}`)).body
  assert.deepEqual([schedule.isPaused, nextSendAt], [true, null])
  assert.match(scheduleError, /no active member/)
  await queueDue(program().app, new Date(Date.now() + 5 * 86_400_000))
  assert.deepEqual(await settled(owner, report.id, 1), ['SENT'])
})

test('a report whose field is gone says so to its maker too, and goes on when it is mended', async () => {
  const { ana, ben, owner } = await world()
  const field = { entity: 'deal', key: 'region', label: 'Region', type: 'text' }
  const { id } = (await owner.post('/custom-fields', field)).body
  const report = await save(ana, {
    shared: true,
    groupBy: ['customFields.region'],
    schedule: { ...daily, recipientIds: [ben.id] },
  })
  await owner.delete(`/custom-fields/${id}`)
  await comeDue(ana, report.id)
  for (const person of [ana, ben])
    assert.match((await mailed(person))[0]!, /groupBy\.0 customFields\.region is not a field/)
  const paused = (await ana.get(`/reports/${report.id}`)).body
  assert.match(paused.scheduleError, /region/)
  const mended = await ana.patch(`/reports/${report.id}`, {
    groupBy: [],
    schedule: { ...paused.schedule, time: '09:00', isPaused: false },
  })
  assert.deepEqual([mended.body.scheduleError, Boolean(mended.body.nextSendAt)], [null, true], mended.text)
  await comeDue(ana, report.id)
  assert.match((await mailed(ben, 2))[1]!, /Subject: Open deals, /)
})

test('recipients are members, of a private report its maker alone, and a pause holds', async () => {
  const { ana, ben, owner, mallory } = await world()
  const refused = async (more: object, path: string) =>
    checkRefusal(
      await ana.post('/reports', { name: 'x', entity: 'deal', measures: [{ op: 'count' }], ...more }),
      400,
      JSON.stringify(more),
      path,
    )
  await refused({ schedule: { ...daily, recipientIds: [ben.id] } }, 'schedule.recipientIds.0')
  await refused(
    { shared: true, schedule: { ...daily, recipientIds: [ana.id, mallory.id] } },
    'schedule.recipientIds.1',
  )
  const report = await save(ana)
  assert.deepEqual(report.schedule.recipientIds, [ana.id], 'a schedule without recipients is for its maker')
  checkRefusal(await ben.post(`/reports/${report.id}/unsubscribe`), 404, 'unseen')
  const paused = await ana.patch(`/reports/${report.id}`, { schedule: { ...daily, isPaused: true } })
  assert.equal(paused.body.nextSendAt, null)
  await queueDue(program().app, new Date(Date.now() + 3 * 86_400_000))
  assert.deepEqual(await states(owner, report.id), [])
  // Due, queued, and taken back before it is sent.
  await ana.patch(`/reports/${report.id}`, { schedule: daily })
  const shared = await save(ana, { shared: true, schedule: { ...daily, recipientIds: [ana.id, ben.id] } })
  checkRefusal(
    await ana.patch(`/reports/${shared.id}`, { shared: false }),
    400,
    'others get it',
    'schedule.recipientIds.1',
  )
  const none = await ana.patch(`/reports/${shared.id}`, { schedule: null })
  assert.deepEqual([none.body.nextSendAt, none.body.schedule], [null, null])
})

test('where the workspace moves to another zone its reports come by the new clock', async () => {
  const { ana, owner } = await world()
  const report = await save(ana)
  await owner.patch('/workspaces/current', { timezone: 'Asia/Tokyo' })
  await queueDue(program().app, new Date())
  const { nextSendAt } = (await ana.get(`/reports/${report.id}`)).body
  assert.equal(new Date(nextSendAt).toISOString().slice(11, 16), '23:00')
  assert.deepEqual(await states(owner, report.id), [], 'reckoned anew, and not mailed')
})

test('a mail that a killed process had under way is not sent again; one that it had not begun is, once', async () => {
  const { ana, owner } = await world()
  const report = await save(ana)
  const left = (status: string, dueAt: string) =>
    owner.inWorkspace(async tx => {
      const mailId = newId()
      await tx.session.rows(
        `insert into report_mails (workspace_id, id, report_id, user_id, due_at, status) values ($1::uuid, $2::uuid, $3::uuid, $4::uuid, $5::timestamptz, $6)`,
        [owner.workspaceId, mailId, report.id, ana.id, dueAt, status],
      )
      // The queue tries again what was cut off, and here more often than that.
      for (let i = 0; i < 2; i++) await program().app.jobs.enqueue(tx, mailJob, { mailId })
    })
  await left('SENDING', '2026-01-01T08:00:00Z')
  await left('QUEUED', '2026-01-02T08:00:00Z')
  assert.deepEqual(await settled(owner, report.id, 2), ['UNCERTAIN', 'SENT'])
  assert.equal((await mailed(ana)).length, 1)
})
