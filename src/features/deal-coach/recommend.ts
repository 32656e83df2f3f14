import type { Evidence } from '#core/ai/answer.ts'
import { inLanguage } from '#core/ai/language.ts'
import type { Tx } from '#core/db/workspace.ts'
import { wordFor } from '#features/deal-signals/telling.ts'
import { count, dativeDays, listed, percent, upper, wholeDays } from '#features/deal-signals/words.ts'
import { draftClick, taskClick } from './one-click.ts'
import type { Stakeholder } from './people.ts'
import type { Seen } from './risks.ts'
import type { Recommendation, Risk } from './shapes.ts'

const RECOMMENDED_AT_MOST = 5

type Given = Seen & { tx: Tx; people: readonly Stakeholder[] }
type Advice = Omit<Recommendation, 'key' | 'evidence'> & { evidence?: Evidence[] }

/** What to do next: for each risk that somebody can mend, the heaviest first, with what one click needs. */
export function recommendationsFor(risks: readonly Risk[], given: Given): Recommendation[] {
  const made = new Map<string, Recommendation>()
  for (const risk of risks) {
    const [kind, advice] = adviceFor(risk, given) ?? []
    if (kind && advice && !made.has(kind)) made.set(kind, { key: kind, evidence: risk.evidence, ...advice })
  }
  return [...made.values()].slice(0, RECOMMENDED_AT_MOST)
}

function adviceFor(risk: Risk, given: Given): [string, Advice] | undefined {
  const { key } = risk
  if (key === 'authority_open') return ['meet_decider', meetDecider(risk, given)]
  if (key.endsWith('_open')) return [`answer_${key.slice(0, -'_open'.length)}`, answer(risk, given)]
  if (key === 'competitor') return ['compare', compare(risk, given)]
  // Who is in touch again needs no reminder of it.
  if (key === 'silent' && given.deal.silentDays < given.history.norms.gapDays / 2) return undefined
  if (key === 'silent' || key === 'chased' || key === 'no_contact')
    return ['reach_out', reachOut(risk, given)]
  if (key === 'single') return ['widen', widen(risk, given)]
  if (key === 'late' || key === 'no_close_date') return ['agree_date', agreeDate(risk, given)]
  if (key === 'slow_stage') return ['move_or_close', moveOrClose(risk, given)]
  if (key === 'no_next_step') return ['plan_next', planNext(risk, given)]
  return undefined
}

const primaryOf = (people: readonly Stakeholder[]) =>
  people.find(({ isPrimary }) => isPrimary) ?? people.find(({ isOnDeal }) => isOnDeal)

function answer(risk: Risk, { deal, history }: Given): Advice {
  const category = risk.key.slice(0, -'_open'.length)
  const answered = history.effects.find(({ key }) => key === `${category}_answered`)
  const open = risk.effect
  const shares =
    answered?.isMeasured &&
    open?.isMeasured &&
    answered.withIt.won / answered.withIt.n > open.withIt.won / open.withIt.n + 0.03
      ? inLanguage(
          `Answered, ${percent(answered.withIt.won, answered.withIt.n)} of ${answered.withIt.n} such deals were won; unanswered, ${percent(open.withIt.won, open.withIt.n)} of ${open.withIt.n}`,
          `Beantwortet wurden ${percent(answered.withIt.won, answered.withIt.n)} von ${answered.withIt.n} solchen Deals gewonnen, unbeantwortet ${percent(open.withIt.won, open.withIt.n)} von ${open.withIt.n}`,
        )
      : inLanguage(
          'It was raised and nothing that we wrote or said since speaks of it',
          'Er wurde vorgebracht, und nichts, was wir seither schrieben oder sagten, geht darauf ein',
        )
  return {
    action: inLanguage(
      `Answer their objection about ${wordFor(category)}`,
      `Ihren Einwand beantworten (${wordFor(category)})`,
    ),
    reason: shares,
    create: draftClick({ dealId: deal.id }, `answer the ${category} objection`),
  }
}

