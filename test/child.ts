import { type ChildProcess, spawn } from 'node:child_process'
import { randomInt } from 'node:crypto'
import { once } from 'node:events'
import { rmSync } from 'node:fs'
import { createServer } from 'node:net'
import { resolve } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { type Env, readConfig } from '#core/config.ts'
import { makeLog } from '#core/log.ts'
import { type Program, startProgram } from '#core/program.ts'
import { copyTemplate, newDataFolder, testDatabaseUrl } from './database.ts'
import { testEnv } from './world.ts'

/** The real program as a process of its own, for what only a process can show: death, signals, exit codes. */

export type Child = {
  process: ChildProcess
  url: string
  output: () => string
  errors: () => string
  exit: Promise<number | null>
}

/**
 * A port that was free a moment ago. It lies below those that the system hands out by itself: of these one may be taken by any
 * connection before the program that starts gets to it.
 */
export async function freePort(): Promise<number> {
  for (;;) {
    const server = createServer().listen(randomInt(10_000, 30_000), '127.0.0.1')
    try {
      await once(server, 'listening')
    } catch {
      continue
    }
    const { port } = server.address() as { port: number }
    server.close()
    await once(server, 'close')
    return port
  }
}

/** A data folder that goes with the test. */
export function dataFolder(context: { after: (work: () => void) => void }, migrated = true): string {
  const folder = newDataFolder()
  if (migrated && !testDatabaseUrl()) copyTemplate(folder)
  context.after(() => rmSync(folder, { recursive: true, force: true }))
  return folder
}

/** The flags with which `npm start` runs Node. */
export const asLaunched = (): string[] => ['--require', resolve('scripts/resolve-fast.cjs')]

/** Where `npm start` keeps compiled modules. */
const keptModules = () => {
  const { NODE_COMPILE_CACHE: folder } = process.env
  return folder ? { NODE_COMPILE_CACHE: folder } : {}
}

/** Starts src/main.ts, or another file, with these settings and nothing of this process's own. */
export function launch(env: Env, root = resolve('.'), file = 'src/main.ts'): Child {
  const given = Object.fromEntries(Object.entries(env).filter(([, value]) => value !== undefined))
  const child = spawn(process.execPath, [...asLaunched(), file], {
    cwd: root,
    env: { PATH: process.env.PATH, ...keptModules(), ...given } as NodeJS.ProcessEnv,
  })
  let [output, errors] = ['', '']
  child.stdout.on('data', chunk => (output += chunk))
  child.stderr.on('data', chunk => (errors += chunk))
  const exit = once(child, 'close').then(([code]) => code as number | null)
  return {
    process: child,
    url: `http://127.0.0.1:${env.PORT}`,
    output: () => output,
    errors: () => errors,
    exit,
  }
}

/** Starts the program and waits until it answers; killed when the test ends. */
export async function listening(
  context: { after: (work: () => unknown) => void },
  env: Env,
  root?: string,
  file?: string,
): Promise<Child> {
  const child = launch({ ...env, PORT: env.PORT ?? String(await freePort()) }, root, file)
  const url = child.url === 'http://127.0.0.1:undefined' ? '' : child.url
  if (!url) throw new Error('no port')
  let ended = false
  void child.exit.then(() => (ended = true))
  const how = () =>
    `${child.process.exitCode ?? child.process.signalCode}: ${child.errors()}${child.output()}`
  context.after(async () => {
    if (!ended) child.process.kill('SIGKILL')
    await child.exit
  })
  for (let tries = 0; tries < 600; tries++) {
    if (ended) throw new Error(`the program ended, ${how()}`)
    const isUp = await fetch(`${url}/ready`).then(
      reply => reply.ok,
      () => false,
    )
    if (isUp) return child
    await sleep(50)
  }
  throw new Error(`the program does not listen: ${child.errors()}`)
}

/** Settings of a child: those of the tests, on the folder or on the tests' PostgreSQL. */
export const childEnv = async (dataDir: string, more: Env = {}): Promise<Env> => ({
  ...testEnv(dataDir),
  PORT: String(await freePort()),
  ...more,
})

/** Runs the program in this process just long enough for `work`, as one who prepares a database. */
export async function prepared<T>(env: Env, work: (program: Program) => Promise<T>): Promise<T> {
  const program = await startProgram(readConfig(env), makeLog('warn'))
  try {
    return await work(program)
  } finally {
    await program.stop()
  }
}

/** Sends JSON and reads JSON; status 0 where no answer came. */
export async function send(
  url: string,
  token: string,
  method: string,
  path: string,
  body?: unknown,
): Promise<{ status: number; body: any }> {
  try {
    const reply = await fetch(`${url}/api/v1${path}`, {
      method,
      headers: {
        authorization: `Bearer ${token}`,
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      signal: AbortSignal.timeout(20_000),
    })
    return { status: reply.status, body: reply.status === 204 ? undefined : await reply.json() }
  } catch {
    return { status: 0, body: undefined }
  }
}
