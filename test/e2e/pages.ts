import type { Owner } from './signed-in.ts'

const SECTIONS = [
  ...['profile', 'security', 'workspace', 'pipelines', 'fields', 'tags', 'retention', 'audit-log'],
  ...['api-keys', 'webhooks', 'failed-jobs', 'mail', 'calendar', 'templates', 'unsubscribes'],
]

/** The paths of all pages, over a workspace with one record of each type. */
export async function everyPage(api: Owner): Promise<string[]> {
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
  return [
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
  ]
}
