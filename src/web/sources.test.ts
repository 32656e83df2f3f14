import assert from 'node:assert/strict'
import { globSync, readFileSync } from 'node:fs'
import { test } from 'node:test'
import type { Contract } from '#core/record/contract.ts'
import { recordTypes } from './contracts-as-data.ts'

test('the web app is built anew when anything changes that it takes from the kernel', async () => {
  const files = globSync([
    'src/web/**/*.{ts,tsx}',
    'src/features/*/*.{page.tsx,pages.ts}',
    'src/core/client/*.ts',
  ])
  const taken = files
    .filter(file => !file.endsWith('.test.ts') && !/contracts-as-data|build\.ts$/.test(file))
    .flatMap(file => [
      ...readFileSync(file, 'utf8').matchAll(
        /^import (?!type )[^']*? from '(?:#|\.\.\/)(core|http)\/([^']+)'$/gm,
      ),
    ])
    .map(([, folder, path]) => `src/core/${folder === 'http' ? 'http/' : ''}${path}`)
  assert.ok(taken.length > 20, `${taken.length} imports`)
  const launcher = new URL('../../scripts/built.mjs', import.meta.url).href
  const { webFiles } = (await import(launcher)) as { webFiles: () => string[] }
  const built = new Set(webFiles())
  assert.deepEqual(
    [...new Set(taken)].filter(file => !built.has(file)),
    [],
  )
})

test('whatever links point to can be named and chosen', async () => {
  const types = await recordTypes()
  const contracts: Contract[] = []
  for (const file of globSync('src/features/*/*.contract.ts'))
    contracts.push(
      ...Object.values<Contract>(await import(`../../${file}`)).filter(each => each?.fields && each.path),
    )
  assert.deepEqual(types.map(({ name }) => name).sort(), contracts.map(({ name }) => name).sort())
  const targets = contracts.flatMap(({ fields }) =>
    Object.values(fields).flatMap(({ target }) => target ?? []),
  )
  for (const name of [...targets, 'task', 'lead', 'invoice', 'project', 'visit'])
    assert.ok(types.find(type => type.name === name)?.isLinked, name)
  assert.equal(types.find(({ name }) => name === 'customField')?.isLinked, false)
  for (const { name, path, title } of types) {
    const { fields } = contracts.find(each => each.path === path)!
    assert.ok(title.length && title.every(key => fields[key]), name)
  }
})
