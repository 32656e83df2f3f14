import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { addDays, addMonths, dayIn } from '#core/record/relative-time.ts'
import { importing } from '#features/imports/testing.ts'
import { type Person, useProgram, world } from '#test/world.ts'

useProgram()

const ok = async (who: Person, path: string) => {
  const reply = await who.get(`/analytics/${path}`)
  assert.equal(reply.status, 200, reply.text)
  return reply.body
}

/** Deals as history: an import takes dates and outcomes as given. */
async function history(who: Person, rows: string[]): Promise<void> {
  const head =
    'title,amount,currency,status,createdAt,actualCloseDate,expectedCloseDate,source,lostReason,probability'
  const done = await importing(who, 'deals', `${head}\n${rows.join('\n')}\n`)
  assert.equal(done.created, rows.length, JSON.stringify(done))
}

const IN_MARCH = 'dateFrom=2025-03-01&dateTo=2025-03-31'

test('win rate and velocity, by hand', async () => {
  const { ana, ben, owner } = await world()
  await owner.patch('/workspaces/current', { currency: 'USD', settings: { exchangeRates: { EUR: 1.5 } } })
  await history(ana, [
    'A,1000,USD,WON,2025-03-01T12:00:00Z,2025-03-11,,Web,,',
    'B,2000,EUR,WON,2025-03-01T12:00:00Z,2025-03-31,,Web,,',
    'C,500,USD,LOST,2025-03-01T12:00:00Z,2025-03-05,,Web,price,',
    'D,9,JPY,LOST,2025-03-01T12:00:00Z,2025-03-05,,Fair,price,',
    'E,77,USD,WON,2025-02-01T12:00:00Z,2025-02-28,,Web,,',
    'F,10,USD,OPEN,2025-03-01T12:00:00Z,,,Web,,',
    'G,10,USD,OPEN,2025-03-01T12:00:00Z,,,Web,,',
  ])
  await history(ben, ['H,100,USD,LOST,2025-03-01T12:00:00Z,2025-03-31,,,timing,'])
  const mine = await ok(ana, `win-rate?by=source&${IN_MARCH}`)
  assert.deepEqual([mine.won, mine.lost, mine.winRate], [2, 2, 0.5])
  assert.deepEqual(mine.rates, { EUR: 1.5 })
  assert.deepEqual(mine.unconverted, [{ currency: 'JPY', amount: 9, count: 1 }])
  assert.deepEqual(mine.groups, [
    {
      key: 'Web',
      name: 'Web',
      won: 2,
      lost: 1,
      winRate: 0.6667,
      shareOfLost: 0.5,
      wonAmount: 4000,
      lostAmount: 500,
    },
    { key: 'Fair', name: 'Fair', won: 0, lost: 1, winRate: 0, shareOfLost: 0.5, wonAmount: 0, lostAmount: 0 },
  ])
  const all = await ok(owner, `win-rate?${IN_MARCH}`)
  assert.deepEqual(
    all.groups.map((group: any) => [group.name, group.won, group.lost, group.wonAmount]),
    [
      ['Ana', 2, 2, 4000],
      ['Ben', 0, 1, 0],
    ],
  )
  const sizes = await ok(owner, `win-rate?by=size&${IN_MARCH}`)
  assert.deepEqual(
    Object.fromEntries(sizes.groups.map((group: any) => [group.key, [group.won, group.lost]])),
    {
      '<10000': [2, 0],
      '<1000': [0, 2],
      null: [0, 1],
    },
  )
  const reasons = await ok(owner, `win-rate?by=reason&${IN_MARCH}`)
  assert.deepEqual(
    reasons.groups.map((group: any) => [group.key, group.lost, group.shareOfLost]),
    [
      ['price', 2, 0.6667],
      ['timing', 1, 0.3333],
    ],
  )
  const speed = await ok(ana, `velocity?${IN_MARCH}`)
  // Won at noon of the 11th and the 31st: 10 and 30 days. 2 open × 2000 × 0.5 ÷ 20.
  assert.deepEqual(
    [speed.opportunities, speed.averageAmount, speed.winRate, speed.cycleDays, speed.perDay, speed.perMonth],
    [2, 2000, 0.5, 20, 100, 3000],
  )
  const none = await ok(ben, `velocity?${IN_MARCH}`)
  assert.deepEqual([none.opportunities, none.averageAmount, none.winRate, none.perDay], [0, null, 0, null])
  await history(ben, ['I,100,USD,WON,2025-06-01T12:00:00Z,2025-06-01T12:00:30Z,,,,', 'J,9,USD,OPEN,,,,,,'])
  const atOnce = await ok(ben, 'velocity?dateFrom=2025-06-01&dateTo=2025-06-30')
  assert.deepEqual(
    [atOnce.opportunities, atOnce.cycleDays, atOnce.perDay, atOnce.perMonth],
    [1, 0, null, null],
  )
  const board = await ok(owner, `leaderboard?${IN_MARCH}`)
  assert.deepEqual(
    board.rows.map((row: any) => [row.name, row.won, row.lost, row.wonAmount, row.averageAmount]),
    [
      ['Ana', 2, 2, 4000, 2000],
      ['Ben', 0, 1, 0, null],
    ],
  )
})

