import type { Engine, Planned, Row, Session } from './engine.ts'

/** Has a transaction keep to the plans that its connection has made, whatever the parameters. */
export const PLANS_ONCE = '; set local plan_cache_mode = force_generic_plan'

type Step = {
  planned: Planned | undefined
  /** A statement runs, a script is set together with what stands before the next statement. */
  work: string | ((session: Session) => Promise<unknown>)
  resolve: (value: never) => void
  reject: (error: unknown) => void
}

/**
 * A read-only transaction that takes one round trip for as many statements as are issued in one go. The statements
 * wait until the caller has nothing more to issue; then opening, statements and commit travel together, and the
 * connection is free again. What is issued later goes in a wave of its own: statements see a snapshot each anyway
 * (READ COMMITTED), so nothing is lost by their being transactions of their own.
 */
export class WaveSession implements Session {
  private readonly engine: Engine
  private readonly opening: string
  private steps: Step[] = []

  /** @param opening the script that begins the transaction and sets role and workspace */
  constructor(engine: Engine, opening: string) {
    this.engine = engine
    this.opening = opening
  }

  rows(text: string, params: readonly unknown[] = [], planned?: Planned): Promise<Row[]> {
    return this.join(session => session.rows(text, params), planned)
  }

  values(text: string, params: readonly unknown[] = [], planned?: Planned): Promise<unknown[][]> {
    return this.join(session => session.values(text, params), planned)
  }

  /**
   * What a script sets holds for the statements that are issued in one go with it, after it, and no longer; where none
   * follows, it is not sent. It answers no rows.
   */
  script(text: string): Promise<Row[]> {
    return this.join(text, 'once')
  }

  private join<T>(work: string | ((session: Session) => Promise<T>), planned?: Planned): Promise<T> {
    // Behind the promises that are settling now: each of them may issue one more statement.
    if (!this.steps.length) process.nextTick(() => this.send())
    return new Promise<T>((resolve, reject) => this.steps.push({ planned, work, resolve, reject }))
  }

  private async send(): Promise<void> {
    const { steps } = this
    this.steps = []
    if (steps.every(({ work }) => typeof work === 'string')) {
      for (const { resolve } of steps) resolve([] as never)
      return
    }
    let session: Session
    try {
      session = await this.engine.acquire()
    } catch (error) {
      for (const { reject } of steps) reject(error)
      return
    }
    const isPlannedOnce = steps.every(({ planned }) => planned === 'once')
    const done: Promise<unknown>[] = []
    let scripts = [isPlannedOnce ? this.opening + PLANS_ONCE : this.opening]
    let settings: Step[] = []
    for (const step of steps) {
      if (typeof step.work === 'string') {
        scripts.push(step.work)
        settings.push(step)
        continue
      }
      if (scripts.length) done.push(settle(session.script(scripts.join('; ')), settings))
      scripts = []
      settings = []
      done.push(settle(step.work(session), [step]))
    }
    done.push(settle(session.script('commit'), settings))
    await Promise.allSettled(done)
    this.engine.release(session)
  }
}

const settle = (work: Promise<unknown>, steps: Step[]): Promise<void> =>
  work.then(
    value => {
      for (const { resolve } of steps) resolve(value as never)
    },
    error => {
      for (const { reject } of steps) reject(error)
    },
  )
