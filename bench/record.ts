import { writeFileSync } from 'node:fs'
import { readConfig } from '#core/config.ts'
import { makeLog } from '#core/log.ts'
import { type Program, startProgram } from '#core/program.ts'
import { recorded, type Seen } from '#test/recorder.ts'
import type { Place } from './data.ts'
import { type Asked, poolsOf, SCENARIOS, type Scenario } from './scenarios.ts'

/** Statements of one request, grouped by round trip. */
type Waves = Array<Array<{ text: string; params: unknown[]; isScript: boolean }>>
export type Replay = {
  /** For each request of the pool. */
  waves: Waves[]
  /** Ids that the program made while it answered, for each request: they must be new each time. */
  fresh: string[][]
}
export type Recorded = { pools: Record<string, Asked[]>; replays: Record<string, Replay> }

export const keyOf = (scenario: Scenario, role: string): string => `${scenario.name}--${role}`

const UUID = /[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/g
const idsIn = (value: unknown): string[] => JSON.stringify(value ?? '').match(UUID) ?? []

function wavesOf(seen: Seen[]): Waves {
  const waves = new Map<number, Waves[number]>()
  for (const { text, params, wave, isScript } of seen)
    waves.set(wave, [...(waves.get(wave) ?? []), { text, params, isScript }])
  return [...waves.values()]
}

/**
 * Starts the program in this process, makes the requests of the named scenarios and records the statements that
 * each of them runs, for the bare handler to run them again.
 */
export async function record(
  env: Record<string, string | undefined>,
  place: Place,
  names: string[],
): Promise<Recorded> {
  const program = await startProgram(readConfig(env), makeLog('warn'))
  try {
    const answer: Recorded = { pools: {}, replays: {} }
    for (const role of ['owner', 'member'] as const) {
      const { userId, sessionId } = place[role]
      const token = await program.app.tokens.sign({
        userId,
        sessionId,
        workspaceId: place.workspaceId,
        isWeb: false,
      })
      const ask = (asked: Asked) => inject(program, token, asked)
      await ask({ method: 'GET', path: '/api/v1/pipelines' })
      const pools = await poolsOf(program, place, role, ask)
      for (const scenario of SCENARIOS.filter(({ name }) => names.includes(name))) {
        const pool = pools[scenario.name]!
        const replay: Replay = { waves: [], fresh: [] }
        for (const asked of pool) {
          const { seen } = await recorded(program, () => ask(asked), { scripts: true })
          const made = new Set(seen.flatMap(({ params }) => idsIn(params)))
          for (const id of idsIn([asked, place])) made.delete(id)
          replay.waves.push(wavesOf(seen))
          replay.fresh.push(scenario.creates ? [...made] : [])
        }
        answer.pools[keyOf(scenario, role)] = pool
        answer.replays[keyOf(scenario, role)] = replay
      }
    }
    return answer
  } finally {
    await program.stop()
  }
}

async function inject(program: Program, token: string, { method, path, body }: Asked) {
  const response = await program.server.inject({
    method: method as 'GET',
    url: path,
    headers: { authorization: `Bearer ${token}`, ...(body ? { 'content-type': 'application/json' } : {}) },
    payload: body,
  })
  if (response.statusCode > 299) throw new Error(`${method} ${path} ${body ?? ''}: ${response.payload}`)
  return response.payload ? response.json() : undefined
}

const [placeText, file, names] = process.argv.slice(2)
if (import.meta.main) {
  const recorded = await record(process.env, JSON.parse(placeText!) as Place, names!.split(','))
  writeFileSync(file!, JSON.stringify(recorded))
}
