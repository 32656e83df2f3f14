import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import type { Page } from 'playwright-core'
import { PASSWORD, signUp } from '#features/people/outbox.testing.ts'
import { useBrowser, violations } from './browser.ts'

const { page } = useBrowser()

const signIn = async (tab: Page, email: string, to: string) => {
  await tab.goto(to)
  await tab.getByLabel('Work email').fill(email)
  await tab.getByLabel('Password', { exact: true }).fill(PASSWORD)
  await tab.getByRole('button', { name: 'Sign in' }).click()
}
const chosen = async (tab: Page, label: string, option: string) => {
  await tab.getByRole('combobox', { name: label, exact: true }).click()
  await tab.getByRole('option', { name: option, exact: true }).click()
}
const headings = (tab: Page) => tab.getByRole('main').getByRole('heading', { level: 2 }).allTextContents()

test('a report is built with its answer beside it, saved, mailed, exported and put on a dashboard', async () => {
  const ana = await signUp('Ana', { workspaceName: 'Northwind' })
  await ana.patch('/workspaces/current', { settings: { exchangeRates: { EUR: 2 } } })
  for (const [title, amount, currency, source] of [
    ['A', 100, 'USD', 'Fair'],
    ['B', 50, 'EUR', 'Fair'],
    ['C', 30, 'USD', 'Web'],
    ['D', 7, 'JPY', 'Web'],
  ])
    assert.equal((await ana.post('/deals', { title, amount, currency, source })).status, 201)
  const { id: companyId } = (
    await ana.post('/companies', { name: 'Forge', industry: 'Steel', billingAddress: { country: 'Norway' } })
  ).body
  const { rows } = (await ana.get('/deals?sort=-amount')).body
  await ana.patch(`/deals/${rows[0].id}`, { companyId, tags: ['big', 'new'] })
  const tab = await page()
  await signIn(tab, ana.email, '/reports/new')
  await tab.getByLabel('Name of the report').fill('Deals by source')
  const shown = tab.getByRole('region', { name: 'Deals by source, Table' })
  // What is typed replaces what was chosen.
  await tab.getByRole('combobox', { name: 'Group by' }).click()
  await tab.keyboard.type('industry')
  await tab.getByRole('option', { name: 'Company: Industry' }).click()
  await shown.getByRole('row', { name: /^Steel/ }).waitFor()
  await chosen(tab, 'Group by', 'Company: Country (Billing address)')
  await shown.getByRole('row', { name: /^Norway/ }).waitFor()
  await chosen(tab, 'Group by', 'Tags')
  await shown.getByRole('row', { name: /^big/ }).waitFor()
  await tab.getByText('A record counts once in each of its values').waitFor()
  await chosen(tab, 'Group by', 'Source')
  const table = tab.getByRole('region', { name: 'Deals by source, Table' })
  await table.getByText('$200').waitFor()
  assert.match((await table.getByRole('row', { name: /^Fair/ }).textContent())!, /\$200/)
  await tab.getByText('1 EUR = 2 USD · 1 in JPY has no exchange rate').waitFor()
  await tab.getByRole('button', { name: 'Donut' }).click()
  await tab.getByRole('img', { name: /Chart of Deals by source/ }).waitFor()
  // What is not saved yet survives a reload.
  await tab.reload()
  assert.equal(await tab.getByLabel('Name of the report').inputValue(), 'Deals by source')
  await tab.getByRole('button', { name: 'Save', exact: true }).click()
  await tab.waitForURL(/\/reports\/[0-9a-f-]{36}$/)
  await tab.getByRole('img', { name: /Chart of Deals by source/ }).waitFor()
  assert.deepEqual(await violations(tab), [])

  const menu = (name: string) =>
    tab
      .getByRole('main')
      .getByRole('button', { name: 'More', exact: true })
      .click()
      .then(() => tab.getByRole('menuitem', { name }).click())
  // What was saved is what stands there, and not what stood there before.
  await tab.getByRole('switch', { name: /^Shared with all/ }).click()
  await tab.getByRole('button', { name: 'Save', exact: true }).click()
  await tab.getByText('Report saved').first().waitFor()
  await tab.getByRole('button', { name: 'Discard changes' }).waitFor({ state: 'detached' })
  assert.equal(await tab.getByRole('switch', { name: /^Shared with all/ }).isChecked(), true)
  assert.equal(await tab.getByRole('button', { name: 'Save', exact: true }).isEnabled(), false)
  await menu('Send by mail')
  await chosen(tab, 'How often', 'Every month')
  assert.deepEqual(await violations(tab), [])
  await tab.getByRole('dialog').getByRole('button', { name: 'Save' }).click()
  await tab.getByText(/By mail: Every month, 08:00/).waitFor()
  const downloading = tab.waitForEvent('download')
  await menu('Export as CSV')
  const csv = readFileSync(await (await downloading).path(), 'utf8')
  assert.match(csv, /^source,sum of amount \(USD\)\r\nFair,200\r\nWeb,30\r\n/)

  for (const [name, entity] of [
    ['Companies', 'company'],
    ['Leads', 'lead'],
  ])
    await ana.post('/reports', {
      name: `Count of ${name}`,
      entity,
      measures: [{ op: 'count' }],
      chart: 'NUMBER',
    })
  await tab.goto('/dashboards')
  await tab.getByRole('button', { name: 'New dashboard' }).click()
  await tab.getByRole('dialog').getByLabel('Name').fill('Sales')
  await tab.getByRole('dialog').getByRole('button', { name: 'Create' }).click()
  for (const name of ['Deals by source', 'Count of Companies', 'Count of Leads']) {
    await chosen(tab, 'Add report', name)
    await tab.getByRole('heading', { name, level: 2 }).waitFor()
  }
  const handle = (name: string) => tab.getByRole('button', { name: `Move ${name}` })
  await handle('Count of Leads').focus()
  await tab.keyboard.press('ArrowLeft')
  await tab.getByText('Count of Leads is at place 2 of 3').waitFor()
  assert.deepEqual(await headings(tab), ['Deals by source', 'Count of Leads', 'Count of Companies'])
  await handle('Count of Companies').dragTo(tab.getByRole('listitem').filter({ hasText: 'Deals by source' }))
  await tab.getByText('Count of Companies is at place 1 of 3').waitFor()
  assert.deepEqual(await violations(tab), [])
  await tab.getByRole('button', { name: 'Done' }).click()
  await tab.reload()
  await tab.getByRole('heading', { name: 'Deals by source', level: 2 }).waitFor()
  assert.deepEqual(await headings(tab), ['Count of Companies', 'Deals by source', 'Count of Leads'])
})

