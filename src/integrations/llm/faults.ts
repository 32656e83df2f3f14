import { type AiFault, AiUnavailable } from '#core/ai/provider.ts'

const WORDS: Record<AiFault, string> = {
  budget: 'The AI budget of this month is used up',
  circuit: 'The model provider keeps failing; it is left alone for a moment',
  timeout: 'The model took too long',
  limit: 'The model provider says that there are too many requests, or that its quota is used up',
  rejected: 'The model provider refuses the key or does not know the model',
  invalid: 'The model provider does not accept the request',
  refusal: 'The model refused to answer',
  nonsense: 'The model did not answer in the shape that was asked for',
  failure: 'The model provider failed',
}

export const faulty = (fault: AiFault, cause?: unknown, retryAfterSeconds?: number) =>
  new AiUnavailable(fault, WORDS[fault], { cause, retryAfterSeconds })

const RETRIED: readonly AiFault[] = ['failure', 'limit', 'nonsense']
export const isRetried = ({ fault }: AiUnavailable): boolean => RETRIED.includes(fault)