test('the forecast by month, committed and weighted, adds up to the board', async () => {
  const { ana, owner } = await world()
  const month = dayIn('UTC').slice(0, 7)
  const next = addMonths(`${month}-01`, 1)
  await history(ana, [
    `A,100,USD,OPEN,2025-01-01,,${month}-15,,,80`,
    `B,50,USD,OPEN,2025-01-01,,${month}-15,,,10`,
    `C,30,USD,OPEN,2025-01-01,,${next},,,75`,
    'D,7,USD,OPEN,2025-01-01,,,,,50',
    'E,9,USD,OPEN,2025-01-01,,2025-02-01,,,50',
    `F,11,USD,OPEN,2025-01-01,,${addMonths(next, 12)},,,50`,
    `G,1000,USD,WON,2025-01-01,${dayIn('UTC')},,,,`,
  ])
  const inDollars = (sums: object) => ({ ...sums, byCurrency: [{ currency: 'USD', ...sums }] })
  const body = await ok(ana, 'forecast?months=2')
  assert.deepEqual(body.months, [
    {
      month,
      won: 1000,
      wonDeals: 1,
      ...inDollars({ openDeals: 2, bestCase: 150, weighted: 85, committed: 100 }),
    },
    {
      month: next.slice(0, 7),
      won: 0,
      wonDeals: 0,
      ...inDollars({ openDeals: 1, bestCase: 30, weighted: 22.5, committed: 30 }),
    },
  ])
  assert.deepEqual([body.undated.bestCase, body.overdue.bestCase, body.later.bestCase], [7, 9, 11])
  const board = (await ana.get('/deals/pipeline')).body
  const all = [...body.months, body.undated, body.overdue, body.later]
  const total = (key: string) => all.reduce((sum, part) => sum + part[key], 0)
  assert.deepEqual(
    [total('bestCase'), total('weighted')],
    [board.totalPipelineAmount, board.totalWeightedAmount],
  )
  assert.equal((await ok(owner, 'forecast?committedFrom=10&months=1')).months[0].committed, 150)
})

test('the forecast tells each month in every currency, with and without a rate', async () => {
  const { ana, owner } = await world()
  await owner.patch('/workspaces/current', { currency: 'USD', settings: { exchangeRates: { EUR: 2 } } })
  const month = dayIn('UTC').slice(0, 7)
  await history(ana, [
    `A,100,EUR,OPEN,2025-01-01,,${month}-15,,,80`,
    `B,50,JPY,OPEN,2025-01-01,,${month}-15,,,50`,
    `C,1,USD,OPEN,2025-01-01,,${month}-15,,,50`,
  ])
  const body = await ok(ana, 'forecast?months=1')
  const [{ openDeals, bestCase, weighted, committed, byCurrency }] = body.months
  assert.deepEqual([openDeals, bestCase, weighted, committed], [3, 201, 160.5, 200])
  assert.deepEqual(byCurrency, [
    { currency: 'EUR', openDeals: 1, bestCase: 100, weighted: 80, committed: 100 },
    { currency: 'JPY', openDeals: 1, bestCase: 50, weighted: 25, committed: 0 },
    { currency: 'USD', openDeals: 1, bestCase: 1, weighted: 0.5, committed: 0 },
  ])
  assert.deepEqual([body.rates, body.unconverted], [{ EUR: 2 }, [{ currency: 'JPY', amount: 50, count: 1 }]])
})

