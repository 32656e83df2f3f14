import { coachDeal } from '#features/deal-coach/coach.ts'
import { probe } from './probe.ts'

await probe('owner@demo.example', async tx => {
  const rows = await tx.session.rows(
    `select d.id, d.title from deals d where d.workspace_id=$1::uuid and status='OPEN' and exists(select 1 from interactions i where i.deal_id=d.id and cardinality(i.objections)>0) order by amount desc limit 40`,
    [tx.who.workspaceId],
  )
  for (const n of [0, 7, 21, 33]) {
    const t = performance.now()
    const c = (await coachDeal(tx, rows[n].id as string)).builtin as any
    const ms = performance.now() - t
    console.log('=====', rows[n].title, ms.toFixed(0), 'ms', JSON.stringify(c).length)
    console.log(c.summary)
    console.log(
      c.winProbability,
      c.winProbabilityBasis.text,
      c.winProbabilityBasis.low,
      c.winProbabilityBasis.high,
    )
    for (const p of c.healthParts) console.log('  ', p.key, p.score, p.weight, p.text)
    for (const r of c.risks)
      console.log(
        ' -',
        r.severity,
        r.key,
        r.text,
        r.evidence.map((e: any) => '“' + e.sentence + '”').join(' '),
      )
    for (const r of c.recommendations)
      console.log(' >', r.key, r.action, '|', r.reason, JSON.stringify(r.create.body))
    for (const s of c.similarDeals)
      console.log(
        ' ~',
        s.similarity,
        s.status,
        s.title,
        s.text,
        s.evidence.map((e: any) => '“' + e.sentence + '”').join(' '),
      )
    console.log(c.warnings, c.confidence)
  }
})
