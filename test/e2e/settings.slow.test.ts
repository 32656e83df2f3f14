import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Page } from 'playwright-core'
import { PASSWORD, signUp, verify } from '#features/people/outbox.testing.ts'
import { stepAt, totpCode } from '#features/people/totp.ts'
import { until } from '#test/until.ts'
import { addressOf } from '#test/world.ts'
import { useBrowser, violations } from './browser.ts'
import { signedIn } from './signed-in.ts'

const { page, program } = useBrowser()

/** An owner whose address is verified, with a tab that has their session. */
async function begin() {
  const ana = await signUp('Ana', { workspaceName: 'Northwind' })
  await verify(program(), ana)
  const tab = await page()
  await signInto(tab, ana.email)
  return { ana, tab }
}

/** Without the form, which other journeys go through. */
async function signInto(tab: Page, email: string): Promise<void> {
  const data = { email, password: PASSWORD }
  const reply = await tab.context().request.post('/api/v1/auth/login', { data })
  assert.equal(reply.status(), 200, await reply.text())
}

const heading = (tab: Page, name: string) => tab.getByRole('heading', { name, level: 1 }).waitFor()
const inDialog = (tab: Page, name: string) =>
  tab.getByRole('dialog').getByRole('button', { name, exact: true }).click()

test('an admin sets up a pipeline and a field, by keys and by mouse, and deals use them', async () => {
  const { ana, tab } = await begin()
  await tab.goto('/settings/pipelines')
  await tab.getByRole('button', { name: 'New pipeline' }).click()
  await tab.getByLabel('Name').fill('Renewals')
  await inDialog(tab, 'Create')
  const stages = tab.getByRole('list', { name: 'Stages of Renewals' })
  await stages.waitFor()
  await tab.getByRole('button', { name: 'Add stage: Renewals' }).click()
  await tab.getByLabel('Name').fill('Legal check')
  await tab.getByLabel('Chance to win').fill('60')
  await inDialog(tab, 'Create')
  await stages.getByText('Legal check').waitFor()
  const names = async () =>
    (await stages.getByRole('listitem').allInnerTexts()).map(text => text.split('\n')[0])
  const saved = () => tab.waitForResponse(reply => reply.url().endsWith('/stages/reorder') && reply.ok())
  await Promise.all([saved(), tab.getByRole('button', { name: 'Move Legal check' }).press('Home')])
  assert.equal((await names())[0], 'Legal check')
  await Promise.all([
    saved(),
    tab
      .getByRole('button', { name: 'Move Legal check' })
      .dragTo(stages.getByText('Proposal'), { targetPosition: { x: 10, y: 18 } }),
  ])
  assert.deepEqual((await names()).slice(0, 4), ['Prospecting', 'Qualification', 'Proposal', 'Legal check'])
  await stages.getByRole('button', { name: 'More: Qualification' }).click()
  await tab.getByRole('menuitem', { name: 'Delete' }).click()
  await tab.getByText('No open deals are in this stage.').waitFor()
  await inDialog(tab, 'Delete')
  await stages.getByText('Qualification').waitFor({ state: 'detached' })
  assert.deepEqual(await violations(tab), [])

  await tab.goto('/settings/fields?entity=deal')
  await tab.getByRole('button', { name: 'New field' }).first().click()
  await tab.getByLabel('Label').fill('Contract term')
  assert.equal(await tab.getByLabel('Key').inputValue(), 'contractTerm')
  await tab.getByRole('dialog').getByLabel('Type').click()
  await tab.getByRole('option', { name: 'One of a list' }).click()
  for (const option of ['One year', 'Three years']) {
    await tab.getByLabel('New option').fill(option)
    await tab.getByLabel('New option').press('Enter')
  }
  assert.deepEqual(await violations(tab), [])
  await inDialog(tab, 'Create')
  await tab.getByText('One of a list: One year, Three years').waitFor()

  await tab.goto('/deals?new=true')
  await tab.getByLabel('Title').fill('Renew the scanners')
  await tab.getByRole('dialog').getByLabel('Pipeline').click()
  await tab.getByRole('option', { name: 'Renewals' }).click()
  await inDialog(tab, 'Create')
  await heading(tab, 'Renew the scanners')
  await tab.getByText('Prospecting').first().waitFor()
  await tab.getByRole('button', { name: /empty fields/ }).click()
  await tab.getByRole('button', { name: 'Edit: Contract term' }).click()
  await tab.getByRole('option', { name: 'Three years' }).click()
  await tab.getByRole('button', { name: 'Edit: Contract term Three years' }).waitFor()
  // Several of a list are offered as one is, and what is chosen by keys is not taken for done.
  const sites = {
    entity: 'deal',
    key: 'sites',
    label: 'Sites',
    type: 'multiSelect',
    options: ['Oslo', 'Turin'],
  }
  await ana.post('/custom-fields', sites)
  await ana.post('/custom-fields', { entity: 'deal', key: 'page', label: 'Page', type: 'url' })
  await tab.reload()
  await tab.getByRole('button', { name: /empty fields/ }).click()
  const changed = async (what: RegExp, how: () => Promise<void>) => {
    await tab.getByRole('button', { name: what }).click()
    await Promise.all([tab.waitForResponse(reply => reply.request().method() === 'PATCH'), how()])
  }
  await changed(/^Edit: Sites/, async () => {
    await tab.getByRole('option', { name: 'Oslo' }).click()
    await tab.keyboard.type('Tur')
    await tab.keyboard.press('ArrowDown')
    await tab.keyboard.press('Enter')
    await tab.keyboard.press('Enter')
  })
  // A day that is typed counts once it is whole, and not with the first figure of its month.
  await changed(/^Edit: Expected close date/, async () => {
    await tab.keyboard.type('12242031')
    await tab.keyboard.press('Enter')
  })
  // What is refused is there again where the field is opened anew.
  await changed(/^Edit: Page/, async () => {
    await tab.keyboard.type('no page')
    await tab.keyboard.press('Enter')
  })
  await tab.getByText('This is not an address such as').waitFor()
  await changed(/^Edit: Page/, async () => {
    assert.equal(await tab.getByRole('textbox', { name: 'Page' }).inputValue(), 'no page')
    await tab.getByRole('textbox', { name: 'Page' }).fill('scanners.example/renewals')
    await tab.keyboard.press('Enter')
  })
  const [deal] = (await ana.get('/deals')).body.rows
  assert.deepEqual(
    [deal.expectedCloseDate, deal.customFields.sites, deal.customFields.page],
    ['2031-12-24', ['Oslo', 'Turin'], 'https://scanners.example/renewals'],
  )
})

