import { AsyncLocalStorage } from 'node:async_hooks'
import { type Speaker, speakerFrom } from './speaker.ts'

export type Language = Speaker['language']

/**
 * The language of whoever asks, for as long as their request is answered. It belongs to the request as the clock does to the
 * process: nearly every function of an answer has words in it, and none decides by it.
 */
const spoken = new AsyncLocalStorage<Language>()

/** Answers in the language that the client asks for. */
export const answeringIn = <T>(acceptLanguage: string | undefined, work: () => T): T =>
  spoken.run(speakerFrom(acceptLanguage).language, work)

/** The same for an answer that comes part by part: each part is made in that language, whenever it is asked for. */
export function speakingIn<T, R>(
  acceptLanguage: string | undefined,
  parts: AsyncGenerator<T, R, undefined>,
): AsyncGenerator<T, R, undefined> {
  const next = parts.next.bind(parts)
  parts.next = () => answeringIn(acceptLanguage, () => next())
  return parts
}

/** English where nobody asked for anything, such as in a job. */
export const languageSpoken = (): Language => spoken.getStore() ?? 'en'

/** The words, or the catalogue of sentences, of the language that is spoken. */
export function inLanguage(english: string, german: string): string
export function inLanguage<T>(english: T, german: T): T
export function inLanguage<T>(english: T, german: T): T {
  return languageSpoken() === 'de' ? german : english
}

/** A share in hundredths as both languages write it in prose here: the sign stands behind a narrow space at which no line ends. */
export const percentText = (hundredths: number): string => `${Math.round(hundredths)}\u202f%`
