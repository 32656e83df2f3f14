import assert from 'node:assert/strict'
import { test } from 'node:test'
import { systemIn } from '#core/db/workspace.ts'
import { childEnv, dataFolder, listening, prepared } from '#test/child.ts'
import { mailServer } from '#test/smtp.ts'
import { until } from '#test/until.ts'
import { adopt, type Person, world } from '#test/world.ts'

/** Long enough for the program that prepares it to be gone by then. */
const DUE_IN = '20 seconds'

test('killed while a report is handed over, the server mails the others once and that one not again', async context => {
  let fatal = ''
  let kill = () => {}
  const smtp = await mailServer(({ to }) => {
    if (to !== fatal) return true
    kill()
    return false
  })
  context.after(() => smtp.close())
  const env = await childEnv(dataFolder(context), { DATABASE_URL: undefined, SMTP_URL: smtp.url })
  const { people, reportId } = await prepared(env, async program => {
    adopt(program)
    const { ana, ben, vera, owner } = await world()
    const report = await ana.post('/reports', {
      name: 'Open deals',
      entity: 'deal',
      measures: [{ op: 'count' }],
      shared: true,
      schedule: { every: 'DAY', time: '08:00', recipientIds: [ana.id, ben.id, vera.id] },
    })
    assert.equal(report.status, 201, report.text)
    await ana.inWorkspace(tx =>
      tx.session.rows(
        `update reports set next_send_at = now() + interval '${DUE_IN}' where workspace_id = $1::uuid and id = $2::uuid`,
        [ana.workspaceId, report.body.id],
      ),
    )
    adopt(undefined)
    return { people: { ana, ben, vera, owner }, reportId: report.body.id as string }
  })
  const { ana, ben, vera } = people
  const mailsOf = ({ email }: Person) => smtp.to(email).length
  fatal = ben.email
  const child = await listening(context, env)
  kill = () => child.process.kill('SIGKILL')
  await child.exit
  assert.equal(mailsOf(ben), 1)

  const again = await listening(context, env)
  await until(() => mailsOf(ana) + mailsOf(vera) === 2, Boolean, 'the others got none')
  again.process.kill('SIGTERM')
  await again.exit
  const states = await prepared(env, program =>
    until(
      () =>
        program.app.database.inWorkspace(systemIn(ana.workspaceId), async tx => {
          const rows = await tx.session.rows(
            'select user_id as "userId", status from report_mails where workspace_id = $1::uuid and report_id = $2::uuid',
            [ana.workspaceId, reportId],
          )
          return Object.fromEntries(rows.map(row => [row.userId, row.status]))
        }),
      found => !Object.values(found).some(state => state === 'QUEUED' || state === 'SENDING'),
    ),
  )
  assert.deepEqual(states, { [ana.id]: 'SENT', [ben.id]: 'UNCERTAIN', [vera.id]: 'SENT' })
  assert.deepEqual([ana, ben, vera].map(mailsOf), [1, 1, 1])
})
