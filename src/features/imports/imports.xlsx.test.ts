import assert from 'node:assert/strict'
import { buffer } from 'node:stream/consumers'
import { test } from 'node:test'
import { ZipFile } from 'yazl'
import { checkRefusal } from '#test/routes.ts'
import { slowTest } from '#test/slow.ts'
import { type Person, type Reply, useProgram, world } from '#test/world.ts'
import { completed, counts, ended, importing, rowsOf, send } from './testing.ts'
import { XLSX_TYPE } from './workbook.ts'

useProgram()

const MAIN = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
const KIND = 'http://schemas.openxmlformats.org/officeDocument/2006/relationships'
type Given = {
  sheets: Array<{ name: string; xml: string; state?: string }>
  strings?: string
  is1904?: boolean
}

/** A workbook of the given parts, as spreadsheets write them. */
function workbook({ sheets, strings = '', is1904 }: Given): Promise<Buffer> {
  const zip = new ZipFile()
  const add = (path: string, xml: string) => zip.addBuffer(Buffer.from(`<?xml version="1.0"?>${xml}`), path)
  const list = sheets.map(
    ({ name, state }, i) =>
      `<sheet name="${name}" sheetId="${i + 1}" r:id="rId${i + 1}"${state ? ` state="${state}"` : ''}/>`,
  )
  add(
    'xl/workbook.xml',
    `<workbook ${MAIN} xmlns:r="${KIND}"><workbookPr${is1904 ? ' date1904="1"' : ''}/><sheets>${list.join('')}</sheets></workbook>`,
  )
  const relations = sheets.map(
    (_, i) =>
      `<Relationship Id="rId${i + 1}" Type="${KIND}/worksheet" Target="worksheets/sheet${i + 1}.xml"/>`,
  )
  add('xl/_rels/workbook.xml.rels', `<Relationships>${relations.join('')}</Relationships>`)
  add('xl/sharedStrings.xml', `<sst ${MAIN}>${strings}</sst>`)
  add(
    'xl/styles.xml',
    `<styleSheet ${MAIN}><numFmts count="4"><numFmt numFmtId="164" formatCode="dd/mm/yyyy;@"/><numFmt numFmtId="165" formatCode="#,##0 &quot;€&quot;;[Red]-#,##0.00"/><numFmt numFmtId="166" formatCode="0.0,&quot;K&quot;"/><numFmt numFmtId="167" formatCode="00000"/></numFmts><cellStyleXfs><xf numFmtId="14"/></cellStyleXfs><cellXfs><xf numFmtId="0"/><xf numFmtId="164"/><xf numFmtId="22"/><xf numFmtId="4"/><xf numFmtId="165"/><xf numFmtId="166"/><xf numFmtId="9"/><xf numFmtId="167"/></cellXfs></styleSheet>`,
  )
  for (const [i, { xml }] of sheets.entries())
    add(`xl/worksheets/sheet${i + 1}.xml`, `<worksheet ${MAIN}><sheetData>${xml}</sheetData></worksheet>`)
  zip.end()
  return buffer(zip.outputStream as NodeJS.ReadableStream)
}

const inline = (text: string) => `<c t="inlineStr"><is><t>${text}</t></is></c>`
const line = (...cells: string[]) => `<row>${cells.map(inline).join('')}</row>`
const preview = (who: Person, path: string, body: Buffer | string, query: Record<string, string> = {}) =>
  who.post(`/${path}/import/preview`, body, { headers: { 'content-type': XLSX_TYPE }, query })

const COMPANIES = {
  sheets: [
    { name: 'Notes', state: 'hidden', xml: line('nothing') },
    {
      name: 'Companies',
      xml: `<row r="2"><c r="A2" t="s"><v>0</v></c><c r="B2" t="s"><v>1</v></c><c r="C2" t="inlineStr"><is><t>Employees</t></is></c><c r="E2" t="str"><v>Created</v></c><c r="F2" t="inlineStr"><is><t>Website</t></is></c></row>
        <row r="3"><c r="A3" t="s"><v>2</v></c><c r="B3" s="3"><v>1234.5</v></c><c r="C3"><f>600*2</f><v>1200</v></c><c r="E3" s="1"><v>43528</v></c></row>
        <row r="6"><c r="A6" t="s"><v>3</v></c><c r="B6"><v>1.234</v></c><c r="C6" t="e"><v>#N/A</v></c><c r="D6"/><c r="E6" s="2"><v>43528.5</v></c><c r="F6" t="inlineStr"><is><t>no web address at all</t></is></c></row>
        <row r="7"><c r="A7" t="s"><v>4</v></c><c r="B7"><v>1E6</v></c></row>`,
    },
    { name: 'Persons', xml: `${line('First name', 'Email')}${line('Ida', 'ida@sheet.example')}` },
  ],
  strings: `<si><t>Name</t></si><si><r><t>Annual </t></r><r><rPr><b/></rPr><t>revenue</t></r></si>
    <si><t>Zoë &amp; Söhne</t><rPh sb="0" eb="1"><t>zoe</t></rPh></si><si><t>=Plus_x0041_</t></si><si><t xml:space="preserve"> Last </t></si>`,
}

