import { words } from '#core/csv/mapping.ts'
import type { RecordDefinition } from '#core/record/definition.ts'
import type { Target } from './targets.ts'

/** A system whose exports are known by their header. */
export type Preset = {
  name: 'hubspot' | 'salesforce' | 'pipedrive'
  /** Header to field for the columns that it names in its own way; '' for what must not be taken for a field. */
  mapping: (header: string[], targets: Target[]) => Record<string, string>
}

/** Header, in words, to field; of several fields the first that the import offers. */
type Names = Record<string, string>

/** Ids of records in the other system, which are no ids here, and sums that follow from other columns. */
const nothing = (names: string): Names => Object.fromEntries(names.split(', ').map(name => [name, '']))

type Vendor = {
  name: Preset['name']
  signs: RegExp[]
  atLeast: number
  common: Names
  of: Record<string, Names>
}

const VENDORS: Vendor[] = [
  {
    name: 'hubspot',
    // "Record ID" heads every export of HubSpot; the other names are its properties' labels.
    signs: [
      /^record id$/,
      /^(contact|company|deal) owner$/,
      /^create date$/,
      /^(associated|primary( associated)?) (company|contact)/,
      /^(deal (name|stage)|lead status|lifecycle stage|original (traffic )?source|last activity date|company name|website url)$/,
    ],
    atLeast: 3,
    common: nothing('record id, associated company ids, associated contact ids, associated deal ids'),
    of: {
      company: {
        'company name': 'name',
        'company domain name': 'domain',
        'website url': 'website',
        'company owner': 'ownerName',
        'create date': 'createdAt',
        'number of employees': 'employeeCount',
        'street address': 'billingAddress.street',
        city: 'billingAddress.city',
        'state region': 'billingAddress.state',
        'postal code': 'billingAddress.postalCode',
        'country region': 'billingAddress.country',
        'lifecycle stage': '',
      },
      contact: {
        'phone number': 'phone',
        'mobile phone number': 'mobile',
        'contact owner': 'ownerName',
        'create date': 'createdAt',
        'associated company': 'companyName',
        'primary associated company': 'companyName',
        'primary associated company domain name': 'companyDomain',
        'original source': 'leadSource',
        'original traffic source': 'leadSource',
        'hubspot score': 'leadScore',
        'lead status': '',
        'lifecycle stage': '',
      },
      lead: {
        'lead status': 'stage',
        'phone number': 'phone',
        'contact owner': 'ownerName',
        'lead owner': 'ownerName',
        'create date': 'createdAt',
        'associated company': 'company',
        'original source': 'source',
        'original traffic source': 'source',
        'hubspot score': 'score',
        'lifecycle stage': '',
      },
      deal: {
        'deal name': 'title',
        'deal stage': 'stageName',
        pipeline: 'pipelineName',
        amount: 'amount',
        'deal owner': 'ownerName',
        'close date': 'expectedCloseDate',
        'create date': 'createdAt',
        'associated company': 'companyName',
        'associated contact': 'primaryContactName',
        'original source': 'source',
        'original traffic source': 'source',
        'closed lost reason': 'lostReason',
        // What a property says that each stage has of its own.
        'date entered closed won': 'wonAt',
        'date entered closed won sales pipeline': 'wonAt',
        'date entered closed lost': 'lostAt',
        'date entered closed lost sales pipeline': 'lostAt',
        'deal type': '',
      },
      task: {
        'task title': 'title',
        'task type': 'type',
        'due date': 'dueAt',
        'assigned to': 'assigneeName',
        'task notes': 'description',
        notes: 'description',
      },
      note: { 'note body': 'body', 'activity date': 'createdAt' },
    },
  },
  {
    name: 'salesforce',
    signs: [
      /^(lead|contact|account|opportunity|owner|created by|last modified by) id$/,
      /^(account|opportunity|lead) (name|owner)$/,
      /^(mailing|billing|shipping|other) (street|city|state|zip|postal|country)/,
      /^(stage name|is (won|closed|deleted)|forecast category|system modstamp|lead source|company account|probability|close date|salutation|rating)/,
    ],
    atLeast: 3,
    common: nothing(
      'id, lead id, contact id, account id, opportunity id, owner id, created by id, last modified by id, campaign id, pricebook 2 id, pricebook2 id, is deleted, deleted, is private, private, expected revenue, is won, is closed, fiscal, fiscal year, fiscal quarter, forecast category, forecast category name, system modstamp, last modified date, record type id, salutation, rating, fax',
    ),
    of: {
      company: {
        name: 'name',
        'account name': 'name',
        'account owner': 'ownerName',
        website: 'website',
        'annual revenue': 'annualRevenue',
        employees: 'employeeCount',
        'number of employees': 'employeeCount',
        'created date': 'createdAt',
        type: '',
        'billing street': 'billingAddress.street',
        'billing city': 'billingAddress.city',
        'billing state': 'billingAddress.state',
        'billing state province': 'billingAddress.state',
        'billing postal code': 'billingAddress.postalCode',
        'billing zip postal code': 'billingAddress.postalCode',
        'billing country': 'billingAddress.country',
      },
      contact: {
        title: 'jobTitle',
        'account name': 'companyName',
        'contact owner': 'ownerName',
        'account owner': 'ownerName',
        'created date': 'createdAt',
        'lead source': 'leadSource',
        'mobile phone': 'mobile',
      },
      lead: {
        name: 'name',
        status: 'stage',
        'lead status': 'stage',
        'lead source': 'source',
        'lead owner': 'ownerName',
        company: 'company',
        'company account': 'company',
        'created date': 'createdAt',
      },
      deal: {
        name: 'title',
        'opportunity name': 'title',
        'stage name': 'stageName',
        stage: 'stageName',
        'close date': 'expectedCloseDate',
        'created date': 'createdAt',
        'account name': 'companyName',
        'primary contact': 'primaryContactName',
        'contact name': 'primaryContactName',
        'opportunity owner': 'ownerName',
        'lead source': 'source',
        'loss reason': 'lostReason',
        probability: 'probability',
        type: '',
      },
      task: {
        subject: 'title',
        'activity date': 'dueAt',
        'due date only': 'dueAt',
        assigned: 'assigneeName',
        comments: 'description',
      },
      note: { body: 'body', 'created date': 'createdAt' },
    },
  },
  {
    name: 'pipedrive',
    // Pipedrive's exports say before each column what it is of: "Deal - Title", "Person - Name".
    signs: [
      /^(deal|person|organization|lead|activity|note) (?!id$)\w+/,
      /^(person|organization|deal|lead) (name|title|owner|id)$/,
    ],
    atLeast: 3,
    common: nothing('id, deal id, person id, organization id, lead id, activity id'),
    of: {
      company: {
        'organization name': 'name',
        'organization owner': 'ownerName',
        'organization organization created': 'createdAt',
        'organization created': 'createdAt',
        'organization address': 'billingAddress.street',
        'organization label': 'tags',
        'organization labels': 'tags',
        'organization industry': 'industry',
        'organization website': 'website',
        'organization annual revenue': 'annualRevenue',
        'organization employee count': 'employeeCount',
      },
      contact: {
        'person name': 'fullName',
        'person first name': 'firstName',
        'person last name': 'lastName',
        'person organization': 'companyName',
        'organization name': 'companyName',
        'person owner': 'ownerName',
        'person email': 'email',
        'person email work': 'email',
        'person phone': 'phone',
        'person phone work': 'phone',
        'person phone mobile': 'mobile',
        'person job title': 'jobTitle',
        'person label': 'tags',
        'person labels': 'tags',
        'person person created': 'createdAt',
        'person created': 'createdAt',
      },
      lead: {
        'lead title': 'name',
        'person name': 'name',
        'lead owner': 'ownerName',
        'lead source': 'source',
        'lead lead created': 'createdAt',
        'lead created': 'createdAt',
        'lead labels': 'tags',
        'lead organization': 'company',
        'organization name': 'company',
        'person email work': 'email',
        'person phone work': 'phone',
      },
      deal: {
        'deal title': 'title',
        'deal value': 'amount',
        'deal currency of value': 'currency',
        'deal currency': 'currency',
        'deal owner': 'ownerName',
        'deal pipeline': 'pipelineName',
        'deal stage': 'stageName',
        'deal status': 'status',
        'deal probability': 'probability',
        'deal organization': 'companyName',
        'deal contact person': 'primaryContactName',
        'person name': 'primaryContactName',
        'person email': 'primaryContactEmail',
        'person email work': 'primaryContactEmail',
        'organization name': 'companyName',
        'deal expected close date': 'expectedCloseDate',
        'deal deal created': 'createdAt',
        'deal created': 'createdAt',
        'deal deal closed on': 'closedAt',
        'deal won time': 'wonAt',
        'deal lost time': 'lostAt',
        'deal lost reason': 'lostReason',
        'deal label': 'tags',
        'deal labels': 'tags',
        'deal source channel': 'source',
      },
      task: {
        'activity subject': 'title',
        'activity type': 'type',
        'activity due date': 'dueAt',
        'activity assigned to user': 'assigneeName',
        'activity note': 'description',
      },
      note: { 'note content': 'body', 'note add time': 'createdAt' },
    },
  },
]

