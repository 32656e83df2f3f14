import { fold } from '#core/record/formats.ts'

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
        if (name && !byName.has(bare(name))) byName.set(bare(name), code)
      }
  }
  return byName
}

/** How a place may stand in a record: as it was said, and of a country its English and German name and its code. */
export function namesOfPlace(said: string): string[] {
  const code = countries().get(bare(said))
  if (!code) return [said]
  const names = LANGUAGES.map(language => new Intl.DisplayNames([language], { type: 'region' }).of(code)!)
  return [...new Set([said, ...names, code])]
}
