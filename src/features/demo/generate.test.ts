import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { generateDemo } from './generate.ts'

const NOW = new Date('2026-07-15T13:00:00.000Z')
const START = '2024-07-15T13:00:00.000Z'
const demo = generateDemo({ now: NOW })

const keysOf = (list: readonly { key: string }[]): Set<string> => new Set(list.map(item => item.key))
const share = <T>(list: readonly T[], test: (item: T) => boolean): number =>
  list.filter(test).length / list.length

describe('the demo', () => {
  it('is the same for the same seed and moment, and another for another seed', () => {
    assert.deepEqual(generateDemo({ now: NOW }), demo)
    const one = generateDemo({ seed: 1, now: NOW })
    assert.notDeepEqual(one.companies, demo.companies)
    assert.notDeepEqual(
      one.deals.map(deal => deal.status),
      demo.deals.map(deal => deal.status),
    )
  })

  it('does not share what it hands out between calls', () => {
    const first = generateDemo({ seed: 3, now: NOW })
    first.members[0]!.name = 'changed'
    first.pipelines[0]!.stages.pop()
    const second = generateDemo({ seed: 3, now: NOW })
    assert.notEqual(second.members[0]!.name, 'changed')
    assert.equal(second.pipelines[0]!.stages.length, 6)
  })

  it('has the promised size', () => {
    const {
      companies,
      contacts,
      leads,
      deals,
      interactions,
      tasks,
      notes,
      members,
      invoices,
      visits,
      projects,
    } = demo
    assert.ok(invoices.length >= 300 && invoices.length <= 700, `${invoices.length} invoices`)
    assert.deepEqual([visits.length, projects.length], [260, 36])
    assert.deepEqual(
      [companies, contacts, leads, deals, members].map(list => list.length),
      [85, 400, 900, 1500, 8],
    )
    assert.ok(interactions.length >= 6000 && interactions.length <= 8500, `${interactions.length}`)
    assert.ok(tasks.length >= 850 && tasks.length <= 960, `${tasks.length} tasks`)
    assert.ok(notes.length >= 750 && notes.length <= 850)
    const open = deals.filter(deal => deal.status === 'OPEN').length
    assert.ok(open >= 250 && open <= 350, `${open} open`)
    const rate = share(
      deals.filter(deal => deal.status !== 'OPEN'),
      deal => deal.status === 'WON',
    )
    assert.ok(rate >= 0.55 && rate <= 0.63, `${rate} won`)
  })

  it('has the accounts that people sign in with', () => {
    const roles = Object.fromEntries(demo.members.map(({ email, role }) => [email, role]))
    assert.equal(roles['owner@demo.example'], 'OWNER')
    assert.equal(roles['admin@demo.example'], 'ADMIN')
    assert.equal(roles['member@demo.example'], 'MEMBER')
    assert.equal(roles['viewer@demo.example'], 'VIEWER')
    assert.equal(demo.members.filter(({ role }) => role === 'MEMBER').length, 5)
    const owners = new Set([...demo.deals, ...demo.companies, ...demo.leads].map(({ ownerKey }) => ownerKey))
    assert.equal(owners.has('member-viewer'), false)
  })
})

