import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { until } from '#test/until.ts'
import { useBrowser, violations } from './browser.ts'
import { signedIn, signUp } from './signed-in.ts'

const { page } = useBrowser()

const DAY_MS = 86_400_000
const dayIn = (days: number) => new Date(Date.now() + days * DAY_MS).toISOString().slice(0, 10)
/** The month so many months from now, as YYYY-MM. */
const monthIn = (months: number) => {
  const now = new Date()
  return new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth() + months, 1)).toISOString().slice(0, 7)
}
const monthName = (month: string) =>
  new Intl.DateTimeFormat('en-US', { month: 'long', year: 'numeric', timeZone: 'UTC' }).format(
    new Date(`${month}-15T12:00:00Z`),
  )

test('a view is saved, marked where it is changed, opened first, deleted and taken back', async () => {
  const tab = await page()
  const api = await signedIn(tab)
  await api.post('/companies', { name: 'Alpha', status: 'CUSTOMER' })
  await api.post('/companies', { name: 'Beta', status: 'LEAD' })
  await tab.goto('/companies')
  const views = tab.getByRole('navigation', { name: 'Views' })
  await tab.getByRole('button', { name: 'Name', exact: true }).click()
  await views.getByRole('img', { name: 'Unsaved changes' }).waitFor()
  await tab.getByRole('button', { name: 'Save as view' }).click()
  await tab.getByLabel('Name of the view').fill('By name')
  await tab.getByRole('dialog').getByRole('button', { name: 'Save' }).click()
  await views.getByRole('link', { name: 'By name' }).waitFor()
  assert.equal((await api.get('/saved-views')).rows[0].sort, 'name')
  assert.match(tab.url(), /view=[\w-]{36}/)
  await tab.getByRole('button', { name: 'Name', exact: true }).click()
  await tab.getByRole('link', { name: 'By name Unsaved changes' }).waitFor()
  await tab.getByRole('row').nth(1).getByText('Beta').waitFor()
  await tab.getByRole('button', { name: 'Save', exact: true }).click()
  await tab.getByText('View saved').waitFor()
  assert.equal((await api.get('/saved-views')).rows[0].sort, '-name')
  await tab.getByRole('button', { name: 'More: By name' }).click()
  await tab.getByRole('menuitem', { name: 'Open first' }).click()
  await tab.goto('/companies')
  await views.locator('[aria-current]', { hasText: 'By name' }).waitFor()
  await tab.getByRole('button', { name: 'More: By name' }).click()
  await tab.getByRole('menuitem', { name: 'Delete' }).click()
  await views.getByRole('link', { name: 'By name' }).waitFor({ state: 'detached' })
  await tab.getByRole('button', { name: 'Undo' }).click()
  await views.getByRole('link', { name: 'By name' }).waitFor()
  const exporting = tab.waitForEvent('download')
  await tab.getByRole('button', { name: 'More', exact: true }).click()
  await tab.getByRole('menuitem', { name: 'Export for Excel' }).click()
  const file = await exporting
  assert.equal(file.suggestedFilename(), 'companies.xlsx')
  assert.equal(readFileSync(await file.path()).toString('latin1', 0, 2), 'PK')
})

