import type { Evidence } from '#core/ai/answer.ts'
import { unique } from '#core/ai/evidence.ts'
import { inLanguage } from '#core/ai/language.ts'
import type { Effect } from '#features/deal-signals/effects.ts'
import type { History } from '#features/deal-signals/history.ts'
import { SELDOM, usualIn } from '#features/deal-signals/norms.ts'
import type { Outlook, StageTime } from '#features/deal-signals/stage-times.ts'
import { fieldQuote } from '#features/deal-signals/talks.ts'
import {
  experience,
  type Known,
  momentOf,
  shown,
  tellingOf,
  titleOf,
  undatedIn,
} from '#features/deal-signals/telling.ts'
import { count, dativeDays, numberText, percent, upper, wholeDays } from '#features/deal-signals/words.ts'
import type { Planned } from './people.ts'
import type { Risk } from './shapes.ts'

export type Seen = Known & {
  history: History
  current: StageTime | undefined
  outlook: Outlook
  tasks: readonly Planned[]
}

/** A risk below that many log-odds is none. */
const WORTH_SAYING = -0.15
const HIGH = -0.8
const MEDIUM = -0.4
const severityOf = (logOdds: number): Risk['severity'] =>
  logOdds <= HIGH ? 'HIGH' : logOdds <= MEDIUM ? 'MEDIUM' : 'LOW'

type Weighed = Risk & { weight: number }

/** What speaks against the deal, the heaviest first; each with what closed deals show of it and the words it rests on. */
export function risksOf(seen: Seen): Risk[] {
  const found = [...fromSignals(seen), ...slow(seen), ...unplanned(seen), ...undated(seen), ...unspoken(seen)]
  return found.sort((a, b) => a.weight - b.weight).map(({ weight: _, ...risk }) => risk)
}

/** Who owns the deal is no risk that its owner could mend. */
const isTold = ({ key, logOdds, error, isMeasured }: Effect) =>
  logOdds <= WORTH_SAYING &&
  // Measured, but as likely by chance.
  (!isMeasured || logOdds + error < 0) &&
  !key.startsWith('owner:') &&
  !key.endsWith('_answered') &&
  (!key.includes(':') || logOdds <= MEDIUM)

function fromSignals(seen: Seen): Weighed[] {
  const { deal, history } = seen
  return history.effects
    .filter(effect => isTold(effect) && effect.holds(deal, history.norms))
    .flatMap((effect): Weighed[] => {
      const told = tellingOf(effect, seen)
      return told
        ? [
            {
              key: effect.key,
              factor: effect.factor,
              severity: severityOf(effect.logOdds),
              text: `${told.text}. ${experience(effect)}`,
              effect: shown(effect),
              evidence: unique(told.evidence),
              weight: effect.logOdds,
            },
          ]
        : []
    })
}

/** What staying as long as this deal went with, against moving on sooner, in log-odds (two made-up deals of each outcome beside the real ones). */
export function slownessOf({
  deal,
  current,
  outlook: { inStage, asLong },
}: Pick<Seen, 'deal' | 'current' | 'outlook'>): number | null {
  if (!current?.won || deal.daysInStage <= current.won.q3) return null
  const odds = ({ n, won }: { n: number; won: number }) => Math.log((won + 2) / (n - won + 2))
  return (
    Math.round((odds(asLong) - odds({ n: inStage.n - asLong.n, won: inStage.won - asLong.won })) * 100) / 100
  )
}

