import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import {
  freshEmail,
  PASSWORD,
  signUp as registered,
  tokenFrom,
  verify,
} from '#features/people/outbox.testing.ts'
import { isThorough } from '#test/slow.ts'
import { until } from '#test/until.ts'
import { useBrowser, violations } from './browser.ts'
import { create, signedIn } from './signed-in.ts'

const { page, program } = useBrowser()

test('a file is imported, and the import undone', async () => {
  const tab = await page()
  await signedIn(tab)
  await tab.goto('/companies')
  await tab.getByRole('heading', { name: 'Companies', level: 1 }).waitFor()
  await tab.getByRole('button', { name: 'More' }).click()
  await tab.getByRole('menuitem', { name: 'Import' }).click()
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
})

test('a lead is found in the palette, changed in place and converted', async () => {
  const tab = await page()
  await signedIn(tab)
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

test('what is written offline waits and arrives; a note is put right where it stands', async () => {
  const tab = await page()
  const api = await signedIn(tab)
  const company = await api.post('/companies', { name: 'Borealis' })
  await tab.goto(`/companies/${company.id}`)
  const field = tab.getByPlaceholder('Write a note…')
  await field.fill('They ship to Oslo.')
  await tab.context().setOffline(true)
  await tab.getByText('You are offline').waitFor()
  await tab.getByRole('button', { name: 'Add', exact: true }).click()
  await tab.context().setOffline(false)
  const note = tab.getByRole('listitem').filter({ hasText: 'They ship to Oslo.' })
  await note.waitFor()
  assert.equal(await field.inputValue(), '')
  await note.getByRole('button', { name: 'More: Note' }).click()
  await tab.getByRole('menuitem', { name: 'Edit' }).click()
  await note.getByRole('textbox').fill('They ship to Bergen.')
  await tab.getByRole('button', { name: 'Save', exact: true }).click()
  await tab.getByText('They ship to Bergen.').waitFor()
  assert.equal((await api.get(`/companies/${company.id}/notes`)).rows[0].body, 'They ship to Bergen.')
})

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
  // What they are offered to change takes as long again.
  if (!isThorough) return
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
  await theirs.getByRole('link', { name: 'Ring 1' }).waitFor({ state: 'detached' })
  // What is told stands above what may be done with the selected rows, not over it.
  await theirs.getByRole('checkbox', { name: 'Select row: Ring 0' }).check()
  for (const width of [1280, 390]) {
    await theirs.setViewportSize({ width, height: 800 })
    await until(async () => {
      const { y } = (await theirs.getByRole('toolbar', { name: '1 selected' }).boundingBox())!
      const toast = await theirs.getByRole('alert').filter({ hasText: 'Moved to trash' }).boundingBox()
      return toast!.y + toast!.height <= y
    })
  }
  // Whoever is removed is no member any more, and what is theirs goes on saying whose it was.
  assert.equal((await ana.delete(`/memberships/${id}`)).status, 204)
  await tab.goto('/deals')
  await tab.getByRole('row').filter({ hasText: 'Mia Falk' }).waitFor()
  await tab.goto('/settings/members')
  await tab.getByRole('list', { name: 'Members' }).waitFor()
  assert.equal(await tab.getByText('Mia Falk').count(), 0)
})
