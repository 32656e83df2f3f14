import assert from 'node:assert/strict'
import { test } from 'node:test'
import { until } from '#test/until.ts'
import { useProgram, world } from '#test/world.ts'

useProgram()

/** A name that no name server knows. */
const ACCOUNT = { host: 'imap.nowhere.invalid', username: 'crm@x.example', password: 'very secret indeed' }

test('a mailbox shows all but its password, which lies sealed in the database and nowhere else', async () => {
  const { owner, ana } = await world()
  const made = await ana.post('/mailboxes', ACCOUNT)
  assert.equal(made.status, 201, made.text)
  const { host, port, security, folder, userId, isActive } = made.body
  assert.deepEqual(
    [host, port, security, folder, userId, isActive],
    [ACCOUNT.host, 993, 'TLS', 'INBOX', ana.id, true],
  )
  const { id } = made.body
  const read = await until(
    async () => (await ana.get(`/mailboxes/${id}`)).body,
    mailbox => mailbox.lastError !== null,
  )
  assert.match(read.lastError, /is not known|does not answer/)
  assert.ok(read.failures >= 1)
  const kept = await ana.inWorkspace(tx => tx.session.rows('select * from mailboxes'))
  const told = await owner.get(`/audit-logs?entityId=${id}`)
  for (const text of [made.text, JSON.stringify(kept), JSON.stringify(read), told.text])
    assert.ok(!text.includes(ACCOUNT.password))
  assert.deepEqual(
    told.body.rows.map((event: any) => event.action),
    ['created'],
  )
})

test('each sees their own mailbox, admins all; only admins enter one of the workspace', async () => {
  const { owner, admin, ana, ben, vera, mallory } = await world()
  const mine = (await ana.post('/mailboxes', { ...ACCOUNT, isActive: false })).body.id
  assert.equal((await ana.post('/mailboxes', { ...ACCOUNT, isShared: true })).status, 403)
  const shared = await admin.post('/mailboxes', { ...ACCOUNT, isShared: true, isActive: false })
  assert.deepEqual([shared.status, shared.body.userId], [201, null])
  assert.deepEqual(
    (await ana.get('/mailboxes')).body.rows.map((row: any) => row.id),
    [mine],
  )
  assert.equal((await ben.get('/mailboxes')).body.total, 0)
  assert.equal((await owner.get('/mailboxes')).body.total, 2)
  assert.equal((await vera.get('/mailboxes')).status, 403)
  for (const person of [ben, mallory])
    for (const reply of [
      await person.get(`/mailboxes/${mine}`),
      await person.patch(`/mailboxes/${mine}`, { folder: 'x' }),
      await person.post(`/mailboxes/${mine}/test`),
      await person.post(`/mailboxes/${mine}/read`),
      await person.delete(`/mailboxes/${mine}`),
    ])
      assert.equal(reply.status, 404, reply.text)
  assert.equal((await owner.delete(`/mailboxes/${mine}`)).status, 204)
  assert.equal((await ana.get(`/mailboxes/${mine}`)).status, 404)
})

test('a kept password goes to no other server than the one for which it was entered', async () => {
  const { admin, ana } = await world()
  const { id } = (await ana.post('/mailboxes', { ...ACCOUNT, isActive: false })).body
  for (const change of [
    { host: 'imap.evil.example' },
    { port: 143 },
    { security: 'NONE' },
    { username: 'x' },
  ]) {
    const reply = await admin.patch(`/mailboxes/${id}`, change)
    assert.deepEqual([reply.status, reply.body.issues[0].path], [400, 'password'], JSON.stringify(change))
  }
  assert.equal((await ana.patch(`/mailboxes/${id}`, { folder: 'CRM' })).body.folder, 'CRM')
  const moved = await ana.patch(`/mailboxes/${id}`, { host: 'imap.other.invalid', password: 'another' })
  assert.deepEqual([moved.status, moved.body.host], [200, 'imap.other.invalid'])
})

test('servers in private networks, and what is no server, are refused by name', async () => {
  const { ana } = await world()
  for (const host of [
    '127.0.0.1',
    '::1',
    '::ffff:10.0.0.1',
    '169.254.169.254',
    '192.168.1.10',
    'localhost',
    'mail.internal',
    'http://imap.example.com',
    'imap.example.com:993',
    'a b',
    '2130706433',
    '0x7f.1',
    '',
  ])
    for (const path of ['/mailboxes', '/mailboxes/test']) {
      const reply = await ana.post(path, { ...ACCOUNT, host })
      assert.deepEqual(
        [reply.status, reply.body.issues?.[0].path],
        [400, 'host'],
        `${path} ${host} ${reply.text}`,
      )
    }
  for (const [change, path] of [
    [{ port: 0 }, 'port'],
    [{ security: 'SSL' }, 'security'],
    [{ username: 'a\r\nb' }, 'username'],
    [{ password: '' }, 'password'],
  ] as const)
    assert.equal((await ana.post('/mailboxes', { ...ACCOUNT, ...change })).body.issues[0].path, path)
  const { password, ...place } = ACCOUNT
  const oauth = { tokenUrl: 'https://tokens.nowhere.invalid/', clientId: 'crm', refreshToken: 'r' }
  for (const [body, path] of [
    [place, 'password'],
    [{ ...place, password, oauth }, 'oauth'],
    [{ ...place, oauth: { ...oauth, refreshToken: '' } }, 'oauth.refreshToken'],
    [{ ...place, oauth: { ...oauth, tokenUrl: 'http://tokens.example.com/' } }, 'oauth.tokenUrl'],
    [{ ...place, oauth: { ...oauth, tokenUrl: 'https://127.0.0.1/' } }, 'oauth.tokenUrl'],
    [{ ...place, oauth: { ...oauth, tokenUrl: 'http://10.0.0.1/' } }, 'oauth.tokenUrl'],
    [{ ...place, oauth: { ...oauth, tokenUrl: 'file:///etc/passwd' } }, 'oauth.tokenUrl'],
  ] as const)
    for (const way of ['/mailboxes', '/mailboxes/test']) {
      const reply = await ana.post(way, body)
      assert.deepEqual([reply.status, reply.body.issues?.[0].path], [400, path], reply.text)
    }
  const silent = (await ana.post('/mailboxes/test', { ...place, oauth })).body
  assert.match(silent.error, /tokens.nowhere.invalid gave no token/)
  const { id } = (await ana.post('/mailboxes', { ...place, oauth, isActive: false })).body
  const moved = await ana.patch(`/mailboxes/${id}`, { host: 'imap.other.invalid' })
  assert.deepEqual([moved.status, moved.body.issues[0].path], [400, 'oauth'])
  const back = await ana.patch(`/mailboxes/${id}`, { password })
  assert.deepEqual([back.body.auth, back.body.tokenUrl, back.body.clientId], ['PASSWORD', null, null])
  const tested = (await ana.post('/mailboxes/test', ACCOUNT)).body
  assert.equal(tested.isOk, false)
  assert.match(tested.error, /is not known|does not answer/)
})
