import { explainDeal } from '#features/win-loss/deal.ts'
import { explainWorkspace } from '#features/win-loss/workspace.ts'
import { probe } from './probe.ts'

await probe('owner@demo.example', async tx => {
  const rows = await tx.session.rows(
    `select d.id, d.title from deals d where d.workspace_id=$1::uuid and status in ('WON','LOST') order by closed_at desc limit 40`,
    [tx.who.workspaceId],
  )
  for (const n of [0, 1, 2, 3, 12]) {
    const t = performance.now()
    const c = (await explainDeal(tx, rows[n].id as string)).builtin as any
    const ms = performance.now() - t
    console.log('=====', rows[n].title, ms.toFixed(0), 'ms')
    console.log(c.summary)
    for (const f of c.keyFactors) {
      console.log(' ', f.sign, f.weight, f.factor, '|', f.text)
      for (const x of f.evidence) console.log('      “' + x.sentence + '” ' + x.field)
    }
    for (const r of c.recommendations) console.log(' >', r.key, r.action, '|', r.reason)
    console.log(c.withoutFinding.join(), c.warnings)
  }
  for (const q of [{}, { dateFrom: '-90d' }]) {
    const t = performance.now()
    const c = (await explainWorkspace(tx, q)).builtin as any
    console.log('=== ws', performance.now() - t, JSON.stringify(c).length)
    console.log(c.summary)
    for (const f of c.factors) {
      console.log(f.sign, f.wins, f.factor)
      for (const s of f.signals)
        console.log('    ', s.wins, s.text, s.evidence.map((e: any) => '“' + e.sentence + '”').join(' '))
    }
    console.log(
      c.lostReasons,
      c.competitors,
      c.objections.map((o: any) => [o.category, o.answered.winRate, o.unanswered.winRate].join(' ')),
      c.byPeriod,
      c.recommendations.map((r: any) => r.action + ' | ' + r.reason),
      c.warnings,
      c.confidence,
    )
  }
})
