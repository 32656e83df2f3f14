import type { Evidence } from '#core/ai/answer.ts'
import { inLanguage } from '#core/ai/language.ts'
import type { Effect } from './effects.ts'
import type { DealFacts } from './facts.ts'
import type { Named, Raised } from './raised.ts'
import { gistOf, type Talk } from './talks.ts'
import { count, dativeDays, dayText, listed, numberText, percent, upper, wholeDays } from './words.ts'

/** What is known of one deal beyond its facts. */
export type Known = {
  deal: DealFacts
  talks: readonly Talk[]
  objections: readonly Raised[]
  competitors: readonly Named[]
}

/** What closed deals show of a signal, as a sentence. */
export function experience({ label, withIt, without, isMeasured, logOdds }: Effect): string {
  if (!withIt.n)
    return inLanguage(
      `No closed deal here was like that (${label}), so this is general experience`,
      `Bei keinem abgeschlossenen Deal hier war es so, dass ${label}; das ist daher allgemeine Erfahrung`,
    )
  if (!isMeasured)
    return inLanguage(
      `Only ${count(withIt.n, 'closed deal')} here ${withIt.n === 1 ? 'was' : 'were'} like that (${label}), so this is general experience`,
      `Nur bei ${numberText(withIt.n)} der abgeschlossenen Deals hier war es so, dass ${label}; das ist daher allgemeine Erfahrung`,
    )
  const shares = `${percent(withIt.won, withIt.n)} ${inLanguage('of', 'von')} ${numberText(withIt.n)}`
  const others = percent(without.won, without.n)
  // What stands together with other causes shows its own effect only when those are held equal.
  const isPlain = (withIt.won / withIt.n - without.won / without.n) * Math.sign(logOdds) > 0.05
  if (!isPlain)
    return inLanguage(
      `With all else equal, deals where ${label} were won ${logOdds < 0 ? 'less' : 'more'} often (${shares}, of the others ${others})`,
      `Bei sonst gleichen Umständen wurden Deals, bei denen ${label}, ${logOdds < 0 ? 'seltener' : 'häufiger'} gewonnen (${shares}, von den übrigen ${others})`,
    )
  return inLanguage(
    `Where ${label}, ${shares} were won, of the others ${others}`,
    `Wo ${label}, wurden ${shares} gewonnen, von den übrigen ${others}`,
  )
}

/** The measured part of an effect, as answers show it. */
export const shown = ({ logOdds, withIt, without, isMeasured }: Effect) => ({
  logOdds: Math.round(logOdds * 100) / 100,
  withIt,
  without,
  isMeasured,
})

type Told = { text: string; evidence: Evidence[] }
type Teller = (known: Known) => Told | undefined

const fieldOf = ({ deal }: Known, name: string, value: string): Evidence => ({
  recordType: 'deal',
  recordId: deal.id,
  field: name,
  sentence: value,
})

const TELLERS: Record<string, Teller> = {
  competitor({ competitors, objections }) {
    const rivals = competitors.map(({ name }) => name)
    const said = objections
      .filter(({ category }) => category === 'competitor')
      .map(({ evidence }) => evidence)
    return {
      text: rivals.length
        ? inLanguage(`In competition with ${listed(rivals)}`, `Im Wettbewerb mit ${listed(rivals)}`)
        : inLanguage('They looked at a competitor', 'Sie sahen sich einen Wettbewerber an'),
      evidence: [...competitors.map(({ evidence }) => evidence), ...said],
    }
  },
  silent: silence,
  chased({ deal, talks }) {
    const tries = talks.filter(
      talk =>
        talk.recordType === 'interaction' &&
        !talk.isTwoWay &&
        (!deal.lastTwoWayAt || talk.occurredAt > deal.lastTwoWayAt),
    )
    return {
      text: inLanguage(
        `${count(deal.triesSince, 'try')} of ours stayed without a reply`,
        `Ohne Antwort blieb von uns: ${count(deal.triesSince, 'try')}`,
      ),
      evidence: tries.slice(0, 3).map(gistOf),
    }
  },
  cool: ({ deal, talks }) => ({
    text:
      deal.status === 'OPEN'
        ? inLanguage('The buyer sounds negative', 'Der Käufer klingt negativ')
        : inLanguage('The buyer sounded negative', 'Der Käufer klang negativ'),
    evidence: byTone(talks, -1).slice(0, 2).map(gistOf),
  }),
  warm: ({ talks }) => ({
    text: inLanguage('The buyer sounded positive', 'Der Käufer klang positiv'),
    evidence: byTone(talks, 1).slice(0, 2).map(gistOf),
  }),
  single: ({ deal }) => ({
    text:
      deal.status === 'OPEN'
        ? inLanguage('Only one contact is on the deal', 'Nur ein Kontakt ist an dem Deal beteiligt')
        : inLanguage('Only one contact was involved', 'Nur ein Kontakt war beteiligt'),
    evidence: [],
  }),
  several: ({ deal }) => ({
    text: inLanguage(
      `${count(deal.contacts, 'contact')} were involved`,
      `Beteiligt waren ${count(deal.contacts, 'contact')}`,
    ),
    evidence: [],
  }),
  customer: ({ deal }) => ({
    text: inLanguage(
      `The company had bought ${count(deal.wonBefore, 'time')} before`,
      `Die Firma hatte zuvor ${count(deal.wonBefore, 'time')} gekauft`,
    ),
    evidence: [],
  }),
  meetings({ talks }) {
    const met = talks.filter(({ type }) => type === 'MEETING')
    return {
      text: inLanguage(
        `There ${met.length === 1 ? 'was' : 'were'} ${count(met.length, 'meeting')}`,
        `Es gab ${count(met.length, 'meeting')}`,
      ),
      evidence: met.slice(0, 2).map(gistOf),
    }
  },
  large: ({ deal }) => ({
    text: inLanguage(
      `The amount ${deal.status === 'OPEN' ? 'is' : 'was'} larger than that of three quarters of won deals`,
      `Der Betrag ${deal.status === 'OPEN' ? 'ist' : 'war'} höher als der von drei Vierteln der gewonnenen Deals`,
    ),
    evidence: [],
  }),
  late: lateness,
}

