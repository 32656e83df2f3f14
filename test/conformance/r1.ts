import assert from 'node:assert/strict'
import { test } from 'node:test'
import { freshEmail, PASSWORD } from '#features/people/outbox.testing.ts'
import { until } from '#test/until.ts'
import type { People, Someone } from './people.ts'
import { type Answer, assertHas, rowsOf, Walk } from './walk.ts'

/** R1 is prose about the product and names no path; these are SPEC 4's for each thing that it promises. */
export const R1 = {
  name: 'R1',
  base: '/api/v1',
  routes: [
    // 2: self-signup with verification; an admin who manages the users.
    'POST /companies/signup',
    'POST /auth/verify-email',
    'POST /invites',
    'POST /invites/accept',
    'PATCH /memberships/:id',
    'GET /memberships',
    // 3: pipelines and stages as the company wants them.
    'POST /pipelines',
    'PATCH /pipelines/:id',
    'DELETE /pipelines/:id',
    'POST /stages',
    'PATCH /stages/:id',
    'PUT /stages/reorder',
    'DELETE /stages/:id',
    // 3: communication logs, files, meeting notes, activity history.
    'POST /activities',
    'PATCH /activities/:id',
    'GET /activities',
    'POST /files/upload',
    'GET /files/:id/download',
    'POST /notes',
    'PATCH /notes/:id',
    // 3: contacts and deals, linked.
    'POST /contacts',
    'GET /contacts/:id',
    'PATCH /contacts/:id',
    'DELETE /contacts/:id',
    'POST /deals',
    'GET /deals/:id',
    'PATCH /deals/:id',
    'DELETE /deals/:id',
    'GET /contacts/:id/deals',
    // 3: sending e-mails when required.
    'POST /emails',
    'GET /emails/:id',
    // 6: audit logs.
    'GET /audit-logs',
    // 4: AI-powered features.
    'POST /ai/deal-coach/:dealId',
    'POST /ai/persona-builder/:contactId',
    'POST /ai/objection-handler',
    'POST /ai/win-loss-explainer/:dealId',
  ],
} as const

type Route = (typeof R1.routes)[number]

