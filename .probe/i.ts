import { draftMail } from '#features/email-draft/draft.ts'
import { insightsOf } from '#features/insights/insights.ts'
import { summarize } from '#features/summaries/summarize.ts'
import { probe } from './probe.ts'

await probe('owner@demo.example', async tx => {
  const rows = await tx.session.rows(
    `select d.id, d.company_id c, d.primary_contact_id p from deals d where d.workspace_id=$1::uuid and status='OPEN' and exists (select 1 from interactions i where i.deal_id=d.id and cardinality(objections)>0) order by amount desc limit 40`,
    [tx.who.workspaceId],
  )
  const [lead] = await tx.session.rows(
    `select id from leads where workspace_id=$1::uuid and stage='NEW' and notes is not null limit 1`,
    [tx.who.workspaceId],
  )
  for (const b of [{ dealId: rows[3].id }, { companyId: rows[3].c }, { leadId: lead.id }] as any[]) {
    let t = performance.now()
    const s = (await summarize(tx, b)).builtin as any
    console.log('== sum', (performance.now() - t).toFixed(0), s.summary)
    for (const p of s.points) console.log('  ', p.at.slice(0, 10), p.text)
    for (const p of s.openPoints) console.log('  !', p.text)
    t = performance.now()
    const n = (await insightsOf(tx, b)).builtin as any
    console.log('-- ins', (performance.now() - t).toFixed(0), n.summary)
    for (const i of n.insights) console.log('  *', i.text)
  }
  let t = performance.now()
  const n = (await insightsOf(tx, {})).builtin as any
  console.log('-- ins', (performance.now() - t).toFixed(0), n.summary)
  for (const i of n.insights) console.log('  *', i.kind, i.text, i.evidence.length)
  for (const [b, purpose] of [
    [{ dealId: rows[3].id }, 'answer the product objection'],
    [{ dealId: rows[3].id }, 'follow up'],
    [{ contactId: rows[5].p }, 'reply'],
    [{ leadId: lead.id }, 'introduction'],
    [{ dealId: rows[7].id }, 'ask why we lost'],
    [{ dealId: rows[8].id }, 'invite them to our fair'],
  ] as any[]) {
    t = performance.now()
    const d = (await draftMail(tx, { ...b, purpose, tone: 'friendly' })).builtin as any
    console.log(
      '-- draft',
      purpose,
      (performance.now() - t).toFixed(0),
      d.purpose,
      d.warnings.map((w: any) => w.code),
    )
    console.log(d.subject + '\n' + d.body)
  }
})
