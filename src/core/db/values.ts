/**
 * How PostgreSQL's text output becomes JSON-ready values, the same on both engines. Times become
 * ISO-8601 UTC (`2026-01-31T09:30:00.000Z`; sessions run in UTC), dates stay `YYYY-MM-DD`, numeric and
 * int8 become numbers: money has at most 15 digits, which a double holds exactly.
 */
const number = (text: string): number => Number(text)
const json = (text: string): unknown => JSON.parse(text)

function isoTime(text: string): string {
  const time = text.slice(11).replace(/[+-]\d\d(:?\d\d)?$/, '')
  const [clock = '00:00:00', fraction = ''] = time.split('.')
  return `${text.slice(0, 10)}T${clock}.${fraction.padEnd(3, '0').slice(0, 3)}Z`
}

/** Parses a one-dimensional array literal such as `{a,"b, c",NULL}`. */
function textArray(text: string): (string | null)[] {
  const items: (string | null)[] = []
  const pattern = /"((?:[^"\\]|\\.)*)"|([^,{}]+)/g
  for (const match of text.slice(1, -1).matchAll(pattern)) {
    if (match[1] !== undefined) items.push(match[1].replace(/\\(.)/g, '$1'))
    else items.push(match[2] === 'NULL' ? null : (match[2] ?? null))
  }
  return items
}

/** Parser by type oid (`pg_type.oid`, fixed by PostgreSQL). Types that are not named stay text. */
export const PARSERS: Record<number, (text: string) => unknown> = {
  16: text => text === 't' || text === 'true',
  20: number,
  21: number,
  23: number,
  26: number,
  114: json,
  700: number,
  701: number,
  1009: textArray,
  1015: textArray,
  1082: text => text,
  1114: isoTime,
  1184: isoTime,
  1700: number,
  2951: textArray,
  3802: json,
  1005: text => textArray(text).map(Number),
  1007: text => textArray(text).map(Number),
  1016: text => textArray(text).map(Number),
}

/** Every type whose driver has a serialiser of its own: parameters are text already, so none may touch them. */
export const SERIALISED_OIDS = [
  16, 17, 20, 21, 23, 25, 26, 114, 700, 701, 1000, 1005, 1007, 1009, 1015, 1016, 1042, 1043, 1082, 1114, 1182,
  1184, 1185, 1700, 2950, 2951, 3802,
]
