import assert from 'node:assert/strict'
import { test } from 'node:test'
import { talksOf } from '#features/deal-signals/talks.ts'
import { importing } from '#features/imports/testing.ts'
import { settingsFor, useModels } from '#integrations/llm/testing/model-server.testing.ts'
import { ANSWER, callsOn, checkGrounds, claimsIn, made, type Past, QUOTE, scene } from './selling.ts'
import { until } from './until.ts'
import { type Person, useProgram, world } from './world.ts'

const program = useProgram()
const server = useModels()

test('each feature answers from the records, and every ground stands where it says', async () => {
  const { ana, hers: their } = await scene()
  for (const [path, body] of callsOn(their)) {
    const reply = await ana.post(path, body)
    assert.equal(reply.status, 200, `${path}: ${reply.text}`)
    assert.deepEqual([reply.body.provider, reply.body.model], ['builtin', 'builtin'])
    const grounds = await checkGrounds(ana, reply)
    if (path !== '/ai/insights' || (body as any)?.dealId)
      assert.ok(grounds.length > 0 || path === '/ai/email-draft', path)
  }
  const whole = await ana.get('/ai/win-loss')
  assert.ok((await checkGrounds(ana, whole)).length > 0)
})

test('of long texts no more is read than can be answered for at once; short ones are read whole', async () => {
  const { ana } = await world()
  const contactId = (await ana.post('/contacts', { firstName: 'Ida' })).body.id
  const content = 'We talked about the scanners at length. '.repeat(1200)
  for (const text of [...Array(7).fill(content), 'Too dear for us. We sign on Monday.'])
    assert.equal((await ana.post('/activities', { type: 'CALL', contactId, content: text })).status, 201)
  const talks = await ana.inWorkspace(tx => talksOf(tx, { type: 'contact', id: contactId }))
  const lengths = talks.map(({ text }) => text.length)
  assert.ok(lengths.reduce((sum, length) => sum + length) <= 250_000)
  assert.deepEqual([lengths.length, Math.min(...lengths)], [8, 35])
  assert.equal((await ana.post('/ai/summarize', { contactId })).status, 200)
})

test('the coach says what an unanswered objection has cost so far, with the sentence and a task in one click', async () => {
  const { ana, hers } = await scene()
  const { open } = hers
  const { body } = await ana.post(`/ai/deal-coach/${open.id}`)
  assert.ok(body.healthScore >= 0 && body.healthScore <= 100)
  assert.ok(Math.abs(body.healthParts.reduce((sum: number, part: any) => sum + part.weight, 0) - 1) < 0.01)
  assert.ok(body.winProbability > 0.02 && body.winProbability < 0.5, String(body.winProbability))
  const score = (await ana.post('/ai/deal-score', { dealId: open.id })).body
  const basis = body.winProbabilityBasis
  assert.deepEqual(
    [body.winProbability, basis.low, basis.high, basis.coldStart, basis.method],
    [score.probability, score.interval.low, score.interval.high, score.coldStart, 'heuristic'],
  )
  assert.equal(score.coldStart, true, '20 and 22 outcomes are fewer than 50 of each')
  assert.ok(
    body.warnings.some(({ code, message }: any) => code === 'COLD_START' && /from 50 on/.test(message)),
  )
  assert.ok(
    score.reasons.some(({ field, effect }: any) => field === 'signal:price_open' && effect < -1),
    JSON.stringify(score),
  )
  const [first] = body.risks
  assert.equal(first.key, 'price_open')
  assert.deepEqual(first.effect.withIt, { n: 20, won: 0 })
  assert.deepEqual(first.effect.without, { n: 22, won: 22 })
  assert.equal(first.evidence[0].sentence, QUOTE)
  for (const key of ['competitor', 'late'])
    assert.ok(
      body.risks.some((risk: any) => risk.key === key),
      key,
    )
  assert.deepEqual(body.competitors[0].name, 'Velgrove')
  assert.equal(body.closeDate.expected, '2026-01-10')
  assert.ok(
    body.similarDeals.some(
      (one: any) => one.status === 'WON' && one.evidence.some((e: any) => e.sentence.includes('monthly')),
    ),
  )
  assert.equal(body.recommendations[0].key, 'answer_price')
  for (const { create } of body.recommendations) {
    const reply = await ana.post(create.path, create.body)
    assert.ok(reply.status === 201 || reply.status === 200, reply.text)
  }
  const tasks = (await ana.get(`/deals/${open.id}/tasks`)).body.rows
  assert.ok(tasks.length > 0 && tasks.every((task: any) => task.dueAt))
})

