import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type Person, useProgram, world } from '#test/world.ts'
import { mergesDeal } from './merges-deal.ts'

useProgram()

const template = async (person: Person, values: Record<string, unknown> = {}) => {
  const reply = await person.post('/email-templates', { name: 'T', subject: 'S', body: 'B', ...values })
  assert.equal(reply.status, 201, reply.text)
  return reply.body.id as string
}

test('a template merges contact, company, deal, sender, workspace and custom fields; HTML is escaped', async () => {
  const { owner, ana } = await world()
  await owner.post('/custom-fields', { entity: 'contact', key: 'seat', label: 'Seat', type: 'text' })
  const companyId = (await ana.post('/companies', { name: 'Fjord & Sons' })).body.id
  const contact = { firstName: '<b>Ida', lastName: 'Moser', companyId, customFields: { seat: '4A' } }
  const contactId = (await ana.post('/contacts', contact)).body.id
  const dealId = (await ana.post('/deals', { title: 'Scanners', amount: 12.5, companyId })).body.id
  const text =
    '{{ contact.name }}/{{ company.name }}/{{ deal.title }} {{ deal.amount }}/{{ sender.name }}/{{ workspace.currency }}/{{ contact.customFields.seat }}/{{ contact.phone }}'
  const id = await template(ana, {
    subject: 'For {{ contact.firstName }}{% if deal.title %}: {{ deal.title | upcase }}{% endif %}',
    body: text,
    bodyHtml: `<p>${text}</p>`,
  })
  const full = (await ana.post(`/email-templates/${id}/preview`, { contactId, dealId })).body
  assert.equal(full.subject, 'For <b>Ida: SCANNERS')
  assert.equal(full.body, '<b>Ida Moser/Fjord & Sons/Scanners 12.5/Ana/USD/4A/')
  assert.equal(full.bodyHtml, '<p>&lt;b&gt;Ida Moser/Fjord &amp; Sons/Scanners 12.5/Ana/USD/4A/</p>')
  assert.equal((await ana.post(`/email-templates/${id}/preview`, {})).body.subject, 'For')
  const { fields } = (await ana.get('/email-templates/fields')).body
  for (const name of ['contact.firstName', 'contact.customFields.seat', 'deal.amount', 'sender.email'])
    assert.ok(fields.includes(name), name)
  assert.ok(!fields.some((name: string) => /ownerId|workspaceId/.test(name)))
})

test('what cannot be merged is refused by name when it is written', async () => {
  const { ana } = await world()
  const id = await template(ana)
  for (const [values, path, words] of [
    [{ body: 'Hi {{ contact.firstNam }}' }, 'body', /contact\.firstNam/],
    [{ bodyHtml: '{{ password }}' }, 'bodyHtml', /unknown merge field password/],
    [{ subject: '{{ contact }}' }, 'subject', /contact is no field/],
    [{ body: '{% assign c = contact %}{{ c.firstName }}' }, 'body', /contact is no field/],
    [{ body: '{{ contact[deal.title] }}' }, 'body', /must be named/],
    [{ body: '{{ contact.customFields.seat }}' }, 'body', /customFields\.seat/],
    [{ body: '{{ contact.firstName | nofilter }}' }, 'body', /nofilter/],
    [{ body: '{% if contact.email %}' }, 'body', /not closed/],
    [{ body: '{% include "a" %}' }, 'body', /cannot include/],
    [{ body: '{{ contact.constructor }}' }, 'body', /constructor/],
  ] as const) {
    const replies = [
      await ana.post('/email-templates', { name: 'T', subject: 'S', body: 'B', ...values }),
      await ana.patch(`/email-templates/${id}`, values),
    ]
    for (const { status, body, text } of replies) {
      assert.deepEqual([status, body.issues?.[0].path], [400, path], text)
      assert.match(body.issues[0].message, words)
    }
  }
})

