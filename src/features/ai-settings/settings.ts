import { z } from 'zod'
import { PROVIDERS, type ProviderName } from '#core/ai/answer.ts'
import { pricesSchema } from '#core/ai/config.ts'
import { DEFAULT_MODELS, type ModelSettings, type Prices } from '#core/ai/model-settings.ts'
import { seal, unseal } from '#core/auth/sealing.ts'
import type { Row } from '#core/db/engine.ts'
import type { Tx } from '#core/db/workspace.ts'
import { type Issue, invalid } from '#core/errors.ts'
import { tellEvent } from '#core/events/tell.ts'
import type { App } from '#core/feature.ts'
import { newId } from '#core/ids.ts'
import { AddressGuard } from '#core/net/address-guard.ts'

const RESOLVE_WITHIN_MS = 2000
const PRICES_AT_MOST = 50

const line = (max: number) =>
  z
    .string()
    .trim()
    .min(1, 'must not be empty')
    .max(max)
    .refine(text => !/[\u0000-\u001f\u007f]/.test(text), 'must be one line')

/** How a provider is reached; any part of it may be left as it is. */
const reached = {
  provider: z
    .enum(PROVIDERS)
    .nullable()
    .meta({ description: "`builtin` asks no model; null for the installation's" }),
  model: line(200).nullable(),
  embeddingModel: line(200)
    .nullable()
    .meta({ description: 'By which texts are compared; where null, nothing is sent away for that' }),
  baseUrl: z
    .url({ protocol: /^https?$/, message: 'must be an http or https URL' })
    .max(500)
    .nullable(),
  region: z
    .string()
    .regex(/^[a-z0-9-]{3,40}$/, 'must be a region such as eu-central-1')
    .nullable(),
  apiKey: line(1000).meta({ description: 'Kept sealed, and never shown again' }),
  accessKeyId: line(200).meta({
    description: 'Of Bedrock, with `secretAccessKey`, where there is no `apiKey`',
  }),
  secretAccessKey: line(1000),
}
export const tested = z.strictObject(reached).partial()
export const changed = z
  .strictObject({
    ...reached,
    monthlyTokens: z.int().min(0).max(1e12).nullable().meta({ description: 'Tokens a calendar month (UTC)' }),
    monthlyCost: z
      .number()
      .min(0)
      .max(1e7)
      .multipleOf(0.01)
      .nullable()
      .meta({ description: 'US dollars a calendar month; the models need prices' }),
    prices: pricesSchema
      .refine(prices => Object.keys(prices).length <= PRICES_AT_MOST, `must be at most ${PRICES_AT_MOST}`)
      .meta({ description: 'US dollars for a million tokens, by model' }),
  })
  .partial()
type Given = z.infer<typeof changed>

/** A workspace's settings as they are kept. */
export type Stored = {
  provider: ProviderName | null
  model: string | null
  embeddingModel: string | null
  baseUrl: string | null
  region: string | null
  sealedKeys: string | null
  keyHint: string | null
  monthlyTokens: number | null
  monthlyCost: number | null
  prices: Prices
  round: number
  updatedAt: string | null
}

const NOTHING: Stored = {
  provider: null,
  model: null,
  embeddingModel: null,
  baseUrl: null,
  region: null,
  sealedKeys: null,
  keyHint: null,
  monthlyTokens: null,
  monthlyCost: null,
  prices: {},
  round: 0,
  updatedAt: null,
}

const COLUMNS = `s.provider, s.model, s.embedding_model as "embeddingModel", s.base_url as "baseUrl", s.region, s.sealed_keys as "sealedKeys",
  s.key_hint as "keyHint", s.monthly_tokens as "monthlyTokens", s.monthly_cost as "monthlyCost", s.prices, s.round, s.updated_at as "updatedAt"`

export async function readStored(tx: Tx, lock = false): Promise<Stored> {
  const [row] = await tx.session.rows(
    `select ${COLUMNS} from ai_settings s where s.workspace_id = $1::uuid${lock ? ' for update' : ''}`,
    [tx.who.workspaceId],
  )
  return (row as Stored | undefined) ?? NOTHING
}

type Keys = Pick<ModelSettings, 'apiKey' | 'accessKeyId' | 'secretAccessKey'>
const bound = (workspaceId: string) => `ai keys ${workspaceId}`