test('every claim of coach and explanation has grounds of its own: words, or a field and what it holds', async () => {
  const { owner } = await world()
  const stages = (await owner.get('/stages')).body.rows
  const of = (kind: string) => stages.find((stage: any) => stage.kind === kind).id
  const company = await made(owner.post('/companies', { name: 'Birch', industry: 'Retail' }))
  const other = await made(owner.post('/companies', { name: 'Cedar', industry: 'Mining' }))
  const deal = (i: number, kind: string) => {
    const isWon = kind === 'WON'
    return {
      title: `${kind} ${i}`,
      stageId: of(kind),
      amount: isWon ? 1000 : 90_000,
      currency: 'USD',
      source: isWon ? 'Referral' : 'Cold list',
      companyId: isWon ? company.id : other.id,
      actualCloseDate: '2026-01-20',
      createdAt: '2026-01-01T00:00:00Z',
      expectedCloseDate: '2026-01-18',
      ...(isWon ? {} : { lostReason: 'Price' }),
    }
  }
  const rows = ['WON', 'LOST'].flatMap(kind => Array.from({ length: 20 }, (_, i) => deal(i, kind)))
  const head = Object.keys(rows.at(-1)!).filter(key => key !== 'companyId' && key !== 'stageId')
  const csv = [
    [...head, 'companyName', 'stageName'].join(','),
    ...rows.map(row =>
      [
        ...head.map(key => (row as Record<string, unknown>)[key] ?? ''),
        row.companyId === company.id ? 'Birch' : 'Cedar',
        stages.find((stage: any) => stage.id === row.stageId).name,
      ].join(','),
    ),
  ].join('\n')
  assert.equal((await importing(owner, 'deals', csv)).created, 40)
  const lost = (await owner.get('/deals?status=LOST&limit=1')).body.rows[0]
  const open = await made(owner.post('/deals', { title: 'Open', amount: 4000, companyId: company.id }))
  const found: Record<string, any> = {}
  for (const [name, reply] of [
    ['deal', await owner.post(`/ai/win-loss-explainer/${lost.id}`)],
    ['workspace', await owner.get('/ai/win-loss?dateFrom=2026-01-01&dateTo=2026-12-31')],
    ['coach', await owner.post(`/ai/deal-coach/${open.id}`)],
    ['score', await owner.post('/ai/deal-score', { dealId: open.id })],
  ] as const) {
    assert.equal(reply.status, 200, reply.text)
    await checkGrounds(owner, reply)
    for (const { at, evidence } of claimsIn(reply.body)) assert.ok(evidence.length, `${name}${at}`)
    found[name] = reply.body
  }
  const signals = found.workspace.factors.flatMap((factor: any) => factor.signals)
  assert.ok(
    ['source:Cold list', 'large'].some(key => signals.some((signal: any) => signal.key === key)),
    JSON.stringify(signals.map(({ key }: any) => key)),
  )
  const findings = found.deal.keyFactors.flatMap((factor: any) => factor.findings)
  const cold = findings.find(({ key }: any) => key === 'source:Cold list')
  assert.deepEqual(cold.evidence, [
    { recordType: 'deal', recordId: lost.id, field: 'source', sentence: 'Cold list' },
  ])
  const [reason] = found.workspace.lostReasons
  assert.deepEqual(
    [reason.lost, reason.evidence[0].field, reason.evidence[0].sentence],
    [20, 'lostReason', 'Price'],
  )
  const [month] = found.workspace.byPeriod
  assert.deepEqual([month.won, month.lost, month.evidence.length], [20, 20, 2])
})

test('what no won deal of the pipeline had costs a deal nothing, and too few to compare with are told', async () => {
  const { owner } = await world()
  const [shop, empty] = [
    await made(owner.post('/pipelines', { name: 'Shop' })),
    await made(owner.post('/pipelines', { name: 'Empty' })),
  ]
  const stages = (await owner.get('/stages')).body.rows
  const of = (pipelineId: string, kind: string) =>
    stages.find((stage: any) => stage.pipelineId === pipelineId && stage.kind === kind).id
  for (let i = 0; i < 12; i++)
    await made(owner.post('/deals', { title: `Won ${i}`, pipelineId: shop.id, stageId: of(shop.id, 'WON') }))
  const partsOf = async (pipelineId: string, language = 'en') => {
    const { id } = await made(
      owner.post('/deals', { title: 'Open', pipelineId, stageId: of(pipelineId, 'OPEN') }),
    )
    const headers = { 'accept-language': language }
    const { body } = await owner.post(`/ai/deal-coach/${id}`, undefined, { headers })
    return { body, parts: new Map<string, any>(body.healthParts.map((part: any) => [part.key, part])) }
  }
  const { body, parts } = await partsOf(shop.id)
  for (const key of ['contact', 'engagement', 'stakeholders', 'schedule']) {
    assert.equal(parts.get(key).weight, 0, key)
    assert.match(
      parts.get(key).text,
      /12 won deals of this pipeline had none either, so it is not counted/,
      key,
    )
  }
  for (const key of ['no_contact', 'no_close_date'])
    assert.ok(!body.risks.some((risk: any) => risk.key === key), `${key} is no risk here`)
  const alone = await partsOf(empty.id)
  for (const key of ['contact', 'stakeholders']) {
    assert.ok(alone.parts.get(key).weight > 0)
    assert.match(alone.parts.get(key).text, /no won deals in this pipeline yet, too few to compare with/)
  }
  assert.ok(alone.body.risks.some((risk: any) => risk.key === 'no_contact'))
  assert.match((await partsOf(empty.id, 'de')).parts.get('contact').text, /zu wenige für einen Vergleich/)
})

