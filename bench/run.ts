import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { loadavg, tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { Tokens } from '#core/auth/tokens.ts'
import { runFile, startBare, startLoad, startProgramChild } from './children.ts'
import type { Place } from './data.ts'
import { type EngineName, type Env, type Filled, filledDatabase, say } from './databases.ts'
import type { Outcome } from './load.ts'
import { measureRealtime, type RealtimeFigures, realtimeTable } from './realtime.ts'
import { keyOf, type Recorded } from './record.ts'
import { SCENARIOS, type Scenario } from './scenarios.ts'

const USAGE = `npm run bench -- [options]
  --engine embedded|postgres|both   both by default
  --clients N                       requests under way at once; 16 by default
  --seconds N                       measured time of each scenario and side; 5 by default
  --scale N                         1 is 10,000 companies, 100,000 contacts, 50,000 deals, 1,000,000 events
  --only name,name                  these scenarios alone
  --role owner|member|both          both by default
  --no-bare                         without the bare handler beside it
  --growth [--to N]                 p95 at a tenth of the data against scale 1 (or N)
  --realtime [--writes N]           instead: write to receipt by WebSocket with 1,000 clients, N writes a second (10)
  --json FILE                       also writes the figures there`

const ROUNDS = 2
const LISTENERS = 1000
const WARM_UP_SECONDS = 0.5

export type Figures = {
  scenario: string
  role: string
  perSecond: number
  p50: number
  p95: number
  p99: number
  errors: number
  barePerSecond?: number
  bareP95?: number
  ratio?: number
  /** The bare handler with the program's own transactions: begin, role, settings, commit. */
  samePerSecond?: number
  sameRatio?: number
  /** SPEC 7's bound on p95 in milliseconds. */
  p95Bound: number
}
type Facts = { firstStartMs: number; coldStartMs: number; memoryBeforeMiB: number; memoryAfterMiB: number }
type Report = { engine: EngineName; scale: number; clients: number; facts: Facts; figures: Figures[] }

const { values: options } = parseArgs({
  options: {
    engine: { type: 'string', default: 'both' },
    clients: { type: 'string', default: '16' },
    seconds: { type: 'string', default: '5' },
    scale: { type: 'string', default: '1' },
    only: { type: 'string' },
    role: { type: 'string', default: 'both' },
    realtime: { type: 'boolean', default: false },
    writes: { type: 'string', default: '10' },
    'no-bare': { type: 'boolean', default: false },
    growth: { type: 'boolean', default: false },
    to: { type: 'string', default: '1' },
    json: { type: 'string' },
    help: { type: 'boolean', default: false },
  },
})
const clients = Number(options.clients)
const seconds = Number(options.seconds)
const roles = options.role === 'both' ? (['owner', 'member'] as const) : [options.role as 'owner' | 'member']
const only = options.only?.split(',')
const scenarios = SCENARIOS.filter(
  scenario => (!only || only.includes(scenario.name)) && (!options.growth || only || scenario.grows),
)

const at = (sorted: Float64Array, part: number): number =>
  sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] ?? Number.NaN

function summed(outcomes: Outcome[]) {
  const latencies = Float64Array.from(outcomes.flatMap(outcome => outcome.latencies)).sort()
  const elapsed = outcomes.reduce((sum, outcome) => sum + outcome.elapsed, 0)
  const errors = outcomes.flatMap(outcome => Object.values(outcome.errors)).reduce((sum, n) => sum + n, 0)
  for (const { example } of outcomes) if (example) say(`an error: ${example}`)
  return {
    perSecond: latencies.length / elapsed,
    p50: at(latencies, 0.5),
    p95: at(latencies, 0.95),
    p99: at(latencies, 0.99),
    errors,
  }
}

type Sides = { ours: number; bare: number | undefined; same: number | undefined }
type Load = ReturnType<typeof startLoad>