test('a list is narrowed by what hangs on its records; what the bar cannot build is said and kept', async () => {
  const tab = await page()
  const api = await signedIn(tab)
  const alpha = await api.post('/companies', { name: 'Alpha' })
  const beta = await api.post('/companies', { name: 'Beta' })
  await api.post('/companies', { name: 'Gamma' })
  await api.post('/deals', { title: 'Large', amount: 20_000, companyId: alpha.id })
  await api.post('/deals', { title: 'Small', amount: 500, companyId: beta.id })
  const rows = (...names: string[]) =>
    until(async () => {
      const found = await tab.getByRole('row').getByRole('link').allTextContents()
      return found.sort().join() === names.join()
    })
  let release = () => {}
  const held = new Promise<void>(resolve => {
    release = resolve
  })
  await tab.route('**/assets/entities*', async route => {
    await held
    await route.continue()
  })
  await tab.goto('/companies')
  await rows('Alpha', 'Beta', 'Gamma')
  await tab.getByRole('button', { name: 'Filter' }).press('Enter')
  await tab.locator('[role=combobox][aria-label=Where]:focus').waitFor()
  // What a company links to is not loaded yet when it is asked for.
  await tab.keyboard.type('Deals')
  await tab.keyboard.press('Enter')
  release()
  await rows('Alpha', 'Beta')
  await tab.getByRole('button', { name: 'Add condition on the deals' }).click()
  await tab.getByRole('combobox', { name: 'with' }).fill('Amount')
  await tab.getByRole('option', { name: 'Amount', exact: true }).click()
  await tab.getByRole('textbox', { name: 'Amount' }).last().fill('10000')
  await rows('Alpha')
  assert.deepEqual(await violations(tab), [])
  await tab.getByRole('combobox', { name: 'Deals' }).last().click()
  await tab.getByRole('option', { name: 'do not exist' }).click()
  await rows('Beta', 'Gamma')

  const large = { field: 'amount', op: 'gte', value: 10_000 }
  const filter = {
    not: {
      or: [
        { not: { field: 'deals', op: 'some', value: large } },
        { field: 'createdAt', op: 'before', value: '-7d' },
      ],
    },
  }
  const view = await api.post('/saved-views', { entity: 'company', name: 'By a program', filter })
  await tab.goto(`/companies?view=${view.id}`)
  await rows('Alpha')
  await tab.getByRole('button', { name: /^Filter/ }).click()
  await tab
    .getByText('not (not Deals exist with Amount at least $10,000 or Created before 7 days ago)')
    .waitFor()
  await tab.getByRole('button', { name: 'Name', exact: true }).click()
  await tab.getByRole('button', { name: 'Save', exact: true }).click()
  await tab.getByText('View saved').waitFor()
  assert.deepEqual((await api.get(`/saved-views/${view.id}`)).filter, { and: [filter] })

  // Any of two conditions, or all of a group.
  const named = (value: string) => ({ path: 'name', op: 'contains', value })
  const both = { path: '', op: 'allOf', value: [named('b'), named('eta')] }
  const where = JSON.stringify([named('alp'), named('gam'), both])
  await tab.goto(`/companies?view=all&where=${encodeURIComponent(where)}`)
  await rows()
  await tab.getByRole('button', { name: 'Filter 3' }).click()
  const joined = tab.getByRole('combobox', { name: 'Joined by' })
  await joined.first().click()
  await tab.getByRole('option', { name: 'or' }).click()
  await rows('Alpha', 'Beta', 'Gamma')
  assert.deepEqual(await violations(tab), [])
  await tab.reload()
  await rows('Alpha', 'Beta', 'Gamma')
  await tab.getByRole('button', { name: 'Filter 3' }).click()
  await tab.getByRole('button', { name: 'Remove group' }).click()
  await rows('Alpha', 'Gamma')
  await tab.getByRole('button', { name: 'Add group' }).click()
  const group = tab.getByRole('group', { name: 'Group of conditions' })
  assert.equal(await group.getByRole('button', { name: 'Delete' }).count(), 2)
  await group.getByRole('button', { name: 'Delete' }).first().click()
  await group.getByRole('button', { name: 'Delete' }).click()
  await group.waitFor({ state: 'detached' })

  // Enter takes the first that is found, also before it is.
  await tab.goto('/deals?new=true')
  await tab.locator('[role=dialog] input:focus').waitFor()
  await tab.getByRole('dialog').getByRole('combobox', { name: 'Company' }).pressSequentially('bet')
  await tab.keyboard.press('Enter')
  await until(async () => (await tab.getByRole('combobox', { name: 'Company' }).inputValue()) === 'Beta')
})

test('what somebody else writes into an open field is told and not lost; what they write beside it is no matter', async () => {
  const tab = await page()
  const api = await signedIn(tab)
  const contact = await api.post('/contacts', { firstName: 'Ida', lastName: 'Berg', jobTitle: 'Buyer' })
  const stands = async () => {
    const { jobTitle, department } = await api.get(`/contacts/${contact.id}`)
    return [jobTitle, department]
  }
  await tab.goto(`/contacts/${contact.id}`)
  const edit = tab.getByRole('button', { name: 'Edit: Job title' }).first()
  const field = tab.getByRole('textbox', { name: 'Job title' })
  await edit.click()
  await field.fill('Head of purchasing')
  await api.patch(`/contacts/${contact.id}`, { department: 'Sales' })
  await tab.getByText('changed Department').waitFor()
  await field.press('Enter')
  await tab.getByText('changed Job title').waitFor()
  assert.deepEqual(await stands(), ['Head of purchasing', 'Sales'])
  await edit.click()
  await field.fill('Head of buying')
  await api.patch(`/contacts/${contact.id}`, { jobTitle: 'Director' })
  await tab.getByText('changed Job title').nth(1).waitFor()
  await field.press('Enter')
  await tab.getByText('Somebody else has changed this field meanwhile').waitFor()
  assert.deepEqual(await stands(), ['Director', 'Sales'])
  await edit.click()
  assert.equal(await field.inputValue(), 'Head of buying')
})

