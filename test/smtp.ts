import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { SMTPServer } from 'smtp-server'

/** A mail server of the tests: keeps what it took, and behaves by the address that is written to. */
export type Taken = { from: string; to: string; user: string; raw: string }

const refusal = (code: number, text: string) =>
  Object.assign(new Error(text), { responseCode: code }) as Error & { responseCode: number }

/**
 * `nobody@…` does not exist; `later@…` is turned away once; `cut@…` is taken and the connection closed before the answer.
 * `onTaken` is called once a message is read, before it is answered; where it says `false`, it is not answered. With a
 * `password` only who signs in with it is served.
 */
export async function mailServer(onTaken: (taken: Taken) => unknown = () => {}, password?: string) {
  const taken: Taken[] = []
  const turnedAway = new Set<string>()
  const server = new SMTPServer({
    disabledCommands: password ? ['STARTTLS'] : ['STARTTLS', 'AUTH'],
    allowInsecureAuth: true,
    hideSize: true,
    onAuth(login, _session, done) {
      if (login.password === password) return done(null, { user: login.username })
      done(refusal(535, 'wrong password'))
    },
    onRcptTo({ address }, _session, done) {
      if (address.startsWith('nobody')) return done(refusal(550, '5.1.1 no such user here'))
      if (address.startsWith('later') && !turnedAway.has(address)) {
        turnedAway.add(address)
        return done(refusal(451, '4.7.1 try again later'))
      }
      done()
    },
    onData(stream, { envelope, user }, done) {
      const chunks: Buffer[] = []
      stream.on('data', (chunk: Buffer) => chunks.push(chunk))
      stream.on('end', () => {
        const to = envelope.rcptTo[0]!.address
        const from = envelope.mailFrom ? envelope.mailFrom.address : ''
        const message = { from, to, user: String(user), raw: Buffer.concat(chunks).toString() }
        taken.push(message)
        const isSilent = onTaken(message) === false || to.startsWith('silent')
        if (to.startsWith('cut')) for (const connection of server.connections) connection.close()
        else if (!isSilent) done()
      })
    },
  })
  server.on('error', () => {})
  server.listen(0, '127.0.0.1')
  await once(server.server, 'listening')
  const { port } = server.server.address() as AddressInfo
  return {
    url: `smtp://127.0.0.1:${port}`,
    taken,
    to: (address: string) => taken.filter(message => message.to === address),
    close: () => new Promise<void>(resolve => server.close(() => resolve())),
  }
}
