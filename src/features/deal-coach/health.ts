import type { Evidence } from '#core/ai/answer.ts'
import { unique } from '#core/ai/evidence.ts'
import { inLanguage } from '#core/ai/language.ts'
import type { Effect } from '#features/deal-signals/effects.ts'
import type { DealFacts } from '#features/deal-signals/facts.ts'
import type { History } from '#features/deal-signals/history.ts'
import { ASSUMED, SELDOM, type Usual, usualIn } from '#features/deal-signals/norms.ts'
import type { Named, Raised } from '#features/deal-signals/raised.ts'
import type { StageTime } from '#features/deal-signals/stage-times.ts'
import { gistOf, type Talk } from '#features/deal-signals/talks.ts'
import { contactsOn, datesOf, momentOf, titleOf, undatedIn, wordFor } from '#features/deal-signals/telling.ts'
import { count, dativeDays, numberText, percent, wholeDays } from '#features/deal-signals/words.ts'
import type { Planned } from './people.ts'
import type { HealthPart } from './shapes.ts'

type Given = {
  /** The effect of staying in the stage for as long, in log-odds, where it is too long. */
  slowness: number | null
  deal: DealFacts
  talks: readonly Talk[]
  history: History
  current: StageTime | undefined
  objections: readonly Raised[]
  competitors: readonly Named[]
  tasks: readonly Planned[]
}
/** With what is usual among the won deals of the deal's pipeline, where there are enough of them. */
type Held = Given & { usual: Usual | undefined }
type Part = Omit<HealthPart, 'weight'> & {
  signals: readonly string[]
  /** Nothing is there to hold it against, so it is told and not counted. */
  isLeftOut?: boolean
}

/** What a part weighs where no signal of it was measured, in log-odds. */
const ASSUMED_WEIGHT = 0.5
const SLOWNESS_AT_MOST = 1.5
/** What a part that is not counted shows. */
const NEUTRAL = 60

/**
 * Health: the power mean (exponent 1/2, so that what is bad is not outweighed by what is merely fine) of eight parts of 0 to
 * 100, each held against the won deals of the deal's pipeline, and weighed by how much its signals went with winning or losing in this
 * workspace (the largest log-odds among them, 0.5 where nothing was measured). A description of how the deal is worked, and no probability.
 */
export function healthOf(given: Given): { healthScore: number; healthParts: HealthPart[] } {
  const held = { ...given, usual: usualIn(given.history.closed, given.deal.pipelineId) }
  const parts = [pace, contact, engagement, stakeholders, objections, competition, schedule, nextStep].map(
    part => part(held),
  )
  const weights = parts.map(({ key, signals, isLeftOut }) =>
    isLeftOut
      ? 0
      : key === 'pace' && given.slowness !== null
        ? Math.min(SLOWNESS_AT_MOST, Math.max(ASSUMED_WEIGHT, -given.slowness))
        : weightOf(signals, given.history.effects),
  )
  const all = weights.reduce((sum, weight) => sum + weight, 0)
  const healthParts = parts.map(({ signals: _, isLeftOut: __, ...part }, i) => ({
    ...part,
    weight: Math.round((weights[i]! / all) * 1000) / 1000,
  }))
  const sum = parts.reduce((total, { score }, i) => total + Math.sqrt(score) * weights[i]!, 0)
  return { healthScore: Math.round((sum / all) ** 2), healthParts }
}

/** Said where there are too few won deals to compare with: the measure is then our own assumption. */
const tooFew = ({ usual, history, deal }: Held): string => {
  if (usual) return ''
  const won = history.closed.filter(
    ({ status, pipelineId }) => status === 'WON' && pipelineId === deal.pipelineId,
  ).length
  return inLanguage(
    `; ${won ? `only ${won}` : 'no'} won ${won === 1 ? 'deal' : 'deals'} in this pipeline yet, too few to compare with`,
    `; bisher ${won ? `nur ${won}` : 'keine'} ${won === 1 ? 'gewonnener Deal' : 'gewonnenen Deals'} in dieser Pipeline, zu wenige für einen Vergleich`,
  )
}
/** Said where it is no different in won deals, so that it tells nothing. */
const noneEither = ({ usual }: Held): string =>
  inLanguage(
    `; most of the ${usual!.won} won deals of this pipeline had none either, so it is not counted`,
    `; die meisten der ${usual!.won} gewonnenen Deals dieser Pipeline hatten auch keine, daher zählt das nicht`,
  )

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