function compare(risk: Risk, { tx, deal, competitors, history }: Given): Advice {
  const names =
    listed(competitors.map(({ name }) => name)) || inLanguage('the competitor', 'dem Wettbewerber')
  const against = competitors
    .map(({ name }) => ({ name, ...recordAgainst(name, history.closed) }))
    .filter(({ won, lost }) => won + lost > 0)
  const shares = against.map(({ name, won, lost }) => recordText(name, won, lost))
  return {
    action: inLanguage(
      `Show them how we differ from ${names}`,
      `Zeigen, worin wir uns von ${names} unterscheiden`,
    ),
    reason: shares.length
      ? inLanguage(`So far ${listed(shares)}`, `Bisher ${listed(shares)}`)
      : inLanguage(
          'Nothing was won or lost against them yet',
          'Gegen sie wurde noch nichts gewonnen oder verloren',
        ),
    create: taskClick(tx, {
      title: inLanguage(`Prepare a comparison with ${names}`, `Vergleich mit ${names} vorbereiten`),
      description: risk.text,
      priority: 'HIGH',
      inWorkingDays: 1,
      relatedId: deal.id,
    }),
  }
}

/** `against Velgrove 3 won and 5 lost` */
export const recordText = (name: string, won: number, lost: number): string =>
  inLanguage(
    `against ${name} ${won} won and ${lost} lost`,
    `gegen ${name} ${won} gewonnen und ${lost} verloren`,
  )

/** Deals won and lost in which that competitor was named. */
export function recordAgainst(
  name: string,
  closed: Seen['history']['closed'],
): { won: number; lost: number } {
  const wanted = name.trim().toLowerCase()
  const met = closed.filter(({ competitors }) => competitors.some(one => one.trim().toLowerCase() === wanted))
  const won = met.filter(({ status }) => status === 'WON').length
  return { won, lost: met.length - won }
}

/** Nobody is known whom one could reach. */
const findContact = (risk: Risk, { tx, deal }: Given): Advice => ({
  action: inLanguage('Add whom to talk to', 'Ansprechpartner ergänzen'),
  reason: inLanguage(
    `${risk.text}, and nobody is linked to the deal`,
    `${risk.text}, und niemand ist mit dem Deal verknüpft`,
  ),
  create: taskClick(tx, {
    title: inLanguage(
      'Find out whom to talk to, and link them to the deal',
      'Ansprechpartner herausfinden und mit dem Deal verknüpfen',
    ),
    description: risk.text,
    inWorkingDays: 1,
    relatedId: deal.id,
  }),
})

function reachOut(risk: Risk, given: Given): Advice {
  const { tx, deal, people, talks } = given
  const isUnspoken = !deal.lastTwoWayAt && deal.talks === 0
  if (isUnspoken && !people.length) return findContact(risk, given)
  const primary = primaryOf(people)
  const other =
    people.find(one => one.isOnDeal && one !== primary && one.talks > 0) ??
    people.find(one => one.isOnDeal && one !== primary)
  const isChased = deal.triesSince >= 2
  const who = isChased && other ? other : primary
  const name = who?.name || inLanguage('the contact', 'den Kontakt')
  const reason = isChased
    ? inLanguage(
        `${count(deal.triesSince, 'try')} stayed without a reply; ${other ? `${other.name} is another way in` : 'use another channel than before'}`,
        `Ohne Antwort: ${count(deal.triesSince, 'try')}; ${other ? `${other.name} ist ein anderer Weg` : 'nehmen Sie einen anderen Kanal als bisher'}`,
      )
    : isUnspoken
      ? risk.text
      : inLanguage(
          `${wholeDays(deal.silentDays)} without a two-way contact`,
          `Seit ${dativeDays(deal.silentDays)} kein Austausch`,
        )
  const last = talks.find(talk => talk.isTwoWay)
  if (!isChased && last)
    return {
      action: inLanguage(
        `Write to ${name} again, from where you left off`,
        `${who?.name || 'Dem Kontakt'} wieder schreiben und dort anknüpfen, wo Sie stehen geblieben sind`,
      ),
      reason,
      create: draftClick({ dealId: deal.id }, 'follow up'),
    }
  return {
    action: inLanguage(`Call ${name}`, upper(`${name} anrufen`)),
    reason,
    create: taskClick(tx, {
      title: inLanguage(`Call ${name}`, upper(`${name} anrufen`)),
      description: risk.text,
      type: 'CALL',
      priority: 'HIGH',
      inWorkingDays: 1,
      relatedId: deal.id,
    }),
  }
}

