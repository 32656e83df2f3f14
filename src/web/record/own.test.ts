import assert from 'node:assert/strict'
import { test } from 'node:test'
import { allRecords } from '#core/record/registry.ts'
import { isPrivate, ownKeys } from '#core/record/visibility.ts'
import { useProgram } from '#test/world.ts'
import { CHANGED_BY, isOthers } from './own.ts'

useProgram()

test('the web app knows whose records are whose as the server does', () => {
  const decided = allRecords()
    .filter(record => !isPrivate(record) && ownKeys(record))
    .map(record => [record.contract.name, ownKeys(record)] as const)
  assert.deepEqual({ ...CHANGED_BY }, Object.fromEntries(decided))
  assert.equal(isOthers('deal', { ownerId: 'ben', createdById: 'ana' }, 'ana'), false)
  assert.equal(isOthers('deal', { ownerId: 'ben', createdById: 'ben' }, 'ana'), true)
  // What a task hangs on may be hers, which only the server knows.
  assert.equal(isOthers('task', { assigneeId: 'ben', createdById: 'ben' }, 'ana'), false)
})