function pace({ deal, current }: Held): Part {
  const part = { key: 'pace' as const, signals: [], evidence: momentOf({ deal }, 'stageEnteredAt') }
  const stageText = current?.stageName ?? inLanguage('its stage', 'seiner Phase')
  const here = inLanguage(
    `${wholeDays(deal.daysInStage)} in ${stageText}`,
    `Seit ${dativeDays(deal.daysInStage)} in ${stageText}`,
  )
  if (!current?.won)
    return {
      ...part,
      score: NEUTRAL,
      isLeftOut: true,
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

/** Silent for so many days a deal is neglected: as three of four won deals of the pipeline never were, or as we assume. */
const gapDaysOf = ({ usual }: Held): number => (usual?.gaps ? Math.max(7, usual.gaps.q3) : ASSUMED.gapDays)

function contact(held: Held): Part {
  const { deal, usual, talks } = held
  const part = { key: 'contact' as const, signals: ['silent'] }
  const gapDays = gapDaysOf(held)
  // One made this morning is not neglected yet; once it is silent for as long as won deals never were, it is.
  if (!deal.lastTwoWayAt) {
    const text =
      deal.daysOpen < 1
        ? inLanguage('No two-way contact logged yet', 'Noch kein Austausch erfasst')
        : inLanguage(
            `No two-way contact logged in ${wholeDays(deal.daysOpen)}`,
            `Seit ${dativeDays(deal.daysOpen)} kein Austausch erfasst`,
          )
    const evidence = momentOf({ deal }, 'createdAt')
    if (usual && usual.spoken < SELDOM)
      return { ...part, score: NEUTRAL, isLeftOut: true, text: text + noneEither(held), evidence }
    return { ...part, score: score(60 * (1 - deal.daysOpen / gapDays)), text: text + tooFew(held), evidence }
  }
  const comparison = usual?.gaps
    ? inLanguage(
        `; three of four won deals were never silent for more than ${count(usual.gaps.q3, 'day')}`,
        `; drei von vier gewonnenen Deals schwiegen nie länger als ${count(usual.gaps.q3, 'day')}`,
      )
    : tooFew(held)
  return {
    ...part,
    score: score(against(deal.silentDays, gapDays / 2, gapDays)),
    text: inLanguage(
      `Last two-way contact ${wholeDays(deal.silentDays)} ago${comparison}`,
      `Letzter Austausch vor ${dativeDays(deal.silentDays)}${comparison}`,
    ),
    evidence: talks
      .filter(({ isTwoWay }) => isTwoWay)
      .slice(0, 1)
      .map(gistOf),
  }
}

function engagement(held: Held): Part {
  const { deal, usual, talks } = held
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
  const heard = talks.filter(({ isTwoWay, sentiment }) => isTwoWay && sentiment !== null)
  const evidence = (heard.length ? heard : talks).slice(0, 2).map(gistOf)
  if (!deal.talks && usual && usual.spoken < SELDOM)
    return {
      ...part,
      score: NEUTRAL,
      isLeftOut: true,
      text: words + noneEither(held),
      evidence: [titleOf(deal)],
    }
  // Where won deals mostly have no message that came in, none is missed.
  const replies = deal.inbound || (usual && usual.inbound < 0.5) ? 0 : -20
  // How somebody sounded who has not been heard of for long says little of today.
  const most = 40 + 0.6 * contact(held).score
  return {
    ...part,
    score: score(Math.min(most, 65 + 70 * tone - 20 * deal.triesSince + replies)),
    text: words + tries,
    evidence: evidence.length ? evidence : [titleOf(deal)],
  }
}

function stakeholders(held: Held): Part {
  const { deal, usual } = held
  const text = inLanguage(
    `${count(deal.contacts, 'contact')} on the deal, ${deal.met} of them spoken with`,
    `${count(deal.contacts, 'contact')} am Deal, mit ${deal.met} davon gesprochen`,
  )
  const part = {
    key: 'stakeholders' as const,
    signals: ['single', 'several', 'authority_open'],
    evidence: [contactsOn({ deal })],
  }
  if (!usual) {
    const share = (0.5 * deal.contacts + 0.5 * deal.met) / ASSUMED.contacts
    return { ...part, score: score(20 + 80 * share), text: text + tooFew(held) }
  }
  const [wanted, spokenWith] = [usual.contacts.median, usual.met.median]
  if (!wanted && !deal.contacts)
    return { ...part, score: NEUTRAL, isLeftOut: true, text: text + noneEither(held) }
  const reached = (have: number, want: number) => (want ? Math.min(1, have / want) : 1)
  return {
    ...part,
    score: score(20 + 80 * (0.5 * reached(deal.contacts, wanted) + 0.5 * reached(deal.met, spokenWith))),
    text: inLanguage(
      `${text}; won deals of this pipeline had ${numberText(wanted)} and spoke with ${numberText(spokenWith)} (middle of ${usual.won})`,
      `${text}; gewonnene Deals dieser Pipeline hatten ${numberText(wanted)} und sprachen mit ${numberText(spokenWith)} (Mitte von ${usual.won})`,
    ),
  }
}

const RAISED = ['price_open', 'timing_open', 'product_open', 'need_open', 'trust_open', 'contract_open']

/** What was said last, on which it rests that nobody said a thing; or the deal, where nothing was said at all. */
const latestOf = ({ deal, talks }: Held): Evidence[] =>
  talks.length ? talks.slice(0, 1).map(gistOf) : [titleOf(deal)]
const ofWon = ({ usual }: Held, share: number): string =>
  inLanguage(
    `; so had ${percent(share, 1)} of the ${usual!.won} won deals of this pipeline`,
    `; das hatten auch ${percent(share, 1)} der ${usual!.won} gewonnenen Deals dieser Pipeline`,
  )

function objections(held: Held): Part {
  const { objections: raised, usual } = held
  const real = raised.filter(({ category }) => category !== 'competitor')
  const open = real.filter(({ answered }) => !answered)
  const text = real.length
    ? inLanguage(
        `${count(real.length, 'objection')} raised, ${open.length ? `${open.length} of them unanswered: ${open.map(({ category }) => wordFor(category)).join(', ')}` : 'all answered'}`,
        `${count(real.length, 'objection')}, ${open.length ? `davon unbeantwortet ${open.length}: ${open.map(({ category }) => wordFor(category)).join(', ')}` : 'alle beantwortet'}`,
      )
    : inLanguage('No objection raised', 'Kein Einwand')
  const unusual = 1 - (usual?.objected ?? 0)
  return {
    key: 'objections',
    signals: RAISED,
    score: score(100 - 40 * open.length * unusual - 8 * (real.length - open.length)),
    text: open.length ? text + (usual ? ofWon(held, usual.objected) : tooFew(held)) : text,
    evidence: real.length ? unique(real.map(({ evidence }) => evidence)) : latestOf(held),
  }
}

function competition(held: Held): Part {
  const { deal, competitors, objections: raised, usual } = held
  const named = deal.competitors
  const compared = raised.filter(({ category }) => category === 'competitor')
  const isNamed = named.length > 0 || deal.objections.some(({ category }) => category === 'competitor')
  const evidence = unique([...competitors, ...compared].map(one => one.evidence))
  return {
    key: 'competition',
    signals: ['competitor'],
    score: isNamed ? score(100 - 70 * (1 - (usual?.rivalled ?? 0))) : 100,
    text: isNamed
      ? inLanguage(
          `In competition${named.length ? ` with ${named.join(', ')}` : ''}`,
          `Im Wettbewerb${named.length ? ` mit ${named.join(', ')}` : ''}`,
        ) + (usual ? ofWon(held, usual.rivalled) : tooFew(held))
      : inLanguage('No competitor named', 'Kein Wettbewerber genannt'),
    evidence: isNamed && evidence.length ? evidence : latestOf(held),
  }
}

function schedule(held: Held): Part {
  const { deal, usual } = held
  const part = { key: 'schedule' as const, signals: ['late'] }
  if (!deal.expectedCloseDate) {
    const text = inLanguage('No expected close date', 'Kein erwartetes Abschlussdatum')
    const isLeftOut = usual !== undefined && usual.dated < 0.5
    return {
      ...part,
      score: isLeftOut ? NEUTRAL : 40,
      isLeftOut,
      text: text + (isLeftOut ? noneEither(held) : ''),
      evidence: [undatedIn(deal)],
    }
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
  const known = usual?.late
  const comparison = !deal.lateDays
    ? ''
    : known
      ? inLanguage(
          `; three of four won deals ran over by ${count(known.q3, 'day')} at most`,
          `; drei von vier gewonnenen Deals überzogen um höchstens ${count(known.q3, 'day')}`,
        )
      : tooFew(held)
  const over = Math.max(0, deal.lateDays - (known?.q3 ?? 0))
  return {
    ...part,
    score: score(100 - 20 * deal.slips - 4 * over),
    text: ([moved, late].filter(Boolean).join(', ') || inLanguage('On schedule', 'Im Zeitplan')) + comparison,
    evidence: datesOf({ deal }),
  }
}

function nextStep({ deal, tasks }: Held): Part {
  const ahead = tasks.filter(({ isOverdue }) => !isOverdue)
  const [next] = ahead
  const shown = next ?? tasks[0]
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
        : inLanguage('No task is open', 'Keine Aufgabe ist offen'),
    evidence: shown
      ? [{ recordType: 'task', recordId: shown.id, field: 'title', sentence: shown.title }]
      : [titleOf(deal)],
  }
}
