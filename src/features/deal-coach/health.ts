import { inLanguage } from '#core/ai/language.ts'
import type { Effect } from '#features/deal-signals/effects.ts'
import type { DealFacts } from '#features/deal-signals/facts.ts'
import type { History } from '#features/deal-signals/history.ts'
import type { Raised } from '#features/deal-signals/raised.ts'
import type { StageTime } from '#features/deal-signals/stage-times.ts'
import { wordFor } from '#features/deal-signals/telling.ts'
import { count, dativeDays, numberText, wholeDays } from '#features/deal-signals/words.ts'
import type { Planned } from './people.ts'
import type { HealthPart } from './shapes.ts'

type Given = {
  /** The effect of staying in the stage for as long, in log-odds, where it is too long. */
  slowness: number | null
  deal: DealFacts
  history: History
  current: StageTime | undefined
  objections: readonly Raised[]
  tasks: readonly Planned[]
}
type Part = Omit<HealthPart, 'weight'> & { signals: readonly string[] }

/** What a part weighs where no signal of it was measured, in log-odds. */
const ASSUMED_WEIGHT = 0.5
const SLOWNESS_AT_MOST = 1.5

/**
 * Health: the power mean (exponent 1/2, so that what is bad is not outweighed by what is merely fine) of eight parts of 0 to
 * 100, each weighed by how much its signals went with winning or losing in this workspace (the largest log-odds among them,
 * 0.5 where nothing was measured). A description of how the deal is worked, and no probability.
 */
export function healthOf(given: Given): { healthScore: number; healthParts: HealthPart[] } {
  const parts = [pace, contact, engagement, stakeholders, objections, competition, schedule, nextStep].map(
    part => part(given),
  )
  const weights = parts.map(({ key, signals }) =>
    key === 'pace' && given.slowness !== null
      ? Math.min(SLOWNESS_AT_MOST, Math.max(ASSUMED_WEIGHT, -given.slowness))
      : weightOf(signals, given.history.effects),
  )
  const all = weights.reduce((sum, weight) => sum + weight, 0)
  const healthParts = parts.map(({ signals: _, ...part }, i) => ({
    ...part,
    weight: Math.round((weights[i]! / all) * 1000) / 1000,
  }))
  const sum = parts.reduce((total, { score }, i) => total + Math.sqrt(score) * weights[i]!, 0)
  return { healthScore: Math.round((sum / all) ** 2), healthParts }
}

function weightOf(signals: readonly string[], effects: readonly Effect[]): number {
  const measured = effects.filter(({ key, isMeasured }) => isMeasured && signals.includes(key))
  return Math.max(
    0.1,
    ...(measured.length ? measured.map(({ logOdds }) => Math.abs(logOdds)) : [ASSUMED_WEIGHT]),
  )
}

const score = (value: number): number => Math.round(Math.max(0, Math.min(100, value)))

/** 100 up to what is usual, 50 at what is long for a won deal, 0 at three times that. */
function against(days: number, usual: number, long: number): number {
  if (days <= usual) return 100
  if (days <= long) return 100 - (50 * (days - usual)) / Math.max(0.1, long - usual)
  return 50 - (50 * (days - long)) / (2 * Math.max(1, long))
}

function pace({ deal, current }: Given): Part {
  const part = { key: 'pace' as const, signals: [] }
  const stageText = current?.stageName ?? inLanguage('its stage', 'seiner Phase')
  const here = inLanguage(
    `${wholeDays(deal.daysInStage)} in ${stageText}`,
    `Seit ${dativeDays(deal.daysInStage)} in ${stageText}`,
  )
  if (!current?.won)
    return {
      ...part,
      score: 60,
      text: inLanguage(
        `${here}; too few won deals to say whether that is long`,
        `${here}; zu wenige gewonnene Deals, um zu sagen, ob das lang ist`,
      ),
    }
  const { median, q3, n } = current.won
  return {
    ...part,
    score: score(against(deal.daysInStage, median, q3)),
    text: inLanguage(
      `${here}; won deals took ${median} (middle half up to ${q3}, of ${n})`,
      `${here}; gewonnene Deals brauchten ${numberText(median)} (mittlere Hälfte bis ${numberText(q3)}, von ${n})`,
    ),
  }
}

function contact({ deal, history: { norms } }: Given): Part {
  const part = { key: 'contact' as const, signals: ['silent'] }
  // One made this morning is not neglected yet; once it is silent for as long as won deals never were, it is.
  if (!deal.lastTwoWayAt)
    return {
      ...part,
      score: score(60 * (1 - deal.daysOpen / norms.gapDays)),
      text:
        deal.daysOpen < 1
          ? inLanguage('No two-way contact logged yet', 'Noch kein Austausch erfasst')
          : inLanguage(
              `No two-way contact logged in ${wholeDays(deal.daysOpen)}`,
              `Seit ${dativeDays(deal.daysOpen)} kein Austausch erfasst`,
            ),
    }
  const usual = norms.gaps
    ? inLanguage(
        `; three of four won deals were never silent for more than ${norms.gaps.q3} days`,
        `; drei von vier gewonnenen Deals schwiegen nie länger als ${numberText(norms.gaps.q3)} Tage`,
      )
    : ''
  return {
    ...part,
    score: score(against(deal.silentDays, norms.gapDays / 2, norms.gapDays)),
    text: inLanguage(
      `Last two-way contact ${wholeDays(deal.silentDays)} ago${usual}`,
      `Letzter Austausch vor ${dativeDays(deal.silentDays)}${usual}`,
    ),
  }
}

