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

const TAG = String.raw`(?:W\/)?"[^"]*"`
const TAGS = new RegExp(String.raw`^[\s,]*${TAG}(?:\s*,[\s,]*${TAG})*[\s,]*$`)

/**
 * The versions that `If-Match` names (RFC 9110 13.1.1), each as a whole tag or alone: any of them will do. None where it holds
 * no tag of this server, so that nothing will; undefined where anything will (`*`, or no such header). A tag that a proxy
 * has marked as weak, since it compressed the answer, still says which version was read.
 */
export function wantedVersions(header: string | undefined): number[] | undefined {
  if (header === undefined || header.trim() === '*') return undefined
  if (!TAGS.test(header)) return []
  return [...header.matchAll(/"(\d{1,9})(?:-[\w-]+)?"/g)].map(([, version]) => Number(version))
}

/** Whether `If-None-Match` names this tag: weakly, among others, or as any. */
export const isKnown = (header: string | undefined, etag: string): boolean =>
  header !== undefined &&
  (header.trim() === '*' ||
    header
      .split(',')
      .map(tag => tag.trim().replace(/^W\//, ''))
      .includes(etag))
