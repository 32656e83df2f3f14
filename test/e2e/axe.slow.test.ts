import assert from 'node:assert/strict'
import { test } from 'node:test'
import { useBrowser, violations } from './browser.ts'
import { everyPage } from './pages.ts'
import { signedIn } from './signed-in.ts'

const { page } = useBrowser()

test('every page meets WCAG 2.2 AA', () =>
  walk({ colorScheme: 'light', viewport: { width: 1280, height: 800 } }))

test('every page meets WCAG 2.2 AA dark and narrow too', () =>
  walk({ colorScheme: 'dark', viewport: { width: 390, height: 800 } }))

async function walk(look: { colorScheme: 'light' | 'dark'; viewport: { width: number; height: number } }) {
  const tab = await page(look)
  await tab.goto('/sign-in')
  await tab.getByRole('button', { name: 'Sign in' }).waitFor()
  assert.deepEqual(await violations(tab), [], `sign-in, ${look.colorScheme}`)
  for (const path of await everyPage(await signedIn(tab))) {
    await tab.goto(path)
    await tab.getByRole('heading', { level: 1 }).waitFor()
    await tab.waitForLoadState('networkidle')
    assert.deepEqual(await violations(tab), [], `${path}, ${look.colorScheme}`)
  }
}
