import { z } from 'zod'
import type { Hands, RecordRef } from '../hands.ts'
import type { Plan } from '../plan.ts'

/** What a reading tool found: for programs as `data`, and which records it speaks of. */
export type Found = { data: unknown; records: RecordRef[] }

type Described<I> = {
  /** As programs call it: `list_records`. */
  name: string
  /** As people read it: `List records`. */
  title: string
  description: string
  input: z.ZodType<I>
  /** What `data` of its answer holds, as far as programs may rely on it. */
  output: z.ZodObject
  /** Of the values that `type` (or `action`) may have, those that role and scopes leave to this caller; all where not given. */
  reaches?: (hands: Hands, value: string) => boolean
  /** Whether role and scopes leave anything of it to this caller. */
  isFor: (hands: Hands) => boolean
}

export type ReadingTool<I = never> = Described<I> & {
  effect: 'reads'
  run: (hands: Hands, input: I) => Promise<Found>
}
/** Answers what it would do; nothing is done before the plan is carried out. */
export type WritingTool<I = never> = Described<I> & {
  effect: 'writes' | 'removes'
  plan: (hands: Hands, input: I) => Promise<Plan>
}

/** What a writing tool answers: what it does, or would do. */
export const plannedOutput = z.looseObject({
  does: z.string(),
  changes: z.array(
    z.looseObject({ field: z.string(), label: z.string(), oldText: z.string(), newText: z.string() }),
  ),
  isDone: z.boolean().meta({ description: 'False where it was looked at alone (`preview`)' }),
})
export type Tool = ReadingTool | WritingTool

/** Keeps the type of the input between its schema and what takes it. */
export const readingTool = <I>(given: Omit<ReadingTool<I>, 'effect'>): Tool =>
  ({ effect: 'reads', ...given }) as unknown as Tool
export const writingTool = <I>(
  given: Omit<WritingTool<I>, 'effect' | 'output'> & { effect?: WritingTool['effect'] },
): Tool => ({ effect: 'writes', output: plannedOutput, ...given }) as unknown as Tool
