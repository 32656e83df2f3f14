import { Readable } from 'node:stream'
import type { z } from 'zod'
import { type Issue, invalid, issuesOf } from '../errors.ts'

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

/** Whoever looks into a body may recurse; a deeper one would end the stack, and nothing here needs as much. */
const DEPTH_AT_MOST = 100

/** PostgreSQL's texts hold no NUL, and UTF-8 no half of a surrogate pair. */
const isStorable = (text: string) => !text.includes('\0') && text.isWellFormed()

/** Names by which a careless copy of a body would reach the prototype of all objects. */
const reachesPrototype = (key: string, value: unknown) =>
  key === '__proto__' ||
  (key === 'constructor' && typeof value === 'object' && value !== null && Object.hasOwn(value, 'prototype'))

/**
 * The texts within a body that no column could hold, whatever its schema says of them. @throws Refusal 400 where it nests too
 * deep or would reach a prototype, which nothing may look into
 */
export function unstorableTexts(body: unknown): Issue[] {
  const issues: Issue[] = []
  const look = (value: unknown, path: string, depth: number): void => {
    if (typeof value === 'string' && !isStorable(value) && issues.length < ISSUES_AT_MOST)
      issues.push({ path, code: 'CONTROL_CHARACTERS', message: 'must not contain control characters' })
    if (typeof value !== 'object' || value === null || value instanceof Readable) return
    if (depth === 0) throw invalid({ path: '', message: `must nest at most ${DEPTH_AT_MOST} deep` })
    for (const [key, inner] of Object.entries(value)) {
      const at = path === '' ? key : `${path}.${key}`
      if (reachesPrototype(key, inner))
        throw invalid({ path: at, code: 'UNKNOWN_FIELD', message: 'is not a known field' })
      if (!isStorable(key))
        issues.push({ path: at, code: 'CONTROL_CHARACTERS', message: 'must not contain control characters' })
      look(inner, at, depth - 1)
    }
  }
  look(body, '', DEPTH_AT_MOST)
  return issues
}
