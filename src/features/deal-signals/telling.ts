import type { Evidence } from '#core/ai/answer.ts'
import { inLanguage } from '#core/ai/language.ts'
import { arrayLiteral } from '#core/db/engine.ts'
import type { Tx } from '#core/db/workspace.ts'
import { elapsedDays } from '#core/record/days.ts'
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
  /** Deals that the company had won with us before this one (`purchasesBefore`). */
  purchases?: readonly Evidence[]
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

const fieldOf = ({ deal }: Pick<Known, 'deal'>, name: string, value: string): Evidence => ({
  recordType: 'deal',
  recordId: deal.id,
  field: name,
  sentence: value,
})
type DealOf = { deal: DealFacts }
/** Grounds that are no words: what a field of the deal holds, and how it reads. */
const heldIn = ({ deal }: DealOf, field: string, value: Evidence['value'], reads: string): Evidence => ({
  ...fieldOf({ deal } as Known, field, reads),
  value,
})
export const titleOf = ({ id, title, closedAt }: DealFacts): Evidence => ({
  recordType: 'deal',
  recordId: id,
  field: 'title',
  sentence: title,
  ...(closedAt ? { occurredAt: closedAt } : {}),
})
export const contactsOn = ({ deal }: DealOf): Evidence =>
  heldIn({ deal }, 'contactIds', deal.contactIds, count(deal.contacts, 'contact'))
export const amountOf = ({ deal }: DealOf): Evidence[] =>
  deal.ownAmount === null
    ? []
    : [heldIn({ deal }, 'amount', deal.ownAmount, `${numberText(deal.ownAmount)} ${deal.currency}`)]
/** The days on which it was to be closed, and was. */
export const datesOf = ({ deal }: DealOf): Evidence[] =>
  (['expectedCloseDate', 'actualCloseDate'] as const).flatMap(field =>
    deal[field] ? [fieldOf({ deal } as Known, field, deal[field])] : [],
  )
/** That no date is set is told by the field that is empty. */
export const undatedIn = (deal: DealFacts): Evidence =>
  heldIn({ deal }, 'expectedCloseDate', null, inLanguage('not set', 'nicht gesetzt'))
/** A moment of the deal itself, such as when it was made. */
export const momentOf = (
  { deal }: DealOf,
  field: 'createdAt' | 'closedAt' | 'stageEnteredAt',
): Evidence[] => {
  const at = deal[field]
  return at ? [heldIn({ deal }, field, new Date(at).toISOString(), dayText(at))] : []
}

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
    evidence: [contactsOn({ deal })],
  }),
  several: ({ deal }) => ({
    text: inLanguage(
      `${count(deal.contacts, 'contact')} were involved`,
      `Beteiligt waren ${count(deal.contacts, 'contact')}`,
    ),
    evidence: [contactsOn({ deal })],
  }),
  customer: ({ deal, purchases = [] }) => ({
    text: inLanguage(
      `The company had bought ${count(deal.wonBefore, 'time')} before`,
      `Die Firma hatte zuvor ${count(deal.wonBefore, 'time')} gekauft`,
    ),
    evidence: [...purchases],
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
    evidence: amountOf({ deal }),
  }),
  late: lateness,
}

/**
 * What a signal means for this deal, in words, and what it rests on; undefined where nothing shows it. There is always a ground: where
 * nobody said a word of it, the field that shows it, and at the least the deal itself.
 */
export function tellingOf(effect: Effect, known: Known): Told | undefined {
  const told = tellingFrom(effect, known)
  return told && (told.evidence.length ? told : { ...told, evidence: [titleOf(known.deal)] })
}

function tellingFrom({ key, label, statement = upper(label) }: Effect, known: Known): Told | undefined {
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
  if (key.startsWith('owner:'))
    return { text: statement, evidence: [heldIn(known, 'ownerId', deal.ownerId, statement)] }
  return { text: statement, evidence: [] }
}

/** What an absence rests on: the field that would show it, or what was said last. */
export function groundsOfAbsence(key: string, known: Known): Evidence[] {
  const { deal, talks } = known
  const found =
    key === 'late'
      ? datesOf(known)
      : key === 'single'
        ? [contactsOn(known)]
        : key === 'silent'
          ? gapIn(known)
          : key === 'chased'
            ? talks
                .filter(({ isTwoWay }) => isTwoWay)
                .slice(0, 1)
                .map(gistOf)
            : // That nobody was named rests on all that was said: the latest stand for it.
              talks
                .filter(({ recordType }) => recordType === 'interaction')
                .slice(0, 2)
                .map(gistOf)
  return found.length ? found : [titleOf(deal)]
}

/** Between which contacts the deal was silent for longest: the last before, or when it was made, and the first after, or when it ended. */
function gapIn({ deal, talks }: Known): Evidence[] {
  const heard = talks.filter(({ isTwoWay }) => isTwoWay).toReversed()
  const ends = [
    { at: deal.createdAt, ground: momentOf({ deal }, 'createdAt') },
    ...heard.map(talk => ({ at: talk.occurredAt, ground: [gistOf(talk)] })),
    ...(deal.closedAt ? [{ at: deal.closedAt, ground: momentOf({ deal }, 'closedAt') }] : []),
  ]
  let [before, after, longest] = [ends[0]!, ends[1], -1]
  for (let at = 0; at < ends.length; at++) {
    const next = ends[at + 1]
    const days = elapsedDays(ends[at]!.at, next?.at ?? (deal.closedAt ? ends[at]!.at : Date.now()))
    if (days > longest) [before, after, longest] = [ends[at]!, next, days]
  }
  return [...before.ground, ...(after?.ground ?? [])]
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
    evidence: datesOf({ deal }),
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

function silence(known: Known): Told {
  const { deal } = known
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
    evidence: gapIn(known),
  }
}

const PURCHASES_TOLD = 2

/** The latest deals won with the same company before each of these was made. */
export async function purchasesBefore(tx: Tx, dealIds: readonly string[]): Promise<Map<string, Evidence[]>> {
  const rows = await tx.session.rows(
    `select d.id as deal, w.id, w.title, w.closed_at as "closedAt" from deals d cross join lateral (
       select x.id, x.title, x.closed_at from deals x where x.workspace_id = $1::uuid and x.company_id = d.company_id and x.status = 'WON' and x.deleted_at is null
         and x.closed_at < d.created_at order by x.closed_at desc limit ${PURCHASES_TOLD}) w
     where d.workspace_id = $1::uuid and d.id = any($2::uuid[])`,
    [tx.who.workspaceId, arrayLiteral(dealIds)],
  )
  const found = Map.groupBy(rows, ({ deal }) => deal as string)
  return new Map([...found].map(([deal, won]) => [deal, (won as unknown as DealFacts[]).map(titleOf)]))
}
