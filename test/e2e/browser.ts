import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { after } from 'node:test'
import chromium from '@sparticuz/chromium'
import {
  type Browser,
  type BrowserContextOptions,
  chromium as driver,
  type Page,
  type Request,
} from 'playwright-core'
import { until } from '#test/until.ts'
import { addressOf, useProgram } from '#test/world.ts'

/** The longest that a page may take for one step, on a machine that runs other tests beside it. */
const STEP_MS = 20_000
const axeSource = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')

/**
 * A real browser against the real server of this test file. What a page logs as an error fails the test.
 * @param meant errors that the tests of the file bring about
 */
export function useBrowser(meant?: RegExp) {
  const program = useProgram()
  const errors: string[] = []
  let opened: Promise<[string, Browser]> | undefined
  // Not in `before`: the hooks of a file run side by side, and the program's may not be done.
  const open = () =>
    Promise.all([
      addressOf(program()),
      chromium.executablePath().then(executablePath =>
        driver.launch({
          executablePath,
          args: ['--no-sandbox', '--disable-gpu', '--disable-dev-shm-usage'],
          headless: true,
        }),
      ),
    ])
  after(async () => {
    await (await opened)?.[1].close()
    assert.deepEqual(
      errors.filter(error => !meant?.test(error)),
      [],
    )
  })
  return {
    program,
    /** A browser of somebody's own: nothing is shared with the others. */
    async page(options: BrowserContextOptions = {}): Promise<Page> {
      opened ??= open()
      const [url, browser] = await opened
      const context = await browser.newContext({
        baseURL: url,
        locale: 'en-US',
        viewport: { width: 1280, height: 800 },
        ...options,
      })
      context.setDefaultTimeout(STEP_MS)
      const page = await context.newPage()
      page.on('pageerror', error => errors.push(String(error)))
      page.on('console', message => {
        // The browser itself tells of refused requests and of connections that were cut, as by the end of the
        // server; whether they were meant is for the test to say.
        if (
          message.type() === 'error' &&
          !/Failed to load resource|^WebSocket connection|^ApiError: The server (cannot be reached|answered 429)/.test(
            message.text(),
          )
        )
          errors.push(message.text())
      })
      return page
    },
  }
}

type Found = { id: string; nodes: Array<{ target: string[]; failureSummary: string }> }

/**
 * Every violation of WCAG 2.2 AA that axe finds on the page, each by its rule and where it is. What fades in or out meanwhile is seen
 * as it is at the end of that: half of a fade has no contrast that anybody reads by.
 */
export async function violations(page: Page): Promise<string[]> {
  if (!(await page.evaluate('"axe" in globalThis'))) await page.evaluate(axeSource)
  return page.evaluate(async () => {
    const { axe, document, CSSStyleSheet } = globalThis as unknown as {
      document: { adoptedStyleSheets: unknown[] }
      CSSStyleSheet: new () => { replaceSync: (css: string) => void }
      axe: { run: (context: unknown, options: unknown) => Promise<{ violations: Found[] }> }
    }
    const still = new CSSStyleSheet()
    still.replaceSync('*, ::before, ::after { transition: none !important; animation: none !important }')
    const before = document.adoptedStyleSheets
    document.adoptedStyleSheets = [...before, still]
    const tags = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa']
    const result = await axe.run(document, { runOnly: { type: 'tag', values: tags } })
    document.adoptedStyleSheets = before
    return result.violations.flatMap(({ id, nodes }) =>
      nodes.slice(0, 3).map(node => `${id}: ${node.target.join(' ')} ${node.failureSummary}`),
    )
  })
}

/** Whether something makes the page wider than what it is seen through. */
export const isWide = (tab: Page) =>
  tab.evaluate(() => {
    const { document, innerWidth } = globalThis as unknown as {
      document: { documentElement: { scrollWidth: number } }
      innerWidth: number
    }
    return document.documentElement.scrollWidth > innerWidth
  })

const QUIET_MS = 60

/**
 * Goes to pages as links of the app do, without loading it anew. Each is there once its heading is and nothing has been on its way for
 * a moment.
 */
export function walkIn(page: Page): (path: string) => Promise<void> {
  const underWay = new Set<Request>()
  let last = 0
  const ended = (request: Request) => {
    underWay.delete(request)
    last = performance.now()
  }
  page.on('request', request => underWay.add(request))
  page.on('requestfinished', ended)
  page.on('requestfailed', ended)
  return async path => {
    await page.evaluate(go, path)
    await page.locator('h1:not([data-left])').first().waitFor()
    last = performance.now()
    await until(() => underWay.size === 0 && performance.now() - last > QUIET_MS)
  }
}

/** Marks what is left, and goes. */
function go(path: string): void {
  const { history, document, dispatchEvent, PopStateEvent } = globalThis as unknown as {
    history: { pushState: (state: unknown, title: string, path: string) => void }
    document: { querySelectorAll: (selector: string) => Iterable<{ dataset: Record<string, string> }> }
    dispatchEvent: (event: unknown) => void
    PopStateEvent: new (type: string) => unknown
  }
  for (const heading of document.querySelectorAll('h1')) heading.dataset.left = ''
  history.pushState({}, '', path)
  dispatchEvent(new PopStateEvent('popstate'))
}
