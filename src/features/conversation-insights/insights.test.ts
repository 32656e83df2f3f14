import assert from 'node:assert/strict'
import { test } from 'node:test'
import { sentencesOf } from '#core/ai/text.ts'
import { until } from '#test/until.ts'
import { useProgram, world } from '#test/world.ts'
import { readingOf } from './read.ts'
import { objectionsIn, signalsOf } from './signals.ts'

useProgram()

const CALL = `Good call with Ida, she really likes the handhelds. She said "your quote is too expensive for our budget".
They are also talking to Zebra Mobile. I will send the revised offer by Friday.`

test('the mood of a text is read with negation, contrast and emphasis', async () => {
  const { ana, vera } = await world()
  const mood = async (text: string) => (await ana.post('/ai/sentiment', { text })).body.score
  const liked = await ana.post('/ai/sentiment', { text: 'The service was great.' })
  assert.equal(liked.status, 200, liked.text)
  assert.deepEqual([liked.body.label, liked.body.provider], ['positive', 'builtin'])
  assert.deepEqual(liked.body.sentences[0], {
    sentence: 'The service was great.',
    start: 0,
    end: 22,
    score: liked.body.score,
  })
  assert.ok((await mood('The service was not great.')) < 0)
  assert.ok((await mood('A lovely demo, but the price is terrible.')) < 0)
  assert.ok((await mood('The price was bad, but we love it!')) > 0)
  assert.ok((await mood('Das Angebot ist leider zu teuer.')) < 0)
  // German is read by German words: "die" is no death there, and much that is good or bad is told by phrases.
  const german: [string, string][] = [
    ['Bitte schicken Sie die Rechnung an die Buchhaltung.', 'neutral'],
    ['Gar nicht schlecht, die Schulung war verständlich.', 'positive'],
    ['Da gibt es nichts zu meckern.', 'positive'],
    ['Ich würde es niemandem weiterempfehlen.', 'negative'],
    ['Auf meine Mail hat bis heute niemand reagiert.', 'negative'],
    ['Der Vorstand hat das Vertrauen in das Projekt verloren.', 'negative'],
  ]
  for (const [text, label] of german) assert.equal(readingOf(text).label, label, text)
  const none = (await ana.post('/ai/sentiment', { text: 'Order 4711 has 12 lines.' })).body
  assert.deepEqual([none.score, none.label, none.warnings[0].code], [0, 'neutral', 'NO_MOOD_FOUND'])
  assert.equal((await ana.post('/ai/sentiment', { text: '  ' })).status, 400)
  assert.equal((await vera.post('/ai/sentiment', { text: 'Great' })).status, 403)
})

test('what buyers say is sorted into objections, competitors and next steps, each with its sentence', () => {
  const first = (sentence: string) => objectionsIn({ sentence, start: 0, end: sentence.length })[0]?.value
  const said: Record<string, string> = {
    'Frankly this is far too expensive for a firm of our size.': 'price',
    'We would rather come back to this after the summer.': 'timing',
    'I would have to ask my director before anything happens.': 'authority',
    'We do not really need another tool.': 'need',
    'Could you name references in our industry?': 'trust',
    'It does not integrate with our warehouse system.': 'product',
    'The notice period in your contract is too long.': 'contract',
    'Das können wir uns nicht leisten.': 'price',
    'Ohne meine Direktorin kann ich nichts zusagen.': 'authority',
    'Wir sind schon mit einem Großen im Gespräch.': 'competitor',
    'Our own servers are a must.': 'product',
    'See you on Monday.': 'none',
    'Wir haben im Herbst wie immer die Messe besucht.': 'none',
  }
  for (const [sentence, category] of Object.entries(said))
    assert.equal(first(sentence) ?? 'none', category, sentence)
  const signals = signalsOf(CALL)
  const of = (kind: string) => signals.filter(signal => signal.kind === kind).map(({ value }) => value)
  assert.deepEqual(of('OBJECTION').sort(), ['competitor', 'price'])
  assert.deepEqual(of('COMPETITOR'), ['Zebra Mobile'])
  assert.deepEqual(of('NEXT_STEP'), ['I will send the revised offer by Friday.'])
  for (const { sentence, start, end } of signals) assert.equal(CALL.slice(start, end), sentence)
  assert.deepEqual(signalsOf('Nothing of note.'), [])
  assert.ok(readingOf(CALL).sentences.length <= sentencesOf(CALL).length)
})

test('text that is none holds nobody up', () => {
  const started = performance.now()
  for (const part of ['A', 'Aa', 'a', 'the price ', 'A. ', 'e.g. ', '0=', 'Mr. X said that '])
    signalsOf(part.repeat(50_000 / part.length))
  assert.ok(performance.now() - started < 10_000, 'one of them alone took 24 s')
})