test('a sheet of a workbook is imported: texts, numbers, dates, formulas by their value, rows by their number', async () => {
  const { ana } = await world()
  const file = await workbook(COMPANIES)
  const seen = await preview(ana, 'companies', file)
  assert.equal(seen.status, 200, seen.text)
  assert.deepEqual([seen.body.sheet, seen.body.sheets], ['Companies', ['Companies', 'Persons', 'Notes']])
  assert.deepEqual(seen.body.rows[0].slice(0, 5), ['Zoë & Söhne', '1234.5', '1200', '', '2019-03-04'])
  assert.equal(seen.body.mapping['Annual revenue'], 'annualRevenue')
  const done = await importing(ana, 'companies', file)
  assert.deepEqual(counts(done), completed(2, 0, 0, 1))
  assert.equal(done.options.sheet, 'Companies')
  const rows = await rowsOf(ana, '/companies?sort=name')
  assert.deepEqual(
    rows.map(row => [row.name, row.annualRevenue, row.employeeCount, row.createdAt.slice(0, 10)]).slice(1),
    [['Zoë & Söhne', 1234.5, 1200, '2019-03-04']],
  )
  assert.deepEqual([rows[0].name, rows[0].annualRevenue], ['Last', 1_000_000])
  const errors = (await ana.get(`/imports/${done.id}/errors`)).text.split('\r\n')
  assert.match(errors[1]!, /^6,annualRevenue; website/, 'the row that the spreadsheet shows')
  assert.match(errors[1]!, /=PlusA,1.2340,,,2019-03-04 12:00:00/)

  const boundary = 'a-boundary'
  const part = (name: string, rest: string) =>
    `--${boundary}\r\ncontent-disposition: form-data; name="${name}"${rest}\r\n`
  const form = Buffer.concat([
    Buffer.from(`${part('file', '; filename="all.xlsx"\r\ncontent-type: application/octet-stream\r\n')}`),
    file,
    // The sheet is told behind the file.
    Buffer.from(`\r\n${part('sheet', '\r\n')}Persons\r\n--${boundary}--\r\n`),
  ])
  const sent = await ana.post('/contacts/import', form, {
    headers: { 'content-type': `multipart/form-data; boundary=${boundary}` },
  })
  assert.equal(sent.status, 202, sent.text)
  const people = await ended(ana, sent.body.id)
  assert.deepEqual([people.created, people.filename], [1, 'all.xlsx'])
  assert.equal((await rowsOf(ana, '/contacts'))[0].email, 'ida@sheet.example')
})

test('what a formula made is read with the decimals that its cell shows, cents at least, a percentage as one, and a postal code with its zeros', async () => {
  const { ana } = await world()
  const cells = [
    [3, '333.33333333333331'],
    [4, '1.0049999999999999'],
    [4, '1234.56'],
    [5, '1234.5678'],
    [6, '0.155'],
    [7, '1067'],
    [0, '333.33333333333331'],
  ]
    .map(([style, value]) => `<c s="${style}"><v>${value}</v></c>`)
    .join('')
  const xml = `${line('Name', 'A', 'B', 'C', 'D', 'E', 'F', 'G')}<row>${inline('Zoë')}${cells}</row>`
  const seen = await preview(ana, 'companies', await workbook({ sheets: [{ name: 'Sums', xml }] }))
  assert.equal(seen.status, 200, seen.text)
  assert.deepEqual(seen.body.rows[0].slice(1), [
    ...['333.33', '1.01', '1234.56', '1234.5678', '15.5%', '01067', '333.333333333333'],
  ])
})

test('where nothing else is asked for, the first sheet with rows is read', async () => {
  const { ana } = await world()
  const xml = `${line('Name')}${line('Behind')}`
  const file = await workbook({
    sheets: [
      { name: 'Sheet1', xml: '<row r="1"/>' },
      { name: 'Data', xml },
    ],
  })
  const seen = (await preview(ana, 'companies', file)).body
  assert.deepEqual([seen.sheet, seen.sheets, seen.rows], ['Data', ['Sheet1', 'Data'], [['Behind']]])
  assert.equal((await importing(ana, 'companies', file)).created, 1)
  refusedBy(await send(ana, 'companies', file, { sheet: 'Sheet1' }), 400, 'an empty sheet', 'EMPTY')
})

