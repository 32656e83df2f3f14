import type { EmbeddingModel, LanguageModel } from 'ai'
import type { ModelSettings } from '#core/ai/model-settings.ts'

type Fetch = typeof fetch
export type Models = {
  language: (model: string) => LanguageModel
  /** Undefined where the provider has no embeddings. */
  embedding?: (model: string) => EmbeddingModel
  /** What each call says beside the prompt, by the provider's name. */
  options?: Record<string, Record<string, string | number | boolean>>
}

/**
 * The models of a provider. Each library is loaded when it is first asked for, so that the start does not wait for any. Keys are always
 * given, also where there is none, or the libraries would look for one in the environment.
 */
export async function modelsOf(settings: ModelSettings, fetch: Fetch): Promise<Models> {
  const { provider, baseUrl: baseURL, apiKey = '' } = settings
  switch (provider) {
    case 'openai': {
      const made = (await import('@ai-sdk/openai')).createOpenAI({ apiKey, baseURL, fetch })
      // Customers' texts are not for the provider to keep.
      return { language: made, embedding: made.embeddingModel, options: { openai: { store: false } } }
    }
    case 'openai-compatible': {
      const { createOpenAICompatible } = await import('@ai-sdk/openai-compatible')
      const made = createOpenAICompatible({
        name: 'compatible',
        baseURL: baseURL ?? '',
        ...(apiKey ? { apiKey } : {}),
        includeUsage: true,
        supportsStructuredOutputs: true,
        fetch,
      })
      return { language: made, embedding: made.embeddingModel }
    }
    case 'google': {
      const made = (await import('@ai-sdk/google')).createGoogle({ apiKey, baseURL, fetch })
      return { language: made, embedding: made.embeddingModel }
    }
    case 'anthropic': {
      const made = (await import('@ai-sdk/anthropic')).createAnthropic({ apiKey, baseURL, fetch })
      return { language: made }
    }
    case 'bedrock': {
      const { createAmazonBedrock } = await import('@ai-sdk/amazon-bedrock')
      const { region = 'us-east-1', accessKeyId = '', secretAccessKey = '' } = settings
      const proof = apiKey ? { apiKey } : { apiKey: '', accessKeyId, secretAccessKey, sessionToken: '' }
      const made = createAmazonBedrock({ region, ...proof, baseURL, fetch })
      return { language: made, embedding: made.embeddingModel }
    }
  }
}

/** What an embedding model is told, so that its vectors are at most 768 long where it can choose. */
export function embeddingOptions(
  { provider }: ModelSettings,
  model: string,
  dimensions: number,
): Record<string, Record<string, string | number | boolean>> {
  if (provider === 'openai' && model.startsWith('text-embedding-3')) return { openai: { dimensions } }
  if (provider === 'google')
    return {
      google: {
        taskType: 'RETRIEVAL_DOCUMENT',
        ...(model.startsWith('gemini') ? { outputDimensionality: dimensions } : {}),
      },
    }
  // Titan's second model makes 256, 512 or 1024.
  if (provider === 'bedrock' && model.includes('titan-embed-text-v2'))
    return { amazonBedrock: { dimensions: 512, normalize: true } }
  return {}
}
