import assert from 'node:assert/strict'
import { beforeEach, test } from 'node:test'
import type { Who } from '#core/db/workspace.ts'
import { settingsFor, useModels } from '#integrations/llm/testing/model-server.testing.ts'
import { asOwner } from '#test/database.ts'
import { until } from '#test/until.ts'
import { type Person, useProgram, world } from '#test/world.ts'
import { Embedders } from './embedder.ts'
import { refresh } from './refresh.ts'
import { type Neighbour, similar, similarTo } from './similar.ts'
import { BUILTIN, vectorOfWords } from './words.ts'

const program = useProgram()
const server = useModels()
beforeEach(() => server.reset())

const whoOf = ({ workspaceId, id, role }: Person, visibility: Who['visibility'] = 'own'): Who => ({
  workspaceId,
  userId: id,
  role,
  visibility,
  timezone: 'UTC',
})
const deal = async (person: Person, title: string, description: string): Promise<string> =>
  (await person.post('/deals', { title, description })).body.id
const near = (
  person: Person,
  id: string,
  options: Parameters<typeof similar>[4] = {},
  visibility?: Who['visibility'],
) => similar(program().app, whoOf(person, visibility), 'deal', id, options)
const idsOf = (found: Neighbour[]) => found.map(({ recordId }) => recordId)

type Kept = { model: string; type: string; id: string }
const kept = async (workspaceId: string): Promise<Kept[]> =>
  (await asOwner(program(), session =>
    session.rows(
      'select model, record_type as type, record_id as id from embeddings where workspace_id = $1::uuid order by record_id',
      [workspaceId],
    ),
  )) as Kept[]
const models = async (workspaceId: string, id: string) =>
  (await kept(workspaceId)).filter(row => row.id === id).map(({ model }) => model)
const embedded = (workspaceId: string, id: string, model = BUILTIN) =>
  until(
    () => models(workspaceId, id),
    found => found.includes(model),
  )

test('words, their endings and how rare they are say what is near', () => {
  const even = () => 1
  const like = (a: string, b: string, rarity = even as (hash: number) => number) => {
    const [one, other] = [vectorOfWords(a, rarity)!, vectorOfWords(b, rarity)!]
    let sum = 0
    for (const [place, value] of one) sum += value * (other.get(place) ?? 0)
    return sum
  }
  assert.ok(Math.abs(like('roof tiles for the depot', 'roof tiles for the depot') - 1) < 1e-9)
  assert.ok(like('roof tiles', 'tiles on roofs') > 0.4)
  assert.ok(like('negotiation', 'negotiations') > like('negotiation', 'invitation'))
  assert.ok(Math.abs(like('roof tiles', 'quarterly payroll')) < 0.2)
  assert.equal(vectorOfWords(' - 1 ', even), undefined)
})

test('a deal is near to those with the same words, of those that the caller sees', async () => {
  const { owner, ana, ben, workspaceId } = await world()
  const [mine, alike, other, bens] = [
    await deal(
      ana,
      'Roof tiles for the Lindholm depot',
      'Slate tiles, delivery in spring, price is an objection',
    ),
    await deal(ana, 'Tiles for a depot roof', 'Slate, they find the price too high'),
    await deal(ana, 'Payroll software', 'Forty seats, security review is open'),
    await deal(ben, 'Depot roof tiles, second part', 'Slate tiles, delivery in autumn'),
  ]
  for (const id of [mine, alike, other, bens]) await embedded(workspaceId, id)
  assert.deepEqual(idsOf(await near(ana, mine, {}, 'own')), [alike, other])
  const all = await near(owner, mine)
  assert.deepEqual(new Set(idsOf(all).slice(0, 2)), new Set([alike, bens]))
  assert.equal(all.length, 3)
  for (const { similarity } of all) assert.ok(similarity <= 1 && similarity >= -1)
  assert.ok(all[0]!.similarity > all[2]!.similarity + 0.2)
  assert.deepEqual(idsOf(await near(owner, mine, { limit: 1 })).length, 1)
  // What one does not see has no neighbours, also by way of one's own records.
  assert.deepEqual(await near(ana, bens, {}, 'own'), [])
  assert.deepEqual(idsOf(await near(ana, mine, {}, 'workspace')).includes(bens), true)
  const byText = await similarTo(program().app, whoOf(ana), 'SLATE tiles: too expensive', {
    types: ['deal', 'note'],
  })
  assert.deepEqual(
    idsOf(byText),
    [alike, mine, other].filter(id => idsOf(byText).includes(id)),
  )
  assert.equal(byText[0]!.recordType, 'deal')
})

