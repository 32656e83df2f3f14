import assert from 'node:assert/strict'
import { readdirSync } from 'node:fs'
import { test } from 'node:test'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { EVENT_ACTIONS } from '#core/events/actions.ts'
import type { Contract } from '#core/record/contract.ts'
import { de } from './de.ts'

const FEATURES = fileURLToPath(new URL('../../features/', import.meta.url))
/** Never shown by its key. */
const UNSEEN = ['id', 'workspaceId', 'customFields']

test('the types, fields and choices of all contracts, and what happens to them, have German words', async () => {
  const files = readdirSync(FEATURES, { recursive: true, encoding: 'utf8' })
  const modules = await Promise.all(
    files
      .filter(file => file.endsWith('.contract.ts'))
      .map(file => import(pathToFileURL(FEATURES + file).href)),
  )
  const contracts = modules
    .flatMap(module => Object.values<Contract>(module))
    .filter(each => typeof each === 'object' && 'fields' in each && 'path' in each)
  assert.ok(contracts.length > 20, `${contracts.length} contracts were found`)
  const fields = contracts.flatMap(({ fields }) => Object.entries(fields))
  const codes = fields
    .flatMap(([, { options = [] }]) => options)
    .filter(option => /^[A-Z0-9_]+$/.test(option))
  const missing = (asked: readonly string[], words: object) => [
    ...new Set(asked.filter(each => !Object.hasOwn(words, each))),
  ]
  assert.deepEqual(missing(codes, { ...de.choices, ...de.reports.charts }), [])
  const keys = fields.map(([key]) => key).filter(key => !UNSEEN.includes(key))
  assert.deepEqual(missing(keys, de.fields), [])
  const names = contracts.map(({ name }) => name)
  assert.deepEqual(missing(names, { ...de.labels, ...de.audit.types }), [])
  assert.deepEqual(missing(EVENT_ACTIONS, de.audit.actions), [])
})
