import assert from 'node:assert/strict'
import { test } from 'node:test'
import { addDays } from '#core/record/relative-time.ts'
import { some } from '#test/runs.ts'
import { until } from '#test/until.ts'
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
  'deals tagged vip or gold': ['won'],
  'leads that are not from Germany': ['paul'],
  'leads not from Deutschland': ['paul'],
  'leads that are not qualified': ['lena'],
  'deals not in EUR': ['renewal', 'small', 'anas', 'won'],
  'stale deals': [],
  'leads from Fair or Referral': ['lena', 'paul'],
  'leads not from Fair or Web': ['paul'],
  'deals not owned by me': ['anas'],
  'deals not of Ana': ['renewal', 'small', 'won'],
  'deals of Ana and Olga': ['renewal', 'small', 'anas', 'won'],
  'open deals not over 50k': ['small'],
  'open deals not closing this month': ['small'],
  'deals not created this year': [],
  'deals over 400 but not open': ['won'],
  'all deals except won ones': ['renewal', 'small', 'anas'],
  'deals with amount 500': ['small'],
  'deals in Prospecting for more than 2 weeks': [],
  'deals closing before next year': ['renewal', 'anas'],
  "what's closing this month?": ['renewal', 'anas'],
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
  // The same in the words of those who sell.
  "what's the latest on Small deal?": ['small'],
  'who do we know at Acme': ['jane'],
  'what stage is Small deal in?': ['small'],
  'how much is Small deal worth?': ['small'],
  'could you show me deals stuck in Prospecting please': ['renewal', 'small', 'anas'],
  'which deals have gone quiet?': [],
  'top 1 companies by employees': ['acme'],
  "what's on my to-do list": ['late', 'later'],
  'companies in the logistics industry': ['acme'],
  'deals from the logistics sector': ['renewal'],
  'which deals does Acme have?': ['renewal'],
  'leads with source Referral created this week': ['paul'],
}

for (const [sentence, names] of some(Object.entries(FINDS), 0, 3))
  test(`“${sentence}” finds ${names.join(', ') || 'nothing'}`, async () => {
    const answer = await say(sentence)
    assert.deepEqual(idsOf(answer), named(...names), answer.message.content)
    for (const name of names) assert.ok(answer.message.content.includes(ids[name]!), 'each record is linked')
    assert.deepEqual(answer.warnings, [])
  })

const GERMAN = 'de-DE,de;q=0.9,en;q=0.8'
/** German sentences and what they are to find, as above. */
const FINDS_IN_GERMAN: Record<string, string[]> = {
  'Zeige meine offenen Deals': ['renewal', 'small'],
  'Deals über 50k': ['renewal', 'anas'],
  'offene Deals, die diesen Monat schließen': ['renewal', 'anas'],
  'gewonnene Deals in diesem Quartal': ['won'],
  'Deals ohne Firma': ['small', 'anas', 'won'],
  'Welche Deals schließen diesen Monat?': ['renewal', 'anas'],
  'Welche Deals schließen diesen Monat ab?': ['renewal', 'anas'],
  'Welche Firmen haben mehr als 50 Mitarbeiter?': ['acme'],
  'Firmen in der Branche Logistics': ['acme'],
  'Welche Deals hat Acme?': ['renewal'],
  'Erzähl mir was über Small deal': ['small'],
  'die 2 größten Deals': ['renewal', 'anas'],
  'Kontakte bei Acme': ['jane'],
  'Zeige mir die überfälligen Aufgaben': ['late'],
  'Wem gehört Small deal?': ['small'],
  'Fasse Acme renewal zusammen': ['renewal'],
  'Wie hoch ist der Betrag von Small deal?': ['small'],
}

test('German commands find, count and tell as the English ones do, and answer in German', async () => {
  for (const [sentence, names] of some(Object.entries(FINDS_IN_GERMAN), 0, 3)) {
    const answer = await sayIn(GERMAN, sentence)
    assert.deepEqual(idsOf(answer), named(...names), `${sentence}: ${answer.message.content}`)
    assert.deepEqual(answer.warnings, [], sentence)
  }
  const counted = await sayIn(GERMAN, 'Wie viele offene Deals über 50k habe ich, die diesen Monat schließen?')
  assert.match(counted.message.content, /^Es sind \*\*1 Deal\*\*.*60\.000 USD/)
  assert.match(
    (await sayIn('en', 'Wie viele offene Deals habe ich?')).message.content,
    /\*\*2 deals\*\*/,
    'understood whoever reads the answer',
  )
  assert.match(
    (await sayIn(GERMAN, 'Hilfe')).message.content,
    /deutsche und englische[\s\S]*Fasse Acme zusammen/,
  )
  assert.match(
    (await sayIn(GERMAN, 'how many open deals are there?')).message.content,
    /^Es sind \*\*\d+ Deals/,
  )
  assert.match((await sayIn(GERMAN, 'Blaugrün quietscht es')).message.content, /nicht verstanden/)
})

