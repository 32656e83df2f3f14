import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Page } from 'playwright-core'
import { freshEmail, PASSWORD, tokenFrom, verify } from '#features/people/outbox.testing.ts'
import { isWide, useBrowser, violations } from './browser.ts'
import { type Owner, signedIn } from './signed-in.ts'

const { page, program } = useBrowser()

const phone = { viewport: { width: 390, height: 800 } }

async function signIn(tab: Page, email: string, password: string) {
  await tab.getByLabel('Work email').fill(email)
  await tab.getByLabel('Password', { exact: true }).fill(password)
  await tab.getByRole('button', { name: 'Sign in' }).click()
}

/** A member who has taken the invitation, in a tab of their own. */
async function colleague(api: Owner, name: string): Promise<{ tab: Page; user: { id: string } }> {
  await verify(program(), api)
  const { token } = await api.post('/invites', { email: freshEmail(), role: 'MEMBER' })
  const tab = await page()
  const data = { token, name, password: PASSWORD }
  const joined = await tab.context().request.post('/api/v1/invites/accept', { data })
  assert.ok(joined.ok(), await joined.text())
  return { tab, user: (await joined.json()).user }
}

test('a workspace is set up in steps that are left, taken up again and skipped, and then no more', async () => {
  const tab = await page({ locale: 'de-DE' })
  const api = await signedIn(tab)
  const languages: string[] = []
  tab.on('request', request => languages.push(...(/\/assets\/(de|en)-/.exec(request.url())?.slice(1) ?? [])))
  await tab.goto('/')
  await tab.getByRole('link', { name: 'Weitermachen' }).click()
  assert.deepEqual([...new Set(languages)], ['de'])
  await tab.getByLabel('Name').fill('Nordwind')
  assert.deepEqual(await violations(tab), [])
  await tab.getByRole('button', { name: 'Weiter', exact: true }).click()
  await tab.getByRole('heading', { name: 'Wie Sie verkaufen' }).waitFor()
  const named = await api.get('/workspaces/current')
  assert.deepEqual([named.name, named.currency, named.settings.onboarding], ['Nordwind', 'EUR', 'pipeline'])
  await tab.goto('/')
  await tab.getByText('3 Schritte sind übrig').waitFor()
  await tab.goto('/welcome')
  await tab.getByRole('radio', { name: 'Kurz und einfach' }).click()
  assert.deepEqual(await violations(tab), [])
  await tab.getByRole('button', { name: 'Weiter', exact: true }).click()
  await tab.getByRole('heading', { name: 'Ihr Team' }).waitFor()
  const [pipeline] = (await api.get('/pipelines')).rows
  assert.deepEqual(
    pipeline.stages.map((stage: { name: string }) => stage.name),
    ['Neu', 'Im Gespräch', 'Angebot', 'Gewonnen', 'Verloren'],
  )
  await tab.getByText('sobald Ihre Adresse bestätigt ist').waitFor()
  await verify(program(), api)
  await tab.reload()
  await tab.getByLabel('E-Mail-Adressen').fill(`${freshEmail()}\nkeine Adresse`)
  await tab.getByRole('button', { name: 'Weiter', exact: true }).click()
  await tab.getByText('1 Einladung versandt').waitFor()
  await tab.getByText(/^keine: .*Ist keine E-Mail-Adresse/).waitFor()
  await tab.getByRole('button', { name: 'Überspringen', exact: true }).click()
  await tab.getByRole('heading', { name: 'Ihre Daten' }).waitFor()
  assert.deepEqual(await violations(tab), [])
  await tab.getByRole('button', { name: 'Mit Beispieldaten ausprobieren' }).click()
  await tab.getByRole('heading', { name: 'Pipeline', level: 1 }).waitFor()
  await tab.getByRole('region', { name: 'Angebot' }).getByRole('link').first().waitFor()
  assert.equal((await api.get('/workspaces/current')).settings.onboarding, undefined)
  await tab.goto('/welcome')
  await tab
    .getByRole('heading', { name: 'Hello, Ana' })
    .or(tab.getByRole('heading', { name: /Ana/ }))
    .waitFor()
  assert.equal(await tab.getByRole('link', { name: 'Weitermachen' }).count(), 0)
  await tab.goto('/settings/imports')
  await tab.getByRole('button', { name: 'Beispieldaten entfernen' }).click()
  await tab.getByText(/Beispiele wurden in den Papierkorb gelegt/).waitFor()
  assert.equal((await api.get('/companies')).total, 0)
})

