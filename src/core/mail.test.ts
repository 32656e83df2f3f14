import assert from 'node:assert/strict'
import { once } from 'node:events'
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { type AddressInfo, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { SMTPServer } from 'smtp-server'
import { slowTest } from '#test/slow.ts'
import { readConfig } from './config.ts'
import { makeLog } from './log.ts'
import { makeMailer } from './mail.ts'

const dataDir = mkdtempSync(join(tmpdir(), 'ascendore-mail-'))
after(() => rmSync(dataDir, { recursive: true, force: true }))

const lines: string[] = []
const log = makeLog('info', { write: (line: string) => void lines.push(line) })
const mailerWith = (env: Record<string, string>) =>
  makeMailer(readConfig({ DATA_DIR: dataDir, MAIL_FROM: 'Crm <crm@example.com>', ...env }), log)
const message = {
  to: 'ana@example.com',
  subject: 'Grüße\r\nBcc: eve@example.com',
  text: 'Hello\n.\nopen http://localhost/x?token=abc\n',
}

test('mail goes out over SMTP, with login, and the subject cannot add recipients', async () => {
  const got: { from: string; to: string[]; user: string; data: string }[] = []
  const server = new SMTPServer({
    disabledCommands: ['STARTTLS'],
    allowInsecureAuth: true,
    onAuth: ({ username, password }, _session, done) =>
      password === 'pass word'
        ? done(null, { user: username })
        : done(new Error('wrong password') as Parameters<typeof done>[0]),
    onData(stream, { envelope, user }, done) {
      const chunks: Buffer[] = []
      stream.on('data', (chunk: Buffer) => chunks.push(chunk))
      stream.on('end', () => {
        const { mailFrom, rcptTo } = envelope
        got.push({
          from: mailFrom ? mailFrom.address : '',
          to: rcptTo.map(({ address }) => address),
          user: String(user),
          data: Buffer.concat(chunks).toString(),
        })
        done()
      })
    },
  })
  server.listen(0, '127.0.0.1')
  await once(server.server, 'listening')
  const { port } = server.server.address() as AddressInfo
  try {
    await mailerWith({ SMTP_URL: `smtp://apikey:pass%20word@127.0.0.1:${port}` }).send(message)
    const wrong = mailerWith({ SMTP_URL: `smtp://apikey:wrong@127.0.0.1:${port}` })
    await assert.rejects(wrong.send(message), /wrong password/)
  } finally {
    await new Promise<void>(resolve => server.close(() => resolve()))
  }
  assert.equal(got.length, 1)
  assert.deepEqual(
    { from: got[0]!.from, to: got[0]!.to, user: got[0]!.user },
    { from: 'crm@example.com', to: ['ana@example.com'], user: 'apikey' },
  )
  assert.doesNotMatch(got[0]!.data, /^Bcc:/m)
  assert.match(got[0]!.data, /http:\/\/localhost\/x/)
})

slowTest('a server that is away or says nothing is given up, so that the job can try again', async () => {
  const closed = createServer().listen(0, '127.0.0.1')
  await once(closed, 'listening')
  const { port } = closed.address() as AddressInfo
  closed.close()
  await assert.rejects(mailerWith({ SMTP_URL: `smtp://127.0.0.1:${port}` }).send(message), /ECONNREFUSED/)
  const silent = createServer(() => {}).listen(0, '127.0.0.1')
  await once(silent, 'listening')
  const started = Date.now()
  const address = silent.address() as AddressInfo
  await assert.rejects(
    mailerWith({ SMTP_URL: `smtp://127.0.0.1:${address.port}` }).send(message),
    /greeting/i,
  )
  assert.ok(Date.now() - started < 12_000)
  silent.close()
})

test('without SMTP mail is kept in the outbox, and the log shows the link', async () => {
  await mailerWith({}).send({ ...message, link: 'http://localhost/x?token=abc' })
  const folder = join(dataDir, 'outbox')
  const [file] = readdirSync(folder)
  assert.match(file!, /\.eml$/)
  const mail = readFileSync(join(folder, file!), 'utf8')
  assert.match(mail, /^To: ana@example\.com\r$/m)
  assert.match(mail, /^From: Crm <crm@example\.com>\r$/m)
  const line = JSON.parse(lines.findLast(text => text.includes('outbox'))!)
  assert.match(line.msg, /^mail kept in the outbox/)
  assert.equal(line.link, 'http://localhost/x?token=abc')
  assert.equal(line.file, join(folder, file!))
})
