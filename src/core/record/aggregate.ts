import { type Add, adderOf, type Row } from '../db/engine.ts'
import type { Tx } from '../db/workspace.ts'
import { untilChange } from './kept.ts'
import { recordNamed } from './registry.ts'
import { mineGathered, scopeCondition, seesThrough } from './visibility.ts'

/**
 * A statement in the making that looks at all rows which its caller sees, to add them up: its parameters, and conditions that
 * name workspace and visibility. Where what one sees depends on what rows hang on, that is gathered once (`mineGathered`),
 * and the statement runs as the role of searches: row-level security would ask it again of every row of the workspace.
 */
export class Aggregate {
  readonly params: unknown[] = []
  readonly add: Add
  readonly tx: Tx
  private mine: string | undefined

  /** @param add takes parameters, where they are kept elsewhere */
  constructor(tx: Tx, add?: Add) {
    this.tx = tx
    this.add = add ?? adderOf(this.params)
  }

  /** What the caller sees of the rows `alias` of a record type. Every table of the statement that is walled needs its own. */
  scope(name: string, alias = 't'): string {
    const { who } = this.tx
    const record = recordNamed(name)
    return seesThrough(record, who)
      ? scopeCondition(record, who, alias, this.add, id => this.isMine(id))
      : scopeCondition(record, who, alias, this.add)
  }

  /** Whether the id is of a record that names the caller, or whose parent does. */
  isMine(id: string): string {
    const { workspaceId, userId } = this.tx.who
    this.mine ??= mineGathered(this.add(workspaceId, 'uuid'), this.add(userId, 'uuid'))
    return `${id} in (select id from mine)`
  }

  /**
   * The rows of the finished statement, kept until a record changes.
   * @param isScoped whether it has conditions for all that it reads; else row-level security narrows what has none
   * @throws DatabaseFault
   */
  rows(text: string, isScoped = true): Promise<Row[]> {
    const { tx, params } = this
    const whole = this.whole(text)
    const reading = () => tx.session.rows(whole, params)
    return untilChange(tx, [whole, params], () =>
      this.mine && isScoped ? tx.as('ascendore_search', reading) : reading(),
    )
  }

  /** The statement with what its conditions need before it. */
  whole(text: string): string {
    if (!this.mine) return text
    return `with ${this.mine}${text.startsWith('with ') ? `, ${text.slice(5)}` : ` ${text}`}`
  }
}
