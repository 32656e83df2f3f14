import type { IncomingMessage, ServerResponse } from 'node:http'
import helmet from 'helmet'

/** The headers that every answer carries (R0): HSTS, nosniff, DENY, a strict content policy and the like. */
export function securityHeaders(): Record<string, string> {
  const headers: Record<string, string> = { 'x-xss-protection': '1; mode=block' }
  // None of them depends on the request, so helmet is asked once instead of for every answer.
  const recorder = {
    setHeader: (name: string, value: string) => {
      headers[name.toLowerCase()] = value
    },
    removeHeader: () => {},
  }
  helmet({
    contentSecurityPolicy: {
      useDefaults: false,
      directives: {
        defaultSrc: ["'self'"],
        baseUri: ["'self'"],
        objectSrc: ["'none'"],
        frameAncestors: ["'none'"],
        formAction: ["'self'"],
        scriptSrc: ["'self'"],
        styleSrc: ["'self'", "'unsafe-inline'"],
        imgSrc: ["'self'", 'data:', 'blob:'],
        connectSrc: ["'self'"],
      },
    },
    frameguard: { action: 'deny' },
    hsts: { maxAge: 31_536_000, includeSubDomains: true },
    xXssProtection: false,
  })({} as IncomingMessage, recorder as unknown as ServerResponse, () => {})
  return headers
}
