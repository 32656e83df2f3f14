import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { after, test } from 'node:test'
import { promisify } from 'node:util'
import { asLaunched, childEnv, dataFolder, listening, prepared, send } from './child.ts'
import { until } from './until.ts'
import { adopt, type Person, workspace } from './world.ts'

/**
 * A new record type is a folder of at most 5 files and 250 lines, and no edit anywhere else but words for the web app. The project is
 * copied, the folder added, and what it gets for nothing is used over HTTP as a client would.
 */

const FILES: Record<string, string> = {
  'quotes.contract.ts': `import { defineContract, type RecordOf } from '#core/record/contract.ts'
import * as f from '#core/record/fields.ts'

export const quoteContract = defineContract({
  name: 'quote',
  path: 'quotes',
  label: 'Quote',
  description: 'An offer with a price that holds until a day',
  title: ['title'],
  plainFilters: ['ownerId', 'status', 'dealId'],
  fields: {
    ownerId: f.member(),
    title: f.required(f.text(255)),
    amount: f.withDefault(f.money({ min: 0 }), 0),
    currency: f.currency(),
    status: f.withDefault(f.choice(['DRAFT', 'SENT', 'ACCEPTED']), 'DRAFT'),
    validUntil: f.date(),
    dealId: f.link('deal'),
    companyId: f.link('company'),
    tags: f.tags(),
    customFields: f.custom(),
  },
})

export type Quote = RecordOf<typeof quoteContract>
`,
  'quotes.server.ts': `import { pgTable, text, uuid } from 'drizzle-orm/pg-core'
import { date, flexibleColumns, money, name, ownerColumn, recordColumns, recordKeys, searchColumn, searchIndex } from '#core/db/columns.ts'
import type { Feature } from '#core/feature.ts'
import { defineRecord } from '#core/record/definition.ts'
import { quoteContract } from './quotes.contract.ts'

export const quoteTable = pgTable(
  'quotes',
  {
    ...recordColumns(),
    ...ownerColumn(),
    title: name('title').notNull(),
    amount: money('amount').notNull().default(0),
    currency: text('currency'),
    status: text('status').notNull().default('DRAFT'),
    validUntil: date('valid_until'),
    dealId: uuid('deal_id'),
    companyId: uuid('company_id'),
    ...flexibleColumns(),
    searchText: searchColumn('title'),
  },
  t => [...recordKeys(t, { members: ['ownerId'], links: ['dealId', 'companyId'] }), searchIndex('quotes', t)],
)

export const quotes = defineRecord({
  contract: quoteContract,
  table: quoteTable,
  visibility: { own: ['ownerId', 'createdById'], through: ['dealId'] },
})

export default { records: [quotes] } satisfies Feature
`,
  'quotes.test.ts': `import assert from 'node:assert/strict'
import { test } from 'node:test'
import { useProgram, world } from '#test/world.ts'

useProgram()

test('a quote on my deal is mine to see', async () => {
  const { ana, ben, owner } = await world()
  const deal = (await ana.post('/deals', { title: 'D' })).body.id
  const quote = (await owner.post('/quotes', { title: 'Q', amount: 12.5, dealId: deal })).body
  assert.equal((await ana.get(\`/quotes/\${quote.id}\`)).body.amount, 12.5)
  assert.equal((await ben.get(\`/quotes/\${quote.id}\`)).status, 404)
})
`,
}

const run = promisify(execFile)