test('all records are searched from the palette on, narrowed, walked by keys and remembered', async () => {
  const tab = await page()
  const api = await signedIn(tab)
  const company = await api.post('/companies', { name: 'Borealis Freight' })
  await api.post('/contacts', {
    firstName: 'Ida',
    lastName: 'Berg',
    companyId: company.id,
    jobTitle: 'Borealis buyer',
  })
  await api.post('/notes', { body: 'Borealis wants scanners', relatedType: 'company', relatedId: company.id })
  await tab.goto('/tasks')
  await tab.getByRole('heading', { level: 1 }).waitFor()
  await tab.keyboard.press('Control+k')
  await tab.getByRole('combobox').fill('borealsi')
  await tab.getByRole('option', { name: /Borealis Freight/ }).waitFor()
  await tab.getByRole('combobox').fill('borealis')
  await tab.getByRole('option', { name: 'See all results for “borealis”' }).click()
  await tab.getByText('3 results').waitFor()
  await tab.locator('mark', { hasText: 'Borealis' }).first().waitFor()
  assert.deepEqual(await violations(tab), [])
  await tab.getByRole('button', { name: /^Notes/ }).click()
  await tab.getByText('1 result', { exact: true }).waitFor()
  await tab.getByRole('button', { name: 'Everything' }).click()
  await tab.getByText('3 results').waitFor()
  await tab.getByRole('searchbox').focus()
  await tab.keyboard.press('ArrowDown')
  await tab.keyboard.press('Enter')
  await tab.getByRole('heading', { name: 'Borealis Freight', level: 1 }).waitFor()
  await tab.goto('/search')
  await tab.getByRole('button', { name: 'borealis' }).click()
  await tab.getByText('3 results').waitFor()
})

test('who is invited joins as a viewer, reads, and is offered nothing that they may not do', async () => {
  const owner = await page()
  const api = await signedIn(owner)
  await verify(program(), api)
  const company = await api.post('/companies', { name: 'Borealis Freight' })
  const deal = await api.post('/deals', { title: '20 scanners', amount: 100, companyId: company.id })
  await api.post('/invoices', { title: 'Scanners', amount: 10 })
  const email = freshEmail()
  await api.post('/invites', { email, role: 'VIEWER' })
  const tab = await page()
  await tab.goto(`/invite?token=${await tokenFrom(program(), email, 'invite')}`)
  await tab.getByLabel('Your name').fill('Vera Viewer')
  await tab.getByLabel('Password', { exact: true }).fill(PASSWORD)
  await tab.getByRole('button', { name: 'Join' }).click()
  await tab.getByRole('heading', { name: 'Hello, Vera' }).waitFor()
  const writes = tab.getByRole('button', {
    name: /^(New |Edit: |Add|Delete|Create|Log |Convert|Send|Import|Save$)/,
  })
  const paths = [
    ...['/', '/pipeline', '/companies', '/contacts', '/leads', '/deals', '/tasks', '/visits', '/invoices'],
    ...['/projects', '/campaigns', `/companies/${company.id}`, `/deals/${deal.id}`, '/trash'],
  ]
  for (const path of paths) {
    await tab.goto(path)
    await tab.getByRole('heading', { level: 1 }).waitFor()
    await tab.waitForLoadState('networkidle')
    assert.deepEqual(await writes.allTextContents(), [], path)
    // Nor is it asked of them where there is nothing yet.
    assert.equal(
      await tab.getByText(/Create the first one|Log a call or write|Add those who/).count(),
      0,
      path,
    )
    await tab.keyboard.press('n')
    assert.equal(await tab.getByRole('dialog').count(), 0, path)
  }
  await tab.goto('/companies')
  await tab.getByRole('row', { name: /Borealis/ }).waitFor()
  // Whoever can do nothing with what they select selects nothing.
  assert.equal(await tab.getByRole('checkbox').count(), 0)
  await tab.goto('/imports/new/contact')
  await tab.getByRole('heading', { name: 'Not for your role' }).waitFor()
})