test('campaigns by what came of them: each deal in full for each, and once in the totals', async () => {
  const { ana, ben, owner } = await world()
  await owner.patch('/workspaces/current', { currency: 'USD', settings: { exchangeRates: { EUR: 2 } } })
  const campaign = async (who: Person, more: object) =>
    (await who.post('/campaigns', { type: 'EVENT', startDate: '2025-03-10', ...more })).body.id as string
  const fair = await campaign(ana, { name: 'Fair', budget: 500, actualCost: 400 })
  const letter = await campaign(ana, { name: 'Letter', type: 'EMAIL', budget: 100 })
  const idle = await campaign(ana, { name: 'Idle', actualCost: 50 })
  await campaign(ana, { name: 'Earlier', startDate: '2024-01-01', actualCost: 9999 })
  await campaign(ben, { name: 'Of Ben', actualCost: 7 })
  const contact = (await ana.post('/contacts', { firstName: 'Ida' })).body.id
  await ana.post(`/campaigns/${letter}/contacts`, { contactIds: [contact] })
  await ana.inWorkspace(tx =>
    tx.session.rows(
      "update campaign_contacts set sent_at = now() - interval '1 day' where workspace_id = $1::uuid and contact_id = $2::uuid",
      [ana.workspaceId, contact],
    ),
  )
  const deal = (more: object) => ana.post('/deals', { title: 'D', currency: 'USD', ...more })
  await deal({ amount: 300, currency: 'EUR', source: 'fair', status: 'WON', primaryContactId: contact })
  await deal({ amount: 40, source: 'Fair' })
  await deal({ amount: 5, currency: 'JPY', source: 'Fair', status: 'WON' })
  await deal({ amount: 900, source: 'Nobody', status: 'WON' })
  await ben.post('/deals', { title: 'Of Ben', amount: 1000, source: 'Fair', status: 'WON' })
  const body = await ok(ana, `campaign-roi?${IN_MARCH}`)
  assert.deepEqual(
    body.rows.map((row: any) => [row.campaignId, row.deals, row.wonDeals, row.wonAmount, row.roi]),
    [
      // (600 − 400) ÷ 400; without a cost there is no return on it; 0 − 50 of 50 is all of it lost.
      [fair, 3, 2, 600, 0.5],
      [letter, 1, 1, 600, null],
      [idle, 0, 0, 0, -1],
    ],
  )
  const { totals, rates, unconverted } = body
  assert.deepEqual(totals, {
    budget: 600,
    actualCost: 450,
    deals: 3,
    wonDeals: 2,
    wonAmount: 600,
    roi: 0.3333,
  })
  assert.deepEqual([rates, unconverted], [{ EUR: 2 }, [{ currency: 'JPY', amount: 5, count: 1 }]])
  const metrics = (await ana.get(`/campaigns/${fair}/metrics`)).body
  assert.deepEqual(
    [metrics.deals, metrics.wonDeals, metrics.wonAmount, metrics.unconverted, metrics.roi],
    [3, 2, 600, 1, 0.5],
  )
  const all = await ok(owner, `campaign-roi?${IN_MARCH}`)
  assert.deepEqual([all.rows.length, all.totals.deals, all.totals.wonAmount], [4, 4, 1600])
  assert.equal((await ok(owner, `campaign-roi?ownerId=${ben.id}&${IN_MARCH}`)).rows[0].name, 'Of Ben')
})

