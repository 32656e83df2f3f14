import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { loadEnvFile } from 'node:process'
import { z } from 'zod'
import { PROVIDERS } from './ai/answer.ts'
import { aiConfig, readPrices } from './ai/config.ts'
import type { AiConfig } from './ai/model-settings.ts'
import { StartupFault } from './errors.ts'
import { newSecret } from './ids.ts'
import { isNetwork } from './net/address-guard.ts'
import type { S3Settings } from './storage/s3.ts'

/** A number within bounds; what is wrong with it is said to whoever starts the program. */
const number = (min: number, max: number) =>
  z.coerce.number('must be a number').min(min, `must be at least ${min}`).max(max, `must be at most ${max}`)
const whole = (min: number, max: number) => number(min, max).int('must be a whole number')
const perMinute = (fallback: number) => whole(1, 10_000_000).default(fallback)
const flag = (fallback: boolean) =>
  z
    .enum(['true', 'false', '1', '0', 'yes', 'no'], 'must be true or false')
    .transform(text => ['true', '1', 'yes'].includes(text))
    .default(fallback)
const postgresUrl = z.string().regex(/^postgres(ql)?:\/\/\S+$/, 'must be a postgres:// URL')

/** `true`, `false`, or addresses and networks such as `10.1.0.0/16,fd00::/8`. */
function readNetworks(text: string, context: z.RefinementCtx): 'all' | string[] {
  const words = text
    .split(',')
    .map(word => word.trim())
    .filter(Boolean)
  const only = words.length === 1 ? words[0]! : ''
  if (/^(true|yes|1)$/i.test(only)) return 'all'
  if (/^(false|no|0)$/i.test(only)) return []
  for (const word of words)
    if (!isNetwork(word)) context.addIssue({ code: 'custom', message: `${word} is no address or network` })
  return words
}

/** Origins such as `https://app.example.com`, as browsers tell them: without a path or a slash at the end. */
function readOrigins(text: string, context: z.RefinementCtx): string[] {
  return text
    .split(',')
    .map(word => word.trim())
    .filter(Boolean)
    .flatMap(word => {
      const url = URL.canParse(word) ? new URL(word) : undefined
      if (url && /^https?:$/.test(url.protocol) && url.href === `${url.origin}/`) return [url.origin]
      context.addIssue({ code: 'custom', message: `${word} is no origin such as https://app.example.com` })
      return []
    })
}

