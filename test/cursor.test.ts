import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { pageFrom } from '#core/record/cursor.ts'
import { runs } from '#test/runs.ts'
import { type Person, useProgram, world } from './world.ts'

/** Walking the pages of a list while others write, and money to the cent. */

useProgram()
const SORTS = [
  'name',
  '-name',
  'annualRevenue',
  '-annualRevenue',
  'employeeCount',
  'status',
  'createdAt',
  '-createdAt',
  'updatedAt',
  '-updatedAt',
  'id',
  '-id',
  'website',
  'domain',
  'customFields.rank',
  '-customFields.rank',
  'customFields.since',
  'customFields.word',
]

type Row = Record<string, any>
let made: Promise<{ ana: Person; stable: Map<string, Row> }> | undefined
const prepare = () =>
  (made ??= (async () => {
    const { ana, ben, owner } = await world()
    for (const [key, type] of [
      ['rank', 'number'],
      ['since', 'date'],
      ['word', 'text'],
    ])
      await owner.post('/custom-fields', { entity: 'company', key, label: key, type })
    const names = ['apple', 'Apple', 'Äpfel', 'zebra', 'Zoë', 'b', "o'x", 'ß', '10', '9']
    const operations = Array.from({ length: 30 }, (_, i) => ({
      op: 'create',
      data: {
        name: names[i % 10],
        annualRevenue: i % 3 ? ((i % 7) * 10 + (i % 4)) / 10 : null,
        employeeCount: i % 4 ? i % 5 : null,
        status: ['LEAD', 'CUSTOMER'][i % 2],
        domain: i % 5 ? `d${i % 3}.example` : null,
        tags: ['stable'],
        customFields: {
          ...(i % 3 ? { rank: (i % 4) - 1.5 } : {}),
          ...(i % 4 ? { since: `2026-0${1 + (i % 3)}-01` } : {}),
          ...(i % 2 ? { word: names[i % 7] } : {}),
        },
      },
    }))
    // A third is her own altogether, a third she made, a third was made for her; and there are some of others.
    const her = (i: number) => i % 3
    const inBulk = async (by: Person, operations: unknown[]) =>
      (await by.post('/companies/bulk', { operations, atomic: true })).body.results as Row[]
    const results = [
      ...(await inBulk(
        ana,
        operations.filter((_, i) => her(i) < 2),
      )),
      ...(await inBulk(
        owner,
        operations
          .filter((_, i) => her(i) === 2)
          .map(({ op, data }) => ({ op, data: { ...data, ownerId: ana.id } })),
      )),
    ]
    const passedOn = results.slice(0, 20).filter((_, i) => i % 2)
    await inBulk(
      owner,
      passedOn.map(({ id }) => ({ op: 'update', id, data: { ownerId: ben.id } })),
    )
    await inBulk(
      ben,
      names.map(name => ({ op: 'create', data: { name } })),
    )
    const rows: Row[] = await Promise.all(
      results.map(async ({ id }: Row) => (await ana.get(`/companies/${id}`)).body),
    )
    return { ana, stable: new Map(rows.map(row => [row.id, row])) }
  })())

/** What happens between two pages: rows that are not watched come, change and go. */
async function disturb(ana: Person, n: number, unstable: string[]): Promise<void> {
  const data = {
    name: ['aaa', 'mmm', 'zzz', 'apple'][n % 4],
    annualRevenue: n % 6,
    employeeCount: n % 3,
    tags: ['other'],
  }
  if (n % 3 === 0 || !unstable.length) unstable.push((await ana.post('/companies', data)).body.id)
  else if (n % 3 === 1)
    await ana.patch(`/companies/${unstable[n % unstable.length]}`, { ...data, name: `${data.name}${n}` })
  else await ana.delete(`/companies/${unstable.shift()}`)
}

const valueAt = (row: Row, path: string): unknown =>
  path.split('.').reduce((at: any, key) => at?.[key], row) ?? null

/** Two neighbours stand in the order of the sort: empty ones last in both directions. Texts are ICU's business. */
function inOrder(sort: string, a: Row, b: Row): boolean {
  for (const part of sort.split(',')) {
    const path = part.replace('-', '')
    const [x, y] = [valueAt(a, path), valueAt(b, path)]
    if (x === y) continue
    if (x === null || y === null) return y === null
    if (typeof x === 'string' && !/At$|^id$|since$/.test(path)) return true
    return part.startsWith('-') ? (x as number) > (y as number) : (x as number) < (y as number)
  }
  return true
}

