import { AiUnavailable } from '#core/ai/provider.ts'

/**
 * A vector of exactly so many dimensions and of length 1. A shorter one is filled with zeros, which changes no angle; a longer one cannot
 * be stored without loss. @throws AiUnavailable `nonsense` where it is too long, empty or holds what is no number
 */
export function fit(vector: readonly number[], dimensions: number): number[] {
  if (vector.length > dimensions)
    throw new AiUnavailable(
      'invalid',
      `The embedding model makes vectors of ${vector.length} numbers; at most ${dimensions} can be stored`,
    )
  const length = Math.hypot(...vector)
  if (!(length > 0) || !Number.isFinite(length))
    throw new AiUnavailable('nonsense', 'The embedding model answered no usable vector')
  return Array.from({ length: dimensions }, (_, i) => (vector[i] ?? 0) / length)
}
