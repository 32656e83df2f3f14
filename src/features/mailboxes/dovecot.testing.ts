import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import {
  chmodSync,
  chownSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { ImapFlow } from 'imapflow'
import { freePort } from '#test/child.ts'

/** Dovecot, as Debian ships it: the IMAP server of the tests. `scripts/dovecot.sh` installs it. */
export const hasDovecot = existsSync('/usr/sbin/dovecot')

/** Without blanks, which are not possible in the server's settings. */
export const PASSWORD = 'imap-secret-of-the-tests'
/** Dovecot serves nobody as root. */
const NOBODY = 65_534

/** Starts a server of its own on a free port of this machine, which takes every user name with the one password, and tokens where it is told whom to ask about them. */
export async function dovecot(context: { after: (work: () => unknown) => void }, introspectionUrl?: string) {
  const folder = mkdtempSync(join(tmpdir(), 'ascendore-dovecot-'))
  const homes = join(folder, 'homes')
  mkdirSync(homes)
  chmodSync(folder, 0o755)
  const isRoot = process.getuid!() === 0
  const [uid, gid] = isRoot ? [NOBODY, NOBODY] : [process.getuid!(), process.getgid!()]
  if (isRoot) chownSync(homes, uid, gid)
  const port = await freePort()
  const user = execFileSync('id', ['-un']).toString().trim()
  const config = configOf({ folder, homes, port, uid, gid, user, isRoot })
  writeFileSync(join(folder, 'dovecot.conf'), introspectionUrl ? oauthConfig(folder) + config : config)
  if (introspectionUrl)
    writeFileSync(
      join(folder, 'oauth2.conf'),
      `introspection_mode = post\nintrospection_url = ${introspectionUrl}\nusername_attribute = username\nactive_attribute = active\nactive_value = true\n`,
    )
  const server = spawn('/usr/sbin/dovecot', ['-F', '-c', join(folder, 'dovecot.conf')], { stdio: 'ignore' })
  let isOver = false
  const over = once(server, 'exit').then(() => (isOver = true))
  context.after(async () => {
    server.kill('SIGTERM')
    await over
    rmSync(folder, { recursive: true, force: true })
  })
  for (let tries = 0; tries < 200 && !(await answers(port)); tries++) {
    if (isOver) throw new Error(`dovecot ended: ${logOf(folder)}`)
    await sleep(50)
  }
  return { port, log: () => logOf(folder) }
}

/** Tokens are asked of their provider, by both mechanisms that carry them. */
const oauthConfig = (folder: string) => `
auth_mechanisms = plain xoauth2 oauthbearer
passdb {
  driver = oauth2
  mechanisms = xoauth2 oauthbearer
  args = ${folder}/oauth2.conf
}
`

const logOf = (folder: string) => {
  const file = join(folder, 'log')
  return existsSync(file) ? readFileSync(file, 'utf8') : '(no log)'
}

const answers = (port: number) =>
  new Promise<boolean>(resolve => {
    const socket = connect(port, '127.0.0.1')
    socket.once('data', () => resolve(true)).once('error', () => resolve(false))
    setTimeout(resolve, 500, false).unref()
  })

type Given = {
  folder: string
  homes: string
  port: number
  uid: number
  gid: number
  user: string
  isRoot: boolean
}

const configOf = ({ folder, homes, port, uid, gid, user, isRoot }: Given) => `
base_dir = ${folder}/run
log_path = ${folder}/log
protocols = imap
listen = 127.0.0.1
ssl = no
disable_plaintext_auth = no
mail_location = maildir:~/Maildir
first_valid_uid = 1
${isRoot ? '' : `default_internal_user = ${user}\ndefault_internal_group = ${user}\ndefault_login_user = ${user}`}
service anvil {
  chroot =
}
service imap-login {
  chroot =
  inet_listener imap {
    port = ${port}
  }
  inet_listener imaps {
    port = 0
  }
}
passdb {
  driver = static
  args = password=${PASSWORD}
}
userdb {
  driver = static
  args = uid=${uid} gid=${gid} home=${homes}/%u
}
`

/** Does `work` as a mail program of that user. */
export async function asMailProgram<T>(
  port: number,
  user: string,
  work: (client: ImapFlow) => Promise<T>,
): Promise<T> {
  const client = new ImapFlow({
    host: '127.0.0.1',
    port,
    secure: false,
    doSTARTTLS: false,
    auth: { user, pass: PASSWORD },
    logger: false,
  })
  client.on('error', () => {})
  await client.connect()
  try {
    return await work(client)
  } finally {
    await client.logout().catch(() => {})
  }
}
