import type { Engine, Planned, Row, Session } from './engine.ts'

/** Has a transaction keep to the plans that its connection has made, whatever the parameters. */
export const PLANS_ONCE = '; set local plan_cache_mode = force_generic_plan'

type Step = {
  planned: Planned | undefined
  run: (session: Session) => Promise<unknown>
  refuse: (error: unknown) => void
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

  /** What a script sets holds for the statements that are issued in one go with it, and no longer. */
  script(text: string): Promise<Row[]> {
    return this.join(session => session.script(text), 'once')
  }

  private join<T>(run: (session: Session) => Promise<T>, planned?: Planned): Promise<T> {
    // Behind the promises that are settling now: each of them may issue one more statement.
    if (!this.steps.length) process.nextTick(() => this.send())
    return new Promise<T>((resolve, reject) => {
      this.steps.push({
        planned,
        run: session => run(session).then(resolve, reject),
        refuse: reject,
      })
    })
  }

  private async send(): Promise<void> {
    const { steps } = this
    this.steps = []
    let session: Session
    try {
      session = await this.engine.acquire()
    } catch (error) {
      for (const { refuse } of steps) refuse(error)
      return
    }
    const isPlannedOnce = steps.every(({ planned }) => planned === 'once')
    const opened = session.script(isPlannedOnce ? this.opening + PLANS_ONCE : this.opening)
    const done = steps.map(({ run }) => run(session))
    await Promise.allSettled([opened, ...done, session.script('commit')])
    this.engine.release(session)
  }
}
