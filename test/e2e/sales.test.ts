import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import type { Page } from 'playwright-core'
import {
  freshEmail,
  PASSWORD,
  signUp as registered,
  tokenFrom,
  verify,
} from '#features/people/outbox.testing.ts'
import { slowTest } from '#test/slow.ts'
import { useBrowser, violations } from './browser.ts'

const { page, program } = useBrowser()

async function signUp(tab: Page): Promise<string> {
  const email = freshEmail()
  await tab.goto('/sign-up')
  await tab.getByLabel('Your name').fill('Ana Ruiz')
  await tab.getByLabel('Work email').fill(email)
  await tab.getByLabel('Password', { exact: true }).fill(PASSWORD)
  await tab.getByLabel('Company or team name').fill('Northwind')
  await tab.getByRole('button', { name: 'Create account' }).click()
  await tab.getByRole('button', { name: 'Skip the rest' }).click()
  await tab.getByRole('heading', { name: 'Hello, Ana' }).waitFor()
  return email
}

const create = (tab: Page) =>
  tab.getByRole('dialog').getByRole('button', { name: 'Create', exact: true }).click()

test('from signing up to the first deal that is won, by mouse and keyboard', async () => {
  const tab = await page()
  await signUp(tab)
  await tab.getByRole('link', { name: 'Companies' }).click()
  await tab.getByText('No companies yet').waitFor()
  await tab.keyboard.press('n')
  await tab.getByLabel('Name').fill('Borealis Freight')
  await create(tab)
  await tab.getByRole('heading', { name: 'Borealis Freight', level: 1 }).waitFor()
  await tab.getByPlaceholder('Write a note…').fill('They ship scanners to Oslo.')
  await tab.getByRole('button', { name: 'Add', exact: true }).click()
  await tab.getByText('They ship scanners to Oslo.').waitFor()
  await tab.getByRole('button', { name: 'New deal' }).click()
  await tab.getByLabel('Title').fill('20 scanners')
  await tab.getByLabel('Amount').fill('18400')
  await create(tab)
  await tab.getByRole('link', { name: 'Pipeline' }).click()
  const column = (name: string) => tab.getByRole('region', { name, exact: true })
  await column('Prospecting').getByText('20 scanners').waitFor()
  await column('Prospecting').getByText('20 scanners').dragTo(column('Proposal'))
  await column('Proposal').getByText('20 scanners').waitFor()
  for (const stage of ['Negotiation', 'Closed Won']) {
    await tab.getByRole('link', { name: /20 scanners/ }).focus()
    await tab.keyboard.press('Shift+ArrowRight')
    await column(stage).getByText('20 scanners').waitFor()
  }
  await tab.getByRole('link', { name: /20 scanners/ }).click()
  await tab.getByRole('button', { name: 'Edit: Status' }).getByText('Won').waitFor()
})

