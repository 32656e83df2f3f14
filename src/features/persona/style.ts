import { inLanguage } from '#core/ai/language.ts'
import { momentAt } from '#core/record/relative-time.ts'
import { quartiles } from '#features/deal-signals/norms.ts'
import { saidIn, type Talk } from '#features/deal-signals/talks.ts'
import { count, dativeDays, percent } from '#features/deal-signals/words.ts'

/** How somebody writes and answers, counted in what they sent and said. */
export type Style = {
  preferredChannel: Exclude<Talk['type'], 'NOTE'> | null
  /** What came in from them, by type. */
  inbound: Record<string, number>
  medianReplyHours: number | null
  replies: number
  wordsAMessage: number | null
  questionShare: number | null
  tone: number | null
  toneTrend: 'UP' | 'DOWN' | 'STEADY' | null
  usualHour: number | null
  traits: string[]
}

const REPLY_DAYS_AT_MOST = 30
const TREND = 0.15
const TREND_FROM = 4
const HOURS_FROM = 5
/** From so many on a habit is one; before, it is told of the last time. */
const HABIT_FROM = 3

const mean = (values: readonly number[]): number | null =>
  values.length ? values.reduce((sum, value) => sum + value, 0) / values.length : null

/** @param talks of one contact, the latest first */
export function styleOf(talks: readonly Talk[], timezone: string): Style {
  const theirs = talks.filter(({ isInbound }) => isInbound)
  const written = theirs.filter(({ type }) => type === 'EMAIL' || type === 'MESSAGE')
  const inbound = Object.fromEntries(
    [...Map.groupBy(theirs, ({ type }) => type)].map(([type, list]) => [type, list.length]),
  )
  const [most, second] = Object.entries(inbound).sort((a, b) => b[1] - a[1])
  // Of as many calls as mails neither is preferred, and of one or two times nothing.
  const channel = theirs.length >= HABIT_FROM && most![1] > (second?.[1] ?? 0) ? most : undefined
  const replies = replyHours(talks)
  const sentences = written.flatMap(talk => saidIn(talk).map(({ sentence }) => sentence))
  const tones = [...talks]
    .reverse()
    .flatMap(({ isTwoWay, sentiment }) => (isTwoWay && sentiment !== null ? [sentiment] : []))
  const half = Math.floor(tones.length / 2)
  const change = tones.length >= TREND_FROM ? mean(tones.slice(half))! - mean(tones.slice(0, half))! : null
  const style = {
    preferredChannel: (channel?.[0] as Exclude<Talk['type'], 'NOTE'> | undefined) ?? null,
    inbound,
    medianReplyHours: quartiles(replies)?.median ?? null,
    replies: replies.length,
    wordsAMessage:
      written.length < HABIT_FROM
        ? null
        : round(mean(written.map(({ text }) => text.split(/\s+/).length)), 0),
    questionShare:
      written.length >= HABIT_FROM && sentences.length
        ? round(sentences.filter(text => text.endsWith('?')).length / sentences.length, 2)
        : null,
    tone: round(mean(tones), 2),
    toneTrend:
      change === null
        ? null
        : change > TREND
          ? ('UP' as const)
          : change < -TREND
            ? ('DOWN' as const)
            : ('STEADY' as const),
    usualHour:
      theirs.length >= HOURS_FROM
        ? quartiles(theirs.map(({ occurredAt }) => hourIn(timezone, occurredAt)))!.median
        : null,
  }
  return { ...style, traits: traitsOf(style, theirs.length) }
}

const round = (value: number | null, places: number) =>
  value === null ? null : Math.round(value * 10 ** places) / 10 ** places

function hourIn(zone: string, at: string): number {
  const day = at.slice(0, 10)
  const midnight = momentAt(day, '00:00', zone).getTime()
  return Math.floor((((Date.parse(at) - midnight) / 3_600_000) % 24) + 24) % 24
}

