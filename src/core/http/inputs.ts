import type { z } from 'zod'
import { type Issue, issuesOf } from '../errors.ts'

/** What is wrong with one request, told in one refusal, up to so many. */
export const ISSUES_AT_MOST = 50

/** Reads the parts of a request by their schemas and gathers what is wrong with any of them. */
export function inputReader() {
  const issues: Issue[] = []
  const read = (schema: z.ZodType | undefined, value: unknown): unknown => {
    if (!schema) return value
    const result = schema.safeParse(value)
    if (result.success) return result.data
    issues.push(...issuesOf(result.error))
    return undefined
  }
  return { issues, read }
}