test('tags are merged by mouse into a name that is typed; the audit log calls a field of the workspace by its label', async () => {
  const tab = await page()
  const api = await signedIn(tab)
  await api.post('/custom-fields', {
    entity: 'company',
    key: 'hqRegion',
    label: 'Sales region',
    type: 'text',
  })
  const company = await api.post('/companies', { name: 'Alpha', tags: ['fast-response', 'slow-response'] })
  await api.patch(`/companies/${company.id}`, { customFields: { hqRegion: 'North' } })
  await tab.goto('/settings/tags')
  await tab.getByLabel('Choose fast-response').check()
  await tab.getByLabel('Choose slow-response').check()
  await tab.getByRole('button', { name: 'Merge 2 tags' }).click()
  await tab.getByLabel('Into').fill('response')
  // Nothing lies over the button, though what is typed is a part of the tags' names.
  await tab.getByRole('dialog').getByRole('button', { name: 'Merge', exact: true }).click()
  await tab.getByText('1 record changed').waitFor()
  assert.deepEqual((await api.get(`/companies/${company.id}`)).tags, ['response'])
  await tab.goto('/settings/audit-log')
  await tab.getByText(/Updated: Company Alpha · Sales region/).click()
  await tab.getByText('North', { exact: true }).waitFor()
})

