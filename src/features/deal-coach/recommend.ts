import type { Evidence } from '#core/ai/answer.ts'
import type { Tx } from '#core/db/workspace.ts'
import { count, listed, percent, wholeDays } from '#features/deal-signals/words.ts'
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
      ? `Answered, ${percent(answered.withIt.won, answered.withIt.n)} of ${count(answered.withIt.n, 'such deal')} were won; unanswered, ${percent(open.withIt.won, open.withIt.n)} of ${open.withIt.n}`
      : 'It was raised and nothing that we wrote or said since speaks of it'
  return {
    action: `Answer their objection about ${category === 'product' ? 'the product' : category === 'contract' ? 'the contract' : category}`,
    reason: shares,
    create: draftClick({ dealId: deal.id }, `answer the ${category} objection`),
  }
}

function compare(risk: Risk, { tx, deal, competitors, history }: Given): Advice {
  const names = listed(competitors.map(({ name }) => name)) || 'the competitor'
  const against = competitors
    .map(({ name }) => ({ name, ...recordAgainst(name, history.closed) }))
    .filter(({ won, lost }) => won + lost > 0)
  const shares = against.map(({ name, won, lost }) => `against ${name} ${won} won and ${lost} lost`)
  return {
    action: `Show them how we differ from ${names}`,
    reason: shares.length ? `So far ${listed(shares)}` : 'Nothing was won or lost against them yet',
    create: taskClick(tx, {
      title: `Prepare a comparison with ${names}`,
      description: risk.text,
      priority: 'HIGH',
      inWorkingDays: 1,
      relatedId: deal.id,
    }),
  }
}

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

function reachOut(risk: Risk, { tx, deal, people, talks }: Given): Advice {
  const primary = primaryOf(people)
  const other =
    people.find(one => one.isOnDeal && one !== primary && one.talks > 0) ??
    people.find(one => one.isOnDeal && one !== primary)
  const isChased = deal.triesSince >= 2
  const who = isChased && other ? other : primary
  const name = who?.name || 'the contact'
  const reason = isChased
    ? `${count(deal.triesSince, 'try', 'tries')} stayed without a reply; ${other ? `${other.name} is another way in` : 'use another channel than before'}`
    : `${wholeDays(deal.silentDays)} without a two-way contact`
  const last = talks.find(talk => talk.isTwoWay)
  if (!isChased && last)
    return {
      action: `Write to ${name} again, from where you left off`,
      reason,
      create: draftClick({ dealId: deal.id }, 'follow up'),
    }
  return {
    action: `Call ${name}`,
    reason,
    create: taskClick(tx, {
      title: `Call ${name}`,
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
    action: others.length ? `Bring in ${named[0]}` : 'Bring in a second contact',
    reason: others.length > 1 ? `Known at the company: ${listed(named)}` : risk.text,
    create: taskClick(tx, {
      title: others[0]
        ? `Ask ${primary?.name ?? 'the contact'} for a meeting with ${others[0].name}`
        : `Ask ${primary?.name ?? 'the contact'} who else decides`,
      description: risk.text,
      type: 'MEETING',
      inWorkingDays: 2,
      relatedId: deal.id,
    }),
    evidence: others.map(({ contactId, name }) => ({
      recordType: 'contact',
      recordId: contactId,
      field: 'name',
      sentence: name,
    })),
  }
}

function meetDecider(risk: Risk, { tx, deal, people }: Given): Advice {
  const decider = people.find(
    ({ jobTitle, talks }) =>
      talks === 0 && /chief|director|head|managing|owner|president|vp\b|c[efiot]o\b/i.test(jobTitle ?? ''),
  )
  return {
    action: decider
      ? `Meet ${decider.name}${decider.jobTitle ? `, ${decider.jobTitle}` : ''}`
      : 'Find out who decides, and meet them',
    reason: 'Your contact has said that the decision is not theirs',
    create: taskClick(tx, {
      title: decider ? `Arrange a meeting with ${decider.name}` : 'Find out who decides',
      description: risk.text,
      type: 'MEETING',
      priority: 'HIGH',
      inWorkingDays: 1,
      relatedId: deal.id,
    }),
  }
}

const agreeDate = (risk: Risk, { tx, deal, people }: Given): Advice => ({
  action: `Agree on a date with ${primaryOf(people)?.name ?? 'the customer'}, and on what has to happen before`,
  reason: risk.text,
  create: taskClick(tx, {
    title: 'Agree on a close date and the steps to it',
    description: risk.text,
    type: 'CALL',
    inWorkingDays: 1,
    relatedId: deal.id,
  }),
})

const moveOrClose = (risk: Risk, { tx, deal, current }: Given): Advice => ({
  action: `Decide: what is missing for the next stage, or close it`,
  reason: risk.text,
  create: taskClick(tx, {
    title: `Move it on from ${current?.stageName ?? 'its stage'}, or close it`,
    description: risk.text,
    inWorkingDays: 2,
    relatedId: deal.id,
  }),
})

function planNext(risk: Risk, { tx, deal, talks, tasks }: Given): Advice {
  const promised = tasks.length ? undefined : talks.find(({ nextSteps }) => nextSteps)?.nextSteps
  return {
    action: promised ? `Plan what was agreed: ${promised}` : 'Plan the next step with a date',
    reason: risk.text,
    create: taskClick(tx, {
      title: promised ?? 'Agree on the next step',
      description: risk.text,
      type: 'FOLLOW_UP',
      inWorkingDays: 1,
      relatedId: deal.id,
    }),
  }
}
