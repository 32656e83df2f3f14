import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { stringify } from 'yaml'
import { loadFeatures } from '#core/feature.ts'
import { openApiDocument } from '#core/http/openapi.ts'
import { operationsOf } from '#core/program.ts'

/** Writes the OpenAPI document to its committed place; with `--check` says whether that is up to date. */
const FILE = 'openapi/crm.openapi.yaml'
const document = openApiDocument(operationsOf(await loadFeatures()))
const text = stringify(JSON.parse(JSON.stringify(document)), { lineWidth: 0, aliasDuplicateObjects: false })

if (process.argv.includes('--check')) {
  const committed = existsSync(FILE) ? readFileSync(FILE, 'utf8') : ''
  if (committed !== text) {
    process.stderr.write(`${FILE} differs from the code. Write it anew with: npm run openapi\n`)
    process.exit(1)
  }
  process.stdout.write(`${FILE} is what the code says\n`)
} else {
  mkdirSync('openapi', { recursive: true })
  writeFileSync(FILE, text)
  process.stdout.write(`wrote ${FILE}\n`)
}
