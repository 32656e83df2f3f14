import { createHash } from 'node:crypto'

const MARK_LENGTH = 16

/**
 * The tag of a record as it is answered (RFC 9110 8.8.3): its version, for which `If-Match` asks, and a mark of the whole answer, for
 * which `If-None-Match` asks: values that are computed and links to what is in the trash change without a new version.
 * Undefined for what has no version.
 */
export function etagOf(body: unknown, text: string): string | undefined {
  const version = (body as { version?: unknown } | null | undefined)?.version
  if (typeof version !== 'number') return undefined
  return `"${version}-${createHash('sha256').update(text).digest('base64url').slice(0, MARK_LENGTH)}"`
}

/** The version that `If-Match` names, as a whole tag or alone; -1 for a tag that this server never gave. Undefined where any will do. */
export function wantedVersion(header: string | undefined): number | undefined {
  if (header === undefined || header.trim() === '*') return undefined
  const version = /^(?:W\/)?"(\d{1,9})(?:-[\w-]+)?"$/.exec(header.trim())?.[1]
  return version ? Number(version) : -1
}

/** Whether `If-None-Match` names this tag: weakly, among others, or as any. */
export const isKnown = (header: string | undefined, etag: string): boolean =>
  header !== undefined &&
  (header.trim() === '*' ||
    header
      .split(',')
      .map(tag => tag.trim().replace(/^W\//, ''))
      .includes(etag))
