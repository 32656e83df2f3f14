// The one entry behind every npm script: installs what is missing, then runs the task on the pinned Node 24.
// Runs on the machine's own Node 20 or later and needs no package.
//
//   node scripts/launch.mjs start                       the server
//   node scripts/launch.mjs test [file|folder|word]…    tests; options of node's test runner pass through; without names all
//                                                       but the slow ones; --slow, --engine, --all: see tests.mjs
//   node scripts/launch.mjs check [--no-tests]          what CI checks, stopping at the first failure
//   node scripts/launch.mjs bench [args]                measurements
//   node scripts/launch.mjs generate [args]             migrations from the table files
//   node scripts/launch.mjs run <file> [args]           any other file of this repository
import { spawn } from 'node:child_process'
import { existsSync, readFileSync, realpathSync } from 'node:fs'
import module from 'node:module'
import { constants } from 'node:os'
import { delimiter, join } from 'node:path'
import { pathToFileURL } from 'node:url'

if (Number.parseInt(process.versions.node, 10) < 20) {
  console.error(`Ascendore CRM needs Node 20 or later to start; this is Node ${process.versions.node}.`)
  process.exit(1)
}
const { ensureInstalled, pinnedNode, root, watchParent } = await import('./install.mjs')
const { buildWeb, builtServer } = await import('./built.mjs')
const { runTests } = await import('./tests.mjs')

const parentPollMs = 1_000
const repeatedSignalMs = 1_000
const resolveFast = join(root, 'scripts', 'resolve-fast.cjs')
const nodeFlags = [
  '--disable-warning=ExperimentalWarning',
  ...['--require', watchParent],
  ...['--require', resolveFast],
]
/** Compiled modules, types already stripped, are kept from run to run: starts take half the time. */
const compiled = join(root, 'node_modules', '.cache', 'compile')
const openapiFile = 'openapi/crm.openapi.yaml'

// --- one child at a time --------------------------------------------------------------------------------------------

let child
let isServer = false // the server runs in this process
let stopSignal // the first signal that asked us to stop
const lastSignalAt = new Map()

// npm forwards a Ctrl-C that the terminal has sent to us as well: the child, which the terminal does not see, gets one.
const forward = signal => {
  const now = Date.now()
  if (now - (lastSignalAt.get(signal) ?? 0) < repeatedSignalMs) return
  lastSignalAt.set(signal, now)
  stopSignal ??= signal
  if (isServer) process.kill(process.pid, signal)
  else if (child) child.kill(signal)
  else process.exit(exitCode(null, signal))
}

const exitCode = (code, signal) => (signal ? 128 + constants.signals[signal] : code)

/**
 * Runs the pinned Node and resolves with its exit code. `ownGroup` takes the child out of the terminal's process group, so
 * that each signal reaches it once, through us. Over the channel it notices when we are killed (see watch-parent.cjs).
 */
const runNode = (args, { ownGroup = true, env = {}, stdin = 'inherit' } = {}) =>
  new Promise(done => {
    child = spawn(pinnedNode, [...nodeFlags, ...args], {
      cwd: root,
      detached: ownGroup && process.platform !== 'win32',
      env: {
        ...process.env,
        PATH: [join(root, 'node_modules', '.bin'), process.env.PATH].join(delimiter),
        NODE_COMPILE_CACHE: compiled,
        ...env,
      },
      stdio: [stdin, 'inherit', 'inherit', 'ipc'],
    })
    child.on('error', error => {
      console.error(`Node 24 could not be started: ${error.message}`)
      done(1)
    })
    child.on('exit', (code, signal) => {
      child = undefined
      done(exitCode(code, signal))
    })
  })

// --- when npm is killed and cannot tell us --------------------------------------------------------------------------

const parentOf = pid => {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]
  } catch {
    return undefined
  }
}

// Between npm and us there may be a shell, which outlives npm. Without npm above us a changed parent means nothing: with
// nohup the server is meant to outlive its terminal.
const watchNpm = () => {
  if (!process.env.npm_lifecycle_event) return
  const ancestors = () => `${process.ppid} ${parentOf(process.ppid)}`
  const before = ancestors()
  setInterval(() => {
    if (ancestors() !== before) forward('SIGTERM')
  }, parentPollMs).unref()
}

// --- checks ---------------------------------------------------------------------------------------------------------

const plainOutput = process.stdout.isTTY ? [] : ['--colors=off']
const quietRedocly = { REDOCLY_TELEMETRY: 'off', REDOCLY_SUPPRESS_UPDATE_NOTICE: 'true' }

