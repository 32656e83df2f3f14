import { Text as P } from '@mantine/core'
import { useFormat } from '../kit/format.ts'
import { useText } from '../text/index.tsx'
import classes from './ai.module.css'
import { Grounds } from './evidence.tsx'
import { type Advice, type Evidence, type OneClick, useAnswer } from './model.ts'
import { AdviceList, Answered, Part } from './parts.tsx'

type Finding = { key: string; sign: '+' | '-'; text: string; evidence: Evidence[] }
type Explained = {
  summary: string
  keyFactors: Array<{ factor: string; weight: number; sign: '+' | '-'; findings: Finding[] }>
  withoutFinding: string[]
  recommendations: Advice[]
}
type Given = { id: string; leave?: () => void; draft: (click: OneClick) => void }

/** Why a deal was won or lost. */
export function Why({ id, leave, draft }: Given) {
  const text = useText()
  const { locale } = useFormat()
  const percent = new Intl.NumberFormat(locale, { style: 'percent' })
  const query = useAnswer<Explained>(`/ai/win-loss-explainer/${id}`)
  return (
    <Answered query={query}>
      {({ summary, keyFactors, withoutFinding, recommendations }) => (
        <>
          <P size="sm">{summary}</P>
          {keyFactors.map(({ factor, weight, sign, findings }) => (
            <Part
              key={factor}
              title={`${sign === '+' ? '+' : '−'} ${text.ai.factors[factor] ?? factor} · ${percent.format(weight)}`}
            >
              <ul className={classes.list}>
                {findings.map(({ key, sign: own, text: words, evidence }) => (
                  <li key={key}>
                    <P size="sm">
                      {own !== sign && <b>{own === '+' ? text.ai.yetFor : text.ai.yetAgainst}: </b>}
                      {words}
                    </P>
                    <Grounds evidence={evidence.slice(0, 2)} leave={leave} />
                  </li>
                ))}
              </ul>
            </Part>
          ))}
          {withoutFinding.length > 0 && (
            <P size="xs" className="quiet">
              {text.ai.nothingOf(withoutFinding.map(factor => text.ai.factors[factor] ?? factor).join(', '))}
            </P>
          )}
          {recommendations.length > 0 && (
            <Part title={text.ai.lessons}>
              <AdviceList advice={recommendations} leave={leave} draft={draft} />
            </Part>
          )}
        </>
      )}
    </Answered>
  )
}