describe('references', () => {
  it('lead somewhere', () => {
    const members = keysOf(demo.members)
    const companies = keysOf(demo.companies)
    const contacts = keysOf(demo.contacts)
    const deals = keysOf(demo.deals)
    const has = (set: Set<string>, key: string | null): void =>
      assert.ok(key !== null && set.has(key), `${key}`)
    for (const { ownerKey } of [...demo.companies, ...demo.contacts, ...demo.leads, ...demo.deals])
      has(members, ownerKey)
    for (const contact of demo.contacts) has(companies, contact.companyKey)
    for (const interaction of demo.interactions) {
      has(contacts, interaction.contactKey)
      has(companies, interaction.companyKey)
      has(members, interaction.ownerKey)
      if (interaction.dealKey !== null) has(deals, interaction.dealKey)
    }
    const projects = keysOf(demo.projects)
    const related = { deal: deals, contact: contacts, company: companies, project: projects }
    for (const task of demo.tasks) {
      has(related[task.relatedType], task.relatedKey)
      has(members, task.assigneeKey)
      has(members, task.createdByKey)
    }
    for (const { relatedKey, dealKey, createdByKey } of demo.invoices) {
      has(companies, relatedKey)
      has(deals, dealKey)
      has(members, createdByKey)
    }
    for (const { contactKey, ownerKey } of demo.visits) {
      has(contacts, contactKey)
      has(members, ownerKey)
    }
    for (const { dealKey, companyKey, ownerKey, projectManagerKey } of demo.projects) {
      has(deals, dealKey)
      has(companies, companyKey)
      for (const key of [ownerKey, projectManagerKey]) has(members, key)
    }
    for (const note of demo.notes) {
      has(related[note.relatedType], note.relatedKey)
      has(members, note.authorKey)
    }
  })

  it('keep a deal, its people and its stages together', () => {
    const contacts = new Map(demo.contacts.map(contact => [contact.key, contact]))
    const pipelines = new Map(demo.pipelines.map(pipeline => [pipeline.key, pipeline]))
    for (const deal of demo.deals) {
      assert.equal(deal.contactKeys[0], deal.primaryContactKey)
      assert.equal(new Set(deal.contactKeys).size, deal.contactKeys.length)
      for (const key of deal.contactKeys) assert.equal(contacts.get(key)?.companyKey, deal.companyKey)
      const stages = new Map(pipelines.get(deal.pipelineKey)!.stages.map(stage => [stage.key, stage]))
      assert.equal(stages.get(deal.stageKey)?.kind, deal.status)
      assert.equal(deal.history.at(-1)?.stageKey, deal.stageKey)
      for (const entry of deal.history.slice(0, -1)) assert.equal(stages.get(entry.stageKey)?.kind, 'OPEN')
    }
  })

  it('join a converted lead with what it became', () => {
    const contacts = new Map(demo.contacts.map(contact => [contact.key, contact]))
    const deals = new Map(demo.deals.map(deal => [deal.key, deal]))
    const taken = new Set<string>()
    for (const lead of demo.leads) {
      if (lead.stage !== 'CONVERTED') {
        assert.deepEqual(
          [lead.convertedAt, lead.contactKey, lead.companyKey, lead.dealKey],
          [null, null, null, null],
        )
        continue
      }
      const deal = deals.get(lead.dealKey!)!
      assert.equal(contacts.get(lead.contactKey!)?.email, lead.email)
      assert.equal(deal.companyKey, lead.companyKey)
      assert.equal(deal.primaryContactKey, lead.contactKey)
      assert.equal(deal.source, lead.source)
      assert.equal(deal.createdAt, lead.convertedAt)
      assert.ok(lead.convertedAt! > lead.createdAt)
      assert.equal(taken.has(deal.key), false)
      taken.add(deal.key)
    }
    assert.ok(taken.size > 100)
  })

  it('are unique where they must be', () => {
    const unique = (list: readonly string[]): void => assert.equal(new Set(list).size, list.length)
    for (const list of Object.values(demo)) unique(list.map(({ key }: { key: string }) => key))
    unique(demo.companies.map(({ domain }) => domain))
    unique(demo.companies.map(({ name }) => name))
    unique(demo.contacts.map(({ email }) => email))
    unique(demo.members.map(({ email }) => email))
    const fresh = demo.leads.filter(({ stage }) => stage !== 'CONVERTED').map(({ email }) => email)
    unique([...fresh, ...demo.contacts.map(({ email }) => email)])
  })
})