test('a second factor is enrolled by its key, asked for at the next sign-in, and survives a lost phone', async () => {
  const { ana, tab } = await begin()
  await tab.goto('/settings/security')
  const refused: string[] = []
  tab.on('response', reply => reply.status() === 409 && refused.push(reply.url()))
  await tab.getByRole('button', { name: 'Turn on' }).click()
  await tab.getByRole('img', { name: 'QR code for your authenticator app' }).waitFor()
  assert.equal(await focused(tab), 'Code from your authenticator app')
  assert.deepEqual(await violations(tab), [])
  const secret = (await tab.getByRole('dialog').locator('code').textContent())!.replaceAll(' ', '')
  await tab.getByLabel('Code from your authenticator app').fill('000000')
  await inDialog(tab, 'Turn on')
  await tab.getByText('is not the code that the app shows now').waitFor()
  await tab.getByLabel('Code from your authenticator app').fill(totpCode(secret, stepAt(Date.now()) - 1))
  await inDialog(tab, 'Turn on')
  await tab.getByRole('dialog').getByText('Your recovery codes').waitFor()
  const codes = await tab.getByRole('dialog').locator('code').allTextContents()
  assert.equal(codes.length, 10)
  await inDialog(tab, 'I have kept them')
  await tab.getByText('10 recovery codes left').waitFor()
  // The button with which it began is gone; the focus is where it was.
  assert.equal(await focused(tab), 'New recovery codes')
  // No key is asked for once there is one.
  await tab.waitForLoadState('networkidle')
  assert.deepEqual(refused, [])

  const phone = await page({ viewport: { width: 390, height: 800 } })
  await phone.goto('/settings')
  for (const code of [totpCode(secret, stepAt(Date.now())), codes[0]!]) {
    await phone.getByLabel('Work email').fill(ana.email)
    await phone.getByLabel('Password', { exact: true }).fill(PASSWORD)
    await phone.getByRole('button', { name: 'Sign in' }).click()
    if (code === codes[0]) await phone.getByRole('button', { name: 'Use a recovery code' }).click()
    const field = phone.getByLabel(code === codes[0] ? 'Recovery code' : 'Code from your authenticator app', {
      exact: true,
    })
    // The keyboard of a phone has letters where a code has.
    assert.equal(await field.getAttribute('inputmode'), code === codes[0] ? 'text' : 'numeric')
    await field.fill(code)
    await phone.getByRole('button', { name: 'Sign in' }).click()
    await heading(phone, 'Settings')
    if (code !== codes[0]) {
      await phone.context().clearCookies()
      await phone.goto('/settings')
    }
  }
  // On a phone the list and a section are two pages.
  await phone.getByRole('link', { name: 'Security' }).click()
  await phone.getByText('9 recovery codes left').waitFor()
  assert.equal(await phone.getByRole('navigation', { name: 'Settings' }).count(), 0)
  assert.deepEqual(await violations(phone), [])
  const others = phone.getByRole('button', { name: 'End all others' })
  await others.click()
  await inDialog(phone, 'Cancel')
  await phone.getByRole('dialog').waitFor({ state: 'detached' })
  // The focus is where it was before the dialog took it.
  assert.equal(await focused(phone), 'End all others')
  await others.click()
  await inDialog(phone, 'End all others')
  await phone.getByText('All other sessions have ended').waitFor()
  await tab.reload()
  await tab.getByRole('button', { name: 'Sign in' }).waitFor()
})

/** What has the focus, by its name. */
const focused = (tab: Page) =>
  tab.evaluate(() => {
    const { activeElement } = (globalThis as unknown as { document: { activeElement: any } }).document
    return (activeElement.labels?.[0]?.textContent || activeElement.textContent) as string
  })

