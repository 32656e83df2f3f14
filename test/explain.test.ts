import assert from 'node:assert/strict'
import { before, describe, it } from 'node:test'
import { recordNamed } from '#core/record/registry.ts'
import { store } from '#core/record/store.ts'
import { recorded, type Seen } from './recorder.ts'
import { type Person, useProgram, world } from './world.ts'

/**
 * That lists, pages, the board and searches can use their indexes under the roles in which they really run.
 * Few rows would be read sequentially, so that is switched off: what the planner then still reads
 * sequentially, row-level security or the shape of the statement keeps from the index.
 */
const program = useProgram()
let people: Awaited<ReturnType<typeof world>>

type Node = {
  'Node Type': string
  'Relation Name'?: string
  'Index Name'?: string
  'Index Cond'?: string
  'Recheck Cond'?: string
  'Subplan Name'?: string
  Plans?: Node[]
}
const nodesOf = (node: Node): Node[] => [node, ...(node.Plans ?? []).flatMap(nodesOf)]

async function prepare(): Promise<void> {
  people ??= await world()
  const { ana } = people
  const contacts = Array.from({ length: 600 }, (_, i) => ({
    firstName: i === 77 ? 'Quixano' : 'Greta',
    lastName: `Grün${i}`,
    email: `greta${i}@mail.example`,
  }))
  await ana.inWorkspace(tx => store.createMany(tx, recordNamed('contact'), contacts))
  const others = Array.from({ length: 1800 }, (_, i) => ({ firstName: 'Otto', lastName: `Weiss${i}` }))
  await people.owner.inWorkspace(tx => store.createMany(tx, recordNamed('contact'), others))
  for (let i = 0; i < 3; i++) {
    const { body } = await ana.post('/deals', { title: `Deal ${i}`, amount: 100 })
    assert.ok(body.id, JSON.stringify(body))
  }
  await program()
    .app.database.engine.acquire()
    .then(async session => {
      await session.script('analyze')
      program().app.database.engine.release(session)
    })
}

/** EXPLAIN of the plan that a connection keeps for any parameters. */
function plannedOnce(text: string, params: unknown[]): string {
  const values = params.map(value => (value === null ? 'null' : `'${String(value).replaceAll("'", "''")}'`))
  return `prepare planned as ${text}; explain (format json) execute planned${values.length ? `(${values.join(', ')})` : ''}; deallocate planned`
}

/** The plan of a statement, in a transaction that is opened as the request's was. */
async function planOf({ text, params, opening, role }: Seen): Promise<Node> {
  const { engine } = program().app.database
  const session = await engine.acquire()
  try {
    await session.script(`${opening}; set local enable_seqscan = off; set local role ${role}`)
    const [row] = opening.includes('force_generic_plan')
      ? (await session.script(plannedOnce(text, params))).map(Object.values)
      : await session.values(`explain (format json) ${text}`, params)
    return (row![0] as Array<{ Plan: Node }>)[0]!.Plan
  } finally {
    await session.script('rollback')
    engine.release(session)
  }
}

/** For each statement of the request that reads `table`: how it gets at the rows. */
async function accessOf(
  person: Person,
  path: string,
  table: string,
): Promise<Array<{ role: string; nodes: Node[] }>> {
  const { result, seen } = await recorded(program(), () => person.get(path))
  assert.equal(result.status, 200, result.text)
  const found = []
  for (const statement of seen) {
    if (!new RegExp(`\\b(from|join) ${table}\\b`).test(statement.text)) continue
    found.push({ role: statement.role, nodes: nodesOf(await planOf(statement)) })
  }
  assert.ok(found.length, `${path} does not read ${table}`)
  return found
}

const indexesIn = (nodes: Node[]): string[] => nodes.flatMap(node => node['Index Name'] ?? [])

/** @param index one of these must be used by at least one of the request's statements */
async function usesIndex(person: Person, path: string, table: string, index: RegExp): Promise<void> {
  const statements = await accessOf(person, path, table)
  for (const { nodes, role } of statements) {
    const scanned = nodes.filter(
      node => node['Node Type'].includes('Seq Scan') && node['Relation Name'] === table,
    )
    assert.deepEqual(scanned, [], `${path} reads all of ${table} as ${role}`)
  }
  const used = statements.flatMap(({ nodes }) => indexesIn(nodes))
  assert.ok(
    used.some(name => index.test(name)),
    `${path} uses ${used.join(', ') || 'no index'}`,
  )
}

