import { inLanguage } from '#core/ai/language.ts'
import { type AiFault, AiUnavailable } from '#core/ai/provider.ts'

/** In English and in the language of whoever asked, as their answers are. */
const WORDS: Record<AiFault, [english: string, german: string]> = {
  budget: ['The AI budget of this month is used up', 'Das KI-Budget dieses Monats ist aufgebraucht'],
  circuit: [
    'The model provider keeps failing; it is left alone for a moment',
    'Der Modellanbieter versagt wiederholt; er wird einen Moment lang nicht gefragt',
  ],
  timeout: ['The model took too long', 'Das Modell hat zu lange gebraucht'],
  limit: [
    'The model provider says that there are too many requests, or that its quota is used up',
    'Der Modellanbieter meldet zu viele Anfragen oder ein aufgebrauchtes Kontingent',
  ],
  rejected: [
    'The model provider refuses the key or does not know the model',
    'Der Modellanbieter lehnt den Schlüssel ab oder kennt das Modell nicht',
  ],
  invalid: [
    'The model provider does not accept the request',
    'Der Modellanbieter nimmt die Anfrage nicht an',
  ],
  refusal: ['The model refused to answer', 'Das Modell wollte nicht antworten'],
  nonsense: [
    'The model did not answer in the shape that was asked for',
    'Das Modell hat nicht in der verlangten Form geantwortet',
  ],
  failure: ['The model provider failed', 'Der Modellanbieter hat versagt'],
}

export const faulty = (fault: AiFault, cause?: unknown, retryAfterSeconds?: number) =>
  new AiUnavailable(fault, inLanguage(...WORDS[fault]), { cause, retryAfterSeconds })

const RETRIED: readonly AiFault[] = ['failure', 'limit', 'nonsense']
export const isRetried = ({ fault }: AiUnavailable): boolean => RETRIED.includes(fault)
