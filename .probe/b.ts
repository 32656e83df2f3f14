import { dealFacts } from '#features/deal-signals/facts.ts'
import { probe } from './probe.ts'

for (const who of ['owner@demo.example', 'member@demo.example'])
  await probe(who, async tx => {
    const s = tx.session
    const orig = s.rows.bind(s)
    for (const pre of [
      '',
      'set local join_collapse_limit = 1',
      'set local join_collapse_limit = 1; set local jit = off',
      'set local jit = off',
    ])
      for (const _ of [1, 2]) {
        s.rows = async (t: string, p: any) => {
          if (t.startsWith('with d')) {
            if (pre) s.script(pre)
            const r = await orig('explain (analyze, costs off, timing off) ' + t, p)
            console.log(
              who,
              pre,
              r
                .map((x: any) => x['QUERY PLAN'])
                .filter((x: string) => /Planning Time|Execution Time|JIT/.test(x))
                .join(' '),
            )
            return []
          }
          return orig(t, p)
        }
        await dealFacts(tx, {})
      }
  })
