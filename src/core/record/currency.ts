import type { Tx } from '../db/workspace.ts'

const currencies = new WeakMap<Tx, Promise<string>>()

/** The workspace's own currency, ISO 4217; read once a transaction. */
export function workspaceCurrency(tx: Tx): Promise<string> {
  let found = currencies.get(tx)
  if (!found) {
    found = tx.session
      .rows('select currency from workspaces where id = $1::uuid', [tx.who.workspaceId])
      .then(([row]) => row!.currency as string)
    currencies.set(tx, found)
  }
  return found
}