test('every row that stays is met exactly once and in order, whatever comes and goes between the pages', async () => {
  const { ana, stable } = await prepare()
  const sorts = fc.uniqueArray(fc.constantFrom(...SORTS), {
    minLength: 1,
    maxLength: 3,
    selector: text => text.replace('-', ''),
  })
  await fc.assert(
    fc.asyncProperty(
      sorts,
      fc.integer({ min: 1, max: 12 }),
      fc.infiniteStream(fc.nat()),
      async (keys, limit, chance) => {
        const sort = keys.join(',')
        const unstable: string[] = []
        const met: Row[] = []
        for (let cursor = ''; ; ) {
          const reply = await ana.get('/companies', {
            query: { sort, limit: String(limit), ...(cursor ? { cursor } : {}) },
          })
          assert.equal(reply.status, 200, `${sort}: ${reply.text}`)
          assert.ok(reply.body.rows.length <= limit)
          met.push(...reply.body.rows)
          if (!reply.body.nextCursor) break
          cursor = reply.body.nextCursor
          await disturb(ana, chance.next().value!, unstable)
        }
        for (const id of unstable) await ana.delete(`/companies/${id}`)
        const watched = met.filter(row => stable.has(row.id))
        assert.equal(watched.length, stable.size, `${sort} by ${limit}: each once`)
        assert.deepEqual(
          met.filter(row => row.createdById !== ana.id && row.ownerId !== ana.id),
          [],
          'what is not hers',
        )
        assert.equal(new Set(watched.map(row => row.id)).size, stable.size)
        for (const [i, row] of watched.entries())
          if (i) assert.ok(inOrder(sort, watched[i - 1]!, row), `${sort}: row ${i}`)
        const whole = (await ana.get('/companies', { query: { sort, limit: '200', tag: 'stable' } })).body
          .rows
        assert.deepEqual(
          watched.map(row => row.id),
          whole.map((row: Row) => row.id),
          `${sort}: the order of the whole`,
        )
      },
    ),
    { numRuns: runs(25) },
  )
})

test('a total is never below the rows beside it, though they are counted in an earlier transaction', () => {
  const page = (limit: number, total: number) =>
    pageFrom([{ id: 'a' }, { id: 'b' }], limit, { total, totalIsEstimate: false }, 'query', row => [row.id])
  assert.deepEqual([page(5, 0).total, page(5, 2).total, page(1, 1).total, page(1, 9).total], [2, 2, 2, 9])
})

test('names stand as people expect: apple before Zebra, with accents and case beside their letters', async () => {
  const { ana } = await world()
  for (const name of ['Zebra', 'apple', 'Äpfel', 'Banana', 'éclair', 'Eagle'])
    await ana.post('/companies', { name })
  const names = (await ana.get('/companies?sort=name')).body.rows.map((row: Row) => row.name)
  assert.deepEqual(names, ['Äpfel', 'apple', 'Banana', 'Eagle', 'éclair', 'Zebra'])
})

const cents = fc.oneof(
  fc.integer({ min: -999_999, max: 999_999 }),
  fc.integer({ min: 0, max: 999_999_999_999_999 }),
  fc.constantFrom(1, 10, 29, 57, 58, 115, 1_005, 114_999, 999_999_999_999_999),
)

test('money comes back as it was sent, to the cent, and adds up to the cent', async () => {
  const { ana, owner } = await world()
  await owner.post('/custom-fields', { entity: 'deal', key: 'fee', label: 'Fee', type: 'currency' })
  let sum = 0
  await fc.assert(
    fc.asyncProperty(fc.array(cents, { minLength: 1, maxLength: 8 }), async amounts => {
      // A sum is exact as far as a double holds cents; no workspace sells for more, nor for less than nothing.
      const small = amounts.map(amount => Math.abs(amount) % 10_000_000_000)
      const operations = small.map((amount, i) => ({
        op: 'create',
        data: { title: `D${i}`, amount: amount / 100, customFields: { fee: amounts[i]! / 100 } },
      }))
      const { results } = (await ana.post('/deals/bulk', { operations, atomic: true })).body
      for (const [i, { id }] of results.entries()) {
        const { amount, customFields } = (await ana.get(`/deals/${id}`)).body
        assert.ok(Object.is(amount + 0, small[i]! / 100 + 0), `${amount} for ${small[i]} cents`)
        assert.equal(customFields.fee, amounts[i]! / 100)
        const found = (
          await ana.get('/deals', {
            query: { filter: JSON.stringify({ field: 'amount', op: 'eq', value: amount }) },
          })
        ).body
        assert.ok(
          found.rows.some((row: Row) => row.id === id),
          `found by ${amount}`,
        )
      }
      sum += small.reduce((a, b) => a + b, 0)
      const report = (await ana.get('/reports/pipeline')).body
      assert.equal(Math.round(report.totalPipelineAmount * 100), sum)
      assert.match(String(report.totalPipelineAmount), /^\d+(\.\d{1,2})?$/)
    }),
    { numRuns: runs(20) },
  )
})

test('money with three decimals, out of reach, or that is no number is refused everywhere', async () => {
  const { ana } = await world()
  const { id } = (await ana.post('/deals', { title: 'D', amount: 5 })).body
  const lead = (await ana.post('/leads', { name: 'L' })).body.id
  for (const bad of [
    '0.001',
    '1.005',
    '1e-3',
    '0.30000000000000004',
    '1e21',
    '1e13',
    '-1e13',
    '10000000000000',
    'NaN',
    'Infinity',
    '"12"',
    '"1e3"',
    'true',
    '[1]',
    '{}',
    '1e400',
  ]) {
    const options = { headers: { 'content-type': 'application/json' } }
    for (const [verb, path, text] of [
      ['post', '/deals', `{"title":"X","amount":${bad}}`],
      ['patch', `/deals/${id}`, `{"amount":${bad}}`],
      ['post', `/leads/${lead}/convert`, `{"amount":${bad}}`],
      ['post', '/companies', `{"name":"X","annualRevenue":${bad}}`],
    ] as const) {
      const reply = await ana[verb](path, text, options)
      assert.equal(reply.status, 400, `${path} with ${bad}: ${reply.text}`)
    }
  }
  assert.equal((await ana.get(`/deals/${id}`)).body.amount, 5)
  for (const good of [0, 0.01, 9_999_999_999_999.99, 1e3, 1.1])
    assert.equal((await ana.patch(`/deals/${id}`, { amount: good })).body.amount, good)
})
