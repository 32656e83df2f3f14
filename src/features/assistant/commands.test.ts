import assert from 'node:assert/strict'
import { test } from 'node:test'
import { addDays } from '#core/record/relative-time.ts'
import { type Person, useProgram, world } from '#test/world.ts'
import { momentFrom, periodFrom } from './commands/dates.ts'
import { numberFrom } from './commands/numbers.ts'

useProgram()

const today = new Date().toISOString().slice(0, 10)
let owner: Person
let ana: Person
const ids: Record<string, string> = {}

const made = async (person: Person, path: string, body: object, as?: string): Promise<any> => {
  const reply = await person.post(path, body)
  assert.equal(reply.status, 201, reply.text)
  if (as) ids[as] = reply.body.id
  return reply.body
}

let prepared: Promise<void> | undefined
const prepare = () => (prepared ??= fill())

/** Records of every kind, made once for all sentences. */
async function fill() {
  const people = await world({ recordVisibility: 'workspace' })
  owner = people.owner
  ana = people.ana
  await made(owner, '/custom-fields', {
    entity: 'lead',
    key: 'country',
    label: 'Country',
    type: 'select',
    options: ['Germany', 'France'],
  })
  const acme = await made(
    owner,
    '/companies',
    { name: 'Acme', industry: 'Logistics', employeeCount: 120 },
    'acme',
  )
  await made(owner, '/companies', { name: 'Acme Nord' }, 'nord')
  const jane = await made(
    owner,
    '/contacts',
    { firstName: 'Jane', lastName: 'Doe', jobTitle: 'CEO', companyId: acme.id },
    'jane',
  )
  await made(owner, '/contacts', { firstName: 'Bob', lastName: 'Stone' }, 'bob')
  await made(
    owner,
    '/deals',
    {
      title: 'Acme renewal',
      amount: 60_000,
      companyId: acme.id,
      primaryContactId: jane.id,
      expectedCloseDate: today,
    },
    'renewal',
  )
  await made(
    owner,
    '/deals',
    { title: 'Small deal', amount: 500, expectedCloseDate: addDays(today, 200) },
    'small',
  )
  await made(ana, '/deals', { title: 'Ana’s big one', amount: 90_000, expectedCloseDate: today }, 'anas')
  await made(owner, '/deals', { title: 'Won one', amount: 9_000, status: 'WON', tags: ['vip'] }, 'won')
  await made(
    owner,
    '/leads',
    { name: 'Lena Stone', customFields: { country: 'Germany' }, source: 'Fair' },
    'lena',
  )
  await made(
    owner,
    '/leads',
    { name: 'Paul Roux', customFields: { country: 'France' }, source: 'Referral', stage: 'QUALIFIED' },
    'paul',
  )
  await made(
    owner,
    '/tasks',
    { title: 'Send the offer', dueAt: '2026-01-01T10:00:00Z', priority: 'URGENT' },
    'late',
  )
  await made(owner, '/tasks', { title: 'Later', dueAt: `${addDays(today, 40)}T10:00:00Z` }, 'later')
  await made(
    owner,
    '/activities',
    {
      type: 'CALL',
      subject: 'First call',
      contactId: jane.id,
      companyId: acme.id,
      content: 'Likes the scanners',
    },
    'call',
  )
}

/** What a sentence on its own is answered, in a conversation of its own. */
async function say(content: string): Promise<any> {
  await prepare()
  const reply = await owner.post('/ai/chat', { messages: [{ role: 'user', content }], stream: false })
  assert.equal(reply.status, 200, `${content}: ${reply.text}`)
  return reply.body
}
const idsOf = (answer: any): string[] => answer.records.map((ref: any) => ref.recordId).sort()
const named = (...names: string[]): string[] => names.map(name => ids[name]!).sort()

/** Sentences and the records that they are to find, by the names under which they were made. */
const FINDS: Record<string, string[]> = {
  'show my open deals': ['renewal', 'small'],
  'list deals over 50k': ['renewal', 'anas'],
  'which deals are between 400 and 10k?': ['small', 'won'],
  'deals under €1,000': [],
  'deals under 1,000': ['small'],
  'open deals closing this month': ['renewal', 'anas'],
  'deals closing in the next 300 days': ['renewal', 'anas', 'small'],
  'won deals this quarter': ['won'],
  'show won deals of last year': [],
  'deals of Ana': ['anas'],
  "Ana's deals": ['anas'],
  'deals of Acme': ['renewal'],
  'deals with Jane Doe': ['renewal'],
  'deals in Prospecting': ['renewal', 'small', 'anas'],
  'deals not in Prospecting': ['won'],
  'deals tagged vip': ['won'],
  'deals without a company': ['small', 'anas', 'won'],
  'top 2 deals': ['renewal', 'anas'],
  'the smallest deal': ['small'],
  'show leads from Germany created this week': ['lena'],
  'leads from Germany created last week': [],
  'qualified leads': ['paul'],
  'leads with source Referral': ['paul'],
  'leads whose country is France': ['paul'],
  'leads in France': ['paul'],
  'contacts at Acme': ['jane'],
  'people with job title CEO': ['jane'],
  'companies with more than 50 employees': ['acme'],
  'companies whose industry contains log': ['acme'],
  'overdue tasks': ['late'],
  'urgent tasks': ['late'],
  'tasks due in the next 60 days': ['later'],
  'tasks assigned to me': ['late', 'later'],
  'calls with Jane Doe': ['call'],
  'calls I logged this week': ['call'],
  'meetings this week': [],
  'who owns Small deal?': ['small'],
  'summarise Acme renewal': ['renewal'],
  'tell me about Lena Stone': ['lena'],
  'what is the amount of Small deal?': ['small'],
  'when does Acme renewal close?': ['renewal'],
  'acme renewl': ['renewal'],
}

