import { z } from 'zod'
import type { Tx } from '#core/db/workspace.ts'
import { invalid } from '#core/errors.ts'
import type { Subject } from './talks.ts'

const id = (what: string) => z.uuid(`must be the id of a ${what}`).optional()
/** The record that an AI route is about, as `{ dealId }`, `{ contactId }`, `{ companyId }` or `{ leadId }`. */
export const subjectShape = {
  dealId: id('deal'),
  contactId: id('contact'),
  companyId: id('company'),
  leadId: id('lead'),
}
type Given = { dealId?: string; contactId?: string; companyId?: string; leadId?: string }
const TYPES = { dealId: 'deal', contactId: 'contact', companyId: 'company', leadId: 'lead' } as const

/** The one record that is named; undefined where none is. @throws Refusal 400 where several are */
export function subjectOf(given: Given): Subject | undefined {
  const named = (Object.keys(TYPES) as Array<keyof typeof TYPES>).filter(key => given[key] !== undefined)
  if (named.length > 1)
    throw invalid({ path: named[1]!, message: `give only one of ${Object.keys(TYPES).join(', ')}` })
  const [key] = named
  return key ? { type: TYPES[key], id: given[key]! } : undefined
}

/** The same, where it must be given. @throws Refusal 400 */
export function requiredSubject(given: Given, keys: readonly (keyof Given)[]): Subject {
  const subject = subjectOf(given)
  if (!subject) throw invalid({ path: keys[0]!, message: `one of ${keys.join(', ')} must be given` })
  return subject
}

const TITLES: Record<Subject['type'], string> = {
  deal: 't.title',
  contact: `btrim(coalesce(t.first_name, '') || ' ' || coalesce(t.last_name, ''))`,
  company: 't.name',
  lead: 't.name',
}
const TABLES: Record<Subject['type'], string> = {
  deal: 'deals',
  contact: 'contacts',
  company: 'companies',
  lead: 'leads',
}

export type Head = { title: string; createdAt: string; ownerId: string | null }

/** What the record is called. @throws Refusal 400 naming the field, where the caller does not see it */
export async function headOf(tx: Tx, { type, id: recordId }: Subject): Promise<Head> {
  const [row] = await tx.session.rows(
    `select ${TITLES[type]} as title, t.created_at as "createdAt", t.owner_id as "ownerId" from ${TABLES[type]} t where t.workspace_id = $1::uuid and t.id = $2::uuid and t.deleted_at is null`,
    [tx.who.workspaceId, recordId],
  )
  if (!row) throw invalid({ path: `${type}Id`, code: 'NO_SUCH', message: `no such ${type}` })
  return row as Head
}
