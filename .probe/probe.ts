import { readConfig } from '#core/config.ts'
import { makeLog } from '#core/log.ts'
import { startProgram } from '#core/program.ts'
export async function probe(
  email: string,
  work: (tx: any, program: any, who: any) => Promise<unknown>,
  dir = '/tmp/aifeatures-data',
) {
  const program = await startProgram(
    readConfig({ DATA_DIR: dir, SEED: 'none', LOG_LEVEL: 'warn' }),
    makeLog('warn'),
  )
  try {
    const [me] = await program.app.database.inSystem('ascendore_auth', s =>
      s.session.rows(
        `select m.workspace_id as ws, m.user_id as id, m.role from memberships m join users u on u.id = m.user_id where u.email = $1`,
        [email],
      ),
    )
    const who = {
      workspaceId: me!.ws,
      userId: me!.id,
      role: me!.role,
      visibility: 'own',
      timezone: 'UTC',
    } as any
    await program.app.database.inWorkspace(who, tx => work(tx, program, who), 'read')
  } finally {
    await program.stop()
  }
}
