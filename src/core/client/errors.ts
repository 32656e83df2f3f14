import type { ErrorBody, Issue } from '../errors.ts'

/**
 * A request that failed. `code` is the server's (`VALIDATION_ERROR`, `PRECONDITION_FAILED`, …), or the client's
 * own: `NETWORK` where no answer came, `TIMEOUT` where none came in time (both with status 0), `BAD_ANSWER`
 * where the answer was not what the API sends (a proxy's page, say). `issues` name the refused fields;
 * `requestId` finds the request in the server's log.
 */
export class ApiError extends Error {
  readonly status: number
  readonly code: string
  readonly issues: readonly Issue[]
  readonly requestId: string | undefined

  constructor(
    status: number,
    code: string,
    message: string,
    more: { issues?: readonly Issue[]; requestId?: string | null; cause?: unknown } = {},
  ) {
    super(message, { cause: more.cause })
    this.name = 'ApiError'
    this.status = status
    this.code = code
    this.issues = more.issues ?? []
    this.requestId = more.requestId ?? undefined
  }

  /** What is wrong with a field, for a form to show beside it. */
  issueAt(path: string): string | undefined {
    return this.issues.find(issue => issue.path === path)?.message
  }
}

/** Reads the envelope of a refusal; anything else that is no success becomes `BAD_ANSWER`. */
export async function errorFrom(response: Response): Promise<ApiError> {
  const text = await response.text()
  const requestId = response.headers.get('x-request-id')
  const body = parsed(text) as Partial<ErrorBody> | null
  if (typeof body?.code !== 'string' || typeof body.error !== 'string')
    return new ApiError(response.status, 'BAD_ANSWER', `The server answered ${response.status}`, {
      requestId,
    })
  return new ApiError(response.status, body.code, body.error, {
    issues: body.issues,
    requestId: body.requestId ?? requestId,
  })
}

/** JSON, or null where the text is none. */
function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}