/** From each of our mails and messages to their next word, in hours; later than a month it is no reply. */
function replyHours(talks: readonly Talk[]): number[] {
  const inOrder = talks.filter(({ recordType }) => recordType === 'interaction').reverse()
  const hours: number[] = []
  let askedAt: string | undefined
  for (const { isInbound, type, occurredAt } of inOrder) {
    if (isInbound && askedAt) {
      const passed = (Date.parse(occurredAt) - Date.parse(askedAt)) / 3_600_000
      if (passed <= REPLY_DAYS_AT_MOST * 24) hours.push(passed)
      askedAt = undefined
    } else if (!isInbound && (type === 'EMAIL' || type === 'MESSAGE')) askedAt ??= occurredAt
  }
  return hours
}

const CHANNELS: Record<string, [string, string]> = {
  EMAIL: ['mail', 'Mail'],
  CALL: ['phone', 'Telefon'],
  MESSAGE: ['message', 'Nachricht'],
  MEETING: ['meeting', 'Treffen'],
}

function traitsOf(
  {
    preferredChannel,
    inbound,
    medianReplyHours,
    replies,
    wordsAMessage,
    questionShare,
    tone,
    toneTrend,
    usualHour,
  }: Omit<Style, 'traits'>,
  heard: number,
): string[] {
  const traits: string[] = []
  if (preferredChannel)
    traits.push(
      inLanguage(
        `Comes by ${CHANNELS[preferredChannel]![0]} most (${percent(inbound[preferredChannel]!, heard)} of ${heard})`,
        `Meldet sich meist per ${CHANNELS[preferredChannel]![1]} (${percent(inbound[preferredChannel]!, heard)} von ${heard})`,
      ),
    )
  if (medianReplyHours !== null) {
    const days = Math.round(medianReplyHours / 24)
    const speed =
      medianReplyHours <= 24
        ? inLanguage('within a day', 'binnen eines Tages')
        : inLanguage(`after ${count(days, 'day')}`, `nach ${dativeDays(days)}`)
    traits.push(
      inLanguage(
        `Replies ${speed} as a rule (of ${count(replies, 'reply')})`,
        `Antwortet in der Regel ${speed} (${count(replies, 'reply')})`,
      ),
    )
  }
  if (wordsAMessage !== null)
    traits.push(
      inLanguage(
        `${wordsAMessage < 30 ? 'Writes briefly' : wordsAMessage > 90 ? 'Writes at length' : 'Writes a few sentences'} (${wordsAMessage} ${wordsAMessage === 1 ? 'word' : 'words'} a message)`,
        `${wordsAMessage < 30 ? 'Schreibt kurz' : wordsAMessage > 90 ? 'Schreibt ausführlich' : 'Schreibt einige Sätze'} (${wordsAMessage} ${wordsAMessage === 1 ? 'Wort' : 'Wörter'} je Nachricht)`,
      ),
    )
  if (questionShare !== null && questionShare >= 0.25)
    traits.push(
      inLanguage(
        `Asks a lot (${percent(questionShare, 1)} of sentences are questions)`,
        `Fragt viel (${percent(questionShare, 1)} der Sätze sind Fragen)`,
      ),
    )
  if (tone !== null) {
    const words =
      tone >= 0.3
        ? inLanguage('warm', 'freundlich')
        : tone < 0
          ? inLanguage('critical', 'kritisch')
          : inLanguage('matter-of-fact', 'sachlich')
    const trend =
      toneTrend === 'UP'
        ? inLanguage(', and warmer of late', ', und zuletzt wärmer')
        : toneTrend === 'DOWN'
          ? inLanguage(', and cooler of late', ', und zuletzt kühler')
          : ''
    traits.push(inLanguage(`Sounds ${words}${trend}`, `Klingt ${words}${trend}`))
  }
  if (usualHour !== null)
    traits.push(
      inLanguage(
        `Is usually heard ${usualHour < 12 ? 'in the morning' : usualHour < 17 ? 'in the afternoon' : 'in the evening'}`,
        `Meldet sich meist ${usualHour < 12 ? 'vormittags' : usualHour < 17 ? 'nachmittags' : 'abends'}`,
      ),
    )
  return traits
}
