import assert from 'node:assert/strict'
import { test } from 'node:test'
import { newId } from '#core/ids.ts'
import { importing } from '#features/imports/testing.ts'
import { until } from '#test/until.ts'
import { nobody, type Person, useProgram, world } from '#test/world.ts'
import feature from './scoring.server.ts'

const program = useProgram()

/**
 * Decided leads written as history, by a law that a model can learn: referrals with a budget convert. `verdict` is filled only once
 * the outcome is known, `remark` by whoever works a lead that will convert; `lucky` says nothing.
 */
async function history(owner: Person, count: number, tag = 'a'): Promise<void> {
  for (const [key, label, type, options] of [
    ['budget', 'Budget', 'number', undefined],
    ['verdict', 'Verdict', 'text', undefined],
    ['lucky', 'Lucky number', 'number', undefined],
  ] as const) {
    const made = await owner.post('/custom-fields', { entity: 'lead', key, label, type, options })
    assert.ok(made.status === 201 || tag !== 'a', made.text)
  }
  const rows = Array.from({ length: count }, (_, at) => {
    const isReferral = (at * 7) % 10 < 4
    const budget = (at * 37) % 100
    const chance = (isReferral ? 0.45 : 0) + budget / 200
    const isWon = ((at * 7919) % 1000) / 1000 < chance
    return {
      id: newId(),
      name: `${tag} ${at}`,
      stage: isWon ? 'CONVERTED' : 'UNQUALIFIED',
      source: isReferral ? 'Referral' : 'Web',
      email: at % 2 ? `p${at}@firm.example` : `p${at}@gmail.com`,
      custom: { budget, lucky: (at * 13) % 50, ...(isWon ? { verdict: 'signed' } : { verdict: 'lost' }) },
      day: at,
    }
  })
  await owner.inWorkspace(async tx => {
    await tx.session.rows(
      `insert into records (workspace_id, id, type, owner_id, created_by_id)
       select $1::uuid, r.id, 'lead', $3::uuid, $3::uuid from jsonb_to_recordset($2::jsonb) r(id uuid)`,
      [owner.workspaceId, JSON.stringify(rows), owner.id],
    )
    await tx.session.rows(
      `insert into leads (workspace_id, id, owner_id, created_by_id, name, stage, source, email, custom_fields, created_at, updated_at, converted_at)
       select $1::uuid, r.id, $3::uuid, $3::uuid, r.name, r.stage, r.source, r.email, r.custom, now() - interval '500 days' + r.day * interval '12 hours',
         now() - interval '490 days' + r.day * interval '12 hours',
         case when r.stage = 'CONVERTED' then now() - interval '490 days' + r.day * interval '12 hours' end
       from jsonb_to_recordset($2::jsonb) r(id uuid, name text, stage text, source text, email text, custom jsonb, day int)`,
      [owner.workspaceId, JSON.stringify(rows), owner.id],
    )
  })
}

async function trained(person: Person, kind = 'lead', body?: object) {
  const asked = await person.post(`/ai/models/${kind}/train`, body)
  assert.equal(asked.status, 202, asked.text)
  return until(async () => {
    const model = (await person.get(`/ai/models/${asked.body.id}`)).body
    return ['QUEUED', 'TRAINING'].includes(model.status) ? undefined : model
  })
}

test('before there is enough to learn from, a lead is scored by a stated heuristic', async () => {
  const { ana, owner } = await world()
  const lead = (await ana.post('/leads', { name: 'Ida', source: 'Referral', email: 'ida@firm.example' })).body
  const weak = (await ana.post('/leads', { name: 'Bo', source: 'Cold call' })).body
  const score = await ana.post('/ai/lead-score', { leadId: lead.id })
  assert.equal(score.status, 200, score.text)
  const { body } = score
  assert.equal(body.coldStart, true)
  assert.equal(body.modelId, null)
  assert.equal(body.score, Math.round(body.probability * 100))
  assert.ok(body.interval.low < body.probability && body.probability < body.interval.high)
  assert.equal(body.warnings[0].code, 'COLD_START')
  assert.match(body.warnings[0].message, /^No outcomes .* from 50 on/)
  const source = body.reasons.find((reason: any) => reason.field === 'source')
  assert.ok(source.effect > 0 && source.value === 'Referral')
  assert.deepEqual(
    body.evidence.find((one: any) => one.field === 'source'),
    { recordType: 'lead', recordId: lead.id, field: 'source', sentence: 'Referral', start: 0, end: 8 },
  )
  const other = (await ana.post('/ai/lead-score', { leadId: weak.id })).body
  assert.ok(other.score < body.score)
  const model = await trained(owner)
  assert.equal(model.status, 'TOO_FEW')
  assert.match(model.message, /50 of each are needed/)
  assert.equal((await ana.post('/ai/lead-score', { leadId: lead.id })).body.coldStart, true)
})