test('a deal closes in another month by mouse and by keys, and goes back where the server refuses', async () => {
  const tab = await page({ viewport: { width: 1600, height: 800 } })
  const api = await signedIn(tab)
  const [now, next, after] = [0, 1, 2].map(monthIn) as [string, string, string]
  const deal = await api.post('/deals', {
    title: '20 scanners',
    amount: 1000,
    expectedCloseDate: `${now}-28`,
  })
  const gone = await api.post('/deals', { title: 'Gone', amount: 5, expectedCloseDate: `${now}-28` })
  await tab.goto('/pipeline')
  await tab.getByRole('radio', { name: 'Forecast', exact: true }).click()
  const lane = (month: string) => tab.getByRole('region', { name: monthName(month), exact: true })
  await lane(now).getByText('$1K').first().waitFor()
  await lane(now).getByText('20 scanners').dragTo(lane(next))
  await lane(next).getByText('20 scanners').waitFor()
  await tab.getByText(`20 scanners moved to ${monthName(next)}`).waitFor()
  assert.equal((await api.get(`/deals/${deal.id}`)).expectedCloseDate, `${next}-28`)
  await lane(next).getByRole('link').focus()
  await tab.keyboard.press('Shift+ArrowRight')
  await tab.getByText(`20 scanners moved to ${monthName(after)}`).waitFor()
  assert.equal((await api.get(`/deals/${deal.id}`)).expectedCloseDate, `${after}-28`)
  const toast = tab.getByRole('alert').filter({ hasText: `20 scanners moved to ${monthName(after)}` })
  await toast.getByRole('button', { name: 'Undo' }).click()
  await lane(next).getByText('20 scanners').waitFor()
  await tab
    .getByText(`20 scanners moved to ${monthName(next)}`)
    .last()
    .waitFor()
  assert.equal((await api.get(`/deals/${deal.id}`)).expectedCloseDate, `${next}-28`)
  assert.deepEqual(await violations(tab), [])
  await tab.route(`**/api/v1/deals/${gone.id}`, route => route.fulfill({ status: 403, json: REFUSED }))
  await lane(now).getByRole('link', { name: /Gone/ }).focus()
  await tab.keyboard.press('Shift+ArrowRight')
  await tab.getByRole('alert').getByText('You may not change this').waitFor()
  await lane(now).getByText('Gone').waitFor()
})
const REFUSED = { error: 'You may not change this', code: 'FORBIDDEN', requestId: 'r', timestamp: '' }

test('an invoice is made from a deal, added up, sent and paid; its PDF is saved', async () => {
  const tab = await page()
  const api = await signedIn(tab)
  const company = await api.post('/companies', { name: 'Borealis Freight' })
  const deal = await api.post('/deals', { title: '20 scanners', currency: 'EUR', companyId: company.id })
  // What the company is billed stands with its deals.
  const billed = { title: 'First delivery', relatedType: 'company', relatedId: company.id }
  const { invoiceNumber } = await api.post('/invoices', billed)
  await tab.goto(`/deals/${deal.id}`)
  await tab.getByText('Of this deal and of its company').waitFor()
  await tab.getByRole('link', { name: `${invoiceNumber}` }).waitFor()
  await tab.getByRole('button', { name: 'New invoice' }).click()
  await tab.getByRole('dialog').getByRole('button', { name: 'Create' }).click()
  await tab.getByRole('button', { name: 'Add line' }).click()
  await tab.getByLabel('Description, 1').fill('Scanner')
  await tab.getByLabel('Quantity, 1').fill('3')
  // Key by key: what is half typed, as `0.`, must not be taken for nothing.
  await tab.getByLabel('Price, 1').pressSequentially('0.335')
  await tab.getByLabel('Tax, 1').fill('19')
  // 3 × 0.335 = 1.005, rounded to 1.01; 19 % of it is 0.19.
  await tab.getByText('€1.20').waitFor()
  await tab.reload()
  await tab.getByText('Draft restored').waitFor()
  await tab.getByRole('button', { name: 'Save lines' }).click()
  await tab.getByRole('button', { name: 'Save lines' }).waitFor({ state: 'detached' })
  const [invoice] = (await api.get(`/deals/${deal.id}/invoices`)).rows
  assert.deepEqual([invoice.amount, invoice.taxAmount], [1.2, 0.19])
  assert.deepEqual(await violations(tab), [])
  const confirm = (name: string) => tab.getByRole('dialog').getByRole('button', { name }).click()
  await tab.getByRole('button', { name: 'Mark as sent' }).click()
  await confirm('Mark as sent')
  await tab.getByRole('button', { name: 'Mark as paid' }).click()
  await confirm('Mark as paid')
  await tab.getByText('Marked as paid').waitFor()
  const paid = await api.get(`/invoices/${invoice.id}`)
  assert.equal(paid.status, 'PAID')
  assert.ok(paid.paidAt >= paid.issuedAt, 'paid before it was issued')
  assert.equal(await tab.getByRole('button', { name: 'Void' }).count(), 1)
  const download = tab.waitForEvent('download')
  await tab.getByRole('button', { name: 'Download PDF' }).click()
  assert.equal((await download).suggestedFilename(), `invoice-${invoice.invoiceNumber}.pdf`)
  await tab.goto(`/companies/${company.id}`)
  await tab.getByText('Of this company and of its deals').waitFor()
  for (const number of [invoiceNumber, invoice.invoiceNumber])
    await tab
      .getByRole('link', { name: `${number} ` })
      .last()
      .waitFor()
})

