import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { dirname, join } from 'node:path'
import { test } from 'node:test'
import type { Env } from '#core/config.ts'
import { PASSWORD } from '#features/people/outbox.testing.ts'
import { childEnv, dataFolder, freePort, launch, listening, prepared, send } from './child.ts'
import { testDatabaseUrl } from './database.ts'

test('the built server is the program: all its routes, and the threads and files beside its modules', async context => {
  const [code] = await once(spawn(process.execPath, ['scripts/bundle.mjs']), 'exit')
  assert.equal(code, 0)
  const files = readdirSync('dist/server').filter(file => file.endsWith('.mjs'))
  const text = files.map(file => readFileSync(join('dist/server', file), 'utf8')).join('\n')
  const beside = [...text.matchAll(/new URL\("([^"]+)", new URL\("([^"]+)", import\.meta\.url\)\.href\)/g)]
  assert.ok(beside.length >= 5)
  for (const [, name, module] of beside) {
    const file = join('dist/server', dirname(module!), name!)
    assert.ok(existsSync(file), file)
  }
  const { url } = await listening(
    context,
    await embedded(dataFolder(context)),
    undefined,
    'dist/server/main.mjs',
  )
  const served = (await (await fetch(`${url}/openapi.json`)).json()) as { paths: object }
  const committed = readFileSync('openapi/crm.openapi.yaml', 'utf8')
  const paths = [...committed.matchAll(/^ {2}(\/\S*):$/gm)].map(([, path]) => path)
  assert.deepEqual(Object.keys(served.paths).sort(), paths.sort())
  const registered = await send(url, '', 'POST', '/auth/register', {
    ...{ name: 'Ana', email: 'ana@built.example', password: PASSWORD, workspaceName: 'Built' },
  })
  assert.equal(registered.status, 201)
  const { token } = registered.body
  const invoice = await send(url, token, 'POST', '/invoices', { title: 'Scanners', amount: 100 })
  const headers = { authorization: `Bearer ${token}` }
  const pdf = await fetch(`${url}/api/v1/invoices/${invoice.body.id}/pdf`, { headers })
  assert.match(await pdf.text(), /^%PDF/)
})

/** What an operator got wrong is said in one sentence, with exit code 1 and no stack. */

async function refuses(env: Env, sentence: RegExp, meanwhile = /^/): Promise<void> {
  const child = launch(env)
  const code = await child.exit
  const said = child.errors()
  assert.equal(code, 1, said)
  assert.match(said, sentence)
  assert.match(child.output(), meanwhile)
  assert.equal(said.trim().split('\n').length, 1, `one line: ${said}`)
  assert.doesNotMatch(said, /\n\s+at |node:internal|\.ts:\d/, 'no stack')
  assert.doesNotMatch(said + child.output(), /hunter2/, 'and no password')
}

const embedded = async (folder: string, more: Env = {}) =>
  childEnv(folder, { DATABASE_URL: undefined, ...more })

test('settings that are wrong are named, each with what it must be', async context => {
  const folder = dataFolder(context, false)
  const wrong: Array<[Env, RegExp]> = [
    [{ PORT: 'http' }, /^A setting is wrong: PORT /],
    [{ PORT: '70000' }, /PORT /],
    [{ JWT_SECRET: 'short' }, /JWT_SECRET must be at least 32 characters/],
    [{ DATABASE_URL: 'mysql://x' }, /DATABASE_URL must be a postgres:\/\/ URL/],
    [
      { DATABASE_URL: 'postgres://u:hunter2@127.0.0.1:1/x', JWT_SECRET: undefined },
      /JWT_SECRET is required with DATABASE_URL/,
    ],
    [{ LOG_LEVEL: 'loud', SEED: 'some', TRUST_PROXY: 'perhaps' }, /TRUST_PROXY .*SEED .*LOG_LEVEL /],
    [{ BODY_LIMIT_MB: '-1' }, /BODY_LIMIT_MB /],
    [{ RATE_LIMIT_AUTH: '0' }, /RATE_LIMIT_AUTH /],
  ]
  await Promise.all(wrong.map(async ([more, sentence]) => refuses(await embedded(folder, more), sentence)))
})

