import type { DemoMember, DemoPipeline } from './types.ts'

/** What the demo's seller sells, to whom and against whom, with the effects the outcomes are drawn from. */

export interface Product {
  name: string
  line: string
  noun: string
  priceUsd: number
  weight: number
  /** Effect on the log-odds of winning. */
  effect: number
  /** How often buyers miss a feature in it. */
  gap: number
}

export const PRODUCTS: readonly Product[] = [
  {
    name: 'Tarnhold T10',
    line: 'tablets',
    noun: 'rugged tablets',
    priceUsd: 1180,
    weight: 20,
    effect: 0.15,
    gap: 0.1,
  },
  {
    name: 'Tarnhold T12 Max',
    line: 'tablets',
    noun: 'large rugged tablets',
    priceUsd: 1690,
    weight: 11,
    effect: 0,
    gap: 0.12,
  },
  {
    name: 'Skerrow S3',
    line: 'scanners',
    noun: 'barcode scanners',
    priceUsd: 420,
    weight: 20,
    effect: 0.3,
    gap: 0.07,
  },
  {
    name: 'Skerrow Ring',
    line: 'scanners',
    noun: 'wearable scanners',
    priceUsd: 690,
    weight: 12,
    effect: 0.1,
    gap: 0.12,
  },
  {
    name: 'Marlowe P40',
    line: 'printers',
    noun: 'label printers',
    priceUsd: 980,
    weight: 13,
    effect: 0.1,
    gap: 0.09,
  },
  {
    name: 'Oxbow V2',
    line: 'vehicle computers',
    noun: 'vehicle-mounted computers',
    priceUsd: 2250,
    weight: 10,
    effect: 0,
    gap: 0.13,
  },
  {
    name: 'Castellan E2',
    line: 'edge servers',
    noun: 'edge servers',
    priceUsd: 5400,
    weight: 8,
    effect: -0.1,
    gap: 0.14,
  },
  {
    name: 'Gantrel R1',
    line: 'RFID portals',
    noun: 'RFID portals',
    priceUsd: 7900,
    weight: 6,
    effect: -0.4,
    gap: 0.42,
  },
]

export interface Industry {
  name: string
  fit: number
  weight: number
  words: readonly string[]
}

export const INDUSTRIES: readonly Industry[] = [
  { name: 'Logistics', fit: 0.6, weight: 16, words: ['Logistics', 'Freight', 'Haulage', 'Forwarding'] },
  {
    name: 'Warehousing',
    fit: 0.5,
    weight: 12,
    words: ['Storage', 'Distribution', 'Fulfilment', 'Warehousing'],
  },
  { name: 'Manufacturing', fit: 0.3, weight: 16, words: ['Works', 'Castings', 'Precision', 'Components'] },
  { name: 'Retail', fit: 0.1, weight: 12, words: ['Stores', 'Outfitters', 'Markets', 'Home'] },
  { name: 'Food and beverage', fit: 0.1, weight: 9, words: ['Foods', 'Dairies', 'Bakeries', 'Breweries'] },
  { name: 'Healthcare', fit: 0, weight: 10, words: ['Clinics', 'Medical', 'Health', 'Laboratories'] },
  { name: 'Utilities', fit: -0.1, weight: 6, words: ['Water', 'Energy', 'Grid', 'Power'] },
  { name: 'Construction', fit: -0.3, weight: 8, words: ['Builders', 'Construction', 'Civils', 'Roofing'] },
  { name: 'Education', fit: -0.6, weight: 6, words: ['College', 'Academy', 'Campus', 'Schools'] },
  { name: 'Hospitality', fit: -0.8, weight: 5, words: ['Hotels', 'Resorts', 'Catering', 'Leisure'] },
]

export interface SizeBand {
  label: string
  low: number
  high: number
  weight: number
  /** Effect on the log-odds that a lead converts. */
  lead: number
  units: number
}

export const SIZES: readonly SizeBand[] = [
  { label: '1-10', low: 4, high: 10, weight: 12, lead: -0.9, units: 4 },
  { label: '11-50', low: 11, high: 50, weight: 22, lead: -0.2, units: 9 },
  { label: '51-200', low: 51, high: 200, weight: 28, lead: 0.2, units: 20 },
  { label: '201-500', low: 201, high: 500, weight: 20, lead: 0.5, units: 38 },
  { label: '501-1000', low: 501, high: 1000, weight: 11, lead: 0.4, units: 65 },
  { label: '1000+', low: 1001, high: 9000, weight: 7, lead: 0.1, units: 110 },
]