test('a visit is moved and made longer by mouse and keys, and what overlaps is told; a task is ticked off', async () => {
  const tab = await page()
  const api = await signedIn(tab)
  const contact = await api.post('/contacts', { firstName: 'Ida', lastName: 'Berg' })
  const date = dayIn(0)
  const visit = await api.post('/visits', { contactId: contact.id, date, time: '09:00', reason: 'Show' })
  await api.post('/visits', { contactId: contact.id, date, time: '14:00', reason: 'Sign' })
  const stands = async () => {
    const { date: day, time, durationMinutes } = await api.get(`/visits/${visit.id}`)
    return [day, time, durationMinutes]
  }
  await tab.goto('/visits')
  await tab.getByText('Day', { exact: true }).click()
  const block = tab.getByRole('link', { name: /Show/ })
  await block.focus()
  await tab.keyboard.press('Shift+ArrowDown')
  await tab.keyboard.press('Alt+ArrowDown')
  await tab.getByRole('link', { name: /Show.* 09:15–10:00/ }).waitFor()
  const box = (await block.boundingBox())!
  await tab.mouse.move(box.x + 40, box.y + 10)
  await tab.mouse.down()
  // The page is busy, as after its own news: it hears of the whole way at once, and draws none of it before the drop.
  const isBusy = tab.evaluate('for (const end = performance.now() + 500; performance.now() < end; );')
  const moves = tab.mouse.move(box.x + 42, box.y + 10 + 48 * 4.75, { steps: 5 })
  await Promise.all([isBusy, moves, tab.mouse.up()])
  await tab.getByRole('alert').getByText('another visit of the same member').waitFor()
  assert.deepEqual(await stands(), [date, '14:00', 45])
  await tab.getByRole('link', { name: /Show.*another visit/ }).waitFor()
  const low = (await block.boundingBox())!
  await tab.mouse.move(low.x + 40, low.y + low.height - 3)
  await tab.mouse.down()
  await tab.mouse.move(low.x + 40, low.y + low.height - 3 + 24, { steps: 4 })
  await tab.mouse.up()
  await tab.getByRole('link', { name: /Show.* 14:00–15:15/ }).waitFor()
  await tab.waitForLoadState('networkidle')
  assert.deepEqual(await stands(), [date, '14:00', 75])
  assert.deepEqual(await violations(tab), [])
  await api.post('/tasks', { title: 'Ring Ida', dueAt: new Date(Date.now() - 2 * DAY_MS).toISOString() })
  await tab.goto('/tasks?layout=today')
  await tab.getByRole('region', { name: 'Overdue' }).getByLabel('Mark as done: Ring Ida').click()
  await tab.getByText('Nothing is due').waitFor()
  assert.equal((await api.get('/tasks')).rows[0].status, 'DONE')
})

