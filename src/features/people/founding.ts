import { randomBytes } from 'node:crypto'
import type { Tx } from '#core/db/workspace.ts'
import { conflict } from '#core/errors.ts'
import type { App } from '#core/feature.ts'
import { newId } from '#core/ids.ts'
import { asAuth, tell } from './people.ts'
import { ONBOARDING_STEPS } from './schemas.ts'

export type NewWorkspace = {
  name: string
  slug?: string
  currency?: string
  timezone?: string
  settings?: Record<string, unknown>
}

/**
 * Makes the workspace of the transaction's caller, with the caller as its owner and with all that features
 * want it to start with.
 */
export async function foundWorkspace(app: App, tx: Tx, given: NewWorkspace): Promise<void> {
  const { workspaceId, userId } = tx.who
  const slug = await insertWorkspace(tx, given)
  const membershipId = newId()
  await asAuth(
    tx,
    `insert into memberships (workspace_id, id, user_id, role) values ($1::uuid, $2::uuid, $3::uuid, 'OWNER')`,
    [workspaceId, membershipId, userId],
  )
  await tell(tx, tx.who, workspaceId, {
    action: 'created',
    entityType: 'workspace',
    entityId: workspaceId,
    changes: { name: { new: given.name }, slug: { new: slug } },
  })
  await tell(tx, tx.who, workspaceId, {
    action: 'created',
    entityType: 'membership',
    entityId: membershipId,
    changes: { userId: { new: userId }, role: { new: 'OWNER' } },
  })
  await app.found(tx)
}

/** The slug is the one given, else the name in plain letters; where that is taken, with a random end. @throws Refusal 409 SLUG_TAKEN */
async function insertWorkspace(tx: Tx, given: NewWorkspace): Promise<string> {
  const [row] = await asAuth(tx, 'select crm_fold($1) as folded', [given.name])
  const base =
    (row!.folded as string)
      .replace(/[^a-z0-9]+/g, '-')
      .slice(0, 50)
      .replace(/^-+|-+$/g, '') || 'workspace'
  for (let bytes = 0; bytes <= 12; bytes += 3) {
    const slug = given.slug ?? (bytes ? `${base}-${randomBytes(bytes).toString('hex')}` : base)
    const made = await asAuth(
      tx,
      `insert into workspaces (id, name, slug, currency, timezone, settings)
       values ($1::uuid, $2, $3, coalesce($4, 'USD'), coalesce($5, 'UTC'), $6::jsonb) on conflict (slug) do nothing returning 1`,
      [
        tx.who.workspaceId,
        given.name,
        slug,
        given.currency ?? null,
        given.timezone ?? null,
        JSON.stringify({ onboarding: ONBOARDING_STEPS[0], ...given.settings }),
      ],
    )
    if (made.length) return slug
    if (given.slug) throw conflict('A workspace with this slug exists', 'SLUG_TAKEN')
  }
  throw new Error('no free slug')
}
