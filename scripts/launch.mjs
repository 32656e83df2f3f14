// The one entry behind every npm script: installs what is missing, then runs the task on the pinned Node 24.
// Runs on the machine's own Node 20 or later and needs no package.
//
//   node scripts/launch.mjs start                       the server
//   node scripts/launch.mjs test [file|folder|word]…    tests; options of node's test runner pass through; without names all
//                                                       but *.slow.test.ts, with --slow those alone, with --all both
//   node scripts/launch.mjs check [--no-tests]          what CI checks, stopping at the first failure
//   node scripts/launch.mjs bench [args]                measurements
//   node scripts/launch.mjs generate [args]             migrations from the table files
//   node scripts/launch.mjs run <file> [args]           any other file of this repository
import { spawn } from 'node:child_process'
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { availableParallelism, constants } from 'node:os'
import { delimiter, join, relative, resolve, sep } from 'node:path'
import { pathToFileURL } from 'node:url'

if (Number.parseInt(process.versions.node, 10) < 20) {
  console.error(`Ascendore CRM needs Node 20 or later to start; this is Node ${process.versions.node}.`)
  process.exit(1)
}
const { ensureInstalled, pinnedNode, root, watchParent } = await import('./install.mjs')
const { buildWeb } = await import('./web.mjs')

const parentPollMs = 1_000
const repeatedSignalMs = 1_000
const resolveFast = join(root, 'scripts', 'resolve-fast.cjs')
const nodeFlags = [
  '--disable-warning=ExperimentalWarning',
  ...['--require', watchParent],
  ...['--require', resolveFast],
]
const openapiFile = 'openapi/crm.openapi.yaml'

// --- one child at a time --------------------------------------------------------------------------------------------

let child
let stopSignal // the first signal that asked us to stop
const lastSignalAt = new Map()

