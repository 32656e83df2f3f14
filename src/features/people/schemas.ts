import { z } from 'zod'
import { ROLES } from '#core/db/workspace.ts'
import { type Issue, saying } from '#core/errors.ts'
import * as f from '#core/record/fields.ts'
import { isCurrencyCode } from '#core/record/formats.ts'

export { listOf } from '#core/http/page.ts'

/** The shapes that the routes of people take and give, for checking and for the OpenAPI document. */

const typed = <T>(of: f.Field<T>) => of.schema as z.ZodType<T>

export const email = typed(f.required(f.email())).meta({ description: 'Upper and lower case are the same' })
export const personName = typed(f.required(f.text(120)))
export const workspaceName = typed(f.required(f.text(120)))
/** Names the workspace in the whole installation. */
export const slug = z
  .string()
  .regex(/^[a-z0-9]+(-[a-z0-9]+)*$/, 'must be small letters, digits and single hyphens')
  .max(60)
export const role = z.enum(ROLES)
export const mailToken = z.string().min(20).max(200)
/** Nothing, or `{}`: a field that is sent is a mistake of the caller's, and is told. */
export const noBody = z.strictObject({}).nullish()

const moment = z.iso.datetime()
const fields = {
  id: z.uuid(),
  name: z.string(),
  email: z.string(),
  createdAt: moment,
  updatedAt: moment,
}

export const authAnswer = z.object({
  token: z.string().meta({ description: 'Access token, good for 15 minutes' }),
  user: z.object({ id: fields.id, name: fields.name, email: fields.email }),
  workspaceId: z.uuid().nullable().meta({ description: 'Null for somebody who belongs to no workspace' }),
  refreshToken: z
    .string()
    .optional()
    .meta({ description: 'To be kept and exchanged once; not told where the cookie carries it' }),
  renewAfterSeconds: z.int().optional().meta({
    description: 'A cookie that another request has just exchanged: refresh once more after so long',
  }),
})

export const accountAnswer = z.object({
  ...fields,
  emailVerifiedAt: moment.nullable(),
  twoFactorEnabled: z.boolean(),
  preferences: z.object({
    language: z.string().nullable(),
    locale: z.string().nullable(),
    timezone: z.string().nullable(),
    theme: z.enum(['light', 'dark', 'auto']).nullable(),
  }),
})

export const workspaceAnswer = z.object({
  id: fields.id,
  name: fields.name,
  slug: z.string(),
  currency: z.string(),
  timezone: z.string(),
  settings: z.looseObject({
    recordVisibility: z.enum(['own', 'workspace']),
    retentionDays: z.int(),
  }),
  createdAt: moment,
  updatedAt: moment,
  version: z.int(),
})
export const myWorkspaceAnswer = workspaceAnswer.extend({ role })

export const memberAnswer = z.object({
  ...fields,
  emailVerifiedAt: moment.nullable(),
  role,
  isActive: z.boolean(),
  membershipId: z.uuid(),
  removedAt: moment.nullable(),
})

export const membershipAnswer = z.object({
  id: fields.id,
  workspaceId: z.uuid(),
  userId: z.uuid(),
  role,
  isActive: z.boolean(),
  createdAt: moment,
  updatedAt: moment,
  version: z.int(),
  user: z.object({ id: fields.id, name: fields.name, email: fields.email }),
})

export const inviteAnswer = z.object({
  id: fields.id,
  workspaceId: z.uuid(),
  email: fields.email,
  role,
  token: z.string().meta({
    description:
      'For a link of your own; empty for callers who may not give the role, and once it is settled',
  }),
  status: z.enum(['PENDING', 'ACCEPTED', 'REVOKED', 'EXPIRED']),
  createdById: z.uuid().nullable(),
  expiresAt: moment,
  acceptedAt: moment.nullable(),
  createdAt: moment,
})

export const currency = z
  .string()
  .trim()
  .toUpperCase()
  .refine(isCurrencyCode, saying('NOT_A_CURRENCY', 'must be an ISO 4217 currency code such as EUR'))

/** Zones by their IANA names; bare offsets such as +01:00 know no summer time and are refused. */
const isTimezone = (zone: string): boolean => {
  if (!/^[A-Za-z]/.test(zone)) return false
  try {
    return Boolean(new Intl.DateTimeFormat('en', { timeZone: zone }))
  } catch {
    return false
  }
}
export const timezone = z
  .string()
  .max(60)
  .refine(isTimezone, saying('NOT_A_ZONE', 'must be an IANA time zone such as Europe/Berlin'))