test('the analytics stand on one page, on a phone too', async () => {
  const ana = await signUp('Ana', { workspaceName: 'Northwind' })
  await ana.post('/deals', { title: 'Open', amount: 100, currency: 'USD' })
  const won = await ana.post('/deals', { title: 'Won', amount: 40, currency: 'USD', status: 'WON' })
  assert.equal(won.status, 201, won.text)
  const tab = await page({ viewport: { width: 390, height: 844 } })
  await signIn(tab, ana.email, '/analytics')
  const panel = (name: string) => tab.getByRole('main').getByRole('region', { name, exact: true }).first()
  await panel('Win rate').getByText('100%').waitFor()
  await panel('Pipeline').getByRole('button', { name: 'Show as table' }).click()
  await panel('Pipeline')
    .getByRole('row', { name: /^Prospecting/ })
    .getByText('$100')
    .waitFor()
  await panel('Campaign return').getByText('Nothing in this period.').waitFor()
  assert.deepEqual(await violations(tab), [])
  const isWide = await tab.evaluate('document.documentElement.scrollWidth > innerWidth')
  assert.equal(isWide, false)
  for (const [path, empty] of [
    ['/reports', 'No reports yet'],
    ['/dashboards', 'No dashboards yet'],
  ] as const) {
    await tab.goto(path)
    await tab.getByText(empty).waitFor()
    assert.deepEqual(await violations(tab), [])
  }
  // What a report asks comes first there, and its answer is one touch away.
  await tab.goto('/reports/new')
  await tab.getByRole('combobox', { name: 'Records' }).waitFor()
  assert.equal(await tab.getByRole('main').locator('figure').isVisible(), false)
  await tab.getByText('Answer', { exact: true }).click()
  await tab.getByRole('main').locator('figure').waitFor()
  assert.equal(await tab.getByRole('combobox', { name: 'Records' }).isVisible(), false)
  assert.deepEqual(await violations(tab), [])
})
