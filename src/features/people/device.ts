const BROWSERS: Array<[RegExp, string]> = [
  [/\bEdgA?\//, 'Edge'],
  [/\bOPR\//, 'Opera'],
  [/\bFirefox\/|\bFxiOS\//, 'Firefox'],
  [/\bSamsungBrowser\//, 'Samsung Internet'],
  [/\b(Headless)?Chrome\/|\bCriOS\//, 'Chrome'],
  [/\bVersion\/.*\bSafari\//, 'Safari'],
]
const SYSTEMS: Array<[RegExp, string]> = [
  [/\biPhone\b/, 'iPhone'],
  [/\biPad\b/, 'iPad'],
  [/\bAndroid\b/, 'Android'],
  [/\bWindows\b/, 'Windows'],
  [/\bMac OS X\b|\bMacintosh\b/, 'macOS'],
  [/\bCrOS\b/, 'ChromeOS'],
  [/\bLinux\b/, 'Linux'],
]
const first = (names: Array<[RegExp, string]>, text: string) =>
  names.find(([pattern]) => pattern.test(text))?.[1]

/** How people call what has the given User-Agent, such as "Firefox, Linux"; the program's own name for others. */
export function deviceOf(userAgent: string | null): string | undefined {
  if (!userAgent) return undefined
  const words = [first(BROWSERS, userAgent), first(SYSTEMS, userAgent)].filter(Boolean)
  return words.length ? words.join(', ') : userAgent.split(/[\s/]/)[0]
}