const isLocale = (tag: string): boolean => {
  try {
    return Intl.getCanonicalLocales(tag).length === 1
  } catch {
    return false
  }
}
const locale = z.string().min(2).max(35).refine(isLocale, 'must be a language tag such as de-AT')
/** How a person wants the app; null leaves it to their device. */
export const preferences = z.strictObject({
  language: locale.nullish().meta({ description: 'Of the words, such as de' }),
  locale: locale.nullish().meta({ description: 'Of dates and numbers, such as de-AT' }),
  timezone: timezone.nullish().meta({ description: 'In which times are shown, by its IANA name' }),
  theme: z.enum(['light', 'dark', 'auto']).nullish(),
})

/** What one unit of another currency is worth in the workspace's, for sums of deals. */
const exchangeRates = z.record(
  z
    .string()
    .refine(isCurrencyCode, saying('NOT_A_CURRENCY', 'must be an ISO 4217 currency code such as EUR')),
  z.number().positive().max(1e9),
)

/** The steps of setting a workspace up, in their order; the one that comes next is kept until all are done or skipped. */
export const ONBOARDING_STEPS = ['workspace', 'pipeline', 'team', 'data'] as const

const SETTINGS_MAX_CHARACTERS = 20_000
/** Null takes one away. */
const SETTINGS = {
  recordVisibility: z.enum(['own', 'workspace']).nullish(),
  retentionDays: z.int().min(1).max(3650).nullish(),
  exchangeRates: exchangeRates.nullish(),
  mailTracking: z.boolean().nullish(),
  onboarding: z.enum(ONBOARDING_STEPS).nullish(),
  invoiceSender: z.string().nullish(),
  invoiceFooter: z.string().nullish(),
  invoiceLocale: locale.nullish(),
}
const sized = <T extends z.ZodType>(of: T) =>
  of.refine(given => JSON.stringify(given).length <= SETTINGS_MAX_CHARACTERS, 'must not be larger than 20 kB')
export const settings = sized(z.strictObject(SETTINGS))
/** What is kept from before settings were checked by name may be sent back; whoever changes them looks (`strangersIn`). */
export const settingsChange = sized(z.looseObject(SETTINGS))

type Values = Record<string, unknown>
/** Settings that are neither known nor kept already as they are given, or to be taken away. */
export const strangersIn = (given: Values, kept: Values): Issue[] =>
  Object.entries(given)
    .filter(([key, value]) => !Object.hasOwn(SETTINGS, key) && !isKept(kept, key, value))
    .map(([key]) => ({ path: `settings.${key}`, message: 'is not a known field', code: 'UNKNOWN_FIELD' }))

const isKept = (kept: Values, key: string, value: unknown): boolean =>
  Object.hasOwn(kept, key) && (value === null || JSON.stringify(value) === JSON.stringify(kept[key]))

export const EXAMPLE = {
  user: { id: '0198c0de-0000-7000-8000-000000000001', name: 'Ana Lima', email: 'ana@example.com' },
  workspaceId: '0198c0de-0000-7000-8000-000000000002',
  membershipId: '0198c0de-0000-7000-8000-000000000003',
  inviteId: '0198c0de-0000-7000-8000-000000000004',
  sessionId: '0198c0de-0000-7000-8000-000000000005',
  token: 'eyJhbGciOiJIUzI1NiJ9.eyJ3cyI6IjAxOThjMGRlIn0.c2lnbmF0dXJl',
  secret: '3q2-7wAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA',
  password: 'seven green bicycles',
  time: '2026-01-31T09:30:00.000Z',
} as const

export const EXAMPLE_AUTH = {
  token: EXAMPLE.token,
  user: EXAMPLE.user,
  workspaceId: EXAMPLE.workspaceId,
  refreshToken: EXAMPLE.secret,
}

export const EXAMPLE_ACCOUNT = {
  ...EXAMPLE.user,
  createdAt: EXAMPLE.time,
  updatedAt: EXAMPLE.time,
  emailVerifiedAt: EXAMPLE.time,
  twoFactorEnabled: false,
  preferences: { language: 'de', locale: 'de-AT', timezone: 'Europe/Vienna', theme: null },
}

export const EXAMPLE_WORKSPACE = {
  id: EXAMPLE.workspaceId,
  name: 'Northwind',
  slug: 'northwind',
  currency: 'EUR',
  timezone: 'Europe/Berlin',
  settings: { recordVisibility: 'own', retentionDays: 30 },
  createdAt: EXAMPLE.time,
  updatedAt: EXAMPLE.time,
  version: 1,
}