test('vectors follow changes, and go with what is deleted', async () => {
  const { ana, workspaceId } = await world()
  const [one, two] = [await deal(ana, 'Bicycles', 'Green ones'), await deal(ana, 'Cranes', 'Yellow ones')]
  const third = await deal(ana, 'Fleet', 'Green bicycles for couriers')
  for (const id of [one, two, third]) await embedded(workspaceId, id)
  assert.equal(idsOf(await near(ana, third))[0], one)
  await ana.patch(`/deals/${two}`, { title: 'Bicycles for couriers', description: 'A fleet of green ones' })
  await until(
    async () => idsOf(await near(ana, third))[0],
    first => first === two,
  )
  await ana.delete(`/deals/${two}`)
  await until(
    () => models(workspaceId, two),
    found => !found.length,
  )
  assert.deepEqual(idsOf(await near(ana, third)), [one])
  await ana.post(`/deals/${two}/restore`)
  await embedded(workspaceId, two)
})

test('no vector or neighbour crosses to another workspace', async () => {
  const { owner, mallory, workspaceId } = await world()
  const mine = await deal(owner, 'Roof tiles', 'Slate tiles for the depot')
  const theirs = await deal(mallory, 'Roof tiles', 'Slate tiles for the depot')
  await embedded(workspaceId, mine)
  await embedded(mallory.workspaceId, theirs)
  assert.deepEqual(await near(owner, mine), [])
  assert.deepEqual(await near(mallory, theirs), [])
  assert.deepEqual(await near(mallory, mine), [])
  assert.deepEqual(await similarTo(program().app, whoOf(mallory), 'roof tiles', { types: ['deal'] }), [
    {
      recordType: 'deal',
      recordId: theirs,
      similarity: (await similarTo(program().app, whoOf(mallory), 'roof tiles', { types: ['deal'] }))[0]!
        .similarity,
    },
  ])
  for (const person of [owner, mallory])
    await person.inWorkspace(async tx => {
      await assert.rejects(
        tx.attempt(() => tx.session.rows('select 1 from embeddings limit 1')),
        /permission denied/,
      )
    })
})

test('another model embeds all anew, and vectors of two models are never compared', async () => {
  const { owner, mallory, workspaceId } = await world()
  const [one, two] = [
    await deal(owner, 'Roof tiles', 'Slate'),
    await deal(owner, 'Tiles for a roof', 'Slate'),
  ]
  for (const id of [one, two]) await embedded(workspaceId, id)
  const neighbour = await deal(mallory, 'Roof tiles', 'Slate')
  await embedded(mallory.workspaceId, neighbour)
  const settings = { ...settingsFor(server, 'google'), embeddingModel: 'text-embedding-004' }
  assert.equal((await owner.patch('/ai/settings', settings)).status, 200)
  const name = 'google:text-embedding-004'
  for (const id of [one, two]) await embedded(workspaceId, id, name)
  const sent = server.asked.filter(({ path }) => path.includes('mbedContent'))
  assert.ok(sent.length >= 1 && sent.every(({ raw }) => /Slate/.test(raw)))
  const [found] = await near(owner, one)
  assert.equal(found!.recordId, two)
  // One that has a vector of the old model only is not there.
  await asOwner(program(), session =>
    session.rows('delete from embeddings where record_id = $1::uuid and model = $2', [two, name]),
  )
  assert.deepEqual(await near(owner, one), [])
  // The daily batch finds what is missing, and forgets the old vectors once all is done.
  await refresh(program().app, workspaceId)
  await embedded(workspaceId, two, name)
  await until(
    async () => {
      await refresh(program().app, workspaceId)
      return new Set((await kept(workspaceId)).map(({ model }) => model))
    },
    left => left.size === 1 && left.has(name),
  )
  assert.deepEqual(await models(mallory.workspaceId, neighbour), [BUILTIN])
  const { tasks } = (await owner.get('/ai/usage')).body
  assert.equal(tasks.find(({ task }: any) => task === 'embedding').model, 'text-embedding-004')
  assert.equal((await mallory.get('/ai/usage')).body.tasks.length, 0)
})

