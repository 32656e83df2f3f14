import { z } from 'zod'
import type { ModelSettings } from '#core/ai/model-settings.ts'
import { type AiFault, AiUnavailable, DIMENSIONS } from '#core/ai/provider.ts'
import type { App } from '#core/feature.ts'
import { AddressGuard } from '#core/net/address-guard.ts'
import { Llm, type Tell } from '#integrations/llm/llm.ts'

const TIMEOUT_MS = 20_000

export type Tried = { isOk: boolean; error: string | null; fault: AiFault | null; durationMs: number }

/** Asks a model for one word, and for one vector where texts are to be embedded. What fails is the answer, and no refusal of ours. */
export async function tryModels(
  app: App,
  settings: ModelSettings,
  isInstallations: boolean,
  tell: (task: string, model: string) => Tell,
): Promise<{ answer: Tried; embedding: Tried | null }> {
  const llm = new Llm({ timeoutMs: Math.min(TIMEOUT_MS, app.config.ai.timeoutMs) })
  const guard = isInstallations ? undefined : new AddressGuard(app.config.ai.privateNetworks)
  const target = { settings, key: 'test', guard }
  const ask = {
    name: 'connection-test',
    instructions: 'This tests a connection.',
    prompt: 'Answer with the word ready.',
    schema: z.object({ word: z.string() }),
  }
  const answer = await tried(() => llm.answer(target, ask, tell('connection-test', settings.model)))
  const { embeddingModel } = settings
  if (!embeddingModel || !answer.isOk) return { answer, embedding: null }
  const embedding = await tried(() =>
    llm.embed(target, ['ready'], DIMENSIONS, tell('connection-test', embeddingModel)),
  )
  return { answer, embedding }
}

async function tried(work: () => Promise<unknown>): Promise<Tried> {
  const began = performance.now()
  const ended = (part: Omit<Tried, 'durationMs'>): Tried => ({
    ...part,
    durationMs: Math.round(performance.now() - began),
  })
  try {
    await work()
    return ended({ isOk: true, error: null, fault: null })
  } catch (error) {
    if (!(error instanceof AiUnavailable)) throw error
    return ended({ isOk: false, error: error.message, fault: error.fault })
  }
}
