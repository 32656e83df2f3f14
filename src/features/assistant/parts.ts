import { inLanguage } from '#core/ai/language.ts'
import type { RecordRef } from './hands.ts'
import type { FieldChange } from './plan.ts'

export const PROPOSAL_STATUSES = ['PENDING', 'CONFIRMED', 'REJECTED', 'EXPIRED'] as const

/** A write that waits for a yes: what would change, and what became of it. */
export type Proposal = {
  id: string
  conversationId: string
  title: string
  recordType: string
  record: RecordRef | null
  changes: FieldChange[]
  status: (typeof PROPOSAL_STATUSES)[number]
  expiresAt: string
  decidedAt: string | null
  /** The record that was made or changed, once it was confirmed. */
  result: RecordRef | null
  createdAt: string
}

/** A name that several records have, kept until the person says which they mean. */
export type Question = {
  /** What they had asked, to be read again. */
  command: string
  called: string
  /** Each with what tells it from the others. */
  options: (RecordRef & { facts?: string })[]
  /** What was chosen in answers before, by folded name. */
  chosen: [string, RecordRef][]
}

/** What an answer is made of, in its order. */
export type Part =
  | { type: 'text'; text: string }
  | { type: 'tool'; id: string; name: string; title: string; input: unknown; error?: string }
  | { type: 'proposal'; proposal: Proposal }
  | { type: 'records'; records: RecordRef[] }
  | { type: 'question'; question: Question }
  | { type: 'warning'; code: string; message: string }

export const text = (words: string): Part => ({ type: 'text', text: words })

/** That of what was asked these words were taken for no condition. */
export const partlyUnderstood = (words: string): Part => ({
  type: 'warning',
  code: 'PARTLY_UNDERSTOOD',
  message: inLanguage(`Not understood as a condition: ${words}`, `Nicht als Bedingung verstanden: ${words}`),
})
