import postgres from 'postgres'

/**
 * Makes (`create`) or removes (`drop`) a database for one test file, as a copy of the migrated one; `sweep` removes those that a
 * killed run has left. A process of its own, since whoever asks cannot wait: `node test/own-database.ts create URL NAME`.
 */
const [what, url, name] = process.argv.slice(2) as ['create' | 'drop' | 'sweep', string, string]
const TRIES = 50
const from = new URL(url).pathname.slice(1)
// Not the database itself, which nobody may use while it is copied.
const sql = postgres(Object.assign(new URL(url), { pathname: '/postgres' }).href, {
  max: 1,
  onnotice: () => {},
})

async function create(): Promise<void> {
  for (let left = TRIES; ; left--) {
    try {
      await sql.unsafe(`create database "${name}" template "${from}" strategy file_copy`)
      return
    } catch (error) {
      // Another file is copying at this moment.
      if ((error as { code?: string }).code !== '55006' || !left) throw error
      await new Promise(resolve => setTimeout(resolve, 100))
    }
  }
}

async function sweep(): Promise<void> {
  const rows = await sql`select datname from pg_database where datname like ${`${from}\\_file\\_%`}`
  for (const { datname } of rows) await sql.unsafe(`drop database if exists "${datname}" with (force)`)
}

if (what === 'create') await create()
else if (what === 'drop') await sql.unsafe(`drop database if exists "${name}" with (force)`)
else await sweep()
await sql.end()
