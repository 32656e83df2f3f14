import type { ProviderName } from '#core/ai/provider-names.ts'

export type Price = { input: number; output: number }
export type AiSettings = {
  provider: ProviderName | null
  model: string | null
  embeddingModel: string | null
  baseUrl: string | null
  region: string | null
  hasKey: boolean
  keyHint: string | null
  monthlyTokens: number | null
  monthlyCost: number | null
  prices: Record<string, Price>
  effective: {
    provider: ProviderName
    model: string | null
    embeddingModel: string | null
    source: 'installation' | 'workspace'
  }
}
export type Tried = { isOk: boolean; error: string | null; durationMs: number }

/** What the form holds; numbers as they are typed. */
export type Values = {
  provider: ProviderName | 'installation'
  model: string
  embeddingModel: string
  baseUrl: string
  region: string
  apiKey: string
  accessKeyId: string
  secretAccessKey: string
  monthlyTokens: number | string
  monthlyCost: number | string
  priceIn: number | string
  priceOut: number | string
}
export type Given = {
  values: Values
  kept: AiSettings
  change: (change: Partial<Values>) => void
  issues: Record<string, string>
}

export const aiSettingsKey = ['ai-settings']
export const aiUsageKey = ['ai-usage']

export const isOwn = ({ provider }: Pick<Values, 'provider'>): boolean =>
  provider !== 'installation' && provider !== 'builtin'

export function valuesOf(kept: AiSettings): Values {
  const price = kept.effective.model ? kept.prices[kept.effective.model] : undefined
  return {
    provider: kept.provider ?? 'installation',
    model: kept.model ?? '',
    embeddingModel: kept.embeddingModel ?? '',
    baseUrl: kept.baseUrl ?? '',
    region: kept.region ?? '',
    apiKey: '',
    accessKeyId: '',
    secretAccessKey: '',
    monthlyTokens: kept.monthlyTokens ?? '',
    monthlyCost: kept.monthlyCost ?? '',
    priceIn: price?.input ?? '',
    priceOut: price?.output ?? '',
  }
}

const orNull = (text: string): string | null => text.trim() || null

/** How the provider is reached, as the API wants it. */
export function reachOf(values: Values) {
  if (!isOwn(values)) return { provider: values.provider === 'installation' ? null : values.provider }
  const keys = Object.entries({
    apiKey: values.apiKey,
    ...(values.provider === 'bedrock'
      ? { accessKeyId: values.accessKeyId, secretAccessKey: values.secretAccessKey }
      : {}),
  }).filter(([, value]) => value.trim())
  return {
    provider: values.provider,
    model: orNull(values.model),
    embeddingModel: values.provider === 'anthropic' ? null : orNull(values.embeddingModel),
    baseUrl: orNull(values.baseUrl),
    region: values.provider === 'bedrock' ? orNull(values.region) : null,
    ...Object.fromEntries(keys.map(([key, value]) => [key, value.trim()])),
  }
}

const numberOr = (value: number | string): number | null => (value === '' ? null : Number(value))

export function bodyOf(values: Values, kept: AiSettings) {
  const model = isOwn(values) ? values.model.trim() : kept.effective.model
  const hasPrice = values.priceIn !== '' && values.priceOut !== ''
  const prices = { ...kept.prices }
  if (model && hasPrice) prices[model] = { input: Number(values.priceIn), output: Number(values.priceOut) }
  else if (model) delete prices[model]
  return {
    ...reachOf(values),
    monthlyTokens: numberOr(values.monthlyTokens),
    monthlyCost: numberOr(values.monthlyCost),
    prices,
  }
}
