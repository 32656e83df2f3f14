import { parentPort, workerData } from 'node:worker_threads'
import { PGlite } from '@electric-sql/pglite'
import { btree_gin } from '@electric-sql/pglite/contrib/btree_gin'
import { pg_trgm } from '@electric-sql/pglite/contrib/pg_trgm'
import { unaccent } from '@electric-sql/pglite/contrib/unaccent'
import { vector } from '@electric-sql/pglite-pgvector'
import { PARSERS, SERIALISED_OIDS } from './values.ts'

/** What the main thread asks: `rows` and `values` take parameters, `script` may hold several statements. */
export type Ask = {
  id: number
  kind: 'rows' | 'values' | 'script' | 'close'
  text: string
  params: (string | null)[]
}
export type Answer = { id: number; rows?: unknown[]; error?: Record<string, unknown> }

const port = parentPort!
const { folder } = workerData as { folder: string }
const asText = (value: unknown): string => value as string

const database = await PGlite.create(folder, {
  extensions: { vector, pg_trgm, btree_gin, unaccent },
  parsers: PARSERS,
  serializers: Object.fromEntries(SERIALISED_OIDS.map(oid => [oid, asText])),
})
await database.exec("set time zone 'UTC'; set datestyle = 'ISO, MDY'")

async function answer(ask: Ask): Promise<Answer> {
  try {
    if (ask.kind === 'close') {
      await database.close()
      return { id: ask.id }
    }
    if (ask.kind === 'script') {
      const results = await database.exec(ask.text)
      return { id: ask.id, rows: results.flatMap(result => result.rows) }
    }
    const result = await database.query(ask.text, ask.params, {
      rowMode: ask.kind === 'values' ? 'array' : 'object',
    })
    return { id: ask.id, rows: result.rows }
  } catch (caught) {
    const { message, code, constraint, detail } = caught as Record<string, unknown>
    return { id: ask.id, error: { message, code, constraint, detail } }
  }
}

// One statement after the other, in the order asked: the main thread relies on it to pipeline.
let last: Promise<unknown> = Promise.resolve()
port.on('message', (ask: Ask) => {
  last = last.then(async () => port.postMessage(await answer(ask)))
})
port.postMessage({ id: 0 } satisfies Answer)