test('the funnel counts how far deals came', async () => {
  const { ana } = await world()
  const stages = (await ana.get('/stages?sort=order')).body.rows
  const to = async (path: number[]) => {
    const { id } = (await ana.post('/deals', { title: 'X', stageId: stages[path[0]!].id })).body
    for (const step of path.slice(1))
      assert.equal((await ana.put(`/deals/${id}/stage`, { stageId: stages[step].id })).status, 200)
  }
  // Stages 0 to 3 are open, 4 is won, 5 is lost.
  for (const path of [[0], [0, 1], [0, 1, 5], [0, 2, 4], [0, 3, 1]]) await to(path)
  const body = await ok(ana, 'funnel')
  assert.equal(body.deals, 5)
  assert.deepEqual(
    body.stages.map((stage: any) => [
      stage.stageName,
      stage.reached,
      stage.lost,
      stage.conversion,
      stage.fromStart,
    ]),
    [
      ['Prospecting', 5, 0, 0.8, 1],
      ['Qualification', 4, 1, 0.5, 0.8],
      ['Proposal', 2, 0, 1, 0.4],
      ['Negotiation', 2, 0, 0.5, 0.4],
      ['Closed Won', 1, 0, null, 0.2],
    ],
  )
  assert.equal((await ok(ana, 'funnel?dateTo=2024-12-31')).deals, 0)
})

test('activity by the clock of the workspace, and leads by source', async () => {
  const { ana, ben, owner } = await world()
  await owner.patch('/workspaces/current', { timezone: 'Asia/Tokyo' })
  // In Tokyo the first of these is on 1 April, the second on 31 March.
  await ana.post('/activities', {
    type: 'CALL',
    subject: 'a',
    durationMinutes: 10,
    occurredAt: '2025-03-31T15:00:00Z',
  })
  await ana.post('/activities', {
    type: 'CALL',
    subject: 'b',
    durationMinutes: 5,
    occurredAt: '2025-03-31T14:59:59Z',
  })
  await ben.post('/activities', { type: 'EMAIL', subject: 'c', occurredAt: '2025-03-02T00:00:00Z' })
  const body = await ok(owner, 'activity?dateFrom=2025-03-01&dateTo=2025-04-30')
  assert.deepEqual([body.total, body.minutes], [3, 15])
  assert.deepEqual(body.byTime, [
    { from: '2025-03-01', count: 2 },
    { from: '2025-04-01', count: 1 },
  ])
  assert.deepEqual(body.byType, [
    { type: 'CALL', count: 2, minutes: 15 },
    { type: 'EMAIL', count: 1, minutes: 0 },
  ])
  assert.equal((await ok(ben, 'activity?dateFrom=2025-03-01&dateTo=2025-04-30')).total, 1)
  const lead = (await ana.post('/leads', { name: 'L', source: 'Fair' })).body
  await ana.post('/leads', { name: 'M', source: 'Fair' })
  await ana.post('/leads', { name: 'N' })
  const made = await ana.post(`/leads/${lead.id}/convert`, { createDeal: true, amount: 40 })
  await ana.patch(`/deals/${made.body.deal.id}`, { status: 'WON' })
  assert.deepEqual((await ok(ana, 'lead-sources')).rows, [
    { source: 'Fair', leads: 2, converted: 1, conversionRate: 0.5, wonDeals: 1, wonAmount: 40 },
    { source: null, leads: 1, converted: 0, conversionRate: 0, wonDeals: 0, wonAmount: 0 },
  ])
  assert.deepEqual((await ok(ben, 'lead-sources')).rows, [])
  for (const [path, at] of [
    ['activity?dateFrom=nope', 'dateFrom'],
    ['activity?dateFrom=%2B9999y', 'dateFrom'],
    ['activity?dateFrom=2020-01-01&by=day', 'by'],
    ['velocity?dateFrom=2025-02-01&dateTo=2025-01-01', 'dateFrom'],
    ['forecast?months=25', 'months'],
    ['win-rate?by=moon', 'by'],
  ])
    assert.equal((await ana.get(`/analytics/${path}`)).body.issues[0].path, at)
})

