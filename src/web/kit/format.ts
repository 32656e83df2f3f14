import { useMe } from '../api.ts'
import { useLanguage } from '../text/index.tsx'
import { formats } from './formats.ts'
import { localeOf } from './locale.ts'

/** How numbers, money and dates are written for this reader. Money is never written without its currency. */
export function useFormat() {
  const { language } = useLanguage()
  const { workspace, user } = useMe()
  const { locale, timezone } = user.preferences
  return formatsOf(locale ?? localeOf(language), workspace.currency, timezone ?? undefined)
}

const made = new Map<string, ReturnType<typeof formats>>()
/** Made once: formatters of `Intl` take most of a millisecond together, and every cell of a table asks for them. */
function formatsOf(locale: string, currency: string, timeZone: string | undefined) {
  const key = `${locale} ${currency} ${timeZone}`
  const known = made.get(key) ?? formats(locale, currency, timeZone)
  made.set(key, known)
  return known
}
