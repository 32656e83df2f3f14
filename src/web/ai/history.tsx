import { Text as P } from '@mantine/core'
import { useFormat } from '../kit/format.ts'
import { useText } from '../text/index.tsx'
import classes from './ai.module.css'
import { Grounds } from './evidence.tsx'
import { type Evidence, useAnswer } from './model.ts'
import { Answered, Part } from './parts.tsx'

type Summary = {
  summary: string
  points: Array<{ at: string; text: string; evidence: Evidence[] }>
  openPoints: Array<{ key: string; text: string; evidence: Evidence[] }>
}
type Found = {
  summary: string
  insights: Array<{ key: string; kind: string; text: string; evidence: Evidence[] }>
}
export type About = { body: Record<string, string>; leave?: () => void }

/** What happened with a record, in short, and what is worth knowing in it. */
export function History({ body, leave }: About) {
  const text = useText()
  const format = useFormat()
  const query = useAnswer<Summary>('/ai/summarize', body)
  const found = useAnswer<Found>('/ai/insights', body)
  return (
    <Answered query={query}>
      {({ summary, points, openPoints }) => (
        <>
          <P size="sm">{summary}</P>
          {openPoints.length > 0 && (
            <Part title={text.ai.open}>
              <ul className={classes.list}>
                {openPoints.map(({ key, text: words, evidence }) => (
                  <li key={key}>
                    <P size="sm">{words}</P>
                    <Grounds evidence={evidence.slice(0, 1)} leave={leave} />
                  </li>
                ))}
              </ul>
            </Part>
          )}
          {found.data && found.data.insights.length > 0 && (
            <Part title={text.ai.insights}>
              <ul className={classes.list}>
                {found.data.insights.map(({ key, kind, text: words, evidence }) => (
                  <li key={key}>
                    <P size="sm">{evidence.length ? (text.ai.kinds[kind] ?? kind) : words}</P>
                    <Grounds evidence={evidence.slice(0, 2)} leave={leave} />
                  </li>
                ))}
              </ul>
            </Part>
          )}
          {points.length > 0 && (
            <Part title={text.ai.course}>
              <ol className={classes.course}>
                {points.map(({ at, text: words, evidence }) => (
                  <li key={at + words}>
                    <time className="quiet numbers" dateTime={at}>
                      {format.shortDay(at.slice(0, 10))}
                    </time>
                    {evidence.length ? <Grounds evidence={evidence} leave={leave} /> : <span>{words}</span>}
                  </li>
                ))}
              </ol>
            </Part>
          )}
        </>
      )}
    </Answered>
  )
}
