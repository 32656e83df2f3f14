/** A key for a field of that label which is not taken yet: letters and digits in camelCase, beginning with a letter. */
export function keyFrom(label: string, taken: ReadonlySet<string>): string {
  const words = label
    .replaceAll('ß', 'ss')
    .normalize('NFKD')
    .replace(/\p{M}/gu, '')
    .split(/[^a-zA-Z0-9]+/)
    .filter(Boolean)
  const joined = words
    .map((word, at) =>
      at === 0 ? word.toLowerCase() : word.charAt(0).toUpperCase() + word.slice(1).toLowerCase(),
    )
    .join('')
    .replace(/^[0-9]+/, '')
    .slice(0, 56)
  const key = joined || (label.trim() ? 'field' : '')
  if (!taken.has(key)) return key
  for (let n = 2; ; n++) if (!taken.has(`${key}${n}`)) return `${key}${n}`
}