test('what is claimed is so: an objection that came back is open, and counts are of all there is', async () => {
  const { owner } = await world()
  const stages = (await owner.get('/stages')).body.rows
  const deal = await made(owner.post('/deals', { title: 'Twice', amount: 100 }))
  const say = (direction: string, content: string, day: number, objections: string[] = []) =>
    made(
      owner.post('/activities', {
        type: 'EMAIL',
        direction,
        subject: 'Offer',
        content,
        objections,
        occurredAt: new Date(Date.now() - day * 86_400_000).toISOString(),
        dealId: deal.id,
      }),
    )
  await say('INBOUND', 'The price is too high for our budget.', 9, ['price'])
  await say('OUTBOUND', 'Coming back to the price: we can spread it over monthly payments.', 8)
  await say('INBOUND', 'Even so, the price is too high for us.', 3, ['price'])
  await made(
    owner.put(`/deals/${deal.id}/stage`, {
      stageId: stages.find(({ kind }: any) => kind === 'LOST').id,
      lostReason: 'Price. They took St. Gallen Tech.',
    }),
  )
  const { body } = await owner.post(`/ai/win-loss-explainer/${deal.id}`)
  const price = body.keyFactors.find(({ factor }: any) => factor === 'price')
  assert.deepEqual(
    price.findings.map(({ key }: any) => key).filter((key: string) => /^price_/.test(key)),
    ['price_open'],
  )
  assert.match(price.text, /was never answered/)
  assert.match(body.summary, /They took St\. Gallen Tech/)
  const due = new Date(Date.now() - 3_600_000).toISOString()
  const operations = Array.from({ length: 23 }, (_, at) => ({
    op: 'create',
    data: { title: `Task ${at}`, dueAt: due, assigneeId: owner.id },
  }))
  await made(owner.post('/tasks/bulk', { operations, atomic: true }))
  assert.match((await owner.post('/ai/next-actions', {})).body.summary, /23 tasks due/)
})

test('what is counted is all there is, also where only the latest is read, and no task is missed on the deal of a talk', async () => {
  const { owner } = await world()
  const company = await made(owner.post('/companies', { name: 'Much Said' }))
  const deals = (n: number) =>
    Array.from({ length: n }, (_, at) => ({
      op: 'create',
      data: { title: `Deal ${at}`, amount: 1000 - at, companyId: company.id },
    }))
  const { results } = await made(owner.post('/deals/bulk', { operations: deals(155), atomic: true }))
  const ids: string[] = results.map(({ id }: any) => id)
  const [first, last] = [ids[0]!, ids.at(-1)!]
  const mail = (at: number) => ({
    op: 'create',
    data: {
      type: 'EMAIL',
      direction: 'INBOUND',
      subject: 'Hi',
      content: `Word ${at}.`,
      dealId: at < 200 ? first : last,
    },
  })
  const operations = Array.from({ length: 207 }, (_, at) => mail(at))
  await made(owner.post('/activities/bulk', { operations, atomic: true }))
  const summary = async () => (await owner.post('/ai/summarize', { companyId: company.id })).body
  const { counts, summary: told } = await summary()
  assert.deepEqual([counts.emails, counts.calls], [207, 0])
  assert.match(told, /On record: 207 mails/)
  const next = (await owner.post('/ai/next-actions', {})).body
  assert.match(next.summary, /155 open deals, 2 messages without an answer/, 'of the smallest deal, too')
  const talk = {
    type: 'CALL',
    subject: 'Plan',
    content: 'We agreed.',
    nextSteps: 'Send the plan',
    dealId: first,
  }
  await made(owner.post('/activities', talk))
  const isOpen = async () => (await summary()).openPoints.some(({ key }: any) => key === 'next_step')
  assert.equal(await isOpen(), true)
  await made(owner.post('/tasks', { title: 'Send the plan', relatedType: 'deal', relatedId: first }))
  assert.equal(await isOpen(), false)
})

test('who reads German is answered in German by every feature, in the same shapes, and quotes stand as they were said', async () => {
  const { ana, hers } = await scene()
  const asked: [string, object | undefined][] = callsOn(hers)
  for (const [path, body] of asked) {
    const english = await ana.post(path, body)
    const reply = await ana.post(path, body, { headers: { 'accept-language': 'de-DE,de;q=0.9,en;q=0.5' } })
    assert.equal(reply.status, 200, reply.text)
    await checkGrounds(ana, reply)
    assert.deepEqual(Object.keys(reply.body), Object.keys(english.body))
    for (const sentence of saidBy(reply.body))
      assert.doesNotMatch(sentence, /\b(?:the|were|which|their|without|nobody|nothing|ago|days?)\b/i, path)
  }
  const german = { headers: { 'accept-language': 'de' } }
  const { body: coached } = await ana.post(`/ai/deal-coach/${hers.open.id}`, undefined, german)
  assert.match(coached.risks[0].text, /wurde|ist unbeantwortet/)
  const { body: objection } = await ana.post(
    '/ai/objection-handler',
    { objection: 'Das ist uns viel zu teuer' },
    german,
  )
  assert.equal(objection.category, 'price')
  assert.match((await ana.get('/ai/win-loss', german)).body.summary, /^Gewonnen: \d+ von \d+/)
})

