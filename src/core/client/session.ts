import { ApiError } from './errors.ts'
import { type CallOptions, exchange, type Request, readBody, type Wire } from './http.ts'

/** What every way of signing in answers. Without a workspace, `workspaceId` is null. */
export type SignedIn = {
  token: string
  user: { id: string; name: string; email: string }
  workspaceId: string | null
  refreshToken?: string
  /** Another tab has just exchanged the cookie: refresh once more after so long. */
  renewAfterSeconds?: number
}
export type Tokens = { token?: string; refreshToken?: string }
type Credentials = { email: string; password: string; code?: string }
type Registration = { name: string; email: string; password: string; workspaceName?: string }

/** 401s that say that the access token serves no longer; others, such as a wrong password, are the caller's. */
const LOST = ['INVALID_TOKEN', 'UNAUTHENTICATED', 'SESSION_ENDED']

/**
 * Whoever is signed in. Tokens are held in memory alone; with cookies the refresh token is not even there, but
 * where no script can read it.
 */
export class Session {
  private token: string | undefined
  private refreshToken: string | undefined
  private readonly wire: Wire
  private readonly onUnauthorized: ((error: ApiError) => void) | undefined
  private renewal: Promise<SignedIn> | undefined
  /** Nobody is signed in any more, and that has been told. */
  private isLost = false

  constructor(wire: Wire, given: Tokens, onUnauthorized?: (error: ApiError) => void) {
    this.wire = wire
    this.token = given.token
    this.refreshToken = given.refreshToken
    this.onUnauthorized = onUnauthorized
  }

  /** The tokens as they are now, for clients that keep them between runs: a refresh token serves once. */
  get tokens(): Tokens {
    return { token: this.token, refreshToken: this.refreshToken }
  }

  /** Goes on with other tokens, such as those of an accepted invitation, or with none. */
  use({ token, refreshToken }: Tokens): void {
    this.token = token
    this.refreshToken = this.wire.withCookies ? undefined : refreshToken
    this.isLost = false
  }

  /** @throws ApiError 401 INVALID_CREDENTIALS, TWO_FACTOR_REQUIRED, TWO_FACTOR_INVALID; 403; 429 */
  login(given: Credentials, options?: CallOptions): Promise<SignedIn> {
    return this.signIn('/auth/login', given, options)
  }

  /** Signs up: a person and their workspace. @throws ApiError 400, 409 EMAIL_TAKEN */
  register(given: Registration, options?: CallOptions): Promise<SignedIn> {
    return this.signIn('/auth/register', given, options)
  }

  private async signIn(path: string, body: unknown, options?: CallOptions): Promise<SignedIn> {
    const signedIn = (await this.post(path, body, options)) as SignedIn
    this.use(signedIn)
    return signedIn
  }

  /**
   * Exchanges the refresh token (or the cookie's, as after a reload of the page) for a new access token. All who
   * ask at the same time share one exchange, since a refresh token that comes twice ends its session.
   * @throws ApiError 401 INVALID_REFRESH_TOKEN, TOKEN_REUSED, UNAUTHENTICATED; 403 ACCOUNT_DEACTIVATED
   */
  refresh(): Promise<SignedIn> {
    this.renewal ??= this.exchangeTokens().finally(() => {
      this.renewal = undefined
    })
    return this.renewal
  }

  private async exchangeTokens(): Promise<SignedIn> {
    const { token, refreshToken } = this
    const isSame = () => this.token === token && this.refreshToken === refreshToken
    try {
      const body = refreshToken ? { refreshToken } : undefined
      const signedIn = (await this.post('/auth/refresh', body)) as SignedIn
      // Who has signed in or out meanwhile is not thrown back. A refresh token that was spent is forgotten.
      if (isSame()) this.use(signedIn)
      this.renewLater(signedIn)
      return signedIn
    } catch (error) {
      // The server's refusal is final; that it could not be reached is not.
      if (error instanceof ApiError && (error.status === 401 || error.status === 403) && isSame())
        this.use({})
      throw error
    }
  }

  /** Where the cookie's new token went to another tab, or was lost on its way, makes sure that the browser has one. */
  private renewLater({ token, renewAfterSeconds }: SignedIn): void {
    if (!renewAfterSeconds || !this.wire.withCookies) return
    const timer: unknown = setTimeout(() => {
      if (this.token === token) this.refresh().catch(() => {})
    }, renewAfterSeconds * 1000)
    // A program that has nothing else to do need not wait for it.
    ;(timer as { unref?: () => void }).unref?.()
  }

  /**
   * Ends the session here and on the server; one that has ended already is fine.
   * @throws ApiError where the server could not be told; the tokens are forgotten even so
   */
  async logout(): Promise<void> {
    await this.renewal?.catch(() => {})
    const { token, refreshToken } = this
    this.use({})
    if (token && (await this.endBy(token, undefined))) return
    if (refreshToken || this.wire.withCookies)
      await this.endBy(undefined, refreshToken ? { refreshToken } : undefined)
  }

  private async endBy(token: string | undefined, body: unknown): Promise<boolean> {
    try {
      await this.post('/auth/logout', body, {}, token)
      return true
    } catch (error) {
      if (error instanceof ApiError && error.status === 401) return false
      throw error
    }
  }

  private post(path: string, body: unknown, options?: CallOptions, token?: string): Promise<unknown> {
    // The client's workspace is none of the routes' that sign in.
    const wire = { ...this.wire, workspaceId: undefined }
    return exchange(wire, { ...options, method: 'POST', path, body }, token, readBody)
  }

  /**
   * Sends a request as whoever is signed in. Where the access token has expired it is renewed, once for all
   * requests that find out together, and the request is sent again. @throws ApiError
   */
  async send<T>(request: Request, read: (response: Response) => Promise<T>): Promise<T> {
    await this.renewal?.catch(() => {})
    const { token } = this
    try {
      return await exchange(this.wire, request, token, read)
    } catch (error) {
      if (!(error instanceof ApiError) || error.status !== 401 || !LOST.includes(error.code)) throw error
      await this.recover(token, error)
      return exchange(this.wire, request, this.token, read)
    }
  }

  /** Makes sure of another access token than the refused one. @throws ApiError where there is none to be had */
  private async recover(refused: string | undefined, error: ApiError): Promise<void> {
    // Another request has been here before, and found a new token or that there is none.
    if (this.isLost) throw error
    if (this.token !== refused && this.token) return
    const mayRenew = error.code !== 'SESSION_ENDED' && (this.refreshToken || this.wire.withCookies)
    try {
      if (!mayRenew) throw error
      await this.refresh()
    } catch (cause) {
      if (!(cause instanceof ApiError) || (cause.status !== 401 && cause.status !== 403)) throw cause
      if (this.token && this.token !== refused) return
      this.lose(error)
      throw error
    }
  }

  private lose(error: ApiError): void {
    if (this.isLost) return
    this.use({})
    this.isLost = true
    this.onUnauthorized?.(error)
  }
}
