// Installs the packages that the lock file names, when they are missing or stale. Runs on the machine's own Node 20.
import { execFileSync, spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import {
  existsSync,
  mkdirSync,
  readFileSync,
  rmdirSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { delimiter, dirname, join, sep } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'

export const root = dirname(dirname(fileURLToPath(import.meta.url)))
const modules = join(root, 'node_modules')
const stampFile = join(modules, '.ascendore-install.json')
const npmsOwnRecord = join(modules, '.package-lock.json')
const lockFolder = join(root, '.install-lock') // an empty folder: git does not see it
const lockBeatMs = 2_000
const lockStaleMs = 15_000
const outputTailLines = 25

/** To be preloaded (node's --require) by a child process that must not outlive us. */
export const watchParent = join(root, 'scripts', 'watch-parent.cjs')

/** The Node that this project runs on, whatever the machine has. */
export const pinnedNode = join(modules, 'node', 'bin', process.platform === 'win32' ? 'node.exe' : 'node')

const readJson = file => {
  try {
    return JSON.parse(readFileSync(file, 'utf8'))
  } catch {
    return undefined
  }
}

const wanted = () => {
  const {
    dependencies = {},
    devDependencies = {},
    optionalDependencies = {},
  } = readJson(join(root, 'package.json')) ?? {}
  const names = { dependencies, devDependencies, optionalDependencies }
  const lock = readFileSync(join(root, 'package-lock.json'))
  const sha256 = createHash('sha256').update(lock).update(JSON.stringify(names)).digest('hex')
  return { sha256, platform: `${process.platform}-${process.arch}`, names }
}

const isStamped = ({ sha256, platform }, needsDev) => {
  const stamp = readJson(stampFile)
  return (
    stamp?.sha256 === sha256 &&
    stamp.platform === platform &&
    (stamp.dev || !needsDev) &&
    existsSync(pinnedNode)
  )
}

const writeStamp = ({ sha256, platform }, dev) => {
  try {
    writeFileSync(stampFile, `${JSON.stringify({ sha256, platform, dev })}\n`)
  } catch {
    // A read-only image: the packages are right, only the next start has to look again.
  }
}

const pinnedNodeRuns = () => {
  try {
    const version = execFileSync(pinnedNode, ['--version'], {
      encoding: 'utf8',
      timeout: 20_000,
      stdio: ['ignore', 'pipe', 'ignore'],
    })
    return version.startsWith('v24.')
  } catch {
    return false
  }
}

/**
 * Whether someone else has installed exactly what the lock file names (`npm ci` in an image, `npm install` by a developer):
 * npm records, as its last act, what it has put into node_modules.
 */
const isInstalledByNpm = (want, needsDev) => {
  const lock = readJson(join(root, 'package-lock.json'))
  const record = readJson(npmsOwnRecord)
  if (!lock?.packages || !record?.packages || !rootMatchesLock(want)) return false
  return Object.entries(lock.packages).every(([path, entry]) => {
    if (path === '' || entry.link) return true
    const installed = record.packages[path]
    if (!installed) return entry.optional || entry.devOptional || (entry.dev && !needsDev)
    return (
      installed.version === entry.version &&
      installed.integrity === entry.integrity &&
      existsSync(join(root, path))
    )
  })
}

const rootMatchesLock = ({ names }) => {
  const locked = readJson(join(root, 'package-lock.json'))?.packages?.[''] ?? {}
  return Object.keys(names).every(
    kind => JSON.stringify(sorted(names[kind])) === JSON.stringify(sorted(locked[kind] ?? {})),
  )
}

const sorted = object => Object.entries(object).sort(([a], [b]) => (a < b ? -1 : 1))

const isReady = (want, needsDev) => {
  if (isStamped(want, needsDev)) return true
  if (!isInstalledByNpm(want, needsDev) || !pinnedNodeRuns()) return false
  writeStamp(want, isInstalledByNpm(want, true))
  return true
}

/**
 * Runs npm and resolves with its exit code and output. npm scripts see node_modules/.bin first on the PATH, so their `node`
 * may be the very one that npm is about to replace; npm and its Node are therefore taken from outside this folder.
 */
const runNpm = args => {
  const path = (process.env.PATH ?? '')
    .split(delimiter)
    .filter(entry => !entry.includes(`node_modules${sep}.bin`) && !entry.includes('node-gyp-bin'))
  const options = [process.env.NODE_OPTIONS, `--require ${JSON.stringify(watchParent)}`]
    .filter(Boolean)
    .join(' ')
  return run('npm', args, { ...process.env, PATH: path.join(delimiter), NODE_OPTIONS: options })
}

// Whatever ends us ends npm too: half an install that goes on by itself would meet the next start's.
const run = (command, args, env, cwd = root) =>
  new Promise(resolve => {
    const child = spawn(command, args, {
      cwd,
      env,
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
      shell: process.platform === 'win32',
    })
    const end = () => child.kill('SIGTERM')
    process.once('exit', end)
    child.once('exit', () => process.removeListener('exit', end))
    let output = ''
    const keep = chunk => {
      output = (output + chunk).slice(-100_000)
    }
    child.stdout.setEncoding('utf8').on('data', keep)
    child.stderr.setEncoding('utf8').on('data', keep)
    child.on('error', error => resolve({ code: 1, output: `${output}\n${error.message}` }))
    child.on('close', code => resolve({ code: code ?? 1, output }))
  })

// npm ci refuses a lock file that leaves out optional packages for other platforms, which is what npm writes where the
// registry in use does not carry them. npm install takes it; that all other packages are the lock file's is checked after.
const npmCiAcceptsLock = () => {
  const packages = readJson(join(root, 'package-lock.json'))?.packages ?? {}
  const names = new Set(
    Object.keys(packages).map(path => path.slice(path.lastIndexOf('node_modules/') + 'node_modules/'.length)),
  )
  return Object.values(packages).every(entry =>
    Object.keys(entry.optionalDependencies ?? {}).every(name => names.has(name)),
  )
}

const installAfresh = (needsDev, common) => {
  const kind = needsDev ? '--include=dev' : '--omit=dev'
  rmSync(npmsOwnRecord, { force: true }) // if npm is cut off from here on, nothing may look complete
  if (npmCiAcceptsLock()) return runNpm(['ci', kind, ...common])
  rmSync(modules, { recursive: true, force: true, maxRetries: 20, retryDelay: 250 })
  return runNpm(['install', '--no-save', kind, ...common])
}

const install = async (want, needsDev) => {
  if (!rootMatchesLock(want)) {
    throw new InstallError(
      'package.json and package-lock.json disagree about the dependencies; npm install brings them together.',
      '',
    )
  }
  const onlyDevIsMissing = needsDev && isInstalledByNpm(want, false)
  const why = onlyDevIsMissing
    ? 'those for development'
    : existsSync(npmsOwnRecord)
      ? 'they have changed'
      : 'first start only'
  console.error(`Installing packages (${why})…`)
  rmSync(stampFile, { force: true })
  const common = ['--no-audit', '--no-fund', '--loglevel=warn', '--ignore-scripts=false']
  let result
  // What is there stays in place: a server may be running from it.
  if (onlyDevIsMissing) result = await runNpm(['install', '--no-save', '--include=dev', ...common])
  if (result?.code !== 0 || !isInstalledByNpm(want, needsDev)) result = await installAfresh(needsDev, common)
  if (result.code !== 0)
    throw new InstallError('The packages could not be installed; npm says why above.', result.output)
  if (!isInstalledByNpm(want, needsDev))
    throw new InstallError(
      'npm ended without an error, but node_modules is not what package-lock.json names.',
      result.output,
    )
  if (!pinnedNodeRuns()) {
    // npm was told somewhere to run no install scripts, and this one is needed.
    const script = join(modules, 'node', 'installArchSpecificPackage.js')
    result = await run(process.execPath, [script], process.env, dirname(script))
  }
  if (!pinnedNodeRuns())
    throw new InstallError(
      'npm installed the packages, but the Node 24 among them does not run on this machine.',
      result.output,
    )
  writeStamp(want, needsDev)
}

class InstallError extends Error {
  constructor(sentence, output) {
    super(sentence)
    this.output = output
  }
}

const lockAgeMs = () => {
  try {
    return Date.now() - statSync(lockFolder).mtimeMs
  } catch {
    return 0
  }
}

const tryLock = () => {
  try {
    mkdirSync(lockFolder)
    return true
  } catch (error) {
    if (error.code === 'EEXIST') return false
    throw new InstallError(
      `The packages are missing or out of date, and this folder cannot be written to (${error.code}).`,
      '',
    )
  }
}

/** One install at a time; the owner of the lock touches it while it works, so a lock that nobody touches is a dead one's. */
const withLock = async work => {
  let said = false
  while (!tryLock()) {
    if (lockAgeMs() > lockStaleMs) {
      rmSync(lockFolder, { recursive: true, force: true })
      await sleep(Math.random() * 200)
      continue
    }
    if (!said) console.error('Another start is installing the packages; waiting for it…')
    said = true
    await sleep(250)
  }
  const beat = setInterval(() => {
    const now = new Date()
    try {
      utimesSync(lockFolder, now, now)
    } catch {
      // Someone removed it by hand; the install goes on.
    }
  }, lockBeatMs)
  const release = () => {
    clearInterval(beat)
    try {
      rmdirSync(lockFolder)
    } catch {
      // Gone already.
    }
  }
  process.once('exit', release)
  try {
    return await work()
  } finally {
    process.removeListener('exit', release)
    release()
  }
}

/** Makes sure that node_modules holds what the lock file names; prints a sentence and exits with 1 where it cannot. */
export const ensureInstalled = async needsDev => {
  const want = wanted()
  if (isReady(want, needsDev)) return
  try {
    await withLock(async () => {
      if (!isReady(want, needsDev)) await install(want, needsDev)
    })
  } catch (error) {
    if (!(error instanceof InstallError)) throw error
    // npm's warnings and its own usage text would push the reason out of sight.
    const lines = error.output.split('\n').filter(line => line.trim() && !line.startsWith('npm warn'))
    const usage = lines.findIndex(line => line.includes('error Usage:'))
    const tail = (usage > 0 ? lines.slice(0, usage) : lines).slice(-outputTailLines)
    if (tail.length > 0) console.error(tail.join('\n'))
    console.error(error.message)
    process.exit(1)
  }
}