test('a member is told of links to what they may not see, and is shown no label without a value', async () => {
  const owner = await page()
  const api = await signedIn(owner)
  const { tab, user } = await colleague(api, 'Ben Okri')
  const company = await api.post('/companies', { name: 'Borealis Freight' })
  const deal = await api.post('/deals', { title: '20 scanners', companyId: company.id, ownerId: user.id })
  await tab.goto(`/deals/${deal.id}`)
  await tab.getByText('Not visible to you').waitFor()
  // Among the details, and not once more beside the title.
  assert.equal(await tab.getByText('Company', { exact: true }).count(), 1)

  // A dashboard that is shared says so where it shows less than its maker sees, and its maker what others do not see.
  const measures = [{ op: 'count' }]
  const report = await api.post('/reports', { name: 'All deals', entity: 'deal', measures, chart: 'NUMBER' })
  const tiles = [{ reportId: report.id, width: 2, height: 2 }]
  const dashboard = await api.post('/dashboards', { name: 'Team', shared: true, tiles })
  await owner.goto(`/dashboards/${dashboard.id}`)
  await owner.getByRole('img', { name: 'This report is private' }).waitFor()
  await tab.goto(`/dashboards/${dashboard.id}`)
  await tab.getByText('Counted over the records that you may see.').waitFor()
  assert.equal(await tab.getByRole('img', { name: 'This report is private' }).count(), 0)

  // Of another's deal that they see no note is offered to be changed, however many there are.
  await api.patch('/workspaces/current', { settings: { recordVisibility: 'workspace' } })
  const theirs = await api.post('/deals', { title: '30 scanners' })
  const noted = (n: number) => ({ body: `Note ${n}`, relatedType: 'deal', relatedId: theirs.id })
  const operations = Array.from({ length: 205 }, (_, n) => ({ op: 'create', data: noted(n) }))
  await api.post('/notes/bulk', { operations })
  await tab.goto(`/deals/${theirs.id}`)
  await tab.getByText('Note 204').waitFor()
  for (let n = 174; n > 0; n -= 30) {
    await tab.getByRole('button', { name: 'Show more' }).click()
    await tab.getByText(`Note ${n}`, { exact: true }).waitFor()
  }
  await tab.getByText('Note 0', { exact: true }).waitFor()
  await tab.waitForLoadState('networkidle')
  assert.equal(await tab.getByRole('button', { name: 'More: Note' }).count(), 0)
  await tab.goto(`/deals/${deal.id}`)
  await api.post('/notes', { ...noted(1), relatedId: deal.id })
  await tab.getByRole('button', { name: 'More: Note' }).waitFor()
})

test('who is deactivated while at work is signed out and told why; the admin is told what was done', async () => {
  const tab = await page()
  const api = await signedIn(tab)
  const { tab: other } = await colleague(api, 'Ben Okri')
  await other.goto('/contacts')
  await other.getByText('No contacts yet').waitFor()
  const mayMake = other.getByRole('button', { name: 'New contact' }).first()
  await mayMake.click()
  await other.getByLabel('First name').fill('Half wri')
  await tab.goto('/settings/members')
  await tab.getByRole('combobox', { name: 'Role: Ben Okri' }).click()
  await tab.getByRole('option', { name: 'Viewer' }).click()
  await tab.getByText('Ben Okri now has the role Viewer').waitFor()
  // Told by the open connection: nothing is clicked there.
  await mayMake.waitFor({ state: 'detached' })
  await tab.getByRole('button', { name: 'More: Ben Okri' }).click()
  await tab.getByRole('menuitem', { name: 'Deactivate' }).click()
  await tab.getByRole('dialog', { name: 'Deactivate Ben Okri?' }).waitFor()
  await tab.getByRole('button', { name: 'Deactivate', exact: true }).click()
  await tab.getByText('Ben Okri is deactivated and signed out').waitFor()
  await other.getByText('An admin has deactivated your account').waitFor()
  await other.goto('/tasks')
  await other.getByText('An admin has deactivated your account').waitFor()
  assert.deepEqual(await violations(other), [])
})

