import { createHash } from 'node:crypto'
import type { ImapFlow } from 'imapflow'
import type { Row } from '#core/db/engine.ts'
import { systemIn, type Tx, type Who } from '#core/db/workspace.ts'
import { Refusal } from '#core/errors.ts'
import type { App } from '#core/feature.ts'
import { newId } from '#core/ids.ts'
import { DAY_MS } from '#core/time.ts'
import { parseMime } from '#features/emails/parse.ts'
import { receive } from '#features/emails/receive.ts'
import { type Kept, withAccount } from './account.ts'
import { inFolder, MAIL_AT_MOST_BYTES, MailboxFault } from './imap.ts'

/** So many mails, or so long, and the next mailbox has its turn. */
const MAILS_A_TURN = 500
const TURN_MS = 60_000
const LEASE = `interval '3 minutes'`
const GAP = `interval '1 minute'`
const LONGEST_GAP_MINUTES = 60

/** A mailbox that this process reads now. */
export type Held = Row & { workspaceId: string; id: string; userId: string | null; leaseId: string }

const IS_FREE = `b.is_active and b.next_read_at <= now() and (b.leased_until is null or b.leased_until < now())
  and (b.user_id is null or exists (select 1 from memberships m where m.workspace_id = b.workspace_id and m.user_id = b.user_id and m.removed_at is null and m.is_active))`

/** Takes mailboxes whose turn it is, each for this process alone. */
export function claim(app: App, count: number, only?: string): Promise<Held[]> {
  const leaseId = newId()
  return app.database.inSystem(
    'ascendore_worker',
    scope =>
      scope.session.rows(
        `update mailboxes t set lease_id = $1::uuid, leased_until = now() + ${LEASE}
         from (select b.workspace_id, b.id from mailboxes b where ${IS_FREE} and ($2::uuid is null or b.id = $2::uuid)
           order by b.next_read_at limit ${count} for update skip locked) c, workspaces w
         where t.workspace_id = c.workspace_id and t.id = c.id and w.id = t.workspace_id
         returning t.workspace_id as "workspaceId", t.id, t.user_id as "userId", t.lease_id as "leaseId", t.host, t.port, t.security, t.username,
           t.auth, t.sealed_password as "sealedPassword", t.folder, t.uid_validity as "uidValidity", t.uid_next as "uidNext", t.created_at as "createdAt",
           t.backfill_days as "backfillDays", w.timezone`,
        [leaseId, only ?? null],
      ) as Promise<Held[]>,
    'unheard',
  )
}

/** Reads what is new in a mailbox and lets go of it, whatever comes of it. */
export async function readMailbox(app: App, held: Held): Promise<void> {
  let error: string | null = null
  let isMore = false
  try {
    isMore = await withAccount(app, held as unknown as Kept, (account, guard) =>
      inFolder(account, guard, TURN_MS, client => readNew(app, held, client)),
    )
  } catch (caught) {
    error =
      caught instanceof MailboxFault ? caught.message : 'Something went wrong on our side; it is tried again'
    if (caught instanceof MailboxFault)
      app.log.info({ mailboxId: held.id, reason: error }, 'mailbox was not read')
    else app.log.warn({ err: caught, mailboxId: held.id }, 'mailbox was not read')
  }
  await app.database.inSystem(
    'ascendore_worker',
    scope =>
      scope.session.rows(
        `update mailboxes set lease_id = null, leased_until = null, last_error = $4::text,
           failures = case when $4::text is null then 0 else failures + 1 end,
           read_at = case when $4::text is null then now() else read_at end,
           next_read_at = case when $5::boolean then now() when $4::text is null then now() + ${GAP}
             else now() + least(power(2, least(failures, 10)), ${LONGEST_GAP_MINUTES}) * ${GAP} end
         where workspace_id = $1::uuid and id = $2::uuid and lease_id = $3::uuid`,
        [held.workspaceId, held.id, held.leaseId, error, isMore],
      ),
    'unheard',
  )
}

/** Reads the mails from the kept place on, each in a transaction of its own; whether there are more. */
async function readNew(app: App, held: Held, client: ImapFlow): Promise<boolean> {
  const { mailbox } = client
  if (!mailbox) throw new MailboxFault(`There is no folder ${held.folder}`)
  const validity = Number(mailbox.uidValidity)
  const place = await startingPlace(held, client, validity, mailbox.uidNext)
  if (place !== held.uidNext || validity !== held.uidValidity) await keepPlace(app, held, validity, place)
  // A range that ends with * always has the last mail, also where that was read before.
  const found = (await client.search({ uid: `${place}:*` }, { uid: true })) || []
  const fresh = found.filter(uid => uid >= place).sort((one, other) => one - other)
  const until = Date.now() + TURN_MS / 2
  let done = 0
  for (const uid of fresh) {
    if (done >= MAILS_A_TURN || Date.now() > until) break
    if (!(await readOne(app, held, client, { validity, uid }))) return false
    done++
  }
  return done < fresh.length
}

