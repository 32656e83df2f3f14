/** How builtin answers say numbers. */
export const percent = (part: number, whole: number): string =>
  `${whole ? Math.round((part / whole) * 100) : 0} %`
export const count = (n: number, one: string, many = `${one}s`): string =>
  `${n.toLocaleString('en')} ${n === 1 ? one : many}`
export const wholeDays = (days: number): string => count(Math.max(0, Math.round(days)), 'day')
export const upper = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1)
export const listed = (parts: readonly string[]): string =>
  parts.length < 2 ? (parts[0] ?? '') : `${parts.slice(0, -1).join(', ')} and ${parts.at(-1)}`
const DAY = new Intl.DateTimeFormat('en', {
  day: 'numeric',
  month: 'short',
  year: 'numeric',
  timeZone: 'UTC',
})
/** A moment or a calendar day, as `3 May 2026`. */
export const dayText = (at: string): string => {
  const parts = DAY.formatToParts(new Date(at))
  const get = (type: string) => parts.find(part => part.type === type)?.value
  return `${get('day')} ${get('month')} ${get('year')}`
}
