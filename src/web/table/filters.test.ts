import assert from 'node:assert/strict'
import { test } from 'node:test'
import { linkNamed } from '#core/record/filter.ts'
import { hangingKeys } from '#core/record/incoming.ts'
import { allRecords, recordNamed } from '#core/record/registry.ts'
import { useProgram } from '#test/world.ts'
import { type Condition, conditionsOf, filterOf, isBuildable, joinedBy, joinedOf } from './filters.ts'
import { hangingOn } from './hanging.ts'

useProgram()

test('what hangs on a record is asked for, read back, and kept where the bar cannot build it', () => {
  const large: Condition = { path: 'amount', op: 'gt', value: 10_000 }
  const open: Condition = { path: 'status', op: 'eq', value: 'OPEN' }
  const asked: Array<[Condition, object]> = [
    [
      { path: 'deals', op: 'hasNone', value: [] },
      { field: 'deals.id', op: 'empty', value: true },
    ],
    [
      { path: 'deals', op: 'hasSome', value: [] },
      { field: 'deals.id', op: 'empty', value: false },
    ],
    [
      { path: 'deals', op: 'hasSome', value: [open, large] },
      {
        field: 'deals',
        op: 'some',
        value: {
          and: [
            { field: 'status', op: 'eq', value: 'OPEN' },
            { field: 'amount', op: 'gt', value: 10_000 },
          ],
        },
      },
    ],
    [
      { path: 'tasks', op: 'hasNone', value: [open] },
      {
        not: { field: 'tasks', op: 'some', value: { and: [{ field: 'status', op: 'eq', value: 'OPEN' }] } },
      },
    ],
    [
      { path: '', op: 'anyOf', value: [open, { path: '', op: 'allOf', value: [open, large] }] },
      {
        or: [
          { field: 'status', op: 'eq', value: 'OPEN' },
          {
            and: [
              { field: 'status', op: 'eq', value: 'OPEN' },
              { field: 'amount', op: 'gt', value: 10_000 },
            ],
          },
        ],
      },
    ],
    [
      { path: 'deals', op: 'hasSome', value: [{ path: '', op: 'anyOf', value: [open, large] }] },
      {
        field: 'deals',
        op: 'some',
        value: {
          and: [
            {
              or: [
                { field: 'status', op: 'eq', value: 'OPEN' },
                { field: 'amount', op: 'gt', value: 10_000 },
              ],
            },
          ],
        },
      },
    ],
    [
      { path: 'amount', op: 'between', value: [10, 20] },
      { field: 'amount', op: 'between', value: [10, 20] },
    ],
    [
      { path: 'dueAt', op: 'withinNext', value: 7 },
      { field: 'dueAt', op: 'between', value: ['today', '+7d'] },
    ],
  ]
  for (const [condition, filter] of asked) {
    assert.deepEqual(filterOf([condition]), { and: [filter] })
    assert.deepEqual(conditionsOf(filter), { conditions: [condition], extra: undefined })
  }
  const others = [
    { or: [{ field: 'name', op: 'eq', value: 'A' }, { not: { field: 'name', op: 'eq', value: 'B' } }] },
    { or: [{ and: [{ or: [{ field: 'name', op: 'eq', value: 'A' }] }] }] },
    { not: { field: 'name', op: 'eq', value: 'A' } },
    { field: 'deals', op: 'some', value: { or: [{ field: 'tasks.id', op: 'empty', value: true }] } },
    { field: 'createdAt', op: 'withinLast', value: '2w' },
    { field: 'createdAt', op: 'between', value: ['2026-01-01', '2026-02-01'] },
    { field: 'ownerId', op: 'eq', value: null },
  ]
  for (const filter of others) {
    const { conditions, extra } = conditionsOf({ and: [filter] })
    assert.deepEqual(filterOf(conditions, extra), { and: [filter] })
  }
  // What is not typed yet asks for nothing, in a group and in a range.
  const half: Condition = { path: 'amount', op: 'between', value: [10, null] }
  assert.deepEqual(filterOf([{ path: '', op: 'anyOf', value: [half, open] }]), {
    and: [{ or: [{ field: 'status', op: 'eq', value: 'OPEN' }] }],
  })
  assert.equal(filterOf([{ path: '', op: 'anyOf', value: [half] }]), undefined)
  const any = joinedBy({ join: 'or', items: [open, large] })
  assert.deepEqual(joinedOf(any), { join: 'or', items: [open, large] })
  assert.deepEqual(joinedOf(any, { not: {} }), { join: 'and', items: any })
  // A day that has no control is told in words instead of standing there as another one.
  const day = { field: { kind: 'date' } } as Parameters<typeof isBuildable>[1]
  assert.equal(isBuildable({ path: 'dueAt', op: 'after', value: 'startOfMonth' }, day), false)
  assert.equal(isBuildable({ path: 'dueAt', op: 'after', value: '2026-11-22' }, day), true)
  const member = { field: { kind: 'member' } } as Parameters<typeof isBuildable>[1]
  assert.equal(isBuildable({ path: 'ownerId', op: 'in', value: ['a', 'b'] }, member), true)
})

test('what the filter bar says to hang on a record is what the server reaches there', () => {
  const records = allRecords()
  const contracts = records.map(record => record.contract)
  assert.ok(records.length > 15)
  for (const { contract } of records) {
    const listed = Object.keys(contract.fields)
      .filter(
        key =>
          contract.fields[key]!.kind === 'links' &&
          linkNamed(recordNamed(contract.name), key.replace(/Ids$/, 's')),
      )
      .map(key => key.replace(/Ids$/, 's'))
    const hanging = records
      .filter(other => other.contract !== contract && hangingKeys(other, contract.name).length > 0)
      .map(other => other.contract.path)
    assert.deepEqual(
      hangingOn(contract, contracts)
        .map(({ path }) => path)
        .sort(),
      [...new Set([...listed, ...hanging])].sort(),
      contract.name,
    )
  }
})
