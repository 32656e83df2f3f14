/**
 * The shapes of the demo data. References between records are string keys, never database ids, so that whoever
 * loads them decides how ids are made. Timestamps are ISO-8601 UTC; dates are `YYYY-MM-DD`; money has 2 decimals.
 */

export type DemoRole = 'OWNER' | 'ADMIN' | 'MEMBER' | 'VIEWER'
export type DemoObjection =
  | 'price'
  | 'timing'
  | 'authority'
  | 'need'
  | 'trust'
  | 'competitor'
  | 'product'
  | 'contract'
export type DemoLostReason =
  | 'Price'
  | 'Competitor'
  | 'No decision'
  | 'Timing'
  | 'Missing feature'
  | 'No authority'
  | 'No need'
  | 'Contract terms'

export interface DemoMember {
  key: string
  name: string
  email: string
  role: DemoRole
}

export interface DemoStage {
  key: string
  name: string
  probability: number
  kind: 'OPEN' | 'WON' | 'LOST'
  rottingDays: number | null
}

export interface DemoPipeline {
  key: string
  name: string
  isDefault: boolean
  stages: DemoStage[]
}

export interface DemoAddress {
  street: string
  city: string
  postalCode: string
  country: string
}

export interface DemoCompany {
  key: string
  name: string
  domain: string
  industry: string
  size: string
  website: string
  annualRevenue: number
  employeeCount: number
  billingAddress: DemoAddress
  status: 'LEAD' | 'PROSPECT' | 'CUSTOMER' | 'CHURNED'
  ownerKey: string
  tags: string[]
  createdAt: string
}

export interface DemoContact {
  key: string
  firstName: string
  lastName: string
  jobTitle: string
  department: string
  email: string
  phone: string
  companyKey: string
  customerType: 'B2B' | 'B2C' | 'PATIENT'
  status: 'ACTIVE' | 'INACTIVE' | 'BOUNCED'
  leadSource: string
  ownerKey: string
  tags: string[]
  createdAt: string
}

/** A converted lead names the three records it became; a converted lead's e-mail is its contact's. */
export interface DemoLead {
  key: string
  name: string
  email: string
  company: string
  phone: string
  stage: 'NEW' | 'CONTACTED' | 'QUALIFIED' | 'UNQUALIFIED' | 'CONVERTED'
  source: string
  notes: string
  ownerKey: string
  tags: string[]
  createdAt: string
  convertedAt: string | null
  contactKey: string | null
  companyKey: string | null
  dealKey: string | null
}

export interface DemoStageEntry {
  stageKey: string
  enteredAt: string
}

/** `history` is ordered and its last entry is the current stage; for a closed deal that is the closing moment. */
export interface DemoDeal {
  key: string
  title: string
  amount: number
  currency: 'USD' | 'EUR' | 'GBP'
  pipelineKey: string
  stageKey: string
  status: 'OPEN' | 'WON' | 'LOST'
  companyKey: string
  primaryContactKey: string
  contactKeys: string[]
  expectedCloseDate: string
  actualCloseDate: string | null
  source: string
  lostReason: DemoLostReason | null
  description: string
  ownerKey: string
  tags: string[]
  createdAt: string
  history: DemoStageEntry[]
}

export interface DemoInteraction {
  key: string
  type: 'CALL' | 'EMAIL' | 'MEETING' | 'MESSAGE'
  direction: 'INBOUND' | 'OUTBOUND'
  subject: string
  content: string
  durationMinutes: number | null
  occurredAt: string
  contactKey: string
  dealKey: string | null
  companyKey: string
  ownerKey: string
  objections: DemoObjection[]
  competitors: string[]
  nextSteps: string | null
  sentimentScore: number
}

export type DemoRelatedType = 'deal' | 'contact' | 'company'

export interface DemoTask {
  key: string
  title: string
  description: string
  type: 'CALL' | 'EMAIL' | 'MEETING' | 'TODO' | 'FOLLOW_UP' | 'DEMO'
  priority: 'LOW' | 'MEDIUM' | 'HIGH' | 'URGENT'
  dueAt: string
  completedAt: string | null
  progress: 'PENDING' | 'IN_PROGRESS' | 'COMPLETED' | 'CANCELLED'
  assigneeKey: string
  createdByKey: string
  relatedType: DemoRelatedType | 'project'
  relatedKey: string
  createdAt: string
}