test('words are counted anew where there are twice as many records, and not because only the newest of many are counted', async () => {
  const { owner, workspaceId } = await world()
  const state = async () =>
    (
      await asOwner(program(), session =>
        session.rows(
          `select (select documents from embedding_states where workspace_id = $1::uuid) as documents,
           (select count(*)::int from embedding_due where workspace_id = $1::uuid) as due`,
          [workspaceId],
        ),
      )
    )[0]!
  await embedded(workspaceId, await deal(owner, 'Roof tiles', 'Slate'))
  await asOwner(program(), session =>
    session.rows('update record_counts set live = live + 1000 where workspace_id = $1::uuid', [workspaceId]),
  )
  await embedded(workspaceId, await deal(owner, 'Roof beams', 'Oak'))
  await until(state, ({ documents, due }) => (documents as number) >= 1000 && due === 0)
  await new Embedders(program().app).prepare(workspaceId)
  assert.equal((await state()).due, 0, 'nothing is embedded once more')
})

test('a model that fails is tried again later; meanwhile nothing is lost', async () => {
  const { owner, workspaceId } = await world()
  server.alwaysSays({ status: 401 })
  await owner.patch('/ai/settings', {
    ...settingsFor(server, 'openai'),
    embeddingModel: 'text-embedding-3-small',
  })
  const id = await deal(owner, 'Roof tiles', 'Slate')
  const due = () =>
    asOwner(program(), session =>
      session.rows(
        "select due_at > now() + interval '4 minutes' as later from embedding_due where workspace_id = $1::uuid and record_id = $2::uuid",
        [workspaceId, id],
      ),
    )
  await until(due, rows => rows[0]?.later === true)
  assert.deepEqual(await models(workspaceId, id), [])
  await assert.rejects(near(owner, id), { code: 'AI_UNAVAILABLE' })
  await owner.patch('/ai/settings', { embeddingModel: null })
  // By words it can be compared at once, also before it is embedded.
  const other = await deal(owner, 'Tiles for a roof', 'Slate')
  await embedded(workspaceId, other)
  assert.deepEqual(idsOf(await near(owner, id)), [other])
})

test('of what holds some words of a question the nearest as a whole stands first', async () => {
  const { ana, workspaceId } = await world()
  const operations = Array.from({ length: 60 }, (_, n) => ({
    op: 'create',
    data: {
      body:
        n === 7
          ? 'Negotiated delivery dates of slate tiles, they negotiate again in spring'
          : `Report ${n} about quarterly numbers and tiles`,
    },
  }))
  const { results } = (await ana.post('/notes/bulk', { operations })).body
  for (const n of [7, 59]) await embedded(workspaceId, results[n].id)
  await until(
    () =>
      asOwner(program(), session =>
        session.rows('select 1 from embedding_states where workspace_id = $1::uuid and rarity is not null', [
          workspaceId,
        ]),
      ),
    rows => rows.length === 1,
  )
  const { body } = await ana.get('/search', {
    query: { q: 'what did they say in negotiations about dates for slate tiles', types: 'note' },
  })
  assert.equal(body.rows[0].id, results[7].id)
  assert.ok(body.rows[0].score > 1.3 * body.rows[1].score)
})
