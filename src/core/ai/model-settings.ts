import type { ProviderName } from './answer.ts'

export type ModelProvider = Exclude<ProviderName, 'builtin'>

/** How a provider is reached: what an installation or a workspace has set. Keys are in the clear here: never log, answer or store it. */
export type ModelSettings = {
  provider: ModelProvider
  model: string
  /** Undefined where no texts are sent away to be embedded. */
  embeddingModel?: string
  /** Another place than the provider's own. */
  baseUrl?: string
  apiKey?: string
  /** Of Bedrock, where there is no `apiKey`; the AWS Signature 4 is made with them. */
  region?: string
  accessKeyId?: string
  secretAccessKey?: string
}

/** US dollars for a million tokens. */
export type Price = { input: number; output: number }
export type Prices = Record<string, Price>

/** What the operator has set for the whole installation. */
export type AiConfig = {
  /** Undefined where workspaces have the builtin provider unless they bring their own. */
  models: ModelSettings | undefined
  prices: Prices
  /** Tokens a calendar month that each workspace may use of the installation's model; 0 for no limit. */
  monthlyTokens: number
  timeoutMs: number
  /** The private networks in which a workspace's own model may be reached. */
  privateNetworks: 'all' | readonly string[]
}

/** Models by default, where only a key is given (R0's GEMINI_API_KEY, R4's OPENAI_API_KEY). */
export const DEFAULT_MODELS: Partial<Record<ModelProvider, string>> = {
  google: 'gemini-flash-latest',
  openai: 'gpt-5',
}