export const keysOf = (app: Pick<App, 'config'>, workspaceId: string, { sealedKeys }: Stored): Keys =>
  sealedKeys ? JSON.parse(unseal(app.config.jwtSecret, bound(workspaceId), sealedKeys)) : {}

/** Says early what would be refused at every call. @throws Refusal 400 at `baseUrl` */
export async function checkBaseUrl(app: App, baseUrl: string | null | undefined): Promise<void> {
  if (!baseUrl) return
  const url = new URL(baseUrl)
  const guard = new AddressGuard(app.config.ai.privateNetworks)
  const problem = guard.problemOf(url)
  if (problem) throw invalid({ path: 'baseUrl', ...problem })
  if (await guard.resolvesToRefused(url.hostname, RESOLVE_WITHIN_MS))
    throw invalid({
      path: 'baseUrl',
      code: 'PRIVATE_ADDRESS',
      message: 'leads to a private, loopback or link-local address',
    })
  // Over the internet a key and customers' texts travel in nothing but TLS.
  const open = new AddressGuard([])
  const isPrivate =
    open.problemOf(url) !== undefined || (await open.resolvesToRefused(url.hostname, RESOLVE_WITHIN_MS))
  if (url.protocol === 'http:' && !isPrivate)
    throw invalid({
      path: 'baseUrl',
      code: 'NEEDS_HTTPS',
      message: 'must be an https URL outside of private networks',
    })
}

/** Where a key is sent: of these none may change without it, or it would go to whoever has entered another. */
const BOUND_TO_KEY = ['provider', 'baseUrl', 'region'] as const
const REACHED = [...BOUND_TO_KEY, 'model', 'embeddingModel'] as const

/**
 * What a change makes of the settings, with the keys in the clear.
 * @throws Refusal 400 naming what the provider needs
 */
export function merged(stored: Stored, keptKeys: Keys, given: Given): { after: Stored; keys: Keys } {
  const { apiKey, accessKeyId, secretAccessKey, ...plain } = given
  const after = { ...stored, ...Object.fromEntries(Object.entries(plain).filter(([, v]) => v !== undefined)) }
  const givenKeys = Object.fromEntries(
    Object.entries({ apiKey, accessKeyId, secretAccessKey }).filter(([, v]) => v !== undefined),
  ) as Keys
  const hasGiven = Object.keys(givenKeys).length > 0
  const isElsewhere = BOUND_TO_KEY.some(key => after[key] !== stored[key])
  if (after.provider === null || after.provider === 'builtin') {
    if (hasGiven)
      throw invalid({
        path: Object.keys(givenKeys)[0]!,
        code: 'OTHER_PROVIDER',
        message: 'is for a provider of your own',
      })
    return { after: { ...after, model: null, embeddingModel: null, baseUrl: null, region: null }, keys: {} }
  }
  if (isElsewhere && plain.model === undefined && after.provider !== stored.provider) after.model = null
  after.model ??= DEFAULT_MODELS[after.provider] ?? null
  const keys = hasGiven ? givenKeys : isElsewhere ? {} : keptKeys
  const issues = needs(after, keys)
  if (issues.length) throw invalid(issues)
  return { after, keys }
}

function needs({ provider, model, baseUrl, embeddingModel }: Stored, keys: Keys): Issue[] {
  const issues: Issue[] = []
  const need = (path: string, message: string, code = 'REQUIRED') => void issues.push({ path, message, code })
  if (!model) need('model', `is required with ${provider}`)
  if (provider === 'openai-compatible') {
    if (!baseUrl) need('baseUrl', 'is required with openai-compatible, such as https://llm.example.com/v1')
  } else if (provider === 'bedrock') {
    if (!keys.apiKey && !(keys.accessKeyId && keys.secretAccessKey))
      need(
        'apiKey',
        'must be given, or accessKeyId and secretAccessKey; again where provider, address or region change',
      )
  } else if (!keys.apiKey) need('apiKey', 'must be given; again where provider or address change')
  if (provider !== 'bedrock' && (keys.accessKeyId || keys.secretAccessKey))
    need('accessKeyId', 'is for bedrock', 'OTHER_PROVIDER')
  if (provider === 'anthropic' && embeddingModel)
    need('embeddingModel', 'is none that anthropic has', 'OTHER_PROVIDER')
  return issues
}