// npm forwards a Ctrl-C that the terminal has sent to us as well: the child, which the terminal does not see, gets one.
const forward = signal => {
  const now = Date.now()
  if (now - (lastSignalAt.get(signal) ?? 0) < repeatedSignalMs) return
  lastSignalAt.set(signal, now)
  stopSignal ??= signal
  if (child) child.kill(signal)
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
        // Compiled modules, types already stripped, are kept from run to run: starts take half the time.
        NODE_COMPILE_CACHE: join(root, 'node_modules', '.cache', 'compile'),
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

// --- tests ----------------------------------------------------------------------------------------------------------

const testFiles = () =>
  ['src', 'test']
    .filter(folder => existsSync(join(root, folder)))
    .flatMap(folder =>
      readdirSync(join(root, folder), { recursive: true }).map(file =>
        join(folder, file).split(sep).join('/'),
      ),
    )
    .filter(file => file.endsWith('.test.ts'))
    .sort()

/** A file, a folder, the beginning of a path (src/core/csv), or a word in the file's name (csv). */
const filesFor = (word, all) => {
  const path = relative(root, resolve(process.env.INIT_CWD ?? process.cwd(), word))
    .split(sep)
    .join('/')
  const beginning = all.filter(file => file.startsWith(path))
  return beginning.length > 0
    ? beginning
    : all.filter(file => file.slice(file.lastIndexOf('/') + 1).includes(word))
}

// One more than there are processors: a file that waits leaves its processor to another.
const filesAtOnce = () => Math.min(availableParallelism(), 4) + 1

const batchesAtMost = 6
const journeysAtMost = 2

const optionsWithoutValue = /^--(test-(only|force-exit|randomize|update-snapshots)|experimental-test-\w+)$/

const splitTestArgs = args => {
  const options = []
  const words = []
  for (let index = 0; index < args.length; index++) {
    const arg = args[index]
    if (!arg.startsWith('-')) words.push(arg)
    else if (arg.includes('=') || optionsWithoutValue.test(arg) || index + 1 === args.length)
      options.push(arg)
    else options.push(`${arg}=${args[++index]}`)
  }
  return { options, words }
}

const isSlow = file => file.endsWith('.slow.test.ts')

/** What a file takes, about: the suites over all routes and records do more in a line than those of one feature. */
const weightOf = file => statSync(join(root, file)).size * (file.startsWith('test/') ? 4 : 1)

/**
 * Files that run in one process one after the other (see test/batch.ts), the longest first: a process for each would start the
 * program as many times. Slow tests keep processes of their own, and journeys stay among themselves.
 */
const batchesOf = files => {
  const isJourney = file => file.startsWith('test/e2e/')
  return [
    ...files.filter(isSlow).map(file => [file]),
    ...dealtOut(
      files.filter(file => isJourney(file) && !isSlow(file)),
      journeysAtMost,
    ),
    ...dealtOut(
      files.filter(file => !isJourney(file) && !isSlow(file)),
      batchesAtMost,
    ),
  ]
}

/** The heaviest files first, each into the batch that is the lightest so far. */
const dealtOut = (files, atMost) => {
  const batches = Array.from({ length: Math.min(atMost, files.length) }, () => ({ weight: 0, files: [] }))
  for (const file of files.toSorted((a, b) => weightOf(b) - weightOf(a))) {
    const lightest = batches.reduce((least, batch) => (batch.weight < least.weight ? batch : least))
    lightest.weight += weightOf(file)
    lightest.files.push(file)
  }
  return batches.map(batch => batch.files)
}

/** One file for each batch, since node's test runner starts a process for each file that it is given. */
const writeBatches = files => {
  const folder = join(root, 'dist', 'tests')
  rmSync(folder, { recursive: true, force: true })
  mkdirSync(folder, { recursive: true })
  const runner = JSON.stringify(pathToFileURL(join(root, 'test', 'batch.ts')).href)
  return batchesOf(files).map((batch, index) => {
    const file = join(folder, `${String(index).padStart(2, '0')}.mjs`)
    writeFileSync(file, `import { batch } from ${runner}\nbatch(${JSON.stringify(batch)})\n`)
    return relative(root, file)
  })
}

const test = async given => {
  const { options, words } = splitTestArgs(given.filter(arg => arg !== '--slow' && arg !== '--all'))
  const all = testFiles()
  const unmatched = words.find(word => filesFor(word, all).length === 0)
  if (all.length === 0 || unmatched !== undefined) {
    console.error(unmatched === undefined ? 'There are no tests.' : `No test file matches ${unmatched}.`)
    return 1
  }
  const code = await buildWeb(runNode)
  if (code !== 0) return code
  // Those that start the program many times over take minutes; they run where they are named, and in continuous integration.
  const wanted = given.includes('--slow')
    ? isSlow
    : given.includes('--all')
      ? () => true
      : file => !isSlow(file)
  const files =
    words.length > 0 ? [...new Set(words.flatMap(word => filesFor(word, all)))] : all.filter(wanted)
  const setup = existsSync(join(root, 'test/setup.ts')) ? ['--test-global-setup=./test/setup.ts'] : []
  const started = files.length === 1 ? files : writeBatches(files)
  return runNode(['--test', `--test-concurrency=${filesAtOnce()}`, ...setup, ...options, ...started], {
    stdin: 'ignore',
  })
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
  const withTests = args.includes('--no-tests') ? [] : [{ name: 'tests', run: () => test([]) }]
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

const start = async args =>
  (await buildWeb(runNode)) || runNode(['src/main.ts', ...args], { stdin: 'ignore' })

/** Measurements that are programs of their own; all others are `bench/run.ts`. */
const BENCHES = ['import', 'search', 'ai']
const bench = ([first, ...rest]) =>
  runNode(
    BENCHES.includes(first)
      ? [`bench/${first}.ts`, ...rest]
      : ['bench/run.ts', ...(first ? [first, ...rest] : [])],
  )

const commands = {
  start: { needsDev: false, run: start },
  test: { needsDev: true, run: test },
  check: { needsDev: true, run: check },
  bench: { needsDev: true, run: bench },
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
for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP']) process.on(signal, forward)
watchNpm()
await ensureInstalled(command.needsDev)
process.exitCode = await command.run(args)
process.exit()