const steps = [
  { name: 'types', run: () => runNode(['node_modules/typescript/bin/tsc', '--noEmit']) },
  {
    name: 'types of the web app',
    run: () => runNode(['node_modules/typescript/bin/tsc', '--noEmit', '-p', 'src/web']),
  },
  { name: 'build of the web app', run: () => buildWeb(runNode) },
  {
    name: 'lint and format',
    run: () =>
      runNode(['node_modules/@biomejs/biome/bin/biome', 'check', ...plainOutput, '--error-on-warnings', '.']),
  },
  {
    name: 'unused code and packages',
    run: () => runNode(['node_modules/knip/bin/knip.js', '--no-progress']),
  },
  { name: 'OpenAPI file against the code', run: () => runNode(['scripts/openapi.ts', '--check']) },
  {
    name: 'OpenAPI lint',
    run: () => runNode(['node_modules/@redocly/cli/bin/cli.js', 'lint', openapiFile], { env: quietRedocly }),
  },
]

const check = async args => {
  const withTests = args.includes('--no-tests') ? [] : [{ name: 'tests', run: () => runTests(runNode, []) }]
  for (const step of [...steps, ...withTests]) {
    console.log(`── ${step.name}`)
    const startedAt = performance.now()
    const code = await step.run()
    const seconds = ((performance.now() - startedAt) / 1000).toFixed(1)
    console.log(`── ${step.name}: ${code === 0 ? 'ok' : `failed (exit code ${code})`} in ${seconds} s`)
    if (code !== 0 || stopSignal) return code || exitCode(null, stopSignal)
  }
  return 0
}

// --- commands -------------------------------------------------------------------------------------------------------

const stopSignals = ['SIGTERM', 'SIGINT', 'SIGHUP']

/**
 * Once installed, npm runs us on the pinned Node itself, and the server needs no process of its own: it starts half a second
 * earlier, and hears signals without us.
 */
const startHere = async file => {
  isServer = true
  for (const signal of stopSignals) process.removeListener(signal, forward)
  process.env.NODE_COMPILE_CACHE = compiled // for its threads
  module.enableCompileCache(compiled)
  module.createRequire(import.meta.url)(resolveFast)
  await import(pathToFileURL(join(root, file)).href)
  return new Promise(() => {}) // until it ends the process
}

/** Part of what is installed: once, so that the first start is a matter of the data alone. */
const makeEmptyDatabase = async () => {
  const { version } = JSON.parse(
    readFileSync(join(root, 'node_modules/@electric-sql/pglite/package.json'), 'utf8'),
  )
  if (existsSync(join(root, 'node_modules', '.cache', `empty-database-${version}`))) return 0
  return runNode(['scripts/empty-database.ts'], { stdin: 'ignore' })
}

const isPinned = () => {
  try {
    return realpathSync(process.execPath) === realpathSync(pinnedNode)
  } catch {
    return false
  }
}

const start = async args => {
  const code = (await buildWeb(runNode)) || (await makeEmptyDatabase())
  if (code !== 0) return code
  const file = await builtServer(runNode)
  if (stopSignal) return exitCode(null, stopSignal)
  return isPinned() ? startHere(file) : runNode([file, ...args], { stdin: 'ignore' })
}

/** Measurements that are programs of their own; all others are `bench/run.ts`. */
const BENCHES = ['import', 'export', 'search', 'web', 'ai']
const bench = async ([first, ...rest]) =>
  (first === 'web' && (await buildWeb(runNode))) ||
  runNode(
    BENCHES.includes(first)
      ? [`bench/${first}.ts`, ...rest]
      : ['bench/run.ts', ...(first ? [first, ...rest] : [])],
  )

const commands = {
  start: { needsDev: false, run: start },
  test: { needsDev: true, run: args => runTests(runNode, args) },
  check: { needsDev: true, run: check },
  bench: { needsDev: true, run: bench },
  screenshots: {
    needsDev: true,
    run: async () => (await buildWeb(runNode)) || runNode(['scripts/screenshots.ts']),
  },
  // It asks questions, so it stays in the terminal's foreground group.
  generate: {
    needsDev: true,
    run: args => runNode(['node_modules/drizzle-kit/bin.cjs', 'generate', ...args], { ownGroup: false }),
  },
  run: { needsDev: true, run: args => runNode(args) },
}

const [name = '', ...args] = process.argv.slice(2)
const command = Object.hasOwn(commands, name) ? commands[name] : undefined
if (!command || (name === 'run' && args.length === 0)) {
  console.error(`usage: node scripts/launch.mjs ${Object.keys(commands).join('|')} [args]`)
  process.exit(2)
}
for (const signal of stopSignals) process.on(signal, forward)
watchNpm()
await ensureInstalled(command.needsDev)
process.exitCode = await command.run(args)
process.exit()
