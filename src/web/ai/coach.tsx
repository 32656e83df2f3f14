import { Group, Text as P, Progress } from '@mantine/core'
import { Link } from '@tanstack/react-router'
import { useFormat } from '../kit/format.ts'
import { Choice } from '../kit/value.tsx'
import { useText } from '../text/index.tsx'
import classes from './ai.module.css'
import { Grounds } from './evidence.tsx'
import { type Advice, type Evidence, type OneClick, useAnswer } from './model.ts'
import { AdviceList, Answered, Part, Severity } from './parts.tsx'

type Quartiles = { q1: number; median: number; q3: number; n: number }
type Coached = {
  status: string
  summary: string
  healthScore: number
  healthParts: Array<{ key: string; score: number; weight: number; text: string; evidence: Evidence[] }>
  winProbability: number
  winProbabilityBasis: { coldStart: boolean; low: number; high: number; text: string }
  stages: Array<{
    stageId: string
    stageName: string
    isCurrent: boolean
    days: number | null
    won: Quartiles | null
  }>
  stakeholders: Array<{
    contactId: string
    name: string
    jobTitle: string | null
    isOnDeal: boolean
    talks: number
    lastAt: string | null
  }>
  competitors: Array<{ name: string; wonAgainst: number; lostAgainst: number; evidence: Evidence[] }>
  similarDeals: Array<{
    dealId: string
    title: string
    status: string
    alike: string[]
    text: string
    evidence: Evidence[]
  }>
  risks: Array<{ key: string; severity: string; text: string; evidence: Evidence[] }>
  recommendations: Advice[]
}
type Given = { id: string; leave?: () => void; draft: (click: OneClick) => void }

/** Below so much a part or a whole is bad, and from so much on good. */
const BAD = 45
const GOOD = 70
const toneOf = (score: number) => (score < BAD ? 'red' : score < GOOD ? 'orange' : 'green')

export function Coach({ id, leave, draft }: Given) {
  const text = useText()
  const query = useAnswer<Coached>(`/ai/deal-coach/${id}`)
  return (
    <Answered query={query}>
      {answer => (
        <>
          <Numbers answer={answer} />
          <P size="sm">{answer.summary}</P>
          {answer.recommendations.length > 0 && (
            <Part title={text.ai.whatToDo}>
              <AdviceList advice={answer.recommendations} leave={leave} draft={draft} />
            </Part>
          )}
          {answer.risks.length > 0 && (
            <Part title={text.ai.risks}>
              <ul className={classes.list}>
                {answer.risks.map(risk => (
                  <li key={risk.key}>
                    <P size="sm">
                      <Severity value={risk.severity} /> {risk.text}
                    </P>
                    <Grounds evidence={risk.evidence.slice(0, 2)} leave={leave} />
                  </li>
                ))}
              </ul>
            </Part>
          )}
          <Part title={text.ai.health}>
            <Parts parts={answer.healthParts} leave={leave} />
          </Part>
          <StageTimes stages={answer.stages} />
          <People people={answer.stakeholders} leave={leave} />
          {answer.similarDeals.length > 0 && (
            <Part title={text.ai.similar}>
              <ul className={classes.list}>
                {answer.similarDeals.map(deal => (
                  <li key={deal.dealId}>
                    <Group gap={6} wrap="nowrap">
                      <Choice value={deal.status} />
                      <Link
                        to="/deals/$id"
                        params={{ id: deal.dealId }}
                        className="subtle-link one-line"
                        onClick={leave}
                      >
                        {deal.title}
                      </Link>
                    </Group>
                    <P size="xs" className="quiet">
                      {[deal.text, deal.alike.join(', ')].filter(Boolean).join(' · ')}
                    </P>
                    <Grounds evidence={deal.evidence.slice(0, 2)} leave={leave} />
                  </li>
                ))}
              </ul>
            </Part>
          )}
        </>
      )}
    </Answered>
  )
}

function Numbers({
  answer: { healthScore, winProbability, winProbabilityBasis, status },
}: {
  answer: Coached
}) {
  const text = useText()
  const format = useFormat()
  const percent = new Intl.NumberFormat(format.locale, { style: 'percent' })
  if (status !== 'OPEN') return null
  return (
    <div className={classes.numbers}>
      <div>
        <span className="quiet">{text.ai.health}</span>
        <b className="numbers">{healthScore}</b>
        <Progress value={healthScore} color={toneOf(healthScore)} size={4} aria-label={text.ai.health} />
      </div>
      <div title={winProbabilityBasis.text}>
        <span className="quiet">{text.ai.chance}</span>
        <b className="numbers">{percent.format(winProbability)}</b>
        <span className="quiet numbers">
          {text.ai.between(percent.format(winProbabilityBasis.low), percent.format(winProbabilityBasis.high))}
        </span>
      </div>
      <P size="xs" className={`quiet ${classes.basis}`}>
        {winProbabilityBasis.coldStart && `${text.scoring.coldStart}: `}
        {winProbabilityBasis.text}
      </P>
    </div>
  )
}

function Parts({ parts, leave }: { parts: Coached['healthParts']; leave?: () => void }) {
  const text = useText()
  return (
    <ul className={classes.parts}>
      {parts.map(({ key, score, weight, text: words, evidence }) => (
        <li key={key}>
          <span>{text.ai.parts[key] ?? key}</span>
          {/* What is not counted has no bar. */}
          {weight > 0 && (
            <Progress value={score} color={toneOf(score)} size={4} aria-label={text.ai.parts[key] ?? key} />
          )}
          <span className="quiet">{words}</span>
          <Grounds evidence={evidence.slice(0, 1)} leave={leave} />
        </li>
      ))}
    </ul>
  )
}

function StageTimes({ stages }: { stages: Coached['stages'] }) {
  const text = useText()
  const known = stages.filter(({ days, won }) => days !== null || won)
  if (!known.some(({ won }) => won)) return null
  return (
    <Part title={text.ai.stageTimes}>
      <table className={classes.table}>
        <thead>
          <tr>
            <th>{text.fields.stageId}</th>
            <th>{text.ai.here}</th>
            <th>{text.ai.usually}</th>
          </tr>
        </thead>
        <tbody>
          {known.map(({ stageId, stageName, isCurrent, days, won }) => (
            <tr key={stageId} data-current={isCurrent || undefined}>
              <td>{stageName}</td>
              <td className={`numbers ${won && days !== null && days > won.q3 ? 'late' : ''}`}>
                {days === null ? '–' : Math.round(days)}
              </td>
              <td className="numbers quiet">{won ? `${won.median} (${won.q1}–${won.q3})` : '–'}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </Part>
  )
}

function People({ people, leave }: { people: Coached['stakeholders']; leave?: () => void }) {
  const text = useText()
  const format = useFormat()
  if (!people.length) return null
  return (
    <Part title={text.ai.people}>
      <ul className={classes.people}>
        {people.map(({ contactId, name, jobTitle, isOnDeal, talks, lastAt }) => (
          <li key={contactId}>
            <Link
              to="/contacts/$id"
              params={{ id: contactId }}
              className="subtle-link one-line"
              onClick={leave}
            >
              {name}
            </Link>
            <span className="quiet one-line">{jobTitle}</span>
            <span className="quiet">
              {!isOnDeal ? text.ai.notOnDeal : talks ? `${talks} × · ${format.ago(lastAt!)}` : text.ai.notMet}
            </span>
          </li>
        ))}
      </ul>
    </Part>
  )
}
