import { AsyncLocalStorage } from 'node:async_hooks'
import { roleAfter, type Session } from '#core/db/engine.ts'
import type { Program } from '#core/program.ts'

/** A statement as it went to the database: under which role, and with which others in one round trip. */
export type Seen = {
  text: string
  params: unknown[]
  role: string
  /** What began its transaction, with what was set since of how its statements are planned. */
  opening: string
  wave: number
  /** Without parameters, and of several statements: what begins and ends a transaction, and sets roles. */
  isScript: boolean
}

type Recording = { seen: Seen[] }

const recordings = new AsyncLocalStorage<Recording>()
const patched = new WeakSet<object>()

/** Has the program tell which statements a request runs; transactions of others are left alone. */
function patch({ app }: Program): void {
  const { engine } = app.database
  if (patched.has(engine)) return
  patched.add(engine)
  const acquire = engine.acquire.bind(engine)
  const release = engine.release.bind(engine)
  const plain = new WeakMap<Session, Session>()
  engine.acquire = async () => {
    const recording = recordings.getStore()
    const session = await acquire()
    if (!recording) return session
    const told = telling(session, recording)
    plain.set(told, session)
    return told
  }
  engine.release = session => release(plain.get(session) ?? session)
}

/** What decides how statements are planned. */
const PLANNING = /set local (?:enable|plan)_[^;]*/g

/** A session that tells the statements which it passes on. */
function telling(session: Session, { seen }: Recording): Session {
  let role = ''
  let opening = ''
  let wave = 0
  let open = 0
  const told = <T>(
    text: string,
    params: readonly unknown[],
    run: () => Promise<T>,
    isScript = false,
  ): Promise<T> => {
    if (open === 0) wave++
    open++
    seen.push({ text, params: [...params], role, opening, wave, isScript })
    return run().finally(() => {
      open--
    })
  }
  return {
    rows: (text, params = []) => told(text, params, () => session.rows(text, params)),
    values: (text, params = []) => told(text, params, () => session.values(text, params)),
    script(text) {
      if (text.startsWith('begin')) opening = text
      else for (const [setting] of text.matchAll(PLANNING)) opening += `; ${setting}`
      role = roleAfter(text, role)
      return told(text, [], () => session.script(text), true)
    },
  }
}

/** What `work` answered, and the statements that it ran inside workspaces; with `scripts` also what stands around them. */
export async function recorded<T>(
  program: Program,
  work: () => Promise<T>,
  { scripts = false } = {},
): Promise<{ result: T; seen: Seen[] }> {
  patch(program)
  const recording: Recording = { seen: [] }
  const result = await recordings.run(recording, work)
  const seen = recording.seen.filter(
    ({ opening, isScript }) => opening.includes('app.workspace_id') && (scripts || !isScript),
  )
  return { result, seen }
}
