import assert from 'node:assert/strict'
import type { Page } from 'playwright-core'
import { freshEmail, PASSWORD } from '#features/people/outbox.testing.ts'

type Row = { id: string } & Record<string, unknown>
/** The API as the owner of the tab's workspace calls it. */
export type Owner = {
  email: string
  get: (path: string) => Promise<any>
  post: (path: string, body: object) => Promise<Row>
  patch: (path: string, body: object) => Promise<Row>
  delete: (path: string) => Promise<void>
}

/** Signs up without the forms, which other journeys go through: the tab has the session's cookie from then on. */
export async function signedIn(tab: Page): Promise<Owner> {
  const { request } = tab.context()
  const email = freshEmail()
  const registered = await request.post('/api/v1/auth/register', {
    data: { name: 'Ana Ruiz', email, password: PASSWORD, workspaceName: 'Northwind' },
  })
  assert.equal(registered.status(), 201, await registered.text())
  const { token } = await registered.json()
  const call = async (method: string, path: string, data?: object) => {
    const headers = { authorization: `Bearer ${token}` }
    const reply = await request.fetch(`/api/v1${path}`, { method, headers, ...(data ? { data } : {}) })
    assert.ok(reply.ok(), `${method} ${path}: ${await reply.text()}`)
    return reply.status() === 204 ? undefined : reply.json()
  }
  return {
    email,
    get: path => call('GET', path),
    post: (path, body) => call('POST', path, body),
    patch: (path, body) => call('PATCH', path, body),
    delete: path => call('DELETE', path),
  }
}

/** Signs Ana up by the forms. Resolves with her address. */
export async function signUp(tab: Page): Promise<string> {
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

/** Saves what a dialog asks for. */
export const create = (tab: Page) =>
  tab.getByRole('dialog').getByRole('button', { name: 'Create', exact: true }).click()