test('a key and a webhook are shown their secrets once, and do what they were given', async () => {
  const { tab } = await begin()
  await tab.goto('/settings/api-keys')
  await tab.getByRole('button', { name: 'New key' }).first().click()
  await tab.getByLabel('Name').fill('Warehouse')
  await inDialog(tab, 'Create')
  const key = await tab.getByLabel('Warehouse', { exact: true }).inputValue()
  const origin = await addressOf(program())
  const call = async (method: string) => {
    const headers = { 'x-api-key': key, 'content-type': 'application/json' }
    const body = method === 'POST' ? '{"name":"By key"}' : null
    return (await fetch(`${origin}/api/v1/companies`, { method, headers, body })).status
  }
  assert.deepEqual([await call('GET'), await call('POST')], [200, 403], 'it may read and no more')
  assert.deepEqual(await violations(tab), [])
  await tab.getByRole('button', { name: 'More: Warehouse' }).click()
  await tab.getByRole('menuitem', { name: 'Revoke' }).click()
  await inDialog(tab, 'Revoke')
  await tab.getByText('No API keys yet').waitFor()
  assert.equal(await call('GET'), 401)
  await tab.reload()
  await heading(tab, 'API keys')
  assert.equal(await tab.getByLabel('Warehouse', { exact: true }).count(), 0)

  await tab.goto('/settings/webhooks')
  await tab.getByRole('button', { name: 'New webhook' }).first().click()
  await tab.getByRole('combobox', { name: 'Events' }).fill('deal.')
  await tab.getByRole('option', { name: 'deal.updated' }).click()
  await tab.getByLabel('Address').fill('nowhere at all')
  await inDialog(tab, 'Create')
  await tab.getByRole('dialog').getByText('This is not an address such as https://example.com').waitFor()
  await tab.getByLabel('Address').fill('https://hooks.sample.invalid/crm')
  await tab.getByLabel('Name (optional)').fill('Order desk')
  await inDialog(tab, 'Create')
  assert.match(await tab.getByLabel('Secret of Order desk').inputValue(), /^whsec_/)
  await tab.getByRole('link', { name: 'Order desk' }).click()
  await tab.getByRole('button', { name: 'Send test' }).click()
  // A name that no server knows: the delivery fails, and says why.
  const log = tab.getByRole('region', { name: 'Deliveries' })
  await log.getByText('Failed', { exact: true }).waitFor()
  await log.getByRole('button', { name: 'webhook.test' }).click()
  await tab.getByText(/POST https:\/\/hooks\.sample\.invalid\/crm/).waitFor()
  assert.deepEqual(await violations(tab), [])
  await tab.getByRole('button', { name: 'Send again' }).click()
  await log.getByText('sent again').waitFor()
  await tab.getByRole('button', { name: 'Pause' }).click()
  await tab.getByText(/^Paused since/).waitFor()
})

test('what is typed into a dialog is there again after a reload, until it is sent or thrown away', async () => {
  const { tab } = await begin()
  for (const [path, open, field, typed] of [
    ['pipelines', 'New pipeline', 'Name', 'Renewals'],
    ['fields', 'New field', 'Label', 'Region'],
    ['webhooks', 'New webhook', 'Address', 'https://hooks.sample.invalid/crm'],
    ['api-keys', 'New key', 'Name', 'Warehouse'],
    ['members', 'Invite', 'Work email', 'mia@northwind.example'],
  ] as const) {
    const input = tab.getByRole('dialog').getByLabel(field, { exact: true })
    const opened = () => tab.getByRole('button', { name: open }).first().click()
    await tab.goto(`/settings/${path}`)
    await opened()
    await input.fill(typed)
    await tab.reload()
    await opened()
    assert.equal(await input.inputValue(), typed, path)
    await tab.getByRole('button', { name: 'Discard draft' }).click()
    assert.equal(await input.inputValue(), '', path)
  }
  await tab.goto('/settings/pipelines')
  await tab.getByRole('button', { name: 'New pipeline' }).first().click()
  await tab.getByRole('dialog').getByLabel('Name', { exact: true }).fill('Renewals')
  await inDialog(tab, 'Create')
  await tab.getByRole('heading', { name: 'Renewals' }).waitFor()
  await tab.getByRole('button', { name: 'New pipeline' }).first().click()
  assert.equal(await tab.getByRole('dialog').getByLabel('Name', { exact: true }).inputValue(), '')
})

test('a reload whose refresh was lost or refused for a moment does not sign out', async () => {
  const { tab } = await begin()
  await tab.goto('/companies')
  await heading(tab, 'Companies')
  const kept = async () => JSON.stringify(await tab.context().cookies())
  const before = await kept()
  // The server exchanges the cookie; the answer never reaches the browser.
  await tab.route(
    '**/api/v1/auth/refresh',
    async route => {
      const { cookie = '', 'user-agent': agent = '' } = await route.request().allHeaders()
      const headers = { cookie, 'user-agent': agent }
      const origin = await addressOf(program())
      assert.equal((await fetch(`${origin}/api/v1/auth/refresh`, { method: 'POST', headers })).status, 200)
      await route.abort()
    },
    { times: 1 },
  )
  await tab.reload()
  await tab.getByRole('button', { name: 'Try again' }).click()
  await heading(tab, 'Companies')
  // The client asks once more by itself, and has a cookie that serves again.
  await until(kept, cookies => cookies !== before, 'no new cookie')
  await tab.route('**/api/v1/auth/refresh', route =>
    route.fulfill({ status: 429, json: { message: 'Later' } }),
  )
  await tab.reload()
  await tab.getByRole('alert').waitFor()
  await tab.unroute('**/api/v1/auth/refresh')
  await tab.getByRole('button', { name: 'Try again' }).click()
  await heading(tab, 'Companies')
})

