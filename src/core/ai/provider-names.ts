/** Without a schema library, since the web app reads them too. */
export const PROVIDERS = ['builtin', 'openai', 'openai-compatible', 'google', 'anthropic', 'bedrock'] as const
export type ProviderName = (typeof PROVIDERS)[number]
