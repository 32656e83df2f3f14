import assert from 'node:assert/strict'
import { test } from 'node:test'
import { useBrowser, violations } from './browser.ts'
import { signedIn } from './signed-in.ts'

const { page } = useBrowser()

test('every page meets WCAG 2.2 AA', () =>
  walk({ colorScheme: 'light', viewport: { width: 1280, height: 800 } }))

test('every page meets WCAG 2.2 AA dark and narrow too', () =>
  walk({ colorScheme: 'dark', viewport: { width: 390, height: 800 } }))

const SECTIONS = [
  ...['profile', 'security', 'workspace', 'pipelines', 'fields', 'tags', 'retention', 'audit-log'],
  ...['api-keys', 'webhooks', 'failed-jobs', 'mail', 'calendar', 'templates', 'unsubscribes'],
]

async function walk(look: { colorScheme: 'light' | 'dark'; viewport: { width: number; height: number } }) {
  const tab = await page(look)
  await tab.goto('/sign-in')
  await tab.getByRole('button', { name: 'Sign in' }).waitFor()
  assert.deepEqual(await violations(tab), [], `sign-in, ${look.colorScheme}`)
  const api = await signedIn(tab)
  const company = await api.post('/companies', { name: 'Borealis Freight' })
  const made: Array<[string, object]> = [
    ['contacts', { firstName: 'Ida', lastName: 'Berg', email: 'ida@borealis.example' }],
    ['leads', { name: 'Tomás Prieto', company: 'Prieto y Hijos' }],
    ['deals', { title: '20 scanners', amount: 18_400, companyId: company.id }],
    ['tasks', { title: 'Call Ida' }],
    ['projects', { name: 'Rollout' }],
    ['invoices', { title: 'Scanners', amount: 100 }],
    ['campaigns', { name: 'Spring' }],
  ]
  const records = [`/companies/${company.id}`]
  for (const [path, body] of made) records.push(`/${path}/${(await api.post(`/${path}`, body)).id}`)
  for (const path of [
    ...records,
    ...['/campaigns', '/reports', '/reports/new', '/dashboards', '/analytics', '/win-loss', '/ai/models'],
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
