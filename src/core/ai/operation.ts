import { z } from 'zod'
import type { Who } from '../db/workspace.ts'
import type { App } from '../feature.ts'
import { type Operation, type StreamContext, streamOperation } from '../http/operation.ts'
import type { Grounded, ProviderName, Stamped } from './answer.ts'
import { answeringIn, inLanguage } from './language.ts'
import { AiUnavailable, type Task } from './provider.ts'
import { withTitles } from './titles.ts'

/**
 * How a feature brings an AI route:
 *
 *     export const persona = aiOperation({
 *       path: '/ai/persona-builder/:contactId', touches: ['contacts', 'activities'], params, summary,
 *       answers: aiAnswer({ persona: z.string(), motivators: z.array(z.string()) }),
 *       async handle({ app, who, params, query }) {
 *         const { builtin, facts, sources } = await app.database.inWorkspace(who, tx => personaOf(tx, params.contactId), 'read')
 *         return answerWith(app, who, query, builtin, { prompt: personaPrompt, schema: worded, facts, sources },
 *           worded => ({ ...builtin, persona: worded.persona, evidence: evidenceFrom(worded.quotes, sources) }))
 *       },
 *     })
 *
 * `builtin` is the whole answer by statistics and rules, with `evidence`, `confidence` and `warnings`; where the workspace has set a model,
 * that may word it better. `sources` (record texts read as the caller) are all that the model may quote, and `evidenceFrom` keeps only
 * quotes that stand there. The route has the rate limit `ai`, is refused to VIEWERs (403), needs the scopes `ai:read` and those of `touches`,
 * and answers 503 AI_UNAVAILABLE where the model fails, or the builtin answer with a warning where the caller says `?fallback=builtin`.
 */
export const aiOperation = <P, B>(
  given: Omit<
    Parameters<typeof streamOperation<P, Fallback, B>>[0],
    'method' | 'tag' | 'query' | 'access'
  > & {
    method?: 'POST' | 'GET'
    handle: (context: StreamContext<P, Fallback, B>) => unknown
  },
): Operation =>
  streamOperation<P, Fallback, B>({
    method: 'POST',
    ...given,
    ...aiOptions,
    refuses: { ...aiOptions.refuses, ...given.refuses },
    query: aiQuery,
    handle: context =>
      answeringIn(context.request.headers['accept-language'], async () =>
        withTitles(context, await given.handle(context)),
      ),
  })

export const aiQuery = z.strictObject({
  fallback: z.enum(['builtin']).optional().meta({
    description: 'The answer of the builtin provider, with a warning, where the model is not available',
  }),
})
export type Fallback = z.infer<typeof aiQuery>

/** What AI routes have in common, for those whose shape is another than `aiOperation`'s. */
export const aiOptions = {
  tag: 'ai',
  access: 'MEMBER',
  rate: 'ai',
  /** Answered anew each time; nothing is written. */
  reads: true,
  unkeyed: true,
  refuses: {
    503: 'AI_UNAVAILABLE: the model failed, took too long or its budget is used up; `fallback=builtin` answers without it',
  },
} as const

/**
 * The builtin answer, or what a model made of it; stamped with provider, model and time.
 * @param merge makes the answer from the model's value; evidence through `evidenceFrom`
 * @throws Refusal 503 AI_UNAVAILABLE unless the caller takes the builtin answer
 */
export async function answerWith<A extends Grounded, T>(
  app: App,
  who: Who,
  { fallback }: Fallback,
  builtin: A,
  task: Task<T>,
  merge: (value: T) => A,
): Promise<Stamped<A>> {
  try {
    const answered = await app.ai.answer(who, task)
    if (!answered) return stamped(builtin)
    return stamped(merge(answered.value), answered.provider, answered.model)
  } catch (error) {
    if (!(error instanceof AiUnavailable) || fallback !== 'builtin') throw error
    const warning = {
      code: 'AI_FALLBACK',
      message: fellBack(error),
    }
    return stamped({ ...builtin, warnings: [...builtin.warnings, warning] })
  }
}

/** Why the builtin answer stands here, as a warning says it. */
export const fellBack = ({ message }: AiUnavailable): string =>
  `${message}; ${inLanguage('this is the builtin answer', 'dies ist die eingebaute Antwort')}`

/** An answer with who made it and when. */
export const stamped = <A>(
  answer: A,
  provider: ProviderName = 'builtin',
  model: string = provider,
): Stamped<A> => ({ ...answer, provider, model, generatedAt: new Date().toISOString() })
