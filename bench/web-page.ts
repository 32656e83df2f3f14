/**
 * What runs inside the page: waiting for content, frames and long tasks by the browser's own performance entries. It is given
 * to the page as it stands, so it uses nothing from outside.
 */
export function install(): void {
  const page = globalThis as any
  const longTasks: Array<{ start: number; ms: number }> = []
  new page.PerformanceObserver((list: any) => {
    for (const entry of list.getEntries()) longTasks.push({ start: entry.startTime, ms: entry.duration })
  }).observe({ type: 'longtask', buffered: true })
  const now = () => page.performance.now() as number
  const frame = () => new Promise<number>(resolve => page.requestAnimationFrame(resolve))
  const find = (selector: string) => page.document.querySelector(selector)

  page.bench = {
    /** Milliseconds since the page was asked for, until the selector is there and has been drawn. */
    async usable(selector: string) {
      while (!find(selector)) await frame()
      await frame()
      return now()
    },
    /** From a click on a link until the other page's content is drawn. */
    async change(href: string, selector: string) {
      const link = find(`nav a[href="${href}"]`)
      const start = now()
      link.click()
      do await frame()
      while (page.location.pathname !== href || !find(selector))
      await frame()
      return now() - start
    },
    /** Frames and long tasks until `stop` is called, and what the probe finds in each frame. */
    watch(probe?: { rows: string; scroller: string }) {
      const start = now()
      const frames: number[] = []
      let isOver = false
      const longest = { blankMs: 0, endMs: 0 }
      const since: Record<string, number | undefined> = {}
      const keep = (name: 'blankMs' | 'endMs', is: boolean, at: number) => {
        since[name] = is ? (since[name] ?? at) : undefined
        if (is) longest[name] = Math.max(longest[name], at - since[name]!)
      }
      const look = (at: number) => {
        const box = probe && find(probe.scroller)
        if (!box) return
        const { left, top, width, height } = box.getBoundingClientRect()
        const isBlank = [0.3, 0.6, 0.9].some(
          part => !page.document.elementFromPoint(left + width / 2, top + height * part)?.closest(probe.rows),
        )
        keep('blankMs', isBlank, at)
        keep('endMs', box.scrollTop + box.clientHeight >= box.scrollHeight - 2, at)
      }
      const run = async () => {
        for (let before = await frame(); !isOver; ) {
          const at = await frame()
          frames.push(at - before)
          before = at
          look(at)
        }
      }
      void run()
      page.bench.stop = () => {
        isOver = true
        const end = now()
        const tasks = longTasks.filter(task => task.start >= start && task.start <= end)
        return { frames, longTasks: tasks.map(task => task.ms), seconds: (end - start) / 1000, ...longest }
      }
    },
    /** From the drop until the card stands in the lane and has been drawn. */
    async settled(title: string, lane: string) {
      const dropped = await new Promise<number>(resolve =>
        page.document.addEventListener('drop', () => resolve(now()), { capture: true, once: true }),
      )
      const cards = () => [...page.document.querySelectorAll(`section[aria-label="${lane}"] li a`)]
      while (!cards().some((card: any) => card.textContent.includes(title))) await frame()
      await frame()
      return now() - dropped
    },
    /** What was fetched so far. */
    fetched: () => page.performance.getEntriesByType('resource').map(({ name }: any) => name),
  }
}
