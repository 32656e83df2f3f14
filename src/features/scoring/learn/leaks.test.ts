import assert from 'node:assert/strict'
import { test } from 'node:test'
import { DAY_MS } from '#core/time.ts'
import { inspect } from './leaks.ts'
import { sigmoid } from './model.ts'
import { randomFrom } from './random.ts'
import type { Cell, ColumnKind, Table } from './table.ts'

const START = Date.UTC(2024, 0, 1)
const DAYS = 600

/** A row as a seller's records would hold it: what is known at its beginning, and what came of it. */
type Sale = {
  at: number
  /** Days since the first row began. */
  day: number
  won: boolean
  /** Until the outcome; it lies before the day on which the table was read. */
  length: number
  /** Honest: budget ranks the outcome at AUC .8, `origin` has a level of which nine of ten succeed. */
  budget: number
  origin: string
  random: () => number
}

function salesOf(rows: number, seed: number, base = -0.4): Sale[] {
  const random = randomFrom(seed)
  const normal = () => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random())
  return Array.from({ length: rows }, () => {
    const budget = normal()
    const origin = random() < 0.12 ? 'referral' : random() < 0.6 ? 'web' : 'fair'
    const won = random() < sigmoid(base + 1.7 * budget + (origin === 'referral' ? 2.6 : -0.3))
    const day = random() * (DAYS - 1)
    const length = Math.min(DAYS - day, 3 - (won ? 55 : 30) * Math.log(1 - random()))
    return { at: START + day * DAY_MS, day, won, length, budget, origin, random }
  }).sort((a, b) => a.at - b.at)
}

type Made = [kind: ColumnKind, cell: (sale: Sale) => Cell]
const HONEST: Record<string, Made> = {
  budget: ['number', ({ budget }) => Math.round(1000 * Math.exp(budget))],
  origin: ['category', ({ origin }) => origin],
  // Falls over time, as prices do, and has nothing to do with how long a sale took.
  price: ['number', ({ day, random }) => Math.round(900 - 0.5 * day + 200 * random())],
  region: ['category', ({ random }) => ['north', 'south', 'east', 'west'][Math.floor(4 * random())]!],
  asked: ['date', ({ at, random }) => at + (10 + 80 * random()) * DAY_MS],
  // Many do not give it, whatever comes of it.
  staff: ['number', ({ random }) => (random() < 0.4 ? null : Math.floor(1 + 300 * random()))],
}

function tableOf(sales: Sale[], columns: Record<string, Made>, hasTimes = true): Table {
  return {
    columns: Object.entries({ ...HONEST, ...columns }).map(([key, [kind, cell]], index) => ({
      key,
      // No word of a name helps.
      label: `Field ${index}`,
      kind,
      cells: sales.map(cell),
    })),
    outcome: Uint8Array.from(sales, ({ won }) => (won ? 1 : 0)),
    at: hasTimes ? Float64Array.from(sales, ({ at }) => at) : undefined,
  }
}

const reasonsIn = (table: Table, options = {}) =>
  Object.fromEntries(inspect(table, options).leftOut.map(({ key, reason }) => [key, reason]))

const LEAKS: Record<string, [string, Made]> = {
  // Numbers: figures of the contract, the course of the sale.
  signedValue: [
    'TELLS_TOO_MUCH',
    ['number', ({ won, random }) => (won ? Math.floor(500 + 4000 * random()) : 0)],
  ],
  paidSoFar: [
    'SETTLES_SOME',
    ['number', ({ won, random }) => (won && random() < 0.45 ? Math.floor(1 + 900 * random()) : 0)],
  ],
  took: ['MEASURES_COURSE', ['number', ({ length }) => Math.round(length)]],
  // Levels: pure ones, some of them in a part of the rows alone.
  verdict: [
    'TELLS_TOO_MUCH',
    ['category', ({ won, random }) => (random() < 0.05 ? 'other' : won ? 'signed' : 'no answer')],
  ],
  handover: [
    'SETTLES_SOME',
    [
      'category',
      ({ won, random }) => (won && random() < 0.3 ? 'to delivery' : random() < 0.5 ? 'none' : 'not yet'),
    ],
  ],
  labels: [
    'SETTLES_SOME',
    [
      'set',
      ({ won, random }) => [
        ...(won && random() < 0.4 ? ['customer 2025'] : []),
        ...(random() < 0.5 ? ['vip'] : []),
      ],
    ],
  ],
  // Blanks.
  lostTo: [
    'ONE_OUTCOME_ONLY',
    ['category', ({ won, random }) => (won || random() < 0.7 ? null : random() < 0.5 ? 'Acme' : 'Globex')],
  ],
  workedNotes: [
    'BLANK_TELLS',
    ['category', ({ won, random }) => (random() < (won ? 0.9 : 0.5) ? (random() < 0.5 ? 'a' : 'b') : null)],
  ],
  // Dates.
  signedOn: ['ONE_OUTCOME_ONLY', ['date', ({ won, at, length }) => (won ? at + length * DAY_MS : null)]],
  lastTouched: ['MEASURES_COURSE', ['date', ({ at, length }) => at + length * DAY_MS]],
}

