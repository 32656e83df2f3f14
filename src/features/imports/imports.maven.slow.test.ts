import assert from 'node:assert/strict'
import { existsSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { parseCsv } from '#core/csv/index.ts'
import { personIn, useProgram, workspace } from '#test/world.ts'
import { completed, counts, ended, importing } from './testing.ts'

useProgram()

const ROOT = fileURLToPath(new URL('../../..', import.meta.url))
const DATA = process.env.REAL_DATA_DIR ?? resolve(ROOT, '../shared/data')
const isThere = existsSync(join(DATA, 'maven'))
// CI has the files; a clone without them says so and goes on.
const skip = isThere || process.env.CI === 'true' ? false : 'needs the real files (REAL_DATA_DIR)'

type Line = Record<string, string>

const bytesOf = (file: string) => readFileSync(join(DATA, 'maven', file))

async function linesOf(file: string): Promise<Line[]> {
  const bytes = bytesOf(file)
  const csv = await parseCsv(async function* () {
    yield bytes
  })
  const lines: Line[] = []
  for await (const { cells } of csv.rows)
    lines.push(Object.fromEntries(csv.header.map((name, i) => [name, cells[i] ?? ''])))
  return lines
}

const sum = (lines: Line[]) => lines.reduce((total, line) => total + Number(line.close_value || 0), 0)

test('the four Maven files come in whole, and the pipeline report says what the files say', {
  skip,
}, async () => {
  const { id: workspaceId, owner } = await workspace()
  // People and products: sales_teams.csv names members and managers, products.csv what may be chosen.
  const teams = await linesOf('sales_teams.csv')
  assert.equal(teams.length, 35)
  const agents = new Map<string, string>()
  for (const { sales_agent } of teams)
    agents.set(sales_agent!, (await personIn(workspaceId, 'MEMBER', sales_agent!)).id)
  for (const manager of new Set(teams.map(team => team.manager!)))
    await personIn(workspaceId, 'ADMIN', manager)
  const products = await linesOf('products.csv')
  assert.equal(products.length, 7)
  const pipeline = await owner.post('/pipelines', {
    name: 'Maven',
    isDefault: true,
    stages: [
      { name: 'Prospecting', probability: 10 },
      { name: 'Engaging', probability: 40 },
      { name: 'Won', kind: 'WON' },
      { name: 'Lost', kind: 'LOST' },
    ],
  })
  assert.equal(pipeline.status, 201, pipeline.text)
  const text = (entity: string, key: string, type = 'text') =>
    owner.post('/custom-fields', { entity, key, label: key.replaceAll('_', ' '), type })
  // The opportunities say "GTXPro" for "GTX Pro": what was sold is text, so that nothing is lost.
  for (const made of [
    text('deal', 'product'),
    text('company', 'subsidiary_of'),
    text('company', 'year_established', 'number'),
  ])
    assert.equal((await made).status, 201)

  const accounts = await linesOf('accounts.csv')
  const companies = await importing(owner, 'companies', bytesOf('accounts.csv'))
  assert.deepEqual(counts(companies), completed(85))
  assert.deepEqual(companies.mapping, {
    account: 'name',
    sector: 'industry',
    year_established: 'customFields.year_established',
    revenue: 'annualRevenue',
    employees: 'employeeCount',
    subsidiary_of: 'customFields.subsidiary_of',
  })
  const acme = accounts[0]!
  const found = (await owner.get('/companies', { query: { q: acme.account! } })).body.rows[0]
  assert.equal(found.industry, 'technolgy', 'dirt stays as it is')
  assert.equal(found.annualRevenue, Number(acme.revenue))
  assert.equal(found.customFields.year_established, 1996)

  const lines = await linesOf('sales_pipeline.csv')
  assert.equal(lines.length, 8800)
  const started = await owner.post('/deals/import', bytesOf('sales_pipeline.csv'), {
    headers: { 'content-type': 'text/csv' },
  })
  assert.equal(started.status, 202, started.text)
  assert.deepEqual(started.body.mapping, {
    opportunity_id: 'title',
    sales_agent: 'ownerName',
    product: 'customFields.product',
    account: 'companyName',
    deal_stage: 'stageName',
    engage_date: 'createdAt',
    close_date: 'actualCloseDate',
    close_value: 'amount',
  })
  assert.deepEqual(counts(await ended(owner, started.body.id)), completed(8800))

  // The report, against sums taken from the file.
  const report = await owner.get('/reports/pipeline', { query: { pipelineId: pipeline.body.id } })
  assert.equal(report.status, 200, report.text)
  for (const name of ['Prospecting', 'Engaging', 'Won', 'Lost']) {
    const own = lines.filter(line => line.deal_stage === name)
    const stage = report.body.stages.find((row: { stageName: string }) => row.stageName === name)
    assert.equal(stage.openDeals + stage.closedDeals, own.length, name)
    assert.equal(stage.totalAmount + stage.closedAmount, sum(own), name)
  }
  const of = (status: string) => lines.filter(line => line.deal_stage === status)
  assert.deepEqual([of('Won').length, of('Lost').length], [4238, 2473])

  const listed = new Set(products.map(line => line.product))
  assert.deepEqual(
    [...new Set(lines.map(line => line.product).filter(name => !listed.has(name)))],
    ['GTXPro'],
  )

  // Every deal, by its own line: company, owner, product, dates and amount.
  const exported = (await owner.get('/deals/export', { query: { format: 'json' } })).body
  const byTitle = new Map(exported.map((deal: { title: string }) => [deal.title, deal]))
  assert.equal(byTitle.size, 8800)
  for (const line of lines) {
    const deal = byTitle.get(line.opportunity_id) as { [key: string]: unknown; customFields: Line }
    const told = [
      deal.companyName ?? '',
      deal.ownerId,
      deal.stageName,
      deal.customFields.product,
      deal.amount,
    ]
    const wanted = [
      line.account,
      agents.get(line.sales_agent!),
      line.deal_stage,
      line.product,
      Number(line.close_value),
    ]
    assert.deepEqual(told, wanted)
    assert.equal(deal.actualCloseDate ?? '', line.close_date)
    if (line.engage_date) assert.equal(deal.createdAt, `${line.engage_date}T00:00:00.000Z`)
  }
})
