import assert from 'node:assert/strict'
import { test } from 'node:test'
import { addDays } from '#core/record/relative-time.ts'
import { importing } from '#features/imports/testing.ts'
import { type Person, useProgram, world } from '#test/world.ts'

useProgram()

const today = new Date().toISOString().slice(0, 10)
let owner: Person
let ben: Person

const made = async (person: Person, path: string, body: object): Promise<any> => {
  const reply = await person.post(path, body)
  assert.equal(reply.status, 201, reply.text)
  return reply.body
}
const ask = async (content: string, language = 'en', who = owner): Promise<any> => {
  const body = { messages: [{ role: 'user', content }], stream: false }
  const reply = await who.post('/ai/chat', body, { headers: { 'accept-language': language } })
  assert.equal(reply.status, 200, reply.text)
  return reply.body
}
const said = async (content: string, language?: string, who?: Person): Promise<string> =>
  (await ask(content, language, who)).message.content
/** What the one proposal would change, by field. */
const proposedBy = async (content: string, language?: string) => {
  const { proposals, message } = await ask(content, language)
  assert.equal(proposals.length, 1, `${content}: ${message.content}`)
  return Object.fromEntries(proposals[0].changes.map((one: any) => [one.field, one.new]))
}

let company: any
/** Records of every kind, made once for all sentences. */
async function fill() {
  const people = await world()
  owner = people.owner
  ben = people.ben
  company = await made(owner, '/companies', { name: 'Everland Campus', industry: 'Retail' })
  const mill = await made(owner, '/companies', { name: 'Millbrook', industry: 'Logistics' })
  const contact = await made(owner, '/contacts', {
    firstName: 'Joanna',
    lastName: 'Reed',
    companyId: company.id,
  })
  const deal = (title: string, more: object) =>
    made(owner, '/deals', { title, amount: 100, companyId: company.id, ...more })
  await deal('Retail one', { status: 'WON' })
  await deal('Retail two', { status: 'WON' })
  await deal('Logistics one', { status: 'WON', companyId: mill.id })
  await deal('Logistics lost', { status: 'LOST', companyId: mill.id })
  await deal('Great hall', { amount: 900, expectedCloseDate: today })
  await made(owner, '/deals', { title: 'Small hall', amount: 50, expectedCloseDate: addDays(today, 400) })
  for (const subject of ['One', 'Two'])
    await made(owner, '/activities', { type: 'CALL', subject, contactId: contact.id })
  await made(ben, '/tasks', { title: 'Of Ben', dueAt: `${today}T12:00:00Z` })
  await made(owner, '/tasks', { title: 'Send the papers', dueAt: `${today}T12:00:00Z` })
  await made(owner, '/tasks', { title: 'In time', dueAt: `${addDays(today, 30)}T12:00:00Z` })
  await made(owner, '/visits', { contactId: contact.id, date: today, time: '09:30', reason: 'See the hall' })
}
let prepared: Promise<void> | undefined
const prepare = () => (prepared ??= fill())

test('the calendar holds visits and open tasks in the order of their times, of oneself or of all', async () => {
  await prepare()
  for (const [language, sentence] of [
    ['en', 'what is on my calendar today?'],
    ['en', 'show my calendar'],
    ['en', 'What’s on my agenda today'],
    ['de', 'Was steht heute in meinem Kalender?'],
    ['de', 'Zeig meinen Kalender'],
  ] as const) {
    const text = await said(sentence, language)
    assert.match(text, /09:30: \[See the hall\].*Joanna Reed[\s\S]*12:00: \[Send the papers\]/, sentence)
    assert.doesNotMatch(text, /Of Ben|In time/, sentence)
  }
  assert.match(await said('what is on our calendar today'), /Of Ben/)
  assert.match(await said('show my calendar last year'), /^Nothing stands in the calendar/)
})

