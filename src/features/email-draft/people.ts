import type { Tx } from '#core/db/workspace.ts'
import { invalid } from '#core/errors.ts'
import type { Subject } from '#features/deal-signals/talks.ts'

/** To whom a mail goes, and what it is about. */
export type Person = {
  contactId: string | null
  first: string | null
  last: string | null
  company: string | null
  dealTitle: string | null
  to: Array<{ contactId: string | null; name: string; email: string | null }>
}

/** A deal's primary contact, or the contact itself. @throws Refusal 400 */
export async function addressees(tx: Tx, { type, id }: Subject): Promise<Person> {
  const isDeal = type === 'deal'
  const [row] = await tx.session.rows(
    isDeal
      ? `select d.id, d.title, c.id as contact, c.first_name as first, c.last_name as last, c.email, o.name as company from deals d
         left join contacts c on c.workspace_id = $1::uuid and c.id = coalesce(d.primary_contact_id, d.contact_ids[1]) and c.deleted_at is null
         left join companies o on o.workspace_id = $1::uuid and o.id = d.company_id and o.deleted_at is null where d.workspace_id = $1::uuid and d.id = $2::uuid and d.deleted_at is null`
      : `select c.id, null as title, c.id as contact, c.first_name as first, c.last_name as last, c.email, o.name as company from contacts c
         left join companies o on o.workspace_id = $1::uuid and o.id = c.company_id and o.deleted_at is null where c.workspace_id = $1::uuid and c.id = $2::uuid and c.deleted_at is null`,
    [tx.who.workspaceId, id],
  )
  if (!row) throw invalid({ path: `${type}Id`, code: 'NO_SUCH', message: `no such ${type}` })
  const { contact, first, last, email, company, title } = row as Record<string, string | null>
  const name = [first, last].filter(Boolean).join(' ')
  return {
    contactId: contact ?? null,
    first: first || null,
    last: last || null,
    company: company ?? null,
    dealTitle: title ?? null,
    to: contact ? [{ contactId: contact, name, email: email ?? null }] : [],
  }
}

/** @throws Refusal 400 */
export async function leadAsPerson(tx: Tx, id: string): Promise<Person> {
  const [row] = await tx.session.rows(
    'select name, email, company from leads where workspace_id = $1::uuid and id = $2::uuid and deleted_at is null',
    [tx.who.workspaceId, id],
  )
  if (!row) throw invalid({ path: 'leadId', code: 'NO_SUCH', message: 'no such lead' })
  const { name, email, company } = row as Record<string, string | null>
  const [first = '', ...rest] = (name ?? '').split(' ')
  return {
    contactId: null,
    first: first || null,
    last: rest.join(' ') || null,
    company: company ?? null,
    dealTitle: null,
    to: [{ contactId: null, name: name ?? '', email: email ?? null }],
  }
}

/** What the caller is called. */
export async function senderName(tx: Tx): Promise<string> {
  const [row] = await tx.session.rows(
    'select u.name from memberships m join users u on u.id = m.user_id where m.workspace_id = $1::uuid and m.user_id = $2::uuid',
    [tx.who.workspaceId, tx.who.userId],
  )
  return (row?.name as string | undefined) ?? ''
}
