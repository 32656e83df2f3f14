import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { de } from './de.ts'
import { en } from './en.ts'

const SOURCES = fileURLToPath(new URL('../../', import.meta.url))
const server = readdirSync(SOURCES, { recursive: true, encoding: 'utf8' })
  .filter(name => /\.ts$/.test(name) && !/^web|\.(test|testing)\.ts$/.test(name))
  .map(name => readFileSync(join(SOURCES, name), 'utf8'))
  .join('\n')
const found = (pattern: RegExp): string[] => [
  ...new Set([...server.matchAll(pattern)].flatMap(match => match.slice(1).filter(Boolean))),
]

test('every code by which the server refuses has its words in every language', () => {
  const issues = [
    ...found(/\{\s*path\b(?:[^{}]|\$\{[^}]*\})*?\bcode: '([A-Z_]+)'/g),
    ...found(/\bsaying\(\s*'([A-Z_]+)'/g),
    ...found(/\b(?:WorkbookError|NoWorkbook)\(\s*'([A-Z_]+)'/g),
    ...found(/\b(?:RowFault = |CsvHeaderError\(|return )\{\s*code: '([A-Z_]+)'/g),
  ]
  assert.ok(issues.length > 40, `${issues.length} codes of issues were found`)
  assert.deepEqual(
    issues.filter(code => !en.issues[code]),
    [],
  )
  assert.deepEqual(Object.keys(de.issues).sort(), Object.keys(en.issues).sort())
  const refusals = [
    ...found(/\bunprocessable\(\s*'([A-Z_]+)'/g),
    ...found(/\b(?:conflict|forbidden|unauthenticated)\(\s*(?:'[^']*'|`[^`]*`),\s*'([A-Z_]+)'/g),
    ...found(/\bnew Refusal\(\s*\d+,\s*'([A-Z_]+)'/g),
  ]
  assert.ok(refusals.length > 60, `${refusals.length} codes of refusals were found`)
  assert.deepEqual(
    refusals.filter(code => !de.refusals[code]),
    [],
  )
})

test('what is said of a field holds its figures, as the language writes them', () => {
  assert.equal(en.issues.TOO_LONG!({ maximum: 50_000 }), 'At most 50,000 characters')
  assert.equal(de.issues.TOO_LONG!({ maximum: 50_000 }), 'Höchstens 50.000 Zeichen')
})