test('quotas are not kept: that is said, with what comes closest', async () => {
  await prepare()
  for (const [language, sentence, expected] of [
    [
      'en',
      'am I on track for my quota?',
      /not kept here.*you have won \*\*USD 300\*\* with 3 deals; 1 open deal worth USD 900/,
    ],
    ['en', 'how far are we from our target this quarter', /not kept here.*the team has won/],
    ['de', 'Erreiche ich meine Quote?', /nicht geführt.*gewonnen haben Sie \*\*300 USD\*\*/],
  ] as const)
    assert.match(await said(sentence, language), expected, sentence)
  // A rate is no quota.
  assert.match(await said('Wie hoch ist unsere Gewinnquote nach Branche', 'de'), /Die Gewinnquote ist \*\*75/)
})

test('who has the fewest comes first, and whoever has none is named where all are seen', async () => {
  await prepare()
  for (const [language, sentence] of [
    ['en', 'who logged the fewest calls this month'],
    ['de', 'Wer hat diesen Monat am wenigsten Anrufe protokolliert?'],
  ] as const)
    assert.match(await said(sentence, language), /: 2\n- (?:none|keine): .*Ben/, sentence)
  assert.doesNotMatch(await said('who logged the fewest calls this month', 'en', ben), /none: /)
  assert.match(await said('which industry do we win most in'), /Retail: 2 .*\n- Logistics: 1/)
  assert.match(await said('in which industry do we win the fewest'), /Logistics: 1 .*\n- Retail: 2/)
  assert.match(
    await said('In welcher Branche gewinnen wir am meisten?', 'de'),
    /Retail: 2 .*\n- Logistics: 1/,
  )
  assert.match(await said('which industry has the lowest win rate'), /Logistics: 50[\s\S]*Retail: 100/)
})

test('what was imported last is told, to whoever may see it', async () => {
  await prepare()
  assert.match(await said('what did we import last', 'en', ben), /Nothing that you may see was imported/)
  await importing(owner, 'leads', ['name,email', 'Lena Stone,lena@stone.example'], {})
  for (const [language, sentence, expected] of [
    ['en', 'what did we import last?', /Imported last.*\n\n- .*leads: 1 created/i],
    ['de', 'Was haben wir zuletzt importiert?', /Zuletzt importiert.*\n\n- .*Leads: 1 angelegt/i],
  ] as const)
    assert.match(await said(sentence, language), expected, sentence)
})

test('periods are compared however it is said', async () => {
  await prepare()
  for (const [language, sentence] of [
    ['en', 'compare won deals this month with last month'],
    ['en', 'how does this month compare to the previous one'],
    ['en', 'are we better than last month'],
    ['en', 'how did we do this month compared to the month before'],
    ['de', 'Wie läuft dieser Monat im Vergleich zum letzten?'],
  ] as const) {
    const text = await said(sentence, language)
    assert.match(text, new RegExp(`- ${today.slice(0, 8)}01 .*\\*\\*3 (?:won|gewonnen)`), sentence)
    assert.equal(text.match(/\*\*\d+ (?:won|gewonnen)\*\*/g)?.length, 2, sentence)
  }
})

test('a task is called as it was said: a name that only begins so is not meant', async () => {
  await prepare()
  assert.equal((await proposedBy('Create a task Call Eve')).title, 'Call Eve')
  assert.equal((await proposedBy('erstelle eine Aufgabe Eva anrufen', 'de')).title, 'Eva anrufen')
  const about = await ask('create a task call Everland Campus')
  assert.deepEqual(about.records[0]?.recordId, company.id)
  // What stands inside a name is asked for, before anything is written.
  const doubtful = await ask('log a call with Anna: talked about the renewal')
  assert.deepEqual(doubtful.proposals, [])
  assert.match(doubtful.message.content, /Did you mean[\s\S]*Joanna Reed/)
})

