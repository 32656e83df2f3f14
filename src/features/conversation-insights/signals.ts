import { type Sentence, sentencesOf } from '#core/ai/text.ts'
import { spokenOf } from '#features/deal-signals/categories.ts'
import { OBJECTIONS } from '#features/deal-signals/objection-rules.ts'
import { COMPETITORS, NO_NAMES, STEPS } from './signal-rules.ts'

export type SignalKind = 'OBJECTION' | 'COMPETITOR' | 'NEXT_STEP'
/** What a sentence says: `value` is a category, a name, or the step itself; `cue` the rule that saw it. */
export type Signal = Sentence & { kind: SignalKind; value: string; cue: string; confidence: number }

const MOST_SIGNALS = 40
/** A guess by the words of a sentence that denies something; a workspace that rejects them is asked no more. */
const SPOKEN_OF = 0.45
const MOST_LETTERS_OF_STEP = 500

/** What a text says of objections, competitors and next steps, each with the sentence that says it; a category or a name once. */
export function signalsOf(text: string, known: readonly string[] = []): Signal[] {
  const best = new Map<string, Signal>()
  const keep = (signal: Signal) => {
    const key = `${signal.kind} ${signal.value.toLowerCase()}`
    if ((best.get(key)?.confidence ?? 0) < signal.confidence) best.set(key, signal)
  }
  for (const place of sentencesOf(text)) {
    for (const signal of objectionsIn(place)) keep(signal)
    for (const signal of competitorsIn(place, known)) {
      keep(signal)
      keep({ ...signal, kind: 'OBJECTION', value: 'competitor' })
    }
    const step = stepIn(place)
    if (step) keep(step)
  }
  return [...best.values()].sort((a, b) => a.start - b.start).slice(0, MOST_SIGNALS)
}

/** The likeliest categories of one sentence, surest first. */
export function objectionsIn(place: Sentence): Signal[] {
  const found = new Map<string, Signal>()
  for (const [value, cue, confidence, words] of OBJECTIONS) {
    if (!words.test(place.sentence)) continue
    const before = found.get(value)
    // Two rules of a category that agree are surer than one.
    const sure = before ? Math.min(0.95, Math.max(before.confidence, confidence) + 0.08) : confidence
    found.set(value, { ...place, kind: 'OBJECTION', value, cue: before?.cue ?? cue, confidence: sure })
  }
  if (!found.size) {
    const value = spokenOf(place.sentence)
    if (value)
      found.set(value, { ...place, kind: 'OBJECTION', value, cue: 'spoken-of', confidence: SPOKEN_OF })
  }
  return [...found.values()].sort((a, b) => b.confidence - a.confidence)
}

function competitorsIn(place: Sentence, known: readonly string[]): Signal[] {
  const found: Signal[] = []
  for (const [cue, confidence, pattern] of COMPETITORS)
    for (const match of place.sentence.matchAll(pattern)) {
      const value = match[1]!.replace(/[.&-]+$/, '').trim()
      if (NO_NAMES.test(value.split(' ')[0]!)) continue
      found.push({ ...place, kind: 'COMPETITOR', value, cue, confidence })
    }
  const lower = place.sentence.toLowerCase()
  for (const name of known)
    if (hasWord(lower, name.toLowerCase()))
      found.push({ ...place, kind: 'COMPETITOR', value: name, cue: 'known-name', confidence: 0.85 })
  return found
}

function hasWord(text: string, word: string): boolean {
  const at = text.indexOf(word)
  const isLetter = (unit: string | undefined) => unit !== undefined && /[\p{L}\p{N}]/u.test(unit)
  return at >= 0 && !isLetter(text[at - 1]) && !isLetter(text[at + word.length])
}

/** Whether a sentence asks for, promises or sets something to be done. */
export function stepIn(place: Sentence): Signal | undefined {
  const hits = STEPS.filter(([, , words]) => words.test(place.sentence))
  if (!hits.length) return undefined
  const [cue, confidence] = hits.reduce((one, other) => (other[1] > one[1] ? other : one))
  return {
    ...place,
    kind: 'NEXT_STEP',
    value: place.sentence.slice(0, MOST_LETTERS_OF_STEP),
    cue,
    confidence: Math.min(0.95, confidence + 0.05 * (hits.length - 1)),
  }
}
