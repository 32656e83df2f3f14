import { recordTypes } from 'virtual:record-types'
import { useEffect } from 'react'
import { api, queries, useMe } from './api.ts'
import { refreshAround, type Touched } from './record/model.ts'

/** Settings, which hardly ever change, and what has a page that asks for itself. */
const NOT_FOLLOWED = ['customField', 'pipeline', 'stage', 'report', 'dashboard', 'import', 'merge']
/** What the pages show; changes of these are told as they are committed. */
const ENTITIES = recordTypes.map(({ name }) => name).filter(name => !NOT_FOLLOWED.includes(name))
const RETRY_AT_LEAST_MS = 1000
const RETRY_AT_MOST_MS = 30_000
/** Changes within this time are shown together. */
const GATHER_MS = 150
/** Close codes by which the server says that who listened may not any more. */
const PUT_OUT = [4401, 4403, 4404]

type Message =
  | { type: 'ready' }
  | { type: 'subscribed' | 'heartbeat'; seq: number }
  | { type: 'event'; event: Touched & { seq: number; entityType: string } }
  | { type: 'notifications'; unread: number }
  | { type: 'reset' | 'rights' | 'error' | 'pong' }

/** The bell's number is told; what it counts is read again where it is shown. */
function unreadIs(unread: number): void {
  queries.setQueryData(['notifications', 'count'], { unread })
  queries.invalidateQueries({ queryKey: ['notifications', 'list'] })
}

/** One connection to the server's live updates, made again whenever it is lost. */
class Live {
  private socket: WebSocket | undefined
  private since: number | undefined
  private waitMs = RETRY_AT_LEAST_MS
  private timer: ReturnType<typeof setTimeout> | undefined
  private isOver = false
  private readonly changed: (entityType: string, touched?: Touched) => void

  constructor(changed: (entityType: string, touched?: Touched) => void) {
    this.changed = changed
    void this.connect()
  }

  stop(): void {
    this.isOver = true
    clearTimeout(this.timer)
    this.socket?.close()
  }

  private async connect(): Promise<void> {
    try {
      const { ticket } = await api.post<{ ticket: string }>('/realtime/ticket', {})
      if (this.isOver) return
      const url = new URL('/api/v1/realtime', location.href)
      url.protocol = url.protocol.replace('http', 'ws')
      const socket = new WebSocket(url)
      this.socket = socket
      socket.onopen = () => socket.send(JSON.stringify({ type: 'auth', ticket }))
      socket.onmessage = ({ data }) => this.read(socket, JSON.parse(data as string) as Message)
      socket.onclose = ({ code }) => {
        // Asking for another ticket is what finds out what has become of the reader, and the app leaves by that.
        if (PUT_OUT.includes(code) && this.waitMs === RETRY_AT_LEAST_MS) this.again(0)
        else this.again()
      }
    } catch {
      this.again()
    }
  }

  private read(socket: WebSocket, message: Message): void {
    if (message.type === 'ready') {
      this.waitMs = RETRY_AT_LEAST_MS
      for (const entity of ENTITIES)
        socket.send(
          JSON.stringify({
            type: 'subscribe',
            id: entity,
            entity,
            ...(this.since === undefined ? {} : { since: this.since }),
          }),
        )
      socket.send(JSON.stringify({ type: 'subscribe', id: 'bell', entity: 'notification' }))
    } else if (message.type === 'notifications') unreadIs(message.unread)
    else if (message.type === 'heartbeat') this.since = message.seq
    else if (message.type === 'event') {
      this.since = message.event.seq
      this.changed(message.event.entityType, message.event)
    } else if (message.type === 'reset') {
      this.since = undefined
      for (const entity of ENTITIES) this.changed(entity)
    }
    // Another role: other pages, buttons and rows.
    else if (message.type === 'rights') queries.invalidateQueries()
  }

  private again(inMs = this.waitMs * (0.5 + Math.random())): void {
    if (this.isOver) return
    this.timer = setTimeout(() => this.connect(), inMs)
    this.waitMs = Math.min(this.waitMs * 2, RETRY_AT_MOST_MS)
  }
}

/** Reads again what others have changed, without anybody reloading a page. */
export function useLive(): void {
  const { workspaceId } = useMe()
  // biome-ignore lint/correctness/useExhaustiveDependencies: another workspace is another stream
  useEffect(() => {
    /** What was touched of each type; undefined where anything may have been. */
    const gathered = new Map<string, Touched[] | undefined>()
    let timer: ReturnType<typeof setTimeout> | undefined
    const live = new Live((entityType, touched) => {
      const before = gathered.has(entityType) ? gathered.get(entityType) : []
      gathered.set(entityType, touched && before && [...before, touched])
      timer ??= setTimeout(() => {
        timer = undefined
        for (const [name, all] of gathered) refreshAround(name, all)
        queries.invalidateQueries({ queryKey: ['related'] })
        gathered.clear()
      }, GATHER_MS)
    })
    return () => {
      clearTimeout(timer)
      live.stop()
    }
  }, [workspaceId])
}
