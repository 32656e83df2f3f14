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

/** A fault without `detail`, in which the database names the values of the row that it refused. */
function withoutRow(error: Error) {
  const { detail: _, ...rest } = pino.stdSerializers.err(error)
  return rest
}

/** Structured log lines on standard output; secrets and personal data are replaced by `[redacted]`. */
export function makeLog(level: string, destination?: DestinationStream): Log {
  return pino(
    {
      level,
      base: undefined,
      timestamp: pino.stdTimeFunctions.isoTime,
      serializers: { err: withoutRow },
      redact: { paths, censor: '[redacted]' },
      formatters: { level: label => ({ level: label }) },
    },
    destination ?? process.stdout,
  )
}
