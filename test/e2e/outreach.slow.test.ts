import assert from 'node:assert/strict'
import { test } from 'node:test'
import { PASSWORD, signUp, tokenFrom } from '#features/people/outbox.testing.ts'
import { nobody } from '#test/world.ts'
import { useBrowser, violations } from './browser.ts'

const { page, program } = useBrowser()

/** Somebody whose address is verified, signed in in a browser and by the API. */
async function begin() {
  const ana = await signUp('Ana', { workspaceName: 'Northwind' })
  const token = await tokenFrom(program(), ana.email, 'verify-email')
  assert.equal((await nobody.post('/auth/verify-email', { token })).status, 200)
  const tab = await page()
  await tab.goto('/sign-in')
  await tab.getByLabel('Work email').fill(ana.email)
  await tab.getByLabel('Password', { exact: true }).fill(PASSWORD)
  await tab.getByRole('button', { name: 'Sign in' }).click()
  await tab.getByRole('heading', { name: 'Hello, Ana' }).waitFor()
  return { ana, tab }
}

test('a template is written with what is wrong beside it, a campaign sends it, and the outbox shows it', async () => {
  const { ana, tab } = await begin()
  const person = { firstName: 'Ida', lastName: 'Moser', email: 'ida@theirs.example' }
  const contact = (await ana.post('/contacts', person)).body
  const template = { name: 'News', subject: 'News', body: 'Hello' }
  const { id } = (await ana.post('/email-templates', template)).body
  await tab.goto(`/templates/${id}`)
  await tab.getByLabel('Text', { exact: true }).fill('Hello {{ contact.nope }}')
  await tab.getByText('There is no field contact.nope').waitFor()
  await tab.getByLabel('Text', { exact: true }).fill('Hello {{ contact.firstName }}')
  await tab.getByLabel('As it reads for').fill('Ida')
  await tab.getByRole('option', { name: 'Ida Moser' }).click()
  await tab.getByText('Hello Ida', { exact: true }).waitFor()
  assert.deepEqual(await violations(tab), [])
  await tab.getByRole('button', { name: 'Save template' }).click()
  await tab.getByText('Template saved').waitFor()

  const campaign = (await ana.post('/campaigns', { name: 'Spring' })).body
  await tab.goto(`/campaigns/${campaign.id}`)
  await tab.getByRole('button', { name: 'Add contacts' }).click()
  // The conditions stand in the dialog itself, with what they match below them, on a phone too.
  await tab.getByRole('combobox', { name: 'Where' }).click()
  await tab.getByRole('option', { name: 'First name' }).click()
  await tab.getByRole('textbox', { name: 'First name' }).last().fill('Ida')
  await tab.getByText(/^1 contact matches/).waitFor()
  await tab.setViewportSize({ width: 390, height: 800 })
  const boxes = await Promise.all(
    ['Where', 'First name'].map(name => tab.getByRole('combobox', { name }).boundingBox()),
  )
  assert.ok(boxes[0]!.x + boxes[0]!.width <= boxes[1]!.x, 'one field stands over the other')
  await tab.setViewportSize({ width: 1280, height: 800 })
  await tab.getByRole('tab', { name: 'One by one' }).click()
  await tab.getByLabel('Find a contact').fill('Ida')
  await tab.getByRole('option', { name: 'Ida Moser' }).click()
  await tab.getByText('1 contact chosen').waitFor()
  await tab.getByRole('dialog').getByRole('button', { name: 'Add contacts' }).click()
  await tab.getByRole('link', { name: 'Ida Moser' }).waitFor()
  await tab.getByRole('button', { name: 'Send', exact: true }).click()
  await tab.getByText(/^1 contact gets the mail now/).waitFor()
  // Only what can be sent is offered, and why something cannot.
  for (const more of [
    { name: 'News of old', isActive: false },
    { name: 'News of deals', body: '{{ deal.title }}' },
  ])
    assert.equal((await ana.post('/email-templates', { ...template, ...more })).status, 201)
  await tab.getByRole('combobox', { name: 'Template' }).fill('News')
  const ofDeals = tab.getByRole('option', { name: /^News of deals/ })
  await ofDeals.getByText('merges fields of a deal').waitFor()
  assert.equal(await ofDeals.getAttribute('data-combobox-disabled'), 'true')
  assert.equal(await tab.getByRole('option').count(), 2)
  assert.deepEqual(await violations(tab), [])
  await tab.getByRole('option', { name: 'News', exact: true }).click()
  await tab.getByRole('dialog').getByRole('button', { name: 'Send' }).click()
  await tab.getByRole('region', { name: 'Audience' }).getByText('Sent', { exact: true }).waitFor()
  // The buttons of facts are named by their field, and show its value: so on every record page.
  const found = (await violations(tab)).filter(each => !each.includes('[aria-label="Edit: '))
  assert.deepEqual(found, [])
  await tab.goto(`/contacts/${contact.id}`)
  await tab.getByText('Mail of a campaign sent:').waitFor()
  await tab.getByRole('button', { name: 'News', exact: true }).click()
  await tab.getByRole('dialog').getByText('Hello Ida').waitFor()
  await ana.delete(`/contacts/${contact.id}`)
  await tab.goto(`/campaigns/${campaign.id}`)
  await tab.getByText('A contact that is deleted or hidden from you').waitFor()
  await tab.goto('/settings/mail')
  await tab.getByRole('button', { name: /News.*ida@theirs.example/ }).click()
  await tab.getByRole('dialog').getByText('Hello Ida').waitFor()
})

test('a mail is written from a contact, and the calendar feed is made and revoked', async () => {
  const { ana, tab } = await begin()
  const contact = { firstName: 'Jo', lastName: 'Lind', email: 'jo@theirs.example' }
  const { id } = (await ana.post('/contacts', contact)).body
  await tab.goto(`/contacts/${id}`)
  await tab.getByRole('button', { name: 'Write mail' }).click()
  await tab.getByRole('dialog').getByLabel('Subject').fill('Offer for {{ contact.firstName }}')
  await tab.getByRole('dialog').getByLabel('Text', { exact: true }).fill('As agreed.')
  await tab.getByRole('dialog').getByRole('button', { name: 'Send' }).click()
  await tab.getByText('The mail is on its way').waitFor()
  await tab.getByText('Offer for Jo').waitFor()
  await tab.goto('/settings/calendar')
  await tab.getByRole('button', { name: 'Make the address' }).click()
  const url = await tab.getByLabel('Address of your calendar').inputValue()
  assert.equal((await nobody.get(new URL(url).pathname)).status, 200)
  assert.deepEqual(await violations(tab), [])
  await tab.getByRole('button', { name: 'Revoke' }).click()
  await tab.getByRole('dialog').getByRole('button', { name: 'Revoke' }).click()
  await tab.getByText('The address no longer works').waitFor()
  assert.equal((await nobody.get(new URL(url).pathname)).status, 404)
})