for (const [sentence, names] of Object.entries(FINDS))
  test(`“${sentence}” finds ${names.join(', ') || 'nothing'}`, async () => {
    const answer = await say(sentence)
    assert.deepEqual(idsOf(answer), named(...names), answer.message.content)
    for (const name of names) assert.ok(answer.message.content.includes(ids[name]!), 'each record is linked')
    assert.deepEqual(answer.warnings, [])
  })

test('it counts, adds up and groups by the report of the API', async () => {
  const told = async (sentence: string) => (await say(sentence)).message.content
  assert.match(
    await told('how many open deals do I have over 50k closing this month?'),
    /\*\*1 deal\*\* .*worth USD 60,000 in all/,
  )
  assert.match(await told('how much are the open deals worth'), /\*\*3 deals\*\* .*worth USD 150,500/)
  assert.match(await told('average amount of open deals'), /USD 50,166\.67 on average/)
  assert.match(await told('total amount of open deals by owner'), /- Ana: 1 · USD 90,000/)
  assert.match(await told('how many leads by source'), /- Fair: 1\n- Referral: 1/)
  assert.match(await told('count contacts'), /\*\*2 contacts\*\*/)
  await made(owner, '/deals', { title: 'Elsewhere', amount: 70, currency: 'EUR', tags: ['euro'] })
  assert.match(await told('how many deals tagged euro'), /worth EUR 70 in all/)
})

test('an export is an address that its person can download', async () => {
  const { message } = await say('export won deals of this quarter as csv')
  const [, url] = /\]\(([^)]+)\)/.exec(message.content)!
  const file = await owner.get(url!)
  assert.equal(file.status, 200)
  assert.deepEqual(file.text.trim().split('\n').length, 2)
  assert.match(file.text, /Won one/)
})

/** Sentences and the fields that they propose to write. */
const WRITES: Record<string, Record<string, unknown>> = {
  'move Acme renewal to Negotiation': { probability: 75 },
  'mark Acme renewal as lost because of the price': { status: 'LOST', lostReason: 'the price' },
  'we won Acme renewal': { status: 'WON', probability: 100 },
  'mark Paul Roux as unqualified': { stage: 'UNQUALIFIED' },
  "set Lena Stone's country to France": { 'customFields.country': 'France' },
  'change the expected close date of Small deal to 2027-03-05': { expectedCloseDate: '2027-03-05' },
  'rename Small deal to Tiny deal': { title: 'Tiny deal' },
  'tag Jane Doe with vip and champion': { tags: ['vip', 'champion'] },
  'complete Send the offer': { status: 'DONE', progress: 'COMPLETED' },
  'log a 20 minute call with Jane Doe: talked about pricing': {
    type: 'CALL',
    content: 'Talked about pricing',
    durationMinutes: 20,
  },
  'add a note to Acme: budget is decided in March': { body: 'Budget is decided in March' },
  'create an urgent task to send the contract': { title: 'Send the contract', priority: 'URGENT' },
  'create a deal Acme extension for 20k at Acme closing on 1 March 2027': {
    title: 'Acme extension',
    amount: 20_000,
    expectedCloseDate: '2027-03-01',
  },
  'add a lead called Peter Pan with email peter@pan.example': {
    name: 'Peter Pan',
    email: 'peter@pan.example',
  },
  'create a contact Max Muster at Acme': { firstName: 'Max', lastName: 'Muster' },
  'create a company Initech with industry Software': { name: 'Initech', industry: 'Software' },
}

for (const [sentence, wanted] of Object.entries(WRITES))
  test(`“${sentence}” is proposed`, async () => {
    const answer = await say(sentence)
    assert.equal(answer.proposals.length, 1, answer.message.content)
    const found = new Map(answer.proposals[0].changes.map((change: any) => [change.field, change.new]))
    assert.deepEqual(Object.fromEntries(Object.keys(wanted).map(key => [key, found.get(key)])), wanted)
  })

