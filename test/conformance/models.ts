import { z } from 'zod'

/** R3 section 5 as it stands there: `?: T | null` is `nullish`. Times are ISO-8601 in UTC (4.5), amounts numbers. */

const text = z.string()
const maybe = z.string().nullish()
const utc = z.iso.datetime()
const maybeUtc = utc.nullish()
const dates = { createdAt: utc, updatedAt: utc }

export const membershipRole = z.enum(['OWNER', 'ADMIN', 'MEMBER'])
export const customerType = z.enum(['B2B', 'B2C', 'PATIENT'])
export const dealStatus = z.enum(['OPEN', 'WON', 'LOST'])
export const taskStatus = z.enum(['OPEN', 'DONE'])
export const invoiceStatus = z.enum(['DRAFT', 'SENT', 'PAID', 'OVERDUE', 'VOID'])
export const visitStatus = z.enum(['SCHEDULED', 'COMPLETED', 'CANCELLED'])
export const relatedType = z.enum(['contact', 'company', 'deal', 'task'])

export const MODELS = {
  Session: z.looseObject({
    token: text,
    user: z.looseObject({ id: text, name: text, email: text }),
    workspaceId: text,
  }),
  User: z.looseObject({ id: text, name: text, email: text, ...dates }),
  Workspace: z.looseObject({ id: text, name: text, slug: text, ...dates }),
  Membership: z.looseObject({
    id: text,
    workspaceId: text,
    userId: text,
    role: membershipRole,
    createdAt: utc,
  }),
  Invite: z.looseObject({
    id: text,
    workspaceId: text,
    email: text,
    role: membershipRole,
    token: text,
    expiresAt: utc,
    acceptedAt: maybeUtc,
  }),
  Stage: z.looseObject({ id: text, workspaceId: text, name: text, order: z.number(), ...dates }),
  Company: z.looseObject({
    id: text,
    workspaceId: text,
    ownerId: text,
    name: text,
    domain: maybe,
    industry: maybe,
    size: maybe,
    ...dates,
  }),
  Contact: z.looseObject({
    id: text,
    workspaceId: text,
    ownerId: text,
    firstName: text,
    lastName: text,
    jobTitle: maybe,
    email: maybe,
    phone: maybe,
    companyId: maybe,
    customerType: customerType.nullish(),
    tags: z.array(text),
    ...dates,
  }),
  Deal: z.looseObject({
    id: text,
    workspaceId: text,
    ownerId: text,
    title: text,
    amount: z.number(),
    currency: text,
    stageId: text,
    companyId: maybe,
    primaryContactId: maybe,
    expectedCloseDate: maybe,
    status: dealStatus,
    description: maybe,
    ...dates,
  }),
  Task: z.looseObject({
    id: text,
    workspaceId: text,
    createdById: text,
    assigneeId: maybe,
    title: text,
    dueAt: maybeUtc,
    status: taskStatus,
    relatedType,
    relatedId: text,
    ...dates,
  }),
  Note: z.looseObject({
    id: text,
    workspaceId: text,
    authorId: text,
    body: text,
    relatedType,
    relatedId: text,
    ...dates,
  }),
  Activity: z.looseObject({
    id: text,
    workspaceId: text,
    actorId: text,
    type: text,
    entityType: text,
    entityId: text,
    metadata: z.record(text, z.unknown()).optional(),
    createdAt: utc,
  }),
  Invoice: z.looseObject({
    id: text,
    workspaceId: text,
    createdById: text.nullable(),
    invoiceNumber: text,
    title: text,
    notes: maybe,
    amount: z.number(),
    currency: text,
    status: invoiceStatus,
    relatedType: z.enum(['contact', 'company']).nullish(),
    relatedId: maybe,
    issuedAt: maybeUtc,
    dueAt: maybeUtc,
    paidAt: maybeUtc,
    ...dates,
  }),
  Visit: z.looseObject({
    id: text,
    workspaceId: text,
    contactId: text,
    contactName: text,
    date: text.regex(/^\d{4}-\d\d-\d\d$/),
    time: text.regex(/^\d\d:\d\d$/),
    durationMinutes: z.number(),
    reason: text,
    status: visitStatus,
    notes: maybe,
    ...dates,
  }),
} as const

/** The value as the model; fails naming the field that is not as the document says. */
export function as<M extends keyof typeof MODELS>(model: M, value: unknown): z.infer<(typeof MODELS)[M]> {
  const result = MODELS[model].safeParse(value)
  if (result.success) return result.data as z.infer<(typeof MODELS)[M]>
  throw new Error(`not R3's ${model}: ${z.prettifyError(result.error)}\n${JSON.stringify(value)}`)
}
