import { z } from 'zod'
import type { Issue } from '../errors.ts'

/** A whole number of the query string. */
export const wholeNumber = (min: number, max: number) =>
  z.coerce
    .number('must be a number')
    .int('must be a whole number')
    .min(min, `must be at least ${min}`)
    .max(max, `must be at most ${max}`)

/** What a route takes that names no parameters: one that is passed over in silence looks like one that was heeded. */
export const NO_PARAMETERS = z.strictObject({})

/**
 * The parameters of a request. One that is left empty asks for nothing, as in the `?relatedType=&relatedId=` of a form or a
 * client (R3 6.8, 6.9).
 */
export const givenParameters = (query: unknown): Record<string, unknown> =>
  Object.fromEntries(
    Object.entries(query as Record<string, string | string[]>).flatMap(([key, value]) => {
      const values = [value].flat().filter(each => each !== '')
      return values.length ? [[key, values.length > 1 ? values : values[0]]] : []
    }),
  )

/** What no parameter may be: given twice, where only one of the two could be meant, or with NUL, which PostgreSQL's texts do not hold. */
export const unreadable = (query: Record<string, unknown>): Issue[] =>
  Object.entries(query).flatMap(([path, value]): Issue[] => {
    if (Array.isArray(value)) return [{ path, message: 'is given more than once' }]
    if (typeof value === 'string' && value.includes('\0'))
      return [{ path, code: 'CONTROL_CHARACTERS', message: 'must not contain control characters' }]
    return []
  })
