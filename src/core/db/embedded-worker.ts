import { parentPort, workerData } from 'node:worker_threads'
import { PGlite } from '@electric-sql/pglite'
import { btree_gin } from '@electric-sql/pglite/contrib/btree_gin'
import { pg_trgm } from '@electric-sql/pglite/contrib/pg_trgm'
import { unaccent } from '@electric-sql/pglite/contrib/unaccent'
import { vector } from '@electric-sql/pglite-pgvector'
import { Statements } from './embedded-statements.ts'
import { PARSERS } from './values.ts'

/** What the main thread asks: `rows` and `values` take parameters, `script` may hold several statements. */
export type Ask = {
  id: number
  kind: 'rows' | 'values' | 'script' | 'close'
  text: string
  params: (string | null)[]
}
export type Answer = { id: number; rows?: unknown[]; error?: Record<string, unknown> }

/**
 * Half of PostgreSQL's default: PGlite writes all of it over with each start, and what does not fit comes from the system's own
 * cache of files.
 */
const SHARED_BUFFERS = '64MB'

const port = parentPort!
const { folder } = workerData as { folder: string }

const database = await PGlite.create(folder, {
  extensions: { vector, pg_trgm, btree_gin, unaccent },
  parsers: PARSERS,
  startParams: [...PGlite.defaultStartParams, '-c', `shared_buffers=${SHARED_BUFFERS}`],
})
await database.exec("set time zone 'UTC'; set datestyle = 'ISO, MDY'")
const statements = new Statements(database)

async function answer({ id, kind, text, params }: Ask): Promise<Answer> {
  try {
    if (kind === 'close') {
      await database.close()
      return { id }
    }
    return {
      id,
      rows: kind === 'script' ? await statements.script(text) : await statements.run(text, params, kind),
    }
  } catch (caught) {
    const { message, code, constraint, detail } = caught as Record<string, unknown>
    return { id, error: { message, code, constraint, detail } }
  }
}

// One statement after the other, in the order asked: the main thread relies on it to pipeline.
let last: Promise<unknown> = Promise.resolve()
port.on('message', (asks: Ask[]) => {
  last = last.then(async () => {
    const answers: Answer[] = []
    for (const ask of asks) answers.push(await answer(ask))
    port.postMessage(answers)
  })
})
port.postMessage([{ id: 0 }] satisfies Answer[])
