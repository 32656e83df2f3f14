// What `npm test` runs, and in which processes.
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { join, relative, resolve, sep } from 'node:path'
import { pathToFileURL } from 'node:url'
import { buildWeb } from './built.mjs'
import { root } from './install.mjs'

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

// Two more than there are processors: a process waits for its database, and a browser for its page.
const filesAtOnce = () => Math.min(availableParallelism(), 4) + 2

// As few as keep the processors busy: each starts a program and warms up a database of its own.
const batchesAtMost = () => filesAtOnce() - 1
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
const isJourney = file => file.startsWith('test/e2e/')

/** Files among whose tests some are slow ones (see test/slow.ts). */
const hasSlow = file => !isSlow(file) && readFileSync(join(root, file), 'utf8').includes('slowTest(')

/**
 * What a file takes, about, by its size: in the suites over all routes and records a line does more than in those of one feature.
 * The walks of conformance lie in files beside their test.
 */
const WEIGHTS = [
  ['test/conformance/', 50],
  ['test/routes-input', 7],
  ['test/routes-', 11],
  ['test/', 3],
  ['', 1],
]
const weightOf = file =>
  statSync(join(root, file)).size * WEIGHTS.find(([beginning]) => file.startsWith(beginning))[1]

/**
 * Files that run in one process one after the other (see test/batch.ts), the longest first: a process for each would start the
 * program as many times. Slow tests keep processes of their own, and journeys stay among themselves.
 */
const batchesOf = files => {
  return [
    ...heaviestFirst(files.filter(isSlow)).map(file => [file]),
    ...dealtOut(
      files.filter(file => isJourney(file) && !isSlow(file)),
      journeysAtMost,
    ),
    ...dealtOut(
      files.filter(file => !isJourney(file) && !isSlow(file)),
      batchesAtMost(),
    ),
  ]
}

const heaviestFirst = files => files.toSorted((a, b) => weightOf(b) - weightOf(a))

/** The heaviest files first, each into the batch that is the lightest so far. */
const dealtOut = (files, atMost) => {
  const batches = Array.from({ length: Math.min(atMost, files.length) }, () => ({ weight: 0, files: [] }))
  for (const file of heaviestFirst(files)) {
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

/**
 * Which tests: `quick` is what somebody waits for, `slow` the rest, `all` both, `engine` both but for the slow journeys, whose pages
 * are the same on every database. Files and words that are named run whole. The tests hear of it by TESTS_WANTED (test/slow.ts,
 * test/runs.ts).
 */
const KINDS = ['slow', 'engine', 'all']
const wantedOf = (given, words) =>
  words.length > 0 ? 'all' : (KINDS.findLast(kind => given.includes(`--${kind}`)) ?? 'quick')

const isLeftOut = {
  quick: isSlow,
  engine: file => isSlow(file) && isJourney(file),
  all: () => false,
}

const runFiles = (runNode, files, wanted, options) => {
  if (files.length === 0) return 0
  const setup = existsSync(join(root, 'test/setup.ts')) ? ['--test-global-setup=./test/setup.ts'] : []
  const started = files.length === 1 ? files : writeBatches(files)
  return runNode(['--test', `--test-concurrency=${filesAtOnce()}`, ...setup, ...options, ...started], {
    stdin: 'ignore',
    env: { TESTS_WANTED: wanted },
  })
}

/** Builds the web app where it is stale, and runs what the arguments of `npm test --` name. Resolves with the exit code. */
export const runTests = async (runNode, given) => {
  const { options, words } = splitTestArgs(given.filter(arg => !KINDS.includes(arg.slice(2))))
  const all = testFiles()
  const unmatched = words.find(word => filesFor(word, all).length === 0)
  if (all.length === 0 || unmatched !== undefined) {
    console.error(unmatched === undefined ? 'There are no tests.' : `No test file matches ${unmatched}.`)
    return 1
  }
  const code = await buildWeb(runNode)
  if (code !== 0) return code
  const wanted = wantedOf(given, words)
  if (wanted !== 'slow') {
    const named = words.length > 0 ? [...new Set(words.flatMap(word => filesFor(word, all)))] : all
    const chosen = named.filter(file => !isLeftOut[wanted](file))
    return runFiles(runNode, chosen, wanted, options)
  }
  const whole = await runFiles(runNode, all.filter(isSlow), wanted, options)
  const single = ['--test-name-pattern=/\\(slow\\)$/', ...options]
  return (await runFiles(runNode, all.filter(hasSlow), wanted, single)) || whole
}
