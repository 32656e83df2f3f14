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

/** Tries again while the server says so: another file is copying, or autovacuum, which only a superuser may end, is at work there. */
async function run(statement: string, whileCode: string): Promise<void> {
  for (let left = TRIES; ; left--) {
    try {
      await sql.unsafe(statement)
      return
    } catch (error) {
      if ((error as { code?: string }).code !== whileCode || !left) throw error
      await new Promise(resolve => setTimeout(resolve, 200))
    }
  }
}

const create = () => run(`create database "${name}" template "${from}" strategy file_copy`, '55006')
const drop = (database: string) => run(`drop database if exists "${database}" with (force)`, '42501')

async function sweep(): Promise<void> {
  const rows = await sql`select datname from pg_database where datname like ${`${from}\\_file\\_%`}`
  for (const { datname } of rows) await drop(datname)
}

if (what === 'create') await create()
else if (what === 'drop') await drop(name)
else await sweep()
await sql.end()
