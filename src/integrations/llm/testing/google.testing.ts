import type { Asked, Scripted, Wire } from './model-server.testing.ts'
import { callsOf, piecesOf, sse, textOf, tokensOf, vectorOf } from './wire.testing.ts'

const STATUS: Record<number, string> = {
  400: 'INVALID_ARGUMENT',
  401: 'UNAUTHENTICATED',
  403: 'PERMISSION_DENIED',
  429: 'RESOURCE_EXHAUSTED',
  500: 'INTERNAL',
  503: 'UNAVAILABLE',
}

type Part = { text: string } | { functionCall: { name: string; args: unknown } }

// https://ai.google.dev/api/generate-content
function answerOf(asked: Asked, parts: Part[], finishReason: string | undefined, out: number) {
  const input = tokensOf(asked.raw)
  return {
    candidates: [
      {
        ...(parts.length ? { content: { role: 'model', parts } } : {}),
        ...(finishReason ? { finishReason } : {}),
        index: 0,
        safetyRatings: [{ category: 'HARM_CATEGORY_HARASSMENT', probability: 'NEGLIGIBLE' }],
      },
    ],
    usageMetadata: { promptTokenCount: input, candidatesTokenCount: out, totalTokenCount: input + out },
    modelVersion: 'gemini-flash-latest',
    responseId: 'r1',
  }
}

const calls = (said: Scripted): Part[] =>
  callsOf(said).map(({ name, input }) => ({ functionCall: { name, args: input } }))

const embedded = (request: any) => ({
  values: vectorOf(
    request.content.parts.map((part: any) => part.text).join(' '),
    request.outputDimensionality ?? 768,
  ),
})

export const google: Wire = {
  provider: 'google',
  fits: path => /^\/v1beta\/models\/[\w.-]+:\w+(\?alt=sse)?$/.test(path),
  problem: ({ path, body, headers }) => {
    if (!headers['x-goog-api-key']) return [403, 'Method does not allow unregistered callers']
    if (path.includes(':batchEmbedContents'))
      return body?.requests?.length <= 100 ? undefined : [400, 'at most 100 requests can be in one batch']
    if (path.includes('mbedContent')) return body?.content ? undefined : [400, 'content is required']
    const roles: string[] = body?.contents?.map((content: any) => content.role) ?? []
    if (!roles.length || roles.some(role => role !== 'user' && role !== 'model'))
      return [400, 'Please use a valid role: user, model.']
    return undefined
  },
  error: (code, message) => ({ error: { code, message, status: STATUS[code] ?? 'UNKNOWN' } }),
  whole: (said, asked) => {
    if (asked.path.includes(':batchEmbedContents')) return { embeddings: asked.body.requests.map(embedded) }
    if (asked.path.includes(':embedContent')) return { embedding: embedded(asked.body) }
    if (said.refusal) return answerOf(asked, [], 'SAFETY', 0)
    const text = textOf(said)
    const parts = [...(text === undefined ? [] : [{ text }]), ...calls(said)]
    return answerOf(asked, parts, 'STOP', tokensOf(JSON.stringify(parts)))
  },
  pieces: (said, asked) => {
    if (!asked.path.includes(':streamGenerateContent')) return undefined
    if (said.refusal) return [sse(answerOf(asked, [], 'SAFETY', 0))]
    const text = textOf(said) ?? ''
    const out = tokensOf(text)
    return [
      ...piecesOf(text).map(piece => sse(answerOf(asked, [{ text: piece }], undefined, out))),
      ...calls(said).map(call => sse(answerOf(asked, [call], undefined, out))),
      sse(answerOf(asked, [{ text: '' }], 'STOP', out)),
    ]
  },
}
