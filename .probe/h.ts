import { nextActions } from '#features/next-actions/actions.ts'
import { personaOf } from '#features/persona/build.ts'
import { probe } from './probe.ts'

await probe('owner@demo.example', async tx => {
  const rows = await tx.session.rows(
    `select contact_id as id, count(*) n from interactions where workspace_id=$1::uuid group by 1 order by 2 desc limit 60`,
    [tx.who.workspaceId],
  )
  for (const n of [0, 12, 30]) {
    const t = performance.now()
    const c = (await personaOf(tx, rows[n].id)).builtin as any
    console.log(
      '==',
      (performance.now() - t).toFixed(0),
      rows[n].n,
      c.name,
      c.persona,
      c.communicationStyle.traits,
      c.motivators.map((m: any) => m.text + ' ' + m.times + ' “' + m.evidence[0].sentence),
      c.decisionPattern.habits.map((m: any) => m.text + ' ' + m.times + ' “' + m.evidence[0].sentence),
      c.concerns.map((x: any) => x.category + x.times),
      c.deals,
      c.approach,
      c.warnings,
      c.confidence,
    )
  }
  const c = (await nextActions(tx, { limit: 30 })).builtin as any
  for (const r of c.actions.filter((x: any) => x.kind == 'DEAL'))
    console.log('   -', r.kind, r.title, '|', r.action, '|', r.reason, r.amount, r.atStake)
})