for (const [rows, seed] of [
  [900, 3],
  [2400, 5],
] as const)
  test(`leaks of every shape are found by what they tell, and honest fields stay (${rows} rows)`, () => {
    const sales = salesOf(rows, seed)
    const leaky = tableOf(
      sales,
      Object.fromEntries(Object.entries(LEAKS).map(([key, [, column]]) => [key, column])),
    )
    assert.deepEqual(
      reasonsIn(leaky),
      Object.fromEntries(Object.entries(LEAKS).map(([key, [reason]]) => [key, reason])),
    )
    assert.deepEqual(reasonsIn(tableOf(sales, {})), {}, 'nothing honest is left out')
  })

test('an honest field may be strong: only what leaves no doubt is taken for the outcome', () => {
  for (const seed of [1, 2, 3, 4]) {
    // A rarer outcome, where nearly every level has a large share of failures.
    const found = reasonsIn(
      tableOf(salesOf(2500, seed, -2.5), {
        fit: [
          'number',
          ({ won, random }) =>
            100 * sigmoid((won ? 1.2 : -1.2) / 2 + 2 * (random() + random() + random() - 1.5)),
        ],
      }),
    )
    assert.deepEqual(found, {}, `seed ${seed}`)
  }
})

test('a course is found without times too, by a column that numbers the rows; and so is what is bound to it', () => {
  const sales = salesOf(3000, 11)
  const firstShare = new Map(sales.map(sale => [sale, sale.random()]))
  const table = tableOf(
    sales,
    {
      number: ['number', ({ day }) => 100_000 + Math.round(day * 900)],
      took: ['number', ({ length }) => Math.round(length)],
      inFirst: ['number', sale => Math.round(sale.length * firstShare.get(sale)!)],
      steps: ['number', ({ length, random }) => 1 + Math.floor(length / 20 + random())],
    },
    false,
  )
  // In no order of their own.
  const mixed = { ...table, columns: table.columns.filter(({ key }) => key !== 'asked') }
  const found = reasonsIn(mixed)
  assert.deepEqual(
    { took: found.took, inFirst: found.inFirst, steps: found.steps, number: found.number },
    { took: 'MEASURES_COURSE', inFirst: 'MEASURES_COURSE', steps: 'MEASURES_COURSE', number: 'IDENTIFIER' },
  )
  assert.deepEqual(Object.keys(found).sort(), ['inFirst', 'number', 'steps', 'took'])
})

test('where the day of the outcome is known, dates and lengths that follow it are left out', () => {
  // Few rows, and none cut off by the day of reading.
  const sales = salesOf(300, 13).map(sale => ({ ...sale, length: 5 + 50 * sale.random() }))
  const table = tableOf(sales, {
    took: ['number', ({ length, random }) => Math.round(length + random())],
    closedOn: ['date', ({ at, length, random }) => (random() < 0.8 ? at + length * DAY_MS : null)],
  })
  assert.deepEqual(reasonsIn(table), {})
  const known = {
    ...table,
    begun: table.at!,
    ended: Float64Array.from(sales, ({ at, length }) => at + length * DAY_MS),
  }
  assert.deepEqual(reasonsIn(known), { took: 'BOUND_TO_END', closedOn: 'BOUND_TO_END' })
  assert.deepEqual(
    reasonsIn(known, { keep: ['took'] }),
    { closedOn: 'BOUND_TO_END' },
    'somebody vouches for it',
  )
})

test('days yet to come are no clock, though counted from later rows they are nearer', () => {
  const today = Math.floor(Date.now() / DAY_MS)
  const sales = salesOf(1500, 17).map((sale, n) => ({ ...sale, at: (today - 900 + 0.5 * n) * DAY_MS }))
  const table = tableOf(sales, {
    fair: ['date', ({ random }) => (today - 900 + 1200 * random()) * DAY_MS],
    lastSeen: ['date', ({ at, random }) => at + random() * (today * DAY_MS - at)],
  })
  const { fair, lastSeen } = reasonsIn(table)
  assert.deepEqual([fair, lastSeen], [undefined, 'MEASURES_COURSE'])
})

test('a number that ranks very well is used where open rows show that it was there before the outcome, and only there', () => {
  const sales = salesOf(2400, 23, -2)
  const columns: Record<string, Made> = {
    // Known beforehand: the likelier the more, by degrees, and in doubt in the middle.
    fit: ['number', ({ won, random }) => (won ? 2.2 : 0) + 2 * (random() + random() + random())],
    // Set with the outcome: next to nothing, or a good deal.
    paid: ['number', ({ won, random }) => (won ? 400 : 0) + 30 * random()],
  }
  const { columns: decided, ...rest } = tableOf(sales, columns)
  const table = { ...rest, columns: decided }
  const openFrom = (cellOf: (key: string, cell: Cell, row: number) => Cell) =>
    decided.map(column => ({
      ...column,
      cells: column.cells.slice(0, 300).map((cell, row) => cellOf(column.key, cell, row)),
    }))
  const TOO_MUCH = 'TELLS_TOO_MUCH'
  assert.deepEqual(reasonsIn(table), { fit: TOO_MUCH, paid: TOO_MUCH }, 'nothing is known of open rows')
  assert.deepEqual(reasonsIn(table, { open: openFrom((_, cell) => cell) }), { paid: TOO_MUCH })
  // What nobody has yet who is still open, all of those being like the lost.
  const lost = decided.find(({ key }) => key === 'fit')!.cells.filter((_, row) => !sales[row]!.won)
  const low = lost.filter(cell => (cell as number) < 2.2)
  const notYet = openFrom((key, cell, row) => (key === 'fit' ? low[row % low.length]! : cell))
  assert.equal(reasonsIn(table, { open: notYet }).fit, TOO_MUCH)
})
