import { Liquid, type Template } from 'liquidjs'
import type { Issue, IssueParams } from '#core/errors.ts'
import { perKey } from '#core/record/per-key.ts'

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
const engineFor = perKey(
  (isHtml: boolean) => new Liquid(isHtml ? { ...options, outputEscape: 'escape' } : options),
)

/** The texts of a mail. `html` is escaped where it merges. */
export type MailTexts = { subject: string; body: string; bodyHtml?: string | null }
export type Part = keyof MailTexts
const PARTS: Part[] = ['subject', 'body', 'bodyHtml']

/** The names that may be merged: each root with its fields, and custom fields as `customFields.key`. */
export type Known = Record<string, ReadonlySet<string>>

const engineOf = (part: Part): Liquid => engineFor(part === 'bodyHtml')

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
        if (problem) issues.push({ path: part, ...problem })
        else roots.add(String(segments[0]))
      }
    } catch (error) {
      const why = sentence(error)
      issues.push({ path: part, code: 'MERGE_FAULT', message: why, params: { why, ...faultOf(why) } })
    }
  }
  return { issues, roots }
}

/** Why a merge field is none; undefined where it is one. */
function problemOf(segments: readonly unknown[], known: Known): Omit<Issue, 'path'> | undefined {
  const [root, ...rest] = segments
  const fields = typeof root === 'string' && Object.hasOwn(known, root) ? known[root] : undefined
  const field = segments.map(segment => (Array.isArray(segment) ? '[…]' : String(segment))).join('.')
  const unknown = { code: 'UNKNOWN_MERGE_FIELD', params: { field } }
  if (!fields)
    return { ...unknown, message: `unknown merge field ${field}; there are ${Object.keys(known).join(', ')}` }
  if (rest.length === 0) {
    const example = `${field}.${[...fields][0]}`
    return {
      message: `${field} is no field; name one of it, such as ${example}`,
      code: 'MERGE_FIELD_NEEDED',
      params: { field, example },
    }
  }
  if (rest.some(Array.isArray))
    return {
      message: `${field}: a field must be named, not computed`,
      code: 'MERGE_FIELD_COMPUTED',
      params: { field },
    }
  const name = rest.join('.')
  // Of a list, what Liquid itself knows of it.
  const own = name.replace(/\.(size|first|last|\d+)$/, '')
  if (!fields.has(name) && !fields.has(own)) return { ...unknown, message: `unknown merge field ${field}` }
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
      issues.push({
        path: part,
        code: 'TOO_LONG',
        params: { maximum: OUTPUT_AT_MOST },
        message: `is longer than ${OUTPUT_AT_MOST} characters once it is merged`,
      })
    } catch (error) {
      const why = sentence(error)
      issues.push({ path: part, code: 'MERGE_FAULT', message: why, params: { why, ...faultOf(why) } })
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

/** What Liquid says, by the kinds of faults that people make; read from its sentences, as it has no codes. */
const FAULTS: Array<[string, RegExp]> = [
  ['NOT_CLOSED', /^(?:tag |output |raw )?(.+) not closed/],
  ['NO_FILTER', /^undefined filter: (\S+?)(?:,|$)/],
  ['NO_TAG', /^tag "(.*)" not found/],
  ['NO_VALUE', /^undefined variable: (\S+?)(?:,|$)/],
  ['UNEXPECTED', /^unexpected (?:token |character )?"?(.+?)"?(?:, value expected|, line|$)/],
  ['NO_INCLUDE', /^(a template) cannot include/],
  ['LIMIT', /^(.+) limit exceeded/],
]

/** The same for whoever words it by themselves: which fault, of what, in which line. */
function faultOf(why: string): IssueParams {
  const line = /, line (\d+)/.exec(why)?.[1]
  for (const [fault, pattern] of FAULTS) {
    const what = pattern.exec(why)?.[1]
    if (what) return { fault, what: what.slice(0, 80), ...(line ? { line: Number(line) } : {}) }
  }
  return {}
}