/**
 * Where to go on. A mailbox that is new is read from now on, or from as many days ago as it says. Where the server has
 * numbered the folder anew (another UIDVALIDITY), everything since then is looked at again, and what is known already is known
 * by its Message-ID.
 */
async function startingPlace(
  { uidValidity, uidNext, createdAt, backfillDays }: Held,
  client: ImapFlow,
  validity: number,
  end: number,
): Promise<number> {
  if (uidValidity === null && backfillDays === 0) return end
  if (uidValidity === validity) return uidNext as number
  // The server knows days only, and by its own clock.
  const from = uidValidity === null ? Date.now() : Date.parse(createdAt as string)
  const since = new Date(from - Math.max(backfillDays as number, 1) * DAY_MS)
  const found = (await client.search({ since }, { uid: true })) || []
  return found.length ? Math.min(...found) : end
}

/** The owner of the mailbox with all rights: a mail belongs to its contact, also where that is not theirs. */
const systemWho = ({ workspaceId, userId, timezone }: Held): Who => ({
  ...systemIn(workspaceId, timezone as string),
  userId,
})

const keepPlace = (app: App, held: Held, validity: number, uidNext: number) =>
  app.database.inWorkspace(systemWho(held), tx => moveOn(tx, held, validity, uidNext))

async function moveOn(
  { session }: Tx,
  { workspaceId, id }: Held,
  validity: number,
  uidNext: number,
): Promise<void> {
  await session.rows(
    `update mailboxes set uid_validity = $3::bigint, uid_next = $4::bigint, leased_until = now() + ${LEASE} where workspace_id = $1::uuid and id = $2::uuid`,
    [workspaceId, id, validity, uidNext],
  )
}

type MailPlace = { validity: number; uid: number }

/** Files one mail, in one transaction with the place behind it: a kill leaves both or neither. False where it is no longer ours to read. */
async function readOne(
  app: App,
  held: Held,
  client: ImapFlow,
  { validity, uid }: MailPlace,
): Promise<boolean> {
  const raw = await sourceOf(client, uid)
  const mail = raw ? await parsed(raw) : undefined
  return app.database.inWorkspace(systemWho(held), async tx => {
    const [row] = await tx.session.rows(
      'select uid_next as "uidNext" from mailboxes where workspace_id = $1::uuid and id = $2::uuid and lease_id = $3::uuid and uid_validity = $4::bigint for update',
      [held.workspaceId, held.id, held.leaseId, validity],
    )
    if (!row) return false
    if (mail && (row.uidNext as number) <= uid) {
      const { status } = await tx
        .attempt(async () => ((await isColleague(tx, mail)) ? { status: 'IGNORED' } : receive(tx, mail)))
        .catch(error => {
          // One mail that cannot be kept must not stand before all that come after it.
          if (!(error instanceof Refusal) && !/^22/.test((error as { code?: string }).code ?? '')) throw error
          app.log.info({ err: error, mailboxId: held.id, uid }, 'a mail could not be kept')
          return { status: 'REFUSED' }
        })
      app.log.debug({ mailboxId: held.id, uid, status }, 'mail read')
    }
    await moveOn(tx, held, validity, uid + 1)
    return true
  })
}

async function sourceOf(client: ImapFlow, uid: number): Promise<Buffer | undefined> {
  const about = await client.fetchOne(String(uid), { uid: true, size: true }, { uid: true })
  if (!about || (about.size ?? 0) > MAIL_AT_MOST_BYTES) return undefined
  const found = await client.fetchOne(String(uid), { uid: true, source: true }, { uid: true })
  return found ? found.source : undefined
}

/** A mail without a Message-ID gets one that the same bytes always have. */
async function parsed(raw: Buffer) {
  const mail = await parseMime(raw).catch(() => undefined)
  if (!mail || mail.messageId) return mail
  return { ...mail, messageId: `<${createHash('sha256').update(raw).digest('hex')}@no-message-id.invalid>` }
}

/** What members write to each other, or to themselves, is no mail of a contact. */
async function isColleague({ session, who }: Tx, mail: { from: string; bounce: unknown }): Promise<boolean> {
  if (mail.bounce) return false
  const rows = await session.rows(
    `select 1 from memberships m join users u on u.id = m.user_id
     where m.workspace_id = $1::uuid and m.removed_at is null and u.email = $2 limit 1`,
    [who.workspaceId, mail.from],
  )
  return rows.length > 0
}
