import { test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { until } from '#test/until.ts'
import { useBrowser } from './browser.ts'
import { create, signUp } from './signed-in.ts'

const { page } = useBrowser()

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
  // The first of two moves is held up on its way, and the second does not overtake it.
  let [sent, arrived] = [0, 0]
  await tab.route('**/stage', async route => {
    if (sent++ === 0) await sleep(500)
    await route.fulfill({ response: await route.fetch() })
    arrived++
  })
  await tab.getByRole('link', { name: /20 scanners/ }).focus()
  // It keeps the focus wherever it goes.
  for (const stage of ['Negotiation', 'Closed Won']) {
    await tab.keyboard.press('Shift+ArrowRight')
    await column(stage).getByText('20 scanners').waitFor()
  }
  await until(() => arrived === 2)
  const toast = tab.getByRole('alert').filter({ hasText: '20 scanners moved to Closed Won' })
  await toast.getByRole('button', { name: 'Undo' }).click()
  await column('Negotiation').getByText('20 scanners').waitFor()
  await tab.getByText('20 scanners moved to Negotiation').last().waitFor()
  await tab.getByRole('link', { name: /20 scanners/ }).focus()
  await tab.keyboard.press('Shift+ArrowRight')
  await column('Closed Won').getByText('20 scanners').waitFor()
  await until(() => arrived === 3)
  await tab.getByRole('link', { name: /20 scanners/ }).click()
  await tab.getByRole('button', { name: 'Edit: Status' }).getByText('Won').waitFor()
  // Back to the board from which it was opened.
  await tab.getByRole('button', { name: 'Pipeline', exact: true }).click()
  await column('Closed Won').getByText('20 scanners').waitFor()
})