/** The system whose export of such records the header is of; undefined where it may be anybody's. */
export function presetOf(header: string[], { contract }: RecordDefinition): Preset | undefined {
  // Our own exports name fields as Salesforce's API does: ownerId, leadSource.
  if (header.filter(name => name in contract.fields).length * 2 > header.length) return undefined
  const names = header.map(words)
  const counts = VENDORS.map(vendor => ({
    vendor,
    found: names.filter(name => vendor.signs.some(sign => sign.test(name))).length,
  })).filter(({ vendor, found }) => found >= vendor.atLeast && vendor.of[contract.name])
  const best = counts.sort((a, b) => b.found - a.found)[0]?.vendor
  return (
    best && { name: best.name, mapping: (given, targets) => mappingOf(best, contract.name, given, targets) }
  )
}

function mappingOf(
  { common, of }: Vendor,
  type: string,
  header: string[],
  targets: Target[],
): Record<string, string> {
  const names: Names = { ...common, ...of[type] }
  const offered = new Set(targets.map(({ field }) => field))
  const taken = new Set<string>()
  const mapping: Record<string, string> = {}
  for (const column of header) {
    const field = names[words(column)]
    if (field === undefined || (field && (!offered.has(field) || taken.has(field)))) continue
    mapping[column] = field
    if (field) taken.add(field)
  }
  return mapping
}