test('a model learns from the outcomes, leaves out what was filled in with them, and says so', async () => {
  const { owner, ana, mallory } = await world({ recordVisibility: 'workspace' })
  await history(owner, 600)
  // Open leads have no verdict yet.
  const open = []
  for (let at = 0; at < 35; at++)
    open.push({
      op: 'create',
      data: {
        name: `open ${at}`,
        source: at % 2 ? 'Referral' : 'Web',
        customFields: { budget: at * 2, lucky: 7 },
      },
    })
  const made = (await owner.post('/leads/bulk', { operations: open })).body.results
  const pings: number[] = []
  const asked = await owner.post('/ai/models/lead/train', {})
  assert.equal(asked.status, 202)
  assert.equal(
    (await owner.post('/ai/models/lead/train', {})).body.id,
    asked.body.id,
    'one that waits is the answer',
  )
  const model = await until(async () => {
    const begun = performance.now()
    const { body } = await owner.get(`/ai/models/${asked.body.id}`)
    pings.push(performance.now() - begun)
    return body.status === 'READY' ? body : undefined
  })
  assert.ok(
    pings.toSorted((a, b) => a - b)[Math.floor(pings.length * 0.9)]! < 1000,
    'requests go on while it learns',
  )
  const { card } = model
  assert.equal(card.rows, 600)
  assert.equal(model.isCurrent, true)
  const leak = card.leftOut.find((one: any) => one.key === 'customFields.verdict')
  assert.ok(
    ['TELLS_TOO_MUCH', 'FILLED_AT_END', 'ONE_OUTCOME_ONLY'].includes(leak.reason),
    JSON.stringify(leak),
  )
  const german = await owner.get(`/ai/models/${model.id}`, { headers: { 'accept-language': 'de' } })
  const inGerman = german.body.card.leftOut.find((one: any) => one.key === 'customFields.verdict')
  assert.match(inGerman.detail, /^(Es verrät allein das Ergebnis|Ausgefüllt bei \d+\u202f% der)/)
  assert.ok(leak.finding.code, 'kept by code, and worded when it is read')
  assert.deepEqual(inGerman.finding, leak.finding)
  for (const one of german.body.card.leftOut) assert.doesNotMatch(one.detail, /\b(?:it|the|rows|of)\b/i)
  // A card from before there were codes keeps its words.
  await owner.inWorkspace(tx =>
    tx.session.rows(
      `update learned_models set card = jsonb_set(card, '{leftOut}', $3::jsonb) where workspace_id = $1::uuid and id = $2::uuid`,
      [owner.workspaceId, model.id, JSON.stringify(card.leftOut.map(({ finding: _, ...one }: any) => one))],
    ),
  )
  const old = await owner.get(`/ai/models/${model.id}`, { headers: { 'accept-language': 'de' } })
  assert.deepEqual(
    old.body.card.leftOut.map(({ detail }: any) => detail),
    card.leftOut.map(({ detail }: any) => detail),
  )
  const used = card.fields.map((field: any) => field.key)
  assert.ok(used.includes('source') && used.includes('customFields.budget'))
  const weight = (key: string) => card.fields.find((field: any) => field.key === key)?.weight ?? 0
  assert.ok(weight('customFields.budget') > weight('customFields.lucky'))
  for (const measures of [card.holdOut, card.crossValidation]) {
    assert.ok(measures.auc > 0.68, `AUC ${measures.auc}`)
    assert.ok(measures.accuracy >= measures.majority - 0.03)
    assert.ok(measures.brier < measures.brierOfBase)
    assert.equal(measures.deciles.length, 10)
  }
  assert.equal(card.holdOut.learnedFrom, 450)

  const [web, referral] = [made[34].id, made[33].id]
  const score = (await ana.post('/ai/lead-score', { leadId: referral })).body
  assert.equal(score.coldStart, false)
  assert.deepEqual([score.modelId, score.modelVersion, score.provider], [model.id, 1, 'builtin'])
  assert.ok(score.reasons.find((one: any) => one.field === 'source').effect > 0)
  const low = (await ana.post('/ai/lead-score', { leadId: web })).body
  assert.ok(low.probability < score.probability)
  assert.ok(low.reasons.find((one: any) => one.field === 'source').effect < 0)

  // A page of scores at once, and a contact as the lead that it would be.
  const page = (await ana.post('/ai/scores', { kind: 'lead', ids: [referral, web] })).body.scores
  assert.deepEqual(
    page.map(({ id, score: percent }: any) => [id, percent]).sort(),
    [
      [referral, score.score],
      [web, low.score],
    ].sort(),
  )
  const contact = (await ana.post('/contacts', { firstName: 'Eva', leadSource: 'Referral' })).body
  const asLead = await ana.post('/ai/lead-score', { contactId: contact.id })
  assert.equal(asLead.status, 200, asLead.text)
  assert.ok(asLead.body.warnings.some((one: any) => one.code === 'CONTACT_AS_LEAD'))

  // Somebody who vouches for a field has it used; the neighbour has and sees nothing of all this.
  const vouched = await trained(owner, 'lead', {
    keep: ['customFields.verdict'],
    without: ['customFields.lucky'],
  })
  assert.equal(vouched.version, 2)
  assert.ok(vouched.card.fields.some((field: any) => field.key === 'customFields.verdict'))
  assert.ok(!vouched.card.fields.some((field: any) => field.key === 'customFields.lucky'))
  assert.ok(vouched.card.warnings.some((one: any) => one.code === 'TOO_GOOD'))
  // Each night a model is learned anew where a twentieth more has ended, as it was asked for the last time.
  const night = async () => {
    const { app } = program()
    await feature.schedules[0]!.run(app.database, app.log, app)
    return (await owner.get('/ai/models')).body.rows
  }
  assert.equal((await night()).length, 2)
  await history(owner, 40, 'b')
  const versions = await night()
  assert.equal(versions.length, 3)
  assert.deepEqual([versions[0].requestedById, versions[0].options], [null, vouched.options])
  assert.equal((await night()).length, 3, 'one that waits is enough')
  assert.deepEqual((await mallory.get('/ai/models')).body.rows, [])
  assert.equal((await mallory.get(`/ai/models/${model.id}`)).status, 404)
  assert.equal((await mallory.post('/ai/lead-score', { leadId: referral })).status, 404)
  assert.equal((await mallory.post('/ai/scores', { kind: 'lead', ids: [referral] })).status, 404)
  const theirs = (await mallory.post('/leads', { name: 'Theirs', source: 'Referral' })).body
  assert.equal((await mallory.post('/ai/lead-score', { leadId: theirs.id })).body.coldStart, true)
})