/** What the workspace's calls go to: its own provider, the installation's, or none. */
export function modelsIn(app: Pick<App, 'config'>, stored: Stored, keys: Keys): ModelSettings | undefined {
  if (stored.provider === null) return app.config.ai.models
  if (stored.provider === 'builtin') return undefined
  return {
    provider: stored.provider,
    model: stored.model!,
    embeddingModel: stored.embeddingModel ?? undefined,
    baseUrl: stored.baseUrl ?? undefined,
    region: stored.region ?? undefined,
    ...keys,
  }
}

/** Changes the settings of the caller's workspace. @throws Refusal 400 */
export async function change(app: App, tx: Tx, given: Given): Promise<Stored> {
  const { workspaceId, userId } = tx.who
  await tx.session.rows(
    'insert into ai_settings (workspace_id, id) values ($1::uuid, $2::uuid) on conflict (workspace_id) do nothing',
    [workspaceId, newId()],
  )
  const before = await readStored(tx, true)
  const { after, keys } = merged(before, keysOf(app, workspaceId, before), given)
  checkPrices(app, after, modelsIn(app, after, keys))
  const secret = keys.apiKey ?? keys.secretAccessKey
  const hasNewKey = given.apiKey !== undefined || given.secretAccessKey !== undefined
  const isElsewhere = hasNewKey || REACHED.some(key => after[key] !== before[key])
  await tx.session.rows(
    `update ai_settings set provider = $2, model = $3, embedding_model = $4, base_url = $5, region = $6, sealed_keys = $7, key_hint = $8,
       monthly_tokens = $9::bigint, monthly_cost = $10::numeric, prices = $11::jsonb, round = round + $12::int, updated_by_id = $13::uuid, updated_at = now()
     where workspace_id = $1::uuid`,
    [
      workspaceId,
      ...[after.provider, after.model, after.embeddingModel, after.baseUrl, after.region],
      secret ? seal(app.config.jwtSecret, bound(workspaceId), JSON.stringify(keys)) : null,
      secret ? hintOf(secret) : null,
      ...[after.monthlyTokens, after.monthlyCost, JSON.stringify(after.prices)],
      isElsewhere ? 1 : 0,
      userId,
    ],
  )
  await tell(tx, before, after, hasNewKey)
  return readStored(tx)
}

/** The last four characters, where that leaves enough unknown. */
const hintOf = (secret: string): string | null => (secret.length >= 12 ? secret.slice(-4) : null)

/** A budget in money is none where a model has no price. @throws Refusal 400 */
function checkPrices(app: App, { monthlyCost, prices }: Stored, models: ModelSettings | undefined): void {
  if (monthlyCost === null || !models) return
  const known = { ...app.config.ai.prices, ...prices }
  const unknown = [models.model, models.embeddingModel].find(model => model && !known[model])
  if (unknown)
    throw invalid({
      path: 'monthlyCost',
      code: 'PRICE_NEEDED',
      message: `cannot be kept to without a price of ${unknown}; give it in prices`,
    })
}

const TOLD = [...REACHED, 'monthlyTokens', 'monthlyCost', 'prices'] as const

/** The history is open to more people than the settings are, and an address may hold a secret: its host has to do. */
async function tell(tx: Tx, before: Stored, after: Stored, hasNewKey: boolean): Promise<void> {
  const shown = (key: (typeof TOLD)[number], stored: Stored) =>
    key === 'baseUrl' && stored.baseUrl ? new URL(stored.baseUrl).host : stored[key]
  const changes = Object.fromEntries(
    TOLD.filter(key => JSON.stringify(before[key]) !== JSON.stringify(after[key])).map(key => [
      key,
      { old: shown(key, before), new: shown(key, after) },
    ]),
  )
  if (!hasNewKey && !Object.keys(changes).length) return
  const action = hasNewKey ? 'keyChanged' : 'updated'
  await tellEvent(tx, { action, entityType: 'aiSettings', entityId: tx.who.workspaceId, changes })
}

/** The settings as admins see them. */
export function shownSettings(app: App, stored: Stored & Row) {
  const { sealedKeys, round: _, keyHint, ...plain } = stored
  const models = modelsIn(app, stored, {})
  return {
    ...plain,
    hasKey: sealedKeys !== null,
    keyHint,
    effective: {
      provider: models?.provider ?? ('builtin' as const),
      model: models?.model ?? null,
      embeddingModel: models?.embeddingModel ?? null,
      source: stored.provider === null ? ('installation' as const) : ('workspace' as const),
    },
  }
}
