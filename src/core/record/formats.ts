import { createRequire } from 'node:module'
import { folded } from '../letters.ts'

/** Loaded with the first phone number: some ninety files that a start need not wait for. */
let phones: typeof import('libphonenumber-js/min') | undefined
const phoneNumbers = () => (phones ??= createRequire(import.meta.url)('libphonenumber-js/min'))

const CURRENCIES = new Set(Intl.supportedValuesOf('currency'))

/** Whether the text is a three-letter ISO 4217 code that is in use. */
export const isCurrencyCode = (text: string): boolean => CURRENCIES.has(text)

/**
 * What is wrong with a phone number, or undefined. Digits and a sane length will do: numbering plans change, made-up numbers
 * (+1-555-0100) and extensions stand on cards too, and a refused number would cost an import the whole row.
 */
export function phoneProblem(given: string): string | undefined {
  if (given === '') return undefined
  const digits = given.replace(/\D/g, '').length
  if (!/^[\d\s+().,/x#;=ext-]+$/i.test(given) || digits < 3) return 'must be a phone number'
  return digits > 20 ? 'must be a phone number' : undefined
}

/** The E.164 form (`+14155550100`), or null where the number names no country. */
export function e164(given: string | null | undefined): string | null {
  if (!given) return null
  return phoneNumbers().parsePhoneNumberFromString(given)?.number ?? null
}

/** Shorter ones are dates, amounts and numbers of invoices. */
const NUMBER_DIGITS = 7

/**
 * What a phone number may stand as in `search_text`, the likeliest first; none where the text is no number. Its digits without
 * what people put between them, and without a leading 0 or 00; then, where it names a country, without that.
 */
export function numbersIn(text: string): string[] {
  if (!/^[+\d\s()./-]+$/.test(text) || /^\d{4}-\d/.test(text)) return []
  const digits = text.replace(/\D/g, '')
  const whole = digits.replace(/^0+/, '')
  if (digits.length < NUMBER_DIGITS || whole.length < NUMBER_DIGITS - 2) return []
  if (!/^\s*(\+|00)/.test(text)) return [whole]
  const national = phoneNumbers().parsePhoneNumberFromString(`+${whole}`)?.nationalNumber as
    | string
    | undefined
  return national ? [whole, national] : [whole]
}

/** The text as a pattern of LIKE in which it stands for itself. */
export const literally = (text: string): string => text.replace(/[\\%_]/g, '\\$&')

/** Folds case, accents and spaces away, for comparing what people typed. */
export const fold = (text: string): string => folded(text).replace(/\s+/g, ' ').trim()
