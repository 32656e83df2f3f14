import type { FastifyReply, FastifyRequest } from 'fastify'
import { speakerFrom } from '../ai/speaker.ts'
import type { Refusal } from '../errors.ts'
import { BASE } from './aliases.ts'
import type { Operation } from './operation.ts'

type Words = { title: string; text: string }

/** In the words of somebody who has followed a link and knows nothing of this program. */
const WORDS: Record<'en' | 'de', { dead: Words; later: Words }> = {
  en: {
    dead: {
      title: 'This link does not work',
      text: 'It may have been cut short or mistyped. Open it from the mail itself.',
    },
    later: { title: 'That did not work just now', text: 'Please open the link again in a moment.' },
  },
  de: {
    dead: {
      title: 'Dieser Link führt nirgendwohin',
      text: 'Vielleicht ist er gekürzt oder vertippt. Öffnen Sie ihn aus der E-Mail selbst.',
    },
    later: { title: 'Das ging gerade nicht', text: 'Bitte öffnen Sie den Link gleich noch einmal.' },
  },
}

/** A small page that needs nothing else. `content` is HTML; its words have been escaped. */
export const smallPage = (language: 'en' | 'de', title: string, content: string): string =>
  `<!doctype html><html lang="${language}"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><meta name="robots" content="noindex"><title>${title}</title></head><body><main><h1>${title}</h1>${content}</main></body></html>`

export const PAGE_HEADERS = { 'content-type': 'text/html; charset=utf-8', 'referrer-policy': 'no-referrer' }

export const readerLanguage = ({ headers }: FastifyRequest): 'en' | 'de' =>
  speakerFrom(headers['accept-language']).language

const isBrowser = ({ headers }: FastifyRequest) => (headers.accept ?? '').includes('text/html')

/** Whether a person sees the answer: the route is one of links in mails, and it is a browser that opens it. */
export const isForReader = (request: FastifyRequest): boolean =>
  request.routeOptions.config?.operation?.isLinked === true && isBrowser(request)

/** Whether what was asked for is no route, but the beginning of a link in a mail, or one with more at its end, that a person opens. */
export function cutLinks(operations: readonly Operation[]): (request: FastifyRequest) => boolean {
  const linked = operations
    .filter(({ isLinked }) => isLinked)
    .map(({ path }) => `${BASE}${path.replace(/:.*/, '')}`)
  return request => {
    const path = request.url.split('?')[0]!
    return (
      isBrowser(request) &&
      path.length > BASE.length + 1 &&
      linked.some(beginning => beginning.startsWith(path) || path.startsWith(beginning))
    )
  }
}

/** Answers in words for a person. A link that is not even like one (400) is as dead to them as one to nothing. */
export function sendRefusalPage(
  request: FastifyRequest,
  reply: FastifyReply,
  { status }: Refusal,
): FastifyReply {
  const language = readerLanguage(request)
  const isDead = status === 400 || status === 404
  const { title, text } = WORDS[language][isDead ? 'dead' : 'later']
  return reply
    .status(isDead ? 404 : status)
    .headers(PAGE_HEADERS)
    .send(smallPage(language, title, `<p>${text}</p>`))
}