/** The project once more, with the feature in it and the migration that the generator makes of it. */
async function copyWithQuotes(): Promise<string> {
  const root = mkdtempSync(join(tmpdir(), 'ascendore-new-record-'))
  folder = root
  for (const part of [
    'src',
    'test',
    'migrations',
    'package.json',
    'tsconfig.json',
    'drizzle.config.ts',
    '.env.example',
  ])
    cpSync(part, join(root, part), { recursive: true })
  symlinkSync(resolve('node_modules'), join(root, 'node_modules'))
  const quotes = join(root, 'src/features/quotes')
  mkdirSync(quotes)
  for (const [name, text] of Object.entries(FILES)) writeFileSync(join(quotes, name), text)
  const { stdout } = await run(
    process.execPath,
    ['node_modules/drizzle-kit/bin.cjs', 'generate', '--name', 'quotes'],
    { cwd: root, env: { PATH: process.env.PATH } },
  )
  const made = readdirSync(join(root, 'migrations')).filter(name => name.endsWith('_quotes.sql'))
  assert.equal(made.length, 1, stdout)
  const sql = readFileSync(join(root, 'migrations', made[0]!), 'utf8')
  assert.match(sql, /CREATE TABLE "quotes"/)
  assert.doesNotMatch(sql, /DROP |ALTER TABLE "(?!quotes")/, 'the migration concerns the new table alone')
  return root
}

let copied: Promise<string> | undefined
let folder: string | undefined
const copy = () => (copied ??= copyWithQuotes())
after(() => folder && rmSync(folder, { recursive: true, force: true }))

test('a record type is at most 5 files and 250 lines', () => {
  const lines = Object.values(FILES).reduce((sum, text) => sum + text.split('\n').length - 1, 0)
  assert.ok(
    Object.keys(FILES).length <= 5 && lines <= 250,
    `${Object.keys(FILES).length} files, ${lines} lines`,
  )
})

test('and gets its table, routes, list, filter, sort, cursor, bulk, events and document from them', async context => {
  const root = await copy()
  const env = await childEnv(dataFolder(context), { DATABASE_URL: undefined })
  // Founded by the program as it was: the copy finds a database from before the new type and brings it up to date.
  const owner = await prepared(env, async program => {
    adopt(program)
    return (await workspace()).owner
  })
  adopt(undefined)
  const { url } = await listening(context, env, root)
  const api = apiOf(url, owner)
  const deal = (await api('POST', '/deals', { title: 'D' })).body.id
  const made = await api('POST', '/quotes', {
    title: 'Q1',
    amount: 10.5,
    status: 'SENT',
    validUntil: '2026-06-01',
    dealId: deal,
    tags: ['x'],
  })
  assert.deepEqual(
    [made.status, made.body.amount, made.body.ownerId, made.body.version],
    [201, 10.5, owner.id, 1],
  )
  const { id } = made.body
  assert.deepEqual((await api('GET', `/quotes/${id}`)).body, made.body)
  for (const method of ['PATCH', 'PUT'])
    assert.equal((await api(method, `/quotes/${id}`, { title: method })).body.title, method)
  const { results } = (
    await api('POST', '/quotes/bulk', {
      operations: [2, 3, 4].map(n => ({ op: 'create', data: { title: `Q${n}`, amount: n } })),
    })
  ).body
  assert.deepEqual(
    results.map((r: any) => r.status),
    [201, 201, 201],
  )
  const first = (await api('GET', '/quotes?sort=-amount&limit=2')).body
  assert.deepEqual([first.rows.map((row: any) => row.amount), first.total], [[10.5, 4], 4])
  const rest = (await api('GET', `/quotes?sort=-amount&limit=2&cursor=${first.nextCursor}`)).body
  assert.deepEqual(
    rest.rows.map((row: any) => row.amount),
    [3, 2],
  )
  const filter = encodeURIComponent(
    JSON.stringify({
      or: [
        { field: 'deal.title', op: 'eq', value: 'D' },
        { field: 'amount', op: 'lt', value: 3 },
      ],
    }),
  )
  assert.deepEqual(
    (await api('GET', `/quotes?filter=${filter}&sort=amount`)).body.rows.map((row: any) => row.amount),
    [2, 10.5],
  )
  assert.equal((await api('GET', '/quotes?q=put&status=SENT&tag=x')).body.total, 1)
  const say = async (content: string) =>
    (await api('POST', '/ai/chat', { messages: [{ role: 'user', content }], stream: false })).body
  assert.deepEqual(
    (await say('show sent quotes over 5 valid until 2026')).records.map((ref: any) => ref.recordId),
    [id],
    'the assistant knows the type, its fields and options',
  )
  const [proposal] = (await say('create a quote Q9 for 75')).proposals
  assert.deepEqual(
    ['title', 'amount'].map(key => proposal.changes.find((change: any) => change.field === key).new),
    ['Q9', 75],
  )
  assert.deepEqual(
    (await api('GET', `/deals/${deal}/quotes`)).body.rows.map((row: any) => row.id),
    [id],
  )
  assert.equal(
    (await api('POST', '/custom-fields', { entity: 'quote', key: 'region', label: 'Region', type: 'text' }))
      .status,
    201,
  )
  assert.equal(
    (await api('PATCH', `/quotes/${id}`, { customFields: { region: 'North' } })).body.customFields.region,
    'North',
  )
  assert.equal((await api('DELETE', `/quotes/${id}`)).status, 204)
  assert.equal((await api('GET', '/trash?entity=quote')).body.rows[0].id, id)
  assert.equal((await api('POST', `/quotes/${id}/restore`)).status, 200)
  const told = (await api('GET', `/audit-logs?entityId=${id}`)).body.rows.map((row: any) => row.action)
  assert.deepEqual(told, ['restored', 'deleted', 'updated', 'updated', 'updated', 'created'])
  const document = (await (await fetch(`${url}/openapi.json`)).json()) as {
    paths: Record<string, any>
    components: any
  }
  for (const path of [
    '/quotes',
    '/quotes/{id}',
    '/quotes/bulk',
    '/quotes/{id}/restore',
    '/deals/{id}/quotes',
  ])
    assert.ok(document.paths[path], path)
  assert.deepEqual(document.components.schemas.QuoteCreate.required, ['title'])
  await importAndExport(url, owner, api)
})

