import { create } from 'content-disposition'

/**
 * The header under which a browser saves what it gets (RFC 6266): the name as it is for all that read `filename*`, and for
 * the others one in plain ASCII, without the quotes, backslashes and percent signs that they read differently (appendix D).
 */
export function dispositionOf(filename: string, type: 'attachment' | 'inline' = 'attachment'): string {
  const plain = filename
    .normalize('NFKD')
    .replace(/\p{Mn}+/gu, '')
    .replace(/[^\x20-\x7e]|["\\%]/gu, '_')
  // In quotes also where it needs none, as most programs write and look for it.
  return create(filename, { type, fallback: plain }).replace(/filename=([^";]+)/, 'filename="$1"')
}