export interface Source {
  name: string
  weight: number
  /** Effect on the log-odds that a lead converts, and that a deal is won. */
  lead: number
  deal: number
  inbound: boolean
}

export const SOURCES: readonly Source[] = [
  { name: 'Referral', weight: 13, lead: 1.4, deal: 0.7, inbound: true },
  { name: 'Partner', weight: 10, lead: 0.8, deal: 0.3, inbound: true },
  { name: 'Website', weight: 27, lead: 0.2, deal: 0.1, inbound: true },
  { name: 'Webinar', weight: 11, lead: -0.2, deal: 0, inbound: true },
  { name: 'Trade show', weight: 14, lead: 0, deal: 0, inbound: false },
  { name: 'Cold call', weight: 10, lead: -0.7, deal: -0.3, inbound: false },
  { name: 'Purchased list', weight: 15, lead: -1.7, deal: -0.8, inbound: false },
]
export const EXISTING: Source = { name: 'Existing customer', weight: 0, lead: 0, deal: 0.35, inbound: true }

export const COMPETITORS = [
  'Velgrove',
  'Kestria Systems',
  'Obrant',
  'Hexmoor Devices',
  'Tallowby',
  'Zentrik Mobility',
  'Dravenport',
] as const

export const MEMBERS: readonly DemoMember[] = [
  { key: 'member-owner', name: 'Inês Carvalho', email: 'owner@demo.example', role: 'OWNER' },
  { key: 'member-admin', name: 'Tomasz Wilk', email: 'admin@demo.example', role: 'ADMIN' },
  { key: 'member-member', name: 'Grace Oyelaran', email: 'member@demo.example', role: 'MEMBER' },
  { key: 'member-viewer', name: 'Henrik Sjöberg', email: 'viewer@demo.example', role: 'VIEWER' },
  { key: 'member-noor', name: 'Noor Haddad', email: 'noor@demo.example', role: 'MEMBER' },
  { key: 'member-callum', name: 'Callum Reid', email: 'callum@demo.example', role: 'MEMBER' },
  { key: 'member-meilin', name: 'Mei-Lin Zhao', email: 'meilin@demo.example', role: 'MEMBER' },
  { key: 'member-rafael', name: 'Rafael Moura', email: 'rafael@demo.example', role: 'MEMBER' },
]

/** Who sells, how much of the book they hold, and their effect on the log-odds of winning. */
export const REPS: readonly { key: string; weight: number; skill: number }[] = [
  { key: 'member-member', weight: 24, skill: 0.3 },
  { key: 'member-noor', weight: 21, skill: 0.6 },
  { key: 'member-callum', weight: 19, skill: -0.5 },
  { key: 'member-meilin', weight: 18, skill: 0.1 },
  { key: 'member-rafael', weight: 14, skill: -0.25 },
  { key: 'member-admin', weight: 4, skill: 0.1 },
]

export const SALES = 'pipeline-sales'
export const RENEWALS = 'pipeline-renewals'

export const PIPELINES: readonly DemoPipeline[] = [
  {
    key: SALES,
    name: 'Sales',
    isDefault: true,
    stages: [
      { key: 'sales-qualification', name: 'Qualification', probability: 20, kind: 'OPEN', rottingDays: 14 },
      { key: 'sales-discovery', name: 'Discovery', probability: 40, kind: 'OPEN', rottingDays: 21 },
      { key: 'sales-proposal', name: 'Proposal', probability: 60, kind: 'OPEN', rottingDays: 28 },
      { key: 'sales-negotiation', name: 'Negotiation', probability: 80, kind: 'OPEN', rottingDays: 28 },
      { key: 'sales-won', name: 'Closed Won', probability: 100, kind: 'WON', rottingDays: null },
      { key: 'sales-lost', name: 'Closed Lost', probability: 0, kind: 'LOST', rottingDays: null },
    ],
  },
  {
    key: RENEWALS,
    name: 'Renewals',
    isDefault: false,
    stages: [
      { key: 'renewals-due', name: 'Renewal due', probability: 50, kind: 'OPEN', rottingDays: 30 },
      { key: 'renewals-quoted', name: 'Quote sent', probability: 75, kind: 'OPEN', rottingDays: 21 },
      { key: 'renewals-won', name: 'Renewed', probability: 100, kind: 'WON', rottingDays: null },
      { key: 'renewals-lost', name: 'Not renewed', probability: 0, kind: 'LOST', rottingDays: null },
    ],
  },
]