type Api = (method: string, path: string, body?: unknown) => Promise<{ status: number; body: any }>
const apiOf =
  (url: string, person: Person): Api =>
  (method, path, body) =>
    send(url, person.token, method, path, body)

async function importAndExport(url: string, owner: Person, api: Api): Promise<void> {
  const headers = { authorization: `Bearer ${owner.token}`, 'content-type': 'text/csv' }
  const csv = 'title,amount,validUntil\nImported,7.25,2026-01-31\nBroken,not money,\n'
  const accepted = await fetch(`${url}/api/v1/quotes/import`, { method: 'POST', headers, body: csv })
  assert.equal(accepted.status, 202)
  const { id } = (await accepted.json()) as { id: string }
  const state = await until(
    async () => (await api('GET', `/imports/${id}`)).body,
    ({ status }) => ['COMPLETED', 'FAILED'].includes(status),
  )
  assert.deepEqual([state.status, state.entity, state.created, state.failed], ['COMPLETED', 'quote', 1, 1])
  const exported = await (
    await fetch(`${url}/api/v1/quotes/export?format=csv`, {
      headers: { authorization: headers.authorization },
    })
  ).text()
  assert.match(exported, /Imported/)
  assert.match(exported, /7\.25/)
}

test('and is held to the cross-cutting suites, and its own test passes', async () => {
  const root = await copy()
  const suites = [
    'test/routes-access.test.ts',
    'test/routes-input.test.ts',
    'test/routes-writes.test.ts',
    'src/features/quotes/quotes.test.ts',
  ]
  // Not a run within this run, but one of its own; narrowed to the new routes, since all others are held here already.
  const { NODE_TEST_CONTEXT: _, DATABASE_URL: __, ...env } = process.env
  const outcome = await run(
    process.execPath,
    [
      ...asLaunched(),
      '--test',
      '--test-reporter=tap',
      '--test-concurrency=2',
      '--test-global-setup=test/setup.ts',
      ...suites,
    ],
    {
      cwd: root,
      env: { ...env, SUITE_ONLY: '^/quotes', NODE_COMPILE_CACHE: join(root, 'compiled') },
      maxBuffer: 50_000_000,
    },
  ).catch((error: { stdout: string; stderr: string }) => error)
  assert.match(outcome.stdout, /^# fail 0$/m, outcome.stdout.slice(-6000) + outcome.stderr.slice(-2000))
  assert.match(outcome.stdout, /^# pass (2\d|[3-9]\d)$/m)
})
