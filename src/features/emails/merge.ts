import type { Row } from '#core/db/engine.ts'
import { type Tx, together } from '#core/db/workspace.ts'
import { type Issue, invalid } from '#core/errors.ts'
import { customFieldsOf } from '#core/record/custom-fields.ts'
import { recordNamed } from '#core/record/registry.ts'
import { store } from '#core/record/store.ts'
import { examine, type Known, type MailTexts } from './liquid.ts'

/** The record types whose fields a mail may merge; the company is the contact's, or else the deal's. */
const MERGED = ['contact', 'company', 'deal'] as const
const NO_MERGE_KINDS = new Set(['id', 'link', 'links', 'related', 'member', 'object', 'custom'])
const SENDER = ['name', 'email']
const WORKSPACE = ['name', 'currency', 'timezone']

const fieldsOf = (type: string): string[] =>
  Object.entries(recordNamed(type).contract.fields).flatMap(([key, { kind }]) =>
    NO_MERGE_KINDS.has(kind) ? [] : [key],
  )

/** Every merge field of this workspace; custom fields are its own. */
export async function knownFields(tx: Tx): Promise<Known> {
  const custom = await together(MERGED.map(type => customFieldsOf(tx, type)))
  const records = MERGED.map((type, i): [string, Set<string>] => [
    type,
    new Set([...fieldsOf(type), ...[...custom[i]!.keys()].map(key => `customFields.${key}`)]),
  ])
  records[0]![1].add('name')
  return {
    ...Object.fromEntries(records),
    sender: new Set(SENDER),
    workspace: new Set(WORKSPACE),
  }
}

/** Makes sure that the texts can be read and merge only what there is; which roots they merge. @throws Refusal 400 */
export async function checkTexts(tx: Tx, texts: Partial<MailTexts>): Promise<Set<string>> {
  const { issues, roots } = examine(texts, await knownFields(tx))
  if (issues.length) throw invalid(issues.slice(0, 20))
  return roots
}

/** Whom and what a mail speaks of. */
export type Subjects = { contact?: Row | undefined; deal?: Row | undefined }

/** The values for the merge fields; those of records that are not there are empty. */
export async function valuesFor(tx: Tx, { contact, deal }: Subjects, known: Known): Promise<Values> {
  const companyId = (contact?.companyId ?? deal?.companyId) as string | null | undefined
  const [company, [sender], [workspace]] = await together([
    companyId ? store.find(tx, recordNamed('company'), companyId) : Promise.resolve(undefined),
    tx.session.rows('select name, email from users where id = $1::uuid', [tx.who.userId]),
    tx.session.rows('select name, currency, timezone from workspaces where id = $1::uuid', [
      tx.who.workspaceId,
    ]),
  ])
  const named = contact && { ...contact, name: `${contact.firstName} ${contact.lastName}`.trim() }
  const of = (root: string, row: Row | undefined) => pick(row, known[root]!)
  return {
    contact: of('contact', named),
    company: of('company', company),
    deal: of('deal', deal),
    sender: of('sender', sender),
    workspace: of('workspace', workspace),
  }
}
export type Values = Record<string, Record<string, unknown>>

/** Only what may be merged; null where there is nothing, since a name that is unknown is an error to Liquid. */
function pick(row: Row | undefined, names: ReadonlySet<string>): Record<string, unknown> {
  const custom = (row?.customFields ?? {}) as Record<string, unknown>
  const picked: Record<string, unknown> = {}
  const customFields: Record<string, unknown> = {}
  for (const name of names) {
    if (name.startsWith('customFields.')) {
      const key = name.slice('customFields.'.length)
      customFields[key] = custom[key] ?? null
    } else picked[name] = row?.[name] ?? null
  }
  return { ...picked, customFields }
}

/** Reads the records that are named. @throws Refusal 400 naming the field whose record is not there */
export async function readSubjects(
  tx: Tx,
  ids: { contactId?: string | undefined; dealId?: string | undefined },
): Promise<Subjects> {
  const issues: Issue[] = []
  const find = async (type: string, path: string, id: string | undefined) => {
    if (!id) return undefined
    const row = await store.find(tx, recordNamed(type), id)
    if (!row) issues.push({ path, code: 'NO_SUCH', message: `no such ${type}` })
    return row as Row | undefined
  }
  const [contact, deal] = await together([
    find('contact', 'contactId', ids.contactId),
    find('deal', 'dealId', ids.dealId),
  ])
  if (issues.length) throw invalid(issues)
  return { contact, deal }
}
