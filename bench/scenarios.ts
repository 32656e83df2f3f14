import type { Program } from '#core/program.ts'
import type { Place } from './data.ts'

/** One request, without its headers. */
export type Asked = { method: string; path: string; body?: string }

export type Scenario = {
  name: string
  /** SPEC 7's bound on p95, in milliseconds, on PostgreSQL with 16 clients. */
  p95Ms: number
  /** Makes new ids, which a replay must not use again. */
  creates?: boolean
  writes?: boolean
  /** Named in SPEC 7 for its growth with the data. */
  grows?: boolean
}

/** SPEC 7 names no bound for what reads tens of thousands of rows; the documents ask for 200 ms of any read. */
const REPORT_MS = 200
/** The coach weighs 2,000 closed deals for each answer. */
const COACH_MS = 300

/** A page of what may be double, among all contacts. */
const DUPLICATES_MS = 300

export const SCENARIOS: Scenario[] = [
  { name: 'list', p95Ms: 25, grows: true },
  { name: 'next-page', p95Ms: 25 },
  { name: 'list-status', p95Ms: 25 },
  { name: 'list-company', p95Ms: 25 },
  { name: 'list-amount', p95Ms: 25 },
  { name: 'search-rare', p95Ms: 60 },
  { name: 'search-frequent', p95Ms: 60 },
  { name: 'search-all', p95Ms: 60 },
  { name: 'search', p95Ms: 60 },
  { name: 'find', p95Ms: 60 },
  { name: 'find-typo', p95Ms: 60 },
  { name: 'find-frequent', p95Ms: 60 },
  { name: 'read', p95Ms: 25, grows: true },
  { name: 'board', p95Ms: 60, grows: true },
  { name: 'board-column', p95Ms: 25 },
  { name: 'timeline', p95Ms: 25 },
  { name: 'my-tasks', p95Ms: 25 },
  { name: 'report-owner', p95Ms: REPORT_MS },
  { name: 'report-month', p95Ms: REPORT_MS },
  { name: 'dashboard-run', p95Ms: REPORT_MS },
  { name: 'pipeline', p95Ms: REPORT_MS },
  { name: 'forecast', p95Ms: REPORT_MS },
  { name: 'win-rate', p95Ms: REPORT_MS },
  { name: 'funnel', p95Ms: REPORT_MS },
  { name: 'duplicates', p95Ms: DUPLICATES_MS },
  { name: 'coach', p95Ms: COACH_MS },
  { name: 'create', p95Ms: 40, creates: true, writes: true, grows: true },
  { name: 'update', p95Ms: 40, writes: true },
  { name: 'stage-move', p95Ms: 40, writes: true },
]

/** Distinct requests of a scenario. */
const POOL = 200
const DEALS_MOVED = 50
const BASE = '/api/v1'

const get = (path: string): Asked => ({ method: 'GET', path: BASE + path })
const found = (q: string): Asked => get(`/search?q=${encodeURIComponent(q)}`)
type Person = { name: string; last: string; phone: string; email: string }
const FREQUENT = ['Anna', 'clara', 'felix', 'Gül', 'noah']
/** The last name with two letters that have changed places. */
const mistyped = ({ last }: Person, i: number): string => {
  const at = 2 + (i % 4)
  return `${last.slice(0, at)}${last[at + 1]}${last[at]}${last.slice(at + 2)}`
}
const post = (path: string, body: object): Asked => ({
  method: 'POST',
  path: BASE + path,
  body: JSON.stringify(body),
})

const OPEN_BY_OWNER = {
  entity: 'deal',
  filter: { field: 'status', op: 'eq', value: 'OPEN' },
  groupBy: ['ownerId', 'stageId'],
  measures: [{ op: 'sum', field: 'amount' }, { op: 'count' }],
}
const BY_MONTH = {
  entity: 'deal',
  groupBy: [{ field: 'createdAt', by: 'month' }],
  measures: [{ op: 'count' }, { op: 'avg', field: 'amount' }, { op: 'rate', field: 'status', value: 'WON' }],
}

/** A dashboard of the two reports and a third, made by whoever asks. */
async function dashboardOf(ask: (asked: Asked) => Promise<any>): Promise<string> {
  const tiles = []
  const contacts = { entity: 'contact', groupBy: ['leadSource'], measures: [{ op: 'count' }] }
  for (const report of [OPEN_BY_OWNER, BY_MONTH, contacts])
    tiles.push({ reportId: (await ask(post('/reports', { name: 'Bench', ...report }))).id })
  return (await ask(post('/dashboards', { name: 'Bench', tiles }))).id
}

const cycle = <T>(values: T[], make: (value: T, i: number) => Asked): Asked[] =>
  Array.from({ length: Math.min(POOL, values.length) }, (_, i) => make(values[i]!, i))

