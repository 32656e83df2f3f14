import { once } from 'node:events'
import { createReadStream, createWriteStream, mkdtempSync, rmSync, statSync } from 'node:fs'
import { loadavg, tmpdir } from 'node:os'
import { join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { setTimeout as sleep } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { workbook } from '#core/xlsx/write.ts'
import { startProgramChild } from './children.ts'
import { type EngineName, type Env, emptyDatabase, say } from './databases.ts'
import { watch } from './watch.ts'

const USAGE = `node bench/import.ts [options]   (npm run bench -- import …)
  --engine embedded|postgres   postgres by default
  --format csv|xlsx            csv by default
  --rows N                     contacts in the file; 100000 by default
  --undo                       also measures taking the import back`

const { values: options } = parseArgs({
  args: process.argv.slice(2).filter(arg => arg !== 'import'),
  options: {
    engine: { type: 'string', default: 'postgres' },
    format: { type: 'string', default: 'csv' },
    rows: { type: 'string', default: '100000' },
    undo: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
})

const FIRST = ['Anna', 'Ben', 'Clara', 'David', 'Elif', 'Felix', 'Grace', 'Hugo', 'Ines', 'Jonas']
const LAST = ['Abel', 'Bauer', 'Conrad', 'Dietz', 'Egger', 'Fontana', 'Grimm', 'Haas', 'Iversen', 'Jensen']
const JOBS = ['Buyer', 'Head of Sales', 'Engineer', 'Owner', 'Office Manager']

const HEADER = ['First name', 'Last name', 'Email', 'Phone', 'Job title', 'Lead source', 'Tags']

/** A contact as a CRM's export has it: names, mail, phone, job, city, every tenth with a tag. */
function contact(i: number): string[] {
  const first = FIRST[i % FIRST.length]!
  const last = `${LAST[Math.floor(i / FIRST.length) % LAST.length]}${i}`
  const phone = `+49 30 ${String(1_000_000 + i)}`
  const email = `${first}.${last}@import.example`
  return [first, last, email, phone, JOBS[i % JOBS.length]!, 'Trade fair', i % 10 ? '' : 'fair']
}

async function writeCsv(file: string, rows: number): Promise<void> {
  const out = createWriteStream(file)
  out.write(`${HEADER.join(',')}\n`)
  for (let i = 0; i < rows; i++) if (!out.write(`${contact(i).join(',')}\n`)) await once(out, 'drain')
  out.end()
  await once(out, 'finish')
}

const ROWS_AT_ONCE = 1000

async function writeXlsx(file: string, rows: number): Promise<void> {
  const batch = (from: number) =>
    Array.from({ length: Math.min(ROWS_AT_ONCE, rows - from) }, (_, i) => contact(from + i))
  async function* more() {
    for (let from = ROWS_AT_ONCE; from < rows; from += ROWS_AT_ONCE) yield batch(from)
  }
  const columns = HEADER.map(name => ({ name, kind: 'text' as const }))
  await pipeline(workbook('contacts', columns, batch(0), more(), 'UTC'), createWriteStream(file))
}

const TYPES: Record<string, string> = {
  csv: 'text/csv',
  xlsx: 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet',
}

type Reply = Record<string, any>

async function ask(port: number, token: string, method: string, path: string, body?: object): Promise<Reply> {
  const response = await fetch(`http://127.0.0.1:${port}/api/v1${path}`, {
    method,
    headers: {
      ...(token ? { authorization: `Bearer ${token}` } : {}),
      ...(body ? { 'content-type': 'application/json' } : {}),
    },
    ...(body ? { body: JSON.stringify(body) } : {}),
  })
  const reply = (await response.json()) as Reply
  if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${JSON.stringify(reply)}`)
  return reply
}

async function upload(port: number, token: string, file: string): Promise<Reply> {
  const response = await fetch(
    `http://127.0.0.1:${port}/api/v1/contacts/import?onDuplicate=skip&matchBy=email`,
    {
      method: 'POST',
      headers: { authorization: `Bearer ${token}`, 'content-type': TYPES[options.format]! },
      body: createReadStream(file) as never,
      duplex: 'half',
    } as RequestInit,
  )
  if (!response.ok) throw new Error(`import: ${response.status} ${await response.text()}`)
  return (await response.json()) as Reply
}

/** Waits for the import to leave the given states. */
async function settled(port: number, token: string, id: string, busy: string[]): Promise<{ found: Reply }> {
  for (;;) {
    await sleep(200)
    const found = await ask(port, token, 'GET', `/imports/${id}`)
    if (!busy.includes(found.status)) return { found }
  }
}

async function main(env: Env): Promise<void> {
  const rows = Number(options.rows)
  const folder = mkdtempSync(join(tmpdir(), 'ascendore-bench-import-'))
  const file = join(folder, `contacts.${options.format}`)
  await (options.format === 'xlsx' ? writeXlsx : writeCsv)(file, rows)
  const program = await startProgramChild(env)
  try {
    const { token } = await ask(program.port, '', 'POST', '/auth/register', {
      name: 'Bench',
      email: `bench.${Date.now()}@mail.example`,
      password: `long enough ${Math.random()}`,
      workspaceName: 'Bench',
    })
    const others = watch(() => ask(program.port, token, 'GET', '/contacts?limit=1'), program.memory)
    await sleep(1000)
    const before = others.peak()
    const start = performance.now()
    const { id } = await upload(program.port, token, file)
    const answered = (performance.now() - start) / 1000
    const uploading = others.lap()
    const { found } = await settled(program.port, token, id, ['PENDING', 'RUNNING'])
    const seconds = (performance.now() - start) / 1000
    console.log(
      `import of ${rows} contacts from ${options.format} (${(statSync(file).size / 2 ** 20).toFixed(1)} MiB): ${seconds.toFixed(1)} s, ${Math.round(rows / seconds)} rows/s, ` +
        `${found.status}, ${found.created} created, ${found.failed} failed; answered after ${answered.toFixed(1)} s; ` +
        `memory ${before.toFixed(0)} MiB before, ${others.peak().toFixed(0)} at most; load average ${loadavg()[0]!.toFixed(1)}`,
    )
    console.log(`reading a list meanwhile: ${uploading} while the file came in, ${others.lap()} after`)
    if (options.undo) {
      const from = performance.now()
      await ask(program.port, token, 'POST', `/imports/${id}/undo`)
      const undone = await settled(program.port, token, id, ['COMPLETED', 'UNDOING'])
      console.log(
        `undo: ${((performance.now() - from) / 1000).toFixed(1)} s, ${undone.found.status}; reading a list meanwhile: ${others.lap()}`,
      )
    }
    others.stop()
  } finally {
    await program.stop()
    rmSync(folder, { recursive: true, force: true })
  }
}

if (options.help) console.log(USAGE)
else {
  const database = await emptyDatabase(options.engine as EngineName)
  if (!database)
    say('no PostgreSQL: set DATABASE_URL, or run as root so that scripts/postgres.sh can start one')
  else await main(database.env).finally(database.remove)
}