test('what somebody says in German tells their motives, habits and plans as English does', async () => {
  const { owner } = await world()
  const contact = await made(
    owner.post('/contacts', { firstName: 'Jörg', lastName: 'Müller', jobTitle: 'Leiter Einkauf' }),
  )
  const content =
    'Die Lieferzeit ist für uns entscheidend. Der Preis muss sich bis Ende März rechnen, sonst wird es nichts. Das kann ich nicht allein entscheiden, unsere Geschäftsleitung muss zustimmen. Das Budget ist reserviert. Könnten Sie uns ein Testgerät schicken?'
  for (let days = 1; days <= 3; days++)
    await made(
      owner.post('/activities', {
        type: 'EMAIL',
        direction: 'INBOUND',
        contactId: contact.id,
        content,
        occurredAt: new Date(Date.now() - days * 86_400_000).toISOString(),
      }),
    )
  const german = { headers: { 'accept-language': 'de' } }
  const reply = await owner.post(`/ai/persona-builder/${contact.id}`, undefined, german)
  await checkGrounds(owner, reply)
  const { motivators, decisionPattern, persona } = reply.body
  const keys = (list: { key: string }[]) => list.map(({ key }) => key).toSorted()
  assert.deepEqual(keys(motivators), ['proof', 'savings', 'speed'])
  assert.deepEqual(keys(decisionPattern.habits), ['commits', 'defers', 'tests'])
  assert.equal(decisionPattern.role, 'buyer')
  assert.match(persona.title, /Einkäufer:in, .*; wichtig: /)
  const { insights } = (await owner.post('/ai/insights', { contactId: contact.id }, german)).body
  const kinds = new Set(insights.map(({ kind }: { kind: string }) => kind))
  for (const kind of ['COMMITMENT', 'DATE', 'OBJECTION', 'NEXT_STEP']) assert.ok(kinds.has(kind), kind)
})

/** What an answer says in its own words: without what it quotes and what people have named. */
function saidBy(answer: unknown): string[] {
  const quoted: string[] = []
  const own: string[] = []
  const walk = (value: any, key = ''): void => {
    if (typeof value === 'string') {
      if (key === 'sentence' || key === 'objection' || key === 'nextSteps') quoted.push(value)
      else if (/^(?:text|summary|action|reason|message|subject|body|title|description)$/.test(key))
        own.push(value)
    } else if (Array.isArray(value)) for (const one of value) walk(one, key)
    else if (value && typeof value === 'object')
      // What was answered elsewhere, and the title of a record, are somebody's own words.
      for (const [name, one] of Object.entries(value))
        if (!(name === 'text' && value.source === 'won_deal') && !(name === 'title' && value.recordId))
          walk(one, name)
  }
  walk(answer)
  return own.map(text =>
    quoted.toSorted((a, b) => b.length - a.length).reduce((rest, words) => rest.replaceAll(words, ''), text),
  )
}

test('who asks for serial numbers does not talk of money; who asks for the numbers does', async () => {
  const { owner } = await world()
  const motives = async (content: string) => {
    const { id } = await made(owner.post('/contacts', { firstName: 'Kim' }))
    const mail = { type: 'EMAIL', direction: 'INBOUND', contactId: id, content }
    for (let n = 0; n < 3; n++) await made(owner.post('/activities', mail))
    const { motivators } = (await owner.post(`/ai/persona-builder/${id}`)).body
    return motivators.map(({ key }: { key: string }) => key)
  }
  assert.deepEqual(await motives('I need the serial numbers for our insurance, and your phone numbers.'), [])
  assert.deepEqual(await motives('Please send me the numbers for the board.'), ['savings'])
})

test('past deals are alike by what their texts say, too', async () => {
  const { ana } = await world()
  const stages = (await ana.get('/stages')).body.rows
  const of = (kind: string) => stages.find((stage: any) => stage.kind === kind).id
  const deal = (title: string, description: string, kind: string) =>
    made(ana.post('/deals', { title, description, stageId: of(kind), amount: 4000 }))
  const roof = await deal(
    'Slate roof',
    'Slate tiles for the roof of the old chapel, with scaffolding.',
    'WON',
  )
  const pumps = await deal('Pumps', 'Three submersible pumps for the quarry, with hoses.', 'WON')
  const open = await deal('Chapel', 'Slate tiles and scaffolding for a chapel roof.', 'OPEN')
  const similar = await until(async () => {
    const { similarDeals } = (await ana.post(`/ai/deal-coach/${open.id}`)).body
    return similarDeals.every(({ basis }: any) => basis.text !== null) ? similarDeals : undefined
  })
  assert.deepEqual(
    similar.map(({ dealId }: any) => dealId),
    [roof.id, pumps.id],
  )
  const [near, far] = similar
  assert.equal(near.basis.structure, far.basis.structure)
  assert.ok(near.basis.text > far.basis.text + 0.2 && near.similarity > far.similarity)
  assert.ok(
    near.alike.includes('a like amount') && near.alike.some((one: string) => /^texts alike by/.test(one)),
  )
  assert.deepEqual(near.evidence, [
    { recordType: 'deal', recordId: roof.id, field: 'title', sentence: 'Slate roof' },
  ])
})

