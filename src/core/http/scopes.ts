import { forbidden } from '../errors.ts'
import type { Operation } from './operation.ts'

/**
 * What a credential with scopes may do. `read` and `write` stand for everything, `deals:read` for one noun. A
 * route needs its scope for every noun that it speaks of: that of its tag, those in its path (so that
 * `/companies/:id/deals` is no way around `deals:read`), and those that it says to touch. Writing does not
 * imply reading, but a write answers with what it wrote.
 */
const nouns = new Set<string>()
const needed = new WeakMap<Operation, readonly string[]>()

/** Learns the nouns from all operations; called once they are known. */
export function learnScopes(operations: readonly Operation[]): void {
  for (const operation of operations)
    if (isOpen(operation) && !operation.isScopedWithin) nouns.add(operation.tag)
}

/** Whether a credential with scopes can reach the operation at all. */
export const isOpen = ({ access, sessionOnly }: Operation): boolean =>
  access !== 'public' && access !== 'user' && !sessionOnly

/** The scopes that the operation needs, each of which `read` or `write` includes. */
export function scopesOf(operation: Operation): readonly string[] {
  if (operation.isScopedWithin) return []
  let scopes = needed.get(operation)
  if (!scopes) {
    const inPath = operation.path.split('/').filter(part => nouns.has(part))
    const all = new Set([operation.tag, ...inPath, ...(operation.touches ?? [])])
    scopes = [...all].map(noun => `${noun}:${kindOf(operation)}`)
    needed.set(operation, scopes)
  }
  return scopes
}

const kindOf = ({ reads }: Operation) => (reads ? 'read' : 'write')

/** The first scope that is missing, or undefined. */
export const missingScope = (operation: Operation, given: readonly string[]): string | undefined =>
  operation.isScopedWithin || given.includes(kindOf(operation))
    ? undefined
    : scopesOf(operation).find(scope => !given.includes(scope))

export const lacks = (scope: string) =>
  forbidden(`The API key lacks the scope ${scope}`, 'INSUFFICIENT_SCOPE')

/** For what only the request's settings tell. @throws Refusal 403 where a key calls that lacks the scope */
export function requireScope(caller: { scopes?: readonly string[] } | null, scope: string): void {
  const given = caller?.scopes
  if (given && !given.includes(scope) && !given.includes(scope.split(':')[1]!)) throw lacks(scope)
}

/** Every scope that can be given. */
export const allScopes = (): string[] => [
  'read',
  'write',
  ...[...nouns].sort().flatMap(noun => [`${noun}:read`, `${noun}:write`]),
]