test('a password is set anew by the link in a mail', async () => {
  const tab = await page()
  const email = freshEmail()
  await tab.context().request.post('/api/v1/auth/register', {
    data: { name: 'Rosa', email, password: PASSWORD, workspaceName: 'Reset' },
  })
  await tab.context().clearCookies()
  await tab.goto('/sign-in')
  await tab.getByLabel('Work email').fill(email)
  await tab.getByRole('link', { name: 'Forgot your password?' }).click()
  await tab.getByRole('heading', { name: 'Reset your password' }).waitFor()
  assert.equal(new URL(tab.url()).search, '', 'no address of somebody in an address')
  assert.equal(await tab.getByLabel('Work email').inputValue(), email)
  await tab.getByRole('button', { name: 'Send link' }).click()
  await tab.getByText('a link is on its way').waitFor()
  await tab.goto(`/reset-password?token=${await tokenFrom(program(), email, 'reset-password')}`)
  await tab.getByLabel('New password').fill('short')
  await tab.getByRole('button', { name: 'Save password' }).click()
  await tab.getByRole('alert').getByText('At least 10 characters').waitFor()
  await tab.getByLabel('New password').fill('eleven yellow tractors')
  await tab.getByRole('button', { name: 'Save password' }).click()
  await tab.getByText('Your password has been changed').waitFor()
  await tab.getByRole('link', { name: 'Sign in' }).click()
  await signIn(tab, email, 'eleven yellow tractors')
  await tab.getByRole('heading', { name: 'Hello, Rosa' }).waitFor()
})

test('a colleague is told at once, and goes from the bell to what it is about', async () => {
  const tab = await page()
  const api = await signedIn(tab)
  const { tab: other } = await colleague(api, 'Ben')
  await other.goto('/contacts')
  await other.getByRole('button', { name: 'Notifications', exact: true }).waitFor()
  await other.waitForTimeout(500)
  const ben = (await api.get('/users')).rows.find((user: { name: string }) => user.name === 'Ben')
  const task = await api.post('/tasks', { title: 'Call Oslo', assigneeId: ben.id })
  await other.getByRole('button', { name: 'Notifications, 1 unread' }).click()
  await other.getByText('Ana Ruiz assigned the task “Call Oslo” to you').click()
  await other.getByRole('heading', { name: 'Call Oslo' }).waitFor()
  assert.match(other.url(), new RegExp(task.id))
  await other.getByRole('button', { name: 'Notifications', exact: true }).waitFor()
})

test('a move on the board reads the two lanes again between which the deal went, and no other', async () => {
  const tab = await page({ viewport: { width: 1600, height: 800 } })
  const api = await signedIn(tab)
  const deal = await api.post('/deals', { title: '20 scanners', amount: 100 })
  await tab.goto('/pipeline')
  const lane = (name: string) => tab.getByRole('region', { name, exact: true })
  await lane('Prospecting').getByText('20 scanners').waitFor()
  await tab.waitForTimeout(500)
  const read: string[] = []
  tab.on('request', request => {
    const url = new URL(request.url())
    if (url.pathname === '/api/v1/deals') read.push(url.searchParams.get('filter') ?? '')
  })
  await lane('Prospecting').getByText('20 scanners').dragTo(lane('Proposal'))
  await tab.getByText('20 scanners moved to Proposal').waitFor()
  await tab.waitForTimeout(1000)
  const stages = (await api.get('/stages?sort=order')).rows
  const idOf = (name: string) => stages.find((stage: { name: string }) => stage.name === name).id
  assert.deepEqual(
    read.map(filter => JSON.parse(filter).value).sort(),
    [idOf('Prospecting'), idOf('Proposal')].sort(),
  )
  read.length = 0
  await api.patch(`/deals/${deal.id}`, { stageId: idOf('Negotiation') })
  await lane('Negotiation').getByText('20 scanners').waitFor()
  assert.deepEqual(
    read.map(filter => JSON.parse(filter).value).sort(),
    [idOf('Proposal'), idOf('Negotiation')].sort(),
  )
})

test('what somebody reaches for is asked for before it is opened; numbers are written to be read', async () => {
  const tab = await page()
  const api = await signedIn(tab)
  const names = ['Ida', 'Per', 'Kim']
  for (const firstName of names) await api.post('/contacts', { firstName, phone: '+4720123456' })
  await tab.goto('/contacts')
  await tab.getByRole('link', { name: '+47 20 12 34 56' }).first().waitFor()
  const asked: string[] = []
  tab.on('request', request => asked.push(new URL(request.url()).pathname))
  const link = tab.getByRole('link', { name: 'Per' })
  const path = `/api/v1${await link.getAttribute('href')}`
  const told = tab.waitForRequest(request => new URL(request.url()).pathname === `${path}/activities`)
  await link.hover()
  await told
  assert.ok(asked.includes(path))
  assert.equal(new URL(tab.url()).pathname, '/contacts')
  await link.click()
  await tab.getByRole('heading', { name: 'Per', level: 1 }).waitFor()
  assert.equal(asked.filter(each => each === path).length, 1)
  const listed = tab.waitForRequest(request => new URL(request.url()).pathname === '/api/v1/companies')
  await tab.getByRole('link', { name: 'Companies' }).hover()
  await listed
})

