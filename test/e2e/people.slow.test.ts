import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Page } from 'playwright-core'
import {
  freshEmail,
  PASSWORD,
  signUp as registered,
  tokenFrom,
  verify,
} from '#features/people/outbox.testing.ts'
import { useBrowser } from './browser.ts'
import { create, signUp } from './signed-in.ts'

const { page, program } = useBrowser()

test('what a colleague changes appears without a reload', async () => {
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

test('what is refused stands beside its field, and a draft survives a reload', async () => {
  const tab = await page()
  await signUp(tab)
  await tab.goto('/contacts')
  await tab.getByRole('button', { name: 'New contact' }).first().click()
  await tab.getByLabel('First name').fill('Ingrid')
  await tab.getByLabel('Email').fill('no address')
  await create(tab)
  await tab.getByText('This is not an email address').waitFor()
  await tab.reload()
  await tab.getByRole('button', { name: 'New contact' }).first().click()
  await tab.getByText('Draft restored').waitFor()
  await tab.getByLabel('Email').fill('ingrid@borealis.example')
  await create(tab)
  await tab.getByRole('heading', { name: 'Ingrid', level: 1 }).waitFor()
})

test('a wrong password is told; whoever comes back by a link lands there after signing in', async () => {
  const first = await page()
  const email = await signUp(first)
  const tab = await page()
  await tab.goto('/tasks')
  await tab.getByLabel('Work email').waitFor()
  assert.equal(await hasFrame(tab), false)
  await tab.getByLabel('Work email').fill(email)
  await tab.getByLabel('Password', { exact: true }).fill('not the password at all')
  await tab.getByRole('button', { name: 'Sign in' }).click()
  await tab.getByRole('alert').waitFor()
  await tab.getByLabel('Password', { exact: true }).fill(PASSWORD)
  await tab.getByRole('button', { name: 'Sign in' }).click()
  await tab.getByRole('heading', { name: 'Tasks', level: 1 }).waitFor()
  await tab.goto('/tasks/cut-short')
  await tab.getByRole('heading', { name: 'Not found', level: 1 }).waitFor()
  assert.equal(await hasFrame(tab), true)
  await tab.getByRole('button', { name: /^Ana Ruiz/ }).click()
  await tab.getByRole('menuitem', { name: 'Sign out' }).click()
  await tab.getByLabel('Work email').waitFor()
  assert.equal(await hasFrame(tab), false)
})

/** Whether the page began with the shell's bars, before the app was there. */
const hasFrame = (tab: Page) => tab.evaluate('document.documentElement.dataset.here !== undefined')

test('who is invited sees what their role may, and a direct visit to the rest says so', async () => {
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
  // A member who sees all of a workspace is offered to change what is theirs.
  await ana.patch(`/memberships/${id}`, { role: 'MEMBER' })
  await ana.patch('/workspaces/current', { settings: { recordVisibility: 'workspace' } })
  const user = rows.find((row: { user: { email: string } }) => row.user.email === email).user
  for (const [ownerId, offered] of [
    [null, 0],
    [user.id, 1],
  ] as const) {
    const deal = (await ana.post('/deals', { title: '20 scanners', ...(ownerId ? { ownerId } : {}) })).body
    await theirs.goto(`/deals/${deal.id}`)
    await theirs.getByRole('heading', { name: '20 scanners' }).waitFor()
    await theirs.waitForLoadState('networkidle')
    assert.equal(await theirs.getByRole('button', { name: 'Edit: Title' }).count(), offered)
    assert.equal(await theirs.getByRole('button', { name: 'Proposal' }).isEnabled(), offered === 1)
    assert.equal(
      await theirs.getByRole('main').getByRole('button', { name: 'More', exact: true }).count(),
      offered,
    )
    // What hangs on a deal is theirs with it.
    const relatedTo = { relatedType: 'deal', relatedId: deal.id }
    const task = (await ana.post('/tasks', { title: `Ring ${offered}`, ...relatedTo })).body
    await ana.post('/notes', { body: 'Rings back', ...relatedTo })
    await theirs.goto(`/tasks/${task.id}`)
    await theirs.getByRole('heading', { name: task.title }).waitFor()
    for (const name of ['Mark as done', 'Edit: Title'])
      assert.equal(await theirs.getByRole('button', { name }).count(), offered, name)
    await theirs.goto(`/deals/${deal.id}`)
    await theirs.getByText('Rings back').waitFor()
    await theirs.waitForLoadState('networkidle')
    assert.equal(
      await theirs.getByRole('checkbox', { name: `Mark as done: ${task.title}` }).isEnabled(),
      offered === 1,
    )
    assert.equal(await theirs.getByRole('button', { name: 'More: Note' }).count(), offered)
  }
  await theirs.goto('/tasks')
  await theirs.getByRole('checkbox', { name: 'Select all loaded rows' }).check()
  const bar = theirs.getByRole('toolbar', { name: '2 selected' })
  await bar.getByText('1 of them yours to change').waitFor()
  await bar.getByRole('button', { name: 'Delete' }).click()
  await theirs.getByText('Moved to trash').waitFor()
  await theirs.getByRole('link', { name: 'Ring 0' }).waitFor()
  assert.equal(await theirs.getByRole('link', { name: 'Ring 1' }).count(), 0)
})