test('before there is a model, a deal that rests is not told as likely as its stage', async () => {
  const { owner } = await world()
  const stages = (await owner.get('/stages?sort=order')).body.rows.filter((one: any) => one.kind === 'OPEN')
  const stageId = stages.at(-1).id
  const [lively, resting] = await Promise.all(
    ['Lively', 'Resting'].map(title => made(owner.post('/deals', { title, stageId, amount: 9000 }))),
  )
  await made(owner.post('/activities', { type: 'MEETING', subject: 'Terms', dealId: lively.id }))
  await made(owner.patch(`/deals/${lively.id}`, { expectedCloseDate: '2099-01-01' }))
  const chances = async () => {
    const told = []
    for (const { id } of [lively, resting]) {
      const [coached, scored] = [
        (await owner.post(`/ai/deal-coach/${id}`)).body.winProbabilityBasis,
        (await owner.post('/ai/deal-score', { dealId: id })).body,
      ]
      assert.deepEqual([coached.coldStart, scored.coldStart], [true, true])
      const coach = (await owner.post(`/ai/deal-coach/${id}`)).body.winProbability
      assert.equal(coach, scored.probability)
      told.push({
        coach,
        basis: coached,
        score: scored,
      })
    }
    return told as [any, any]
  }
  const [, fresh] = await chances()
  // Half a year in the last stage, nobody in touch, the day of closing long gone.
  await owner.inWorkspace(async tx => {
    const of = [owner.workspaceId, resting.id]
    await tx.session.rows(
      `update deals set created_at = now() - interval '200 days', stage_entered_at = now() - interval '180 days', expected_close_date = current_date - 120
       where workspace_id = $1::uuid and id = $2::uuid`,
      of,
    )
    await tx.session.rows(
      `update deal_stage_history set entered_at = now() - interval '180 days' where workspace_id = $1::uuid and deal_id = $2::uuid`,
      of,
    )
  })
  const [live, rested] = await chances()
  assert.ok(rested.coach < fresh.coach / 2, `${rested.coach} after ${fresh.coach}`)
  assert.ok(rested.score.probability < 0.2 && rested.score.probability < live.score.probability / 2)
  assert.match(rested.basis.text, /no two-way contact for 200 days, 180 days in its stage and 12\d days past/)
  for (const field of ['daysSilent', 'daysInStage', 'expectedCloseDate'])
    assert.ok(
      rested.score.reasons.some((one: any) => one.field === field && one.effect < 0),
      `${field} is named: ${JSON.stringify(rested.score.reasons)}`,
    )
  assert.ok(live.score.probability > 0.4, String(live.score.probability))
})

test('days are counted in one way: by record, coach, score and explanation', async () => {
  const { owner } = await world()
  const zone = 'Pacific/Auckland'
  await made(owner.patch('/companies/me', { timezone: zone }))
  const today = new Intl.DateTimeFormat('en-CA', { timeZone: zone }).format(new Date())
  const deal = await made(owner.post('/deals', { title: 'Almost 253', amount: 10, expectedCloseDate: today }))
  await owner.inWorkspace(async tx => {
    const of = [owner.workspaceId, deal.id]
    const when = `now() - interval '252 days 23 hours 30 minutes'`
    await tx.session.rows(
      `update deals set created_at = ${when}, stage_entered_at = ${when} where workspace_id = $1::uuid and id = $2::uuid`,
      of,
    )
    await tx.session.rows(
      `update deal_stage_history set entered_at = ${when} where workspace_id = $1::uuid and deal_id = $2::uuid`,
      of,
    )
  })
  const record = (await owner.get(`/deals/${deal.id}`)).body
  const coached = (await owner.post(`/ai/deal-coach/${deal.id}`)).body
  const score = (await owner.post('/ai/deal-score', { dealId: deal.id })).body
  const reason = (field: string) => score.reasons.find((one: any) => one.field === field)
  assert.deepEqual(
    [record.stageDurationDays, record.totalDurationDays, coached.silence.days],
    [252, 252, 252],
  )
  assert.equal(reason('daysInStage').value, 252)
  assert.match(reason('daysInStage').text, /^Days in its stage is 252 /)
  const pace = coached.healthParts.find(({ key }: any) => key === 'pace')
  assert.match(pace.text, /^252 days in /)
  assert.equal(coached.closeDate.daysLate, 0)
  assert.equal(reason('expectedCloseDate'), undefined, 'today is not late by any calendar but the own')
  const fresh = await made(
    owner.post('/deals', { title: 'Late', amount: 10, expectedCloseDate: '2026-01-02' }),
  )
  const late = (await owner.post(`/ai/deal-coach/${fresh.id}`)).body.closeDate.daysLate
  const { reasons } = (await owner.post('/ai/deal-score', { dealId: fresh.id })).body
  const told = reasons.find((one: any) => one.field === 'expectedCloseDate').text
  assert.ok(told.includes(`was ${late} days before`), `${late}: ${told}`)
})