test('whatever the deals are, the groups of the win rate add up to its totals', async () => {
  const deal = fc.record({
    amount: fc.integer({ min: 0, max: 20_000_000 }).map(cents => cents / 100),
    status: fc.constantFrom('WON', 'LOST', 'OPEN'),
    source: fc.constantFrom('', 'Web', 'Fair'),
    day: fc.integer({ min: 0, max: 120 }).map(days => addDays('2025-01-01', days)),
  })
  await fc.assert(
    fc.asyncProperty(fc.array(deal, { minLength: 1, maxLength: 30 }), async given => {
      const { ana } = await world()
      await history(
        ana,
        given.map(({ amount, status, source, day }, i) => {
          const closed = status === 'OPEN' ? '' : day
          return `D${i},${amount},USD,${status},2024-12-31,${closed},,${source},,`
        }),
      )
      const inside = given.filter(({ day, status }) => status !== 'OPEN' && day.startsWith('2025-03'))
      const won = inside.filter(({ status }) => status === 'WON')
      for (const by of ['owner', 'source', 'size']) {
        const body = await ok(ana, `win-rate?by=${by}&${IN_MARCH}`)
        const sum = (key: string) => body.groups.reduce((all: number, group: any) => all + group[key], 0)
        assert.deepEqual([body.won, body.won + body.lost], [won.length, inside.length])
        assert.deepEqual([sum('won'), sum('lost')], [body.won, body.lost])
        const cents = won.reduce((all, { amount }) => all + Math.round(amount * 100), 0)
        assert.equal(Math.round(sum('wonAmount') * 100), cents)
      }
    }),
    { numRuns: 4 },
  )
})

