import { once } from 'node:events'
import { createReadStream, createWriteStream, mkdtempSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { startProgramChild } from './children.ts'
import { type EngineName, type Env, emptyDatabase, say } from './databases.ts'

const USAGE = `node bench/import.ts [options]   (npm run bench -- import …)
  --engine embedded|postgres   postgres by default
  --rows N                     contacts in the file; 100000 by default
  --undo                       also measures taking the import back`

const { values: options } = parseArgs({
  args: process.argv.slice(2).filter(arg => arg !== 'import'),
  options: {
    engine: { type: 'string', default: 'postgres' },
    rows: { type: 'string', default: '100000' },
    undo: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
})

const FIRST = ['Anna', 'Ben', 'Clara', 'David', 'Elif', 'Felix', 'Grace', 'Hugo', 'Ines', 'Jonas']
const LAST = ['Abel', 'Bauer', 'Conrad', 'Dietz', 'Egger', 'Fontana', 'Grimm', 'Haas', 'Iversen', 'Jensen']
const JOBS = ['Buyer', 'Head of Sales', 'Engineer', 'Owner', 'Office Manager']

/** A file of contacts as a CRM's export looks: names, mail, phone, job, city, every tenth with a tag. */
async function writeContacts(file: string, rows: number): Promise<void> {
  const out = createWriteStream(file)
  out.write('First name,Last name,Email,Phone,Job title,Lead source,Tags\n')
  for (let i = 0; i < rows; i++) {
    const first = FIRST[i % FIRST.length]!
    const last = `${LAST[Math.floor(i / FIRST.length) % LAST.length]}${i}`
    const phone = `+49 30 ${String(1_000_000 + i)}`
    const line = `${first},${last},${first}.${last}@import.example,${phone},${JOBS[i % JOBS.length]},Trade fair,${i % 10 ? '' : 'fair'}\n`
    if (!out.write(line)) await once(out, 'drain')
  }
  out.end()
  await once(out, 'finish')
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
      headers: { authorization: `Bearer ${token}`, 'content-type': 'text/csv' },
      body: createReadStream(file) as never,
      duplex: 'half',
    } as RequestInit,
  )
  if (!response.ok) throw new Error(`import: ${response.status} ${await response.text()}`)
  return (await response.json()) as Reply
}

/** Waits for the import to leave the given states; answers it and the most memory that was seen. */
async function settled(port: number, token: string, id: string, busy: string[], memory: () => number) {
  let peak = 0
  for (;;) {
    await new Promise(resolve => setTimeout(resolve, 200))
    peak = Math.max(peak, memory())
    const found = await ask(port, token, 'GET', `/imports/${id}`)
    if (!busy.includes(found.status)) return { found, peak }
  }
}

async function main(env: Env): Promise<void> {
  const rows = Number(options.rows)
  const folder = mkdtempSync(join(tmpdir(), 'ascendore-bench-import-'))
  const file = join(folder, 'contacts.csv')
  await writeContacts(file, rows)
  const program = await startProgramChild(env)
  try {
    const { token } = await ask(program.port, '', 'POST', '/auth/register', {
      name: 'Bench',
      email: `bench.${Date.now()}@mail.example`,
      password: `long enough ${Math.random()}`,
      workspaceName: 'Bench',
    })
    const before = program.memory()
    const start = performance.now()
    const { id } = await upload(program.port, token, file)
    const { found, peak } = await settled(program.port, token, id, ['PENDING', 'RUNNING'], program.memory)
    const seconds = (performance.now() - start) / 1000
    console.log(
      `import of ${rows} contacts (${(statSync(file).size / 2 ** 20).toFixed(1)} MiB): ${seconds.toFixed(1)} s, ${Math.round(rows / seconds)} rows/s, ` +
        `${found.status}, ${found.created} created, ${found.failed} failed; memory ${before.toFixed(0)} MiB before, ${peak.toFixed(0)} at most`,
    )
    if (options.undo) {
      const from = performance.now()
      await ask(program.port, token, 'POST', `/imports/${id}/undo`)
      const undone = await settled(program.port, token, id, ['COMPLETED', 'UNDOING'], program.memory)
      console.log(`undo: ${((performance.now() - from) / 1000).toFixed(1)} s, ${undone.found.status}`)
    }
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
