import { arrayLiteral, type Row } from '../db/engine.ts'
import type { Database, Role, Who } from '../db/workspace.ts'
import { forbidden, notFound, unauthenticated } from '../errors.ts'
import type { Claims } from './tokens.ts'

/** How long a looked-up right may serve without a look at the database, in milliseconds. */
const FRESH_MS = 2000
const KEPT_AT_MOST = 20_000

/** What a session may do in a workspace at this moment. */
export type Access = { role: Role; visibility: 'own' | 'workspace'; timezone: string; emailVerified: boolean }

type Found = Access | 'no session' | 'no membership'
type Kept = { answer: unknown; at: number }

/**
 * Rights by session and workspace. Answers are kept for two seconds, and forgotten at once where this
 * process changes a membership, a session, a user or the workspace's settings.
 */
export class AccessBook {
  private readonly database: Database
  private readonly kept = new Map<string, Kept>()
  private readonly listeners: Array<() => void> = []
  private round = 0

  constructor(database: Database) {
    this.database = database
  }

  /**
   * The caller's rights in the workspace.
   * @throws Refusal 401 where the session has ended, 404 where the caller is no member of the workspace
   */
  async accessOf(claims: Claims, workspaceId: string): Promise<Access> {
    const access = await this.look(claims, workspaceId)
    if (access === 'no membership') {
      // The workspace of the token itself was left or taken away; another one simply is not theirs.
      throw workspaceId === claims.workspaceId
        ? forbidden('You are no longer a member of this workspace', 'NOT_A_MEMBER')
        : notFound('Workspace')
    }
    return access
  }

  /**
   * Makes sure that the session lives, whatever has become of the membership of its workspace: somebody
   * who was removed must still be able to go to another workspace. @throws Refusal 401
   */
  async requireSession(claims: Claims): Promise<void> {
    await this.look(claims, claims.workspaceId)
  }

  private async look(claims: Claims, workspaceId: string): Promise<Access | 'no membership'> {
    const access = await this.remember(`${claims.sessionId} ${workspaceId}`, () =>
      this.lookUp(claims, workspaceId),
    )
    if (access === 'no session')
      throw unauthenticated('The session has ended; sign in again', 'SESSION_ENDED')
    return access
  }

  /** The answer that is kept under the key, else that of `lookUp`; other credentials keep theirs here too. */
  async remember<T>(key: string, lookUp: () => Promise<T>): Promise<T> {
    const known = this.kept.get(key)
    if (known && Date.now() - known.at <= FRESH_MS) return known.answer as T
    const { round } = this
    const answer = await lookUp()
    if (this.kept.size >= KEPT_AT_MOST) this.kept.clear()
    // What was looked up before something was forgotten may be older than the change: it serves once.
    if (round === this.round) this.kept.set(key, { answer, at: Date.now() })
    return answer
  }

  /** Forgets all answers: the next request of everybody looks again. */
  forget(): void {
    this.round++
    this.kept.clear()
    for (const tell of this.listeners) tell()
  }

  /** Calls `tell` whenever rights may have changed in this process. */
  onForget(tell: () => void): void {
    this.listeners.push(tell)
  }

  private async lookUp(claims: Claims, workspaceId: string): Promise<Found> {
    return (await this.accessOfMany([{ claims, workspaceId }]))[0]!
  }

  /** The rights of many at this moment, in their order, by one look at the database. */
  async accessOfMany(many: readonly { claims: Claims; workspaceId: string }[]): Promise<Found[]> {
    if (!many.length) return []
    const rows = await this.database.inSystem(
      'ascendore_auth',
      scope =>
        scope.session.rows(
          `select c.n, u.email_verified_at is not null as verified, m.role, w.timezone, w.settings->>'recordVisibility' as visibility
           from unnest($1::uuid[], $2::uuid[], $3::uuid[]) with ordinality c(session_id, user_id, workspace_id, n)
           join sessions s on s.id = c.session_id and s.user_id = c.user_id and s.ended_at is null and s.expires_at > now()
           join users u on u.id = s.user_id and u.is_active
           left join memberships m on m.user_id = u.id and m.workspace_id = c.workspace_id and m.removed_at is null and m.is_active
           left join workspaces w on w.id = m.workspace_id`,
          [
            arrayLiteral(many.map(({ claims }) => claims.sessionId)),
            arrayLiteral(many.map(({ claims }) => claims.userId)),
            arrayLiteral(many.map(({ workspaceId }) => workspaceId)),
          ],
        ),
      'unheard',
    )
    const found = new Map(rows.map(row => [row.n as number, row]))
    return many.map((_, at) => foundIn(found.get(at + 1)))
  }
}

function foundIn(row: Row | undefined): Found {
  if (!row) return 'no session'
  if (!row.role) return 'no membership'
  return {
    role: row.role as Role,
    visibility: row.visibility === 'workspace' ? 'workspace' : 'own',
    timezone: row.timezone as string,
    emailVerified: row.verified as boolean,
  }
}

/** The transaction's view of a caller. */
export const whoOf = (
  claims: Claims,
  workspaceId: string,
  access: Access,
  request: Pick<Who, 'requestId' | 'ip' | 'userAgent' | 'apiKeyId' | 'asksMayChange'>,
): Who => ({
  workspaceId,
  userId: claims.userId,
  role: access.role,
  visibility: access.visibility,
  timezone: access.timezone,
  ...request,
})

/** Whoever has not shown that their mail address is theirs may not write to others. @throws Refusal 403 */
export function requireVerifiedMail(access: Pick<Access, 'emailVerified'>): void {
  if (!access.emailVerified)
    throw forbidden('Verify your e-mail address first; the link is in your mail', 'EMAIL_NOT_VERIFIED')
}