test('walls and bad input of scores', async () => {
  const { ana, ben, vera, admin } = await world()
  const lead = (await ana.post('/leads', { name: 'Ida' })).body
  assert.equal((await ben.post('/ai/lead-score', { leadId: lead.id })).status, 404)
  assert.equal((await vera.post('/ai/lead-score', { leadId: lead.id })).status, 403)
  assert.equal((await vera.get('/ai/models')).status, 403)
  assert.equal((await ana.post('/ai/models/lead/train', {})).status, 403)
  assert.equal((await nobody.post('/ai/lead-score', { leadId: lead.id })).status, 401)
  assert.equal((await admin.post('/ai/models/company/train', {})).status, 404)
  const neither = await ana.post('/ai/lead-score', {})
  assert.equal(neither.status, 400)
  assert.equal(neither.body.issues[0].path, 'leadId')
  assert.equal((await ana.post('/ai/lead-score', { leadId: lead.id, contactId: lead.id })).status, 400)
  assert.equal((await ana.post('/ai/deal-score', { dealId: newId() })).status, 404)
  // Its reasons tell of the company, its tasks and notes: a key that may not read those gets no score.
  const { key } = (
    await admin.post('/api-keys', { name: 'Narrow', scopes: ['ai:read', 'deals:read', 'activities:read'] })
  ).body
  const narrow = await nobody.post(
    '/ai/deal-score',
    { dealId: newId() },
    { headers: { authorization: `Bearer ${key}` } },
  )
  assert.deepEqual([narrow.status, narrow.body.code], [403, 'INSUFFICIENT_SCOPE'])
})

