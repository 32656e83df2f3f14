import type { Contact } from './companies.ts'
import type { Deal } from './deals.ts'
import type { Slots } from './fill.ts'
import { fill, upper } from './fill.ts'
import { MEMBERS } from './market.ts'
import * as frames from './phrases-frames.ts'
import { ANSWERS, OBJECTION_SUBJECTS, OBJECTIONS } from './phrases-objections.ts'
import type { Talk } from './phrases-talk.ts'
import * as talk from './phrases-talk.ts'
import type { Random } from './random.ts'
import type { DemoInteraction, DemoObjection } from './types.ts'

/** One thing said in a conversation; the sum of these is a deal's story. */
export type Beat =
  | { kind: 'buyer'; talk: keyof typeof talk.BUYER_TALK }
  | { kind: 'rep'; talk: keyof typeof talk.REP_TALK }
  | { kind: 'log'; talk: keyof typeof talk.LOG_TALK }
  | { kind: 'objection'; category: DemoObjection; rival: string | null }
  | { kind: 'answer'; category: Exclude<DemoObjection, 'competitor'> }

export type Mood = 'up' | 'flat' | 'down'

interface Scene {
  contact: Contact
  ownerKey: string
  deal: Deal
  mood: Mood
}

interface Text {
  subject: string
  content: string
  nextSteps: string | null
  sentimentScore: number
}

const OBJECTION_TONE: Record<DemoObjection, number> = {
  price: -0.5,
  timing: -0.4,
  authority: -0.3,
  need: -0.55,
  trust: -0.45,
  competitor: -0.4,
  product: -0.5,
  contract: -0.4,
}
const MOOD_TONE: Record<Mood, number> = {
  up: frames.MOODS.up.tone,
  flat: frames.MOODS.flat.tone,
  down: frames.MOODS.down.tone,
}
const REP_NAMES = new Map(MEMBERS.map(member => [member.key, member.name.split(' ')[0]!]))

/** Amounts are said as people say them: rounded, with the currency in front. */
function money(deal: Deal): string {
  const step = deal.record.amount > 20_000 ? 500 : 50
  const rounded = Math.max(step, Math.round(deal.record.amount / step) * step)
  // Not toLocaleString: it would cost more than all the rest of the text.
  return `${deal.record.currency} ${String(rounded).replace(/\B(?=(\d{3})+$)/g, ',')}`
}

const stop = (text: string): string => (/[?!.]$/.test(text) ? text : `${text}.`)

function slotsFor(random: Random, scene: Scene): Slots {
  const { deal, contact } = scene
  const colleague = random.pick(frames.COLLEAGUES)
  return {
    first: contact.record.firstName,
    job: contact.record.jobTitle,
    rep: REP_NAMES.get(scene.ownerKey) ?? 'team',
    company: deal.company.record.name,
    city: deal.company.record.billingAddress.city,
    product: deal.product.name,
    noun: deal.product.noun,
    qty: String(deal.quantity),
    money: money(deal),
    pct: `${random.int(6, 24)}%`,
    weeks: String(random.int(2, 9)),
    months: String(random.int(4, 36)),
    sites: String(random.int(3, 9)),
    month: random.pick(frames.MONTHS),
    day: random.pick(frames.DAYS),
    team: random.pick(frames.TEAMS),
    // Buyers say "our", the rep's log says "their" and the rep's mail says "your".
    colleague: `our ${colleague}`,
    theirs: `their ${colleague}`,
    yours: `your ${colleague}`,
  }
}

const talkOf = (beat: Extract<Beat, { kind: 'buyer' | 'rep' | 'log' }>): Talk => {
  if (beat.kind === 'buyer') return talk.BUYER_TALK[beat.talk]
  return beat.kind === 'rep' ? talk.REP_TALK[beat.talk] : talk.LOG_TALK[beat.talk]
}

/** The answer as told in a log, where the buyer is "they". */
const reported = (text: string): string => text.replace(/\byour\b/g, 'their').replace(/\byou\b/g, 'they')

interface Body {
  lines: string[]
  tones: number[]
}

/** Buyers' clauses are quoted when the rep writes the log of a call, and stand alone in an e-mail. */
function quotesOf(random: Random, clauses: readonly string[], slots: Slots, spoken: boolean): string[] {
  const sentences = clauses.map(clause => stop(fill(clause, slots)))
  if (!spoken) return sentences.map(upper)
  const x = sentences.map((sentence, i) => (i === 0 ? sentence : upper(sentence))).join(' ')
  return [fill(random.pick(frames.QUOTES), { ...slots, x })]
}