test('files are sent, refused in words, deleted and taken back; a record that is there twice becomes one', async () => {
  const tab = await page()
  const api = await signedIn(tab)
  const ida = await api.post('/contacts', {
    firstName: 'Ida',
    lastName: 'Berg',
    email: 'ida@borealis.example',
  })
  const twin = { firstName: 'Ida', lastName: 'Bergh', jobTitle: 'Buyer', phone: '+4720123456' }
  await api.post('/contacts', { ...twin, email: 'ida@borealis.example' })
  await tab.goto(`/contacts/${ida.id}`)
  const file = (name: string, mimeType: string, text: string) => ({
    name,
    mimeType,
    buffer: Buffer.from(text),
  })
  const input = tab.locator('input[type=file]')
  await input.setInputFiles([
    file('plan.txt', 'text/plain', 'Ship in May'),
    file('page.html', 'text/html', '<html>'),
  ])
  await tab.getByRole('alert').getByText('Files of this kind are not taken.').waitFor()
  await tab.getByRole('button', { name: 'plan.txt', exact: true }).click()
  await tab.getByRole('dialog').getByText('Ship in May').waitFor()
  await tab.keyboard.press('Escape')
  await tab.getByRole('button', { name: 'Delete: plan.txt' }).click()
  await tab.getByRole('button', { name: 'Undo' }).click()
  await tab.getByRole('button', { name: 'plan.txt', exact: true }).waitFor()
  await tab.getByRole('button', { name: /^Compare with Ida Bergh/ }).click()
  await tab.getByRole('radio', { name: 'Last name: Bergh' }).check()
  assert.deepEqual(await violations(tab), [])
  await tab.getByRole('button', { name: 'Merge', exact: true }).click()
  await tab.getByRole('heading', { name: 'Ida Bergh', level: 1 }).waitFor()
  const merged = await api.get(`/contacts/${ida.id}`)
  assert.deepEqual([merged.lastName, merged.jobTitle], ['Bergh', 'Buyer'])
  await tab.getByRole('button', { name: 'Undo' }).click()
  await tab.getByRole('heading', { name: 'Ida Berg', level: 1, exact: true }).waitFor()
  assert.equal((await api.get('/contacts')).total, 2)
})

test('a trial names the refused rows, and what is not understood is said before the import', async () => {
  const tab = await page()
  await signedIn(tab)
  const broken = 'Company name,Website,Status\n"Lost, Ltd",no address at all,\nFound,,Dormant\n'
  await tab.goto('/imports/new/company')
  await tab.locator('input[type=file]').setInputFiles({
    name: 'broken.csv',
    mimeType: 'text/csv',
    buffer: Buffer.from(broken),
  })
  await tab.getByRole('button', { name: 'Try it out' }).click()
  await tab.getByText('This was a trial: nothing has been written.').waitFor()
  await tab.getByRole('button', { name: 'Download refused rows' }).waitFor()
  await tab.getByRole('cell', { name: /^Website: .*no address at all/ }).waitFor()
  await tab
    .getByRole('cell', {
      name: /^Status: There is no such choice; there are Lead, Prospect, Customer, Churned “Dormant”/,
    })
    .waitFor()
  assert.deepEqual(await violations(tab), [])
  // Whoever goes on from a trial finds the file and what was set.
  await tab.getByRole('link', { name: 'Import the file' }).click()
  await tab.getByText('broken.csv').waitFor()
  await tab.getByText('1 not understood').waitFor()
  await tab.getByRole('combobox', { name: 'Dormant: Means' }).fill('chu')
  await tab.getByRole('option', { name: 'Churned' }).click()
  await tab.getByText('1 not understood').waitFor({ state: 'hidden' })
  assert.deepEqual(await violations(tab), [])
  await tab.getByRole('button', { name: 'Import', exact: true }).click()
  await tab.getByText('Completed').waitFor()
  await tab.getByRole('link', { name: 'Show records' }).click()
  await tab.getByRole('row', { name: /Found.*Churned/ }).waitFor()
})

test('an import of deals makes the companies and contacts that they name, and links to them', async () => {
  const tab = await page()
  await signUp(tab)
  await tab.goto('/imports/new/deal')
  await tab.locator('input[type=file]').setInputFiles({
    name: 'deals.csv',
    mimeType: 'text/csv',
    buffer: Buffer.from(
      'Deal name,Company,Primary contact,Contact email\nOne,Nordlicht,Ida Berg,ida@nord.example\n',
    ),
  })
  await tab.getByText('Primary contact (email)').first().waitFor({ state: 'attached' })
  await tab.getByLabel('Create companies and contacts that are not there yet').check()
  assert.deepEqual(await violations(tab), [])
  await tab.getByRole('button', { name: 'Import', exact: true }).click()
  await tab.getByText('Contacts made along the way').waitFor()
  assert.deepEqual(await violations(tab), [])
  await tab.getByRole('link', { name: 'Ida Berg' }).click()
  await tab.getByRole('heading', { name: 'Ida Berg', level: 1 }).waitFor()
  await tab.getByRole('link', { name: 'Nordlicht' }).first().waitFor()
})
