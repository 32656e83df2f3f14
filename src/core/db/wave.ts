import type { Engine, Row, Session } from './engine.ts'

type Step = { run: (session: Session) => Promise<unknown>; refuse: (error: unknown) => void }

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

  rows(text: string, params: readonly unknown[] = []): Promise<Row[]> {
    return this.join(session => session.rows(text, params))
  }

  values(text: string, params: readonly unknown[] = []): Promise<unknown[][]> {
    return this.join(session => session.values(text, params))
  }

  /** What a script sets holds for the statements that are issued in one go with it, and no longer. */
  script(text: string): Promise<Row[]> {
    return this.join(session => session.script(text))
  }

  private join<T>(run: (session: Session) => Promise<T>): Promise<T> {
    // Behind the promises that are settling now: each of them may issue one more statement.
    if (!this.steps.length) process.nextTick(() => this.send())
    return new Promise<T>((resolve, reject) => {
      this.steps.push({
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
    const opened = session.script(this.opening)
    const done = steps.map(({ run }) => run(session))
    await Promise.allSettled([opened, ...done, session.script('commit')])
    this.engine.release(session)
  }
}
