import assert from 'node:assert/strict'
import { cpSync, mkdtempSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, request } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import fastify from 'fastify'
import { webApp } from '#core/http/web-app.ts'
import { until } from '#test/until.ts'
import { addressOf } from '#test/world.ts'
import { useBrowser } from './browser.ts'
import { signedIn } from './signed-in.ts'

const { page, program } = useBrowser(/a part of the app could not be fetched/)
const BUILT = fileURLToPath(new URL('../../dist/web/', import.meta.url))
/** What a build puts into the names of its files: a mark of what is in them. */
const NAMED = /^(.+)-[\w-]{8}\.(js|css)$/

/** The same app as a build of other sources would lay it down: under other names, the old ones gone. */
function layDown(folder: string, mark: string): void {
  const assets = join(folder, 'assets')
  rmSync(folder, { recursive: true, force: true })
  // Compressed files hold the old names.
  cpSync(BUILT, folder, { recursive: true, filter: path => !/\.(br|gz)$/.test(path) })
  const names = readdirSync(assets).flatMap(name => {
    const found = NAMED.exec(name)
    return found ? [[name, `${name.slice(0, -found[2]!.length - 1)}${mark}.${found[2]}`] as const] : []
  })
  const renamed = new Map(names)
  const isName = /[\w.-]+-[\w-]{8}\.(?:js|css)/g
  for (const path of [join(folder, 'index.html'), ...readdirSync(assets).map(name => join(assets, name))])
    if (/\.(html|js|css)$/.test(path))
      writeFileSync(
        path,
        readFileSync(path, 'utf8').replace(isName, name => renamed.get(name) ?? name),
      )
  for (const [name, next] of names) renameSync(join(assets, name), join(assets, next))
}

/** The web app from a folder of the test's own, in front of the program of this file. */
async function front(folder: string) {
  const files = fastify()
  const answers = await webApp(files, folder)
  files.setNotFoundHandler((asked, reply) => {
    if (!answers(asked, reply)) void reply.code(404).send()
  })
  await files.ready()
  const api = new URL(await addressOf(program()))
  const server = createServer((asked, reply) => {
    if (!asked.url!.startsWith('/api')) return files.routing(asked, reply)
    const { method, url: path, headers } = asked
    const passed = request({ host: api.hostname, port: api.port, method, path, headers }, answer => {
      reply.writeHead(answer.statusCode!, answer.headers)
      answer.pipe(reply)
    })
    passed.on('error', () => reply.destroy())
    asked.pipe(passed)
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async close() {
      server.closeAllConnections()
      server.close()
      await files.close()
    },
  }
}

test('a tab that is open over a new build goes on with that one, and keeps what was typed', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'ascendore-build-'))
  layDown(folder, 'A')
  const { url, close } = await front(folder)
  try {
    const tab = await page({ baseURL: url })
    await signedIn(tab)
    const heading = (name: string) => tab.getByRole('heading', { name, level: 1 }).waitFor()
    let loads = 0
    tab.on('load', () => (loads += 1))
    await tab.goto('/companies')
    await heading('Companies')
    await tab.getByRole('button', { name: 'New company' }).first().click()
    await tab.getByRole('dialog').getByLabel('Name').fill('Fjord Freight')
    await tab.keyboard.press('Escape')
    layDown(folder, 'B')
    await tab.getByRole('link', { name: 'Projects' }).click()
    await heading('Projects')
    assert.equal(loads, 2, 'loaded anew once')
    await tab.getByRole('link', { name: 'Companies' }).click()
    await tab.getByRole('button', { name: 'New company' }).first().click()
    const kept = tab.getByRole('dialog').getByLabel('Name')
    assert.equal(await kept.inputValue(), 'Fjord Freight')
    await tab.keyboard.press('Escape')
    // The page is of the build that is served, and a file of it is missing: nothing is to be had by loading anew.
    const assets = join(folder, 'assets')
    const [trash] = readdirSync(assets).filter(name => name.startsWith('trash.page-'))
    renameSync(join(assets, trash!), join(folder, trash!))
    await tab.getByRole('link', { name: 'Trash' }).click()
    const retry = tab.getByRole('button', { name: 'Try again' })
    await retry.waitFor()
    assert.equal(loads, 2)
    await retry.click()
    await until(
      async () => loads,
      count => count === 3,
      'not loaded anew',
    )
    await retry.waitFor()
    renameSync(join(folder, trash!), join(assets, trash!))
    await retry.click()
    await heading('Trash')
    assert.equal(loads, 4, 'only when it was asked for')
  } finally {
    await close()
    rmSync(folder, { recursive: true, force: true })
  }
})
