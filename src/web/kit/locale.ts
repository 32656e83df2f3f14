const locales = new Map<string, string>()
/** The reader's locale: the browser's, where it speaks the chosen language, else that language. */
export function localeOf(language: string): string {
  const known =
    locales.get(language) ??
    navigator.languages.find(code => code.startsWith(language) && isLocale(code)) ??
    language
  locales.set(language, known)
  return known
}

/** Some systems name their locale in ways that are no language tag, such as `en-US@posix`. */
function isLocale(code: string): boolean {
  try {
    return Intl.getCanonicalLocales(code).length > 0
  } catch {
    return false
  }
}

/**
 * What the server is told of the reader, in `Accept-Language`: the chosen language with the region whose dates they write, since
 * what a browser would send of itself knows nothing of what was chosen.
 */
export function spokenAs(language: string, locale: string | null | undefined): string {
  const { region } = new Intl.Locale(locale && isLocale(locale) ? locale : localeOf(language))
  return region ? `${language}-${region}, ${language};q=0.9` : language
}
