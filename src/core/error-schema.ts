import { z } from 'zod'
import type { ErrorBody, Issue } from './errors.ts'

/** One field that was refused, for the document. */
const issueSchema: z.ZodType<Issue> = z.object({
  path: z.string(),
  message: z.string(),
  code: z
    .string()
    .optional()
    .meta({ description: 'What is wrong with it, for programs, where they may meet it' }),
  params: z
    .record(z.string(), z.union([z.string(), z.number()]))
    .optional()
    .meta({ description: 'The figures of the message, such as `minimum`' }),
})

/** What is wrong, with a request or with one operation of many. */
export const faultSchema = z.object({
  error: z.string().meta({ description: 'What is wrong, for people' }),
  code: z.string().meta({ description: 'What is wrong, for programs' }),
  issues: z.array(issueSchema).optional(),
})

export const errorSchema: z.ZodType<ErrorBody> = faultSchema
  .extend({ requestId: z.string(), timestamp: z.string().meta({ format: 'date-time' }) })
  .meta({ id: 'Error', description: 'Every refusal has this shape' })
