import { effectsOf } from '#features/deal-signals/effects.ts'
import { dealFacts } from '#features/deal-signals/facts.ts'
import { normsOf } from '#features/deal-signals/norms.ts'
import { signalsOf } from '#features/deal-signals/signals.ts'
import { probe } from './probe.ts'

await probe('owner@demo.example', async tx => {
  for (let i = 0; i < 3; i++) {
    const t = performance.now()
    const f = (await dealFacts(tx, {})).filter(x => x.status !== 'OPEN')
    const t1 = performance.now()
    const n = normsOf(f)
    const e = effectsOf(
      signalsOf(f, id => id.slice(-4)),
      f,
      n,
    )
    console.log(f.length, t1 - t, performance.now() - t1)
    if (i == 2) {
      console.log(n)
      for (const x of e.sort((a, b) => a.logOdds - b.logOdds))
        console.log(
          x.key.padEnd(30),
          x.logOdds.toFixed(2),
          x.error.toFixed(2),
          x.withIt,
          (x.withIt.won / x.withIt.n).toFixed(2),
          (x.without.won / x.without.n).toFixed(2),
        )
    }
  }
})
