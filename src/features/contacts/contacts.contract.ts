import { defineContract, type RecordOf } from '#core/record/contract.ts'
import * as f from '#core/record/fields.ts'

export const contactContract = defineContract({
  name: 'contact',
  path: 'contacts',
  label: 'Contact',
  description: 'A person with whom the workspace deals',
  title: ['firstName', 'lastName'],
  plainFilters: ['ownerId', 'companyId', 'customerType', 'status', 'email', 'leadSource'],
  example: {
    firstName: 'Ingrid',
    lastName: 'Solberg',
    email: 'ingrid.solberg@borealis.example',
    phone: '+47 22 12 34 56',
    jobTitle: 'Head of Operations',
    customerType: 'B2B',
    tags: ['decision maker'],
  },
  fields: {
    ownerId: f.member({
      nullable: false,
      description: 'The member to whom the contact belongs; the creator by default',
    }),
    firstName: f.withDefault(f.text(100), ''),
    lastName: f.withDefault(f.text(100), ''),
    jobTitle: f.text(150),
    department: f.text(100),
    email: f.email(),
    phone: f.phone(),
    mobile: f.phone(),
    companyId: f.link('company'),
    customerType: f.choice(['B2B', 'B2C', 'PATIENT']),
    status: f.withDefault(f.choice(['ACTIVE', 'INACTIVE', 'BOUNCED']), 'ACTIVE'),
    leadSource: f.text(100),
    leadScore: f.integer(0, 100),
    engagementScore: f.readOnly(
      f.integer(0, 100, { nullable: false, description: 'How lively the exchange of the last 90 days is' }),
    ),
    lastInteractionAt: f.readOnly(f.moment({ description: 'The latest call, mail, meeting or message' })),
    socialProfiles: f.freeObject('Such as { linkedin, twitter }'),
    preferences: f.freeObject('Such as { channel, language }'),
    tags: f.tags(),
    customFields: f.custom(),
  },
})

export type Contact = RecordOf<typeof contactContract>
