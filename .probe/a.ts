import { dealFacts } from '#features/deal-signals/facts.ts'
import { probe } from './probe.ts'

for (const mail of ['owner@demo.example', 'member@demo.example'])
  await probe(mail, async tx => {
    for (let i = 0; i < 3; i++) {
      const t = performance.now()
      const f = await dealFacts(tx, {})
      console.log(mail, f.length, performance.now() - t)
      if (i == 2) console.log(f[5], f.filter(x => x.slips).length)
    }
  })
