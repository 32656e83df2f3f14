import type { WriteSignal } from '../events/signal.ts'
import type { Engine } from './engine.ts'

const CLEARED_EVERY_MS = 60 * 60 * 1000
/** Between two looks at what has changed. */
const PAUSE_MS = 5000

/**
 * Tables of which the planner knows too little, by the measure of autovacuum: so many rows and a fifth of the table have changed since
 * they were counted, or they hold more than a few pages and never were (what has changed is forgotten when the engine ends).
 */
const LITTLE_KNOWN = `select format('%I.%I', n.nspname, c.relname) as name from pg_class c join pg_namespace n on n.oid = c.relnamespace
  where n.nspname = 'public' and c.relkind = 'r'
    and (pg_stat_get_mod_since_analyze(c.oid) > 500 + 0.2 * greatest(c.reltuples, 0) or c.reltuples < 0 and pg_relation_size(c.oid) > 5 * 8192)`

/** Has the planner learn how much there is in tables that were filled or have changed; others get their turn between two of them. */
export async function learnSizes(engine: Engine, signal?: AbortSignal): Promise<void> {
  for (const { name } of await aside(engine, LITTLE_KNOWN))
    if (!signal?.aborted) await aside(engine, `analyze ${name}`)
}

async function aside(engine: Engine, script: string) {
  const session = await engine.acquire()
  try {
    return await session.script(script)
  } finally {
    engine.release(session)
  }
}

/**
 * What autovacuum does on a server, for the embedded engine, which has none: statistics soon after much was written, since
 * without them a statement may take minutes instead of a second; dead rows are cleared every hour.
 * @returns stops it
 */
export function keepUp(engine: Engine, writes: WriteSignal): () => Promise<void> {
  if (engine.kind !== 'embedded') return async () => {}
  const ending = new AbortController()
  let timer: NodeJS.Timeout | undefined
  let learning = Promise.resolve()
  // Neither is worth a word when it fails: the next time tries again.
  const learn = () => {
    timer = undefined
    learning = learning.then(() => learnSizes(engine, ending.signal)).catch(() => {})
  }
  learn()
  const stopListening = writes.listen(() => {
    timer ??= setTimeout(learn, PAUSE_MS).unref()
  })
  const clearing = setInterval(() => aside(engine, 'vacuum analyze').catch(() => {}), CLEARED_EVERY_MS)
  clearing.unref()
  return async () => {
    ending.abort()
    stopListening()
    clearTimeout(timer)
    clearInterval(clearing)
    await learning
  }
}
