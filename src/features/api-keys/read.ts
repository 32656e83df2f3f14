import type { Credential, CredentialReader } from '#core/auth/credentials.ts'
import type { Row } from '#core/db/engine.ts'
import type { Role } from '#core/db/workspace.ts'
import { unauthenticated } from '#core/errors.ts'
import type { App } from '#core/feature.ts'
import { lesser } from '#core/http/operation.ts'
import { isHashOf, isKey, placeOf } from './key.ts'

/** `lastUsedAt` is written at most so often, so that a busy program does not turn every read into a write. */
const USED_EVERY_SECONDS = 60

const invalidKey = () =>
  unauthenticated('The API key is not valid, has expired, or was revoked', 'INVALID_API_KEY')

/**
 * Reads a key: it stands for its creator, in its one workspace, with the lesser of its own role and the one that
 * the creator has now. Where they have left, been deactivated or been removed it is dead.
 */
export const keyReader: CredentialReader = {
  recognises: isKey,
  async read(app, token) {
    const place = placeOf(token)
    if (!place) throw invalidKey()
    const row = await app.access.remember(`key ${place.id}`, () => lookUp(app, place))
    if (!row || !isHashOf(token, row.hash as string) || isOver(row)) throw invalidKey()
    if (row.isStale) await noteUse(app, row)
    return credentialOf(row)
  },
}

const noted = new WeakSet<Row>()

/** A row may serve many requests before it is looked up again; the first of them writes. */
async function noteUse(app: App, row: Row): Promise<void> {
  if (noted.has(row)) return
  noted.add(row)
  await app.database.inSystem(
    'ascendore_auth',
    scope =>
      scope.session.rows(
        'update api_keys set last_used_at = now() where workspace_id = $1::uuid and id = $2::uuid',
        [row.workspaceId, row.id],
      ),
    'unheard',
  )
}

/** Also between two looks at the database. */
const isOver = ({ expiresAt }: Row): boolean =>
  expiresAt !== null && Date.parse(expiresAt as string) <= Date.now()

async function lookUp(
  app: App,
  { id, workspaceId }: { id: string; workspaceId: string },
): Promise<Row | undefined> {
  return app.database.inSystem(
    'ascendore_auth',
    async scope => {
      const [row] = await scope.session.rows(
        `select k.id, k.workspace_id as "workspaceId", k.hash, k.scopes, k.role, k.expires_at as "expiresAt", m.role as "memberRole", u.id as "userId",
         u.email_verified_at is not null as verified, w.timezone, w.settings->>'recordVisibility' as visibility,
         k.last_used_at is null or k.last_used_at < now() - interval '${USED_EVERY_SECONDS} seconds' as "isStale"
       from api_keys k join memberships m on m.workspace_id = k.workspace_id and m.user_id = k.created_by_id and m.removed_at is null and m.is_active
       join users u on u.id = m.user_id and u.is_active join workspaces w on w.id = k.workspace_id
       where k.workspace_id = $1::uuid and k.id = $2::uuid and k.revoked_at is null and (k.expires_at is null or k.expires_at > now())`,
        [workspaceId, id],
      )
      return row
    },
    'unheard',
  )
}

function credentialOf(row: Row): Credential {
  return {
    id: row.id as string,
    userId: row.userId as string,
    workspaceId: row.workspaceId as string,
    scopes: row.scopes as string[],
    access: {
      role: lesser(row.role as Role, row.memberRole as Role),
      visibility: row.visibility === 'workspace' ? 'workspace' : 'own',
      timezone: row.timezone as string,
      emailVerified: row.verified as boolean,
    },
  }
}