test('what opens over a page meets WCAG 2.2 AA too: menus, filters, columns, pickers', async () => {
  for (const look of [{}, { colorScheme: 'dark', ...phone }] as const) {
    const tab = await page(look)
    const api = await signedIn(tab)
    const deal = await api.post('/deals', { title: '20 scanners', expectedCloseDate: '2024-01-31' })
    await api.post('/contacts', { firstName: 'Ida' })
    const opens: Array<[path: string, button: string | RegExp, shown: string]> = [
      ['/deals', 'Filter', 'Add condition'],
      ['/deals', 'Columns', 'Probability'],
      [`/deals/${deal.id}`, 'More', 'Delete'],
      ['/reports/new', /^Filter/, 'Add condition'],
      ['/', /Ana Ruiz/, 'Keyboard shortcuts'],
      ['/visits', 'New visit', 'Ida'],
    ]
    for (const [path, button, shown] of opens) {
      await tab.goto(path)
      await tab.getByRole('button', { name: button, exact: true }).first().click()
      await tab.getByText(shown, { exact: true }).first().waitFor()
      // Colours of what fades in are not yet those that stay.
      await tab.waitForTimeout(400)
      assert.deepEqual(await violations(tab), [], `${path}: ${button}`)
    }
  }
})

test('selected contacts are put into a campaign', async () => {
  const tab = await page()
  const api = await signedIn(tab)
  const campaign = await api.post('/campaigns', { name: 'Spring letter' })
  for (const firstName of ['Ida', 'Per'])
    await api.post('/contacts', { firstName, email: freshEmail(firstName) })
  await tab.goto('/contacts')
  await tab.getByRole('checkbox', { name: 'Select all loaded rows' }).check()
  await tab.getByRole('button', { name: 'Add to campaign' }).click()
  await tab.getByLabel('Campaign', { exact: true }).fill('spring')
  await tab.getByRole('option', { name: 'Spring letter' }).click()
  assert.deepEqual(await violations(tab), [])
  await tab.getByRole('dialog').getByRole('button', { name: 'Add', exact: true }).click()
  await tab.getByText('2 added').waitFor()
  assert.equal((await api.get(`/campaigns/${campaign.id}/contacts`)).total, 2)
  await tab.getByRole('checkbox', { name: 'Select all loaded rows' }).check()
  await tab.getByRole('toolbar').getByRole('button', { name: 'Delete' }).click()
  await tab.getByText('No contacts yet').waitFor()
  await tab.getByRole('button', { name: 'Undo' }).click()
  await tab.getByRole('row', { name: /Per/ }).waitFor()
  assert.equal((await api.get('/contacts')).total, 2)
})

test('very long names leave every page within the width of a phone', async () => {
  const tab = await page(phone)
  const api = await signedIn(tab)
  const long = 'Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft'.repeat(2)
  const company = await api.post('/companies', { name: long, tags: [long.slice(0, 60)] })
  const contact = await api.post('/contacts', {
    firstName: long.slice(0, 80),
    lastName: long.slice(0, 80),
    companyId: company.id,
  })
  const deal = await api.post('/deals', { title: long, amount: 99999999.99, companyId: company.id })
  const lead = await api.post('/leads', { name: long.slice(0, 120) })
  const task = await api.post('/tasks', { title: long, relatedType: 'deal', relatedId: deal.id })
  const paths = [
    ...['/', '/pipeline', '/companies', '/contacts', '/leads', '/deals', '/tasks'],
    ...[`/companies/${company.id}`, `/contacts/${contact.id}`, `/deals/${deal.id}`],
    ...[`/leads/${lead.id}`, `/tasks/${task.id}`, `/search?q=${long.slice(0, 20)}`],
  ]
  for (const path of paths) {
    await tab.goto(path)
    await tab.getByRole('heading', { level: 1 }).waitFor()
    await tab.waitForLoadState('networkidle')
    assert.equal(await isWide(tab), false, path)
  }
})
