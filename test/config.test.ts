import assert from 'node:assert/strict'
import { globSync, readFileSync } from 'node:fs'
import { basename } from 'node:path'
import { test } from 'node:test'
import { readConfig } from '#core/config.ts'

/** `.env.example` and the settings that the program reads are held together. */

const example = readFileSync('.env.example', 'utf8')
const lines = example.split('\n')
const named = [...example.matchAll(/^#? ?([A-Z][A-Z0-9_]+)=(.*)$/gm)].map(match => ({
  name: match[1]!,
  value: match[2]!,
}))

/** The settings of config.ts, as its schema lists them. */
const known = [...readFileSync('src/core/config.ts', 'utf8').matchAll(/^ {2}([A-Z][A-Z0-9_]+): /gm)].map(
  match => match[1]!,
)

test('every setting is explained in .env.example, and nothing else is', () => {
  assert.ok(known.length > 20, `${known.length} settings`)
  assert.deepEqual(named.map(({ name }) => name).sort(), [...known].sort())
  assert.equal(new Set(known).size, known.length)
})

test('the launcher knows each measurement that is started by its name', () => {
  const [, known = ''] = /^const BENCHES = \[(.*)\]$/m.exec(readFileSync('scripts/launch.mjs', 'utf8')) ?? []
  const named = globSync('bench/*.ts').flatMap(file =>
    readFileSync(file, 'utf8').includes(`(npm run bench -- ${basename(file, '.ts')}`)
      ? [basename(file, '.ts')]
      : [],
  )
  assert.ok(named.length >= 3, `${named}`)
  for (const name of named) assert.ok(known.includes(`'${name}'`), name)
})

test('each has a comment above it, of its own or of the group that it ends', () => {
  for (const { name } of named) {
    let at = lines.findIndex(line => line.startsWith(`${name}=`)) - 1
    while (/^[A-Z]/.test(lines[at] ?? '')) at--
    assert.match(lines[at] ?? '', /^# \S.{10,}/, name)
  }
})

test('the example is a valid configuration, and says what the defaults are', () => {
  const env = Object.fromEntries(named.map(({ name, value }) => [name, value]))
  const secret = { JWT_SECRET: 'x'.repeat(40) }
  const server = { ...secret, DATABASE_URL: 'postgres://crm:secret@localhost:5432/crm' }
  for (const given of [secret, server]) assert.deepEqual(readConfig({ ...env, ...given }), readConfig(given))
})

test('a setting that is empty counts as absent, and one that is wrong is named', () => {
  const secret = { JWT_SECRET: 'x'.repeat(40) }
  assert.equal(readConfig({ ...secret, PORT: '', DATABASE_URL: '', BODY_LIMIT_MB: '' }).port, 3000)
  for (const [name, value] of [
    ['PORT', '-1'],
    ['PORT', '1.5'],
    ['HOST', undefined],
    ['PUBLIC_URL', 'crm'],
    ['PUBLIC_URL', 'mailto:crm@example.com'],
    ['CORS_ORIGINS', 'app.example.com'],
    ['CORS_ORIGINS', 'https://app.example.com, https://two.example.com/path'],
    ['CORS_ORIGINS', '*'],
    ['MAIL_FROM', 'our sales people'],
    ['SEED', 'x'],
    ['DATABASE_POOL_SIZE', '1'],
    ['RATE_LIMIT_AI', 'many'],
    ['REDIS_URL', 'x'],
    ['SMTP_URL', 'x'],
    ['LOG_LEVEL', 'x'],
    ['WEBHOOK_ALLOW_PRIVATE', '10.0.0.0/33'],
    ['WEBHOOK_ALLOW_PRIVATE', 'localhost'],
    ['IMAP_ALLOW_PRIVATE', 'mail.local'],
    ['JWT_SECRET', 'short'],
  ] as const)
    if (value !== undefined)
      assert.throws(
        () => readConfig({ ...secret, [name]: value }),
        new RegExp(`^StartupFault: A setting is wrong: ${name} |A setting is wrong: ${name} `),
      )
})

test('what is wrong is said in words, and origins are taken as browsers tell them', () => {
  const secret = { JWT_SECRET: 'x'.repeat(40) }
  assert.throws(
    () => readConfig({ ...secret, PORT: 'abc', RATE_LIMIT_AI: '0', SEED: 'x' }),
    /A setting is wrong: PORT must be a number; SEED must be demo or none; RATE_LIMIT_AI must be at least 1\./,
  )
  assert.deepEqual(
    readConfig({ ...secret, CORS_ORIGINS: 'https://App.example.com/, http://localhost:5173' }).corsOrigins,
    ['https://app.example.com', 'http://localhost:5173'],
  )
})

test('only config.ts reads the environment', async () => {
  const { globSync } = await import('node:fs')
  for (const file of globSync('src/**/*.ts'))
    if (file !== 'src/core/config.ts' && !file.endsWith('.test.ts'))
      assert.doesNotMatch(readFileSync(file, 'utf8'), /process\.env\b/, file)
})
