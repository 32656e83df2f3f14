import { inLanguage } from '#core/ai/language.ts'
import type { Row } from '#core/db/engine.ts'
import type { RecordDefinition } from '#core/record/definition.ts'
import type { Field } from '#core/record/fields.ts'
import type { Names } from '#features/exports/columns.ts'
import { GERMAN_FIELDS, GERMAN_OPTIONS } from './german-values.ts'

/** `expectedCloseDate` as people read it: `Expected close date`; of an id what it names: `Owner`. */
export function labelOf(key: string): string {
  const words = key
    .replace(/^customFields\./, '')
    .replace(/Ids$/, 's')
    .replace(/(?<=.)Id$/, '')
    .replace(/At$/, '')
    .replace(/([a-z0-9])([A-Z])/g, '$1 $2')
    .replace(/_/g, ' ')
    .toLowerCase()
  return words.charAt(0).toUpperCase() + words.slice(1)
}

/** A field as answers name it within a sentence, in the language that is spoken. */
export const fieldText = (key: string): string =>
  inLanguage(labelOf(key).toLowerCase(), GERMAN_FIELDS[key] ?? labelOf(key))
/** The same at the beginning of one. */
export const fieldTitle = (key: string): string => {
  const text = fieldText(key)
  return text.charAt(0).toUpperCase() + text.slice(1)
}

/** `IN_PROGRESS` as people read it: `in progress`. */
export const optionText = (option: string): string => option.toLowerCase().replace(/_/g, ' ')

/** The same in the language that is spoken; what an option of a custom field is called stands as it is. */
export const choiceText = (option: string): string =>
  inLanguage(optionText(option), GERMAN_OPTIONS[option] ?? optionText(option))

/** The record type as people say it, for one or for many of them. */
export function nounOf({ contract }: RecordDefinition, count = 2): string {
  const one = contract.label.toLowerCase()
  if (count === 1) return one
  return one.endsWith('y') && !/[aeiou]y$/.test(one)
    ? `${one.slice(0, -1)}ies`
    : one.endsWith('s')
      ? one
      : `${one}s`
}

type Reading = { names?: Names; currency?: string | null; timezone: string }

const TEXT_AT_MOST = 200

/** The locale in which answers write numbers, and that in which they write dates. */
const numbersIn = () => inLanguage('en-US', 'de-DE')
const datesIn = () => inLanguage('en-GB', 'de-DE')

/** An amount as people read it: `USD 1,250` or `1.250 USD`; the currency's own number of decimals. */
export function moneyText(amount: number, currency: string | null | undefined): string {
  if (!currency) return amount.toLocaleString(numbersIn(), { maximumFractionDigits: 2 })
  const text = amount.toLocaleString(numbersIn(), {
    style: 'currency',
    currency,
    currencyDisplay: 'code',
    ...(Number.isInteger(amount) ? { minimumFractionDigits: 0, maximumFractionDigits: 0 } : {}),
  })
  return text.replace(/\u00a0/g, ' ')
}

const dayText = (day: string) =>
  new Date(`${day}T00:00:00Z`).toLocaleDateString(datesIn(), {
    day: 'numeric',
    month: 'short',
    year: 'numeric',
    timeZone: 'UTC',
  })

/** The beginning of a span of time as people call the span: `Mar 2017`, `Q1 2017`. */
export function stepText(day: string, step: string): string {
  if (step === 'year') return day.slice(0, 4)
  if (step === 'quarter') return `Q${Math.ceil(Number(day.slice(5, 7)) / 3)} ${day.slice(0, 4)}`
  if (step !== 'month') return dayText(day)
  return new Date(`${day}T00:00:00Z`).toLocaleDateString(datesIn(), {
    month: 'short',
    year: 'numeric',
    timeZone: 'UTC',
  })
}

export const momentText = (moment: string, timeZone: string): string =>
  new Date(moment).toLocaleString(datesIn(), {
    day: 'numeric',
    month: 'short',
    year: 'numeric',
    hour: '2-digit',
    minute: '2-digit',
    timeZone,
  })

/** A field's value as people read it; empty where there is none. */
export function valueText(field: Field, value: unknown, reading: Reading): string {
  if (value === null || value === undefined || value === '') return ''
  if (Array.isArray(value) && typeof value[0] !== 'object')
    return value.map(item => valueText({ ...field, kind: singular(field.kind) }, item, reading)).join(', ')
  switch (field.kind) {
    case 'money':
      return moneyText(Number(value), reading.currency)
    case 'date':
      return dayText(String(value))
    case 'moment':
      return momentText(String(value), reading.timezone)
    case 'boolean':
      return value ? inLanguage('yes', 'ja') : inLanguage('no', 'nein')
    case 'choice':
      return choiceText(String(value))
    case 'link':
    case 'related':
    case 'member':
      return (
        reading.names?.get(String(value)) ??
        inLanguage('a record you may not see', 'ein Datensatz, den Sie nicht sehen dürfen')
      )
    default:
      return shortened(typeof value === 'object' ? objectText(value) : String(value))
  }
}

const singular = (kind: Field['kind']): Field['kind'] => (kind === 'links' ? 'link' : kind)

const objectText = (value: object): string =>
  Array.isArray(value)
    ? `${value.length} ${value.length === 1 ? 'entry' : 'entries'}`
    : Object.entries(value)
        .filter(([, part]) => part !== null && part !== '')
        .map(([key, part]) => (typeof part === 'object' ? `${labelOf(key)}: …` : `${labelOf(key)}: ${part}`))
        .join(', ')

function shortened(text: string): string {
  const line = text.replace(/\s+/g, ' ').trim()
  return line.length > TEXT_AT_MOST ? `${line.slice(0, TEXT_AT_MOST - 1)}…` : line
}

/** The currency in which the row's amounts are, where it says so. */
export const currencyOf = (row: Row | undefined): string | null =>
  typeof row?.currency === 'string' ? row.currency : null
