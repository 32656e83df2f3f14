import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { detectDateOrder, parseDateCell, parseDateTimeCell } from './dates.ts'
import { type CellResult, detectDecimal, parseBooleanCell, parseListCell, parseNumberCell } from './values.ts'

function all<T>(read: (text: string) => CellResult<T>, cases: [string, T | null | undefined][]) {
  for (const [text, expected] of cases) {
    const result = read(text)
    if (expected === undefined)
      assert.match(result.ok ? `read ${result.value}` : result.problem, /^“.*\.$/s, text)
    else assert.deepEqual(result, { ok: true, value: expected }, text)
  }
}

test('numbers', () => {
  all(parseNumberCell, [
    ['1,234.50', 1234.5],
    ['1.234,50', 1234.5],
    ['€ 1 200', 1200],
    ['1\u202f200,5 €', 1200.5],
    ['(300)', -300],
    ['($1,300.25)', -1300.25],
    ['-$5', -5],
    ['$-5', -5],
    ['300-', -300],
    ['−7', -7],
    ['12%', 12],
    ['12.5 %', 12.5],
    ["CHF 1'200.–", 1200],
    ['USD 1,000', 1000],
    ['US$ 5', 5],
    ['1,234,567', 1234567],
    ['12,34,567.00', 1234567],
    ['1.234.567', 1234567],
    ['1,5', 1.5],
    ['0,125', 0.125],
    ['1.234', 1.234],
    ['.5', 0.5],
    ['1.5E+3', 1500],
    ['00042', 42],
    ['', null],
    ['n/a', null],
    ['12k', undefined],
    ['3 Mio', undefined],
    ['abc', undefined],
    ['1,23,4', undefined],
    ['1.2.3', undefined],
    ['1,234.5,6', undefined],
    ['--5', undefined],
    ['5 6', undefined],
    ['1-2', undefined],
    ['1e999', undefined],
    ['EUR', undefined],
  ])
  all(
    text => parseNumberCell(text, { decimal: ',' }),
    [
      ['1.234', 1234],
      ['1,234', 1.234],
    ],
  )
  assert.equal(detectDecimal(['1.234', '5,50', '1.200,00']), ',')
  assert.equal(detectDecimal(['1,234', '5.5']), '.')
  assert.equal(detectDecimal(['1,234', '7']), undefined)
  fc.assert(
    fc.property(fc.double({ noNaN: true, noDefaultInfinity: true, min: -1e15, max: 1e15 }), number => {
      all(parseNumberCell, [[String(number), number === 0 ? 0 : number]])
    }),
  )
})

test('dates', () => {
  all(parseDateCell, [
    ['2024-03-15', '2024-03-15'],
    ['2024/3/5', '2024-03-05'],
    ['20240315', '2024-03-15'],
    ['3/15/2024', '2024-03-15'],
    ['15/03/2024', '2024-03-15'],
    ['15.03.2024', '2024-03-15'],
    ['04.03.2024', '2024-03-04'],
    ['3/4/2024', '2024-03-04'],
    ['3/4/24', '2024-03-04'],
    ['2024-03-12 09:14', '2024-03-12'],
    ['2024-03-12T23:14:00-0500', '2024-03-12'],
    ['3/15/2024 2:30 PM', '2024-03-15'],
    ['15 Mar 2024', '2024-03-15'],
    ['15. März 2024', '2024-03-15'],
    ['5 août 2024', '2024-08-05'],
    ['5 de enero de 2024', '2024-01-05'],
    ['March 15, 2024', '2024-03-15'],
    ['Fri, Mar 15, 2024 at', undefined],
    ['2024-02-29', '2024-02-29'],
    ['2023-02-29', undefined],
    ['2024-02-30', undefined],
    ['13/13/2024', undefined],
    ['0/1/2024', undefined],
    ['2024-03-12 25:00', undefined],
    ['45366', undefined],
    ['tomorrow', undefined],
    ['2024-03', undefined],
    ['0001-01-01', undefined],
    [' ', null],
  ])
  all(
    text => parseDateCell(text, { order: 'DMY' }),
    [
      ['3/4/2024', '2024-04-03'],
      ['3/15/2024', '2024-03-15'],
    ],
  )
  assert.equal(detectDateOrder(['1/2/2024', '15/03/2024', 'x']), 'DMY')
  assert.equal(detectDateOrder(['1/2/2024', '3/15/2024 2:30 PM']), 'MDY')
  assert.equal(detectDateOrder(['15/3/2024', '3/15/2024']), undefined)
  assert.equal(detectDateOrder(['1/2/2024']), undefined)
})

test('instants', () => {
  all(parseDateTimeCell, [
    ['2024-03-12 09:14', '2024-03-12T09:14:00.000Z'],
    ['3/15/2024 2:30 PM', '2024-03-15T14:30:00.000Z'],
    ['3/15/2024 12:05 a.m.', '2024-03-15T00:05:00.000Z'],
    ['2024-03-12T09:14:05.5+02:00', '2024-03-12T07:14:05.500Z'],
    ['2024-03-12T09:14:00+0000', '2024-03-12T09:14:00.000Z'],
    ['2024-03-12T09:14:00Z', '2024-03-12T09:14:00.000Z'],
    ['2024-03-12', '2024-03-12T00:00:00.000Z'],
    ['2024-03-12 13:00 PM', undefined],
    ['2024-03-12 9:60', undefined],
    ['', null],
  ])
  all(
    text => parseDateTimeCell(text, { timeZone: 'Europe/Berlin' }),
    [
      ['2024-01-15 12:00', '2024-01-15T11:00:00.000Z'],
      ['2024-07-15 12:00', '2024-07-15T10:00:00.000Z'],
      ['2024-03-31 01:59', '2024-03-31T00:59:00.000Z'],
      ['2024-03-31 02:30', '2024-03-31T01:30:00.000Z'],
      ['2024-03-31 03:00', '2024-03-31T01:00:00.000Z'],
      ['2024-10-27 04:00', '2024-10-27T03:00:00.000Z'],
      ['2024-07-15 12:00Z', '2024-07-15T12:00:00.000Z'],
    ],
  )
  all(
    text => parseDateTimeCell(text, { timeZone: 'America/New_York' }),
    [
      ['2024-03-10 08:00', '2024-03-10T12:00:00.000Z'],
      ['2024-11-03 08:00', '2024-11-03T13:00:00.000Z'],
    ],
  )
})

test('booleans and lists', () => {
  for (const text of ['yes', 'TRUE', '1', 'Ja', 'oui', 'sí', 'Si', 'x', 'X'])
    all(parseBooleanCell, [[text, true]])
  for (const text of ['no', 'False', '0', 'nein', 'non']) all(parseBooleanCell, [[text, false]])
  all(parseBooleanCell, [
    ['maybe', undefined],
    ['2', undefined],
    ['', null],
  ])
  all(parseListCell, [
    ['a, b ,,A,c', ['a', 'b', 'c']],
    ['vip; eu, west;', ['vip', 'eu, west']],
    ['one\r\ntwo', ['one', 'two']],
    ['  ', []],
  ])
})
