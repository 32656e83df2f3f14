import { loadavg } from 'node:os'
import { parseArgs } from 'node:util'
import { Tokens } from '#core/auth/tokens.ts'
import { type Listening, startProgramChild } from './children.ts'
import { type EngineName, type Filled, filledDatabase, say } from './databases.ts'
import { watch } from './watch.ts'

const USAGE = `node bench/export.ts [options]   (npm run bench -- export …)
  --engine embedded|postgres   postgres by default
  --scale N                    1 is 100,000 contacts; the default
  --formats csv,xlsx,json      all by default`

const { values: options } = parseArgs({
  args: process.argv.slice(2).filter(arg => arg !== 'export'),
  options: {
    engine: { type: 'string', default: 'postgres' },
    scale: { type: 'string', default: '1' },
    formats: { type: 'string', default: 'csv,xlsx,json' },
    help: { type: 'boolean', default: false },
  },
})

/** Reads the answer to its end as it comes, and keeps none of it. */
async function sizeOf(url: string, headers: Record<string, string>): Promise<number> {
  const response = await fetch(url, { headers })
  if (!response.ok) throw new Error(`${url}: ${response.status} ${await response.text()}`)
  let bytes = 0
  for await (const chunk of response.body as unknown as AsyncIterable<Uint8Array>) bytes += chunk.length
  return bytes
}

async function measure(program: Listening, token: string, format: string): Promise<void> {
  const base = `http://127.0.0.1:${program.port}/api/v1/contacts`
  const headers = { authorization: `Bearer ${token}` }
  await sizeOf(`${base}?limit=1`, headers)
  const before = program.memory()
  const others = watch(() => sizeOf(`${base}?limit=1`, headers), program.memory)
  const start = performance.now()
  const bytes = await sizeOf(`${base}/export?format=${format}`, headers)
  const seconds = (performance.now() - start) / 1000
  others.stop()
  console.log(
    `export of all contacts as ${format}: ${seconds.toFixed(1)} s, ${(bytes / 2 ** 20).toFixed(1)} MiB; memory ${before.toFixed(0)} MiB before, ` +
      `${others.peak().toFixed(0)} at most; reading a list meanwhile: ${others.lap()}; load average ${loadavg()[0]!.toFixed(1)}`,
  )
}

async function main({ env, place }: Filled): Promise<void> {
  const { userId, sessionId } = place.owner
  const tokens = new Tokens(env.JWT_SECRET!)
  const token = await tokens.sign({ userId, sessionId, workspaceId: place.workspaceId, isWeb: false })
  // A process for each, so that one finds no memory that another has left.
  for (const format of options.formats.split(',')) {
    const program = await startProgramChild(env)
    await measure(program, token, format).finally(program.stop)
  }
}

if (options.help) console.log(USAGE)
else {
  const filled = await filledDatabase(options.engine as EngineName, Number(options.scale))
  if (!filled)
    say('no PostgreSQL: set DATABASE_URL, or run as root so that scripts/postgres.sh can start one')
  else await main(filled).finally(filled.remove)
}