/** It rests in its stage for longer than three quarters of the won deals did. */
function slow(seen: Seen): Weighed[] {
  const { deal, current, outlook } = seen
  const logOdds = slownessOf(seen)
  if (logOdds === null || !current?.won) return []
  const { inStage, asLong, asLongDays } = outlook
  const rest = { n: inStage.n - asLong.n, won: inStage.won - asLong.won }
  const shares = inLanguage(
    `Of deals that stayed for ${wholeDays(asLongDays)} or longer ${percent(asLong.won, asLong.n)} of ${asLong.n} were won, of those that moved on sooner ${percent(rest.won, rest.n)}`,
    `Von Deals, die ${wholeDays(asLongDays)} oder länger blieben, wurden ${percent(asLong.won, asLong.n)} von ${asLong.n} gewonnen, von denen, die früher weitergingen, ${percent(rest.won, rest.n)}`,
  )
  return [
    {
      key: 'slow_stage',
      factor: 'timing',
      severity: severityOf(Math.min(-0.3, logOdds)),
      text: inLanguage(
        `It has been in ${current.stageName} for ${wholeDays(deal.daysInStage)}; three of four won deals left it within ${current.won.q3}. ${shares}`,
        `Seit ${dativeDays(deal.daysInStage)} in ${current.stageName}; drei von vier gewonnenen Deals verließen die Phase binnen ${numberText(current.won.q3)}. ${shares}`,
      ),
      effect: { logOdds, withIt: asLong, without: rest, isMeasured: asLong.n >= 10 && rest.n >= 10 },
      evidence: momentOf({ deal }, 'stageEnteredAt'),
      weight: Math.min(-0.2, logOdds),
    },
  ]
}

/** Nothing is planned: held for a slight risk, since closed deals keep no record of what was planned. */
const UNPLANNED = -0.3

function unplanned({ deal, tasks, talks }: Seen): Weighed[] {
  if (tasks.some(({ isOverdue }) => !isOverdue)) return []
  const [overdue] = tasks
  const promised = talks.find(({ nextSteps }) => nextSteps)
  const evidence: Evidence[] = overdue
    ? [{ recordType: 'task', recordId: overdue.id, field: 'title', sentence: overdue.title }]
    : promised
      ? [fieldQuote(promised, 'nextSteps', promised.nextSteps!)]
      : [titleOf(deal)]
  const text = overdue
    ? inLanguage(
        `${upper(count(tasks.length, 'task'))} on the deal ${tasks.length === 1 ? 'is' : 'are'} overdue and nothing else is planned`,
        `${count(tasks.length, 'task')} zum Deal ${tasks.length === 1 ? 'ist' : 'sind'} überfällig, und sonst ist nichts geplant`,
      )
    : promised
      ? inLanguage(
          'A next step was agreed, but no task is open',
          'Ein nächster Schritt wurde vereinbart, aber keine Aufgabe ist offen',
        )
      : inLanguage('No next step is planned', 'Kein nächster Schritt ist geplant')
  return deal.status === 'OPEN'
    ? [
        {
          key: 'no_next_step',
          factor: 'rep_behavior',
          severity: 'LOW',
          text,
          effect: null,
          evidence,
          weight: UNPLANNED,
        },
      ]
    : []
}

const undated = ({ deal, history }: Seen): Weighed[] =>
  // Where most won deals of the pipeline have no date, none is missed.
  deal.expectedCloseDate || (usualIn(history.closed, deal.pipelineId)?.dated ?? 1) < 0.5
    ? []
    : [
        {
          key: 'no_close_date',
          factor: 'timing',
          severity: 'LOW',
          text: inLanguage('No expected close date is set', 'Kein erwartetes Abschlussdatum ist gesetzt'),
          effect: null,
          evidence: [undatedIn(deal)],
          weight: -0.2,
        },
      ]

const unspoken = ({ deal, history }: Seen): Weighed[] =>
  deal.lastTwoWayAt || deal.talks > 0 || (usualIn(history.closed, deal.pipelineId)?.spoken ?? 1) < SELDOM
    ? []
    : [
        {
          key: 'no_contact',
          factor: 'rep_behavior',
          severity: deal.daysOpen > 14 ? 'HIGH' : 'MEDIUM',
          text:
            deal.daysOpen < 1
              ? inLanguage(
                  'No call, mail or meeting is logged yet',
                  'Noch kein Anruf, keine Mail, kein Treffen erfasst',
                )
              : inLanguage(
                  `No call, mail or meeting is logged in the ${wholeDays(deal.daysOpen)} since it was created`,
                  `Seit er vor ${dativeDays(deal.daysOpen)} angelegt wurde, ist kein Anruf, keine Mail und kein Treffen erfasst`,
                ),
          effect: null,
          evidence: momentOf({ deal }, 'createdAt'),
          weight: -0.7,
        },
      ]
