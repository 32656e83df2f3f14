import assert from 'node:assert/strict'
import type { Program } from '#core/program.ts'
import { freshEmail, PASSWORD, tokenFrom } from '#features/people/outbox.testing.ts'
import { request } from './walk.ts'

/** Somebody who has signed up over the network, with a workspace of their own or by an invite. */
export type Someone = {
  name: string
  email: string
  password: string
  token: string
  refreshToken: string
  user: { id: string; name: string; email: string }
  workspaceId: string
}

export type People = ReturnType<typeof peopleOf>

/** Helpers by which the walks get people to call as; the walks themselves show that these routes are as documented. */
export function peopleOf(program: () => Program, origin: () => Promise<string>) {
  const post = async (path: string, body: unknown, token?: string) => {
    const headers: Record<string, string> = token ? { authorization: `Bearer ${token}` } : {}
    const answer = await request(`${await origin()}/api/v1${path}`, { method: 'POST', body, headers })
    assert.ok(answer.status < 300, `${path}: ${answer.text}`)
    return answer.body
  }
  const signUp = async (name: string): Promise<Someone> => {
    const given = { name, email: freshEmail(name.toLowerCase()), password: PASSWORD }
    return { ...given, ...(await post('/auth/register', { ...given, workspaceName: `${name} Ltd` })) }
  }
  /** The token in the mail that verifies an address. */
  const mailToken = ({ email }: { email: string }) => tokenFrom(program(), email, 'verify-email')
  const verify = async (someone: Someone) =>
    void (await post('/auth/verify-email', { token: await mailToken(someone) }))
  /** Somebody whom an owner with a verified address has invited. */
  const colleague = async (owner: Someone, role: string, name: string): Promise<Someone> => {
    const email = freshEmail(name.toLowerCase())
    const { token } = await post('/invites', { email, role }, owner.token)
    const session = await post('/invites/accept', { token, name, password: PASSWORD })
    return { name, email, password: PASSWORD, ...session }
  }
  return { signUp, mailToken, verify, colleague }
}