test('a template cannot keep the server busy or fill it', async () => {
  const { ana } = await world()
  for (const body of [
    '{% for i in (1..100000) %}{% for j in (1..100000) %}x{% endfor %}{% endfor %}',
    '{% for i in (1..999999999) %}x{% endfor %}',
    `{% for i in (1..20000) %}${'x'.repeat(60)}{% endfor %}`,
  ]) {
    const id = await template(ana, { body })
    const started = Date.now()
    const reply = await ana.post(`/email-templates/${id}/preview`, {})
    assert.deepEqual([reply.status, reply.body.issues[0].path], [400, 'body'], reply.text.slice(0, 300))
    assert.ok(Date.now() - started < 3000)
  }
})

test('all see a template, its maker and admins change it; records that one may not see are not merged', async () => {
  const { owner, ana, ben, vera, mallory } = await world()
  const id = await template(ana, { body: '{{ contact.firstName }}' })
  const contactId = (await ana.post('/contacts', { firstName: 'Ida' })).body.id
  assert.equal((await vera.get(`/email-templates/${id}`)).status, 200)
  assert.equal((await mallory.get(`/email-templates/${id}`)).status, 404)
  assert.equal((await ben.patch(`/email-templates/${id}`, { name: 'Mine' })).status, 403)
  assert.equal((await ben.delete(`/email-templates/${id}`)).status, 403)
  assert.equal((await owner.patch(`/email-templates/${id}`, { name: 'Ours' })).status, 200)
  const unseen = await ben.post(`/email-templates/${id}/preview`, { contactId })
  assert.deepEqual([unseen.status, unseen.body.issues[0].path], [400, 'contactId'])
  assert.equal((await ana.delete(`/email-templates/${id}`)).status, 204)
  assert.equal((await ben.post(`/email-templates/${id}/restore`)).status, 403)
  assert.equal((await ana.post(`/email-templates/${id}/restore`)).status, 200)
})

test('texts that are not kept yet are previewed, and what cannot be merged is named by part', async () => {
  const { ana, vera, mallory } = await world()
  const contactId = (await ana.post('/contacts', { firstName: 'Ida <3', email: 'i@x.example' })).body.id
  const texts = { subject: 'Hi {{ contact.firstName }}', body: 'From {{ sender.name }}', contactId }
  const bodyHtml = '<p>{{ contact.firstName }}</p>'
  const shown = await ana.post('/email-templates/preview', { ...texts, bodyHtml })
  assert.deepEqual(
    [shown.status, shown.body],
    [200, { subject: 'Hi Ida <3', body: `From ${ana.name}`, bodyHtml: '<p>Ida &lt;3</p>' }],
  )
  for (const [change, path] of [
    [{ body: '{{ contact.nope }}' }, 'body'],
    [{ subject: '{{ contact.firstName' }, 'subject'],
    [{ bodyHtml: '{% include "x" %}' }, 'bodyHtml'],
    [{ contactId: 'x' }, 'contactId'],
  ] as const) {
    const reply = await ana.post('/email-templates/preview', { ...texts, ...change })
    assert.deepEqual([reply.status, reply.body.issues[0].path], [400, path], reply.text)
  }
  const theirs = await mallory.post('/email-templates/preview', texts)
  assert.equal(theirs.body.issues[0].path, 'contactId', 'a contact of another workspace is none')
  assert.equal((await vera.post('/email-templates/preview', { subject: 's', body: 'b' })).status, 200)
})

test('the web app tells the templates that need a deal as the server does, which refuses them for contacts alone', async () => {
  const { ana } = await world()
  const contactId = (await ana.post('/contacts', { firstName: 'Ida', email: 'ida@fjord.example' })).body.id
  const bodies = [
    'Your deal is ready',
    '{{ deal.title }}',
    '{{contact.firstName}} {%- if deal.amount > 5 -%} much {%- endif -%}',
    '{{ "deal.title" }} deal.title',
    '{% assign deal = "x" %}{{ contact.firstName | append: " deal" }}',
    '{{ contact.firstName | default: deal.title }}',
    '{%\n if contact.name == deal.title %}same{% endif %}',
  ]
  for (const body of bodies) {
    const mail = await ana.post('/emails', { contactIds: [contactId], subject: 'S', body })
    assert.equal(/NEEDS_DEAL/.test(mail.text), mergesDeal({ body }), `${body}: ${mail.text}`)
  }
  assert.ok(mergesDeal({ subject: 'S', body: 'B', bodyHtml: '<p>{{ deal.title }}</p>' }))
})
