import type { Engine } from './engine.ts'

const EVERY_MS = 60 * 60 * 1000

/**
 * What autovacuum does on a server: the embedded engine has none, so its planner would never learn how much
 * data there is. Statistics at once and every hour; dead rows are cleared at the same time.
 * @returns stops it
 */
export function keepUp(engine: Engine): () => void {
  if (engine.kind !== 'embedded') return () => {}
  const run = async (script: string) => {
    const session = await engine.acquire()
    try {
      await session.script(script)
    } finally {
      engine.release(session)
    }
  }
  // Neither is worth a word when it fails: the next hour tries again.
  const first = setTimeout(() => run('analyze').catch(() => {}), 3000)
  const timer = setInterval(() => run('vacuum analyze').catch(() => {}), EVERY_MS)
  first.unref()
  timer.unref()
  return () => {
    clearTimeout(first)
    clearInterval(timer)
  }
}