test('what it links and to whom it gives is told by name', async () => {
  const changes = async (sentence: string) =>
    Object.fromEntries(
      (await say(sentence)).proposals[0].changes.map((change: any) => [change.field, change.newText]),
    )
  assert.equal((await changes('assign Acme renewal to Ana')).ownerId, 'Ana')
  assert.equal((await changes('create a contact Max Muster at Acme')).companyId, 'Acme')
  const call = await changes('log a call with Jane Doe: prices')
  assert.deepEqual([call.contactId, call.companyId], ['Jane Doe', 'Acme'])
  const task = await changes('create a task to call Bob tomorrow at 10')
  assert.deepEqual([task.title, task.type, task.relatedId], ['Call Bob', 'call', 'Bob Stone'])
  const due = (await say('remind me to send the offer to Acme tomorrow at 10')).proposals[0].changes
  assert.equal(due.find((change: any) => change.field === 'dueAt').new, `${addDays(today, 1)}T10:00:00.000Z`)
})

test('a name that fits several is asked back, and the answer picks one', async () => {
  await prepare()
  const first = await owner.post('/ai/chat', {
    messages: [{ role: 'user', content: 'set the industry of Acm to Retail' }],
    stream: false,
  })
  assert.match(first.body.message.content, /Did you mean/)
  assert.deepEqual(first.body.proposals, [])
  const { conversationId, records } = first.body
  const answer = await owner.post('/ai/chat', {
    messages: [{ role: 'user', content: '2' }],
    conversationId,
    stream: false,
  })
  const { record, changes } = answer.body.proposals[0] ?? {}
  assert.equal(record.recordId, records[1].recordId)
  assert.deepEqual(
    changes.map((change: any) => [change.field, change.new]),
    [['industry', 'Retail']],
  )
})

test('what cannot be is said with what could be', async () => {
  const told = async (sentence: string) => (await say(sentence)).message.content
  assert.match(await told('move Acme renewal to Mars'), /cannot be moved to “Mars”.*Negotiation/)
  assert.match(await told('set the amount of Small deal to many'), /“many” is no number/)
  assert.match(await told('assign Small deal to Zorro'), /Nobody here is called “Zorro”.*Ana/)
  assert.match(await told('summarise Unheardof Industries'), /found no .*“Unheardof Industries”/)
  assert.match(await told("set Lena Stone's email to nonsense"), /email must be an e-mail address/)
  const partly = await say('deals frobnicated')
  assert.deepEqual([partly.confidence, partly.warnings[0].code], [0.5, 'PARTLY_UNDERSTOOD'])
})

test('periods are days in the workspace’s zone', () => {
  const read = (text: string) => {
    const { from, to } = periodFrom(text, '2026-11-21')!
    return [from, to]
  }
  assert.deepEqual(read('last week'), ['2026-11-09', '2026-11-15'])
  assert.deepEqual(read('this month'), ['2026-11-01', '2026-11-30'])
  assert.deepEqual(read('Q3'), ['2026-07-01', '2026-09-30'])
  assert.deepEqual(read('Q1 next year'), ['2027-01-01', '2027-03-31'])
  assert.deepEqual(read('last quarter of 2025'), ['2025-10-01', '2025-12-31'])
  assert.deepEqual(read('in March 2026'), ['2026-03-01', '2026-03-31'])
  assert.deepEqual(read('in the last 30 days'), ['2026-10-22', '2026-11-21'])
  assert.deepEqual(read('since 5 March'), ['2026-03-05', undefined])
  assert.deepEqual(read('before 2026-05-01'), [undefined, '2026-04-30'])
  assert.deepEqual(read('between 1 May and 3 June'), ['2026-05-01', '2026-06-03'])
  assert.deepEqual(read('on 5.4.2026'), ['2026-04-05', '2026-04-05'])
  assert.deepEqual(read('yesterday'), ['2026-11-20', '2026-11-20'])
})

test('moments look ahead by the clock of the zone, numbers say thousands as people write them', () => {
  const at = (text: string) => momentFrom(text, 'America/New_York', Date.parse('2026-11-21T02:00:00Z'))
  assert.deepEqual([at('tomorrow at 10')?.day, at('tomorrow at 10')?.time], ['2026-11-21', '10:00'])
  assert.equal(at('next Friday')?.day, '2026-11-27')
  assert.equal(at('call Bob'), undefined)
  const number = (text: string) => numberFrom(text)
  assert.deepEqual(number('50k'), { value: 50_000 })
  assert.deepEqual(number('€1.5 million'), { value: 1_500_000, currency: 'EUR' })
  assert.deepEqual(number('12,500.50 usd'), { value: 12_500.5, currency: 'USD' })
  assert.deepEqual(number('3.000'), { value: 3000 })
  assert.equal(number('many'), undefined)
})

test('a draft and a summary come by their own routes, with what is known', async () => {
  const draft = await say('draft a follow-up to Jane Doe about the scanners')
  assert.deepEqual(idsOf(draft), named('jane'))
  assert.match(draft.message.content, /nothing has been sent/)
  assert.match(draft.message.content, /> .*Jane/)
  assert.equal((await owner.get('/emails')).body.total, 0)
  const told = await say('summarise Jane Doe')
  assert.match(told.message.content, /First call: Likes the scanners/)
  const steps = (await owner.get(`/ai/conversations/${told.conversationId}`)).body.messages[1].parts
  assert.ok(
    steps.some((part: any) => part.type === 'tool' && part.name === 'summarise_record' && !part.error),
  )
})
