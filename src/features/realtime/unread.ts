import { arrayLiteral } from '#core/db/engine.ts'
import type { App } from '#core/feature.ts'
import { onNotified } from '#features/notifications/drafts.ts'
import type { Client } from './client.ts'

/** Between two looks, however much happens; and how often to look where another process may have told somebody something. */
const PAUSE_MS = 250
const IDLE_MS = 1000

/** Tells clients how many notifications they have not read, whenever that number changes. */
export class UnreadCounts {
  private readonly app: App
  private readonly clients: Set<Client>
  private readonly told = new Map<Client, { id: string; unread: number | undefined }>()
  private timer: NodeJS.Timeout | undefined
  private isLooking = false
  private isStopped = false
  private deaf: () => void = () => {}

  constructor(app: App, clients: Set<Client>) {
    this.app = app
    this.clients = clients
  }

  start(): void {
    this.deaf = onNotified(() => this.soon(PAUSE_MS))
  }

  stop(): void {
    this.isStopped = true
    this.deaf()
    clearTimeout(this.timer)
  }

  /** @param id the name of the subscription */
  add(client: Client, id: string): void {
    this.told.set(client, { id, unread: undefined })
    this.soon(0)
  }

  remove(client: Client, id: string): void {
    if (this.told.get(client)?.id === id) this.told.delete(client)
  }

  private soon(ms: number): void {
    if (this.isStopped || !this.told.size) return
    clearTimeout(this.timer)
    this.timer = setTimeout(() => void this.look(), ms)
  }

  /** One query for all who listen. */
  private async look(): Promise<void> {
    if (this.isLooking) return this.soon(PAUSE_MS)
    this.isLooking = true
    try {
      for (const client of this.told.keys()) if (!this.clients.has(client)) this.told.delete(client)
      const listening = [...this.told]
      if (!listening.length) return
      const rows = await this.app.database.inSystem(
        'ascendore_worker',
        scope =>
          scope.session.rows(
            `select c.workspace_id || ' ' || c.user_id as key, count(n.id) as unread
             from (select distinct * from unnest($1::uuid[], $2::uuid[])) c(workspace_id, user_id)
             left join notifications n on n.workspace_id = c.workspace_id and n.user_id = c.user_id and n.read_at is null and n.in_app group by 1`,
            [
              arrayLiteral(listening.map(([{ identity }]) => identity.workspaceId)),
              arrayLiteral(listening.map(([{ identity }]) => identity.claims.userId)),
            ],
          ),
        'unheard',
      )
      const counts = new Map(rows.map(row => [row.key as string, row.unread as number]))
      for (const [client, state] of listening) {
        const unread = counts.get(`${client.identity.workspaceId} ${client.identity.claims.userId}`)
        if (unread === undefined || unread === state.unread) continue
        state.unread = unread
        client.send(JSON.stringify({ type: 'notifications', id: state.id, unread }))
      }
    } catch (error) {
      this.app.log.debug({ err: error }, 'notifications could not be counted, will try again')
    } finally {
      this.isLooking = false
      this.soon(IDLE_MS)
    }
  }
}
