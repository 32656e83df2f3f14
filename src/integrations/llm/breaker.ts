import type { AiFault } from '#core/ai/provider.ts'
import { faulty } from './faults.ts'

/** Failures in a row that open the circuit, and how long it stays open. */
const FAILURES = 5
const OPEN_MS = 30_000
const KEPT_AT_MOST = 5000

/** Faults of the provider as a whole; a refused or senseless answer is one of the question. */
const COUNTED: readonly AiFault[] = ['failure', 'timeout', 'limit', 'rejected']

/**
 * Keeps from waiting for a provider that fails (circuit breaker, M. Nygard, Release It!, 2007): after five failures in a row calls are
 * refused for half a minute, then one is let through, and its outcome decides.
 */
export class Breaker {
  private readonly circuits = new Map<string, { failures: number; openUntil: number }>()
  private readonly now: () => number

  constructor(now: () => number = Date.now) {
    this.now = now
  }

  /** @param key what fails together, such as a workspace and its settings @throws AiUnavailable where the circuit is open */
  enter(key: string): void {
    const circuit = this.circuits.get(key)
    if (!circuit || circuit.failures < FAILURES) return
    const leftMs = circuit.openUntil - this.now()
    if (leftMs > 0) throw faulty('circuit', undefined, Math.ceil(leftMs / 1000))
    // This one tries; the next one does in half a minute, or as soon as this one has succeeded.
    circuit.openUntil = this.now() + OPEN_MS
  }

  /** What came of a call that `enter` let through; `fault` undefined for success. */
  leave(key: string, fault: AiFault | undefined): void {
    if (!fault || !COUNTED.includes(fault)) {
      this.circuits.delete(key)
      return
    }
    const failures = (this.circuits.get(key)?.failures ?? 0) + 1
    if (this.circuits.size >= KEPT_AT_MOST) this.circuits.clear()
    this.circuits.set(key, { failures, openUntil: this.now() + OPEN_MS })
  }
}
