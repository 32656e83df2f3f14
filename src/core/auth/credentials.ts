import type { App } from '../feature.ts'
import type { Access } from './access.ts'

/** What a program shows in place of a session: for one workspace, within scopes. */
export type Credential = {
  id: string
  /** The member on whose behalf it acts. */
  userId: string
  workspaceId: string
  access: Access
  scopes: readonly string[]
}

/** Reads one kind of credential. */
export type CredentialReader = {
  /** Whether a token is of this kind, by its form alone. */
  recognises: (token: string) => boolean
  /** @throws Refusal 401 where it is not known, has expired, or was revoked */
  read: (app: App, token: string) => Promise<Credential>
}