test('a lead is found in the palette, changed in place and converted', async () => {
  const tab = await page()
  await signUp(tab)
  await tab.goto('/leads')
  await tab.getByRole('button', { name: 'New lead' }).first().click()
  await tab.getByLabel('Name').fill('Tomás Prieto')
  await tab.getByLabel('Company').fill('Prieto y Hijos')
  await create(tab)
  await tab.getByRole('heading', { name: 'Tomás Prieto', level: 1 }).waitFor()
  await tab.getByRole('link', { name: 'Home' }).click()
  await tab.getByRole('heading', { name: 'Hello, Ana' }).waitFor()
  await tab.keyboard.press('Control+k')
  await tab.getByRole('combobox').fill('prieto')
  await tab.getByRole('option', { name: /Tomás Prieto/ }).waitFor()
  await tab.keyboard.press('Enter')
  await tab.getByRole('button', { name: 'Edit: Stage' }).click()
  await tab.getByRole('option', { name: 'Qualified', exact: true }).click()
  await tab.getByText('Ana Ruiz changed Stage').waitFor()
  await tab.getByRole('button', { name: 'Convert' }).click()
  await tab.getByRole('dialog').getByRole('button', { name: 'Convert' }).click()
  await tab.getByRole('heading', { name: 'Prieto y Hijos', level: 1 }).waitFor()
  assert.match(tab.url(), /\/deals\//)
})

test('a file is imported, its refused row named, and the import undone', async () => {
  const tab = await page()
  await signUp(tab)
  await tab.goto('/companies')
  await tab.getByRole('heading', { name: 'Companies', level: 1 }).waitFor()
  await tab.getByRole('button', { name: 'More' }).click()
  await tab.getByRole('menuitem', { name: 'Import' }).click()
  const broken = 'Company name,Website\n"Lost, Ltd",no address at all\n'
  const file = Buffer.concat([readFileSync('samples/companies.csv'), Buffer.from('\n')])
  const rows = file.toString().trim().split('\n').length - 1
  await tab.locator('input[type=file]').setInputFiles({
    name: 'companies.csv',
    mimeType: 'text/csv',
    buffer: file,
  })
  await tab.getByRole('cell', { name: 'Company name' }).waitFor()
  assert.deepEqual(await violations(tab), [])
  await tab.getByRole('button', { name: 'Import', exact: true }).click()
  await tab.getByText('Completed').waitFor()
  await tab.getByRole('link', { name: 'Show records' }).click()
  await tab.getByText('Brightwater Joinery').waitFor()
  assert.equal(await tab.getByRole('row').count(), rows + 1)
  await tab.goBack()
  await tab.getByRole('button', { name: 'Undo this import' }).click()
  await tab.getByText('Undone').waitFor()
  await tab.goto('/companies')
  await tab.getByText('No companies yet').waitFor()
  await tab.goto('/imports/new/company')
  await tab.locator('input[type=file]').setInputFiles({
    name: 'broken.csv',
    mimeType: 'text/csv',
    buffer: Buffer.from(broken),
  })
  await tab.getByRole('button', { name: 'Try it out' }).click()
  await tab.getByText('This was a trial: nothing has been written.').waitFor()
  await tab.getByRole('button', { name: 'Download refused rows' }).waitFor()
})

slowTest('what a colleague changes appears without a reload', async () => {
  const tab = await page()
  const email = await signUp(tab)
  const other = await page()
  await other.goto('/companies')
  await other.getByLabel('Work email').fill(email)
  await other.getByLabel('Password', { exact: true }).fill(PASSWORD)
  await other.getByRole('button', { name: 'Sign in' }).click()
  await other.getByText('No companies yet').waitFor()
  await other.waitForTimeout(1000)
  await tab.getByRole('link', { name: 'Companies' }).click()
  await tab.getByText('No companies yet').waitFor()
  await tab.keyboard.press('n')
  await tab.getByLabel('Name').fill('Seen At Once')
  await create(tab)
  await other.getByText('Seen At Once').waitFor()
})

slowTest('what is refused stands beside its field, and a draft survives a reload', async () => {
  const tab = await page()
  await signUp(tab)
  await tab.goto('/contacts')
  await tab.getByRole('button', { name: 'New contact' }).first().click()
  await tab.getByLabel('First name').fill('Ingrid')
  await tab.getByLabel('Email').fill('no address')
  await create(tab)
  await tab.getByText('must be an e-mail address').waitFor()
  await tab.reload()
  await tab.getByRole('button', { name: 'New contact' }).first().click()
  await tab.getByText('Draft restored').waitFor()
  await tab.getByLabel('Email').fill('ingrid@borealis.example')
  await create(tab)
  await tab.getByRole('heading', { name: 'Ingrid', level: 1 }).waitFor()
})

slowTest('a wrong password is told; whoever comes back by a link lands there after signing in', async () => {
  const first = await page()
  const email = await signUp(first)
  const tab = await page()
  await tab.goto('/tasks')
  await tab.getByLabel('Work email').fill(email)
  await tab.getByLabel('Password', { exact: true }).fill('not the password at all')
  await tab.getByRole('button', { name: 'Sign in' }).click()
  await tab.getByRole('alert').waitFor()
  await tab.getByLabel('Password', { exact: true }).fill(PASSWORD)
  await tab.getByRole('button', { name: 'Sign in' }).click()
  await tab.getByRole('heading', { name: 'Tasks', level: 1 }).waitFor()
})

slowTest('who is invited sees what their role may, and a direct visit to the rest says so', async () => {
  const ana = await registered('Ana', { workspaceName: 'Northwind' })
  await verify(program(), ana)
  const tab = await page()
  const login = { data: { email: ana.email, password: PASSWORD } }
  assert.equal((await tab.context().request.post('/api/v1/auth/login', login)).status(), 200)
  const email = freshEmail('mia')
  await tab.goto('/members')
  await tab.getByRole('button', { name: 'Invite' }).click()
  assert.equal(new URL(tab.url()).pathname, '/settings/members')
  await tab.getByLabel('Work email').fill(email)
  await tab.getByRole('dialog').getByRole('button', { name: 'Invite', exact: true }).click()
  await tab.getByText(email, { exact: true }).waitFor()
  const theirs = await page()
  await theirs.goto(`/invite?token=${await tokenFrom(program(), email, 'invite')}`)
  await theirs.getByLabel('Your name').fill('Mia Falk')
  await theirs.getByLabel('Password', { exact: true }).fill(PASSWORD)
  await theirs.getByRole('button', { name: 'Join' }).click()
  await theirs.getByRole('heading', { name: 'Hello, Mia' }).waitFor()

  const { rows } = (await ana.get('/memberships')).body
  const { id } = rows.find((row: { user: { email: string } }) => row.user.email === email)
  const own = ['Profile', 'Security', 'Calendar feed']
  const forAdmins = [
    'Workspace',
    'Members',
    'Pipelines',
    'Custom fields',
    'API keys',
    'Webhooks',
    'Audit log',
  ]
  for (const [role, more, refused] of [
    ['VIEWER', [], ['mail', 'members']],
    ['MEMBER', ['Mail'], ['api-keys']],
    ['ADMIN', ['Mail', ...forAdmins], []],
  ] as Array<[string, string[], string[]]>) {
    assert.equal((await ana.patch(`/memberships/${id}`, { role })).status, 200)
    await theirs.goto('/settings')
    await theirs.getByRole('heading', { name: 'Profile', level: 1 }).waitFor()
    const links = theirs.getByRole('navigation', { name: 'Settings' }).getByRole('link')
    const sections = new Set(await links.allTextContents())
    for (const name of [...own, 'Mail', ...forAdmins])
      assert.equal(sections.has(name), own.includes(name) || more.includes(name), `${role}: ${name}`)
    for (const path of refused) {
      await theirs.goto(`/settings/${path}`)
      await theirs.getByRole('alert').getByText('Not for your role').waitFor()
    }
  }
})

slowTest('every page meets WCAG 2.2 AA', () =>
  walk({ colorScheme: 'light', viewport: { width: 1280, height: 800 } }),
)

slowTest('every page meets WCAG 2.2 AA dark and narrow too', () =>
  walk({ colorScheme: 'dark', viewport: { width: 390, height: 800 } }),
)

const SECTIONS = [
  ...['profile', 'security', 'workspace', 'pipelines', 'fields', 'tags', 'retention', 'audit-log'],
  ...['api-keys', 'webhooks', 'failed-jobs', 'mail', 'calendar', 'templates', 'unsubscribes'],
]

async function walk(look: { colorScheme: 'light' | 'dark'; viewport: { width: number; height: number } }) {
  const tab = await page(look)
  await tab.goto('/sign-in')
  await tab.getByRole('button', { name: 'Sign in' }).waitFor()
  assert.deepEqual(await violations(tab), [], `sign-in, ${look.colorScheme}`)
  await signUp(tab)
  for (const path of [
    '/',
    '/pipeline',
    '/invoices',
    '/projects',
    '/visits',
    '/contacts',
    '/companies',
    '/leads',
    '/deals',
    '/tasks',
    '/settings/imports',
    '/settings/members',
    '/trash',
    '/search?q=nothing',
    '/notifications',
    '/settings/notifications',
    ...SECTIONS.map(section => `/settings/${section}`),
  ]) {
    await tab.goto(path)
    await tab.getByRole('heading', { level: 1 }).waitFor()
    await tab.waitForLoadState('networkidle')
    assert.deepEqual(await violations(tab), [], `${path}, ${look.colorScheme}`)
  }
}
