import assert from 'node:assert/strict'
import { test } from 'node:test'
import { settingsFor, useModels } from '#integrations/llm/testing/model-server.testing.ts'
import { useBrowser, violations } from './browser.ts'
import { signedIn } from './signed-in.ts'

const { page } = useBrowser()
const server = useModels()

test('an admin sets a model, tries it, gives it a budget and sees what it has cost', async () => {
  const tab = await page()
  const api = await signedIn(tab)
  await tab.goto('/settings/ai')
  await tab.getByRole('heading', { name: 'AI', exact: true }).waitFor()
  await tab.getByText('No model has been asked anything this month.').waitFor()
  assert.deepEqual(await violations(tab), [])
  const { baseUrl, model, apiKey } = { apiKey: '', ...settingsFor(server, 'openai') }
  await tab.getByRole('combobox', { name: 'Provider' }).click()
  await tab.getByRole('option', { name: 'OpenAI', exact: true }).click()
  await tab.getByLabel('Model', { exact: false }).first().fill(model)
  await tab.getByLabel('Address').fill(baseUrl)
  await tab.getByRole('button', { name: 'Save' }).click()
  await tab.getByText('Please fill this in', { exact: true }).waitFor()
  await tab.getByLabel('API key').fill(apiKey)
  server.says({ status: 401 }, { json: { word: 'ready' } })
  await tab.getByRole('button', { name: 'Test the connection' }).click()
  await tab.getByText('The model provider refuses the key or does not know the model').waitFor()
  await tab.getByRole('button', { name: 'Test the connection' }).click()
  await tab.getByText(/It answers, in/).waitFor()
  await tab.getByLabel('Tokens a month').fill('2000000')
  assert.deepEqual(await violations(tab), [])
  await tab.getByRole('button', { name: 'Save' }).click()
  await tab.getByText('Saved').waitFor()
  await tab.getByRole('cell', { name: 'connection-test' }).waitFor()
  assert.deepEqual(await violations(tab), [])
  const kept = await api.get('/ai/settings')
  assert.deepEqual(
    [kept.provider, kept.model, kept.keyHint, kept.monthlyTokens],
    ['openai', model, '9876', 2_000_000],
  )
})
