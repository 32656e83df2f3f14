import { once } from 'node:events'
import { setTimeout as sleep } from 'node:timers/promises'
import { WebSocket } from 'ws'
import { Tokens } from '#core/auth/tokens.ts'
import { readConfig } from '#core/config.ts'
import { makeLog } from '#core/log.ts'
import { startProgram } from '#core/program.ts'
import { startProgramChild } from './children.ts'
import { type EngineName, type Env, filledDatabase, say } from './databases.ts'

/** From a write's being sent to its receipt by WebSocket, with many clients in one process. */
export type RealtimeFigures = {
  engine: EngineName
  visibility: 'workspace' | 'own'
  clients: number
  writesPerSecond: number
  receipts: number
  /** Receipts that each of the owner's connections lacks or has twice; 0 where all is well. */
  wrong: number
  p50: number
  p95: number
  p99: number
}

type Session = { userId: string; sessionId: string; role: string }
type Options = {
  engine: EngineName
  scale: number
  clients: number
  seconds: number
  writesPerSecond: number
}

/** Measures with members who see everything, so that each write goes to all, and with those who see their own. */
export async function measureRealtime(options: Options): Promise<RealtimeFigures[] | undefined> {
  const filled = await filledDatabase(options.engine, options.scale)
  if (!filled) return undefined
  try {
    const figures: RealtimeFigures[] = []
    for (const visibility of ['workspace', 'own'] as const) {
      const { sessions, deals } = await prepare(filled.env, filled.place.workspaceId, visibility)
      figures.push(await measure(options, visibility, filled.env, filled.place.workspaceId, sessions, deals))
    }
    return figures
  } finally {
    await filled.remove()
  }
}

async function prepare(env: Env, workspaceId: string, visibility: string) {
  const program = await startProgram(readConfig(env), makeLog('warn'))
  try {
    const who = {
      workspaceId,
      userId: null,
      role: 'ADMIN',
      visibility: 'workspace',
      timezone: 'UTC',
    } as const
    const deals = await program.app.database.inWorkspace(who, async tx => {
      await tx.session.rows(
        `update workspaces set settings = settings || jsonb_build_object('recordVisibility', $2::text) where id = $1::uuid`,
        [workspaceId, visibility],
      )
      const rows = await tx.session.rows(
        'select id from deals where workspace_id = $1::uuid and deleted_at is null limit 200',
        [workspaceId],
      )
      return rows.map(row => row.id as string)
    })
    const sessions = (await program.app.database.inSystem('ascendore_auth', scope =>
      scope.session.rows(
        `select s.user_id as "userId", min(s.id::text) as "sessionId", m.role from sessions s join memberships m on m.user_id = s.user_id and m.workspace_id = s.workspace_id
         where s.workspace_id = $1::uuid group by 1, 3 order by m.role desc, 1`,
        [workspaceId],
      ),
    )) as Session[]
    return { sessions, deals }
  } finally {
    await program.stop()
  }
}

async function measure(
  { engine, clients, seconds, writesPerSecond }: Options,
  visibility: RealtimeFigures['visibility'],
  env: Env,
  workspaceId: string,
  sessions: Session[],
  deals: string[],
): Promise<RealtimeFigures> {
  const program = await startProgramChild(env)
  const tokens = new Tokens(env.JWT_SECRET!)
  const signed = await Promise.all(
    sessions.map(({ userId, sessionId }) => tokens.sign({ userId, sessionId, workspaceId, isWeb: false })),
  )
  const ownerAt = sessions.findIndex(({ role }) => role === 'OWNER')
  const sentAt: number[] = []
  const latencies: number[] = []
  const counts = new Array<number>(clients).fill(0)
  const sockets: WebSocket[] = []
  try {
    for (let n = 0; n < clients; n++) {
      const socket = new WebSocket(`ws://127.0.0.1:${program.port}/api/v1/realtime`, {
        headers: { authorization: `Bearer ${signed[n % signed.length]}` },
      })
      sockets.push(socket)
      await once(socket, 'open')
      const ready = new Promise<void>(resolve => {
        socket.on('message', data => {
          const text = String(data)
          if (text.startsWith('{"type":"subscribed"')) resolve()
          // Not parsed whole: the load must not be what is measured.
          const at = text.indexOf('"new":"Live ')
          if (at < 0) return
          latencies.push(performance.now() - sentAt[Number.parseInt(text.slice(at + 12), 10)]!)
          counts[n]!++
        })
      })
      socket.send(JSON.stringify({ type: 'subscribe', id: 's', entity: 'deal' }))
      await ready
    }
    say(`${clients} clients listen, ${visibility}`)
    const writes = seconds * writesPerSecond
    const began = performance.now()
    const answers: Promise<void>[] = []
    for (let n = 0; n < writes; n++) {
      const waitMs = began + (n * 1000) / writesPerSecond - performance.now()
      if (waitMs > 0) await sleep(waitMs)
      sentAt[n] = performance.now()
      answers.push(write(program.port, signed[ownerAt]!, deals[n % deals.length]!, `Live ${n} ${visibility}`))
    }
    await Promise.all(answers)
    await sleep(2000)
    const owners = counts.filter((_, n) => n % signed.length === ownerAt)
    latencies.sort((a, b) => a - b)
    const at = (part: number) =>
      latencies[Math.min(latencies.length - 1, Math.floor(latencies.length * part))]!
    return {
      engine,
      visibility,
      clients,
      writesPerSecond,
      receipts: latencies.length,
      wrong: owners.reduce((sum, count) => sum + Math.abs(count - writes), 0),
      p50: at(0.5),
      p95: at(0.95),
      p99: at(0.99),
    }
  } finally {
    for (const socket of sockets) socket.terminate()
    await program.stop()
  }
}

async function write(port: number, token: string, id: string, title: string): Promise<void> {
  const reply = await fetch(`http://127.0.0.1:${port}/api/v1/deals/${id}`, {
    method: 'PATCH',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    body: JSON.stringify({ title }),
  })
  await reply.arrayBuffer()
  if (!reply.ok) throw new Error(`a write was answered by ${reply.status}`)
}

export function realtimeTable(all: RealtimeFigures[]): string {
  const rows = all.map(
    f =>
      `| ${f.engine} | ${f.visibility} | ${f.clients} | ${f.writesPerSecond} | ${f.receipts} | ${f.wrong} | ${f.p50.toFixed(1)} | ${f.p95.toFixed(1)} | ${f.p99.toFixed(1)} |`,
  )
  return [
    '\n### live updates: write to receipt\n',
    '| engine | visibility | clients | writes/s | receipts | lost or doubled | p50 ms | p95 ms | p99 ms |',
    '| --- | --- | --: | --: | --: | --: | --: | --: | --: |',
    ...rows,
  ].join('\n')
}
