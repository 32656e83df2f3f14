import { DAY_MS } from '#core/time.ts'
import { wholeUnits } from './passed.ts'

/** Nearer than this, a day and its month can mean no other year. */
const NEAR_MS = 180 * DAY_MS
const CARD_WHOLE_FROM = 10_000_000
const CARD_SHORT_FROM = 1_000_000_000

/** What rounds to nothing has no minus before it: -0.03 with one decimal is 0. */
const SIGNED = { signDisplay: 'negative' } as const

/** How amounts are written, with their currency. */
function moneyFormats(locale: string, home: string) {
  const moneys = new Map<string, Intl.NumberFormat>()
  const moneyIn = (currency: string, isShort: boolean) => {
    const key = `${currency}${isShort}`
    let format = moneys.get(key)
    if (!format) {
      format = new Intl.NumberFormat(locale, {
        style: 'currency',
        currency,
        ...SIGNED,
        // Beside others in full, a thousand is written as they are.
        ...(isShort
          ? { notation: 'compact', maximumFractionDigits: 1, useGrouping: 'always' }
          : { maximumFractionDigits: 2 }),
        trailingZeroDisplay: 'stripIfInteger',
      } as Intl.NumberFormatOptions)
      moneys.set(key, format)
    }
    return format
  }
  const hasThousands = new Intl.NumberFormat(locale, { notation: 'compact' })
    .formatToParts(1000)
    .some(({ type }) => type === 'compact')
  return {
    /** Where no currency stands beside an amount, it is in the workspace's. */
    money: (value: number, currency?: string | null) => moneyIn(currency ?? home, false).format(value),
    /** With no cents beside so much that they say nothing, where room is short; billions as 1.2bn €. */
    cardMoney(value: number, currency = home) {
      const size = Math.abs(value)
      const isShort = size >= CARD_SHORT_FROM
      return moneyIn(currency, isShort).format(
        size >= CARD_WHOLE_FROM && !isShort ? Math.round(value) : value,
      )
    },
    /** Such as 1.2M €, for sums at a glance; where a language has no short thousands, without cents. */
    shortMoney: (value: number, currency = home) =>
      moneyIn(currency, true).format(
        Math.abs(value) >= 1000 && Math.abs(value) < 1_000_000 && !hasThousands ? Math.round(value) : value,
      ),
  }
}

export function formats(locale: string, home: string, timeZone?: string) {
  const number = new Intl.NumberFormat(locale, SIGNED)
  const asDate = (value: string) => (value.length === 10 ? new Date(`${value}T12:00:00`) : new Date(value))
  // A day is the same in every zone; a moment falls on the day that the reader's clock shows.
  const dated = (options: Intl.DateTimeFormatOptions) => {
    const plain = new Intl.DateTimeFormat(locale, options)
    const zoned = new Intl.DateTimeFormat(locale, { ...options, timeZone })
    return (value: string) => (value.length === 10 ? plain : zoned).format(asDate(value))
  }
  const day = dated({ day: 'numeric', month: 'short', year: 'numeric' })
  const shortDay = dated({ day: 'numeric', month: 'short' })
  const range = new Intl.DateTimeFormat(locale, { day: 'numeric', month: 'short', year: 'numeric' })
  const moment = new Intl.DateTimeFormat(locale, {
    day: 'numeric',
    month: 'short',
    year: 'numeric',
    hour: '2-digit',
    minute: '2-digit',
    timeZone,
  })
  const month = new Intl.DateTimeFormat(locale, { month: 'long', year: 'numeric' })
  const shortMonth = dated({ month: 'short', year: 'numeric' })
  const weekday = dated({ weekday: 'short', day: 'numeric', month: 'short' })
  const relative = new Intl.RelativeTimeFormat(locale, { numeric: 'auto' })
  const quantity = new Intl.NumberFormat(locale, { ...SIGNED, maximumFractionDigits: 4 })
  const decimal = new Intl.NumberFormat(locale, {
    ...SIGNED,
    minimumFractionDigits: 1,
    maximumFractionDigits: 1,
  })
  const percent = new Intl.NumberFormat(locale, { ...SIGNED, style: 'percent' })
  const exactPercent = new Intl.NumberFormat(locale, {
    ...SIGNED,
    style: 'percent',
    maximumFractionDigits: 4,
  })
  const parts = number.formatToParts(12_345.6)
  const separator = (type: string) => parts.find(part => part.type === type)?.value
  return {
    locale,
    /** What stands between thousands, and before decimals, where numbers are typed. */
    thousands: separator('group') ?? '',
    decimals: separator('decimal') ?? '.',
    number: (value: number) => number.format(value),
    /** With one decimal, always. */
    decimal: (value: number) => decimal.format(value),
    /** With so many decimals, always. */
    fixed: (value: number, digits: number) =>
      value.toLocaleString(locale, {
        ...SIGNED,
        minimumFractionDigits: digits,
        maximumFractionDigits: digits,
      }),
    /** With the 4 decimals that quantities may have. */
    quantity: (value: number) => quantity.format(value),
    percent: (share: number) => percent.format(share),
    /** Of what counts in hundredths already, such as 20 or 7.5. */
    percentPoints: (value: number) => exactPercent.format(value / 100),
    /** Bytes as people say them, such as 1.4 MB. */
    size: (bytes: number) => sizeOf(bytes, locale),
    /** With all decimals of the currency, and those beyond that a price may have. */
    exactMoney: (value: number, currency = home) =>
      new Intl.NumberFormat(locale, { style: 'currency', currency, maximumFractionDigits: 4 }).format(value),
    ...moneyFormats(locale, home),
    day,
    /** Such as Sat, Nov 21. */
    weekday,
    dayRange: (from: string, to: string) => range.formatRange(asDate(from), asDate(to)),
    /** Of 2026-11: November 2026. */
    month: (value: string) => month.format(asDate(`${value}-01`)),
    shortDay(value: string) {
      const isThisYear = asDate(value).getFullYear() === new Date().getFullYear()
      return (isThisYear ? shortDay : day)(value)
    },
    /** Where room is short: Jan 2, or Jan 2025 where that is half a year away. */
    glance: (value: string) =>
      (Math.abs(asDate(value).getTime() - Date.now()) < NEAR_MS ? shortDay : shortMonth)(value),
    moment: (value: string) => moment.format(new Date(value)),
    /** Such as "3 days ago" or "tomorrow"; a date where it is more than a month away. Of what has passed, whole days count, as in records. */
    ago(value: string) {
      const ms = asDate(value).getTime() - Date.now()
      const days = wholeUnits(ms, DAY_MS)
      if (Math.abs(days) > 30) return day(value)
      if (days !== 0) return relative.format(days, 'day')
      const hours = wholeUnits(ms, 3_600_000)
      return hours !== 0 ? relative.format(hours, 'hour') : relative.format(wholeUnits(ms, 60_000), 'minute')
    },
  }
}

const UNITS = ['byte', 'kilobyte', 'megabyte', 'gigabyte'] as const

function sizeOf(bytes: number, locale: string): string {
  const power = Math.min(UNITS.length - 1, Math.floor(Math.log(Math.max(1, bytes)) / Math.log(1000)))
  return new Intl.NumberFormat(locale, {
    style: 'unit',
    unit: UNITS[power],
    unitDisplay: 'short',
    maximumFractionDigits: power > 1 ? 1 : 0,
  }).format(bytes / 1000 ** power)
}