test('several fields are one change, also of the biggest of one’s deals', async () => {
  await prepare()
  const wanted = await proposedBy(
    'set the amount of my biggest open deal to 75,000 and the close date to the end of next month',
  )
  assert.equal(wanted.amount, 75_000)
  assert.match(wanted.expectedCloseDate, /^\d{4}-\d\d-(?:2[89]|3[01])$/)
  const german = await proposedBy(
    'setze den Betrag meines größten offenen Deals auf 80.000 und die Wahrscheinlichkeit auf 40',
    'de',
  )
  assert.deepEqual([german.amount, german.probability], [80_000, 40])
  assert.deepEqual((await proposedBy('add the tag VIP to my biggest open deal')).tags, ['VIP'])
  assert.match(await said('fasse meinen größten Deal zusammen', 'de'), /Great hall/)
  assert.match(await said('summarise my biggest deal', 'en', ben), /There are no deals that fit: yours/)
})

test('what is denied is denied of its own words alone', async () => {
  await prepare()
  const invoice = async (status: string, dueAt: string) => {
    const one = await made(owner, '/invoices', {
      title: 'For the hall',
      amount: 10,
      relatedType: 'company',
      relatedId: company.id,
      dueAt,
    })
    if (status !== 'DRAFT') assert.equal((await owner.patch(`/invoices/${one.id}`, { status })).status, 200)
    return one.id
  }
  const sent = await invoice('SENT', `${addDays(today, 5)}T12:00:00Z`)
  await invoice('DRAFT', `${addDays(today, 5)}T12:00:00Z`)
  const ids = async (content: string) => (await ask(content)).records.map(({ recordId }: any) => recordId)
  assert.deepEqual(await ids('invoices that are sent and not paid'), [sent])
  const titles = async (content: string) => (await ask(content)).records.map(({ title }: any) => title).sort()
  assert.deepEqual(await titles('deals not won or lost'), ['Great hall', 'Small hall'])
})

test('days are named by counting, and slips of the pen in short words are mended', async () => {
  await prepare()
  const month = today.slice(0, 7)
  assert.match(
    await said('leads created between the first and the fifteenth of this month'),
    new RegExp(`${month}-01 to ${month}-15|no leads`),
  )
  assert.match(await said('tasks due the day after tomorrow'), new RegExp(addDays(today, 2)))
  assert.match(await said('shw me taks due today'), /I read this as “show me task[\s\S]*Send the papers/)
  assert.match(await said('Kontakte ohne Telefonnummer', 'de'), /ohne Telefon/)
})

test('short hands and other words of the day are understood: rank, reopen, pipeline of somebody, appointments', async () => {
  for (const [language, sentence, expected] of [
    ['en', 'rank reps by calls this month', /2 interactions[\s\S]*: 2/],
    ['en', 'list deals w/o a next step', /2 deals/],
    ['en', 'no of new leads per source this month', /There (?:is|are) \*\*(?:1 lead|no leads)/],
    ['en', 'what is the pipeline value of Ben', /no deals|\*\*no deals/],
    ['en', 'how is Ben doing this month', /\*\*Ben|for \*\*Ben/],
    ['en', 'what did we win this month', /\*\*3 deals\*\*|3 deals/],
    ['de', 'Was haben wir diesen Monat gewonnen?', /3 Deals/],
    ['de', 'Wer sind dieses Jahr unsere größten Kunden?', /3 Deals[\s\S]*Everland Campus: 2/],
    ['de', 'wie lautet die Position von Joanna Reed', /Position ist nicht angegeben/],
    [
      'de',
      'Kontakte, mit denen ich seit Januar nicht gesprochen habe',
      /kontaktiert seit Januar \(ab |keine Kontakte/,
    ],
  ] as const)
    assert.match(await said(sentence, language), expected, sentence)
  const opened = await proposedBy('reopen Logistics lost')
  assert.ok(opened.status === 'OPEN' || opened.stageId, JSON.stringify(opened))
  const visit = await proposedBy('schedule a visit with Joanna Reed next Tuesday at 10')
  assert.deepEqual([visit.reason, visit.time], ['Visit', '10:00'])
  assert.equal(
    (await proposedBy('plane einen Besuch bei Joanna Reed nächsten Dienstag um 10 Uhr', 'de')).reason,
    'Besuch',
  )
  // With a company alone it is said what is missing, and nothing is proposed that would be refused.
  assert.match(
    await said('schedule a visit at Everland Campus next Tuesday at 10'),
    /A visit needs a contact/,
  )
})
