import { handleObjection } from '#features/objections/handle.ts'
import { probe } from './probe.ts'

await probe('owner@demo.example', async tx => {
  const [row] = await tx.session.rows(
    `select d.id, d.title from deals d where d.workspace_id=$1::uuid and status='OPEN' order by amount desc limit 1`,
    [tx.who.workspaceId],
  )
  for (const o of [
    'Your quote is 20% above what we had budgeted, we cannot get this approved.',
    'Velgrove would deliver within 3 weeks',
    'Our lawyers do not accept the liability clause',
    "We just don't see the point",
    'hello there',
    'I have to ask my boss first',
    'Does it integrate with SAP? That is a must for us.',
    'Call me back in March.',
  ]) {
    const t = performance.now()
    const c = (await handleObjection(tx, { objection: o, dealId: row.id })).builtin as any
    console.log(
      '==',
      o,
      (performance.now() - t).toFixed(0),
      c.category,
      c.categoryConfidence,
      c.otherCategories.join(),
    )
    console.log(c.experience.text)
    for (const r of c.responses)
      console.log('   -', r.source, r.text, r.deal?.title, '<-', r.evidence[0]?.sentence)
    console.log(c.warnings.map((w: any) => w.code).join())
  }
})
