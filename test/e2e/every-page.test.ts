import assert from 'node:assert/strict'
import { test } from 'node:test'
import { isWide, useBrowser, violations, walkIn } from './browser.ts'
import { everyPage } from './pages.ts'
import { signedIn } from './signed-in.ts'

const { page } = useBrowser()

test('on a phone every page meets WCAG 2.2 AA and is no wider than the screen', async () => {
  const tab = await page({ viewport: { width: 390, height: 800 } })
  const paths = await everyPage(await signedIn(tab))
  await tab.goto('/')
  await tab.getByRole('heading', { name: 'Hello, Ana' }).waitFor()
  const goTo = walkIn(tab)
  for (const path of paths) {
    await goTo(path)
    assert.deepEqual(await violations(tab), [], path)
    assert.equal(await isWide(tab), false, path)
  }
})
