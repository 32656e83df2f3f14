import { createHash } from 'node:crypto'
import type { Scope } from '#core/db/workspace.ts'
import { Refusal } from '#core/errors.ts'
import type { App } from '#core/feature.ts'
import { asAuth } from './people.ts'

/**
 * Slows guessing down, by account and by address, in a table that all processes share. An attempt counts
 * as a failure when it begins, so that many at once gain nothing, and is taken back when it turns out well.
 * From the limit on each further failure locks for twice as long: 30 s, 1 min, 2 min … 15 min. The same
 * happens for a mail address that nobody has, so a lock tells nothing about accounts.
 */
const ACCOUNT_FAILURES = 5
const ADDRESS_FAILURES = 50
const WINDOW_MINUTES = 15
const FIRST_LOCK_SECONDS = 30
const LONGEST_LOCK_SECONDS = 900

const keyOf = (kind: 'account' | 'address', value: string) =>
  createHash('sha256').update(`${kind} ${value}`).digest('base64url')
const accountKey = (email: string) => keyOf('account', email)
const addressKey = (ip: string) => keyOf('address', networkOf(ip))

/** Whoever has one IPv6 address has the whole /64 (RFC 6177), so that is what counts. */
export function networkOf(ip: string): string {
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(ip)?.[1]
  if (mapped || !ip.includes(':')) return mapped ?? ip
  const [head = '', tail = ''] = ip.toLowerCase().split('::')
  const first = head.split(':').filter(Boolean)
  const last = tail.split(':').filter(Boolean)
  const groups = ip.includes('::')
    ? [...first, ...Array<string>(Math.max(0, 8 - first.length - last.length)).fill('0'), ...last]
    : first
  return groups
    .slice(0, 4)
    .map(group => group.replace(/^0+(?=.)/, ''))
    .join(':')
}

/** What an attempt turned out to be. */
export type Attempt = {
  /** The person has shown who they are: the account starts afresh, the address gets this attempt back. */
  succeed: (scope: Scope) => Promise<void>
  /** The attempt was neither right nor wrong (a second factor is still to come). */
  takeBack: () => Promise<void>
}

/** Lets an attempt begin. @throws Refusal 429 TOO_MANY_ATTEMPTS with the seconds to wait */
export async function beginAttempt(app: App, email: string, ip: string): Promise<Attempt> {
  const account = accountKey(email)
  const address = addressKey(ip)
  const waitSeconds = await app.database.inSystem(
    'ascendore_auth',
    async scope =>
      (await count(scope, address, ADDRESS_FAILURES)) || (await count(scope, account, ACCOUNT_FAILURES)),
  )
  if (waitSeconds) {
    throw new Refusal(429, 'TOO_MANY_ATTEMPTS', `Too many failed attempts; try again in ${waitSeconds} s`, {
      retryAfterSeconds: waitSeconds,
    })
  }
  return {
    // In the order of the beginning, or two at once of one account wait for each other.
    succeed: async scope => {
      await giveBack(scope, address)
      await asAuth(scope, 'delete from login_attempts where key = $1', [account])
    },
    takeBack: () =>
      app.database.inSystem('ascendore_auth', async scope => {
        await giveBack(scope, address)
        await giveBack(scope, account)
      }),
  }
}

/** Lifts the lock of an account whose owner has shown that the mailbox is theirs. */
export const liftLock = (scope: Scope, email: string) =>
  asAuth(scope, 'delete from login_attempts where key = $1', [accountKey(email)])

/**
 * Counts one attempt; the seconds that are left where the key is locked, else 0. By the clock and not by when the transaction began,
 * which may be before another ended a lock.
 */
async function count(scope: Scope, key: string, limit: number): Promise<number> {
  const window = `interval '${WINDOW_MINUTES} minutes'`
  const stale = `(a.since < now() - ${window} and coalesce(a.locked_until, a.since) < now() - ${window})`
  const seconds = `least(${LONGEST_LOCK_SECONDS}, ${FIRST_LOCK_SECONDS} * power(2, least(a.failures + 1 - $2::int, 20)))`
  const counted = await scope.session.rows(
    `insert into login_attempts as a (key, failures, since) values ($1, 1, now())
     on conflict (key) do update set
       failures = case when ${stale} then 1 else a.failures + 1 end,
       since = case when ${stale} then now() else a.since end,
       locked_until = case when ${stale} or a.failures + 1 < $2::int then null else now() + ${seconds} * interval '1 second' end
     where a.locked_until is null or a.locked_until <= clock_timestamp()
     returning 1`,
    [key, limit],
  )
  if (counted.length) return 0
  const [row] = await scope.session.rows(
    'select greatest(1, ceil(extract(epoch from locked_until - now())))::int as seconds from login_attempts where key = $1',
    [key],
  )
  return (row?.seconds as number | undefined) ?? 1
}

/** A lock that this attempt set ends now, rather than vanishing: later failures still grow it. */
const giveBack = (scope: Scope, key: string) =>
  asAuth(
    scope,
    'update login_attempts set failures = greatest(failures - 1, 0), locked_until = least(locked_until, now()) where key = $1',
    [key],
  )