/** One scenario as one role: ours and the bare ones by turns, so that both see the same machine. */
async function measure(
  load: Load,
  sides: Sides,
  { pools }: Recorded,
  scenario: Scenario,
  role: 'owner' | 'member',
  token: string,
): Promise<Figures> {
  const key = keyOf(scenario, role)
  const pool = pools[key]!
  const barePool = pool.map(({ method, body }, i) => ({ method, path: `/${key}/${i}`, body }))
  const ours: Outcome[] = []
  const bare: Outcome[] = []
  const same: Outcome[] = []
  let offset = 0
  const round = async (port: number, requests: typeof pool, headers: Record<string, string>) => {
    const outcome = await load.round({
      port,
      clients,
      seconds: seconds / ROUNDS,
      warmUpSeconds: WARM_UP_SECONDS,
      requests,
      headers,
      offset,
    })
    offset += outcome.sent
    return outcome
  }
  for (let i = 0; i < ROUNDS; i++) {
    ours.push(await round(sides.ours, pool, { authorization: `Bearer ${token}` }))
    if (sides.bare) bare.push(await round(sides.bare, barePool, {}))
    if (sides.same) same.push(await round(sides.same, barePool, {}))
  }
  const figures = { scenario: scenario.name, role, ...summed(ours), p95Bound: scenario.p95Ms }
  if (!sides.bare) return figures
  const yardstick = summed(bare)
  const transactions = summed(same)
  return {
    ...figures,
    errors: figures.errors + yardstick.errors + transactions.errors,
    barePerSecond: yardstick.perSecond,
    bareP95: yardstick.p95,
    ratio: figures.perSecond / yardstick.perSecond,
    samePerSecond: transactions.perSecond,
    sameRatio: figures.perSecond / transactions.perSecond,
  }
}

async function firstStart(env: Env): Promise<number> {
  const program = await startProgramChild(env)
  await program.stop()
  return program.startedIn
}

/** All scenarios on one engine at one scale. */
async function runEngine(engine: EngineName, scale: number): Promise<Report | undefined> {
  const filled = await filledDatabase(engine, scale)
  if (!filled) {
    say('no PostgreSQL: set DATABASE_URL, or run as root so that scripts/postgres.sh can start one; skipped')
    return undefined
  }
  try {
    return await measureAll(engine, scale, filled)
  } finally {
    await filled.remove()
  }
}

async function measureAll(engine: EngineName, scale: number, filled: Filled): Promise<Report> {
  const folder = join(tmpdir(), `ascendore-bench-${process.pid}`)
  mkdirSync(folder, { recursive: true })
  const file = join(folder, 'recorded.json')
  say(`${engine} at scale ${scale}: recording (load average ${loadavg()[0]!.toFixed(2)})`)
  const names = scenarios.map(({ name }) => name).join(',')
  await runFile('./record.ts', [JSON.stringify(filled.place), file, names], filled.env)
  const recorded = JSON.parse(readFileSync(file, 'utf8')) as Recorded
  const firstStartMs = await firstStart(await filled.emptyEnv())
  const program = await startProgramChild(filled.env)
  const memoryBeforeMiB = program.memory()
  const bare = options['no-bare'] ? undefined : await startBare(filled.bareEnv, file)
  const same = options['no-bare'] ? undefined : await startBare(filled.sameEnv, file, ['--transactions'])
  const load = startLoad()
  const figures: Figures[] = []
  try {
    for (const scenario of scenarios) {
      for (const role of roles) {
        const token = await tokenOf(filled, role)
        const sides = { ours: program.port, bare: bare?.port, same: same?.port }
        figures.push(await measure(load, sides, recorded, scenario, role, token))
        say(lineOf(figures.at(-1)!))
      }
    }
    const memoryAfterMiB = program.memory()
    const facts = { firstStartMs, coldStartMs: program.startedIn, memoryBeforeMiB, memoryAfterMiB }
    return { engine, scale, clients, facts, figures }
  } finally {
    load.stop()
    await Promise.all([program.stop(), bare?.stop(), same?.stop()])
    rmSync(folder, { recursive: true, force: true })
  }
}

function tokenOf({ env, place }: Filled, role: keyof Pick<Place, 'owner' | 'member'>): Promise<string> {
  const { userId, sessionId } = place[role]
  return new Tokens(env.JWT_SECRET!).sign({ userId, sessionId, workspaceId: place.workspaceId, isWeb: false })
}