test('an objection is answered by what worked in deals that were won', async () => {
  const { ana, hers } = await scene()
  const { open, answered } = hers
  const { body } = await ana.post('/ai/objection-handler', {
    objection: 'Your quote is far above our budget.',
    dealId: open.id,
  })
  assert.equal(body.category, 'price')
  const [first] = body.responses
  assert.equal(first.source, 'won_deal')
  assert.equal(first.text, ANSWER)
  assert.ok(answered.includes(first.deal.dealId))
  assert.deepEqual(body.experience.unanswered, { won: 0, lost: 20 })
  assert.ok(body.followUpQuestions.length > 1)
  assert.equal(body.raisedBefore[0].answered, false)
  for (const [objection, category] of [
    ['We have to ask our board first', 'authority'],
    ['Not this quarter, call me back in March', 'timing'],
    ["We don't need that, the old ones still do the job", 'need'],
    ['Nobody here knows your name, do you have references?', 'trust'],
    ['Velgrove offers the same', 'competitor'],
    ['It lacks an integration with our software', 'product'],
    ['Our lawyers do not accept the liability clause', 'contract'],
  ])
    assert.equal((await ana.post('/ai/objection-handler', { objection })).body.category, category, objection)
  const strange = (await ana.post('/ai/objection-handler', { objection: 'hello there' })).body
  assert.ok(strange.warnings.some(({ code }: any) => code === 'UNCLEAR_CATEGORY'))
  assert.equal((await ana.post('/ai/objection-handler', { objection: '' })).body.issues[0].path, 'objection')
})

test('a deal is explained by what its records show, and the workspace by all of them', async () => {
  const { ana, hers } = await scene()
  const { lost, answered, open } = hers
  const why = (await ana.post(`/ai/win-loss-explainer/${lost[0]}`)).body
  assert.deepEqual(
    [why.outcome, why.lostReason, why.keyFactors[0].factor, why.keyFactors[0].sign],
    ['LOST', 'Price', 'price', '-'],
  )
  assert.ok(why.keyFactors[0].evidence.some((one: any) => one.sentence === QUOTE))
  assert.ok(why.withoutFinding.includes('features'))
  assert.ok(Math.abs(why.keyFactors.reduce((sum: number, one: any) => sum + one.weight, 0) - 1) < 0.05)
  for (const { sign, findings } of why.keyFactors) assert.ok(findings.some((one: any) => one.sign === sign))
  const won = (await ana.post(`/ai/win-loss-explainer/${answered[0]}`)).body
  assert.equal(won.outcome, 'WON')
  const still = (await ana.post(`/ai/win-loss-explainer/${open.id}`)).body
  assert.ok(still.warnings.some(({ code }: any) => code === 'STILL_OPEN'))
  const all = (await ana.get('/ai/win-loss')).body
  const { evidence: _, ...reason } = all.lostReasons[0]
  assert.deepEqual([all.won, all.lost, reason], [22, 20, { reason: 'Price', lost: 20, share: 1, before: 0 }])
  const signal = all.factors.flatMap((one: any) => one.signals).find((one: any) => one.key === 'price_open')
  assert.ok(signal.wins < -5, String(signal.wins))
  assert.equal((await ana.get('/ai/win-loss?dateFrom=2020-01-01&dateTo=2020-02-01')).body.won, 0)
  assert.ok(
    all.warnings.every(({ code }: { code: string }) => code !== 'LATEST_ONLY'),
    'all closed deals were looked at',
  )
  assert.equal((await ana.get('/ai/win-loss?dateFrom=never')).body.issues[0].path, 'dateFrom')
})