export interface DemoNote {
  key: string
  body: string
  authorKey: string
  isPinned: boolean
  relatedType: DemoRelatedType
  relatedKey: string
  createdAt: string
}

export interface DemoInvoiceItem {
  description: string
  quantity: number
  unitPrice: number
  taxRate: number
}

/** Numbers run without a gap through each year, in the order of `issuedAt`; drafts come last. */
export interface DemoInvoice {
  key: string
  invoiceNumber: string
  title: string
  notes: string
  items: DemoInvoiceItem[]
  currency: 'USD' | 'EUR' | 'GBP'
  status: 'DRAFT' | 'SENT' | 'PAID' | 'OVERDUE' | 'VOID'
  issuedAt: string | null
  dueAt: string | null
  paidAt: string | null
  relatedType: 'company'
  relatedKey: string
  /** What was sold. */
  dealKey: string
  createdByKey: string
  createdAt: string
  updatedAt: string
}

/** `date` and `time` are in UTC, the zone of the demo workspace. */
export interface DemoVisit {
  key: string
  contactKey: string
  contactName: string
  ownerKey: string
  date: string
  time: string
  durationMinutes: number
  reason: string
  status: 'SCHEDULED' | 'COMPLETED' | 'CANCELLED'
  notes: string
  createdAt: string
}

export interface DemoProject {
  key: string
  name: string
  description: string
  status: 'PLANNING' | 'IN_PROGRESS' | 'ON_HOLD' | 'COMPLETED' | 'CANCELLED'
  priority: 'MEDIUM' | 'HIGH'
  companyKey: string
  dealKey: string
  ownerKey: string
  projectManagerKey: string
  startDate: string
  dueDate: string
  completionDate: string | null
  estimatedHours: number
  actualHours: number
  tags: string[]
  createdAt: string
}

export interface DemoEmailTemplate {
  key: string
  name: string
  subject: string
  body: string
  bodyHtml: string
  tags: string[]
  createdByKey: string
  createdAt: string
}

export interface DemoCampaign {
  key: string
  name: string
  description: string
  type: 'EMAIL' | 'EVENT' | 'WEBINAR'
  status: 'PLANNING' | 'ACTIVE' | 'PAUSED' | 'COMPLETED'
  startDate: string
  endDate: string
  budget: number
  actualCost: number | null
  templateKey: string | null
  sendingSince: string | null
  sentByKey: string | null
  tags: string[]
  ownerKey: string
  createdAt: string
}

/** Of an e-mail campaign that is being sent nobody is PENDING, or the mails would go out. */
export interface DemoCampaignContact {
  key: string
  campaignKey: string
  contactKey: string
  status: 'PENDING' | 'SENT' | 'DELIVERED' | 'OPENED' | 'CLICKED' | 'BOUNCED' | 'UNSUBSCRIBED' | 'SKIPPED'
  reason: string | null
  sentAt: string | null
  deliveredAt: string | null
  openedAt: string | null
  clickedAt: string | null
  bouncedAt: string | null
  unsubscribedAt: string | null
  createdByKey: string
  createdAt: string
}

export interface DemoUnsubscribe {
  key: string
  email: string
  source: 'ONE_CLICK'
  createdAt: string
}

export interface DemoData {
  templates: DemoEmailTemplate[]
  campaigns: DemoCampaign[]
  campaignContacts: DemoCampaignContact[]
  unsubscribes: DemoUnsubscribe[]
  members: DemoMember[]
  pipelines: DemoPipeline[]
  companies: DemoCompany[]
  contacts: DemoContact[]
  leads: DemoLead[]
  deals: DemoDeal[]
  invoices: DemoInvoice[]
  visits: DemoVisit[]
  projects: DemoProject[]
  interactions: DemoInteraction[]
  tasks: DemoTask[]
  notes: DemoNote[]
}