function widen(risk: Risk, { tx, deal, people }: Given): Advice {
  const others = people.filter(({ isOnDeal }) => !isOnDeal).slice(0, 3)
  const primary = primaryOf(people)
  const named = others.map(({ name, jobTitle }) => (jobTitle ? `${name} (${jobTitle})` : name))
  return {
    action: others.length
      ? inLanguage(`Bring in ${named[0]}`, `${named[0]} einbeziehen`)
      : inLanguage('Bring in a second contact', 'Einen zweiten Kontakt einbeziehen'),
    reason:
      others.length > 1
        ? inLanguage(`Known at the company: ${listed(named)}`, `In der Firma bekannt: ${listed(named)}`)
        : risk.text,
    create: taskClick(tx, {
      title: others[0]
        ? inLanguage(
            `Ask ${primary?.name ?? 'the contact'} for a meeting with ${others[0].name}`,
            upper(`${primary?.name ?? 'den Kontakt'} um ein Treffen mit ${others[0].name} bitten`),
          )
        : inLanguage(
            `Ask ${primary?.name ?? 'the contact'} who else decides`,
            upper(`${primary?.name ?? 'den Kontakt'} fragen, wer noch entscheidet`),
          ),
      description: risk.text,
      type: 'MEETING',
      inWorkingDays: 2,
      relatedId: deal.id,
    }),
    evidence: others.flatMap(({ contactId, jobTitle }) =>
      jobTitle ? [{ recordType: 'contact', recordId: contactId, field: 'jobTitle', sentence: jobTitle }] : [],
    ),
  }
}

function meetDecider(risk: Risk, { tx, deal, people }: Given): Advice {
  const decider = people.find(
    ({ jobTitle, talks }) =>
      talks === 0 && /chief|director|head|managing|owner|president|vp\b|c[efiot]o\b/i.test(jobTitle ?? ''),
  )
  return {
    action: decider
      ? inLanguage(
          `Meet ${decider.name}${decider.jobTitle ? `, ${decider.jobTitle}` : ''}`,
          `${decider.name}${decider.jobTitle ? ` (${decider.jobTitle})` : ''} treffen`,
        )
      : inLanguage('Find out who decides, and meet them', 'Herausfinden, wer entscheidet, und sich treffen'),
    reason: inLanguage(
      'Your contact has said that the decision is not theirs',
      'Ihr Kontakt hat gesagt, dass er nicht entscheidet',
    ),
    create: taskClick(tx, {
      title: decider
        ? inLanguage(`Arrange a meeting with ${decider.name}`, `Treffen mit ${decider.name} vereinbaren`)
        : inLanguage('Find out who decides', 'Herausfinden, wer entscheidet'),
      description: risk.text,
      type: 'MEETING',
      priority: 'HIGH',
      inWorkingDays: 1,
      relatedId: deal.id,
    }),
  }
}

const agreeDate = (risk: Risk, { tx, deal, people }: Given): Advice => ({
  action: inLanguage(
    `Agree on a date with ${primaryOf(people)?.name ?? 'the customer'}, and on what has to happen before`,
    `Mit ${primaryOf(people)?.name ?? 'dem Kunden'} ein Datum vereinbaren, und was vorher geschehen muss`,
  ),
  reason: risk.text,
  create: taskClick(tx, {
    title: inLanguage(
      'Agree on a close date and the steps to it',
      'Abschlussdatum und die Schritte dahin vereinbaren',
    ),
    description: risk.text,
    type: 'CALL',
    inWorkingDays: 1,
    relatedId: deal.id,
  }),
})

const moveOrClose = (risk: Risk, { tx, deal, current }: Given): Advice => ({
  action: inLanguage(
    'Decide: what is missing for the next stage, or close it',
    'Entscheiden: was fehlt für die nächste Phase, oder abschließen',
  ),
  reason: risk.text,
  create: taskClick(tx, {
    title: inLanguage(
      `Move it on from ${current?.stageName ?? 'its stage'}, or close it`,
      `Aus ${current?.stageName ?? 'seiner Phase'} weiterbringen oder abschließen`,
    ),
    description: risk.text,
    inWorkingDays: 2,
    relatedId: deal.id,
  }),
})

function planNext(risk: Risk, { tx, deal, talks, tasks }: Given): Advice {
  const promised = tasks.length ? undefined : talks.find(({ nextSteps }) => nextSteps)?.nextSteps
  return {
    action: promised
      ? inLanguage(`Plan what was agreed: ${promised}`, `Einplanen, was vereinbart wurde: ${promised}`)
      : inLanguage('Plan the next step with a date', 'Den nächsten Schritt mit Datum planen'),
    reason: risk.text,
    create: taskClick(tx, {
      title: promised ?? inLanguage('Agree on the next step', 'Den nächsten Schritt vereinbaren'),
      description: risk.text,
      type: 'FOLLOW_UP',
      inWorkingDays: 1,
      relatedId: deal.id,
    }),
  }
}
