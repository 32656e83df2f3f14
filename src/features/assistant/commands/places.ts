import type { RecordDefinition } from '#core/record/definition.ts'
import type { Filter } from '#core/record/filter-language.ts'
import { fold } from '#core/record/formats.ts'
import { hasRecord, recordNamed } from '#core/record/registry.ts'

/** What people call countries beside their names. */
const ALIASES: Record<string, string> = {
  usa: 'US',
  'u.s.': 'US',
  'u.s.a.': 'US',
  us: 'US',
  america: 'US',
  amerika: 'US',
  'the states': 'US',
  uk: 'GB',
  'u.k.': 'GB',
  britain: 'GB',
  'great britain': 'GB',
  großbritannien: 'GB',
  holland: 'NL',
  tschechien: 'CZ',
  türkei: 'TR',
  turkey: 'TR',
}
const LANGUAGES = ['en', 'de'] as const
const A = 65

let byName: Map<string, string> | undefined

/** Articles and the endings of cases: `den Vereinigten Staaten`, `der Schweiz`. */
const bare = (name: string): string =>
  fold(name)
    .replace(/^(?:the|den|der|die|das|dem) /, '')
    .replace(/(?<=\p{L}{4})n(?= |$)/gu, '')

/** Made when a place is first named: some six hundred names of the two languages. */
function countries(): Map<string, string> {
  if (byName) return byName
  byName = new Map(Object.entries(ALIASES).map(([name, code]) => [bare(name), code]))
  for (const language of LANGUAGES) {
    const names = new Intl.DisplayNames([language], { type: 'region', fallback: 'none' })
    for (let first = A; first < A + 26; first++)
      for (let second = A; second < A + 26; second++) {
        const code = String.fromCharCode(first, second)
        const name = names.of(code)
        // A code that is no longer in use, as DD, has the name of the country of today.
        const region = new Intl.Locale(`und-${code}`).region!
        if (name && !byName.has(bare(name))) byName.set(bare(name), region)
      }
  }
  return byName
}

/** How a place may stand in a record: as it was said, and of a country its English and German names and its code. */
export function namesOfPlace(said: string): string[] {
  const code = countries().get(bare(said))
  if (!code) return [said]
  const names = LANGUAGES.flatMap(language =>
    (['long', 'short'] as const).map(
      style => new Intl.DisplayNames([language], { type: 'region', style }).of(code)!,
    ),
  )
  return [...new Set([said, ...names, code])]
}
export const isCountry = (said: string): boolean => countries().has(bare(said))

/** The addresses that records of a type have themselves, or else what they link to: `company.billingAddress`. */
export function addressesOf(record: RecordDefinition): string[] {
  const own = ownAddresses(record)
  if (own.length) return own
  return Object.entries(record.contract.fields).flatMap(([key, { kind, writable, target }]) =>
    kind === 'link' && writable !== 'never' && hasRecord(target!)
      ? ownAddresses(recordNamed(target!)).map(address => `${key.replace(/Id$/, '')}.${address}`)
      : [],
  )
}

export const ownAddresses = ({ contract }: RecordDefinition): string[] =>
  Object.entries(contract.fields).flatMap(([key, { parts }]) => (parts?.includes('country') ? [key] : []))

/**
 * That the place stands in the address. Countries are compared whole, as Niger is no part of Nigeria; of a city or state
 * more may be written, as Frankfurt am Main.
 */
export function inAddress(address: string, place: string): Filter[] {
  const names = namesOfPlace(place)
  const written = (values: string[]) => [
    ...new Set(values.flatMap(name => [name, name.toUpperCase(), name.toLowerCase()])),
  ]
  const country: Filter = { field: `${address}.country`, op: 'in', value: written(names) }
  // Codes of countries are those of states too: DE is Delaware.
  const local = isCountry(place) ? names.filter(name => name.length > 2) : names
  const isBegun = !isCountry(place) && place.length > 2
  return [
    country,
    ...['city', 'state'].map((part): Filter => {
      const field = `${address}.${part}`
      return isBegun ? { field, op: 'startsWith', value: place } : { field, op: 'in', value: written(local) }
    }),
  ]
}
