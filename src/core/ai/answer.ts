import { z } from 'zod'
import { inLanguage } from './language.ts'
import { PROVIDERS, type ProviderName } from './provider-names.ts'

export { PROVIDERS, type ProviderName } from './provider-names.ts'

/** A claim's ground: the exact words in a record that the caller may read. */
export const evidence = z.object({
  recordType: z.string().meta({ description: 'Such as `interaction`, `note`, `email` or `deal`' }),
  recordId: z.uuid(),
  field: z.string().optional().meta({ description: 'The field in which the words stand, such as `content`' }),
  sentence: z
    .string()
    .meta({ description: 'The exact words in the record; beside a `value`, that value as people read it' }),
  value: z
    .union([z.string(), z.number(), z.boolean(), z.null(), z.array(z.string())])
    .optional()
    .meta({
      description:
        'What the field holds, where the claim rests on a value and not on words: an amount, an owner, a list',
    }),
  title: z.string().optional().meta({
    description:
      'What the record is called, where the claim rests on a value or a day, which do not say whose they are',
  }),
  start: z
    .int()
    .optional()
    .meta({ description: "Where the words begin in the field's text, in UTF-16 units" }),
  end: z.int().optional().meta({ description: 'Where they end' }),
  occurredAt: z.iso.datetime().optional().meta({ description: 'When it was said or written' }),
})
export type Evidence = z.infer<typeof evidence>

/** What is missing or doubtful; `code` is for programs, such as `COLD_START`, `FEW_OUTCOMES`, `AI_FALLBACK`. */
export const warning = z.object({ code: z.string(), message: z.string() })
export type Warning = z.infer<typeof warning>

/** What every AI answer carries beside its own fields (SPEC 5). */
const common = {
  evidence: z.array(evidence),
  confidence: z.number().min(0).max(1),
  warnings: z.array(warning),
  provider: z.enum(PROVIDERS),
  model: z
    .string()
    .meta({ description: 'The model that worded it; `builtin` where statistics and rules did' }),
  generatedAt: z.iso.datetime(),
}

/** The schema of an AI answer: the feature's own fields and what all answers carry. */
export const aiAnswer = <S extends z.ZodRawShape>(own: S) => z.object({ ...own, ...common })

/** What a feature computes; `answerWith` adds provider, model and time. */
export type Grounded = { evidence: Evidence[]; confidence: number; warnings: Warning[] }
export type Stamped<T> = T & { provider: ProviderName; model: string; generatedAt: string }

/** Says plainly that there is too little to go by. @param what such as "closed deals", in the language that is spoken */
export const coldStart = (have: number, need: number, what: string): Warning => ({
  code: 'COLD_START',
  message: inLanguage(
    `${have ? `Only ${have}` : 'No'} ${what} so far; from ${need} on this rests on your own history`,
    `Bisher ${have ? `nur ${have}` : 'keine'} ${what}; ab ${need} beruht dies auf Ihren eigenen Erfahrungen`,
  ),
})
