import { randomInt } from 'node:crypto'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { learnSizes } from '#core/db/upkeep.ts'
import { systemIn } from '#core/db/workspace.ts'
import type { App, Feature } from '#core/feature.ts'
import { newId } from '#core/ids.ts'
import { hashPassword } from '#features/people/passwords.ts'
import { generateDemo } from './generate.ts'
import { loadPeople, loadRecords } from './load.ts'
import { sampleOperations } from './sample.ts'

const NAME = 'Halden Hardware'
const SLUG = 'demo'
const ALPHABET = 'abcdefghjkmnpqrstuvwxyz23456789'

/** The file that keeps the demo accounts' password, so that every start can print it. */
const passwordFile = (app: App) => join(app.config.dataDir, 'demo-password')

/**
 * On the very first start: makes the demo workspace, in one transaction, so that a start that is cut off
 * leaves nothing. Answers what is to be printed, at this start and at each later one.
 */
async function prepare(app: App): Promise<string[]> {
  if (app.config.seed === 'none') return []
  const [{ n } = { n: 1 }] = await app.database.inSystem('ascendore_auth', scope =>
    scope.session.rows('select count(*) as n from workspaces'),
  )
  if (n === 0) await seed(app)
  const file = passwordFile(app)
  if (!existsSync(file)) return []
  const password = readFileSync(file, 'utf8').trim()
  const accounts = (['owner', 'admin', 'member', 'viewer'] as const).map(
    role => `    ${role.toUpperCase().padEnd(7)} ${role}@demo.example`,
  )
  return ['', `  Demo workspace "${NAME}"; the password of all accounts is ${password}`, ...accounts]
}

/** Two years of a seller of scanners, printers and readers; see generate.ts for what is true in them. */
async function seed(app: App): Promise<void> {
  const password = Array.from({ length: 14 }, () => ALPHABET[randomInt(ALPHABET.length)]).join('')
  writeFileSync(passwordFile(app), `${password}\n`, { mode: 0o600 })
  const passwordHash = await hashPassword(password)
  const data = generateDemo({ now: new Date() })
  const workspaceId = newId()
  const who = systemIn(workspaceId)
  const settings = { exchangeRates: { EUR: 1.09, GBP: 1.27 }, mailTracking: true }
  await app.database.inWorkspace(who, async tx => {
    await tx.as('ascendore_auth', () =>
      tx.session.rows(
        'insert into workspaces (id, name, slug, settings) values ($1::uuid, $2, $3, $4::jsonb)',
        [workspaceId, NAME, SLUG, JSON.stringify(settings)],
      ),
    )
    await loadRecords(tx, data, await loadPeople(tx, data, passwordHash))
  })
  await learnSizes(app.database.engine)
}

export default { prepare, operations: sampleOperations } satisfies Feature