export function r1(people: People, origin: () => Promise<string>): void {
  const walk = new Walk<Route>(R1, origin)
  const nobody = walk.as()
  let admin: Someone
  const call: typeof nobody = (...given) => walk.as(admin.token)(...given)
  const ids: Record<string, string> = {}

  test('R1 2: a company signs itself up, verifies its mail and takes its people in', async () => {
    const given = { name: 'Mia', email: freshEmail('mia'), password: PASSWORD }
    const body = { ...given, workspaceName: 'Mia Ltd' }
    admin = { ...given, ...(await nobody('POST /companies/signup', 201, { body })).body }
    const invited = { email: freshEmail('sam'), role: 'MEMBER' }
    assert.equal((await call('POST /invites', 403, { body: invited })).body.code, 'EMAIL_NOT_VERIFIED')
    await nobody('POST /auth/verify-email', 200, { body: { token: await people.mailToken(admin) } })
    const { token } = (await call('POST /invites', 201, { body: invited })).body
    const accept = { body: { token, name: 'Sam', password: PASSWORD } }
    const rep = (await nobody('POST /invites/accept', 201, accept)).body
    const member = rowsOf(await call('GET /memberships', 200)).find(row => row.userId === rep.user.id)
    assertHas(member, { role: 'MEMBER', isActive: true })
    await call('PATCH /memberships/:id', 200, { at: member.id, body: { isActive: false } })
    await walk.as(rep.token)('GET /activities', 403)
  })

  test('R1 3: pipelines and stages are edited', async () => {
    const pipeline = (
      await call('POST /pipelines', 201, { body: { name: 'Partners', stages: [{ name: 'First' }] } })
    ).body
    await call('PATCH /pipelines/:id', 200, { at: pipeline.id, body: { name: 'Resellers' } })
    const first = pipeline.stages[0].id
    const body = { pipelineId: pipeline.id, name: 'Second', probability: 60 }
    const second = (await call('POST /stages', 201, { body })).body
    assertHas(second, { ...body, order: 1 })
    await call('PATCH /stages/:id', 200, { at: second.id, body: { name: 'Trial' } })
    const order = { pipelineId: pipeline.id, stageIds: [second.id, first] }
    const reordered = rowsOf(await call('PUT /stages/reorder', 200, { body: order }))
    assert.deepEqual(
      reordered.map(stage => stage.name),
      ['Trial', 'First'],
    )
    await call('DELETE /stages/:id', 204, { at: first })
    await call('DELETE /pipelines/:id', 204, { at: pipeline.id })
  })

  test('R1 3: contacts and deals, linked to each other', async () => {
    const contact = { firstName: 'Lin', lastName: 'Ota', email: 'lin@ota.example' }
    ids.contact = (await call('POST /contacts', 201, { body: contact })).body.id
    const deal = { title: 'Ten', amount: 10, primaryContactId: ids.contact }
    ids.deal = (await call('POST /deals', 201, { body: deal })).body.id
    assertHas((await call('GET /contacts/:id', 200, { at: ids.contact! })).body, contact)
    assertHas((await call('GET /deals/:id', 200, { at: ids.deal! })).body, {
      ...deal,
      contactIds: [ids.contact],
    })
    await call('PATCH /contacts/:id', 200, { at: ids.contact!, body: { jobTitle: 'Buyer' } })
    await call('PATCH /deals/:id', 200, { at: ids.deal!, body: { amount: 12 } })
    const linked = rowsOf(await call('GET /contacts/:id/deals', 200, { at: ids.contact! }))
    assert.deepEqual(
      linked.map(row => [row.id, row.amount]),
      [[ids.deal, 12]],
    )
    const gone = (await call('POST /contacts', 201, { body: { firstName: 'Gone' } })).body.id
    const lost = (await call('POST /deals', 201, { body: { title: 'Gone', primaryContactId: gone } })).body.id
    await call('DELETE /contacts/:id', 204, { at: gone })
    assert.equal((await call('GET /deals/:id', 200, { at: lost })).body.primaryContactId, null)
    await call('DELETE /deals/:id', 204, { at: lost })
  })

  test('R1 3: communication logs, meeting notes, files, and the history of it all', async () => {
    const body = { type: 'MEETING', subject: 'Kick-off', content: 'They want ten.', dealId: ids.deal }
    const meeting = (await call('POST /activities', 201, { body })).body
    await call('PATCH /activities/:id', 200, { at: meeting.id, body: { nextSteps: 'Offer' } })
    const text = { body: 'They decide in March.', relatedType: 'deal', relatedId: ids.deal }
    const note = (await call('POST /notes', 201, { body: text })).body
    await call('PATCH /notes/:id', 200, { at: note.id, body: { body: 'They decide in May.' } })
    const form = new FormData()
    form.set('attachedToType', 'contact')
    form.set('attachedToId', ids.contact!)
    form.set('file', new Blob(['ten, please'], { type: 'text/plain' }), 'order.txt')
    const file = (await call('POST /files/upload', 201, { body: form })).body
    const bytes = await call('GET /files/:id/download', 200, { at: file.id })
    assert.equal(bytes.text, 'ten, please')
    const query = { entityType: 'deal', entityId: ids.deal! }
    const types = rowsOf(await call('GET /activities', 200, { query })).map(row => row.type)
    for (const type of ['MEETING', 'deal.created', 'deal.updated', 'note.created', 'note.updated'])
      assert.ok(types.includes(type), `${type} in ${types}`)
  })

  test('R1 4: coach, persona, objections, and why deals are won and lost', async () => {
    const coached = (await call('POST /ai/deal-coach/:dealId', 200, { at: ids.deal! })).body
    assert.ok(coached.recommendations.every((one: Answer['body']) => one.action && one.create.path))
    const persona = (await call('POST /ai/persona-builder/:contactId', 200, { at: ids.contact! })).body
    assert.equal(persona.name, 'Lin Ota')
    const body = { objection: 'We have to ask our board first', dealId: ids.deal }
    assert.equal((await call('POST /ai/objection-handler', 200, { body })).body.category, 'authority')
    const stages = rowsOf(await walk.as(admin.token)('GET /stages' as Route, 200))
    const lost = stages.find(stage => stage.kind === 'LOST')!.id
    const deal = { title: 'Lost', amount: 10, stageId: lost, lostReason: 'Price' }
    const { id } = (await call('POST /deals', 201, { body: deal })).body
    const why = (await call('POST /ai/win-loss-explainer/:dealId', 200, { at: id })).body
    assertHas(why, { outcome: 'LOST', lostReason: 'Price' })
    assertHas(why.keyFactors[0], { factor: 'price', sign: '-' })
  })

  test('R1 3: a mail is sent', async () => {
    const body = { contactIds: [ids.contact], subject: 'Hello {{ contact.firstName }}', body: 'See you.' }
    const { rows, queued } = (await call('POST /emails', 202, { body })).body
    assert.equal(queued, 1)
    const sent = await until(
      async () => (await call('GET /emails/:id', 200, { at: rows[0].emailId })).body,
      (mail: Answer['body']) => mail.status === 'SENT',
    )
    assertHas(sent, { subject: 'Hello Lin', contactId: ids.contact })
  })

  test('R1 6: the audit log names who changed what, from and to', async () => {
    const query = { entityType: 'deal', entityId: ids.deal!, action: 'updated' }
    const [entry] = rowsOf(await call('GET /audit-logs', 200, { query }))
    assertHas(entry, { actorId: admin.user.id, entityType: 'deal', action: 'updated' })
    assert.deepEqual(entry.changes.amount, { old: 10, new: 12 })
  })

  walk.checkCompleteness()
}