function engagement(given: Given): Part {
  const { deal } = given
  const part = { key: 'engagement' as const, signals: ['chased', 'warm', 'cool'] }
  const tone = deal.sentiment ?? 0
  const words =
    deal.sentiment === null
      ? inLanguage('No tone recorded', 'Kein Ton erfasst')
      : tone >= 0.3
        ? inLanguage('The buyer sounds positive', 'Der Käufer klingt positiv')
        : tone < 0
          ? inLanguage('The buyer sounds negative', 'Der Käufer klingt negativ')
          : inLanguage('The buyer sounds neutral', 'Der Käufer klingt neutral')
  const tries = deal.triesSince
    ? inLanguage(
        `; ${count(deal.triesSince, 'try')} of ours since then without a reply`,
        `; seitdem ohne Antwort: ${count(deal.triesSince, 'try')}`,
      )
    : ''
  const replies = deal.inbound ? 0 : -20
  // How somebody sounded who has not been heard of for long says little of today.
  const most = 40 + 0.6 * contact(given).score
  return {
    ...part,
    score: score(Math.min(most, 65 + 70 * tone - 20 * deal.triesSince + replies)),
    text: words + tries,
  }
}

function stakeholders({ deal, history: { norms } }: Given): Part {
  const usual = Math.max(2, norms.contacts)
  const text = inLanguage(
    `${count(deal.contacts, 'contact')} on the deal, ${deal.met} of them spoken with${norms.people ? `; won deals had ${norms.people.median} (middle)` : ''}`,
    `${count(deal.contacts, 'contact')} am Deal, mit ${deal.met} davon gesprochen${norms.people ? `; gewonnene Deals hatten ${numberText(norms.people.median)} (Mitte)` : ''}`,
  )
  return {
    key: 'stakeholders',
    signals: ['single', 'several', 'authority_open'],
    score: score(20 + (80 * (0.5 * deal.contacts + 0.5 * deal.met)) / usual),
    text,
  }
}

const RAISED = ['price_open', 'timing_open', 'product_open', 'need_open', 'trust_open', 'contract_open']

function objections({ objections: raised }: Given): Part {
  const real = raised.filter(({ category }) => category !== 'competitor')
  const open = real.filter(({ answered }) => !answered)
  const text = real.length
    ? inLanguage(
        `${count(real.length, 'objection')} raised, ${open.length ? `${open.length} of them unanswered: ${open.map(({ category }) => category).join(', ')}` : 'all answered'}`,
        `${count(real.length, 'objection')}, ${open.length ? `davon unbeantwortet ${open.length}: ${open.map(({ category }) => wordFor(category)).join(', ')}` : 'alle beantwortet'}`,
      )
    : inLanguage('No objection raised', 'Kein Einwand')
  return {
    key: 'objections',
    signals: RAISED,
    score: score(100 - 40 * open.length - 8 * (real.length - open.length)),
    text,
  }
}

function competition({ deal }: Given): Part {
  const named = deal.competitors
  const isNamed = named.length > 0 || deal.objections.some(({ category }) => category === 'competitor')
  return {
    key: 'competition',
    signals: ['competitor'],
    score: isNamed ? 30 : 100,
    text: isNamed
      ? inLanguage(
          `In competition${named.length ? ` with ${named.join(', ')}` : ''}`,
          `Im Wettbewerb${named.length ? ` mit ${named.join(', ')}` : ''}`,
        )
      : inLanguage('No competitor named', 'Kein Wettbewerber genannt'),
  }
}

function schedule({ deal }: Given): Part {
  const part = { key: 'schedule' as const, signals: ['late'] }
  if (!deal.expectedCloseDate)
    return {
      ...part,
      score: 40,
      text: inLanguage('No expected close date', 'Kein erwartetes Abschlussdatum'),
    }
  const moved = deal.slips
    ? inLanguage(`moved back ${count(deal.slips, 'time')}`, `${count(deal.slips, 'time')} verschoben`)
    : ''
  const late = deal.lateDays
    ? inLanguage(
        `${wholeDays(deal.lateDays)} past its expected close`,
        `${wholeDays(deal.lateDays)} über dem erwarteten Abschluss`,
      )
    : ''
  return {
    ...part,
    score: score(100 - 20 * deal.slips - 4 * deal.lateDays),
    text: [moved, late].filter(Boolean).join(', ') || inLanguage('On schedule', 'Im Zeitplan'),
  }
}

function nextStep({ tasks }: Given): Part {
  const ahead = tasks.filter(({ isOverdue }) => !isOverdue)
  const [next] = ahead
  return {
    key: 'nextStep',
    signals: [],
    score: next ? 100 : tasks.length ? 30 : 10,
    text: next
      ? inLanguage(`Planned: ${next.title}`, `Geplant: ${next.title}`)
      : tasks.length
        ? inLanguage(
            `${count(tasks.length, 'task')} overdue and nothing planned`,
            `${count(tasks.length, 'task')} überfällig und nichts geplant`,
          )
        : inLanguage('No next step planned', 'Kein nächster Schritt geplant'),
  }
}
