import { useMemo } from 'react'
import { useMe } from '../api.ts'
import { useLanguage } from '../text/index.tsx'

/** The reader's locale: the browser's, where it speaks the chosen language, else that language. */
function localeOf(language: string): string {
  return navigator.languages.find(code => code.startsWith(language) && isLocale(code)) ?? language
}

/** Some systems name their locale in ways that are no language tag, such as `en-US@posix`. */
function isLocale(code: string): boolean {
  try {
    return Intl.getCanonicalLocales(code).length > 0
  } catch {
    return false
  }
}

const DAY_MS = 86_400_000

/** How numbers, money and dates are written for this reader. Money is never written without its currency. */
export function useFormat() {
  const { language } = useLanguage()
  const { workspace } = useMe()
  return useMemo(() => formats(localeOf(language), workspace.currency), [language, workspace.currency])
}

function formats(locale: string, home: string) {
  const moneys = new Map<string, Intl.NumberFormat>()
  const moneyIn = (currency: string, isShort: boolean) => {
    const key = `${currency}${isShort}`
    let format = moneys.get(key)
    if (!format) {
      format = new Intl.NumberFormat(locale, {
        style: 'currency',
        currency,
        ...(isShort ? { notation: 'compact', maximumFractionDigits: 1 } : { maximumFractionDigits: 2 }),
        trailingZeroDisplay: 'stripIfInteger',
      } as Intl.NumberFormatOptions)
      moneys.set(key, format)
    }
    return format
  }
  const number = new Intl.NumberFormat(locale)
  const day = new Intl.DateTimeFormat(locale, { day: 'numeric', month: 'short', year: 'numeric' })
  const shortDay = new Intl.DateTimeFormat(locale, { day: 'numeric', month: 'short' })
  const moment = new Intl.DateTimeFormat(locale, {
    day: 'numeric',
    month: 'short',
    year: 'numeric',
    hour: '2-digit',
    minute: '2-digit',
  })
  const month = new Intl.DateTimeFormat(locale, { month: 'long', year: 'numeric' })
  const relative = new Intl.RelativeTimeFormat(locale, { numeric: 'auto' })
  const asDate = (value: string) => (value.length === 10 ? new Date(`${value}T12:00:00`) : new Date(value))
  return {
    locale,
    number: (value: number) => number.format(value),
    money: (value: number, currency = home) => moneyIn(currency, false).format(value),
    /** Such as 1.2M €, for sums at a glance. */
    shortMoney: (value: number, currency = home) => moneyIn(currency, true).format(value),
    day: (value: string) => day.format(asDate(value)),
    /** Of 2026-11: November 2026. */
    month: (value: string) => month.format(asDate(`${value}-01`)),
    shortDay(value: string) {
      const date = asDate(value)
      return (date.getFullYear() === new Date().getFullYear() ? shortDay : day).format(date)
    },
    moment: (value: string) => moment.format(new Date(value)),
    /** Such as "3 days ago" or "tomorrow"; a date where it is more than a month away. */
    ago(value: string) {
      const ms = asDate(value).getTime() - Date.now()
      const days = Math.round(ms / DAY_MS)
      if (Math.abs(days) > 30) return day.format(asDate(value))
      if (days !== 0) return relative.format(days, 'day')
      const hours = Math.round(ms / 3_600_000)
      return hours !== 0 ? relative.format(hours, 'hour') : relative.format(Math.round(ms / 60_000), 'minute')
    },
  }
}