/** What a signal means for this deal, in words, and the sentences it rests on; undefined where nothing shows it. */
export function tellingOf({ key, label, statement = upper(label) }: Effect, known: Known): Told | undefined {
  const { deal } = known
  if (key.endsWith('_open') || key.endsWith('_answered'))
    return objection(key.slice(0, key.lastIndexOf('_')), key.endsWith('_answered'), known)
  const teller = TELLERS[key]
  if (teller) return teller(known)
  if (key.startsWith('source:'))
    return { text: statement, evidence: [fieldOf(known, 'source', deal.source!)] }
  if (key.startsWith('industry:') && deal.companyId)
    return {
      text: statement,
      evidence: [
        { recordType: 'company', recordId: deal.companyId, field: 'industry', sentence: deal.industry! },
      ],
    }
  return { text: statement, evidence: [] }
}

/** Told only as the signal has it: what was answered is not told as open, nor the other way. */
function objection(category: string, isAnswered: boolean, { objections, deal }: Known): Told | undefined {
  const raised = objections.find(one => one.category === category && one.answered === isAnswered)
  if (!raised) return undefined
  const when = dayText(raised.raisedAt)
  if (raised.answered)
    return {
      text: inLanguage(
        `They objected to ${wordFor(category)} on ${when}, and it was answered`,
        `Der Einwand vom ${when} (${wordFor(category)}) wurde beantwortet`,
      ),
      evidence: [raised.evidence, ...(raised.answer ? [raised.answer] : [])],
    }
  return {
    text: inLanguage(
      `The objection about ${wordFor(category)} of ${when} ${deal.status === 'OPEN' ? 'is unanswered' : 'was never answered'}`,
      `Der Einwand vom ${when} (${wordFor(category)}) ${deal.status === 'OPEN' ? 'ist unbeantwortet' : 'wurde nie beantwortet'}`,
    ),
    evidence: [raised.evidence],
  }
}

/** Two-way talks in that tone, the strongest first. */
const byTone = (talks: readonly Talk[], sign: 1 | -1): Talk[] =>
  talks
    .filter(talk => talk.isTwoWay && (talk.sentiment ?? 0) * sign > 0)
    .sort((a, b) => sign * ((b.sentiment ?? 0) - (a.sentiment ?? 0)))

function lateness(known: Known): Told | undefined {
  const { deal } = known
  if (!deal.expectedCloseDate) return undefined
  const moved = deal.slips
    ? inLanguage(
        `its close date was moved back ${count(deal.slips, 'time')}`,
        `das Abschlussdatum wurde ${count(deal.slips, 'time')} verschoben`,
      )
    : ''
  const late = deal.lateDays
    ? deal.status === 'OPEN'
      ? inLanguage(
          `it should have closed on ${dayText(deal.expectedCloseDate)}, ${wholeDays(deal.lateDays)} ago`,
          `er sollte am ${dayText(deal.expectedCloseDate)} abgeschlossen sein, vor ${dativeDays(deal.lateDays)}`,
        )
      : inLanguage(
          `it closed ${wholeDays(deal.lateDays)} later than expected`,
          `er wurde ${wholeDays(deal.lateDays)} später abgeschlossen als erwartet`,
        )
    : ''
  return {
    text: upper([late, moved].filter(Boolean).join(inLanguage(', and ', ', und '))),
    evidence: [fieldOf(known, 'expectedCloseDate', deal.expectedCloseDate)],
  }
}

const ENGLISH: Record<string, string> = { product: 'the product', contract: 'the contract' }
const GERMAN: Record<string, string> = {
  price: 'Preis',
  timing: 'Zeitpunkt',
  authority: 'Zuständigkeit',
  need: 'Bedarf',
  trust: 'Vertrauen',
  competitor: 'Wettbewerb',
  product: 'Produkt',
  contract: 'Vertrag',
}
/** What an objection is about. */
export const wordFor = (category: string): string => inLanguage(ENGLISH, GERMAN)[category] ?? category

function silence({ deal, talks }: Known): Told {
  const last = talks.find(talk => talk.isTwoWay)
  const isNow = deal.silentDays >= deal.longestGapDays - 0.5
  return {
    text:
      deal.status !== 'OPEN'
        ? inLanguage(
            `Contact broke off for ${wholeDays(deal.longestGapDays)}${isNow ? ' before it was closed' : ''}`,
            `Der Kontakt riss für ${wholeDays(deal.longestGapDays)} ab${isNow ? ', bevor er abgeschlossen wurde' : ''}`,
          )
        : isNow
          ? inLanguage(
              `No two-way contact for ${wholeDays(deal.silentDays)}`,
              `Seit ${dativeDays(deal.silentDays)} kein Austausch`,
            )
          : inLanguage(
              `Contact broke off for ${wholeDays(deal.longestGapDays)} once; the last was ${wholeDays(deal.silentDays)} ago`,
              `Der Kontakt riss einmal für ${wholeDays(deal.longestGapDays)} ab; der letzte war vor ${dativeDays(deal.silentDays)}`,
            ),
    evidence: last ? [gistOf(last)] : [],
  }
}
