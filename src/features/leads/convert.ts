import { z } from 'zod'
import type { Tx } from '#core/db/workspace.ts'
import { conflict } from '#core/errors.ts'
import { hostIn } from '#core/net/hosts.ts'
import type { RecordDefinition } from '#core/record/definition.ts'
import { currency, money } from '#core/record/fields.ts'
import { fold } from '#core/record/formats.ts'
import { takeTurnsAtLinked } from '#core/record/links.ts'
import { list } from '#core/record/list.ts'
import { recordNamed } from '#core/record/registry.ts'
import { type Stored, store } from '#core/record/store.ts'
import type { Lead } from './leads.contract.ts'

/** The body of a conversion; everything may be left to what the lead says. */
export const conversion = z.strictObject({
  createDeal: z.boolean().default(true),
  dealTitle: z.string().trim().min(1).max(255).optional(),
  amount: (money({ min: 0 }).schema as z.ZodType<number>).optional(),
  currency: (currency().schema as z.ZodType<string>).optional(),
  pipelineId: z.uuid().optional(),
  stageId: z.uuid().optional(),
  expectedCloseDate: z.iso.date().optional(),
  companyId: z.uuid().optional().meta({ description: 'An existing company to use' }),
  contactId: z.uuid().optional().meta({ description: 'An existing contact to use' }),
})

/** Mail hosts whose domain says nothing about where a person works. */
const FREE_MAIL = new Set([
  'gmail.com',
  'googlemail.com',
  'yahoo.com',
  'hotmail.com',
  'outlook.com',
  'live.com',
  'icloud.com',
  'me.com',
  'aol.com',
  'gmx.de',
  'gmx.net',
  'gmx.com',
  'web.de',
  'mail.ru',
  'yandex.ru',
  'qq.com',
  '163.com',
  'proton.me',
  'protonmail.com',
  't-online.de',
  'orange.fr',
  'free.fr',
  'libero.it',
  'msn.com',
])

/**
 * Turns a lead into contact, company and deal in the caller's transaction. The lead's row is locked first,
 * so of two conversions at once the second finds it converted. @throws Refusal 409 ALREADY_CONVERTED, 404, 403
 */
export async function convertLead(
  tx: Tx,
  leads: RecordDefinition,
  id: string,
  wish: z.infer<typeof conversion>,
) {
  const found = (await store.read(tx, leads, id)) as Stored & Lead
  const lead = { ...found, ownerId: await ownerNow(tx, found) }
  await takeTurnsAtLinked(tx)
  const [locked] = await tx.session.rows(
    'select stage from leads where workspace_id = $1::uuid and id = $2::uuid for update',
    [tx.who.workspaceId, id],
  )
  // No row where the lead is seen and not theirs to change, which the update below refuses.
  const { stage } = locked ?? found
  if (stage === 'CONVERTED') throw conflict('The lead has been converted already', 'ALREADY_CONVERTED')
  const company = await companyFor(tx, lead, wish.companyId)
  const contact = await contactFor(tx, lead, company, wish.contactId)
  const deal = wish.createDeal ? await dealFor(tx, lead, company, contact, wish) : null
  const converted = await store.update(
    tx,
    leads,
    id,
    {
      stage: 'CONVERTED',
      convertedAt: new Date().toISOString(),
      convertedContactId: contact.id,
      convertedCompanyId: company?.id ?? null,
      convertedDealId: deal?.id ?? null,
    },
    { action: 'converted' },
  )
  return { contact, company, deal, lead: converted }
}

/** The lead's owner, or the caller where that one has left the workspace and can be given nothing any more. */
async function ownerNow(tx: Tx, { ownerId }: Lead): Promise<string | null> {
  if (!ownerId) return ownerId
  const [member] = await tx.session.rows(
    'select 1 from memberships where workspace_id = $1::uuid and user_id = $2::uuid and removed_at is null',
    [tx.who.workspaceId, ownerId],
  )
  return member ? ownerId : tx.who.userId
}

const domainOf = (email: string | null | undefined): string | undefined => {
  const domain = email?.split('@')[1]
  return domain && !FREE_MAIL.has(domain) ? hostIn(domain) : undefined
}

async function companyFor(tx: Tx, lead: Lead, companyId: string | undefined): Promise<Stored | null> {
  const companies = recordNamed('company')
  if (companyId) return store.read(tx, companies, companyId)
  const domain = domainOf(lead.email)
  if (domain) {
    const { rows } = await list(tx, companies, { limit: 1, sort: 'createdAt' }, [
      { field: 'domain', op: 'eq', value: domain },
    ])
    if (rows[0]) return rows[0] as Stored
  }
  if (!lead.company) return null
  const { rows } = await list(tx, companies, { limit: 20, sort: 'createdAt' }, [
    { field: 'name', op: 'startsWith', value: lead.company },
  ])
  const same = rows.find(row => fold(row.name as string) === fold(lead.company!))
  return (
    (same as Stored | undefined) ??
    store.create(tx, companies, { name: lead.company, domain: domain ?? null, ownerId: lead.ownerId })
  )
}

async function contactFor(
  tx: Tx,
  lead: Lead,
  company: Stored | null,
  contactId: string | undefined,
): Promise<Stored> {
  const contacts = recordNamed('contact')
  if (contactId) return store.read(tx, contacts, contactId)
  if (lead.email) {
    const { rows } = await list(tx, contacts, { limit: 1, sort: 'createdAt' }, [
      { field: 'email', op: 'eq', value: lead.email },
    ])
    if (rows[0]) return rows[0] as Stored
  }
  const words = lead.name.split(/\s+/)
  const lastName = words.length > 1 ? words.pop()! : ''
  return store.create(tx, contacts, {
    firstName: words.join(' ').slice(0, 100),
    lastName: lastName.slice(0, 100),
    email: lead.email,
    phone: lead.phone,
    companyId: company?.id ?? null,
    leadSource: lead.source,
    leadScore: lead.score,
    ownerId: lead.ownerId,
  })
}

function dealFor(
  tx: Tx,
  lead: Lead,
  company: Stored | null,
  contact: Stored,
  wish: z.infer<typeof conversion>,
): Promise<Stored> {
  const given = {
    amount: wish.amount,
    currency: wish.currency,
    pipelineId: wish.pipelineId,
    stageId: wish.stageId,
    expectedCloseDate: wish.expectedCloseDate,
  }
  return store.create(tx, recordNamed('deal'), {
    ...Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined)),
    title: wish.dealTitle ?? `${(company?.name as string | undefined) ?? lead.name}`.slice(0, 255),
    companyId: company?.id ?? null,
    primaryContactId: contact.id,
    source: lead.source,
    ownerId: lead.ownerId,
  })
}
