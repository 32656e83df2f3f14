import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Page } from 'playwright-core'
import { PASSWORD } from '#features/people/outbox.testing.ts'
import { useBrowser } from './browser.ts'
import { create, signedIn, signUp } from './signed-in.ts'

// The page whose code cannot be fetched says so in the console.
const { page } = useBrowser(/a part of the app could not be fetched/)

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

test('a page that takes its time is said to be on its way, and one that does not comes without a word', async () => {
  const tab = await page()
  await signUp(tab)
  const bar = tab.getByRole('progressbar', { name: 'Loading…' })
  let release = () => {}
  const held = new Promise<void>(resolve => {
    release = resolve
  })
  await tab.route('**/assets/*.js', async route => {
    await held
    await route.continue()
  })
  await tab.getByRole('link', { name: 'Projects' }).click()
  await bar.waitFor()
  await tab.getByRole('heading', { name: 'Hello, Ana' }).waitFor()
  release()
  await tab.getByRole('heading', { name: 'Projects', level: 1 }).waitFor()
  await bar.waitFor({ state: 'detached' })
})

test('what was saved offline is sent also where the page has to begin anew', async () => {
  const tab = await page()
  const api = await signedIn(tab)
  const { id } = await api.post('/contacts', { firstName: 'Ida' })
  await tab.goto(`/contacts/${id}`)
  await tab.getByPlaceholder('Write a note').fill('Saved offline')
  await tab.route('**/api/v1/notes', async route => {
    await sleep(1500)
    await route.continue()
  })
  await tab.context().setOffline(true)
  await tab.keyboard.press('Control+Enter')
  // The code of that page was never fetched.
  await tab.getByRole('link', { name: 'Projects' }).click()
  await tab.getByText('This could not be loaded').waitFor()
  await tab.context().setOffline(false)
  await tab.getByRole('heading', { name: 'Projects', level: 1 }).waitFor()
  const { rows } = await api.get(`/contacts/${id}/notes`)
  assert.deepEqual(
    rows.map(({ body }: { body: string }) => body),
    ['Saved offline'],
  )
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
