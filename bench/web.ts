import { existsSync, statSync } from 'node:fs'
import { loadavg } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import chromium from '@sparticuz/chromium'
import { type Browser, type BrowserContext, chromium as driver, type Page } from 'playwright-core'
import { Tokens } from '#core/auth/tokens.ts'
import { startProgramChild } from './children.ts'
import { type EngineName, type Filled, filledDatabase, say } from './databases.ts'
import { install } from './web-page.ts'

const USAGE = `npm run bench:web -- [options]
  --engine embedded|postgres   embedded by default
  --scale N                    1 is 10,000 companies, 100,000 contacts, 50,000 deals
  --rounds N                   how often each thing is done; 8 by default

First load, page changes, the board and the table of contacts in a headless Chromium, as the owner of the large workspace.`

const { values: options } = parseArgs({
  args: process.argv.slice(2).filter(arg => arg !== 'web'),
  options: {
    engine: { type: 'string', default: 'embedded' },
    scale: { type: 'string', default: '1' },
    rounds: { type: 'string', default: '8' },
    help: { type: 'boolean', default: false },
  },
})
const rounds = Number(options.rounds)

const BUILT = fileURLToPath(new URL('../dist/web', import.meta.url))
/** The bounds that the web app is held to, at p75 and p95. */
const BOUNDS = { scriptsKb: 250, changeMs: 150, dragMs: 100, blankMs: 100, longTaskMs: 50 }
const SCROLL_SECONDS = 3
const WHEEL_PX = 240
const CARD = '[data-board] li a'
const ROW = '[role=grid] [role=gridcell]'
const PAGES = [
  ['/contacts', ROW],
  ['/companies', ROW],
  ['/leads', 'main h1'],
  ['/pipeline', CARD],
  ['/tasks', ROW],
  ['/', 'main section h2'],
] as const

type Watched = { frames: number[]; longTasks: number[]; seconds: number; blankMs: number; endMs: number }
type Figure = { what: string; values: number[]; unit: string; bound?: number }

const at = (values: number[], share: number): number => {
  const sorted = values.toSorted((a, b) => a - b)
  return sorted[Math.min(sorted.length - 1, Math.ceil(sorted.length * share) - 1)] ?? Number.NaN
}

/** Calls what `install` has put into the page. */
const inPage = <T>(page: Page, name: string, ...args: unknown[]): Promise<T> =>
  page.evaluate(([key, given]) => (globalThis as any).bench[key as string](...(given as unknown[])), [
    name,
    args,
  ] as const) as Promise<T>

/** A browser context in which the owner is signed in: a token stands in for the cookie, the rest is real. */
async function contextOf(browser: Browser, url: string, { env, place }: Filled): Promise<BrowserContext> {
  const { userId, sessionId } = place.owner
  const tokens = new Tokens(env.JWT_SECRET!)
  const token = await tokens.sign({ userId, sessionId, workspaceId: place.workspaceId, isWeb: true })
  const context = await browser.newContext({
    baseURL: url,
    locale: 'en-US',
    viewport: { width: 1440, height: 900 },
  })
  await context.addInitScript(install)
  await context.route('**/api/v1/auth/refresh', route =>
    route.fulfill({
      json: {
        token,
        user: { id: userId, name: 'Owner', email: 'o@x.example' },
        workspaceId: place.workspaceId,
      },
    }),
  )
  return context
}

/** What files weigh gzipped, as the bounds are said; browsers get them smaller still, by brotli. */
function gzippedKb(urls: string[], ending: string): number {
  const bytes = urls
    .map(url => join(BUILT, new URL(url).pathname))
    .filter(file => file.endsWith(ending))
    .map(file => statSync(existsSync(`${file}.gz`) ? `${file}.gz` : file).size)
  return bytes.reduce((sum, size) => sum + size, 0) / 1024
}

async function firstLoads(browser: Browser, url: string, filled: Filled): Promise<Figure[]> {
  const figures: Figure[] = []
  for (const [path, selector] of [
    // The shell with next to nothing in it.
    ['/notifications', 'main h1'],
    ['/', 'main h1'],
    ['/contacts', ROW],
    ['/pipeline', CARD],
  ] as const) {
    const [usable, scripts, styles]: number[][] = [[], [], []]
    for (let round = 0; round < rounds; round++) {
      const context = await contextOf(browser, url, filled)
      const page = await context.newPage()
      await page.goto(path, { waitUntil: 'commit' })
      usable!.push(await inPage<number>(page, 'usable', selector))
      await page.waitForLoadState('networkidle')
      const names = await inPage<string[]>(page, 'fetched')
      scripts!.push(gzippedKb(names, '.js'))
      styles!.push(gzippedKb(names, '.css'))
      await context.close()
    }
    figures.push(
      { what: `first load of ${path}`, values: usable!, unit: 'ms' },
      {
        what: `scripts for ${path}, gzipped`,
        values: scripts!,
        unit: 'KB',
        ...(path === '/notifications' ? { bound: BOUNDS.scriptsKb } : {}),
      },
      { what: `styles for ${path}, gzipped`, values: styles!, unit: 'KB' },
    )
  }
  return figures
}

