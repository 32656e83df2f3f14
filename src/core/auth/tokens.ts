import { unauthenticated } from '../errors.ts'
import { isUuid } from '../ids.ts'

export const ACCESS_TOKEN_SECONDS = 15 * 60
const KEPT_AT_MOST = 5000

/** What an access token says: the person, the workspace they work in, and the session it belongs to. */
export type Claims = { userId: string; workspaceId: string; sessionId: string; isWeb: boolean }

/** The access token of an Authorization header; the scheme's name in any case (RFC 7235 2.1). */
export const bearerOf = (authorization: string | undefined): string | undefined =>
  /^Bearer +(\S+)$/i.exec(authorization ?? '')?.[1]

/** Loaded with the first token: some fifty files that a start need not wait for. */
const jose = () => import('jose')

/** Signs and reads access tokens (JWT, HS256, 15 minutes). */
export class Tokens {
  private readonly key: Uint8Array
  /** Tokens that were verified already, with their expiry in Unix seconds. */
  private readonly verified = new Map<string, { claims: Claims; expires: number }>()

  constructor(secret: string) {
    this.key = new TextEncoder().encode(secret)
  }

  async sign({ userId, workspaceId, sessionId, isWeb }: Claims): Promise<string> {
    const { SignJWT } = await jose()
    return new SignJWT({ ws: workspaceId, sid: sessionId, ...(isWeb ? { web: true } : {}) })
      .setProtectedHeader({ alg: 'HS256' })
      .setSubject(userId)
      .setIssuer('ascendore')
      .setIssuedAt()
      .setExpirationTime(`${ACCESS_TOKEN_SECONDS}s`)
      .sign(this.key)
  }

  /** @throws Refusal 401 where the token is not ours, altered, or expired */
  async verify(token: string): Promise<Claims> {
    const known = this.verified.get(token)
    if (known && known.expires > Date.now() / 1000) return known.claims
    const { jwtVerify } = await jose()
    try {
      const { payload } = await jwtVerify(token, this.key, { algorithms: ['HS256'], issuer: 'ascendore' })
      const { sub, ws, sid } = payload
      if (!isUuid(sub) || !isUuid(ws) || !isUuid(sid)) throw new Error('claims')
      const claims = { userId: sub, workspaceId: ws, sessionId: sid, isWeb: payload.web === true }
      this.keep(token, claims, payload.exp!)
      return claims
    } catch {
      throw unauthenticated('The access token is not valid or has expired', 'INVALID_TOKEN')
    }
  }

  private keep(token: string, claims: Claims, expires: number): void {
    if (this.verified.size >= KEPT_AT_MOST) this.verified.delete(this.verified.keys().next().value!)
    this.verified.set(token, { claims, expires })
  }
}
