import { randomUUID } from 'node:crypto'
import type { Scripted } from './model-server.testing.ts'

/** What a scripted reply comes to: text, tool calls, or a refusal. */
export const textOf = ({ text, json }: Scripted): string | undefined =>
  json === undefined ? text : JSON.stringify(json)

export const callsOf = ({ calls = [] }: Scripted) =>
  calls.map(({ name, input }) => ({ id: `call_${randomUUID().slice(0, 8)}`, name, input }))

/** A text in pieces, as models stream them. */
export const piecesOf = (text: string): string[] => text.match(/[\s\S]{1,12}/g) ?? []

/** Tokens by the rule of thumb; a real server counts them its own way. */
export const tokensOf = (text: string): number => Math.max(1, Math.ceil(text.length / 4))

export const sse = (event: unknown, name?: string): string =>
  `${name ? `event: ${name}\n` : ''}data: ${JSON.stringify(event)}\n\n`

/** A vector of a text by its words: alike texts have alike vectors. Not of length 1, as some providers' are not. */
export function vectorOf(text: string, dimensions: number): number[] {
  const vector = new Array<number>(dimensions).fill(0.001)
  for (const word of text.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? []) {
    let hash = 7
    for (const letter of word) hash = (hash * 31 + letter.charCodeAt(0)) % 1_000_003
    vector[hash % dimensions]! += 2
  }
  return vector
}

/** Whether the messages begin with the user and never have the same role twice in a row. */
export const alternates = (roles: string[]): boolean =>
  roles[0] === 'user' && roles.every((role, at) => at === 0 || role !== roles[at - 1])
