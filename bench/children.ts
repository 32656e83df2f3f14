import { type ChildProcess, fork, spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { fileURLToPath } from 'node:url'
import type { Env } from './databases.ts'
import type { Outcome, Round } from './load.ts'

const START_TIMEOUT_MS = 120_000
const file = (name: string) => fileURLToPath(new URL(name, import.meta.url))
const running = new Set<ChildProcess>()

process.on('exit', () => {
  for (const child of running) child.kill('SIGKILL')
})
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => process.exit(1))

/** A program that listens. */
export type Listening = {
  port: number
  /** Milliseconds from its start until it answered. */
  startedIn: number
  /** Resident memory in MiB. */
  memory: () => number
  stop: () => Promise<void>
}

function freePort(): Promise<number> {
  return new Promise(resolve => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address() as { port: number }
      server.close(() => resolve(port))
    })
  })
}

const settings = (env: Env) => ({
  PATH: process.env.PATH,
  HOME: process.env.HOME,
  NODE_ENV: 'production',
  NODE_COMPILE_CACHE: process.env.NODE_COMPILE_CACHE,
  DATABASE_POOL_SIZE: process.env.DATABASE_POOL_SIZE,
  ...env,
})

/** Starts the program itself. */
export async function startProgramChild(env: Env): Promise<Listening> {
  const port = await freePort()
  const likeTheLauncher = ['--require', file('../scripts/resolve-fast.cjs')]
  return listening(
    [...likeTheLauncher, file('../src/main.ts')],
    { ...env, PORT: String(port) },
    port,
    '/ready',
  )
}

/** Starts the bare handler. */
export async function startBare(env: Env, recorded: string, more: string[] = []): Promise<Listening> {
  const port = await freePort()
  return listening([file('./bare.ts'), recorded, String(port), ...more], env, port, '/none')
}

async function listening(args: string[], env: Env, port: number, path: string): Promise<Listening> {
  const start = performance.now()
  const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', ...args], {
    env: settings(env) as NodeJS.ProcessEnv,
    stdio: ['ignore', 'inherit', 'inherit'],
  })
  running.add(child)
  const ended = new Promise<void>(resolve => child.once('exit', () => resolve()))
  ended.then(() => running.delete(child))
  while (!(await answers(port, path))) {
    if (child.exitCode !== null) throw new Error(`${args.join(' ')} ended with ${child.exitCode}`)
    if (performance.now() - start > START_TIMEOUT_MS) throw new Error(`${args.join(' ')} does not answer`)
    await new Promise(resolve => setTimeout(resolve, 10))
  }
  return {
    port,
    startedIn: performance.now() - start,
    memory: () =>
      Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${child.pid}/status`, 'utf8'))?.[1]) / 1024,
    stop: async () => {
      child.kill('SIGTERM')
      await ended
    },
  }
}

async function answers(port: number, path: string): Promise<boolean> {
  try {
    const response = await fetch(`http://127.0.0.1:${port}${path}`, { headers: { connection: 'close' } })
    await response.arrayBuffer()
    return path !== '/ready' || response.status === 200
  } catch {
    return false
  }
}

/** A process that makes load, round after round. */
export function startLoad(): { round: (round: Round) => Promise<Outcome>; stop: () => void } {
  // Without the launcher's preloads: they let go of the channel, which is all that keeps this child alive.
  const child = fork(file('./load.ts'), { serialization: 'advanced', execArgv: [] })
  running.add(child)
  return {
    round: round =>
      new Promise((resolve, reject) => {
        const failed = () => reject(new Error('the load generator ended'))
        child.once('exit', failed)
        child.once('message', outcome => {
          child.off('exit', failed)
          resolve(outcome as Outcome)
        })
        child.send(round)
      }),
    stop: () => {
      running.delete(child)
      child.kill()
    },
  }
}

/** Runs a file of this folder to its end. */
export function runFile(name: string, args: string[], env: Env): Promise<void> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', file(name), ...args], {
      env: settings(env) as NodeJS.ProcessEnv,
      stdio: ['ignore', 'inherit', 'inherit'],
    })
    running.add(child)
    child.once('exit', code => {
      running.delete(child)
      if (code === 0) resolve()
      else reject(new Error(`${name} ended with ${code}`))
    })
  })
}
