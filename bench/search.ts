import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { gunzipSync } from 'node:zlib'
import { readConfig } from '#core/config.ts'
import { csvLine } from '#core/csv/index.ts'
import { makeLog } from '#core/log.ts'
import { type Program, startProgram } from '#core/program.ts'
import { type EngineName, emptyDatabase, say } from './databases.ts'

const USAGE = `node bench/search.ts [options]   (npm run bench -- search …)
  --data FOLDER                corpus.jsonl(.gz), queries_SET.jsonl, qrels_SET.tsv in BEIR's form; else REAL_DATA_DIR/scifact
  --set test|train             test by default
  --queries N                  the first N alone
  --engine embedded|postgres   embedded by default

How well GET /search ranks: nDCG@10, recall@10 and recall@100 beside a plain BM25 over the same texts in the same run.`

const { values: options } = parseArgs({
  args: process.argv.slice(2).filter(arg => arg !== 'search'),
  options: {
    data: { type: 'string' },
    set: { type: 'string', default: 'test' },
    queries: { type: 'string' },
    engine: { type: 'string', default: 'embedded' },
    help: { type: 'boolean', default: false },
  },
})

const RANKED = 100
type Doc = { id: string; text: string }
type Judged = Map<string, Map<string, number>>

const linesOf = (file: string): string[] => {
  const bytes = readFileSync(file)
  return (file.endsWith('.gz') ? gunzipSync(bytes) : bytes).toString('utf8').trim().split('\n')
}

function read(folder: string) {
  const packed = join(folder, 'corpus.jsonl.gz')
  const docs = linesOf(existsSync(packed) ? packed : join(folder, 'corpus.jsonl')).map((line): Doc => {
    const { _id, title, text } = JSON.parse(line) as { _id: string; title?: string; text: string }
    return { id: _id, text: `${title ?? ''} ${text}`.trim() }
  })
  const judged: Judged = new Map()
  for (const line of linesOf(join(folder, `qrels_${options.set}.tsv`)).slice(1)) {
    const [query, doc, score] = line.split('\t') as [string, string, string]
    judged.set(query, (judged.get(query) ?? new Map()).set(doc, Number(score)))
  }
  const queries = linesOf(join(folder, `queries_${options.set}.jsonl`))
    .map(line => JSON.parse(line) as { _id: string; text: string })
    .filter(({ _id }) => judged.has(_id))
    .slice(0, options.queries ? Number(options.queries) : undefined)
  return { docs, judged, queries }
}

/**
 * The yardstick: Okapi BM25 (k1 1.2, b 0.75, Lucene's idf) over words in lower case, as they stand: Robertson and Zaragoza,
 * "The Probabilistic Relevance Framework", 2009.
 */
export function plainBm25(docs: Doc[]): (query: string) => string[] {
  const [k1, b] = [1.2, 0.75]
  const words = (text: string) => text.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? []
  const postings = new Map<string, Array<[number, number]>>()
  const lengths = docs.map(({ text }, i) => {
    const counts = new Map<string, number>()
    const all = words(text)
    for (const word of all) counts.set(word, (counts.get(word) ?? 0) + 1)
    for (const [word, n] of counts) {
      const list = postings.get(word) ?? []
      if (!list.length) postings.set(word, list)
      list.push([i, n])
    }
    return all.length
  })
  const average = lengths.reduce((sum, n) => sum + n, 0) / docs.length
  return query => {
    const scores = new Map<number, number>()
    for (const word of words(query)) {
      const list = postings.get(word) ?? []
      const idf = Math.log(1 + (docs.length - list.length + 0.5) / (list.length + 0.5))
      for (const [i, n] of list)
        scores.set(
          i,
          (scores.get(i) ?? 0) + (idf * n * (k1 + 1)) / (n + k1 * (1 - b + (b * lengths[i]!) / average)),
        )
    }
    return [...scores]
      .sort((x, y) => y[1] - x[1] || x[0] - y[0])
      .slice(0, RANKED)
      .map(([i]) => docs[i]!.id)
  }
}

/** Järvelin and Kekäläinen's gain with log2 discount, as trec_eval's ndcg_cut does it. */
function ndcg(ranked: string[], relevant: Map<string, number>, at: number): number {
  const gain = (grades: number[]) => grades.reduce((sum, grade, i) => sum + grade / Math.log2(i + 2), 0)
  const ideal = [...relevant.values()].sort((a, b) => b - a).slice(0, at)
  return gain(ranked.slice(0, at).map(id => relevant.get(id) ?? 0)) / gain(ideal)
}

const recall = (ranked: string[], relevant: Map<string, number>, at: number): number => {
  const wanted = [...relevant].filter(([, grade]) => grade > 0).map(([id]) => id)
  return wanted.filter(id => ranked.slice(0, at).includes(id)).length / wanted.length
}