describe('what comes of deals', () => {
  it('is billed: each deal won of late once, for its amount, under numbers without a gap', () => {
    const deals = new Map(demo.deals.map(deal => [deal.key, deal]))
    const billed = new Set<string>()
    const years = Map.groupBy(demo.invoices, ({ invoiceNumber }) => invoiceNumber.slice(0, 4))
    for (const [year, list] of years)
      for (const [i, { invoiceNumber, issuedAt }] of list.entries()) {
        assert.equal(invoiceNumber, `${year}-${String(i + 1).padStart(4, '0')}`)
        if (issuedAt) assert.ok(issuedAt.startsWith(year))
        if (i) assert.ok((list[i - 1]!.issuedAt ?? '9') <= (issuedAt ?? '9'))
      }
    const today = NOW.toISOString().slice(0, 10)
    for (const invoice of demo.invoices) {
      const { relatedKey, dealKey, items, status, issuedAt, dueAt, paidAt, createdAt, currency } = invoice
      const deal = deals.get(dealKey)!
      assert.deepEqual([deal.status, deal.currency, billed.has(deal.key)], ['WON', currency, false])
      assert.equal(relatedKey, deal.companyKey)
      billed.add(deal.key)
      const net = items.reduce((sum, item) => sum + Math.round(item.unitPrice * 100) * item.quantity, 0)
      assert.equal(net, Math.round(deal.amount * 100))
      assert.ok(createdAt >= deal.history.at(-1)!.enteredAt && createdAt <= NOW.toISOString())
      assert.equal(issuedAt === null, status === 'DRAFT')
      assert.equal(paidAt !== null, status === 'PAID')
      if (paidAt) assert.ok(paidAt > issuedAt! && paidAt <= NOW.toISOString())
      if (status === 'OVERDUE') assert.ok(dueAt! < today)
      if (status === 'SENT') assert.ok(dueAt! >= today)
    }
    for (const status of ['DRAFT', 'SENT', 'PAID', 'OVERDUE', 'VOID'])
      assert.ok(
        demo.invoices.some(invoice => invoice.status === status),
        status,
      )
  })

  it('is visited in office hours, and some visits are to come', () => {
    const contacts = new Map(demo.contacts.map(contact => [contact.key, contact]))
    for (const { contactKey, contactName, date, time, status, createdAt } of demo.visits) {
      const { firstName, lastName, createdAt: since } = contacts.get(contactKey)!
      assert.equal(contactName, `${firstName} ${lastName}`)
      const at = `${date}T${time}:00.000Z`
      assert.ok(![0, 6].includes(new Date(at).getUTCDay()) && time >= '08:00' && time <= '16:00', at)
      assert.ok(createdAt >= since && createdAt <= NOW.toISOString() && createdAt <= at, createdAt)
      if (status !== 'CANCELLED') assert.equal(status === 'COMPLETED', at < NOW.toISOString())
    }
    const coming = demo.visits.filter(({ status }) => status === 'SCHEDULED')
    assert.ok(coming.length >= 25)
    assert.ok(new Set(coming.map(({ ownerKey }) => ownerKey)).size >= 5)
  })

  it('is rolled out, with tasks that tell how far it is', () => {
    const tasks = Map.groupBy(
      demo.tasks.filter(({ relatedType }) => relatedType === 'project'),
      ({ relatedKey }) => relatedKey,
    )
    for (const { key, status, startDate, dueDate, completionDate, estimatedHours } of demo.projects) {
      assert.ok(startDate < dueDate && estimatedHours > 0)
      assert.equal(completionDate !== null, status === 'COMPLETED')
      const own = tasks.get(key)!
      assert.ok(own.length >= 3)
      if (status === 'COMPLETED') assert.ok(own.every(({ progress }) => progress === 'COMPLETED'))
      if (status === 'PLANNING') assert.ok(own.every(({ progress }) => progress === 'PENDING'))
    }
    const states = new Set(demo.projects.map(({ status }) => status))
    for (const status of ['PLANNING', 'IN_PROGRESS', 'COMPLETED'] as const)
      assert.ok(states.has(status), status)
  })
})

describe('formats', () => {
  it('are those of the records', () => {
    for (const { email, phone } of [...demo.contacts, ...demo.leads]) {
      assert.match(email, /^[a-z0-9-]+\.[a-z0-9-]+@[a-z0-9-]+\.example$/)
      assert.match(phone, /^\+[1-9]\d{8,13}$/)
    }
    for (const { domain } of demo.companies) assert.match(domain, /^[a-z0-9-]+\.example$/)
    for (const { amount, expectedCloseDate, actualCloseDate, status } of demo.deals) {
      assert.ok(amount > 0 && Math.abs(amount * 100 - Math.round(amount * 100)) < 1e-6, `${amount}`)
      assert.match(expectedCloseDate, /^\d{4}-\d\d-\d\d$/)
      assert.equal(actualCloseDate === null, status === 'OPEN')
    }
    for (const { sentimentScore } of demo.interactions) assert.ok(Math.abs(sentimentScore) <= 1)
  })

  it('leave no slot of a template unfilled and write few texts twice', () => {
    for (const list of Object.values(demo)) {
      for (const item of list)
        assert.doesNotMatch(JSON.stringify(Object.values(item)), /\{\w+\}|undefined|NaN/)
    }
    const texts = demo.interactions.map(({ content }) => content)
    assert.ok(new Set(texts).size > 0.95 * texts.length)
  })
})