test('a second process on the same data folder, a port in use, a folder that cannot be written', async context => {
  const folder = dataFolder(context)
  const env = await embedded(folder)
  const first = await listening(context, env)
  await refuses(
    await embedded(folder),
    /^The data folder .* is already open in another process \(\d+\)\. Stop that one, or set DATA_DIR\.$/m,
    /^Another process has .* open; waiting 12 s for it to stop …$/m,
  )
  assert.equal((await fetch(`${first.url}/health`)).status, 200, 'the first one goes on')
  const other = dataFolder(context)
  await refuses(
    await embedded(other, { PORT: env.PORT }),
    /^Port \d+ on 127\.0\.0\.1 is in use\. Stop what uses it, or set PORT\.$/m,
  )
  await refuses(
    await embedded(other, { HOST: '203.0.113.1' }),
    /^HOST 203\.0\.113\.1 and PORT \d+ cannot be listened on/,
  )
  writeFileSync(join(other, 'file'), '')
  await refuses(
    await embedded(join(other, 'file')),
    /^(DATA_DIR|The embedded database|The data folder) .*file/,
  )
})

test('a lock that a killed process left behind is taken over', async context => {
  const folder = dataFolder(context)
  const env = await embedded(folder)
  const first = await listening(context, env)
  first.process.kill('SIGKILL')
  await first.exit
  const second = await listening(context, env)
  second.process.kill('SIGINT')
  assert.equal(await second.exit, 0)
})

test('a database of a newer program is left alone', async context => {
  const folder = dataFolder(context)
  const env = await embedded(folder)
  await prepared(env, async ({ app }) => {
    const session = await app.database.engine.acquire()
    await session.script(
      `insert into schema_migrations (tag) values ('9999_future'); delete from schema_state where key = 'mark'`,
    )
    app.database.engine.release(session)
  })
  await refuses(
    env,
    /^The database has a newer schema than this program \(9999_future\)\. Update the program, or restore an older backup\.$/m,
  )
})

test('a damaged data folder is said to be one', async context => {
  const folder = dataFolder(context, false)
  mkdirSync(join(folder, 'db'))
  writeFileSync(join(folder, 'db', 'PG_VERSION'), 'nonsense')
  chmodSync(join(folder, 'db'), 0o700)
  await refuses(await embedded(folder), /^The embedded database in .* cannot be opened: /)
})

test('DATABASE_URL: nobody there, no PostgreSQL, a host that is not known', async context => {
  const folder = dataFolder(context, false)
  const silent = createServer(socket =>
    socket.on('error', () => {}).end('HTTP/1.1 400 Bad Request\r\n\r\n'),
  ).listen(0, '127.0.0.1')
  await once(silent, 'listening')
  context.after(() => void silent.close())
  const strange = (silent.address() as { port: number }).port
  const urls = [`127.0.0.1:${await freePort()}`, `127.0.0.1:${strange}`, 'no-such-host.invalid:5432']
  const unreachable =
    /^The database cannot be reached \(.*\)\. Check DATABASE_URL and that the server runs\.$/m
  await Promise.all(
    urls.map(async host =>
      refuses(await childEnv(folder, { DATABASE_URL: `postgres://u:hunter2@${host}/x` }), unreachable),
    ),
  )
})

test('REDIS_URL: nobody there', async context => {
  const folder = dataFolder(context)
  await refuses(
    await embedded(folder, { REDIS_URL: `redis://127.0.0.1:${await freePort()}` }),
    /^Redis cannot be reached\. Check REDIS_URL/,
  )
})

test('DATABASE_URL: a wrong password, a database that is not there', async context => {
  const url = testDatabaseUrl()
  if (!url) return context.skip('needs PostgreSQL')
  const folder = dataFolder(context, false)
  const wrong = new URL(url)
  wrong.password = 'hunter2'
  await refuses(
    await childEnv(folder, { DATABASE_URL: wrong.href }),
    /^DATABASE_URL: the database refuses this user or password\.$/m,
  )
  const missing = new URL(url)
  missing.pathname = '/no_such_database'
  await refuses(
    await childEnv(folder, { DATABASE_URL: missing.href }),
    /^DATABASE_URL: there is no database of that name\.$/m,
  )
})
