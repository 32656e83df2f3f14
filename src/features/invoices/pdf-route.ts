import type { Row } from '#core/db/engine.ts'
import { type Tx, together } from '#core/db/workspace.ts'
import { dispositionOf } from '#core/http/disposition.ts'
import { Answer, operation } from '#core/http/operation.ts'
import { recordNamed } from '#core/record/registry.ts'
import { dayIn } from '#core/record/relative-time.ts'
import { idParams } from '#core/record/routes.ts'
import { store } from '#core/record/store.ts'
import type { Company } from '#features/companies/companies.contract.ts'
import type { Invoice } from './invoices.contract.ts'
import type { Sheet } from './pdf.ts'

/** Everything that stands on the paper, as text. */
async function sheetOf(tx: Tx, id: string): Promise<Sheet> {
  const invoice = (await store.read(tx, recordNamed('invoice'), id)) as Row as Invoice
  const [customer, [workspace]] = await together([
    customerOf(tx, invoice),
    tx.session.rows('select name, settings from workspaces where id = $1::uuid', [tx.who.workspaceId]),
  ])
  const settings = workspace!.settings as Record<string, unknown>
  const textOf = (key: string) => (typeof settings[key] === 'string' ? (settings[key] as string) : '')
  const day = (moment: string | null) => (moment ? dayIn(tx.who.timezone, new Date(moment)) : undefined)
  return {
    invoice,
    sender: [workspace!.name as string, ...linesOf(textOf('invoiceSender'))],
    footer: linesOf(textOf('invoiceFooter')),
    customer,
    issuedOn: day(invoice.issuedAt),
    dueOn: day(invoice.dueAt),
    paidOn: day(invoice.paidAt),
    locale: textOf('invoiceLocale') || undefined,
  }
}

const linesOf = (text: string): string[] => text.split(/\r?\n/).filter(line => line.trim())

/** Name and address of whom the invoice is for, as far as the caller may see them. */
async function customerOf(tx: Tx, { relatedType, relatedId }: Invoice): Promise<string[]> {
  const find = async (type: string, id: unknown) =>
    id ? ((await store.find(tx, recordNamed(type), id as string)) as Row | undefined) : undefined
  const related = relatedType ? await find(relatedType, relatedId) : undefined
  if (!related) return []
  const isPerson = relatedType === 'contact'
  const [company, contact] = await together([
    relatedType === 'company' ? Promise.resolve(related) : find('company', related.companyId),
    isPerson ? Promise.resolve(related) : find('contact', related.primaryContactId),
  ])
  const person = contact ? [`${contact.firstName} ${contact.lastName}`.trim()] : []
  return [
    ...(company ? [company.name as string] : []),
    ...person,
    ...addressOf(company as Row as Company | undefined),
  ]
}

function addressOf(company: Company | undefined): string[] {
  const address = (company?.billingAddress ?? {}) as Record<string, string | null | undefined>
  const town = [address.postalCode, address.city].filter(Boolean).join(' ')
  return [address.street, town, address.state, address.country].filter((line): line is string =>
    Boolean(line),
  )
}

export const pdfRoute = operation({
  method: 'GET',
  path: '/invoices/:id/pdf',
  tag: 'invoices',
  summary: 'Read an invoice as a PDF document',
  description:
    'With the address of the customer that it hangs on. The texts `invoiceSender` and `invoiceFooter` of the workspace’s settings stand at its head and foot; `invoiceLocale` says how words, numbers and days are written.',
  params: idParams,
  answers: 'pdf',
  async handle({ tx, params }) {
    const sheet = await sheetOf(tx, params.id)
    // Loaded by the first who asks, since a start should not wait for fonts.
    const { drawInvoice } = await import('./pdf.ts')
    return new Answer(await drawInvoice(sheet), {
      headers: {
        'content-type': 'application/pdf',
        'content-disposition': dispositionOf(`invoice-${sheet.invoice.invoiceNumber}.pdf`, 'inline'),
      },
    })
  },
})
