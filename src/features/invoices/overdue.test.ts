import assert from 'node:assert/strict'
import { mock, test } from 'node:test'
import { makeLog } from '#core/log.ts'
import { type Person, useProgram, workspace } from '#test/world.ts'
import { markOverdue } from './overdue.ts'

const program = useProgram()
const quiet = makeLog('silent')

/** An owner in a workspace of that zone. */
async function ownerIn(timezone: string): Promise<Person> {
  const { owner } = await workspace()
  const reply = await owner.patch('/workspaces/current', { timezone })
  assert.equal(reply.status, 200, reply.text)
  return owner
}

/** Runs `work` as if it were that moment; timers go on as they do. */
async function at<T>(moment: string, work: () => Promise<T>): Promise<T> {
  mock.timers.enable({ apis: ['Date'], now: new Date(moment) })
  try {
    return await work()
  } finally {
    mock.timers.reset()
  }
}

const sent = async (owner: Person, dueAt: string): Promise<string> =>
  (await owner.post('/invoices', { title: 'x', amount: 10, status: 'SENT', issuedAt: '2026-01-01', dueAt }))
    .body.id

/** What the invoice is to whoever reads, lists, filters, sums it up. */
async function seenBy(owner: Person, id: string) {
  const { status } = (await owner.get(`/invoices/${id}`)).body
  const listed = (await owner.get('/invoices?status=OVERDUE')).body
  const { buckets } = (await owner.get('/reports/invoice-aging')).body
  assert.equal(listed.total, listed.rows.length)
  return [status, listed.total, buckets.find((bucket: any) => bucket.count).bucket]
}

const SENT = ['SENT', 0, 'current']
const OVERDUE = ['OVERDUE', 1, 'days_1_30']

/** The last day before overdue, and the moment at which the next one begins there. */
const MIDNIGHTS: Array<[zone: string, day: string, midnight: string, what: string]> = [
  ['UTC', '2026-05-04', '2026-05-05T00:00:00Z', 'plain'],
  ['Europe/Berlin', '2026-03-28', '2026-03-28T23:00:00Z', 'before the day of 23 hours'],
  ['Europe/Berlin', '2026-03-29', '2026-03-29T22:00:00Z', 'at the end of the day of 23 hours'],
  ['Europe/Berlin', '2025-10-26', '2025-10-26T23:00:00Z', 'at the end of the day of 25 hours'],
  ['America/New_York', '2026-03-08', '2026-03-09T04:00:00Z', 'at the end of a day of 23 hours, west of UTC'],
  ['America/Santiago', '2025-09-06', '2025-09-07T04:00:00Z', 'where the clock skips midnight'],
  ['Asia/Kathmandu', '2026-05-04', '2026-05-04T18:15:00Z', 'at a quarter of an hour'],
  ['Pacific/Kiritimati', '2026-05-04', '2026-05-04T10:00:00Z', 'where the day begins first'],
]

for (const [zone, day, midnight, what] of MIDNIGHTS)
  test(`${zone} ${day}: overdue from the local midnight on, ${what}, with and without the job`, async () => {
    const owner = await ownerIn(zone)
    const before = new Date(Date.parse(midnight) - 1).toISOString()
    const { id, status } = await at(before, async () => {
      const made = await owner.post('/invoices', { title: 'x', amount: 10, status: 'SENT', dueAt: day })
      return made.body
    })
    assert.equal(status, 'SENT')
    const { database } = program().app
    const events = async () =>
      (await owner.get(`/audit-logs?entityId=${id}`)).body.rows.filter((row: any) => row.action === 'overdue')
    assert.deepEqual(await at(before, () => seenBy(owner, id)), SENT)
    await markOverdue(database, quiet, new Date(before))
    assert.equal((await events()).length, 0, 'the job does not run ahead of the calendar')
    assert.deepEqual(await at(midnight, () => seenBy(owner, id)), OVERDUE)
    await at(midnight, () => markOverdue(database, quiet))
    assert.deepEqual(await at(midnight, () => seenBy(owner, id)), OVERDUE)
    await markOverdue(database, quiet, new Date(midnight))
    const told = await events()
    assert.equal(told.length, 1, 'told once')
    assert.deepEqual(told[0].changes, { status: { old: 'SENT', new: 'OVERDUE' } })
    assert.equal(told[0].actorId, null)
  })

test('reading an overdue invoice back before the job ran changes nothing, and it can be paid', async () => {
  const owner = await ownerIn('Asia/Tokyo')
  const id = await at('2026-05-01T00:00:00Z', () => sent(owner, '2026-05-04'))
  const read = (await owner.get(`/invoices/${id}`)).body
  const again = (await owner.put(`/invoices/${id}`, read)).body
  assert.deepEqual([read.status, again.status, again.version], ['OVERDUE', 'OVERDUE', 1])
  assert.equal((await owner.patch(`/invoices/${id}`, { status: 'PAID' })).body.status, 'PAID')
})

test('another zone, another today: what is overdue follows the calendar of the workspace at once', async () => {
  const owner = await ownerIn('UTC')
  const day = new Date(Date.now() - 86_400_000).toISOString().slice(0, 10)
  const id = await sent(owner, `${day}T23:59:00Z`)
  assert.equal((await owner.get(`/invoices/${id}`)).body.status, 'OVERDUE')
  await markOverdue(program().app.database, quiet)
  const behind = new Date().getUTCHours() < 12
  await owner.patch('/workspaces/current', { timezone: behind ? 'Etc/GMT+12' : 'Pacific/Kiritimati' })
  assert.equal((await owner.get(`/invoices/${id}`)).body.status, behind ? 'SENT' : 'OVERDUE')
})
