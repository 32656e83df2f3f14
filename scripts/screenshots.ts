// Takes the pictures of docs/screenshots from the demo workspace: npm run screenshots [-- NAMES]
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import chromium from '@sparticuz/chromium'
import { type BrowserContextOptions, chromium as driver, type Locator, type Page } from 'playwright-core'
import { startProgramChild } from '../bench/children.ts'

const FOLDER = fileURLToPath(new URL('../docs/screenshots/', import.meta.url))
const QUALITY = 0.88
/** Charts draw themselves over some frames. */
const SETTLE_MS = 1500
const WIDE: BrowserContextOptions = { viewport: { width: 1440, height: 900 }, colorScheme: 'light' }
const PHONE: BrowserContextOptions = {
  viewport: { width: 390, height: 844 },
  deviceScaleFactor: 2,
  colorScheme: 'dark',
}

type Ask = (path: string) => Promise<{ rows: Array<{ id: string }> }>
/** As much of a browser as the conversion needs. */
type Canvas = {
  width: number
  height: number
  getContext: (kind: '2d') => { drawImage: (picture: object, x: number, y: number) => void }
  toDataURL: (type: string, quality: number) => string
}
type Window = {
  document: { createElement: (name: 'canvas') => Canvas }
  createImageBitmap: (blob: object) => Promise<{ width: number; height: number }>
  fetch: (url: string) => Promise<{ blob: () => Promise<object> }>
}

type Shot = { name: string; look: BrowserContextOptions; path: (ask: Ask) => Promise<string> }
const first = (list: string, page: string) => async (ask: Ask) => `${page}/${(await ask(list)).rows[0]!.id}`

const SHOTS: Shot[] = [
  { name: 'home', look: WIDE, path: async () => '/' },
  { name: 'pipeline', look: WIDE, path: async () => '/pipeline' },
  { name: 'contacts', look: WIDE, path: async () => '/contacts' },
  { name: 'deal', look: WIDE, path: first('/deals?status=OPEN&sort=-amount&limit=1', '/deals') },
  { name: 'calendar', look: WIDE, path: async () => '/visits?layout=calendar' },
  { name: 'search', look: WIDE, path: async () => '/search?q=handheld scanners' },
  { name: 'dashboard', look: WIDE, path: first('/dashboards?limit=1', '/dashboards') },
  { name: 'phone', look: PHONE, path: async () => '/pipeline' },
]

/** The same picture as WebP, which the browser itself makes: half the size of a PNG. */
async function asWebp(page: Page, png: Buffer): Promise<Buffer> {
  const data = await page.evaluate(
    async ([source, quality]) => {
      const { document, createImageBitmap, fetch } = globalThis as unknown as Window
      const picture = await createImageBitmap(await (await fetch(source)).blob())
      const canvas = document.createElement('canvas')
      canvas.width = picture.width
      canvas.height = picture.height
      canvas.getContext('2d').drawImage(picture, 0, 0)
      return canvas.toDataURL('image/webp', quality)
    },
    [`data:image/png;base64,${png.toString('base64')}`, QUALITY] as const,
  )
  return Buffer.from(data.split(',')[1]!, 'base64')
}

/** Waits until nothing is loading any more, on a machine that does other things too. */
async function expectNone(waiting: Locator): Promise<void> {
  for (let tries = 0; tries < 120 && (await waiting.count()); tries++)
    await new Promise(resolve => setTimeout(resolve, 250))
}

const dataDir = mkdtempSync(join(tmpdir(), 'ascendore-screenshots-'))
const program = await startProgramChild({ SEED: 'demo', DATA_DIR: dataDir, LOG_LEVEL: 'warn' })
const browser = await driver.launch({
  executablePath: await chromium.executablePath(),
  args: ['--no-sandbox', '--disable-gpu', '--disable-dev-shm-usage'],
})
try {
  const url = `http://127.0.0.1:${program.port}`
  const password = readFileSync(join(dataDir, 'demo-password'), 'utf8').trim()
  const studio = await browser.newPage()
  mkdirSync(FOLDER, { recursive: true })
  const wanted = process.argv.slice(2)
  for (const { name, look, path } of SHOTS.filter(shot => !wanted.length || wanted.includes(shot.name))) {
    const context = await browser.newContext({ baseURL: url, locale: 'en-US', ...look })
    const reply = await context.request.post('/api/v1/auth/login', {
      data: { email: 'owner@demo.example', password },
    })
    const { token } = (await reply.json()) as { token: string }
    const ask: Ask = async asked =>
      (await context.request.get(`/api/v1${asked}`, { headers: { authorization: `Bearer ${token}` } })).json()
    const page = await context.newPage()
    await page.goto(await path(ask))
    await page.locator('main h1').first().waitFor()
    await page.waitForLoadState('networkidle')
    await expectNone(page.locator('[aria-busy=true]'))
    await page.waitForTimeout(SETTLE_MS)
    const picture = await asWebp(studio, await page.screenshot())
    writeFileSync(join(FOLDER, `${name}.webp`), picture)
    console.log(`${name}.webp ${Math.round(picture.length / 1024)} KB`)
    await context.close()
  }
} finally {
  await browser.close()
  await program.stop()
  rmSync(dataDir, { recursive: true, force: true })
}
process.exit()
