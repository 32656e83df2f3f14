import { Refusal } from '#core/errors.ts'
import type { App } from '#core/feature.ts'
import type { Client } from './client.ts'
import { byToken } from './identity.ts'
import { CLOSE } from './protocol.ts'

/** How soon at the latest somebody is cut off whose session has run out, of which no event tells. */
const LOOKED_AT_EVERY_MS = 3000
/** Events after which somebody may see less, or nothing. */
const TELLING = new Set(['membership', 'session', 'user', 'workspace', 'apiKey'])

export const tellsOfRights = ({ entityType }: { entityType: string }): boolean => TELLING.has(entityType)

type Found = Awaited<ReturnType<App['access']['accessOfMany']>>[number]

/** What everybody who listens may, looked at again whenever it may have changed: each session once, all of them together. */
export class Rights {
  private readonly app: App
  private readonly clients: ReadonlySet<Client>
  private timer: NodeJS.Timeout | undefined
  private looking: Promise<void> | undefined
  private next: Promise<void> | undefined

  constructor(app: App, clients: ReadonlySet<Client>) {
    this.app = app
    this.clients = clients
  }

  start(): void {
    const look = () =>
      void this.look().catch(error =>
        this.app.log.debug({ err: error }, 'rights could not be looked at, will try again'),
      )
    this.timer = setInterval(look, LOOKED_AT_EVERY_MS).unref()
    this.app.access.onForget(look)
  }

  stop(): void {
    clearInterval(this.timer)
  }

  /** Cuts off who may not listen any more. A look that is under way may have begun too early: another follows it. */
  look(): Promise<void> {
    if (!this.looking) {
      this.looking = this.settleAll().finally(() => {
        this.looking = undefined
      })
      return this.looking
    }
    const again = () => {
      this.next = undefined
      return this.look()
    }
    this.next ??= this.looking.then(again, again)
    return this.next
  }

  /** Where another process has changed something, what this one still knows of it is forgotten too, for requests as well. */
  lookAnew(): Promise<void> {
    this.app.access.forget()
    return this.next ?? this.looking ?? this.look()
  }

  private async settleAll(): Promise<void> {
    const clients = [...this.clients]
    const people = clients.filter(({ identity }) => !identity.key)
    const rights = await this.app.access.accessOfMany(people.map(({ identity }) => identity))
    for (const [at, client] of people.entries()) settle(client, rights[at]!)
    for (const client of clients) if (client.identity.key) await this.settleKey(client, client.identity.key)
  }

  private async settleKey(client: Client, { token }: { token: string }): Promise<void> {
    try {
      client.identity = await byToken(this.app, token)
    } catch (error) {
      if (error instanceof Refusal && error.status === 401) client.close(CLOSE.unauthenticated, error.message)
      else throw error
    }
  }
}

function settle(client: Client, found: Found): void {
  if (found === 'no session') client.close(CLOSE.unauthenticated, 'The session has ended; sign in again')
  else if (found === 'no membership')
    client.close(CLOSE.forbidden, 'You are no longer a member of this workspace')
  else {
    const { role, visibility } = client.identity.access
    client.identity.access = found
    if (found.role !== role || found.visibility !== visibility)
      client.send(JSON.stringify({ type: 'rights', role: found.role, recordVisibility: found.visibility }))
  }
}