test('German lists say values and fields in German', async () => {
  const { content } = (await sayIn(GERMAN, 'Zeige Firmen')).message
  assert.match(content, /\[Acme\].*Interessent/)
  assert.doesNotMatch(content, /prospect/i)
  const won = (await sayIn(GERMAN, 'gewonnene Deals dieses Jahr')).message.content
  assert.match(won, /^1 Deal: dieses Jahr \(.*gewonnen\..*abgeschlossen am \d+\. /s)
  assert.doesNotMatch(won, /close date|created|closing/)
  const { proposals } = await sayIn(GERMAN, 'Markiere Small deal als verloren')
  const status = proposals[0].changes.find(({ field }: any) => field === 'status')
  assert.deepEqual([proposals[0].title, status.newText], ['Small deal nach lost verschieben', 'verloren'])
})

test('slips of the pen in words of commands are put right, and it is told; names are left alone', async () => {
  for (const [language, sentence, told, found] of [
    [
      'en',
      'show me teh opne deals',
      /^I read this as “show me the open deals”\./,
      ['renewal', 'small', 'anas'],
    ],
    ['en', 'lsit overdeu taksk', /^I read this as “list overdue tasks?”/, ['late']],
    [
      GERMAN,
      'zeig mir dei ofenen Deals',
      /^Gelesen als „zeig mir die offenen Deals“/,
      ['renewal', 'small', 'anas'],
    ],
  ] as const) {
    const answer = await sayIn(language, sentence)
    assert.match(answer.message.content, told)
    assert.deepEqual(idsOf(answer), named(...found), sentence)
  }
  const strange = await say('deals with Contakt')
  assert.ok(strange.warnings.some(({ code }: any) => code === 'PARTLY_UNDERSTOOD'))
  assert.match(
    (await say('draft an e-mail to Acme Nord')).message.content,
    /is a company; here it takes a contact, lead or deal/,
  )
})

test('one of several is meant by its measure, and what is dated for later is a task', async () => {
  const proposed = async (sentence: string) => {
    const { proposals, message } = await say(sentence)
    assert.equal(proposals.length, 1, `${sentence}: ${message.content}`)
    return Object.fromEntries(proposals[0].changes.map((change: any) => [change.field, change.new]))
  }
  assert.deepEqual(idsOf(await say('summarise my biggest open deal')), named('renewal'))
  assert.ok((await proposed('move my smallest open deal to Negotiation')).stageId)
  for (const sentence of ['call Jane Doe tomorrow at 2', 'remind me tomorrow at 14:00 to call Jane Doe']) {
    const task = await proposed(sentence)
    assert.deepEqual(
      [task.type, task.relatedId, task.dueAt.slice(11, 16)],
      ['CALL', ids.jane, '14:00'],
      sentence,
    )
  }
  assert.match((await say('how many calls did we log this week')).message.content, /\*\*1 interaction\*\*/)
  const unknown = await say('create a contact Mia Wong at Velgrove with email mia@velgrove.example')
  assert.deepEqual(unknown.proposals, [], 'the firm is no part of her name')
  assert.match(unknown.message.content, /no company “Velgrove”/)
  assert.match((await say('which competitor do we lose to most?')).message.content, /None was logged/)
  assert.match(
    (await sayIn(GERMAN, 'Welche Einwände hören wir am häufigsten?')).message.content,
    /Keine erfasst/,
  )
})

test('a sentence carries on from the one before, by what it spoke of', async () => {
  const { conversationId } = await say('what is the amount of Small deal?')
  const then = async (content: string, language = 'en') => {
    const body = { messages: [{ role: 'user', content }], conversationId, stream: false }
    return (await owner.post('/ai/chat', body, { headers: { 'accept-language': language } })).body
  }
  const proposed = async (content: string, language?: string) => {
    const { proposals, message } = await then(content, language)
    assert.equal(proposals.length, 1, `${content}: ${message.content}`)
    return proposals[0].changes.find(({ field }: any) => field === 'expectedCloseDate').new
  }
  assert.match(
    (await then('and what is its stage?')).message.content,
    /stage of .*Small deal.* is \*\*Prospecting/,
  )
  assert.equal(await proposed('and set its close date to 31 December 2031'), '2031-12-31')
  assert.equal(await proposed('then the close date to 30 December 2031'), '2031-12-30')
  assert.equal(await proposed('und das Abschlussdatum auf 29.12.2031', GERMAN), '2031-12-29')
  assert.match((await then('which company is it for?')).message.content, /no company/)
})

test('a list goes on in the next sentence: narrowed, with another time, counted, exported, in either language', async () => {
  const first = await say('show my open deals')
  assert.deepEqual(idsOf(first), named('renewal', 'small'))
  const goOn =
    (conversationId: string) =>
    async (content: string, language = 'en'): Promise<any> => {
      const body = { messages: [{ role: 'user', content }], conversationId, stream: false }
      return (await owner.post('/ai/chat', body, { headers: { 'accept-language': language } })).body
    }
  const then = goOn(first.conversationId)
  const narrowed = await then('only those over 10k')
  assert.deepEqual(idsOf(narrowed), named('renewal'))
  assert.match(narrowed.message.content, /^1 deal: of those before, amount over 10,000/)
  assert.match((await then('how many are there?')).message.content, /\*\*1 deal\*\* \(of those before\)/)
  assert.match((await then('export as excel')).message.content, /Download 1 deal as XLSX/)
  assert.deepEqual(idsOf(await then('davon die in Prospecting', GERMAN)), named('renewal'))
  assert.deepEqual(idsOf(await then('and in Negotiation?')), [], 'all that was said counts')
  assert.match(
    (await then('what is my win rate this year?')).message.content,
    /win rate/,
    'a question of its own',
  )
  const counted = await say('how many deals did we win this year?')
  const after = goOn(counted.conversationId)
  const year = Number(today.slice(0, 4))
  const before = (await after('and last year?')).message.content
  assert.match(before, new RegExp(`no deals.*otherwise as before, last year \\(${year - 1}-01-01`))
  assert.match(
    (await sayIn(GERMAN, 'Wie viel haben wir dieses Jahr gewonnen?')).message.content,
    /9\.000 USD/,
  )
  assert.match((await after('und dieses Jahr?', GERMAN)).message.content, /\*\*1 Deal\*\*/)
})

test('what was done is undone by a proposal of its own, and never mind is no riddle', async () => {
  await prepare()
  const deal = await made(owner, '/deals', { title: 'Undone', amount: 700 })
  const { conversationId } = await say('how many contacts are there?')
  const then = async (content: string, language = 'en'): Promise<any> => {
    const body = { messages: [{ role: 'user', content }], conversationId, stream: false }
    return (await owner.post('/ai/chat', body, { headers: { 'accept-language': language } })).body
  }
  const read = async () => (await owner.get(`/deals/${deal.id}`)).body
  assert.match((await then('undo that')).message.content, /nothing here that could be undone/)
  assert.match((await then('never mind')).message.content, /nothing has been changed/)
  assert.match((await then('vergiss es', GERMAN)).message.content, /nichts geändert/)
  assert.match((await then('yes')).message.content, /Nothing waits/)
  await then('mark Undone as lost because of the price')
  await then('yes')
  assert.deepEqual([(await read()).status, (await read()).lostReason], ['LOST', 'the price'])
  const undone = await then('mach das rückgängig', GERMAN)
  assert.equal(undone.proposals.length, 1, undone.message.content)
  assert.equal((await read()).status, 'LOST', 'nothing is done before the yes')
  await then('ja')
  assert.deepEqual([(await read()).status, (await read()).lostReason], ['OPEN', null])
  await then('create a task to water the plants tomorrow')
  const task = (await then('yes')).records[0]
  await then('undo it')
  await then('yes')
  assert.equal((await owner.get(`/tasks/${task.recordId}`)).status, 404)
  await then('create a task to feed the fish tomorrow')
  const fish = (await then('yes')).records[0]
  const cancelled = await then('cancel my task feed the fish')
  assert.deepEqual(
    cancelled.proposals[0].changes.find(({ field }: any) => field === 'progress').new,
    'CANCELLED',
  )
  await then('yes')
  assert.equal((await owner.get(`/tasks/${fish.recordId}`)).body.progress, 'CANCELLED')
  await owner.delete(`/deals/${deal.id}`)
})

test('a no that is not understood is never passed over, and names are nobody’s to translate', async () => {
  for (const [language, sentence] of [
    ['en', 'deals not about bananas'],
    ['en', 'companies without bananas'],
    ['en', "deals we didn't like"],
    [GERMAN, 'Deals, die nicht gelb sind'],
  ] as const) {
    const { message, warnings, records } = await sayIn(language, sentence)
    assert.match(message.content, /the answer would be wrong|wäre die Antwort falsch/, sentence)
    assert.equal(warnings[0].code, 'PARTLY_UNDERSTOOD')
    assert.deepEqual(records, [])
  }
  const people = await world()
  await made(people.owner, '/companies', { name: 'Between Company' })
  const told = async (content: string) => {
    const body = { messages: [{ role: 'user', content }], stream: false }
    return (await people.owner.post('/ai/chat', body, { headers: { 'accept-language': 'de' } })).body.message
      .content
  }
  assert.match(await told('wie viele Deals von Between Company gibt es'), /\(zu Between Company\)/)
  assert.match(await told('Deals von Ana'), /von Ana/)
  const other = await made(people.owner, '/pipelines', {
    name: 'Other',
    stages: [{ name: 'Elsewhere' }, { name: 'W', kind: 'WON' }, { name: 'L', kind: 'LOST' }],
  })
  assert.ok(other.id)
  await made(people.owner, '/deals', { title: 'Stuck one' })
  const refused = await told('verschiebe Stuck one nach Nirgendwo')
  assert.match(refused, /Prospecting/)
  assert.doesNotMatch(refused, /Elsewhere/, 'stages of another pipeline are none of its own')
  await made(people.owner, '/custom-fields', {
    entity: 'deal',
    key: 'tier',
    label: 'Tier',
    type: 'select',
    options: ['GOLD Plus'],
  })
  await made(people.owner, '/deals', { title: 'Tiered', customFields: { tier: 'GOLD Plus' } })
  assert.match(await told('was ist der Tier von Tiered'), /\*\*GOLD Plus\*\*/)
})

test('places are looked for in addresses: countries by any of their names, cities and states by their own', async () => {
  const people = await world({ recordVisibility: 'workspace' })
  const at = async (name: string, billingAddress: object, status = 'PROSPECT') => {
    const company = await made(people.owner, '/companies', { name, billingAddress, status })
    await made(people.owner, '/contacts', { firstName: `Of ${name}`, companyId: company.id })
    await made(people.owner, '/deals', { title: `With ${name}`, companyId: company.id })
  }
  await at('One', { city: 'Berlin', country: 'Germany' })
  await at('Two', { city: 'Bonn', country: 'Deutschland' }, 'CUSTOMER')
  await at('Three', { city: 'Dover', state: 'DE', country: 'USA' })
  await at('Four', { city: 'Austin', state: 'Texas', country: 'US' })
  await at('Six', { city: 'Bremen', country: 'DE' })
  await at('Five', { city: 'Lagos', country: 'Nigeria' })
  // A name that holds the place is not what “in” asks for.
  await made(people.owner, '/companies', { name: 'Germany Trade' })
  const told = async (content: string, language = 'en') => {
    const reply = await people.owner.post(
      '/ai/chat',
      { messages: [{ role: 'user', content }], stream: false },
      { headers: { 'Accept-Language': language } },
    )
    assert.equal(reply.status, 200, reply.text)
    return reply.body
  }
  const EXPECTED: Record<string, string[]> = {
    'companies in Germany': ['One', 'Six', 'Two'],
    'companies based in germany': ['One', 'Six', 'Two'],
    'companies in Berlin': ['One'],
    'companies in Texas': ['Four'],
    'companies in the USA': ['Four', 'Three'],
    'companies in Berlin or Austin': ['Four', 'One'],
    'companies not in Germany': ['Five', 'Four', 'Germany Trade', 'Three'],
    'companies in Niger': [],
    'contacts at companies in Germany': ['Of One', 'Of Six', 'Of Two'],
    'contacts at customers in Germany': ['Of Two'],
    'contacts in Texas': ['Of Four'],
    'deals with companies in Germany': ['With One', 'With Six', 'With Two'],
    'Firmen in Deutschland': ['One', 'Six', 'Two'],
    'Firmen aus Deutschland': ['One', 'Six', 'Two'],
    'Kontakte bei Firmen in Deutschland': ['Of One', 'Of Six', 'Of Two'],
    'Firmen mit Sitz in Berlin': ['One'],
    'Deals von Kunden in Deutschland': ['With Two'],
  }
  for (const [sentence, names] of Object.entries(EXPECTED)) {
    const { warnings, message } = await told(sentence, /firmen|kunden/i.test(sentence) ? GERMAN : 'en')
    const listed = [...message.content.matchAll(/^- \[([^\]]*)\]/gm)].map(([, title]) => title).sort()
    assert.deepEqual(listed, names, `${sentence}: ${message.content}`)
    assert.deepEqual(warnings, [], sentence)
  }
  assert.match(
    (await told('Firmen in Berlin', GERMAN)).message.content,
    /nach Rechnungsadresse, Lieferadresse/,
  )
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
  assert.match(await told("what's in the pipeline right now?"), /\*\*3 deals\*\* .*worth USD 150,500/)
  assert.match(await told('how many deals did we win this year'), /\*\*1 deal\*\* .*worth USD 9,000/)
  assert.match(await told('average deal size of open deals'), /USD 50,166\.67 on average/)
  assert.match(await told('how big is the moon'), /not understand/)
  assert.match(await told('count contacts'), /\*\*2 contacts\*\*/)
  assert.match(await told('how many deals has Acme'), /\*\*1 deal\*\* \(of Acme\)/)
  assert.match(await told('what is the average size of open deals'), /USD 50,166\.67 on average/)
  assert.match(await told('total won amount by owner'), /- Olga: 1 · USD 9,000/)
  assert.match(await told('revenue this year'), /\*\*1 deal\*\* .*worth USD 9,000/)
  assert.match(await told('forecast for this month'), /\*\*2 deals\*\* .*worth USD 150,000/)
  assert.match(await told('how many deals tagged vip did we win'), /\*\*1 deal\*\*/)
  assert.match(await told('how many won deals in 2017'), /\*\*no deals\*\* \(in 2017 \(2017-01-01/)
  assert.match(
    await told(`total amount of won deals by month in ${today.slice(0, 4)}`),
    /- [A-Z][a-z]+ \d{4}: 1 · USD 9,000/,
  )
  for (const question of ['who won the most deals?', 'who won most', 'who sold the most', 'best sales rep'])
    assert.match(await told(question), /\*\*1 deal\*\* \(won\)[^-]*- Olga: 1 · USD 9,000/, question)
  assert.match(await told('which company bought the most?'), /\*\*1 deal\*\* \(won\).*\n\n- none: 1/)
  assert.match(
    (await sayIn(GERMAN, 'Wer hat am meisten gewonnen?')).message.content,
    /\*\*1 Deal\*\* \(gewonnen\)[^-]*- Olga: 1 · 9\.000 USD/,
  )
  assert.match(await told('companies by employees'), /^2 companies\.\n\n- \[Acme\]/)
  // Of two pipelines one has a stage that is called as deals are that were won.
  const won = { name: 'Won', kind: 'WON' }
  await made(owner, '/pipelines', { name: 'Other', stages: [{ name: 'Begun' }, won] })
  assert.match(await told('how many won deals'), /\*\*1 deal\*\* \(won\)/)
  assert.match(await told('how many deals in stage Won'), /\*\*no deals\*\* \(in Won\)/)
  await made(owner, '/deals', { title: 'Elsewhere', amount: 70, currency: 'EUR', tags: ['euro'] })
  assert.match(await told('how many deals tagged euro'), /worth EUR 70 in all/)
  assert.match(await told('how many open deals in EUR'), /\*\*1 deal\*\* \(in EUR, open\)/)
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
  // The same in the words of those who sell.
  'bump Small deal to 75k': { amount: 75_000 },
  'push the close date of Small deal to 2027-03-05': { expectedCloseDate: '2027-03-05' },
  'advance Small deal': { probability: 25 },
  'we lost Small deal to a competitor': { status: 'LOST', lostReason: 'a competitor' },
  'close Small deal as lost, too expensive': { status: 'LOST', lostReason: 'too expensive' },
  'new deal: Acme expansion, 45k, closing on 1 March 2027': {
    title: 'Acme expansion',
    amount: 45_000,
    expectedCloseDate: '2027-03-01',
  },
  'create a new opportunity for Acme worth 30k': { title: 'Acme', amount: 30_000 },
  'I just spoke with Jane Doe, they want a demo': { type: 'CALL', content: 'They want a demo' },
  'schedule a call with Jane Doe on 5 March 2027 at 2': {
    title: 'Call Jane Doe',
    type: 'CALL',
    dueAt: '2027-03-05T14:00:00.000Z',
  },
  'follow up with Jane Doe on 5 March 2027': { title: 'Follow up with Jane Doe', type: 'FOLLOW_UP' },
  'qualify Lena Stone': { stage: 'QUALIFIED' },
}

for (const [sentence, wanted] of some(Object.entries(WRITES), 0, 2))
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

/** As somebody says it whose client asks for these languages. */
const sayIn = async (acceptLanguage: string | undefined, content: string) => {
  await prepare()
  const headers: Record<string, string> = acceptLanguage ? { 'accept-language': acceptLanguage } : {}
  const reply = await owner.post(
    '/ai/chat',
    { messages: [{ role: 'user', content }], stream: false },
    { headers },
  )
  assert.equal(reply.status, 200, reply.text)
  return reply.body
}

test('a date in figures is read as its writer’s country writes it, and asked back where that is not known', async () => {
  const due = async (language: string | undefined, date: string) => {
    const { proposals, message } = await sayIn(language, `remind me to send the offer on ${date}`)
    return (
      proposals[0]?.changes.find((change: any) => change.field === 'dueAt').new.slice(0, 10) ??
      message.content
    )
  }
  assert.equal(await due('en-US,en;q=0.9', '3/4/2027'), '2027-03-04')
  assert.equal(await due('en-GB', '3/4/2027'), '2027-04-03')
  assert.equal(await due('de', '3/4/2027'), '2027-04-03')
  assert.equal(await due('de', '3.4.2027'), '2027-04-03')
  assert.equal(await due('en-US', '3.4.2027'), '2027-04-03', 'with dots the day stands first everywhere')
  assert.equal(await due('en-US', '23/4/2027'), '2027-04-23', 'what can be one day alone is that day')
  assert.match(await due(undefined, '3/4/2027'), /2027-04-03 or 2027-03-04/)
  assert.match(await due('en', '3/4/2027'), /2027-04-03 or 2027-03-04/)
  const list = await sayIn('en-GB', 'deals created before 3/4/2027')
  assert.match(list.message.content, /until 2027-04-02/)
  const note = await sayIn(undefined, 'add a note to Acme: they met on 3/4/2027')
  assert.equal(
    note.proposals[0].changes.find((change: any) => change.field === 'body').new,
    'They met on 3/4/2027',
  )
})

test('records of the same name are told apart by what is known of them', async () => {
  await prepare()
  for (const amount of [100, 300, 300]) await owner.post('/deals', { title: 'Twin sale', amount })
  const { message, conversationId } = await sayIn('en', 'set the amount of Twin sale to 500')
  const lines = message.content.split('\n').filter((line: string) => /^\d\. /.test(line))
  const facts = lines.map((line: string) => line.split('(deal) · ')[1])
  assert.equal(new Set(lines).size, 3)
  assert.deepEqual(facts.map((one: string) => /^[A-Z]{3} (\d+)/.exec(one)?.[1]).sort(), ['100', '300', '300'])
  const { parts } = (await owner.get(`/ai/conversations/${conversationId}`)).body.messages[1]
  const { options } = parts.find((part: any) => part.type === 'question').question
  assert.deepEqual(
    options.map((option: any) => option.facts),
    facts,
  )
})

test('what is meant for many is not done to one, and a search’s find in a text is no name', async () => {
  for (const order of [
    'delete all deals',
    'move every open deal to Negotiation',
    'tag all my contacts with vip',
  ]) {
    const { message, proposals } = await sayIn('en', order)
    assert.match(message.content, /one record at a time/, order)
    assert.deepEqual(proposals, [], order)
  }
  const { message } = await sayIn('en', 'delete scanners')
  assert.match(message.content, /found no “scanners”/)
})

test('German commands propose what they would write, and a plain ja does it', async () => {
  /** What the one proposal of a sentence would set, by field. */
  const proposed = async (sentence: string) => {
    const { proposals, message } = await sayIn(GERMAN, sentence)
    assert.equal(proposals.length, 1, `${sentence}: ${message.content}`)
    assert.match(message.content, /würde ich tun/)
    return Object.fromEntries(proposals[0].changes.map((change: any) => [change.field, change.new]))
  }
  assert.equal((await proposed('Setze den Betrag von Small deal auf 750')).amount, 750)
  assert.equal((await proposed('Markiere Small deal als verloren wegen Preis')).lostReason, 'Preis')
  assert.ok((await proposed('Verschiebe Small deal nach Negotiation')).stageId)
  assert.equal((await proposed(`Weise Small deal ${ana.name} zu`)).ownerId, ana.id)
  assert.deepEqual((await proposed('Tagge Jane Doe mit wichtig')).tags, ['wichtig'])
  const task = await proposed('Erinnere mich am 3.4.2027, Jane Doe anzurufen')
  assert.deepEqual(
    [task.title, task.type, task.dueAt.slice(0, 10)],
    ['Jane Doe anrufen', 'CALL', '2027-04-03'],
  )
  const call = await proposed('Protokolliere einen Anruf mit Jane Doe: über Preise gesprochen')
  assert.deepEqual([call.type, call.content, call.contactId], ['CALL', 'Über Preise gesprochen', ids.jane])
  assert.equal((await proposed('Notiz zu Acme renewal: Budget im März')).body, 'Budget im März')
  const { conversationId } = await sayIn(GERMAN, 'Erstelle einen Deal Neubau über 5k')
  const yes = await owner.post(
    '/ai/chat',
    { messages: [{ role: 'user', content: 'ja' }], conversationId, stream: false },
    { headers: { 'accept-language': GERMAN } },
  )
  assert.match(yes.body.message.content, /^Erledigt: /)
  const { rows } = (await owner.get('/deals?q=Neubau')).body
  assert.deepEqual(
    rows.map(({ title, amount }: any) => [title, amount]),
    [['Neubau', 5000]],
  )
})

test('what is refused in German is told in German', async () => {
  for (const [sentence, told] of [
    [
      'Verschiebe Small deal nach Mondphase',
      /^Small deal lässt sich nicht nach „Mondphase“ verschieben\. Möglich ist: /,
    ],
    ['Setze den Betrag von Small deal auf viel', /„viel“ ist keine Zahl für amount/],
    ['Übergib Small deal an Rumpelstilz', /^Hier heißt niemand „Rumpelstilz“/],
    ['Setze das Abschlussdatum von Small deal auf irgendwann', /„irgendwann“ ist kein Datum für /],
    [
      'Setze den Betrag von Small deal auf 99999999999999999',
      /^Das geht nicht: eine Angabe stimmt nicht; amount [a-zäöüß]/,
    ],
    ['Xyzzy plugh', /^„Xyzzy plugh“ habe ich nicht verstanden/],
  ] as const) {
    const { message, proposals } = await sayIn(GERMAN, sentence)
    assert.deepEqual(proposals, [], sentence)
    assert.match(message.content, told, sentence)
    assert.doesNotMatch(message.content, /\b(?:must|cannot|is not|there is)\b/i, sentence)
  }
})

test('how we do, why, and what to do next are answered by the records', async () => {
  const rate = await say('what is my win rate?')
  assert.match(rate.message.content, /win rate is \*\*100\u202f%\*\*: 1 of 1 closed deal was won/)
  assert.ok(rate.warnings.some(({ code }: any) => code === 'COLD_START'))
  assert.match((await say('what was our win rate last year?')).message.content, /no win rate/)
  for (const [sentence, told] of [
    ['win rate by owner', /\n\n- \S.*: 100\u202f% \(of 1\)\n\n\[Wins/],
    ['our win rate per month', /\n\n- \S+ 20\d\d: 100\u202f% \(of 1\)\n\n\[Wins/],
    ['win rate by colour', /did not understand: “by colour”/],
  ] as const)
    assert.match((await say(sentence)).message.content, told)
  assert.match((await say('why do we lose?')).message.content, /Won 1 of 1 closed deal/)
  for (const [sentence, name, told] of [
    ['what are our chances with Small deal?', 'small', /The chance to win it is \*\*\d+\u202f%\*\*/],
    ['why did we win Won one?', 'won', /Won one.*won/i],
  ] as const) {
    const answer = await say(sentence)
    assert.deepEqual(idsOf(answer), [ids[name]])
    assert.match(answer.message.content, told)
    assert.ok(answer.warnings.some(({ code }: any) => code === 'COLD_START'))
  }
  const hot = await say('who are my hottest leads')
  assert.deepEqual(idsOf(hot), named('lena', 'paul'))
  assert.match(hot.message.content, /Of 2 leads .* \d+ of 100/s)
  assert.ok(hot.warnings.some(({ code }: any) => code === 'COLD_START'))
  const next = await say('what should I do next?')
  assert.match(next.message.content, /\d\. .*Send the offer/)
  assert.ok(idsOf(next).includes(ids.late!))
  const german = await sayIn(GERMAN, 'Wie hoch ist unsere Gewinnquote?')
  assert.match(german.message.content, /Die Gewinnquote ist \*\*100\u202f%\*\*/)
  assert.match(
    (await sayIn(GERMAN, 'Gewinnquote nach Besitzer')).message.content,
    /\n\n- \S.*: 100\u202f% \(von 1\)\n/,
  )
  assert.match((await sayIn(GERMAN, 'Warum verlieren wir Deals?')).message.content, /^Gewonnen: 1 von 1/)
  assert.match((await sayIn(GERMAN, 'Was soll ich als Nächstes tun?')).message.content, /^Sie haben: /)
})

test('what hangs on records, and that nothing does, is asked in both languages', async () => {
  const people = await world()
  const { owner } = people
  const company = async (name: string, country: string) =>
    (await made(owner, '/companies', { name, industry: `${name}-ing`, billingAddress: { country } })).id
  const [busy, idle] = [await company('Busy', 'Norway'), await company('Idle', 'Chile')]
  const contact = async (firstName: string, companyId: string) =>
    (await made(owner, '/contacts', { firstName, companyId })).id
  const [ida] = [await contact('Ida', busy), await contact('Kai', idle)]
  const deal = await made(owner, '/deals', { title: 'Planned', companyId: busy, amount: 60 })
  await made(owner, '/deals', { title: 'Loose', companyId: busy, amount: 10 })
  await made(owner, '/deals', { title: 'Old', companyId: busy, status: 'WON', amount: 20 })
  await made(owner, '/tasks', { title: 'Do', relatedType: 'deal', relatedId: deal.id })
  await made(owner, '/activities', { type: 'CALL', contactId: ida, subject: 'Hi' })
  const ask = async (language: string, content: string) => {
    const body = { messages: [{ role: 'user', content }], stream: false }
    const reply = await owner.post('/ai/chat', body, { headers: { 'accept-language': language } })
    assert.equal(reply.status, 200, reply.text)
    return reply.body
  }
  const found = async (language: string, sentence: string) =>
    (await ask(language, sentence)).records.map(({ title }: any) => title).sort()
  for (const [language, sentence, expected] of [
    ['en', 'companies without deals', ['Idle']],
    ['en', 'companies with no open deals', ['Idle']],
    ['en', 'which companies have open deals?', ['Busy']],
    ['en', 'companies with deals over 50', ['Busy']],
    ['en', 'companies with open deals over 70', []],
    ['en', 'companies without open tasks', ['Idle']],
    ['en', 'contacts without activities', ['Kai']],
    ['en', 'contacts with calls this year', ['Ida']],
    ['en', 'contacts without meetings', ['Ida', 'Kai']],
    ['en', 'deals with no open task', ['Loose', 'Old']],
    ['en', 'deals with no next step', ['Loose']],
    ['de', 'Firmen ohne Deals', ['Idle']],
    ['de', 'Firmen, die keine Deals haben', ['Idle']],
    ['de', 'Welche Firmen haben keine offenen Deals?', ['Idle']],
    ['de', 'Firmen mit gewonnenen Deals in diesem Jahr', ['Busy']],
    ['de', 'Firmen, die offene Deals haben', ['Busy']],
    ['de', 'Kontakte ohne Anrufe in diesem Jahr', ['Kai']],
    ['de', 'Deals ohne nächsten Schritt', ['Loose']],
    ['de', 'Deals ohne offene Aufgaben', ['Loose', 'Old']],
  ] as const)
    assert.deepEqual(await found(language, sentence), expected, sentence)
  for (const [language, sentence, expected] of [
    ['en', 'companies by country', /\*\*2 companies\*\*.*- Chile: 1\n- Norway: 1/s],
    ['en', 'how many deals are in each country', /- Norway: 3/],
    ['en', 'open deals by industry', /- Busy-ing: 2 /],
    ['en', 'how many companies have open deals?', /\*\*1 company\*\* \(with deals \(open\)\)/],
    ['de', 'Firmen nach Land', /- Chile: 1/],
    ['de', 'Wie viele Firmen haben offene Deals?', /\*\*1 Firma\*\* \(mit Deals \(offen\)\)/],
    ['de', 'Deals nach Branche', /- Busy-ing: 3 /],
    ['en', 'companies without yellow deals', /the answer would be wrong.*For example/s],
  ] as const)
    assert.match((await ask(language, sentence)).message.content, expected, sentence)
})

test('an amount is raised by a share or a sum, and several orders of one sentence are proposed together', async () => {
  const { owner } = await world()
  const deal = await made(owner, '/deals', { title: 'Harbour – 7 × Crane', amount: 1000, currency: 'EUR' })
  const yen = await made(owner, '/deals', { title: 'Osaka', amount: 1005, currency: 'JPY' })
  await made(owner, '/activities', { type: 'CALL', dealId: deal.id, subject: 'Harbour – 7 × Crane' })
  await made(owner, '/contacts', { firstName: 'Jane', lastName: 'Doe' })
  let conversationId: string | undefined
  const ask = async (content: string, language = 'en') => {
    const body = { messages: [{ role: 'user', content }], stream: false, conversationId }
    const reply = await owner.post('/ai/chat', body, { headers: { 'accept-language': language } })
    assert.equal(reply.status, 200, reply.text)
    return reply.body
  }
  for (const [language, sentence, amount] of [
    ['en', 'add 10% to deal Harbour', 1100],
    ['en', 'increase the amount of “Harbour – 7 × Crane” by 2.5 percent', 1025],
    ['en', 'lower Harbour by 200', 800],
    ['en', 'take 5% off Harbour', 950],
    ['de', 'Erhöhe den Betrag von „Harbour – 7 × Crane“ um 10 %', 1100],
    ['de', 'Senke ”Harbour – 7 × Crane” um 100', 900],
    ['en', 'raise Osaka by 10%', 1106],
  ] as const) {
    const { proposals, message } = await ask(sentence, language)
    assert.deepEqual(
      proposals.map((one: any) => one.changes.map(({ field, new: now }: any) => [field, now])),
      [[['amount', amount]]],
      `${sentence}: ${message.content}`,
    )
  }
  assert.match((await ask('add 5 USD to Harbour')).message.content, /is in EUR, not in USD/)
  assert.equal((await owner.get(`/deals/${yen.id}`)).body.version, 1)
  for (const [language, sentence] of [
    ['en', 'move Harbour to Negotiation, set its amount to 2k and create a task to call tomorrow'],
    [
      'de',
      'Verschiebe Harbour nach Negotiation, setze den Betrag auf 2k und erinnere mich morgen, anzurufen',
    ],
  ] as const) {
    conversationId = undefined
    const both = await ask(sentence, language)
    assert.deepEqual(
      both.proposals.map(({ recordType, changes }: any) => [
        recordType,
        changes.find(({ field }: any) => field === 'relatedId')?.new,
        changes.find(({ field }: any) => field === 'amount')?.new,
        changes.some(({ field }: any) => field === 'stageId'),
      ]),
      [
        ['deal', undefined, 2000, true],
        ['task', deal.id, undefined, false],
      ],
      both.message.content,
    )
    conversationId = both.conversationId
    await ask('no', language)
  }
  conversationId = undefined
  const [one, ...none] = (await ask('remind me to call Jane Doe and send the offer')).proposals
  assert.equal(one.changes[0].new, 'Call Jane Doe and send the offer')
  assert.deepEqual(none, [], 'what is to be remembered is told freely')
  const both = await ask('move Harbour to Nowhere and create a task to call')
  assert.deepEqual(both.proposals, [], 'where one of them cannot be, nothing is proposed')
  assert.match(both.message.content, /cannot be moved to/)
  const asked = await ask('move Harbour to Negotiation and create a task to call')
  conversationId = asked.conversationId
  await ask('yes')
  assert.match((await owner.get(`/deals/${deal.id}`)).body.stageId, /./)
  assert.equal((await owner.get(`/deals/${deal.id}/tasks`)).body.total, 1)
})

test('what falls due is what is not settled yet', async () => {
  const { owner } = await world()
  const tomorrow = addDays(today, 1)
  const invoice = async (status: string) => {
    const { id } = await made(owner, '/invoices', { title: 'Due', amount: 10, dueAt: tomorrow })
    for (const step of status === 'PAID' ? ['SENT', 'PAID'] : [status])
      if (step !== 'DRAFT') assert.equal((await owner.patch(`/invoices/${id}`, { status: step })).status, 200)
    return id
  }
  const [sent, paid, voided] = [await invoice('SENT'), await invoice('PAID'), await invoice('VOID')]
  const ask = async (content: string) =>
    (await owner.post('/ai/chat', { messages: [{ role: 'user', content }], stream: false })).body
  const ids = async (content: string) => (await ask(content)).records.map(({ recordId }: any) => recordId)
  assert.deepEqual(await ids('invoices due tomorrow'), [sent])
  assert.deepEqual(await ids('paid invoices due tomorrow'), [paid])
  assert.deepEqual(await ids('void invoices due tomorrow'), [voided])
  assert.match((await ask('how many invoices are due tomorrow?')).message.content, /\*\*1 invoice\*\*/)
})

test('salespeople ask for pipeline, forecast, stuck deals, competitors and who wrote, and the figures are those of the records', async () => {
  const { owner } = await world()
  const stages = (await owner.get('/stages')).body.rows
  const company = await made(owner, '/companies', { name: 'Birch' })
  const deal = (title: string, more: object = {}) =>
    made(owner, '/deals', { title, companyId: company.id, amount: 100, expectedCloseDate: today, ...more })
  const [fresh, stuck] = [await deal('Fresh'), await deal('Stuck', { amount: 50 })]
  await deal('Won', { status: 'WON', amount: 7 })
  await deal('Later', { expectedCloseDate: addDays(today, 400) })
  await owner.inWorkspace(tx =>
    tx.session.rows(
      `update deals set stage_entered_at = now() - interval '45 days', created_at = now() - interval '45 days' where workspace_id = $1::uuid and id = $2::uuid`,
      [owner.workspaceId, stuck.id],
    ),
  )
  const talk = (subject: string, direction: string, more: object = {}) =>
    made(owner, '/activities', { type: 'EMAIL', subject, direction, companyId: company.id, ...more })
  await talk('Theirs', 'INBOUND', { dealId: fresh.id, competitors: ['Velgrove'], content: 'They are cheap.' })
  await talk('Ours', 'OUTBOUND')
  const { id, invoiceNumber: bill } = await made(owner, '/invoices', { title: 'Bill', amount: 30 })
  await owner.patch(`/invoices/${id}`, { status: 'SENT' })
  const ask = async (content: string, language = 'en') => {
    const body = { messages: [{ role: 'user', content }], stream: false }
    const reply = await owner.post('/ai/chat', body, { headers: { 'accept-language': language } })
    assert.equal(reply.status, 200, reply.text)
    return reply.body
  }
  const stage = stages.find((one: any) => one.id === fresh.stageId).name
  for (const [language, sentence, expected] of [
    ['en', 'how is our pipeline?', new RegExp(`3 deals.*worth USD 250.*- ${stage}: 3 `, 's')],
    ['de', 'Wie sieht meine Pipeline aus?', /3 Deals.*Ihre.*250 USD/s],
    ['en', 'forecast this year by owner', /2 deals.*closing this year.*worth USD 150/],
    ['de', 'Prognose für dieses Jahr', /2 Deals.*Abschluss dieses Jahr.*150 USD/],
    ['en', 'won vs lost this year', /100\W*%.*1 of 1 closed deal/],
    ['en', 'how long does it take to win a deal', /1 deal.*0 days on average/],
    ['en', 'who is our best customer', /- Birch: 1 · USD 7/],
    ['en', 'how much did Olga win this year', /1 deal.*worth USD 7/],
    ['de', 'Wie viel hat Olga dieses Jahr gewonnen?', /1 Deal.*7 USD/],
    ['de', 'Wie viel ist offen?', /1 Rechnung.*30 USD/],
    ['en', 'how many new deals this week', /created this week/],
  ] as const)
    assert.match((await ask(sentence, language)).message.content, expected, sentence)
  for (const [language, sentence, expected] of [
    ['en', 'which deals are stuck?', ['Stuck']],
    ['de', 'Welche Deals stecken fest?', ['Stuck']],
    ['en', 'deals created before yesterday', ['Stuck']],
    ['en', 'deals where Velgrove was mentioned', ['Fresh']],
    ['en', 'deals mentioning a competitor', ['Fresh']],
    ['de', 'Deals, in denen Velgrove genannt wurde', ['Fresh']],
    ['en', 'last email from Birch', ['Theirs']],
    ['en', 'e-mails to Birch', ['Ours']],
    ['en', 'open invoices', [bill]],
  ] as const) {
    const { records, message } = await ask(sentence, language)
    assert.deepEqual(
      records.map(({ title }: any) => title).sort(),
      expected,
      `${sentence}: ${message.content}`,
    )
  }
  const said = (await ask('Deals in diesem Jahr, die gelb anrufen', 'de')).message.content
  assert.doesNotMatch(
    said,
    /Gelesen als/,
    'what is not understood in other words either is told as it was said',
  )
})

test('figures are those of the analyses: weighted forecast, conversion, who has the most, losses to a rival or for a reason', async () => {
  const { owner, ana } = await world({ recordVisibility: 'workspace' })
  const day = addDays(today, 3)
  const deal = (person: Person, title: string, more: object = {}) =>
    made(person, '/deals', { title, amount: 1000, expectedCloseDate: day, ...more })
  await deal(owner, 'Half', { probability: 50 })
  await deal(ana, 'Fifth', { probability: 20, amount: 500 })
  const rival = await deal(owner, 'Rival', { status: 'LOST', lostReason: 'Competitor', amount: 7 })
  await deal(owner, 'Dear', { status: 'LOST', lostReason: 'Too expensive', amount: 8 })
  await deal(owner, 'Late', { status: 'LOST', lostReason: 'Timing', amount: 9 })
  await deal(ana, 'Won', { status: 'WON', amount: 300 })
  await made(owner, '/activities', {
    type: 'CALL',
    dealId: rival.id,
    competitors: ['Velgrove'],
    content: 'They chose Velgrove.',
  })
  for (const [name, source, isWon] of [
    ['A', 'Fair', true],
    ['B', 'Fair', false],
    ['C', 'Web', false],
  ] as const) {
    const lead = await made(owner, '/leads', { name, source })
    if (isWon)
      assert.equal((await owner.post(`/leads/${lead.id}/convert`, { createDeal: false })).status, 200)
  }
  const ask = async (content: string, language = 'en') => {
    const body = { messages: [{ role: 'user', content }], stream: false }
    const reply = await owner.post('/ai/chat', body, { headers: { 'accept-language': language } })
    assert.equal(reply.status, 200, reply.text)
    return reply.body
  }
  const forecast = (await owner.get('/analytics/forecast')).body.months
  assert.equal(
    forecast.reduce((sum: number, { weighted }: any) => sum + weighted, 0),
    600,
  )
  const year = Number(today.slice(0, 4))
  for (const [language, sentence, expected] of [
    [
      'en',
      'what is our weighted forecast for the next 30 days',
      /\*\*USD 600\*\*: 2 open deals \(closing the next 30 days.*worth USD 1,500 in all/,
    ],
    ['en', 'weighted forecast by owner', /- Olga: USD 500 · 1\n- Ana: USD 100 · 1/],
    [
      'de',
      'Wie hoch ist unsere gewichtete Prognose?',
      /Die gewichtete Prognose ist \*\*600 USD\*\*: 2 offene Deals/,
    ],
    [
      'en',
      'what share of leads did we convert this year, by source',
      /\*\*33\W%\*\* of the leads were converted: 1 of 3.*- Fair: 50\W% \(of 2\)\n- Web: 0/s,
    ],
    [
      'de',
      'Welchen Anteil der Leads haben wir dieses Jahr konvertiert?',
      /\*\*33\W%\*\* der Leads wurden umgewandelt: 1 von 3/,
    ],
    ['en', 'what is Ana’s weighted forecast', /\*\*USD 100\*\*: 1 open deal \(/],
    ['en', 'who created the most leads this week', /- Olga: 3/],
    ['en', 'how many deals did we lose to Velgrove this year', /\*\*1 deal\*\*/],
    ['en', 'conversion rate by source', /- Fair: 50\W% \(of 2\)/],
    ['en', 'share of leads converted from Fair', /\*\*50\W%\*\* .*1 of 2/],
    ['en', 'what did I do today', /3 leads created/],
    ['en', 'who has the most open deals', /- Olga: 1 · USD 1,000\n- Ana: 1 · USD 500/],
    ['en', 'which source brings the most leads', /- Fair: 2\n- Web: 1/],
    ['en', 'how many deals did each rep win this year', /\*\*1 deal\*\*.*- Ana: 1 · USD 300/s],
    ['de', 'Wer hat die meisten offenen Deals?', /- Olga: 1 · 1\.000 USD/],
    [
      'en',
      'how is the team doing this month',
      /1 won\*\*, worth USD 300, 3 lost, 1 calls, mails and meetings/,
    ],
    [
      'en',
      'compare this year with last year',
      new RegExp(`${year}-01-01 to ${today}: \\*\\*1 won.*${year - 1}-12-31: \\*\\*0 won`, 's'),
    ],
    ['en', 'in which stage do we lose the most deals', /Of 6 deals made.*most were lost in \*\*Prospecting/],
    ['en', 'how many new leads this week', /\*\*3 leads\*\*/],
    ['en', 'who has not logged in this month', /not understand/],
  ] as const)
    assert.match((await ask(sentence, language)).message.content, expected, sentence)
  for (const [language, sentence, expected] of [
    ['en', 'which deals did we lose to Velgrove', ['Rival']],
    ['en', 'deals lost to a competitor this year', ['Rival']],
    ['en', 'deals lost because of price', ['Dear']],
    ['en', 'deals lost due to timing this month', ['Late']],
    ['en', 'deals lost because of price last year', []],
    ['en', 'deals won against Velgrove', []],
    ['de', 'Welche Deals haben wir diesen Monat gegen Velgrove gewonnen?', []],
    ['de', 'Welche Deals haben wir an Velgrove verloren?', ['Rival']],
    ['de', 'Deals, die wegen des Preises verloren gingen', ['Dear']],
    ['en', 'which deals have i not touched in two weeks', []],
    [
      'de',
      'Welche Deals werden diesen Monat abgeschlossen?',
      day.slice(0, 7) === today.slice(0, 7) ? ['Fifth', 'Half'] : [],
    ],
  ] as const) {
    const { records, message, warnings } = await ask(sentence, language)
    assert.deepEqual(
      records.map(({ title }: any) => title).sort(),
      expected,
      `${sentence}: ${message.content}`,
    )
    assert.deepEqual(warnings, [], sentence)
  }
  for (const stage of ['NEW', 'UNQUALIFIED']) await made(owner, '/leads', { name: `A ${stage} lead`, stage })
  await owner.inWorkspace(async tx => {
    for (const table of ['deals', 'leads'])
      await tx.session.rows(
        `update ${table} set updated_at = now() - interval '20 days', created_at = now() - interval '20 days' where workspace_id = $1::uuid`,
        [owner.workspaceId],
      )
  })
  const worked = (await ask('leads not touched in two weeks')).message.content
  assert.match(worked, /A NEW lead/)
  assert.doesNotMatch(worked, /UNQUALIFIED|\bconverted/)
  const quiet = (await ask('which deals have i not touched in two weeks')).records
  assert.deepEqual(
    quiet.map(({ title }: any) => title),
    ['Half'],
    'of the open ones that are hers',
  )
})

test('what was done and changed, by whom, and who is here', async () => {
  const { owner, ana } = await world({ recordVisibility: 'workspace' })
  await made(ana, '/activities', { type: 'CALL', subject: 'Hello call' })
  const task = await made(ana, '/tasks', { title: 'Do it' })
  await ana.put(`/tasks/${task.id}/complete`)
  await made(ana, '/deals', { title: 'Fine', status: 'WON', amount: 40 })
  const gone = await made(ana, '/companies', { name: 'Gone Ltd' })
  await ana.delete(`/companies/${gone.id}`)
  const ask = async (content: string, person = owner, language = 'en') => {
    const body = { messages: [{ role: 'user', content }], stream: false }
    const reply = await person.post('/ai/chat', body, { headers: { 'accept-language': language } })
    assert.equal(reply.status, 200, reply.text)
    return reply.body.message.content
  }
  const done =
    /\*\*Ana\*\*.*1 call, 1 task completed, 1 deal created and 1 deal won \(USD 40\)\..*Hello call/s
  assert.match(await ask('what did Ana do this week'), done)
  assert.match(await ask('what did I do this week', ana), /\*\*You\*\*.*1 call, 1 task completed/)
  assert.match(
    await ask('was hat Ana diese Woche gemacht', owner, 'de'),
    /\*\*Ana\*\*.*1 Anruf, 1 Aufgabe erledigt, 1 Deal angelegt/,
  )
  assert.match(await ask('what did Ana do last year'), /Nothing that you may see is on record/)
  const changes = await ask('what changed since yesterday')
  assert.match(changes, /1 deal created.*\[Fine\]\(\/deals\//s)
  assert.match(await ask('was hat sich seit gestern geändert', ana, 'de'), /1 Deal angelegt/)
  assert.match(
    await ask('who deleted something this week'),
    /1 company deleted\.\n\n- .*Ana: Gone Ltd deleted/,
  )
  assert.match(await ask('how many users do we have'), /\*\*\d+ active members\*\*.*- Ana · MEMBER/s)
  assert.match(await ask('who has admin rights'), /- Olga · OWNER/)
  for (const email of ['one@same.example', 'two@same.example'])
    await made(ana, '/contacts', { firstName: 'Sam', lastName: 'Twice', phone: '+4930901820', email })
  await until(async () => (await owner.get('/contacts/duplicates')).body.total > 0)
  assert.match(await ask('are there duplicate contacts'), /\*\*1\*\* groups.*Sam Twice.*Sam Twice/s)
})

test('all orders of one sentence are undone together', async () => {
  const { owner } = await world()
  let conversationId: string | undefined
  const then = async (content: string) => {
    const body = { messages: [{ role: 'user', content }], conversationId, stream: false }
    const reply = await owner.post('/ai/chat', body)
    conversationId = reply.body.conversationId
    return reply.body
  }
  const deal = await made(owner, '/deals', { title: 'Quayside', amount: 700 })
  const { stageId } = (await owner.get(`/deals/${deal.id}`)).body
  await then('move Quayside to Negotiation, set its amount to 2k and create a task to call tomorrow')
  await then('yes')
  assert.equal((await owner.get(`/deals/${deal.id}/tasks`)).body.total, 1)
  const undone = await then('undo that')
  assert.deepEqual(
    undone.proposals.map(({ title }: any) => title.slice(0, 5)),
    ['Undo:', 'Undo:'],
    undone.message.content,
  )
  await then('yes')
  const read = (await owner.get(`/deals/${deal.id}`)).body
  assert.deepEqual([read.amount, read.stageId, read.status], [700, stageId, 'OPEN'])
  assert.equal((await owner.get(`/deals/${deal.id}/tasks`)).body.total, 0)
})
