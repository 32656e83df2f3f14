import postgres from 'postgres'
import type { Wire } from './engine.ts'

const CONNECT_TIMEOUT_SECONDS = 10
const AGAIN_MS = 1000

/**
 * Listens and tells on one connection, outside of the pool: it would never go back there. Where it is lost, another takes
 * its place as soon as the server lets one in; what was told meanwhile nobody has heard, so `told` is called then.
 * @throws where the first connection cannot be had
 */
export async function openWire(url: string, channel: string, told: () => void): Promise<Wire> {
  let isStopped = false
  let timer: NodeJS.Timeout | undefined
  let current: postgres.Sql | undefined

  const open = async (): Promise<void> => {
    let isLost = false
    // The driver's own `listen` gives up where the server is away when it listens anew.
    const sql: postgres.Sql = postgres(url, {
      max: 1,
      fetch_types: false,
      connect_timeout: CONNECT_TIMEOUT_SECONDS,
      idle_timeout: 0,
      max_lifetime: null,
      onnotice: () => {},
      onnotify: told,
      onclose: () => {
        isLost = true
        if (current !== sql) return
        current = undefined
        again()
        // It would connect anew by itself, and not listen.
        sql.end({ timeout: 0 }).catch(() => {})
      },
      connection: { application_name: 'ascendore-crm wire' },
    } as postgres.Options<Record<string, never>>)
    try {
      await sql.unsafe(`listen ${channel}`)
      if (isLost) throw new Error('the connection was lost')
    } catch (error) {
      await sql.end({ timeout: 0 }).catch(() => {})
      throw error
    }
    if (isStopped) await sql.end({ timeout: 0 })
    else current = sql
  }

  const again = () => {
    if (isStopped) return
    timer = setTimeout(() => open().then(told, again), AGAIN_MS).unref()
  }

  await open()
  return {
    tell: async () => current?.unsafe(`notify ${channel}`),
    async stop() {
      isStopped = true
      clearTimeout(timer)
      const sql = current
      current = undefined
      await sql?.end({ timeout: 0 })
    },
  }
}