test('a deal is scored by what is known of it, as of the moment', async () => {
  const { ana } = await world()
  const { rows: stages } = (await ana.get('/stages?sort=order')).body
  const deal = (await ana.post('/deals', { title: 'Scanners', amount: 4000, stageId: stages[1].id })).body
  const before = (await ana.post('/ai/deal-score', { dealId: deal.id })).body
  assert.equal(before.coldStart, true)
  const stage = before.reasons.find((one: any) => one.field === 'stageId')
  assert.equal(stage?.value ?? stages[1].name, stages[1].name)
  for (const type of ['CALL', 'MEETING'])
    await ana.post('/activities', {
      ...{ type, direction: 'INBOUND', subject: 'Great talk', dealId: deal.id },
      occurredAt: new Date(Date.now() - 5.6 * 86_400_000).toISOString(),
    })
  const after = (await ana.post('/ai/deal-score', { dealId: deal.id })).body
  assert.ok(after.probability > before.probability)
  const silent = after.reasons.find((one: any) => one.field === 'daysSilent')
  assert.ok(silent.effect > 0)
  // Days that have passed, as the record shows them.
  assert.equal(silent.value, 5)
  assert.match(silent.text, /is 5 /)
})

test('history is learned from as it was before the outcome, and not as it stands after it', async () => {
  const { owner } = await world()
  const { leadRows } = await import('./lead-rows.ts')
  const lead = (await owner.post('/leads', { name: 'Ida', source: 'Web', notes: 'first' })).body
  await new Promise(resolve => setTimeout(resolve, 30))
  const before = Date.now()
  await new Promise(resolve => setTimeout(resolve, 300))
  await owner.patch(`/leads/${lead.id}`, { source: 'Referral', notes: 'second' })
  await owner.patch(`/leads/${lead.id}`, { notes: 'third', stage: 'UNQUALIFIED' })
  const [seen] = await owner.inWorkspace(tx => leadRows(tx, [{ id: lead.id, at: before }]))
  assert.deepEqual([seen!.cells.source, seen!.cells.notes, seen!.cells.stage], ['Web', 'first', 'NEW'])
})

/** Imported leads of two years, each with the day of an event that a buyer plans for, and a number that says nothing. */
async function importedPast(owner: Person, chance: (daysToEvent: number) => number) {
  for (const [key, type] of [
    ['event', 'date'],
    ['lucky', 'number'],
  ] as const)
    await owner.post('/custom-fields', { entity: 'lead', key, label: key, type })
  const day = (n: number) => new Date(Date.UTC(2024, 0, 1 + n)).toISOString().slice(0, 10)
  const lines = Array.from({ length: 600 }, (_, n) => {
    const daysToEvent = 10 + ((n * 7919) % 200)
    const isWon = ((n * 104729) % 1000) / 1000 < chance(daysToEvent)
    const ended = isWon ? day(n + 5 + (n % 30)) : ''
    return [`L${n}`, isWon ? 'CONVERTED' : 'UNQUALIFIED', day(n), ended, day(n + daysToEvent), (n * 31) % 97]
  })
  const csv = ['name,stage,made,ended,event,lucky', ...lines.map(line => line.join())]
  const done = await importing(owner, 'leads', csv, {
    mapping: {
      name: 'name',
      stage: 'stage',
      made: 'createdAt',
      ended: 'convertedAt',
      event: 'customFields.event',
      lucky: 'customFields.lucky',
    },
  })
  assert.equal(done.created, 600, JSON.stringify(done))
  const open = await owner.post('/leads', { name: 'Open', customFields: { lucky: 7 } })
  return open.body.id as string
}

test('of imported leads that say when they were converted and not when they were lost, days are learned from without telling the outcome', async () => {
  const { owner } = await world()
  await importedPast(owner, days => (days < 80 ? 0.7 : 0.2))
  const { card } = await trained(owner)
  assert.ok(card.holdOut, 'the newest quarter has both outcomes')
  assert.deepEqual(
    card.leftOut.filter((one: any) => one.key.startsWith('customFields.')).map((one: any) => one.reason),
    [],
  )
  assert.equal(card.fields[0].key, 'customFields.event')
  assert.ok(card.holdOut.auc > 0.6 && card.holdOut.auc < 0.85, `AUC ${card.holdOut.auc}`)
})

test('a score by a model that hardly tells anything says so', async () => {
  const { owner, ana } = await world({ recordVisibility: 'workspace' })
  const leadId = await importedPast(owner, () => 0.3)
  const { card } = await trained(owner)
  assert.ok(card.warnings.some((one: any) => one.code === 'LITTLE_LEARNED'))
  const score = await ana.post('/ai/lead-score', { leadId }, { headers: { 'accept-language': 'de' } })
  assert.match(score.body.warnings[0].message, /^Die Felder sagen kaum/)
  assert.equal(score.body.warnings[0].code, 'LITTLE_LEARNED')
})
