import { z } from 'zod'
import { defineContract, type RecordOf } from '#core/record/contract.ts'
import * as f from '#core/record/fields.ts'

const line = z.string().max(300).nullish()
const shape = { street: line, city: line, state: line, postalCode: line, country: line }

/** A postal address; every part may be missing. */
export const address = (more: Parameters<typeof f.object>[1] = {}) =>
  f.object(z.strictObject(shape), { parts: Object.keys(shape), ...more })

export const companyContract = defineContract({
  name: 'company',
  path: 'companies',
  label: 'Company',
  description: 'A customer account or a prospect',
  title: ['name'],
  plainFilters: ['ownerId', 'status', 'industry', 'size', 'domain'],
  example: {
    name: 'Borealis Freight',
    domain: 'borealis.example',
    industry: 'Logistics',
    size: '51-200',
    website: 'https://borealis.example',
    annualRevenue: 12500000,
    employeeCount: 140,
    billingAddress: { street: 'Quay 4', city: 'Oslo', postalCode: '0150', country: 'Norway' },
    tags: ['key account'],
  },
  fields: {
    ownerId: f.member({
      nullable: false,
      description: 'The member to whom the company belongs; the creator by default',
      aliases: ['ownerName'],
    }),
    name: f.required(f.text(255)),
    domain: f.host({
      description: 'Such as example.com. Of a URL its host is kept, in lower case and without `www.`',
    }),
    industry: f.text(100),
    size: f.text(50, { description: 'Such as startup, small, medium, enterprise or 51-200' }),
    website: f.url(),
    annualRevenue: f.money({ min: 0 }),
    employeeCount: f.integer(0, 100_000_000),
    billingAddress: address(),
    shippingAddress: address(),
    status: f.withDefault(f.choice(['LEAD', 'PROSPECT', 'CUSTOMER', 'CHURNED']), 'PROSPECT'),
    tags: f.tags(),
    customFields: f.custom(),
  },
})

export type Company = RecordOf<typeof companyContract>
