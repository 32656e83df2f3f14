import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'

/**
 * A provider of tokens: its token endpoint (RFC 6749, 6), which exchanges a refresh token with each use, and its introspection
 * (RFC 7662), by which the mail server asks whom an access token is for.
 */
export async function tokenServer(context: { after: (work: () => unknown) => void }, username: string) {
  const state = {
    url: '',
    refreshToken: `refresh-${randomUUID()}`,
    accessTokens: new Set<string>(),
    expiresIn: 3600,
    /** The forms that the token endpoint was given. */
    asked: [] as Record<string, string>[],
  }
  const exchange = (form: Record<string, string>) => {
    state.asked.push(form)
    if (form.grant_type !== 'refresh_token') return { status: 400, body: { error: 'unsupported_grant_type' } }
    if (form.client_id !== 'crm' || form.client_secret !== 'client secret')
      return { status: 401, body: { error: 'invalid_client' } }
    if (form.refresh_token !== state.refreshToken)
      return { status: 400, body: { error: 'invalid_grant', error_description: 'Token was revoked' } }
    state.refreshToken = `refresh-${randomUUID()}`
    const access_token = `access-${randomUUID()}`
    state.accessTokens.add(access_token)
    const body = {
      access_token,
      token_type: 'Bearer',
      expires_in: state.expiresIn,
      refresh_token: state.refreshToken,
    }
    return { status: 200, body }
  }
  const server = createServer(async (request, response) => {
    let text = ''
    for await (const chunk of request) text += chunk
    const form = Object.fromEntries(new URLSearchParams(text))
    const active = state.accessTokens.has(form.token ?? '')
    const { status, body } =
      request.url === '/token'
        ? exchange(form)
        : { status: 200, body: { active, ...(active ? { username } : {}) } }
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body))
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  context.after(() => {
    server.closeAllConnections()
    server.close()
  })
  state.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  return state
}
