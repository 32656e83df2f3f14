import assert from 'node:assert/strict'
import { once } from 'node:events'
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { type AddressInfo, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { slowTest } from '#test/slow.ts'
import { mailServer } from '#test/smtp.ts'
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
  const server = await mailServer(undefined, 'pass word')
  const { host } = new URL(server.url)
  try {
    await mailerWith({ SMTP_URL: `smtp://apikey:pass%20word@${host}` }).send(message)
    const wrong = mailerWith({ SMTP_URL: `smtp://apikey:wrong@${host}` })
    await assert.rejects(wrong.send(message), /wrong password/)
  } finally {
    await server.close()
  }
  const [{ from, to, user, raw } = assert.fail('nothing was taken'), ...others] = server.taken
  assert.deepEqual(others, [])
  assert.deepEqual({ from, to, user }, { from: 'crm@example.com', to: 'ana@example.com', user: 'apikey' })
  assert.doesNotMatch(raw, /^Bcc:/m)
  assert.match(raw, /http:\/\/localhost\/x/)
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
