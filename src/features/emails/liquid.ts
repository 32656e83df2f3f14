import { Liquid, type Template } from 'liquidjs'
import type { Issue } from '#core/errors.ts'

/** Bounds of one text: of its source, of the time and memory that it takes, and of what comes out. */
const SOURCE_AT_MOST = 100_000
const RENDER_MS = 100
const MEMORY_UNITS = 1_000_000
export const OUTPUT_AT_MOST = 500_000

const options = {
  strictVariables: true,
  strictFilters: true,
  ownPropertyOnly: true,
  // Nothing can be included: neither files nor other templates.
  templates: {},
  parseLimit: SOURCE_AT_MOST,
  renderLimit: RENDER_MS,
  memoryLimit: MEMORY_UNITS,
}
const plain = new Liquid(options)
const escaping = new Liquid({ ...options, outputEscape: 'escape' })

/** The texts of a mail. `html` is escaped where it merges. */
export type MailTexts = { subject: string; body: string; bodyHtml?: string | null }
export type Part = keyof MailTexts
const PARTS: Part[] = ['subject', 'body', 'bodyHtml']

/** The names that may be merged: each root with its fields, and custom fields as `customFields.key`. */
export type Known = Record<string, ReadonlySet<string>>

const engineOf = (part: Part) => (part === 'bodyHtml' ? escaping : plain)

/** What is wrong with the texts, by part, and which roots they merge. */
export function examine(texts: Partial<MailTexts>, known: Known): { issues: Issue[]; roots: Set<string> } {
  const issues: Issue[] = []
  const roots = new Set<string>()
  for (const part of PARTS) {
    const source = texts[part]
    if (!source) continue
    try {
      const parsed: Template[] = engineOf(part).parse(source)
      for (const segments of engineOf(part).globalVariableSegmentsSync(parsed)) {
        const problem = problemOf(segments, known)
        if (problem) issues.push({ path: part, message: problem })
        else roots.add(String(segments[0]))
      }
    } catch (error) {
      issues.push({ path: part, message: sentence(error) })
    }
  }
  return { issues, roots }
}

/** Why a merge field is none; undefined where it is one. */
function problemOf(segments: readonly unknown[], known: Known): string | undefined {
  const [root, ...rest] = segments
  const fields = typeof root === 'string' && Object.hasOwn(known, root) ? known[root] : undefined
  const written = segments.map(segment => (Array.isArray(segment) ? '[…]' : String(segment))).join('.')
  if (!fields) return `unknown merge field ${written}; there are ${Object.keys(known).join(', ')}`
  if (rest.length === 0) return `${written} is no field; name one of it, such as ${written}.${[...fields][0]}`
  if (rest.some(Array.isArray)) return `${written}: a field must be named, not computed`
  const name = rest.join('.')
  // Of a list, what Liquid itself knows of it.
  const own = name.replace(/\.(size|first|last|\d+)$/, '')
  return fields.has(name) || fields.has(own) ? undefined : `unknown merge field ${written}`
}

/** Merges the values; answers the texts or what went wrong, by part. */
export function render(
  texts: MailTexts,
  values: Record<string, unknown>,
): { texts: MailTexts; issues: Issue[] } {
  const issues: Issue[] = []
  const one = (part: Part, source: string): string => {
    try {
      const text = String(engineOf(part).parseAndRenderSync(source, values))
      if (text.length <= OUTPUT_AT_MOST) return text
      issues.push({ path: part, message: `is longer than ${OUTPUT_AT_MOST} characters once it is merged` })
    } catch (error) {
      issues.push({ path: part, message: sentence(error) })
    }
    return ''
  }
  return {
    texts: {
      // A line break in a value must not become one in a header.
      subject: one('subject', texts.subject).replace(/\s+/g, ' ').trim(),
      body: one('body', texts.body),
      bodyHtml: texts.bodyHtml ? one('bodyHtml', texts.bodyHtml) : null,
    },
    issues,
  }
}

/** The first line of what Liquid says, in the words of the API. */
const sentence = (error: unknown): string => {
  const text = (error as Error).message.split('\n')[0] ?? 'cannot be read'
  if (/ENOENT/.test(text)) return 'a template cannot include another'
  return text.replace(/, line:.*$/, where => where.replace('line:', 'line ').replace('col:', 'column '))
}
