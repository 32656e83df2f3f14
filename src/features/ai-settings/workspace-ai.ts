import { dataMessage, languageOrder, type Prompt, systemOf } from '#core/ai/prompt.ts'
import {
  type Ai,
  type Conversation,
  DIMENSIONS,
  type Embedder,
  type ModelAnswer,
  type ModelStream,
  type Task,
} from '#core/ai/provider.ts'
import { systemIn, type Who } from '#core/db/workspace.ts'
import type { App } from '#core/feature.ts'
import { AddressGuard } from '#core/net/address-guard.ts'
import { Llm, type Target, type Tell } from '#integrations/llm/llm.ts'
import { stream } from '#integrations/llm/stream.ts'
import { keysOf, modelsIn, readStored, type Stored } from './settings.ts'
import { type Budget, type Call, checkBudget, costOf, keepUsage, spentIn, thisMonth } from './usage.ts'

const STEPS_AT_MOST = 6

/** What a workspace's calls go to at this moment. */
type Line = {
  target: Target
  tell: (call: Pick<Call, 'userId' | 'task' | 'promptVersion' | 'model'>) => Tell
}
type Parts = Pick<App, 'config' | 'database' | 'log'>

/** The models that workspaces have set, or else the operator; with budget and accounts. */
export class WorkspaceAi implements Ai {
  private readonly app: Parts
  private readonly llm: Llm
  private readonly guard: AddressGuard

  constructor(app: Parts) {
    this.app = app
    this.llm = new Llm({ timeoutMs: app.config.ai.timeoutMs })
    this.guard = new AddressGuard(app.config.ai.privateNetworks)
  }

  async answer<T>(who: Who, task: Task<T>): Promise<ModelAnswer<T> | undefined> {
    const line = await this.lineOf(who.workspaceId)
    if (!line) return undefined
    const { provider, model } = line.target.settings
    const asked = {
      name: task.prompt.name,
      instructions: systemOf(task.prompt) + languageOrder(),
      prompt: dataMessage(task.facts, task.sources ?? []),
      schema: task.schema,
    }
    const value = await this.llm.answer(line.target, asked, line.tell(callOf(who, task.prompt, model)))
    return { value, provider, model }
  }

  async stream(who: Who, talk: Conversation): Promise<ModelStream | undefined> {
    const line = await this.lineOf(who.workspaceId)
    if (!line) return undefined
    const { provider, model } = line.target.settings
    const facts =
      talk.facts === undefined ? [] : [{ role: 'user' as const, content: dataMessage(talk.facts, []) }]
    const given = {
      instructions: systemOf(talk.prompt),
      messages: [...facts, ...talk.messages],
      tools: talk.tools,
      stepsAtMost: talk.stepsAtMost ?? STEPS_AT_MOST,
      signal: talk.signal,
    }
    const parts = await stream(this.llm, line.target, given, line.tell(callOf(who, talk.prompt, model)))
    return { provider, model, parts }
  }

  async embedder(workspaceId: string): Promise<Embedder | undefined> {
    // The name is asked for often, also where nothing is to be embedded: the budget is looked at when something is.
    const stored = await this.read(workspaceId)
    const { provider, embeddingModel: model } = modelsIn(this.app, stored, {}) ?? {}
    if (!provider || !model) return undefined
    const call = { userId: null, task: 'embedding', promptVersion: null, model }
    return {
      name: `${provider}:${model}`,
      embed: async texts => {
        const line = await this.lineOf(workspaceId)
        if (!line) return []
        return this.llm.embed(line.target, texts, DIMENSIONS, line.tell(call))
      },
    }
  }

  private read(workspaceId: string): Promise<Stored> {
    return this.app.database.inWorkspace(systemIn(workspaceId), tx => readStored(tx), 'read')
  }

  /** @throws AiUnavailable where the budget is used up */
  private async lineOf(workspaceId: string): Promise<Line | undefined> {
    const stored = await this.read(workspaceId)
    const models = modelsIn(this.app, stored, keysOf(this.app, workspaceId, stored))
    if (!models) return undefined
    const isInstallations = stored.provider === null
    const budget = budgetOf(this.app, stored)
    if (budget.tokens !== undefined || budget.cost !== undefined) {
      const month = thisMonth()
      const spent = await this.app.database.inWorkspace(
        systemIn(workspaceId),
        tx => spentIn(tx, month),
        'read',
      )
      checkBudget(budget, spent)
    }
    const target: Target = {
      settings: models,
      key: `${workspaceId} ${models.provider} ${stored.round}`,
      // What the operator has set may lead anywhere.
      guard: isInstallations ? undefined : this.guard,
    }
    const prices = { ...this.app.config.ai.prices, ...stored.prices }
    return {
      target,
      tell: call => used => {
        const cost = costOf(prices, call.model, used)
        return this.keep(workspaceId, { ...call, settings: models, isInstallations }, used, cost)
      },
    }
  }

  /** An answer is not lost because its account could not be kept. */
  private async keep(workspaceId: string, call: Call, used: Parameters<Tell>[0], cost: number | null) {
    try {
      await this.app.database.inWorkspace(systemIn(workspaceId), tx => keepUsage(tx, call, used, cost))
    } catch (error) {
      this.app.log.error({ err: error, workspaceId }, 'the use of a model could not be kept')
    }
  }
}

const callOf = ({ userId }: Who, { name, version }: Prompt, model: string) => ({
  userId,
  task: name,
  promptVersion: version,
  model,
})

/** The lesser of what the workspace and, of its own model, the operator allow. */
export function budgetOf({ config }: Pick<App, 'config'>, stored: Stored): Budget {
  const limits = [
    stored.monthlyTokens,
    stored.provider === null && config.ai.monthlyTokens > 0 ? config.ai.monthlyTokens : null,
  ].filter(limit => limit !== null)
  return {
    tokens: limits.length ? Math.min(...limits) : undefined,
    cost: stored.monthlyCost ?? undefined,
  }
}
