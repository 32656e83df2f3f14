/** What stands between the marks of Liquid, apart from the texts in quotes. */
const TAGS = /\{\{(.*?)\}\}|\{%(.*?)%\}/gs
const QUOTED = /"[^"]*"|'[^']*'/g
const DEAL = /(?<![\w.])deal\s*[.[]/

type Texts = { subject?: unknown; body?: unknown; bodyHtml?: unknown }

/**
 * Whether texts merge fields of a deal, so that they cannot go to contacts alone. Told without the parser of Liquid, which is too much
 * for a browser to load; the server judges by it when they are sent.
 */
export const mergesDeal = ({ subject, body, bodyHtml }: Texts): boolean =>
  [subject, body, bodyHtml].some(text =>
    [...String(text ?? '').matchAll(TAGS)].some(([, value, tag]) =>
      DEAL.test((value ?? tag ?? '').replace(QUOTED, '')),
    ),
  )