/** Every setting, with its default. `.env.example` explains each one; a test holds the two together. */
const settings = z.object({
  PORT: whole(0, 65_535).default(3000),
  HOST: z.string().min(1).default('127.0.0.1'),
  DATA_DIR: z.string().min(1).default('./data'),
  DATABASE_URL: postgresUrl.optional(),
  DATABASE_POOL_SIZE: whole(2, 200).default(10),
  REDIS_URL: z
    .string()
    .regex(/^rediss?:\/\/\S+$/, 'must be a redis:// URL')
    .optional(),
  PUBLIC_URL: z
    .url({ protocol: /^https?$/, message: 'must be a URL such as https://crm.example.com' })
    .optional(),
  CORS_ORIGINS: z.string().default('').transform(readOrigins),
  TRUST_PROXY: flag(false),
  S3_BUCKET: z
    .string()
    .regex(/^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/, 'must be the name of a bucket')
    .optional(),
  S3_ENDPOINT: z
    .url({ protocol: /^https?$/, message: 'must be a URL such as https://s3.example.com' })
    .optional(),
  AWS_REGION: z.string().min(1).default('us-east-1'),
  AWS_ACCESS_KEY_ID: z.string().optional(),
  AWS_SECRET_ACCESS_KEY: z.string().optional(),
  SMTP_URL: z
    .string()
    .regex(/^smtps?:\/\/\S+$/, 'must be an smtp:// or smtps:// URL')
    .optional(),
  SMTP_HOST: z.string().optional(),
  SMTP_USER: z.string().optional(),
  SMTP_PASS: z.string().optional(),
  MAIL_FROM: z
    .string()
    .regex(
      /^(?:[^<>]*<[^\s<>@]+@[^\s<>@]+>|[^\s<>@]+@[^\s<>@]+)$/,
      'must be an address such as Crm <crm@example.com>',
    )
    .default('Ascendore CRM <crm@localhost>'),
  JWT_SECRET: z.string().min(32, 'must be at least 32 characters').optional(),
  SEED: z.enum(['demo', 'none'], 'must be demo or none').optional(),
  RATE_LIMIT_GENERAL: perMinute(100),
  RATE_LIMIT_AI: perMinute(20),
  RATE_LIMIT_UPLOAD: perMinute(10),
  RATE_LIMIT_AUTH: perMinute(20),
  RATE_LIMIT_IMPORT: perMinute(10),
  RATE_LIMIT_WEB: perMinute(1000),
  WEBHOOK_ALLOW_PRIVATE: z.string().default('false').transform(readNetworks),
  IMAP_ALLOW_PRIVATE: z.string().default('false').transform(readNetworks),
  AI_PROVIDER: z.enum(PROVIDERS).optional(),
  AI_MODEL: z.string().min(1).max(200).optional(),
  AI_EMBEDDING_MODEL: z.string().min(1).max(200).optional(),
  AI_BASE_URL: z
    .url({ protocol: /^https?$/, message: 'must be a URL such as http://localhost:11434/v1' })
    .optional(),
  AI_API_KEY: z.string().optional(),
  GEMINI_API_KEY: z.string().optional(),
  OPENAI_API_KEY: z.string().optional(),
  ANTHROPIC_API_KEY: z.string().optional(),
  AI_PRICES: z.string().default('{}').transform(readPrices),
  AI_MONTHLY_TOKENS: whole(0, Number.MAX_SAFE_INTEGER).default(5_000_000),
  AI_TIMEOUT_SECONDS: number(1, 300).default(30),
  AI_ALLOW_PRIVATE: z.string().default('false').transform(readNetworks),
  FILE_LIMIT_MB: number(0.001, 5000).default(25),
  BODY_LIMIT_MB: number(0.1, 1000).default(5),
  LOG_LEVEL: z.enum(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent']).default('info'),
})

export type RateClass = 'general' | 'ai' | 'upload' | 'auth' | 'import' | 'web'

/** What the program runs with; made once at start, read-only after that. */
export type Config = {
  port: number
  host: string
  dataDir: string
  databaseUrl: string | undefined
  databasePoolSize: number
  redisUrl: string | undefined
  publicUrl: string
  corsOrigins: string[]
  trustProxy: boolean
  /** Where files are kept; a folder where not set. */
  s3: S3Settings | undefined
  fileLimitBytes: number
  smtpUrl: string | undefined
  mailFrom: string
  jwtSecret: string
  seed: 'demo' | 'none'
  rateLimitsPerMinute: Record<RateClass, number>
  /** The private networks that webhooks may reach: all of them, or those that are named. */
  webhookPrivateNetworks: 'all' | readonly string[]
  /** The private networks in which mailboxes may be read. */
  imapPrivateNetworks: 'all' | readonly string[]
  ai: AiConfig
  bodyLimitBytes: number
  logLevel: string
}

export type Env = Record<string, string | undefined>

/** Reads `.env` where there is one, then the environment. @throws StartupFault naming what is wrong. */
export function configFromProcess(): Config {
  if (existsSync('.env')) loadEnvFile('.env')
  return readConfig(process.env)
}

/** Turns an environment into settings. An empty variable counts as absent. @throws StartupFault */
export function readConfig(env: Env): Config {
  const given = Object.fromEntries(Object.entries(env).filter(([, value]) => value !== ''))
  const read = settings.safeParse(given)
  if (!read.success) {
    const wrong = read.error.issues.map(issue => `${issue.path.join('.')} ${issue.message}`)
    throw new StartupFault(`A setting is wrong: ${wrong.join('; ')}.`)
  }
  const s = read.data
  const dataDir = resolve(s.DATA_DIR)
  return {
    port: s.PORT,
    host: s.HOST,
    dataDir,
    databaseUrl: s.DATABASE_URL,
    databasePoolSize: s.DATABASE_POOL_SIZE,
    redisUrl: s.REDIS_URL,
    publicUrl: (s.PUBLIC_URL ?? `http://${s.HOST.includes(':') ? `[${s.HOST}]` : s.HOST}:${s.PORT}`).replace(
      /\/+$/,
      '',
    ),
    corsOrigins: s.CORS_ORIGINS,
    trustProxy: s.TRUST_PROXY,
    s3: s3From(s),
    fileLimitBytes: Math.round(s.FILE_LIMIT_MB * 1024 * 1024),
    smtpUrl: s.SMTP_URL ?? smtpUrlFromParts(s),
    mailFrom: s.MAIL_FROM,
    jwtSecret: s.JWT_SECRET ?? keptSecret(dataDir, s.DATABASE_URL),
    // Made-up accounts have no place on a database server unless somebody asks for them.
    seed: s.SEED ?? (s.DATABASE_URL ? 'none' : 'demo'),
    rateLimitsPerMinute: {
      general: s.RATE_LIMIT_GENERAL,
      ai: s.RATE_LIMIT_AI,
      upload: s.RATE_LIMIT_UPLOAD,
      auth: s.RATE_LIMIT_AUTH,
      import: s.RATE_LIMIT_IMPORT,
      web: s.RATE_LIMIT_WEB,
    },
    webhookPrivateNetworks: s.WEBHOOK_ALLOW_PRIVATE,
    imapPrivateNetworks: s.IMAP_ALLOW_PRIVATE,
    ai: aiConfig(s),
    bodyLimitBytes: Math.round(s.BODY_LIMIT_MB * 1024 * 1024),
    logLevel: s.LOG_LEVEL,
  }
}

/** A bucket, with its keys or by the rights of the machine. @throws StartupFault where only a part is given */
function s3From(s: z.infer<typeof settings>): S3Settings | undefined {
  const { S3_BUCKET: bucket, AWS_ACCESS_KEY_ID: accessKeyId, AWS_SECRET_ACCESS_KEY: secretAccessKey } = s
  if (!bucket) {
    if (s.S3_ENDPOINT) throw new StartupFault('A setting is wrong: S3_BUCKET is required with S3_ENDPOINT.')
    return undefined
  }
  if (!accessKeyId !== !secretAccessKey)
    throw new StartupFault(
      'A setting is wrong: AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY must be given together.',
    )
  return {
    bucket,
    region: s.AWS_REGION,
    endpoint: s.S3_ENDPOINT,
    keys: accessKeyId && secretAccessKey ? { accessKeyId, secretAccessKey } : undefined,
  }
}

/** R0's SMTP_HOST, SMTP_USER and SMTP_PASS, as one URL. */
function smtpUrlFromParts(s: {
  SMTP_HOST?: string
  SMTP_USER?: string
  SMTP_PASS?: string
}): string | undefined {
  if (!s.SMTP_HOST) return undefined
  const login = s.SMTP_USER
    ? `${encodeURIComponent(s.SMTP_USER)}:${encodeURIComponent(s.SMTP_PASS ?? '')}@`
    : ''
  return `smtp://${login}${s.SMTP_HOST}${s.SMTP_HOST.includes(':') ? '' : ':587'}`
}

/** Embedded, the signing key is made once and kept beside the data; many processes must be given one. */
function keptSecret(dataDir: string, databaseUrl: string | undefined): string {
  if (databaseUrl) {
    throw new StartupFault(
      'A setting is wrong: JWT_SECRET is required with DATABASE_URL, at least 32 characters.',
    )
  }
  const file = join(dataDir, 'jwt-secret')
  try {
    mkdirSync(dataDir, { recursive: true })
    if (!existsSync(file)) writeFileSync(file, newSecret(), { mode: 0o600, flag: 'wx' })
    return readFileSync(file, 'utf8').trim()
  } catch (error) {
    throw new StartupFault(`DATA_DIR ${dataDir} cannot be written: ${(error as Error).message}.`)
  }
}
