import { existsSync, linkSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { setFlagsFromString } from 'node:v8'
import { Worker } from 'node:worker_threads'
import { StartupFault } from '../errors.ts'
import type { Answer, Ask } from './embedded-worker.ts'
import { putEmptyDatabase } from './empty.ts'
import { DatabaseFault, type Engine, encodeParams, type Row, type Session } from './engine.ts'

/** Long, since whoever waits is served: one session does all the work, and a large bulk change or batch may take seconds. */
const ACQUIRE_TIMEOUT_MS = 30_000
/**
 * V8's default times ten. With the default a start spends as long on optimising PostgreSQL's WebAssembly, in threads that take the
 * processors from what is loaded meanwhile, as on all the rest. Where much is done at once, as at a first start, it pays at once.
 */
const PATIENT_TIERING = '--wasm-tiering-budget=130000000'
/** As long as a process takes to end that was asked to (main.ts), and a little. */
const STOPS_WITHIN_MS = 12_000
const LOCK_POLL_MS = 100

type Waiting = { resolve: (rows: unknown[]) => void; reject: (error: Error) => void }

/** Talks to the thread in which PGlite lives, so that a slow statement never stops the HTTP side. */
class EmbeddedSession implements Session {
  private readonly worker: Worker
  private readonly waiting = new Map<number, Waiting>()
  private readonly unsent: Ask[] = []
  private lastId = 0
  private fault: DatabaseFault | undefined

  constructor(worker: Worker) {
    this.worker = worker
    worker.on('message', (answers: Answer[]) => {
      for (const answer of answers) this.settle(answer)
    })
    worker.on('error', error => this.fail(error))
    worker.on('exit', () => this.fail(new Error('The embedded database has stopped')))
  }

  rows(text: string, params: readonly unknown[] = []): Promise<Row[]> {
    return this.ask('rows', text, params) as Promise<Row[]>
  }

  values(text: string, params: readonly unknown[] = []): Promise<unknown[][]> {
    return this.ask('values', text, params) as Promise<unknown[][]>
  }

  script(text: string): Promise<Row[]> {
    return this.ask('script', text, []) as Promise<Row[]>
  }

  ask(kind: Ask['kind'], text: string, params: readonly unknown[]): Promise<unknown[]> {
    if (this.fault) return Promise.reject(this.fault)
    const id = ++this.lastId
    return new Promise((resolve, reject) => {
      this.waiting.set(id, { resolve, reject })
      // What is asked without waiting in between travels together.
      if (this.unsent.push({ id, kind, text, params: encodeParams(params) }) === 1)
        queueMicrotask(() => this.worker.postMessage(this.unsent.splice(0)))
    })
  }

  private settle(answer: Answer): void {
    const waiting = this.waiting.get(answer.id)
    this.waiting.delete(answer.id)
    if (answer.error) waiting?.reject(new DatabaseFault(answer.error))
    else waiting?.resolve(answer.rows ?? [])
  }

  private fail(error: Error): void {
    this.fault ??= new DatabaseFault({ code: 'CLOSED', message: error.message })
    for (const { reject } of this.waiting.values()) reject(this.fault)
    this.waiting.clear()
  }
}

/**
 * Opens (or makes) the embedded database in `<dataDir>/db`. It has one session, so work takes turns.
 * @throws StartupFault where another process has the folder open
 */
export async function openEmbedded(dataDir: string): Promise<Engine> {
  try {
    mkdirSync(dataDir, { recursive: true })
  } catch (error) {
    throw new StartupFault(`DATA_DIR ${dataDir} cannot be written: ${(error as Error).message}.`)
  }
  const unlock = await lockedFolder(dataDir)
  const folder = join(dataDir, 'db')
  if (existsSync(folder)) setFlagsFromString(PATIENT_TIERING)
  putEmptyDatabase(folder)
  const worker = new Worker(new URL('./embedded-worker.ts', import.meta.url), {
    workerData: { folder },
    stdout: true,
    stderr: true,
  })
  try {
    await new Promise((resolve, reject) => {
      worker.once('message', resolve)
      worker.once('error', reject)
      worker.once('exit', code => reject(new Error(`the database thread ended with ${code}`)))
    })
  } catch (error) {
    unlock()
    throw new StartupFault(
      `The embedded database in ${dataDir} cannot be opened: ${(error as Error).message}.`,
    )
  }
  return oneAtATime(new EmbeddedSession(worker), async session => {
    await session.ask('close', '', []).catch(() => {})
    await worker.terminate()
    unlock()
  })
}

/** Hands the one session to one caller after the other, first come first served. */
function oneAtATime(session: EmbeddedSession, end: (session: EmbeddedSession) => Promise<void>): Engine {
  const queue: Array<() => void> = []
  let busy = false
  const acquire = (): Promise<Session> => {
    if (!busy) {
      busy = true
      return Promise.resolve(session)
    }
    return new Promise((resolve, reject) => {
      const turn = () => {
        clearTimeout(timer)
        resolve(session)
      }
      const timer = setTimeout(() => {
        queue.splice(queue.indexOf(turn), 1)
        reject(new DatabaseFault({ code: 'CONNECTION_BUSY', message: 'The database was busy for 30 s' }))
      }, ACQUIRE_TIMEOUT_MS)
      queue.push(turn)
    })
  }
  return {
    kind: 'embedded',
    acquire,
    release() {
      const next = queue.shift()
      if (next) next()
      else busy = false
    },
    async close() {
      await acquire().catch(() => {})
      await end(session)
    },
  }
}

/** The process that holds the folder, told apart from a later one with the same number by its start time. */
function processMark(pid: number): string | undefined {
  try {
    process.kill(pid, 0)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ESRCH') return undefined
  }
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
    // Dead, and only not yet asked after by its parent, which in a container may never come about.
    return fields[0] === 'Z' ? undefined : `${pid} ${fields[19]}`
  } catch {
    return `${pid}`
  }
}