test('what is not saved is not left without a question, and a conflict is told', async () => {
  const { ana, tab } = await begin()
  await tab.goto('/settings/workspace')
  await tab.getByLabel('Name', { exact: true }).fill('Northwind Trading')
  await tab.getByRole('link', { name: 'Members' }).click()
  await tab.getByRole('dialog').getByText('What you changed on this page has not been saved.').waitFor()
  await inDialog(tab, 'Cancel')
  await ana.patch('/workspaces/current', { settings: { retentionDays: 60 } })
  await tab.getByRole('button', { name: 'Save' }).click()
  await tab.getByText(/Somebody else has changed the workspace meanwhile/).waitFor()
  await tab.getByRole('button', { name: 'Save' }).click()
  await tab.getByText('Saved', { exact: true }).waitFor()
  const { name, settings } = (await ana.get('/workspaces/current')).body
  assert.deepEqual([name, settings.retentionDays], ['Northwind Trading', 60])
  await tab.getByRole('link', { name: 'Members' }).click()
  await heading(tab, 'Members')
})

test('the trash says how many it holds, and is narrowed to a type; imports go back as far as there are any', async () => {
  const { ana, tab } = await begin()
  for (const [path, body] of [
    ['/companies', { name: 'Nordlicht' }],
    ['/tasks', { title: 'Ring Ida' }],
  ] as const)
    await ana.delete(`${path}/${(await ana.post(path, body)).body.id}`)
  await tab.goto('/trash')
  await tab.getByText('2 rows').waitFor()
  await tab.getByRole('combobox', { name: 'Type of record' }).click()
  await tab.getByRole('option', { name: 'Companies' }).click()
  await tab.getByText('1 row', { exact: true }).waitFor()
  await tab.reload()
  await tab.getByText('Nordlicht').waitFor()
  assert.equal(await tab.getByText('Ring Ida').count(), 0)
  await tab.goto('/trash')
  await tab.getByRole('textbox', { name: 'Search' }).fill('ida')
  await tab.getByText('Nordlicht').waitFor({ state: 'detached' })
  await tab.getByRole('button', { name: 'Restore: Ring Ida' }).waitFor()
  assert.match(tab.url(), /trash\?q=ida$/)
  await tab.getByRole('textbox', { name: 'Search' }).fill('nobody')
  await tab.getByText('Nothing found').waitFor()
  await tab.goto('/trash?entity=deal')
  await tab.getByText('No deals in the trash').waitFor()
  const { request } = tab.context()
  const login = await request.post('/api/v1/auth/login', { data: { email: ana.email, password: PASSWORD } })
  const headers = { authorization: `Bearer ${(await login.json()).token}` }
  for (let n = 0; n < 51; n++) {
    const buffer = Buffer.from(`name\nNordlicht ${n}\n`)
    const multipart = { file: { name: `${n}.csv`, mimeType: 'text/csv', buffer } }
    const reply = await request.post('/api/v1/companies/import', { headers, multipart })
    assert.equal(reply.status(), 202, await reply.text())
  }
  await tab.setViewportSize({ width: 390, height: 800 })
  await tab.goto('/settings/imports')
  await tab.getByRole('link', { name: '50.csv' }).waitFor()
  await tab.getByRole('button', { name: 'Show more' }).click()
  await tab.getByRole('link', { name: '0.csv', exact: true }).waitFor()
  await tab.getByText('Completed').nth(50).waitFor()
  const undo = (await tab.getByRole('button', { name: 'Undo: 50.csv' }).boundingBox())!
  assert.ok(undo.x + undo.width < 390)
  assert.deepEqual(await violations(tab), [])
})