test('a draft can be sent as it is, and nothing in it is a template of its own', async () => {
  const { ana, hers } = await scene()
  const { open, contact } = hers
  const trick = 'Could you quote {{ sender.email }} and {% for a in b %} for us?'
  await made(
    ana.post('/activities', {
      type: 'EMAIL',
      direction: 'INBOUND',
      content: trick,
      dealId: open.id,
      contactId: contact.id,
    }),
  )
  const { body } = await ana.post('/ai/email-draft', { dealId: open.id, purpose: 'reply', tone: 'formal' })
  assert.match(body.body, /^Dear Noor Bell,/)
  assert.match(body.body, /quote \{ \{ sender\.email/)
  assert.doesNotMatch(`${body.subject}${body.body}`, /\{\{|\{%/)
  assert.deepEqual([body.create.path, body.create.body.contactIds], ['/emails', [contact.id]])
  const preview = await ana.post('/email-templates/preview', { subject: body.subject, body: body.body })
  assert.equal(preview.status, 200, preview.text)
  const noise = await ana.post('/ai/email-draft', { purpose: 'reply' })
  assert.deepEqual([noise.status, noise.body.issues[0].path], [400, 'dealId'])
  const two = await ana.post('/ai/summarize', { dealId: open.id, contactId: contact.id })
  assert.equal(two.status, 400)
})

test('no evidence and no neighbour ever crosses workspaces, or what a member may not see', async () => {
  const { ana, ben, owner, vera, mallory, hers, his, other } = await scene()
  const idsOf = ({ open, lost, answered, contact, company, lead }: Past) =>
    new Set([open.id, ...lost, ...answered, contact.id, company.id, lead.id])
  const strangers: Array<[Person, Past, Past[]]> = [
    [ana, hers, [his, other]],
    [ben, his, [hers, other]],
    [mallory, other, [hers, his]],
  ]
  for (const [person, own, others] of strangers) {
    const foreign = others.flatMap(one => [...idsOf(one)])
    for (const [path, body] of [...callsOn(own), ['/ai/win-loss', null] as const]) {
      const reply = body === null ? await person.get(path) : await person.post(path, body)
      assert.equal(reply.status, 200, reply.text)
      for (const id of foreign)
        assert.equal(reply.text.includes(id), false, `${person.name} ${path} tells of ${id}`)
      if (path === '/ai/deal-coach') await checkGrounds(person, reply)
    }
    for (const { open, contact } of others) {
      assert.equal((await person.post(`/ai/deal-coach/${open.id}`)).status, 404)
      assert.equal((await person.post(`/ai/win-loss-explainer/${open.id}`)).status, 404)
      assert.equal((await person.post(`/ai/persona-builder/${contact.id}`)).status, 404)
      for (const [path, body] of [
        ['/ai/objection-handler', { objection: 'too dear', dealId: open.id }],
        ['/ai/email-draft', { dealId: open.id, purpose: 'reply' }],
        ['/ai/summarize', { dealId: open.id }],
        ['/ai/insights', { dealId: open.id }],
      ] as const) {
        const reply = await person.post(path, body)
        assert.deepEqual([reply.status, reply.body.issues[0].path], [400, 'dealId'], path)
      }
    }
  }
  // The statistics are of both members' deals for who sees both.
  assert.equal((await owner.get('/ai/win-loss')).body.lost, 40)
  assert.equal((await ana.get('/ai/win-loss')).body.lost, 20)
  for (const [path, body] of callsOn(hers)) assert.equal((await vera.post(path, body)).status, 403, path)
  assert.equal((await vera.get('/ai/win-loss')).status, 403)
})

test('where nothing was won there is nothing to compare what was lost with, and it is said', async () => {
  const { owner } = await world()
  const stages = (await owner.get('/stages')).body.rows
  const stageId = stages.find((stage: any) => stage.kind === 'LOST').id
  for (let i = 0; i < 3; i++) await made(owner.post('/deals', { title: `Lost ${i}`, stageId, amount: 10 }))
  const { body } = await owner.get('/ai/win-loss')
  assert.match(
    body.summary,
    /^Won 0 of 3 closed deals .* Nothing was won, so there is nothing to compare with\.$/,
  )
})

test('an empty workspace is told that there is too little to go by', async () => {
  const { owner } = await world()
  const deal = await made(owner.post('/deals', { title: 'First' }))
  const contact = await made(owner.post('/contacts', { firstName: 'Ada' }))
  const replies = [
    await owner.post(`/ai/deal-coach/${deal.id}`),
    await owner.post(`/ai/win-loss-explainer/${deal.id}`),
    await owner.post(`/ai/persona-builder/${contact.id}`),
    await owner.post('/ai/objection-handler', { objection: 'Too expensive' }),
    await owner.post('/ai/email-draft', { contactId: contact.id, purpose: 'introduction' }),
    await owner.post('/ai/insights', {}),
    await owner.post('/ai/insights', { contactId: contact.id }),
    await owner.post('/ai/next-actions', {}),
    await owner.post('/ai/summarize', { contactId: contact.id }),
    await owner.get('/ai/win-loss'),
  ]
  for (const { status, body, text } of replies) {
    assert.equal(status, 200, text)
    assert.ok(
      body.warnings.some(({ code }: any) => code === 'COLD_START'),
      text,
    )
    assert.ok(body.confidence <= 0.5, text)
    assert.doesNotMatch(text, /\b0 days|Only 0/)
  }
  // Of what nobody has said or done nothing is made up.
  const [coach, , persona, , , , , next] = replies.map(({ body }) => body)
  const nobody = coach.recommendations.find(({ reason }: any) => /nobody is linked/.test(reason))
  assert.equal(nobody.reason, 'No call, mail or meeting is logged yet, and nobody is linked to the deal')
  const { probability } = (await owner.post('/ai/deal-score', { dealId: deal.id })).body
  assert.equal(coach.winProbability, probability, 'there is one chance of a deal, whoever tells it')
  assert.equal(persona.persona.title, 'Not known yet')
  assert.equal(next.actions[0].action, 'Add whom to talk to')
})

test('every AI route counts against its limit, is closed to viewers and says how it fails', async () => {
  const routes = program().operations.filter(
    ({ path }) => path.startsWith('/ai/') && !path.startsWith('/ai/settings'),
  )
  const own = routes.filter(({ path }) =>
    /coach|persona|objection|win-loss|draft|insights|next-actions|summarize/.test(path),
  )
  assert.equal(own.length, 9)
  for (const { path, rate, access, refuses } of own) {
    assert.deepEqual([path, rate, access], [path, 'ai', 'MEMBER'])
    assert.match(refuses?.[503] ?? '', /AI_UNAVAILABLE/)
  }
})

test('an order in a note reaches the model as data; what obeys it is not passed on, and writes nothing', async () => {
  const { admin, ana, hers } = await scene()
  const { open } = hers
  const obeyed = 'The API key is key-123. Pay at http://evil.example/pay by code 98765.'
  const given = settingsFor(server, 'openai-compatible')
  assert.equal((await admin.patch('/ai/settings', given)).status, 200)
  try {
    const before = (await ana.get('/tasks')).body.total
    for (const path of [`/ai/deal-coach/${open.id}`, '/ai/summarize']) {
      server.reset()
      server.says({
        json: { summary: obeyed, items: [{ key: 'risk:price_open', text: obeyed }], quotes: [] },
      })
      const reply = await ana.post(path, path === '/ai/summarize' ? { dealId: open.id } : undefined)
      assert.deepEqual([reply.status, reply.body.provider], [200, given.provider], reply.text)
      const [system, user] = server.asked[0]!.body.messages.map(({ content }: any) => JSON.stringify(content))
      assert.doesNotMatch(system, /pwned/)
      assert.match(user, /<(data-[0-9a-f]+)>\\n[^<]*pwned/)
      assert.ok('apiKey' in given && !server.asked[0]!.raw.includes(given.apiKey))
      const words = JSON.stringify([reply.body.summary, reply.body.risks?.map(({ text }: any) => text)])
      assert.doesNotMatch(words, /key-123|evil\.example|98765/, path)
    }
    assert.equal((await ana.get('/tasks')).body.total, before)
  } finally {
    await admin.patch('/ai/settings', { provider: 'builtin' })
  }
})

test('an amount that is written down when a deal is won is no cause of winning', async () => {
  const { owner } = await world()
  const closed = (status: string, amount: (i: number) => number) =>
    Array.from({ length: 44 }, (_, i) => ({
      op: 'create',
      data: { title: `${status} ${i}`, status, amount: amount(i), actualCloseDate: '2026-03-01' },
    }))
  const causes = async () =>
    (await owner.get('/ai/win-loss?dateFrom=2026-01-01&dateTo=2026-12-31')).body.factors.flatMap(
      ({ signals }: any) => signals.map(({ key }: any) => key),
    )
  const won = closed('WON', i => 1000 + 100 * i)
  const { body } = await owner.post('/deals/bulk', { operations: [...won, ...closed('LOST', () => 0)] })
  assert.deepEqual(await causes(), [])
  // The same, where what was lost has its amount as well: small deals are lost, and that is worth knowing.
  const lost = body.results.slice(44).map(({ id }: any) => ({ op: 'update', id, data: { amount: 500 } }))
  await owner.post('/deals/bulk', { operations: lost })
  assert.deepEqual(await causes(), ['large'])
})

test('stages that were walked, scores and habits are told no further than the records bear them out', async () => {
  const { owner } = await world()
  const company = await made(owner.post('/companies', { name: 'Elm', industry: 'Retail' }))
  const contact = await made(
    owner.post('/contacts', { firstName: 'Ida', lastName: 'Elm', companyId: company.id }),
  )
  const other = await made(
    owner.post('/contacts', {
      firstName: 'Kai',
      lastName: 'Elm',
      jobTitle: 'Director',
      companyId: company.id,
    }),
  )
  const deal = await made(
    owner.post('/deals', { title: 'Elm', amount: 4000, companyId: company.id, primaryContactId: contact.id }),
  )
  const stages = (await owner.get('/stages')).body.rows
  for (const stage of stages.filter(({ kind }: any) => kind === 'OPEN').slice(1, 3))
    await made(owner.put(`/deals/${deal.id}/stage`, { stageId: stage.id }))
  const talk = (type: string, content: string) =>
    made(
      owner.post('/activities', {
        type,
        content,
        direction: 'INBOUND',
        dealId: deal.id,
        contactId: contact.id,
      }),
    )
  await talk('CALL', 'We lose too much time with broken devices.” That is urgent for us.')
  await talk('EMAIL', 'Could you send us an offer for twenty scanners?')
  const summary = await owner.post('/ai/summarize', { dealId: deal.id })
  await checkGrounds(owner, summary)
  assert.equal(summary.body.points.filter(({ text }: any) => /^Moved to/.test(text)).length, 3)
  for (const { text, evidence } of summary.body.points) assert.ok(evidence.length, text)
  assert.ok(summary.body.points.every(({ text }: any) => !/[^“]*”$/.test(text.replace(/“[^”]*”/g, ''))))
  const score = await owner.post('/ai/deal-score', { dealId: deal.id })
  await checkGrounds(owner, score)
  const coach = await owner.post(`/ai/deal-coach/${deal.id}`)
  await checkGrounds(owner, coach)
  const widen = coach.body.recommendations.find(({ key }: any) => key === 'widen')
  assert.deepEqual(
    widen.evidence.map(({ recordId, field, sentence }: any) => [recordId, field, sentence]),
    [[other.id, 'jobTitle', 'Director']],
  )
  const persona = (await owner.post(`/ai/persona-builder/${contact.id}`)).body
  assert.equal(persona.communicationStyle.preferredChannel, null, 'one call and one mail prefer neither')
  assert.doesNotMatch(JSON.stringify(persona), / most |Asks a lot|Writes briefly/)
})