type Reply = Record<string, any>

async function ask(program: Program, token: string, method: 'GET' | 'POST', url: string, payload?: unknown) {
  const reply = await program.server.inject({
    method,
    url: `/api/v1${url}`,
    headers: {
      ...(token ? { authorization: `Bearer ${token}` } : {}),
      ...(typeof payload === 'string' ? { 'content-type': 'text/csv' } : {}),
    },
    payload: payload as object,
  })
  if (reply.statusCode >= 400) throw new Error(`${method} ${url}: ${reply.statusCode} ${reply.body}`)
  return reply.json() as Reply
}

/** A workspace with the documents as notes, imported as a file; a note's tag says which document it is. */
async function importNotes(program: Program, docs: Doc[]): Promise<string> {
  const { token } = await ask(program, '', 'POST', '/auth/register', {
    name: 'Bench',
    email: 'bench@mail.example',
    password: `long enough ${Math.random()}`,
    workspaceName: 'Bench',
  })
  const csv = [['body', 'tags'], ...docs.map(({ id, text }) => [text, `d${id}`])]
    .map(cells => csvLine(cells))
    .join('')
  const { id } = await ask(program, token, 'POST', '/notes/import?onDuplicate=create', csv)
  for (;;) {
    const found = await ask(program, token, 'GET', `/imports/${id}`)
    if (found.status === 'COMPLETED' && found.created === docs.length) return token
    if (!['PENDING', 'RUNNING'].includes(found.status) || found.failed)
      throw new Error(`the import: ${JSON.stringify(found)}`)
    await new Promise(resolve => setTimeout(resolve, 300))
  }
}

/** Waits until every text has its vector. */
async function embedded(program: Program): Promise<void> {
  for (let quiet = 0; quiet < 3; ) {
    const [row] = await program.app.database.inSystem('ascendore_worker', scope =>
      scope.session.rows('select count(*) as n from embedding_due'),
    )
    quiet = row!.n === 0 ? quiet + 1 : 0
    await new Promise(resolve => setTimeout(resolve, 500))
  }
}

const mean = (values: number[]): string =>
  (values.reduce((sum, value) => sum + value, 0) / values.length).toFixed(3)

async function main(folder: string, env: Record<string, string | undefined>): Promise<void> {
  const { docs, judged, queries } = read(folder)
  say(`${docs.length} documents, ${queries.length} queries of ${options.set}`)
  const program = await startProgram(readConfig(env), makeLog('fatal'))
  try {
    const token = await importNotes(program, docs)
    await embedded(program)
    const session = await program.app.database.engine.acquire()
    await session.script('analyze').finally(() => program.app.database.engine.release(session))
    const plain = plainBm25(docs)
    const sides: Record<string, string[][]> = { 'GET /search': [], 'plain BM25': [] }
    const times: number[] = []
    for (const { text } of queries) {
      const start = performance.now()
      const { rows } = await ask(
        program,
        token,
        'GET',
        `/search?limit=${RANKED}&q=${encodeURIComponent(text)}`,
      )
      times.push(performance.now() - start)
      sides['GET /search']!.push(rows.map((row: Reply) => row.record.tags[0].slice(1)))
      sides['plain BM25']!.push(plain(text))
    }
    console.log('| ranked by | nDCG@10 | recall@10 | recall@100 |\n| --- | --: | --: | --: |')
    for (const [name, ranked] of Object.entries(sides)) {
      const by = (
        measure: (ids: string[], relevant: Map<string, number>, at: number) => number,
        at: number,
      ) => mean(queries.map(({ _id }, i) => measure(ranked[i]!, judged.get(_id)!, at)))
      console.log(`| ${name} | ${by(ndcg, 10)} | ${by(recall, 10)} | ${by(recall, 100)} |`)
    }
    times.sort((a, b) => a - b)
    const part = (p: number) => times[Math.floor(times.length * p)]!.toFixed(0)
    console.log(`\n${options.engine}: ${part(0.5)} ms a query, p95 ${part(0.95)}, one after another`)
  } finally {
    await program.stop()
  }
}

const folder = options.data ?? join(process.env.REAL_DATA_DIR ?? '../shared/data', 'scifact')
if (options.help) console.log(USAGE)
else if (!existsSync(folder)) say(`there is no ${folder}: set REAL_DATA_DIR or --data; skipped`)
else {
  const database = await emptyDatabase(options.engine as EngineName)
  const data = mkdtempSync(join(tmpdir(), 'ascendore-bench-search-'))
  if (!database) say('no PostgreSQL: set DATABASE_URL')
  else
    await main(folder, database.env)
      .finally(database.remove)
      .finally(() => rmSync(data, { recursive: true, force: true }))
}
process.exit()
