import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ANSWER, callsOn, checkGrounds, made, type Past, QUOTE, scene } from './selling.ts'
import { type Person, useProgram, world } from './world.ts'

const program = useProgram()

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

test('the coach says what an unanswered objection has cost so far, with the sentence and a task in one click', async () => {
  const { ana, hers } = await scene()
  const { open } = hers
  const { body } = await ana.post(`/ai/deal-coach/${open.id}`)
  assert.ok(body.healthScore >= 0 && body.healthScore <= 100)
  assert.ok(Math.abs(body.healthParts.reduce((sum: number, part: any) => sum + part.weight, 0) - 1) < 0.01)
  assert.ok(body.winProbability > 0.02 && body.winProbability < 0.5, String(body.winProbability))
  assert.equal(
    body.warnings.some(({ code }: any) => code === 'COLD_START'),
    false,
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
  const won = (await ana.post(`/ai/win-loss-explainer/${answered[0]}`)).body
  assert.equal(won.outcome, 'WON')
  const still = (await ana.post(`/ai/win-loss-explainer/${open.id}`)).body
  assert.ok(still.warnings.some(({ code }: any) => code === 'STILL_OPEN'))
  const all = (await ana.get('/ai/win-loss')).body
  assert.deepEqual(
    [all.won, all.lost, all.lostReasons[0]],
    [22, 20, { reason: 'Price', lost: 20, share: 1, before: 0 }],
  )
  const signal = all.factors.flatMap((one: any) => one.signals).find((one: any) => one.key === 'price_open')
  assert.ok(signal.wins < -5, String(signal.wins))
  assert.equal((await ana.get('/ai/win-loss?dateFrom=2020-01-01&dateTo=2020-02-01')).body.won, 0)
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
  }
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