test('what a member is told in figures adds up from what their lists hold, and from nothing else', async () => {
  const { ana, ben, owner } = await world()
  const add = async (who: Person, path: string, body: object) => {
    const reply = await who.post(`/${path}`, body)
    assert.equal(reply.status, 201, reply.text)
    return reply.body.id as string
  }
  const day = dayIn('UTC')
  const minutes = { durationMinutes: 20 }
  for (const [i, who] of [ana, ben].entries()) {
    const other = who === ana ? ben : ana
    const companyId = await add(who, 'companies', { name: `Of ${i}` })
    const contactId = await add(who, 'contacts', { firstName: 'A', lastName: `Of ${i}`, companyId })
    const dealId = await add(who, 'deals', { title: `Of ${i}`, amount: 10 })
    // What others make hangs on it, one step and two steps away, and what hangs on nothing is seen by its maker alone.
    const on = { relatedType: 'deal', relatedId: dealId }
    await add(owner, 'activities', { type: 'CALL', subject: 'c', dealId, ...minutes })
    await add(owner, 'activities', { type: 'EMAIL', subject: 'e', contactId, ...minutes })
    await add(owner, 'activities', { type: 'MEETING', subject: 'm', companyId, ...minutes })
    await add(who, 'activities', { type: 'MESSAGE', subject: 'own' })
    await add(owner, 'activities', { type: 'MESSAGE', subject: 'nobody else' })
    const task = await add(owner, 'tasks', { title: 'T', ...on, assigneeId: owner.id })
    await add(owner, 'tasks', { title: 'U', relatedType: 'task', relatedId: task, assigneeId: owner.id })
    await add(owner, 'tasks', { title: 'V', assigneeId: other.id, progress: 'COMPLETED' })
    await add(owner, 'notes', { body: 'N', relatedType: 'task', relatedId: task })
    await add(owner, 'invoices', { title: 'I', amount: 7, status: 'SENT', ...on })
    await add(owner, 'invoices', { title: 'J', amount: 9, status: 'SENT' })
    await add(owner, 'visits', { contactId, date: day, time: '10:00', durationMinutes: 30, reason: 'V' })
    const project = await add(owner, 'projects', { name: 'P', dealId })
    await add(owner, 'tasks', {
      title: 'W',
      relatedType: 'project',
      relatedId: project,
      progress: 'COMPLETED',
      assigneeId: owner.id,
    })
    await add(owner, 'tasks', {
      title: 'X',
      relatedType: 'project',
      relatedId: project,
      assigneeId: owner.id,
    })
  }
  const rowsOf = async (who: Person, path: string) => {
    const { status, body } = await who.get(`/${path}${path.includes('?') ? '&' : '?'}limit=200`)
    assert.equal(status, 200, path)
    assert.equal(body.rows.length, body.total, path)
    return body.rows as any[]
  }
  const sum = (rows: any[], key: string) => rows.reduce((all, row) => all + (row[key] ?? 0), 0)
  const seen = new Set<number>()
  for (const who of [ana, ben, owner]) {
    const stream = await rowsOf(who, 'activities?type=CALL,EMAIL,MEETING,MESSAGE')
    const talks = stream.map(row => row.metadata)
    const heard = new Set(stream.map(({ id }) => id))
    const tasks = await rowsOf(who, 'tasks')
    const told = await ok(who, 'activity')
    assert.deepEqual(
      [told.total, told.minutes, told.tasksCompleted],
      [talks.length, sum(talks, 'durationMinutes'), tasks.filter(row => row.status === 'DONE').length],
    )
    const board = (await ok(who, 'leaderboard')).rows
    assert.equal(sum(board, 'activities'), talks.length)
    const { body } = await who.get('/reports/dashboard')
    const changes = await rowsOf(who, 'activities?type=changes')
    assert.equal(body.openTasks, tasks.filter(row => row.status === 'OPEN').length)
    // That an interaction was logged is an event too, which follows its deal.
    const logged = talks.filter(row => row.dealId || row.subject === 'own' || who === owner)
    assert.equal(body.recentActivity, changes.length + talks.length + logged.length)
    const invoices = await rowsOf(who, 'invoices')
    assert.equal((await who.get('/reports/invoice-aging')).body.totalOutstanding, sum(invoices, 'amount'))
    for (const [entity, path, field, by] of [
      ['interaction', '', 'durationMinutes', 'type'],
      ['task', 'tasks', '', 'status'],
      ['note', 'notes', '', 'authorId'],
      ['invoice', 'invoices', 'amount', 'status'],
      ['visit', 'visits', 'durationMinutes', 'contactName'],
      // Its progress is of the tasks that one sees.
      ['project', 'projects', 'progress', 'name'],
    ] as const) {
      const rows = path ? await rowsOf(who, path) : talks
      const measures = [{ op: 'count' }, ...(field ? [{ op: 'sum', field }] : [])]
      const report = await who.post('/reports/run', { entity, groupBy: [by], measures })
      assert.equal(report.status, 200, report.text)
      assert.deepEqual(report.body.totals, [rows.length, ...(field ? [sum(rows, field)] : [])], entity)
      const linked = { field: 'deal.title', op: 'startsWith', value: 'Of' }
      if (entity !== 'interaction') continue
      const filtered = await who.post('/reports/run', {
        entity,
        filter: linked,
        groupBy: [{ field: 'occurredAt', by: 'day' }],
        measures,
      })
      assert.equal(filtered.body.totals[0], talks.filter(row => row.dealId).length, 'of deals that one sees')
    }
    // Lists ask as figures do; a record that is read by its id is asked for by itself.
    for (const path of ['tasks', 'notes', 'invoices', 'visits', 'projects']) {
      const listed = new Set((await rowsOf(who, path)).map(({ id }) => id))
      for (const { id } of await rowsOf(owner, path))
        assert.equal((await who.get(`/${path}/${id}`)).status, listed.has(id) ? 200 : 404, `${path} ${id}`)
    }
    for (const { id } of await rowsOf(owner, 'activities?type=CALL,EMAIL,MEETING,MESSAGE'))
      assert.equal((await who.get(`/activities/${id}`)).status, heard.has(id) ? 200 : 404)
    seen.add(talks.length).add(tasks.length)
  }
  assert.ok(seen.has(4) && seen.has(10), 'each of them saw a part')
})
