import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { until } from '#test/until.ts'
import { lockedFolder, lockFolder } from './embedded.ts'

const statOf = (pid: number) => {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
  return stat.slice(stat.lastIndexOf(')') + 2).split(' ')
}

test('a data folder is locked by a living process, and not by a dead one that nobody has asked after', {
  skip: existsSync('/proc/self/stat') ? false : 'without /proc the dead cannot be told',
}, async context => {
  const folder = mkdtempSync(join(tmpdir(), 'ascendore-lock-'))
  context.after(() => rmSync(folder, { recursive: true, force: true }))
  // The shell becomes another program, which asks after no child of the shell's.
  const parent = spawn('sh', ['-c', 'sleep 0.1 & echo $!; exec sleep 30'], {
    stdio: ['ignore', 'pipe', 'ignore'],
  })
  context.after(() => void parent.kill('SIGKILL'))
  const pid = await new Promise<number>(resolve => parent.stdout.once('data', text => resolve(Number(text))))
  const file = join(folder, 'lock')
  writeFileSync(file, `${parent.pid} ${statOf(parent.pid!)[19]}`)
  assert.throws(() => lockFolder(folder), /already open in another process/)
  await assert.rejects(lockedFolder(folder, 0), /already open in another process/)
  await until(
    () => statOf(pid)[0],
    state => state === 'Z',
  )
  writeFileSync(file, `${pid} ${statOf(pid)[19]}`)
  const unlock = lockFolder(folder)
  assert.match(readFileSync(file, 'utf8'), new RegExp(`^${process.pid} `))
  unlock()
  assert.equal(existsSync(file), false)
  // A process that is being stopped is waited for.
  writeFileSync(file, `${parent.pid} ${statOf(parent.pid!)[19]}`)
  const waiting = lockedFolder(folder)
  parent.kill('SIGKILL')
  const release = await waiting
  release()
})
