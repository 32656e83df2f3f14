import { Text as P } from '@mantine/core'
import { useText } from '../text/index.tsx'
import classes from './ai.module.css'
import { Grounds } from './evidence.tsx'
import { type Evidence, useAnswer } from './model.ts'
import { Answered, Part } from './parts.tsx'

type Counted = { key: string; text: string; times: number; evidence: Evidence[] }
type Persona = {
  persona: { title: string; summary: string }
  communicationStyle: { traits: string[] }
  motivators: Counted[]
  decisionPattern: { text: string; habits: Counted[]; evidence: Evidence[] }
  concerns: Array<{ category: string; times: number; answered: number; evidence: Evidence[] }>
  approach: string[]
}

export function PersonaCard({ id, leave }: { id: string; leave?: () => void }) {
  const text = useText()
  const query = useAnswer<Persona>(`/ai/persona-builder/${id}`)
  return (
    <Answered query={query}>
      {({ persona, communicationStyle, motivators, decisionPattern, concerns, approach }) => (
        <>
          <P fw={600}>{persona.title}</P>
          <P size="sm">{persona.summary}</P>
          <Grounds evidence={decisionPattern.evidence} leave={leave} />
          {approach.length > 0 && (
            <Part title={text.ai.approach}>
              <ul className={classes.plain}>
                {approach.map(one => (
                  <li key={one}>{one}</li>
                ))}
              </ul>
            </Part>
          )}
          {communicationStyle.traits.length > 0 && (
            <Part title={text.ai.style}>
              <ul className={classes.plain}>
                {communicationStyle.traits.map(one => (
                  <li key={one}>{one}</li>
                ))}
              </ul>
            </Part>
          )}
          <Many title={text.ai.motivators} list={motivators} leave={leave} />
          <Many title={text.ai.decisions} list={decisionPattern.habits} leave={leave} />
          <Many
            title={text.ai.concerns}
            list={concerns.map(one => ({
              ...one,
              key: one.category,
              text: text.ai.categories[one.category] ?? one.category,
            }))}
            leave={leave}
          />
        </>
      )}
    </Answered>
  )
}

function Many({ title, list, leave }: { title: string; list: Counted[]; leave?: () => void }) {
  if (!list.length) return null
  return (
    <Part title={title}>
      <ul className={classes.list}>
        {list.map(({ key, text, times, evidence }) => (
          <li key={key}>
            <P size="sm">
              {text} <span className="quiet numbers">{times} ×</span>
            </P>
            <Grounds evidence={evidence.slice(0, 1)} leave={leave} />
          </li>
        ))}
      </ul>
    </Part>
  )
}
