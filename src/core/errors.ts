import type { z } from 'zod'

/**
 * One field that was refused, and why, in a sentence a user can act on. `code` and `params` say the same to whoever words it by
 * themselves, as the web app does in the reader's language; issues that only programs meet have none.
 */
export type Issue = { path: string; message: string; code?: string; params?: IssueParams }
export type IssueParams = Record<string, string | number>

const CODES = {
  VALIDATION_ERROR: 400,
  BAD_REQUEST: 400,
  UNAUTHENTICATED: 401,
  FORBIDDEN: 403,
  NOT_FOUND: 404,
  CONFLICT: 409,
  PRECONDITION_FAILED: 412,
  PAYLOAD_TOO_LARGE: 413,
  UNSUPPORTED_MEDIA_TYPE: 415,
  UNPROCESSABLE: 422,
  RATE_LIMITED: 429,
  INTERNAL_ERROR: 500,
  UNAVAILABLE: 503,
} as const

/** The general code of each HTTP status; a feature may refuse with a finer code of its own. */
export function codeForStatus(status: number): string {
  const found = Object.entries(CODES).findLast(([, value]) => value === status)
  return found ? found[0] : status < 500 ? 'BAD_REQUEST' : 'INTERNAL_ERROR'
}

/**
 * A request that is turned down on purpose. `message` is public; what only the operator may read
 * goes into `cause`. Everything else that is thrown becomes a 500 without detail.
 */
export class Refusal extends Error {
  readonly status: number
  readonly code: string
  readonly issues: Issue[] | undefined
  readonly retryAfterSeconds: number | undefined
  /** A failure of somebody else's service: told at level info, since nothing of ours is broken. */
  readonly isOutside: boolean

  constructor(
    status: number,
    code: string,
    message: string,
    more: { issues?: Issue[]; cause?: unknown; retryAfterSeconds?: number; isOutside?: boolean } = {},
  ) {
    super(message, { cause: more.cause })
    this.name = 'Refusal'
    this.status = status
    this.code = code
    this.issues = more.issues
    this.retryAfterSeconds = more.retryAfterSeconds
    this.isOutside = more.isOutside ?? false
  }
}

export const invalid = (issues: Issue[] | Issue, message = 'Validation failed') =>
  new Refusal(400, 'VALIDATION_ERROR', message, { issues: Array.isArray(issues) ? issues : [issues] })
export const unauthenticated = (message = 'Sign in first', code = 'UNAUTHENTICATED') =>
  new Refusal(401, code, message)
export const forbidden = (message = 'You may not do this', code = 'FORBIDDEN') =>
  new Refusal(403, code, message)
export const notFound = (what = 'Record') => new Refusal(404, 'NOT_FOUND', `${what} not found`)
export const conflict = (message: string, code = 'CONFLICT', issues?: Issue[]) =>
  new Refusal(409, code, message, { issues })
export const unprocessable = (code: string, message: string, issues?: Issue[]) =>
  new Refusal(422, code, message, { issues })
export const unavailable = (message: string, cause?: unknown) =>
  new Refusal(503, 'UNAVAILABLE', message, { cause, retryAfterSeconds: 5 })

/** A sentence of a schema's own check, with the code of the issue that it makes. */
export const saying = (code: string, message: string) => ({ message, params: { code } })

/** Zod's findings in the words of R3's envelope; unknown keys are named one by one. */
export function issuesOf(error: z.ZodError): Issue[] {
  return error.issues.flatMap((issue): Issue[] => {
    const path = issue.path.join('.')
    if (issue.code !== 'unrecognized_keys') return [{ path, message: issue.message, ...codeOfIssue(issue) }]
    return issue.keys.map(key => ({
      path: path ? `${path}.${key}` : key,
      message: 'is not a known field',
      code: 'UNKNOWN_FIELD',
    }))
  })
}

const TOO_SMALL: Record<string, string> = { string: 'TOO_SHORT', array: 'TOO_FEW', set: 'TOO_FEW' }
const TOO_BIG: Record<string, string> = { string: 'TOO_LONG', array: 'TOO_MANY', set: 'TOO_MANY' }
const FORMATS: Record<string, string> = {
  email: 'NOT_AN_EMAIL',
  url: 'NOT_A_URL',
  uuid: 'NOT_AN_ID',
  date: 'NOT_A_DATE',
  datetime: 'NOT_A_MOMENT',
}

/** What Zod has found, by a code of ours: its own are fewer and may change with it. */
function codeOfIssue(issue: z.core.$ZodIssue): Pick<Issue, 'code' | 'params'> {
  switch (issue.code) {
    case 'invalid_type':
      // Only parsed with `reportInput` do issues hold what was given.
      if (
        'input' in issue ? (issue.input ?? null) === null : / received (undefined|null)$/.test(issue.message)
      )
        return { code: 'REQUIRED' }
      if (issue.expected === 'int' && / received number$/.test(issue.message)) return { code: 'NOT_WHOLE' }
      return issue.expected === 'number' || issue.expected === 'int'
        ? { code: 'NOT_A_NUMBER' }
        : { code: 'WRONG_TYPE' }
    case 'too_small': {
      const code = TOO_SMALL[issue.origin] ?? 'TOO_SMALL'
      if (issue.minimum === 1 && code !== 'TOO_SMALL') return { code: 'REQUIRED' }
      return { code, params: { minimum: Number(issue.minimum) } }
    }
    case 'too_big':
      return { code: TOO_BIG[issue.origin] ?? 'TOO_BIG', params: { maximum: Number(issue.maximum) } }
    case 'invalid_format':
      return { code: FORMATS[issue.format] ?? 'WRONG_FORMAT' }
    case 'invalid_value':
      return { code: 'NOT_A_CHOICE' }
    case 'custom':
      return typeof issue.params?.code === 'string' ? { code: issue.params.code } : {}
    default:
      return { code: 'WRONG_FORMAT' }
  }
}

/** The one JSON shape in which every refusal leaves the server (R3 4.7 with R0's extra fields). */
export type ErrorBody = {
  error: string
  code: string
  issues?: Issue[]
  requestId: string
  timestamp: string
}

export function errorBody(refusal: Refusal, requestId: string): ErrorBody {
  return {
    error: refusal.message,
    code: refusal.code,
    ...(refusal.issues ? { issues: refusal.issues } : {}),
    requestId,
    timestamp: new Date().toISOString(),
  }
}

/** A fault that ends the process at start: one sentence for the operator, no stack. */
export class StartupFault extends Error {}