class FolderHeld extends StartupFault {}

/**
 * A lock file that outlives no process: one left behind by a killed process is taken over. Answers what gives it back.
 * @throws StartupFault where a living process holds it
 */
export function lockFolder(dataDir: string): () => void {
  const file = join(dataDir, 'lock')
  const mine = `${file}.${process.pid}`
  try {
    writeFileSync(mine, processMark(process.pid) ?? String(process.pid))
  } catch (error) {
    throw new StartupFault(`DATA_DIR ${dataDir} cannot be written: ${(error as Error).message}.`)
  }
  try {
    for (let attempt = 0; attempt < 3; attempt++) {
      if (linked(mine, file)) return () => rmSync(file, { force: true })
      const mark = readFileSync(file, 'utf8')
      const pid = Number.parseInt(mark, 10)
      if (Number.isInteger(pid) && processMark(pid) === mark) {
        throw new FolderHeld(
          `The data folder ${dataDir} is already open in another process (${pid}). Stop that one, or set DATA_DIR.`,
        )
      }
      rmSync(file, { force: true })
    }
    throw new StartupFault(`The data folder ${dataDir} is being opened by another process.`)
  } finally {
    rmSync(mine, { force: true })
  }
}

/**
 * The lock, once a process that is being stopped has let go of it: whoever starts again at once, as supervisors do and people whose
 * terminal went away, would otherwise be refused by what is still draining.
 * @throws StartupFault where the process goes on
 */
export async function lockedFolder(dataDir: string, patienceMs = STOPS_WITHIN_MS): Promise<() => void> {
  const deadline = Date.now() + patienceMs
  for (let attempt = 0; ; attempt++) {
    try {
      return lockFolder(dataDir)
    } catch (error) {
      if (!(error instanceof FolderHeld) || Date.now() > deadline) throw error
      if (attempt === 0)
        process.stdout.write(
          `Another process has ${dataDir} open; waiting ${patienceMs / 1000} s for it to stop …\n`,
        )
      await sleep(LOCK_POLL_MS)
    }
  }
}

/** Puts the finished mark in place in one step; false where a lock stands already. */
function linked(from: string, to: string): boolean {
  try {
    linkSync(from, to)
    return true
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false
    throw error
  }
}