test('days are counted from 1904 where the workbook says so', async () => {
  const { ana } = await world()
  const xml = `${line('Name', 'Created')}<row>${inline('Mac')}<c s="1"><v>42066</v></c></row>`
  const file = await workbook({ sheets: [{ name: 'A', xml }], is1904: true })
  assert.deepEqual((await preview(ana, 'companies', file)).body.rows, [['Mac', '2019-03-04']])
})

/** Refused at a field, by a code that every language has words for. */
function refusedBy(reply: Reply, status: number, what: string, code: string, path = 'file'): void {
  checkRefusal(reply, status, what, path)
  assert.equal(reply.body.issues[0].code, code, what)
}

test('what is no workbook, and a sheet that is not there, are refused', async () => {
  const { ana } = await world()
  const file = await workbook(COMPANIES)
  refusedBy(await send(ana, 'companies', file, { sheet: 'Nope' }), 400, 'no such sheet', 'NO_SUCH', 'sheet')
  refusedBy(
    await preview(ana, 'companies', file, { sheet: 'Nope' }),
    400,
    'no such sheet',
    'NO_SUCH',
    'sheet',
  )
  refusedBy(await send(ana, 'companies', file.subarray(0, 900)), 415, 'cut off', 'NO_TABLE')
  const other = new ZipFile()
  other.addBuffer(Buffer.from('hello'), 'hello.txt')
  other.end()
  refusedBy(
    await send(ana, 'companies', await buffer(other.outputStream)),
    415,
    'another archive',
    'NO_TABLE',
  )
  const old = Buffer.from('d0cf11e0a1b11ae1', 'hex')
  refusedBy(await send(ana, 'companies', old), 415, 'the old format', 'OLD_WORKBOOK')
  refusedBy(await preview(ana, 'companies', old), 415, 'the old format', 'OLD_WORKBOOK')
  const picture = Buffer.from(Array.from({ length: 2000 }, (_, at) => (at * 167 + (at >> 3)) % 256))
  const page = Buffer.from('\ufeff\n<HTML><table><tr><td>Name</td></tr></table></HTML>')
  for (const file of [picture, Buffer.from('%PDF-1.7\n1 0 obj'), page]) {
    refusedBy(await preview(ana, 'companies', file), 415, 'a picture, a PDF', 'NO_TABLE')
    refusedBy(await send(ana, 'companies', file), 415, 'a picture, a PDF', 'NO_TABLE')
  }
  const damaged = await workbook({ sheets: [{ name: 'A', xml: `${line('Name')}<row><c></row>` }] })
  refusedBy(await send(ana, 'companies', damaged), 400, 'no XML', 'DAMAGED_WORKBOOK')
  const unclosed = await workbook({ sheets: [{ name: 'A', xml: `${line('Name')}${line('One')}<!--` }] })
  refusedBy(
    await send(ana, 'companies', unclosed),
    400,
    'a sheet that ends in the middle',
    'DAMAGED_WORKBOOK',
  )
  const pointing = `${line('Name')}<row><c t="s"><v>9999</v></c></row>`
  const without = await workbook({ sheets: [{ name: 'A', xml: pointing }] })
  refusedBy(await send(ana, 'companies', without), 400, 'a text that is not there', 'DAMAGED_WORKBOOK')
  // The list of parts at the end is whole, what it leads to is not: headers of parts, then their bytes.
  for (const [mark, more] of [
    ['PK\u0003\u0004', 0],
    ['.xml', 8],
  ] as const) {
    const spoilt = Buffer.from(file)
    const list = spoilt.indexOf('PK\u0001\u0002')
    for (let at = spoilt.indexOf(mark, 1); at > 0 && at < list; at = spoilt.indexOf(mark, at + 1))
      spoilt.fill(0x55, at + more, at + more + 4)
    refusedBy(await send(ana, 'companies', spoilt), 400, `spoilt at ${mark}`, 'DAMAGED_WORKBOOK')
  }
  const entity = await workbook({ sheets: [{ name: 'A', xml: line('Name', '&boom;') }] })
  refusedBy(await send(ana, 'companies', entity), 400, 'entities of its own', 'DAMAGED_WORKBOOK')
  const wide = await workbook({ sheets: [{ name: 'A', xml: '<row><c r="XFD1"><v>1</v></c></row>' }] })
  refusedBy(await send(ana, 'companies', wide), 400, 'too many columns', 'TOO_MANY_COLUMNS')
  assert.equal((await ana.get('/imports')).body.total, 0)
})

slowTest('what was packed to fill a disk is refused', async () => {
  const { ana } = await world()
  const bomb = await workbook({ sheets: [{ name: 'A', xml: `${line('Name')}${' '.repeat(70 * 2 ** 20)}` }] })
  assert.ok(bomb.length < 2 ** 20)
  refusedBy(await send(ana, 'companies', bomb), 400, 'a bomb', 'TOO_LARGE')
  assert.equal((await ana.get('/imports')).body.total, 0)
})

