import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type MappingTarget, suggestMapping } from './mapping.ts'

function targets(fields: string): MappingTarget[] {
  const label = (field: string) =>
    field.replace(/[A-Z]/g, letter => ` ${letter}`).replace(/^./, c => c.toUpperCase())
  return fields.split(' ').map(field => ({ field, label: label(field) }))
}

const companies = targets(
  'name domain industry size website annualRevenue employeeCount status tags ownerName createdAt',
)
const contacts = targets(
  'firstName lastName jobTitle department email phone mobile companyName customerType status leadSource leadScore tags ownerName createdAt notes',
)
const leads = targets('name email company phone stage source notes score tags ownerName createdAt')
const deals = targets(
  'title amount currency pipelineName stageName status probability companyName expectedCloseDate actualCloseDate source lostReason description tags ownerName createdAt',
)

function check(header: string, on: MappingTarget[], expected: Record<string, string>) {
  assert.deepEqual(suggestMapping(header.split(/[,;]/), on), expected, header)
}

test("the Maven set's tables", () => {
  check('account,sector,year_established,revenue,employees,office_location,subsidiary_of', companies, {
    account: 'name',
    sector: 'industry',
    revenue: 'annualRevenue',
    employees: 'employeeCount',
  })
  check('opportunity_id,sales_agent,product,account,deal_stage,engage_date,close_date,close_value', deals, {
    opportunity_id: 'title',
    sales_agent: 'ownerName',
    account: 'companyName',
    deal_stage: 'stageName',
    engage_date: 'createdAt',
    close_date: 'actualCloseDate',
    close_value: 'amount',
  })
})

test('HubSpot exports', () => {
  check(
    'Record ID,First Name,Last Name,Email,Phone Number,Lead Status,Create Date,Associated Company,Country/Region,Contact owner',
    contacts,
    {
      'First Name': 'firstName',
      'Last Name': 'lastName',
      Email: 'email',
      'Phone Number': 'phone',
      'Create Date': 'createdAt',
      'Associated Company': 'companyName',
      'Contact owner': 'ownerName',
    },
  )
  check('Record ID,Company Name,Domain,Company Owner,Industry,Create Date,Last Activity Date', companies, {
    'Company Name': 'name',
    Domain: 'domain',
    'Company Owner': 'ownerName',
    Industry: 'industry',
    'Create Date': 'createdAt',
  })
  check('Record ID,Deal Name,Deal Stage,Amount,Deal owner,Close Date,Create Date,Last Activity Date', deals, {
    'Deal Name': 'title',
    'Deal Stage': 'stageName',
    Amount: 'amount',
    'Deal owner': 'ownerName',
    'Close Date': 'expectedCloseDate',
    'Create Date': 'createdAt',
  })
})

test('Salesforce exports', () => {
  check('Lead ID,FirstName,LastName,Email,Phone,Company,LeadSource,Status,OwnerId', leads, {
    Email: 'email',
    Phone: 'phone',
    Company: 'company',
    LeadSource: 'source',
    Status: 'stage',
  })
  check(
    'Salutation,First Name,Last Name,Title,Mailing Street,Phone,Mobile,Fax,Email,Account Owner,Account Name',
    contacts,
    {
      'First Name': 'firstName',
      'Last Name': 'lastName',
      Title: 'jobTitle',
      Phone: 'phone',
      Mobile: 'mobile',
      Email: 'email',
      'Account Name': 'companyName',
    },
  )
  check('Lead Owner,Title,Company / Account,Lead Source,Rating,Street,Email', leads, {
    'Lead Owner': 'ownerName',
    'Company / Account': 'company',
    'Lead Source': 'source',
    Email: 'email',
  })
  check(
    'Id,IsDeleted,AccountId,Name,Description,StageName,Amount,Probability,ExpectedRevenue,CloseDate,Type,LeadSource,IsClosed,IsWon,OwnerId,CreatedDate,CreatedById,LastModifiedDate',
    deals,
    {
      Name: 'title',
      Description: 'description',
      StageName: 'stageName',
      Amount: 'amount',
      Probability: 'probability',
      CloseDate: 'expectedCloseDate',
      LeadSource: 'source',
      CreatedDate: 'createdAt',
    },
  )
  assert.equal(
    suggestMapping(['Name', 'Opportunity ID', 'Probability (%)'], deals)['Opportunity ID'],
    undefined,
  )
  assert.equal(suggestMapping(['Probability (%)'], deals)['Probability (%)'], 'probability')
})