describe('plans', () => {
  before(prepare)
  for (const role of ['owner', 'ana'] as const) {
    describe(`as ${role === 'owner' ? 'OWNER' : 'MEMBER who sees their own'}`, () => {
      const person = () => people[role]
      it('the default list', () => usesIndex(person(), '/contacts', 'contacts', /^contacts_/))
      it('the next page', async () => {
        const { body } = await person().get('/contacts?limit=1')
        await usesIndex(person(), `/contacts?limit=1&cursor=${body.nextCursor}`, 'contacts', /^contacts_/)
      })
      it('a list by a plain field', () =>
        usesIndex(person(), '/contacts?status=ACTIVE', 'contacts', /^contacts_/))
      it('the board', () => usesIndex(person(), '/deals/pipeline', 'deals', /^deals_/))
      it('a column of the board', async () => {
        const { body } = await person().get('/deals')
        const path = `/deals?stageId=${body.rows[0].stageId}&status=OPEN`
        await usesIndex(person(), path, 'deals', /^deals_/)
      })
      it('a search', () => usesIndex(person(), '/contacts?q=greta', 'contacts', /^contacts_/))
      it('a search over all records', () => usesIndex(person(), '/search?q=greta', 'contacts', /^contacts_/))
      it('a search that forgives typos', () =>
        usesIndex(person(), '/search?q=quixnao', 'contacts', /^contacts_/))
      it('what may be double', async () => {
        const path = '/contacts/duplicates'
        await usesIndex(person(), path, 'duplicate_keys', /^duplicate_keys_doubled/)
        await usesIndex(person(), path, 'duplicate_names', /^duplicate_names_/)
      })
      it('what happened to a record', async () => {
        const { body } = await person().get('/contacts')
        await usesIndex(person(), `/contacts/${body.rows[0].id}/activities`, 'events', /^events_entity/)
      })
      it('what happened to a type of records', () =>
        usesIndex(person(), '/activities?entityType=visit', 'events', /^events_type/))
      it('the total of a whole list reads no old events', async () => {
        if (role === 'owner')
          await usesIndex(person(), '/contacts', 'events', /^events_(workspace_id_seq_pk|seq)/)
      })
    })
  }

  it('the whole list of an owner walks along its order, by a plan that is made once for any workspace', async () => {
    const { body } = await people.owner.get('/contacts?limit=1')
    for (const query of ['', `?limit=1&cursor=${body.nextCursor}`, '?sort=createdAt']) {
      const { seen } = await recorded(program(), () => people.owner.get(`/contacts${query}`))
      const reading = seen.find(({ text }) => text.includes('from contacts t'))!
      assert.match(reading.opening, /plan_cache_mode = force_generic_plan/)
      const types = nodesOf(await planOf(reading)).map(node => node['Node Type'])
      assert.ok(types.some(type => type.startsWith('Index')) && !types.includes('Sort'), types.join())
    }
    // A member's own along each index of whose they are, and no further than a page.
    const { body: own } = await people.ana.get('/contacts?limit=1')
    for (const query of ['', `?limit=1&cursor=${own.nextCursor}`]) {
      const { seen } = await recorded(program(), () => people.ana.get(`/contacts${query}`))
      const reading = seen.find(({ text }) => text.includes('join contacts t'))!
      assert.match(reading.opening, /plan_cache_mode = force_generic_plan/)
      const walked = nodesOf(await planOf(reading)).filter(node =>
        /_by_(owner|created_by)_id$/.test(node['Index Name'] ?? ''),
      )
      assert.deepEqual(walked.map(node => node['Index Name']).sort(), [
        'contacts_by_created_by_id',
        'contacts_by_owner_id',
      ])
      for (const node of walked)
        assert.match(node['Index Cond']!, query ? /ROW\(updated_at, id\) </ : /(owner|created_by)_id = /)
    }
    // What is filtered is planned for the values that are asked for.
    const { seen } = await recorded(program(), () => people.owner.get('/contacts?status=ACTIVE'))
    assert.ok(seen.length > 0 && seen.every(({ opening }) => !opening.includes('force_generic_plan')))
  })

  it('what a member sees by what it hangs on is gathered once for a page of a list or an export', async () => {
    await people.ana.post('/tasks', { title: 'Call Greta' })
    for (const path of ['/tasks', '/tasks/export']) {
      const { result, seen } = await recorded(program(), () => people.ana.get(path))
      assert.equal(result.status, 200, result.text)
      assert.match(result.text, /Call Greta/)
      const ranking = seen.filter(
        ({ text }) => /select t\.id (from|as "id".* limit)/.test(text) && /from tasks t/.test(text),
      )
      assert.deepEqual(
        ranking.map(({ role, text }) => [role, /in \(select id from mine\)/.test(text)]),
        [['ascendore_search', true]],
        path,
      )
    }
  })

  it('whether a member may change the rows of a page is asked of each by itself, however many there are', async context => {
    if (program().app.database.engine.kind !== 'embedded')
      return context.skip('only the owner of a server may')
    const { owner, ben } = await world({ recordVisibility: 'workspace' })
    const { id } = (await owner.post('/deals', { title: 'Cranes' })).body
    await owner.post('/tasks', { title: 'Call Greta', relatedType: 'deal', relatedId: id })
    const asks = { headers: { prefer: 'may-change' } }
    const { result, seen } = await recorded(program(), () => ben.get('/tasks?sort=title', asks))
    assert.equal(result.body.rows[0].mayChange, false)
    const reading = seen.find(({ text }) => text.includes('"mayChange"'))!
    // Many more of them; all of it is rolled back.
    const filled = `reset role; insert into records (workspace_id, id, type) select '${ben.workspaceId}', gen_random_uuid(), 'deal' from generate_series(1, 4000);
      insert into tasks (workspace_id, id, title, related_type, related_id) select workspace_id, gen_random_uuid(), 'Call', 'deal', id from records
      where workspace_id = '${ben.workspaceId}' and type = 'deal'; analyze records; analyze tasks`
    const opening = `${reading.opening.replace('read only', '')}; ${filled}`
    const nodes = nodesOf(await planOf({ ...reading, opening }))
    // But for what is in the trash, which is gathered once: there is little of it.
    const conditions = nodes
      .filter(node => node['Relation Name'] === 'records' && node['Index Name'] !== 'records_deleted')
      .map(node => node['Index Cond'] ?? node['Recheck Cond'] ?? node['Node Type'])
      .filter(condition => !condition.includes('deleted_at IS NOT NULL'))
    assert.ok(conditions.length)
    for (const condition of conditions) assert.match(condition, /\bid = /)
  })

  it('a search for a rare word uses the trigram index, which row-level security itself would not allow', async () => {
    const { seen } = await recorded(program(), () => people.owner.get('/contacts?q=quixano'))
    const ranking = seen.filter(({ role }) => role === 'ascendore_search')
    assert.equal(ranking.length, 2, 'count and ranking run as ascendore_search')
    // On few rows the indexes of the workspace serve as well, so the word alone is asked for.
    const text = `select id from contacts where search_text like '%quixano%'`
    const byTrigrams = async (role: string) =>
      nodesOf(await planOf({ ...ranking[0]!, text, params: [], role })).some(node =>
        node['Index Cond']?.includes('search_text'),
      )
    assert.equal(await byTrigrams('ascendore_search'), true)
    assert.equal(await byTrigrams('ascendore_admin'), false)
  })

  it('a search of a member looks by the words, and never through all that is theirs', async () => {
    const { seen } = await recorded(program(), () => people.ana.get('/search?q=quixano'))
    const ranking = seen.find(({ text }) => text.includes('as materialized'))!
    assert.match(ranking.opening, /force_generic_plan/)
    const nodes = nodesOf(await planOf(ranking))
    const used = indexesIn(nodes).filter(name => name.startsWith('contacts'))
    assert.deepEqual([...new Set(used)].sort(), ['contacts_search', 'contacts_title'])
    const byWords = nodes.find(node => node['Index Name'] === 'contacts_search')
    assert.match(
      byWords!['Index Cond'] ?? '',
      /search_text.*ARRAY|ARRAY.*search_text/,
      'words and owner in one',
    )
    assert.doesNotMatch(ranking.text, /t\.(owner|created_by)_id = /)
  })

  it('a search ranks questions by the index of stems, and typos by that of words', async () => {
    const { seen } = await recorded(program(), () => people.owner.get('/search?q=which+cranes+leaked+crainx'))
    const ranking = seen.filter(({ role }) => role === 'ascendore_search')
    const indexesOf = async (text: string) =>
      indexesIn(nodesOf(await planOf({ ...ranking[0]!, text, params: [] })))
    // Each condition as the search has it, but for the workspace: on few rows that alone would do.
    for (const [condition, statement, index] of [
      ['search_vector @@ ', `select id from notes where search_vector @@ 'crane'`, 'notes_ranked'],
      ['word % $2', `select ctid from search_words where word % 'crainx'`, 'search_words_alike'],
    ] as const) {
      assert.ok(
        ranking.some(({ text }) => text.includes(condition)),
        condition,
      )
      assert.deepEqual(await indexesOf(statement), [index])
    }
    // In their primary key alone a workspace's words look so cheap to read that it is a matter of statistics.
    const near = ranking.find(({ text }) => text.includes('word % $2'))!
    assert.match(near.opening, /enable_indexonlyscan = off/)
  })

  it('what was said of a closed deal is read by the deal, also in tables that were just filled and not analysed', async context => {
    if (program().app.database.engine.kind !== 'embedded')
      return context.skip('only the owner of a server may')
    const { result, seen } = await recorded(program(), () => people.ana.get('/ai/win-loss'))
    assert.equal(result.status, 200, result.text)
    const facts = seen.find(({ text }) => text.includes('with d as materialized'))!
    // As if the planner had never learned of them; all of it is rolled back.
    const filled = `reset role; delete from pg_statistic where starelid in ('deals'::regclass, 'interactions'::regclass);
      insert into interactions (workspace_id, id, type, occurred_at, deal_id, created_by_id) select workspace_id, gen_random_uuid(), 'CALL', now(), id, created_by_id
      from deals, generate_series(1, 500) where workspace_id = '${people.ana.workspaceId}'`
    const opening = `${facts.opening.replace('read only', '')}; ${filled}`
    const said = nodesOf(await planOf({ ...facts, opening })).find(
      node => node['Subplan Name'] === 'CTE said',
    )!
    const read = nodesOf(said).find(node => node['Index Name']?.startsWith('interactions'))
    assert.match(read?.['Index Cond'] ?? '', /deal_id = /)
  })
})
