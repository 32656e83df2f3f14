import { nextActions } from '#features/next-actions/actions.ts'
import { probe } from './probe.ts'

for (const m of ['member@demo.example', 'owner@demo.example'])
  await probe(m, async tx => {
    for (const _ of [1, 2]) {
      const t = performance.now()
      const c = (await nextActions(tx, { limit: 12 })).builtin as any
      console.log('==', m, (performance.now() - t).toFixed(0), c.summary, c.warnings)
      if (_ == 2)
        for (const r of c.actions)
          console.log(
            '   -',
            r.kind,
            r.title,
            '|',
            r.action,
            '|',
            r.reason,
            r.amount,
            r.atStake,
            '<-',
            r.evidence[0]?.sentence,
            r.create?.path,
          )
    }
  })
