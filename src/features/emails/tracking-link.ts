import type { App } from '#core/feature.ts'
import { type MailPlace, makeMailToken, readMailToken } from './mail-token.ts'

const OPEN = 'open pixel'
const CLICK = 'click link'
/** Longer addresses are left as they are: some mail programs cut such links. */
const URL_AT_MOST = 1500
const HREF = /(<a\b[^>]*?\shref\s*=\s*)(?:"([^"]*)"|'([^']*)')/gi

/**
 * The HTML of a mail with its links led over this server, and with a picture that shows when it was opened. The marks of
 * the links hold for their targets, so that nobody can make one that leads elsewhere. What is no web address, and
 * what leads to this server itself, such as the unsubscribe link, stays.
 */
export function tracked(app: App, place: MailPlace, html: string): string {
  const { publicUrl, jwtSecret } = app.config
  const linked = html.replace(HREF, (whole, before: string, double?: string, single?: string) => {
    const target = decoded((double ?? single ?? '').trim())
    if (!isTrackable(target) || target.startsWith(`${publicUrl}/`)) return whole
    const token = makeMailToken(jwtSecret, CLICK, place, target)
    return `${before}"${publicUrl}/api/v1/track/click/${token}?url=${encodeURIComponent(target)}"`
  })
  const pixel = `<img src="${publicUrl}/api/v1/track/open/${makeMailToken(jwtSecret, OPEN, place)}" width="1" height="1" alt="">`
  return /<\/body\s*>/i.test(linked) ? linked.replace(/<\/body\s*>/i, end => pixel + end) : linked + pixel
}

/** A web address, without what would make it another one in a header. */
function isTrackable(target: string): boolean {
  if (target.length > URL_AT_MOST || !/^https?:\/\//i.test(target)) return false
  return URL.canParse(target) && !/[\u0000-\u0020\u007f]/.test(target)
}

/** Of the entities only those that stand in addresses. */
const decoded = (text: string) =>
  text
    .replace(/&quot;|&#34;/g, '"')
    .replace(/&#39;|&apos;/g, "'")
    .replace(/&#x2f;|&#47;/gi, '/')
    .replace(/&amp;|&#38;/g, '&')

export const readOpen = (secret: string, token: string) => readMailToken(secret, OPEN, token)
export const readClick = (secret: string, token: string, target: string) =>
  isTrackable(target) ? readMailToken(secret, CLICK, token, target) : undefined