function objectionBody(
  random: Random,
  beat: Extract<Beat, { kind: 'objection' }>,
  slots: Slots,
  spoken: boolean,
): Body {
  const tone = OBJECTION_TONE[beat.category]
  const clauses = [random.pick(OBJECTIONS[beat.category])]
  if (beat.rival && beat.category !== 'competitor') clauses.push(random.pick(OBJECTIONS.competitor))
  const lines = quotesOf(random, clauses, slots, spoken)
  const tones = lines.map(() => tone)
  if (random.chance(0.7)) {
    lines.push(fill(random.pick(spoken ? frames.LOG_DETAILS : frames.BUYER_DETAILS), slots))
    tones.push(0)
  }
  return { lines, tones }
}

function answerBody(
  random: Random,
  category: Exclude<DemoObjection, 'competitor'>,
  slots: Slots,
  spoken: boolean,
): Body {
  const topic = random.pick(frames.TOPICS[category])
  const points = random.sample(ANSWERS[category], spoken ? 1 : 2).map(clause => fill(clause, slots))
  if (!spoken) {
    const recall = fill(random.pick(frames.RECALLS), { topic })
    return { lines: [recall, ...points.map(point => upper(stop(point)))], tones: [0.2, 0.2, 0.2] }
  }
  const told = fill(random.pick(frames.EXPLAINS), { ...slots, x: stop(reported(points[0]!)) })
  return { lines: [`We spoke about ${topic.replace('your', 'their')} again.`, told], tones: [0.2, 0.2] }
}

function bodyOf(random: Random, beat: Beat, slots: Slots, spoken: boolean): Body {
  if (beat.kind === 'objection') return objectionBody(random, beat, slots, spoken)
  if (beat.kind === 'answer') return answerBody(random, beat.category, slots, spoken)
  const source = talkOf(beat)
  const long = beat.kind === 'log' && beat.talk !== 'voicemail'
  const said = random.sample(source.lines, long ? random.int(2, 3) : random.int(1, 2))
  const lines =
    beat.kind === 'buyer' ? quotesOf(random, said, slots, spoken) : said.map(line => upper(fill(line, slots)))
  return { lines, tones: lines.map(() => source.tone) }
}

function subjectOf(random: Random, beat: Beat, slots: Slots): string {
  if (beat.kind === 'objection') return fill(random.pick(OBJECTION_SUBJECTS[beat.category]), slots)
  if (beat.kind === 'answer') return `Re: ${fill(random.pick(OBJECTION_SUBJECTS[beat.category]), slots)}`
  return fill(random.pick(talkOf(beat).subjects), slots)
}

function openerOf(random: Random, type: DemoInteraction['type'], inbound: boolean, slots: Slots): string {
  const { OPENERS } = frames
  if (type === 'MEETING') return fill(random.pick(OPENERS.meeting), slots)
  if (type === 'CALL') return fill(random.pick(inbound ? OPENERS.logIn : OPENERS.logOut), slots)
  // A greeting stands on a line of its own.
  return `${fill(random.pick(inbound ? OPENERS.buyer : OPENERS.rep), slots)}\n`
}

/**
 * Writes one interaction. The sentiment is the mean tone of the sentences that are really in the text, with a
 * little noise, so whoever reads the text can come to the same judgement.
 */
export function write(
  random: Random,
  beat: Beat,
  scene: Scene,
  type: DemoInteraction['type'],
  direction: DemoInteraction['direction'],
): Text {
  const slots = slotsFor(random, scene)
  if (beat.kind === 'objection' && beat.rival) slots.rival = beat.rival
  const spoken = type === 'CALL' || type === 'MEETING'
  const inbound = direction === 'INBOUND'
  const lines: string[] = []
  const missed = beat.kind === 'log' && beat.talk === 'voicemail'
  if (!missed && (type !== 'MESSAGE' || random.chance(0.4)))
    lines.push(openerOf(random, type, inbound, slots))
  const { lines: body, tones } = bodyOf(random, beat, slots, spoken)
  lines.push(...body)
  if (!missed && (inbound || spoken) && random.chance(0.6)) {
    const list: readonly string[] = spoken ? frames.MOODS[scene.mood].lines : frames.SIGNOFFS[scene.mood]
    lines.push(fill(random.pick(list), slots))
    tones.push(MOOD_TONE[scene.mood])
  }
  const nextSteps = random.chance(0.55) ? fill(random.pick(frames.NEXT_STEPS), slots) : null
  if (nextSteps && spoken && random.chance(0.6))
    lines.push(`Next: ${nextSteps.charAt(0).toLowerCase()}${nextSteps.slice(1)}.`)
  const mean = tones.reduce((sum, tone) => sum + tone, 0) / tones.length + 0.07 * random.normal()
  return {
    subject: upper(subjectOf(random, beat, slots)),
    content: lines.map(upper).join(' ').replaceAll('\n ', '\n'),
    nextSteps,
    sentimentScore: Math.round(Math.max(-1, Math.min(1, mean)) * 100) / 100,
  }
}
