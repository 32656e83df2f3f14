import assert from 'node:assert/strict'
import { test } from 'node:test'
import ICAL from 'ical.js'
import { nobody, type Person, useProgram, world } from '#test/world.ts'

useProgram()

const open = async (person: Person): Promise<string> => {
  const reply = await person.post('/calendar/feed')
  assert.equal(reply.status, 201, reply.text)
  return new URL(reply.body.url).pathname
}
/** The entries of a feed as a program that is not ours reads them, by their summary. */
const entriesOf = (text: string) => {
  const calendar = new ICAL.Component(ICAL.parse(text))
  const events = calendar.getAllSubcomponents('vevent').map(part => ({
    event: new ICAL.Event(part),
    part,
    alarms: part.getAllSubcomponents('valarm'),
  }))
  return { calendar, events, of: (summary: string) => events.find(({ event }) => event.summary === summary)! }
}
const day = (n: number) => new Date(Date.now() + n * 86_400_000).toISOString().slice(0, 10)

test('a feed has the tasks and visits of its member, readable by a parser that is not ours', async () => {
  const { owner, ana, ben } = await world()
  await owner.patch('/workspaces/current', { timezone: 'America/New_York', name: 'Müller; Söhne, Ltd' })
  const title = 'Call; ask, \\ then "wait"'
  const description = `First line\nSecond; line, ${'ä'.repeat(120)} 🚚`
  const dueAt = `${day(3)}T15:30:00.000Z`
  await ana.post('/tasks', { title, description, dueAt })
  // Midnight of the workspace's clock: due on that day, not at a time.
  await ana.post('/tasks', { title: 'On the day', dueAt: '2027-01-20T05:00:00.000Z' })
  await ana.post('/tasks', { title: 'Without a date' })
  await ana.post('/tasks', { title: 'Long ago', dueAt: '2020-01-01T00:00:00.000Z' })
  const done = (await ana.post('/tasks', { title: 'Done', dueAt })).body
  await ana.put(`/tasks/${done.id}/complete`)
  await ben.post('/tasks', { title: "Ben's", dueAt })
  const contactId = (await ana.post('/contacts', { firstName: 'Ida', lastName: 'Moser' })).body.id
  const visit = { contactId, date: '2027-03-15', time: '09:30', durationMinutes: 45, reason: 'Show scanners' }
  const kept = (await ana.post('/visits', { ...visit, reminderMinutes: 90 })).body
  await ana.post('/visits', { ...visit, date: '2027-03-16', reason: 'Off', status: 'CANCELLED' })
  const reply = await nobody.get(await open(ana))
  assert.equal(reply.status, 200)
  assert.equal(reply.headers['content-type'], 'text/calendar; charset=utf-8')
  for (const line of reply.text.split('\r\n')) assert.ok(Buffer.byteLength(line) <= 75, `too long: ${line}`)
  assert.doesNotMatch(reply.text, /[^\r]\n/, 'every line ends as RFC 5545 wants it')
  const { calendar, events, of } = entriesOf(reply.text)
  assert.equal(calendar.getFirstPropertyValue('x-wr-timezone'), 'America/New_York')
  assert.deepEqual(events.map(({ event }) => event.summary).sort(), [
    title,
    'Ida Moser: Off',
    'Ida Moser: Show scanners',
    'On the day',
    '✓ Done',
  ])
  const task = of(title)
  assert.equal(task.event.description, description)
  assert.equal(task.event.startDate.toJSDate().toISOString(), dueAt)
  assert.equal(task.part.getFirstPropertyValue('transp'), 'TRANSPARENT')
  const alarm = task.alarms[0]!
  assert.deepEqual(
    [alarm.getFirstPropertyValue('action'), String(alarm.getFirstPropertyValue('trigger'))],
    ['DISPLAY', '-PT15M'],
  )
  const whole = of('On the day')
  assert.deepEqual([whole.event.startDate.isDate, String(whole.event.startDate)], [true, '2027-01-20'])
  assert.equal(String(whole.alarms[0]!.getFirstPropertyValue('trigger')), 'PT9H')
  assert.equal(of('✓ Done').alarms.length, 0)
  const there = of('Ida Moser: Show scanners')
  assert.equal(there.event.startDate.toJSDate().toISOString(), '2027-03-15T13:30:00.000Z', 'summer time')
  assert.equal(there.event.duration.toSeconds(), 45 * 60)
  assert.equal(String(there.alarms[0]!.getFirstPropertyValue('trigger')), '-PT1H30M')
  assert.match(String(there.part.getFirstPropertyValue('url')), new RegExp(`/visits/${kept.id}$`))
  assert.equal(of('Ida Moser: Off').part.getFirstPropertyValue('status'), 'CANCELLED')
  const ids = events.map(({ event }) => event.uid)
  assert.equal(new Set(ids).size, ids.length)
})

test('a feed that has not changed is answered with 304, one that has with the new text', async () => {
  const { ana } = await world()
  const path = await open(ana)
  const first = await nobody.get(path)
  const etag = String(first.headers.etag)
  const asked = { headers: { 'if-none-match': `"other", W/${etag}` } }
  const again = await nobody.get(path, asked)
  assert.deepEqual([again.status, again.text, again.headers.etag], [304, '', etag])
  const task = (await ana.post('/tasks', { title: 'New', dueAt: `${day(1)}T10:00:00Z` })).body
  const changed = await nobody.get(path, asked)
  assert.equal(changed.status, 200)
  assert.equal(entriesOf(changed.text).events.length, 1)
  await ana.delete(`/tasks/${task.id}`)
  assert.equal((await nobody.get(path, asked)).status, 304, 'as it was before')
})

test('the secret is told once, a new one ends the old, and it ends with the feed and with the membership', async () => {
  const { owner, ana, ben, vera, mallory } = await world()
  assert.deepEqual((await ana.get('/calendar/feed')).body, { isActive: false, createdAt: null })
  assert.equal((await ana.delete('/calendar/feed')).status, 404)
  const first = await open(ana)
  const status = (await ana.get('/calendar/feed')).body
  assert.deepEqual([status.isActive, Object.keys(status).sort()], [true, ['createdAt', 'isActive']])
  const second = await open(ana)
  assert.equal((await nobody.get(first)).status, 404)
  assert.equal((await nobody.get(second)).status, 200)
  const theirs = await open(mallory)
  const swapped = `${second.slice(0, -47)}${theirs.slice(-47)}`
  for (const wrong of [swapped, second.replace('.ics', '')])
    assert.ok([400, 404].includes((await nobody.get(wrong)).status), wrong)
  assert.equal((await ben.get('/calendar/feed')).body.isActive, false, 'each has their own')
  assert.equal((await nobody.get(await open(vera))).status, 200)
  const kept = await ana.inWorkspace(tx => tx.session.rows('select * from calendar_feeds'))
  assert.equal(kept.length, 1)
  assert.ok(!JSON.stringify(kept).includes(second.slice(-47, -4)), 'the secret itself is kept nowhere')
  assert.equal((await ana.delete('/calendar/feed')).status, 204)
  assert.equal((await nobody.get(second)).status, 404)
  const bens = await open(ben)
  const { membershipId } = (await owner.get(`/users/${ben.id}`)).body
  await owner.patch(`/memberships/${membershipId}`, { isActive: false })
  assert.equal((await nobody.get(bens)).status, 404)
})