const EXPORTS: Array<[path: string, preset: string | null, header: string, mapping: Record<string, string>]> =
  [
    [
      'contacts',
      'hubspot',
      'Record ID,First Name,Last Name,Email,Phone Number,Contact owner,Create Date,Associated Company,Lead Status',
      {
        'Phone Number': 'phone',
        'Contact owner': 'ownerName',
        'Create Date': 'createdAt',
        'Associated Company': 'companyName',
      },
    ],
    [
      'companies',
      'hubspot',
      'Record ID,Company name,Website URL,Company owner,Create Date,Number of Employees',
      { 'Company name': 'name', 'Website URL': 'website', 'Number of Employees': 'employeeCount' },
    ],
    [
      'deals',
      'hubspot',
      'Record ID,Deal Name,Deal Stage,Pipeline,Amount,Deal owner,Close Date,Create Date',
      {
        'Deal Name': 'title',
        'Deal Stage': 'stageName',
        Pipeline: 'pipelineName',
        'Close Date': 'expectedCloseDate',
      },
    ],
    [
      'leads',
      'salesforce',
      'Lead ID,FirstName,LastName,Email,Phone,Company,LeadSource,Status,OwnerId',
      { FirstName: 'firstName', Company: 'company', LeadSource: 'source', Status: 'stage' },
    ],
    [
      'contacts',
      'salesforce',
      'Salutation,First Name,Last Name,Title,Mailing Street,Mailing City,Account Name,Contact Owner,Email',
      { Title: 'jobTitle', 'Account Name': 'companyName', 'Contact Owner': 'ownerName' },
    ],
    [
      'deals',
      'salesforce',
      'Id,IsDeleted,AccountId,Name,StageName,Amount,Probability,CloseDate,Type,LeadSource,IsWon,OwnerId,CreatedDate,ExpectedRevenue',
      {
        Name: 'title',
        StageName: 'stageName',
        CloseDate: 'expectedCloseDate',
        LeadSource: 'source',
        CreatedDate: 'createdAt',
      },
    ],
    [
      'deals',
      'pipedrive',
      'Deal - ID,Deal - Title,Deal - Value,Deal - Currency of Value,Deal - Stage,Deal - Status,Deal - Owner,Deal - Organization,Deal - Contact person,Deal - Expected close date',
      {
        'Deal - Title': 'title',
        'Deal - Value': 'amount',
        'Deal - Currency of Value': 'currency',
        'Deal - Organization': 'companyName',
        'Deal - Contact person': 'primaryContactName',
      },
    ],
    [
      'contacts',
      'pipedrive',
      'Person - ID,Person - Name,Person - Organization,Person - Email - Work,Person - Phone - Mobile,Person - Owner,Person - Labels',
      {
        'Person - Name': 'fullName',
        'Person - Organization': 'companyName',
        'Person - Email - Work': 'email',
        'Person - Phone - Mobile': 'mobile',
        'Person - Labels': 'tags',
      },
    ],
    [
      'companies',
      'pipedrive',
      'Organization - ID,Organization - Name,Organization - Owner,Organization - Address,Organization - Labels',
      { 'Organization - Name': 'name', 'Organization - Address': 'billingAddress.street' },
    ],
    [
      'tasks',
      'pipedrive',
      'Activity - ID,Activity - Subject,Activity - Type,Activity - Due date,Activity - Assigned to user',
      { 'Activity - Subject': 'title', 'Activity - Due date': 'dueAt' },
    ],
    [
      'contacts',
      null,
      'Name,Email,Company,Owner',
      { Name: 'fullName', Email: 'email', Company: 'companyName' },
    ],
    [
      'contacts',
      null,
      'id,firstName,lastName,ownerId,companyId,leadSource,createdAt,createdById',
      { id: 'id', leadSource: 'leadSource' },
    ],
  ]

for (const [path, preset, header, expected] of EXPORTS) {
  test(`${path}: ${preset ?? 'nobody’s'} ${header.slice(0, 40)}`, async () => {
    const { ana } = await world()
    const { body } = await preview(ana, path, `${header}\n${header.replace(/[^,]+/g, '')}\n`)
    assert.equal(body.preset, preset)
    const got = Object.fromEntries(Object.keys(expected).map(name => [name, body.mapping[name]]))
    assert.deepEqual(got, expected)
    const ids = Object.keys(body.mapping).filter(name => preset && /\bid$|Id$|^Is/i.test(name))
    assert.deepEqual(ids, [], 'ids of another system are no ids here')
  })
}
