import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Page } from 'playwright-core'
import { settingsFor, useModels } from '#integrations/llm/testing/model-server.testing.ts'
import { useBrowser, violations } from './browser.ts'
import { signedIn } from './signed-in.ts'

const { page } = useBrowser()
const server = useModels()

const field = (tab: Page) => tab.getByPlaceholder('Ask, or say what is to be done…')

async function say(tab: Page, sentence: string): Promise<void> {
  await field(tab).fill(sentence)
  await field(tab).press('Enter')
  await tab.getByRole('log').getByText(sentence, { exact: true }).last().waitFor()
}

test('one asks, follows a link, confirms by keyboard, rejects by mouse, and finds it all again', async () => {
  const tab = await page()
  const api = await signedIn(tab)
  const deal = await api.post('/deals', { title: 'Acme renewal', amount: 60_000 })
  await tab.goto('/')
  await tab.getByRole('link', { name: 'Assistant' }).waitFor()
  await tab.locator('body').press('g')
  await tab.locator('body').press('a')
  await tab.getByRole('heading', { name: 'What would you like to know?' }).waitFor()
  assert.deepEqual(await violations(tab), [])
  await tab.locator('textarea:focus').waitFor()
  await say(tab, 'show deals over 50k')
  await tab.getByRole('log').getByRole('link', { name: 'Acme renewal' }).waitFor()
  await tab.waitForURL(/\/assistant\/[\w-]{36}$/)
  await say(tab, 'move Acme renewal to Negotiation')
  const first = tab.getByRole('region', { name: 'Move Acme renewal to Negotiation' })
  await first.getByText('Prospecting').waitFor()
  await first.getByText('Negotiation', { exact: true }).waitFor()
  assert.deepEqual(await violations(tab), [])
  assert.equal((await api.get(`/deals/${deal.id}`)).version, 1)
  await field(tab).press('Control+Enter')
  await first.getByText('Done').waitFor()
  assert.equal((await api.get(`/deals/${deal.id}`)).probability, 75)
  await say(tab, 'set the amount of Acme renewal to 70k')
  const second = tab.getByRole('region', { name: 'Set the amount of Acme renewal' })
  await second.waitFor()
  await api.patch(`/deals/${deal.id}`, { amount: 65_000 })
  await second.getByRole('button', { name: 'Confirm' }).click()
  await second.getByText('has been changed meanwhile').waitFor()
  await second.getByRole('button', { name: 'Reject' }).click()
  await second.getByText('Rejected').waitFor()
  assert.equal((await api.get(`/deals/${deal.id}`)).amount, 65_000)
  await tab.reload()
  await second.getByText('Rejected').waitFor()
  await tab.getByRole('log').getByRole('link', { name: 'Acme renewal' }).first().click()
  await tab.waitForURL(`/deals/${deal.id}`)
})

test('conversations are renamed and deleted; the palette asks; a download comes', async () => {
  const tab = await page()
  const api = await signedIn(tab)
  await api.post('/deals', { title: 'Won one', status: 'WON', amount: 5 })
  await tab.goto('/')
  await tab
    .getByRole('button', { name: /Search or jump/ })
    .first()
    .click()
  await tab.getByRole('combobox').fill('export won deals as csv')
  await tab.getByRole('option', { name: /Ask the assistant/ }).click()
  const download = tab.waitForEvent('download')
  await tab
    .getByRole('log')
    .getByRole('link', { name: /Download 1 deal/ })
    .click()
  assert.match((await download).suggestedFilename(), /^deals-.*\.csv$/)
  await tab.getByRole('button', { name: /^More: Export won deals/ }).click()
  await tab.getByRole('menuitem', { name: 'Rename' }).click()
  await tab.getByRole('textbox', { name: 'Name' }).fill('Downloads')
  await tab.getByRole('dialog').getByRole('button', { name: 'Save' }).click()
  await tab.getByRole('heading', { name: 'Downloads' }).waitFor()
  await tab.getByRole('button', { name: 'More: Downloads' }).click()
  await tab.getByRole('menuitem', { name: 'Delete' }).click()
  await tab.getByText('What you ask is kept here, for you alone.').waitFor()
  assert.equal((await api.get('/ai/conversations')).total, 0)
})

test('on a phone the conversations are behind a button, and nothing is wider than the page', async () => {
  const tab = await page({ viewport: { width: 390, height: 844 }, colorScheme: 'dark' })
  const api = await signedIn(tab)
  const title = `${'Donaudampfschifffahrtsgesellschaftskapitän'.repeat(3)} order`
  await api.post('/deals', { title, amount: 60_000 })
  await tab.goto('/assistant')
  await say(tab, 'show deals')
  await tab.getByRole('log').getByRole('link').first().waitFor()
  await tab.waitForURL(/\/assistant\/[\w-]{36}$/)
  assert.ok(await tab.evaluate('document.documentElement.scrollWidth <= window.innerWidth'))
  assert.deepEqual(await violations(tab), [])
  await tab.getByRole('button', { name: 'Conversations' }).click()
  await tab.getByRole('dialog').getByRole('link', { name: 'Show deals' }).waitFor()
  assert.deepEqual(await violations(tab), [])
})

test('where the model fails one asks again, or takes the answer that needs none, also within a conversation', async () => {
  const tab = await page()
  const api = await signedIn(tab)
  await api.post('/deals', { title: 'Acme renewal', amount: 60_000 })
  await api.patch('/ai/settings', settingsFor(server, 'openai'))
  server.alwaysSays({ status: 401 })
  await tab.goto('/assistant')
  for (const sentence of ['show deals over 50k', 'show deals over 40k']) {
    await say(tab, sentence)
    const failed = tab.getByRole('alert').filter({ hasText: 'There is no answer' })
    await failed.getByRole('button', { name: 'Try again' }).waitFor()
    assert.deepEqual(await violations(tab), [])
    await failed.getByRole('button', { name: 'Answer without the model' }).click()
    await failed.waitFor({ state: 'detached' })
    await tab
      .getByRole('log')
      .getByRole('article')
      .last()
      .getByRole('link', { name: 'Acme renewal' })
      .waitFor()
    await tab.waitForURL(/\/assistant\/[\w-]{36}$/)
  }
})