/** The requests of every scenario, about records that the caller may see and change. */
export async function poolsOf(
  program: Program,
  place: Place,
  role: 'owner' | 'member',
  ask: (asked: Asked) => Promise<any>,
): Promise<Record<string, Asked[]>> {
  const { workspaceId } = place
  const { userId } = place[role]
  const ids = await program.app.database.inWorkspace(
    { workspaceId, userId, role: role === 'owner' ? 'OWNER' : 'MEMBER', visibility: 'own', timezone: 'UTC' },
    async tx => {
      const of = async (table: string, more = '') =>
        (
          await tx.session.rows(
            `select id from ${table} where workspace_id = $1::uuid and deleted_at is null ${more} order by md5(id::text) limit ${POOL}`,
            [workspaceId],
          )
        ).map(row => row.id as string)
      return {
        contacts: await of('contacts'),
        companies: await of('companies'),
        people: (await tx.session.rows(
          `select first_name || ' ' || last_name as name, last_name as last, phone, email from contacts
           where workspace_id = $1::uuid and deleted_at is null and length(last_name) > 7 order by md5(id::text) limit ${POOL}`,
          [workspaceId],
        )) as Person[],
        deals: await of('deals', "and status = 'OPEN'"),
        stages: await of('stages', "and kind = 'OPEN'"),
      }
    },
  )
  const pages: Asked[] = []
  for (let cursor = (await ask(get('/contacts'))).nextCursor; cursor && pages.length < POOL / 2; ) {
    pages.push(get(`/contacts?cursor=${cursor}`))
    cursor = (await ask(pages.at(-1)!)).nextCursor
  }
  const filter = (from: number) =>
    encodeURIComponent(
      JSON.stringify({
        and: [
          { field: 'amount', op: 'gte', value: from },
          { field: 'status', op: 'eq', value: 'OPEN' },
        ],
      }),
    )
  const dashboard = await dashboardOf(ask)
  const moved = ids.deals.slice(0, DEALS_MOVED)
  return {
    list: [get('/contacts')],
    'next-page': pages,
    'list-status': ['ACTIVE', 'INACTIVE', 'BOUNCED'].map(status => get(`/contacts?status=${status}`)),
    'list-company': cycle(ids.companies, id => get(`/contacts?companyId=${id}`)),
    'list-amount': cycle(ids.companies, (_, i) => get(`/deals?filter=${filter(50_000 + i * 200)}`)),
    'search-rare': ['quixano', 'Quixano', '1000777', '10007'].map(q => get(`/contacts?q=${q}`)),
    'search-frequent': FREQUENT.map(q => get(`/contacts?q=${encodeURIComponent(q)}`)),
    'search-all': [get('/contacts?q=example')],
    // As a team searches: of ten, five for a name, two for the beginning of one, one by a part of a number or an address, one with
    // a typo, and one for a first name that two thousand have. Each of the last three kinds stands alone below.
    search: cycle(ids.people, (person, i) => {
      const { name, phone, email } = person
      const parts = [phone.slice(-7), email.split('@')[0]!]
      const asked = [name, name, name.slice(0, -2), name, parts[i % 2]!, name, name.slice(0, -3), name]
      return i % 10 === 8
        ? found(mistyped(person, i))
        : i % 10 === 9
          ? found(FREQUENT[Math.floor(i / 10) % FREQUENT.length]!)
          : found(asked[i % 10]!)
    }),
    // As people look somebody up: by name, by a part of the number or of the address.
    find: cycle(ids.people, ({ name, phone, email }, i) =>
      found([name, name.slice(0, -2), phone.slice(-7), email.split('@')[0]!][i % 4]!),
    ),
    'find-typo': cycle(ids.people, (person, i) => found(mistyped(person, i))),
    'find-frequent': FREQUENT.map(found),
    read: cycle(ids.contacts, id => get(`/contacts/${id}`)),
    board: [get('/deals/pipeline')],
    'board-column': ids.stages.map(id => get(`/deals?stageId=${id}&status=OPEN`)),
    timeline: cycle(ids.contacts, id => get(`/contacts/${id}/activities`)),
    'my-tasks': [get('/tasks/my-tasks')],
    'report-owner': [post('/reports/run', OPEN_BY_OWNER)],
    'report-month': [post('/reports/run', BY_MONTH)],
    'dashboard-run': [get(`/dashboards/${dashboard}/run`)],
    pipeline: [get('/reports/pipeline')],
    forecast: [get('/analytics/forecast')],
    'win-rate': [get('/analytics/win-rate')],
    funnel: [get('/analytics/funnel')],
    duplicates: [get('/contacts/duplicates')],
    coach: cycle(ids.deals, id => post(`/ai/deal-coach/${id}`, {})),
    create: cycle(ids.companies.slice(0, 20), companyId => ({
      method: 'POST',
      path: `${BASE}/contacts`,
      body: JSON.stringify({
        firstName: 'Nora',
        lastName: 'Neu __N__',
        email: 'nora.__N__@mail.example',
        phone: '+49 30 901820',
        jobTitle: 'Buyer',
        companyId,
        tags: ['bench'],
      }),
    })),
    update: cycle(ids.contacts, id => ({
      method: 'PATCH',
      path: `${BASE}/contacts/${id}`,
      body: JSON.stringify({ jobTitle: 'Title __N__', leadSource: 'web' }),
    })),
    // Each turn through the deals sends them to the next stage.
    'stage-move': ids.stages.flatMap(stageId =>
      moved.map(id => ({
        method: 'PUT',
        path: `${BASE}/deals/${id}/stage`,
        body: JSON.stringify({ stageId }),
      })),
    ),
  }
}
