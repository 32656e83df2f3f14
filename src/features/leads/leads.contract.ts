import { defineContract, type RecordOf } from '#core/record/contract.ts'
import * as f from '#core/record/fields.ts'

export const LEAD_STAGES = ['NEW', 'CONTACTED', 'QUALIFIED', 'UNQUALIFIED', 'CONVERTED'] as const

export const leadContract = defineContract({
  name: 'lead',
  path: 'leads',
  label: 'Lead',
  description: 'Somebody who may become a customer and has not been worked yet',
  title: ['name'],
  plainFilters: ['ownerId', 'stage', 'source', 'email', 'company'],
  // R4: an Excel file with these columns.
  exportAs: { format: 'xlsx', first: ['name', 'email', 'company', 'stage', 'notes'] },
  example: {
    name: 'Tomás Prieto',
    email: 'tomas@prieto.example',
    company: 'Prieto y Hijos',
    source: 'Referral',
    notes: 'Asked for handheld scanners',
  },
  fields: {
    ownerId: f.member({ description: 'The member who works the lead; the creator by default' }),
    name: f.required(f.text(255)),
    email: f.email(),
    company: f.text(255),
    phone: f.phone(),
    stage: f.withDefault(
      f.choice(LEAD_STAGES, { description: 'CONVERTED is reached by converting alone' }),
      'NEW',
    ),
    source: f.text(100),
    notes: f.longText(),
    score: f.integer(0, 100),
    convertedAt: f.importOnly(f.moment()),
    convertedContactId: f.readOnly(f.link('contact')),
    convertedCompanyId: f.readOnly(f.link('company')),
    convertedDealId: f.readOnly(f.link('deal')),
    tags: f.tags(),
    customFields: f.custom(),
  },
})

export type Lead = RecordOf<typeof leadContract>