test('an interaction is read as it is saved; what is accepted is written into it, what is rejected is not proposed again', async () => {
  const { ana, ben, vera, owner, mallory } = await world()
  const made = await ana.post('/activities', { type: 'CALL', subject: 'First call', content: CALL })
  assert.equal(made.status, 201, made.text)
  const { id } = made.body
  assert.equal(typeof made.body.sentimentScore, 'number')
  const said = await ana.post('/activities', { type: 'CALL', content: CALL, sentimentScore: 0.9 })
  assert.equal(said.body.sentimentScore, 0.9, 'what somebody says stands')
  const angry = (await ana.patch(`/activities/${id}`, { content: 'They are furious. A terrible call.' })).body
  assert.ok(angry.sentimentScore < -0.5)
  assert.equal(
    (await ana.patch(`/activities/${said.body.id}`, { content: 'Terrible.' })).body.sentimentScore,
    0.9,
  )
  await ana.patch(`/activities/${id}`, { content: CALL })

  const findings = () => ana.get(`/activities/${id}/findings`).then(({ body }) => body.rows as any[])
  const rows = await until(findings, list => list.length === 4)
  const of = (kind: string, value?: string) =>
    rows.find(row => row.kind === kind && (!value || row.value === value))
  const price = of('OBJECTION', 'price')
  assert.equal(price.status, 'PROPOSED')
  assert.deepEqual(
    { ...price.evidence, start: undefined, end: undefined },
    {
      recordType: 'interaction',
      recordId: id,
      field: 'content',
      sentence: 'She said "your quote is too expensive for our budget".',
      start: undefined,
      end: undefined,
    },
  )
  assert.equal(CALL.slice(price.evidence.start, price.evidence.end), price.evidence.sentence)

  const path = (row: any, verb: string) => `/activities/${id}/findings/${row.id}/${verb}`
  for (const row of [price, of('COMPETITOR'), of('NEXT_STEP')]) {
    const accepted = await ana.post(path(row, 'accept'), {})
    assert.deepEqual(
      [accepted.status, accepted.body.status, accepted.body.decidedById],
      [200, 'ACCEPTED', ana.id],
    )
  }
  await ana.post(path(of('OBJECTION', 'competitor'), 'reject'), {})
  const now = (await ana.get(`/activities/${id}`)).body
  assert.deepEqual(now.objections, ['price'])
  assert.deepEqual(now.competitors, ['Zebra Mobile'])
  assert.equal(now.nextSteps, 'I will send the revised offer by Friday.')
  const again = (await ana.post(`/activities/${id}/findings`, {})).body.rows
  assert.deepEqual(again.map((row: any) => row.status).sort(), [
    'ACCEPTED',
    'ACCEPTED',
    'ACCEPTED',
    'REJECTED',
  ])

  // A name accepted once is known from then on, to this workspace alone.
  const plain = { type: 'CALL', content: 'zebra mobile was mentioned.' }
  const second = (await ana.post('/activities', plain)).body
  const known = (await ana.post(`/activities/${second.id}/findings`, {})).body.rows
  assert.ok(known.some((row: any) => row.kind === 'COMPETITOR' && row.value === 'Zebra Mobile'))
  const theirs = (await mallory.post('/activities', plain)).body
  assert.deepEqual((await mallory.post(`/activities/${theirs.id}/findings`, {})).body.rows, [])

  for (const stranger of [ben, mallory]) {
    assert.equal((await stranger.get(`/activities/${id}/findings`)).status, 404)
    assert.equal((await stranger.post(path(price, 'reject'), {})).status, 404)
  }
  assert.equal((await vera.get(`/activities/${id}/findings`)).status, 200)
  assert.equal((await vera.post(path(price, 'reject'), {})).status, 403)
  assert.equal((await owner.post(`/activities/${id}/findings/${made.body.id}/accept`, {})).status, 404)
})

test('a rule that is rejected again and again is followed no longer', async () => {
  const { ana } = await world()
  const reject = async (at: number) => {
    const { id } = (
      await ana.post('/activities', { type: 'CALL', content: `Visit ${at}: they asked for a discount.` })
    ).body
    // The follower reads it at the same time.
    const read = () => ana.post(`/activities/${id}/findings`, {})
    const { rows } = (await Promise.all([read(), read(), read()]))[0]!.body
    for (const row of rows) await ana.post(`/activities/${id}/findings/${row.id}/reject`, {})
    return rows.filter((row: any) => row.value === 'price') as any[]
  }
  const first = await reject(0)
  assert.equal(first.length, 1)
  const second = await reject(1)
  assert.ok(second[0].confidence < first[0].confidence, 'it grows less sure with each')
  await reject(2)
  await reject(3)
  assert.deepEqual(await reject(4), [])
})
