/** The zones that this browser knows, with one that may be set and is unknown to it. */
export const zoneOptions = (set: string | null): Array<{ value: string; label: string }> =>
  [...new Set([...Intl.supportedValuesOf('timeZone'), 'UTC', ...(set ? [set] : [])])]
    .sort()
    .map(value => ({ value, label: value.replaceAll('_', ' ') }))