const ms = (value: number | undefined): string =>
  value === undefined ? '' : value.toFixed(value < 10 ? 2 : 1)
const whole = (value: number | undefined): string => (value === undefined ? '' : String(Math.round(value)))
const HEAD = [
  'scenario',
  'role',
  'req/s',
  'p50 ms',
  'p95 ms',
  'p99 ms',
  'bound',
  'errors',
  'bare req/s',
  'ratio',
  'same req/s',
  'ratio',
]
const cellsOf = (f: Figures): string[] => [
  f.scenario,
  f.role,
  whole(f.perSecond),
  ms(f.p50),
  ms(f.p95),
  ms(f.p99),
  `${f.p95Bound}${f.p95 > f.p95Bound ? ' !' : ''}`,
  String(f.errors),
  whole(f.barePerSecond),
  f.ratio?.toFixed(2) ?? '',
  whole(f.samePerSecond),
  f.sameRatio?.toFixed(2) ?? '',
]
const WIDTHS = [16, 7, 7, 8, 8, 8, 6, 6, 10, 6, 10, 6]
const lineOf = (f: Figures) =>
  cellsOf(f)
    .map((cell, i) => cell.padEnd(WIDTHS[i]!))
    .join(' ')
const row = (cells: string[]) => `| ${cells.join(' | ')} |`

function tableOf({ engine, scale, facts, figures }: Report): string {
  return [
    `\n### ${engine}, scale ${scale}, ${clients} clients\n`,
    row(HEAD),
    row(HEAD.map((_, i) => (i < 2 ? '---' : '--:'))),
    ...figures.map(f => row(cellsOf(f))),
    `\nFirst start ${(facts.firstStartMs / 1000).toFixed(1)} s, start with this data ${(facts.coldStartMs / 1000).toFixed(2)} s; resident ${whole(facts.memoryBeforeMiB)} MiB after start, ${whole(facts.memoryAfterMiB)} MiB after the load.`,
  ].join('\n')
}

/** p95 at ten times the data, as a multiple. */
function growthTable(small: Report, large: Report): string {
  const lines = large.figures.map(f => {
    const before = small.figures.find(g => g.scenario === f.scenario && g.role === f.role)!
    return row([f.scenario, f.role, ms(before.p95), ms(f.p95), (f.p95 / before.p95).toFixed(2)])
  })
  const head = ['scenario', 'role', `p95 ms at ${small.scale}`, `p95 ms at ${large.scale}`, 'growth']
  return [`\n### growth, ${large.engine}\n`, row(head), row(head.map(() => '---')), ...lines].join('\n')
}

async function live(engines: readonly EngineName[]): Promise<void> {
  const all: RealtimeFigures[] = []
  for (const engine of engines) {
    const scale = Number(options.scale)
    const writesPerSecond = Number(options.writes)
    const figures = await measureRealtime({ engine, scale, seconds, writesPerSecond, clients: LISTENERS })
    all.push(...(figures ?? []))
  }
  console.log(realtimeTable(all))
  if (options.json) writeFileSync(options.json, JSON.stringify(all, null, 2))
  if (all.some(({ wrong }) => wrong > 0)) process.exitCode = 1
}

async function main(): Promise<void> {
  if (options.help) return console.log(USAGE)
  const engines =
    options.engine === 'both' ? (['postgres', 'embedded'] as const) : [options.engine as EngineName]
  if (options.realtime) return live(engines)
  const reports: Report[] = []
  for (const engine of engines) {
    const to = options.growth ? Number(options.to) : Number(options.scale)
    const scales = options.growth ? [to / 10, to] : [to]
    const own: Report[] = []
    for (const scale of scales) {
      const report = await runEngine(engine, scale)
      if (report) {
        own.push(report)
        console.log(tableOf(report))
      }
    }
    if (options.growth && own.length === 2) console.log(growthTable(own[0]!, own[1]!))
    reports.push(...own)
  }
  if (options.json) writeFileSync(options.json, JSON.stringify(reports, null, 2))
  if (reports.some(({ figures }) => figures.some(({ errors }) => errors > 0))) process.exitCode = 1
}

await main()
process.exit()