async function pageChanges(page: Page): Promise<Figure[]> {
  await page.goto('/')
  await page.locator('main section h2').first().waitFor()
  const [first, again]: number[][] = [[], []]
  for (let round = 0; round <= rounds; round++)
    for (const [path, selector] of PAGES) {
      const ms = await inPage<number>(page, 'change', path, selector)
      if (round) again!.push(ms)
      else if (path !== '/') first!.push(ms)
      await page.waitForLoadState('networkidle')
    }
  return [
    { what: 'page change, first visit', values: first!, unit: 'ms' },
    { what: 'page change', values: again!, unit: 'ms', bound: BOUNDS.changeMs },
  ]
}

/** Turns the wheel over what has been found, and answers what the page saw meanwhile. */
async function scroll(page: Page, over: string, probe?: object): Promise<Watched> {
  const box = (await page.locator(over).first().boundingBox())!
  await page.mouse.move(box.x + box.width / 2, box.y + Math.min(box.height, 600) / 2)
  await page.evaluate(given => (globalThis as any).bench.watch(given), probe)
  const end = Date.now() + SCROLL_SECONDS * 1000
  while (Date.now() < end) {
    await page.mouse.wheel(0, WHEEL_PX)
    await page.waitForTimeout(16)
  }
  return inPage<Watched>(page, 'stop')
}

const framesOf = (what: string, { frames, longTasks }: Watched): Figure[] => [
  { what: `${what}: a frame`, values: frames, unit: 'ms' },
  { what: `${what}: tasks over ${BOUNDS.longTaskMs} ms`, values: longTasks, unit: 'ms' },
]

async function board(page: Page): Promise<Figure[]> {
  await page.goto('/pipeline')
  await page.locator(CARD).first().waitFor()
  await page.waitForLoadState('networkidle')
  const scrolled = await scroll(page, '[data-board] section')
  await page.reload()
  await page.locator(CARD).first().waitFor()
  await page.waitForLoadState('networkidle')
  const lanes = await page
    .locator('[data-board] section')
    .evaluateAll(all => all.map((one: any) => one.ariaLabel))
  const drops: number[] = []
  const [from, to] = [lanes[0] as string, lanes[1] as string]
  await page.evaluate(() => (globalThis as any).bench.watch())
  for (let round = 0; round < rounds; round++) {
    const [here, there] = round % 2 ? [to, from] : [from, to]
    const card = page.locator(`section[aria-label="${here}"] li a`).first()
    const title = (await card.locator('span').first().textContent())!
    const settled = inPage<number>(page, 'settled', title, there)
    await card.dragTo(page.locator(`section[aria-label="${there}"]`))
    drops.push(await settled)
    await page.waitForTimeout(300)
  }
  const dragged = await inPage<Watched>(page, 'stop')
  return [
    ...framesOf('board, scrolling', scrolled),
    { what: 'board, drop to settled', values: drops, unit: 'ms', bound: BOUNDS.dragMs },
    ...framesOf('board, dragging', dragged),
  ]
}

async function table(page: Page): Promise<Figure[]> {
  await page.goto('/contacts')
  await page.locator(ROW).first().waitFor()
  await page.waitForLoadState('networkidle')
  const scroller = 'main :has(> [role=grid])'
  const scrolled = await scroll(page, scroller, { rows: '[role=row]', scroller })
  return [
    ...framesOf('table, scrolling', scrolled),
    {
      what: 'table, longest time with a blank row',
      values: [scrolled.blankMs],
      unit: 'ms',
      bound: BOUNDS.blankMs,
    },
    { what: 'table, longest wait at the last loaded row', values: [scrolled.endMs], unit: 'ms' },
  ]
}

const round = (value: number): string => (Number.isNaN(value) ? '–' : value.toFixed(value < 10 ? 1 : 0))
function report(figures: Figure[]): string {
  const lines = figures.map(({ what, values, unit, bound }) => {
    const [p50, p75, p95] = [0.5, 0.75, 0.95].map(share => at(values, share))
    const bounded = bound === undefined ? '' : `${bound}${p95! > bound ? ' !' : ''}`
    return `| ${[what, values.length, round(p50!), round(p75!), round(p95!), unit, bounded].join(' | ')} |`
  })
  return [
    '| what | n | p50 | p75 | p95 | | bound |',
    '| --- | --: | --: | --: | --: | --- | --- |',
    ...lines,
  ].join('\n')
}

async function main(): Promise<void> {
  if (options.help) return console.log(USAGE)
  const filled = await filledDatabase(options.engine as EngineName, Number(options.scale))
  if (!filled) throw new Error('there is no PostgreSQL')
  const program = await startProgramChild(filled.env)
  const browser = await driver.launch({
    executablePath: await chromium.executablePath(),
    args: ['--no-sandbox', '--disable-gpu', '--disable-dev-shm-usage'],
    headless: true,
  })
  try {
    const url = `http://127.0.0.1:${program.port}`
    const figures: Figure[] = []
    const measure = async (name: string, run: () => Promise<Figure[]>) => {
      say(`${name}, load average ${loadavg()[0]!.toFixed(1)}`)
      figures.push(...(await run()))
    }
    await measure('first loads', () => firstLoads(browser, url, filled))
    const page = await (await contextOf(browser, url, filled)).newPage()
    await measure('page changes', () => pageChanges(page))
    await measure('board', () => board(page))
    await measure('table', () => table(page))
    console.log(report(figures))
  } finally {
    await browser.close()
    await program.stop()
    await filled.remove()
  }
}

await main()
process.exit()
