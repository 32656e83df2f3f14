import { z } from 'zod'
import { StartupFault } from '../errors.ts'
import type { ProviderName } from './answer.ts'
import { type AiConfig, DEFAULT_MODELS, type ModelProvider, type ModelSettings } from './model-settings.ts'

const price = z.number().min(0).max(10_000)
/** US dollars for a million tokens, by model. */
export const pricesSchema = z.record(
  z.string().min(1).max(200),
  z.strictObject({ input: price, output: price }),
)

export function readPrices(text: string, context: z.RefinementCtx): z.infer<typeof pricesSchema> {
  try {
    const read = pricesSchema.safeParse(JSON.parse(text))
    if (read.success) return read.data
  } catch {
    // Said below.
  }
  context.addIssue({ code: 'custom', message: 'must be JSON such as {"gpt-5":{"input":1.25,"output":10}}' })
  return {}
}

type Settings = {
  AI_PROVIDER?: ProviderName
  AI_MODEL?: string
  AI_EMBEDDING_MODEL?: string
  AI_BASE_URL?: string
  AI_API_KEY?: string
  GEMINI_API_KEY?: string
  OPENAI_API_KEY?: string
  ANTHROPIC_API_KEY?: string
  AWS_REGION: string
  AWS_ACCESS_KEY_ID?: string
  AWS_SECRET_ACCESS_KEY?: string
  AI_PRICES: AiConfig['prices']
  AI_MONTHLY_TOKENS: number
  AI_TIMEOUT_SECONDS: number
  AI_ALLOW_PRIVATE: AiConfig['privateNetworks']
}

const KEYS = {
  google: 'GEMINI_API_KEY',
  openai: 'OPENAI_API_KEY',
  anthropic: 'ANTHROPIC_API_KEY',
} as const

/** What the operator has set of AI. @throws StartupFault where the provider lacks what it needs */
export const aiConfig = (s: Settings): AiConfig => ({
  models: modelsOf(s),
  prices: s.AI_PRICES,
  monthlyTokens: s.AI_MONTHLY_TOKENS,
  timeoutMs: s.AI_TIMEOUT_SECONDS * 1000,
  privateNetworks: s.AI_ALLOW_PRIVATE,
})

function modelsOf(s: Settings): ModelSettings | undefined {
  // R0 and R4 name a key and nothing else.
  const provider = s.AI_PROVIDER ?? (s.GEMINI_API_KEY ? 'google' : s.OPENAI_API_KEY ? 'openai' : 'builtin')
  if (provider === 'builtin') return undefined
  const wrong = (words: string) =>
    new StartupFault(`A setting is wrong: ${words} with AI_PROVIDER ${provider}.`)
  const model = s.AI_MODEL ?? DEFAULT_MODELS[provider]
  if (!model) throw wrong('AI_MODEL is required')
  if (provider === 'openai-compatible' && !s.AI_BASE_URL) throw wrong('AI_BASE_URL is required')
  const given = { provider, model, embeddingModel: s.AI_EMBEDDING_MODEL, baseUrl: s.AI_BASE_URL }
  const apiKey = s.AI_API_KEY ?? ownKey(s, provider)
  if (provider === 'bedrock' && !apiKey) {
    if (!s.AWS_ACCESS_KEY_ID || !s.AWS_SECRET_ACCESS_KEY)
      throw wrong('AI_API_KEY, or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, are required')
    const keys = { accessKeyId: s.AWS_ACCESS_KEY_ID, secretAccessKey: s.AWS_SECRET_ACCESS_KEY }
    return { ...given, ...keys, region: s.AWS_REGION }
  }
  if (!apiKey && provider !== 'openai-compatible') throw wrong('AI_API_KEY is required')
  return { ...given, apiKey, region: s.AWS_REGION }
}

const ownKey = (s: Settings, provider: ModelProvider): string | undefined =>
  provider in KEYS ? s[KEYS[provider as keyof typeof KEYS]] : undefined
