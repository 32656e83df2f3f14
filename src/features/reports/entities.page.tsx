import type { AnyContract } from '#web/record/model.ts'
import { interactionContract } from '../activities/activities.contract.ts'
import { campaignContract } from '../campaigns/campaigns.contract.ts'
import { companyContract } from '../companies/companies.contract.ts'
import { contactContract } from '../contacts/contacts.contract.ts'
import { dealContract } from '../deals/deals.contract.ts'
import { invoiceContract } from '../invoices/invoices.contract.ts'
import { leadContract } from '../leads/leads.contract.ts'
import { noteContract } from '../notes/notes.contract.ts'
import { projectContract } from '../projects/projects.contract.ts'
import { taskContract } from '../tasks/tasks.contract.ts'
import { visitContract } from '../visits/visits.contract.ts'

/** The record types that reports can be made of, those first that are asked about most. */
export const REPORTED: readonly AnyContract[] = [
  dealContract,
  leadContract,
  companyContract,
  contactContract,
  interactionContract,
  taskContract,
  invoiceContract,
  campaignContract,
  projectContract,
  visitContract,
  noteContract,
]

export const contractOf = (entity: string): AnyContract =>
  REPORTED.find(({ name }) => name === entity) ?? REPORTED[0]!