describe('time', () => {
  it('stays within the two years, except what is due or expected', () => {
    const now = NOW.toISOString()
    const inside = (time: string): void => assert.ok(time >= START && time <= now, time)
    for (const { createdAt } of [...demo.companies, ...demo.contacts, ...demo.leads, ...demo.deals])
      inside(createdAt)
    for (const { createdAt } of [...demo.tasks, ...demo.notes]) inside(createdAt)
    for (const { occurredAt } of demo.interactions) inside(occurredAt)
    for (const { convertedAt } of demo.leads) if (convertedAt) inside(convertedAt)
    for (const { completedAt } of demo.tasks) if (completedAt) inside(completedAt)
    for (const deal of demo.deals) for (const { enteredAt } of deal.history) inside(enteredAt)
  })

  it('runs in order: company, contact, deal, stages, talk, closing', () => {
    const companies = new Map(demo.companies.map(({ key, createdAt }) => [key, createdAt]))
    const contacts = new Map(demo.contacts.map(({ key, createdAt }) => [key, createdAt]))
    const deals = new Map(demo.deals.map(deal => [deal.key, deal]))
    for (const contact of demo.contacts) assert.ok(companies.get(contact.companyKey)! <= contact.createdAt)
    for (const deal of demo.deals) {
      for (const key of deal.contactKeys) assert.ok(contacts.get(key)! <= deal.createdAt)
      assert.equal(deal.history[0]?.enteredAt, deal.createdAt)
      for (const [i, entry] of deal.history.entries()) {
        assert.ok(i === 0 || deal.history[i - 1]!.enteredAt < entry.enteredAt)
      }
      if (deal.actualCloseDate)
        assert.equal(deal.actualCloseDate, deal.history.at(-1)?.enteredAt.slice(0, 10))
    }
    for (const { dealKey, occurredAt, contactKey } of demo.interactions) {
      assert.ok(occurredAt >= contacts.get(contactKey)!)
      if (dealKey === null) continue
      const deal = deals.get(dealKey)!
      assert.ok(occurredAt >= deal.createdAt)
      if (deal.status !== 'OPEN') assert.ok(occurredAt < deal.history.at(-1)!.enteredAt)
    }
    for (const task of demo.tasks) {
      assert.ok(task.dueAt >= task.createdAt)
      assert.ok(task.completedAt === null || task.completedAt >= task.createdAt)
      assert.equal(task.completedAt !== null, task.progress === 'COMPLETED')
    }
  })

  it('leaves work for today, work that is late and work to come', () => {
    const today = NOW.toISOString().slice(0, 10)
    const open = demo.tasks.filter(({ completedAt, progress }) => !completedAt && progress !== 'CANCELLED')
    assert.ok(open.filter(({ dueAt }) => dueAt.startsWith(today)).length >= 10)
    assert.ok(open.filter(({ dueAt }) => dueAt.slice(0, 10) < today).length >= 25)
    assert.ok(open.filter(({ dueAt }) => dueAt.slice(0, 10) > today).length >= 50)
    assert.ok(share(demo.tasks, ({ completedAt }) => completedAt !== null) > 0.6)
  })

  it('works at any moment, also at midnight, on a weekend and on a leap day', () => {
    for (const time of ['2028-02-29T00:00:00.000Z', '2027-01-03T23:59:59.000Z']) {
      const data = generateDemo({ now: new Date(time) })
      assert.equal(data.deals.length, 1500)
      for (const { createdAt } of [
        ...data.tasks,
        ...data.notes,
        ...data.deals,
        ...data.invoices,
        ...data.visits,
        ...data.projects,
      ])
        assert.ok(createdAt <= time)
      for (const { occurredAt } of data.interactions) assert.ok(occurredAt <= time)
      for (const task of data.tasks) assert.ok(task.dueAt >= task.createdAt)
    }
  })

  it('has campaigns whose contacts have come as far as their times say, and none that would be sent', () => {
    const { campaigns, campaignContacts, contacts, templates, unsubscribes } = demo
    assert.deepEqual([campaigns.length, templates.length], [6, 5])
    assert.ok(campaignContacts.length >= 500, `${campaignContacts.length}`)
    const [known, people] = [new Map(campaigns.map(each => [each.key, each])), keysOf(contacts)]
    const seen = new Set<string>()
    for (const each of campaignContacts) {
      const campaign = known.get(each.campaignKey)!
      assert.ok(people.has(each.contactKey))
      assert.ok(!seen.has(`${each.campaignKey} ${each.contactKey}`), 'nobody is in a campaign twice')
      seen.add(`${each.campaignKey} ${each.contactKey}`)
      if (each.status === 'PENDING') assert.ok(campaign.status === 'PLANNING' || campaign.status === 'PAUSED')
      const times = [each.createdAt, each.sentAt, each.deliveredAt, each.openedAt, each.clickedAt]
      const given = times.filter(time => time !== null)
      assert.deepEqual([...given].sort(), given, JSON.stringify(each))
      assert.ok(given.every(time => time <= NOW.toISOString()))
      assert.equal(each.status === 'CLICKED', each.clickedAt !== null)
    }
    const sent = campaignContacts.filter(each => each.deliveredAt)
    const rate = share(sent, each => each.openedAt !== null)
    assert.ok(rate > 0.3 && rate < 0.5, `${rate} opened`)
    assert.ok(
      unsubscribes.length > 0 && new Set(unsubscribes.map(({ email }) => email)).size === unsubscribes.length,
    )
  })
})
