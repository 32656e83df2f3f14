import { type DestinationStream, type Logger, pino } from 'pino'

export type Log = Logger

/** Keys whose values never reach a log, at any of the depths at which requests and records carry them. */
const SECRET = [
  'password',
  'token',
  'refreshToken',
  'secret',
  'authorization',
  'cookie',
  'email',
  'phone',
  'mobile',
]
const paths = SECRET.flatMap(key => [key, `*.${key}`, `*.*.${key}`, `req.headers.${key}`])

/** Structured log lines on standard output; secrets and personal data are replaced by `[redacted]`. */
export function makeLog(level: string, destination?: DestinationStream): Log {
  return pino(
    {
      level,
      base: undefined,
      timestamp: pino.stdTimeFunctions.isoTime,
      redact: { paths, censor: '[redacted]' },
      formatters: { level: label => ({ level: label }) },
    },
    destination ?? process.stdout,
  )
}
