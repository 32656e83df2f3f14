import { inLanguage } from '#core/ai/language.ts'
import type { ModelSettings, Prices } from '#core/ai/model-settings.ts'
import { AiUnavailable } from '#core/ai/provider.ts'
import type { Scope, Tx } from '#core/db/workspace.ts'
import { newId } from '#core/ids.ts'
import type { Used } from '#integrations/llm/llm.ts'

const PER_TOKENS = 1_000_000

/** Rows older than that are of no use to anybody. */
const KEPT_MONTHS = 13

/** What a month allows; undefined for no limit. */
export type Budget = { tokens: number | undefined; cost: number | undefined }
export type Spent = { tokens: number; cost: number }

/** The calendar month of UTC as `YYYY-MM`. */
export const thisMonth = (): string => new Date().toISOString().slice(0, 7)

export async function spentIn(tx: Tx, month: string): Promise<Spent> {
  const [row] = await tx.session.rows(
    `select coalesce(sum(input_tokens + output_tokens), 0)::float8 as tokens, coalesce(sum(cost), 0)::float8 as cost from ai_usage
     where workspace_id = $1::uuid and created_at >= $2::timestamptz and created_at < $2::timestamptz + interval '1 month'`,
    [tx.who.workspaceId, `${month}-01`],
  )
  return row as Spent
}

/** @throws AiUnavailable where the month's budget is used up; calls that run beside each other may still go beyond it */
export function checkBudget({ tokens, cost }: Budget, spent: Spent): void {
  const over =
    tokens !== undefined && spent.tokens >= tokens
      ? inLanguage(`${tokens.toLocaleString('en')} tokens`, `${tokens.toLocaleString('de')} Token`)
      : cost !== undefined && spent.cost >= cost
        ? inLanguage(`${cost.toFixed(2)} US dollars`, `${cost.toFixed(2).replace('.', ',')} US-Dollar`)
        : undefined
  if (over)
    throw new AiUnavailable(
      'budget',
      inLanguage(
        `The AI budget of this month is used up (${over})`,
        `Das KI-Budget dieses Monats ist aufgebraucht (${over})`,
      ),
    )
}

/** US dollars; null where the model has no price. */
export function costOf(prices: Prices, model: string, used: Used): number | null {
  const price = Object.hasOwn(prices, model) ? prices[model] : undefined
  if (!price) return null
  return (used.inputTokens * price.input + used.outputTokens * price.output) / PER_TOKENS
}

export type Call = {
  userId: string | null
  task: string
  promptVersion: number | null
  settings: ModelSettings
  model: string
  isInstallations: boolean
}

export async function keepUsage(tx: Tx, call: Call, used: Used, cost: number | null): Promise<void> {
  const { userId, task, promptVersion, settings, model, isInstallations } = call
  await tx.session.rows(
    `insert into ai_usage (workspace_id, id, user_id, task, prompt_version, provider, model, is_installations, fault, attempts, input_tokens, output_tokens, is_estimate, cost, duration_ms)
     values ($1::uuid, $2::uuid, $3::uuid, $4, $5::int, $6, $7, $8::boolean, $9, $10::int, $11::int, $12::int, $13::boolean, $14::numeric, $15::int)`,
    [
      tx.who.workspaceId,
      newId(),
      ...[userId, task, promptVersion, settings.provider, model, isInstallations],
      ...[used.fault ?? null, used.attempts, used.inputTokens, used.outputTokens, used.isEstimate],
      ...[cost, used.durationMs],
    ],
  )
}

/** One month of a workspace: in all, by task and model, and by day. */
export async function usageReport(tx: Tx, month: string) {
  const sums = `count(*)::int as calls, count(fault)::int as failures, sum(input_tokens)::float8 as "inputTokens", sum(output_tokens)::float8 as "outputTokens",
    sum(cost)::float8 as cost, count(*) filter (where cost is null and input_tokens + output_tokens > 0)::int as "callsWithoutPrice"`
  const rows = (what: string, by: string) =>
    tx.session.rows(
      `select ${what}, ${sums} from ai_usage where workspace_id = $1::uuid and created_at >= $2::timestamptz and created_at < $2::timestamptz + interval '1 month'
       group by ${by} order by ${by} limit 500`,
      [tx.who.workspaceId, `${month}-01`],
    )
  const [tasks, days] = await Promise.all([
    rows('task, provider, model', 'task, provider, model'),
    rows('created_at::date as day', 'created_at::date'),
  ])
  return { tasks, days }
}

export async function forgetOldUsage(scope: Scope): Promise<void> {
  await scope.session.rows(`delete from ai_usage where created_at < now() - interval '${KEPT_MONTHS} months'`)
}
