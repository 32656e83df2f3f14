import { z } from 'zod'
import type { App } from '#core/feature.ts'
import type { JobDefinition, Schedule } from '#core/jobs/jobs.ts'
import { claim, readMailbox } from './read.ts'

const MAILBOXES_AT_ONCE = 4
/** How long one round may begin to read further mailboxes; the next one goes on. */
const ROUND_MS = 50_000

const input = z.object({ mailboxId: z.uuid() })

/** One mailbox, at once: when it was entered or changed, or when somebody asks for it. */
export const readJob: JobDefinition<z.infer<typeof input>> = {
  name: 'mailbox-read',
  input,
  retries: 1,
  async run({ app, input: { mailboxId } }) {
    for (const held of await claim(app, 1, mailboxId)) await readMailbox(app, held)
  },
}

/** Every minute: all mailboxes whose turn it is, a few at a time. */
export const readSchedule: Schedule = {
  name: 'mailboxes',
  cron: '* * * * *',
  async run(_database, _log, app) {
    const until = Date.now() + ROUND_MS
    while (Date.now() < until) {
      const held = await claim(app, MAILBOXES_AT_ONCE)
      if (!held.length) return
      await Promise.all(held.map(each => readMailbox(app, each)))
    }
  },
}

/** The embedded database has one process: what is leased now was held by the one before, which is gone. */
export async function releaseLeases(app: App): Promise<string[]> {
  if (app.database.engine.kind === 'embedded')
    await app.database.inSystem('ascendore_worker', scope =>
      scope.session.rows(
        'update mailboxes set lease_id = null, leased_until = null where lease_id is not null',
      ),
    )
  return []
}