test('Zoho, Facebook and other languages', () => {
  check('Lead Name,Email,Phone,Lead Source,Lead Owner,Lead Status,Industry', leads, {
    'Lead Name': 'name',
    Email: 'email',
    Phone: 'phone',
    'Lead Source': 'source',
    'Lead Owner': 'ownerName',
    'Lead Status': 'stage',
  })
  check(
    'id,created_time,ad_name,adset_name,campaign_name,form_name,is_organic,full_name,email,phone_number,city',
    leads,
    {
      created_time: 'createdAt',
      full_name: 'name',
      email: 'email',
      phone_number: 'phone',
    },
  )
  check('Nom;Email;Téléphone;Entreprise;Statut', leads, {
    Nom: 'name',
    Email: 'email',
    Téléphone: 'phone',
    Entreprise: 'company',
    Statut: 'stage',
  })
  check('Vorname;Nachname;E-Mail;Mobiltelefon;Firma;Zuständig', contacts, {
    Vorname: 'firstName',
    Nachname: 'lastName',
    'E-Mail': 'email',
    Mobiltelefon: 'mobile',
    Firma: 'companyName',
    Zuständig: 'ownerName',
  })
  check('Nombre;Apellidos;Correo electrónico', contacts, {
    Nombre: 'firstName',
    Apellidos: 'lastName',
    'Correo electrónico': 'email',
  })
})

test('address books: Outlook in German, Xing, Google', () => {
  const outlook =
    'Anrede,Vorname,Nachname,Firma,Abteilung,Position,Fax geschäftlich,Telefon geschäftlich,Mobiltelefon,E-Mail-Adresse'
  check(outlook, contacts, {
    Vorname: 'firstName',
    Nachname: 'lastName',
    Firma: 'companyName',
    Abteilung: 'department',
    Position: 'jobTitle',
    'Telefon geschäftlich': 'phone',
    Mobiltelefon: 'mobile',
    'E-Mail-Adresse': 'email',
  })
  check('Vorname;E-Mail geschäftlich;Telefon (Büro)', contacts, {
    Vorname: 'firstName',
    'E-Mail geschäftlich': 'email',
    'Telefon (Büro)': 'phone',
  })
  const google =
    'First Name,Organization Name,Organization Title,E-mail 1 - Label,E-mail 1 - Value,Phone 1 - Label,Phone 1 - Value'
  check(google, contacts, {
    'First Name': 'firstName',
    'Organization Name': 'companyName',
    'Organization Title': 'jobTitle',
    'E-mail 1 - Value': 'email',
    'Phone 1 - Value': 'phone',
  })
})

test('nothing is guessed, and no field is given twice', () => {
  check(
    'Email / Phone,Phone & Email,Email Opt Out,Phone Extension,Do Not Call,Parent Account Industry,Contract',
    contacts,
    {},
  )
  check('name,Name (2),email,Email (2)', leads, { name: 'name', email: 'email' })
  check('E-mail address,Email', contacts, { Email: 'email' })
  check('Close Date,Expected Close Date', deals, {
    'Expected Close Date': 'expectedCloseDate',
    'Close Date': 'actualCloseDate',
  })
  check('', contacts, {})
  check('__proto__,constructor,البريد', contacts, {})
})

test('labels, given aliases, order, plurals and slips of the pen', () => {
  const on = [
    { field: 'cf_size', label: 'T-Shirt Größe' },
    { field: 'renewal', label: 'Renewal date', aliases: ['Verlängerung am'] },
    { field: 'email', label: 'البريد' },
  ]
  check('t shirt groesse,T_SHIRT_GROSSE', on, { T_SHIRT_GROSSE: 'cf_size' })
  check('verlaengerung,VERLANGERUNG AM,البريد', on, { 'VERLANGERUNG AM': 'renewal', البريد: 'email' })
  check('Date of Renewal', on, { 'Date of Renewal': 'renewal' })
  check('Renewl date', on, { 'Renewl date': 'renewal' })
  check('renewalDate', on, { renewalDate: 'renewal' })
})

test('thousands of long names are compared without holding anybody up', () => {
  const header = Array.from({ length: 2000 }, (_, i) => `${'Aa'.repeat(140)}${i}`)
  const started = performance.now()
  assert.deepEqual(suggestMapping([...header, 'E-Mail'], [{ field: 'email', label: 'Email' }]), {
    'E-Mail': 'email',
  })
  assert.ok(performance.now() - started < 500)
})
