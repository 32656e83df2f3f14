import { findingText } from './learn/details.ts'
import type { ModelInfo } from './models.ts'

/** A version worded for the reader: what speaks against a field is kept by code. Cards from before there were codes stay in English, as they were written. */
export function modelFor(model: ModelInfo): ModelInfo {
  if (!model.card) return model
  const leftOut = model.card.leftOut.map(one =>
    one.finding ? { ...one, detail: findingText(one.finding) } : one,
  )
  return { ...model, card: { ...model.card, leftOut } }
}
