import { setTimeout as sleep } from 'node:timers/promises'

const EVERY_MS = 50

/** What a program holds in memory, and how long others wait for it, while it is busy with something large. */
export type Watch = {
  /** Of the requests since the last lap: how long they took. */
  lap: () => string
  /** The most resident memory so far, in MiB. */
  peak: () => number
  stop: () => void
}

/**
 * Asks again and again, as one who works on beside it.
 * @param memory resident memory in MiB
 */
export function watch(ask: () => Promise<unknown>, memory: () => number): Watch {
  let times: number[] = []
  let peak = 0
  let isOver = false
  void (async () => {
    while (!isOver) {
      const start = performance.now()
      await ask().catch(error => {
        if (!isOver) throw error
      })
      times.push(performance.now() - start)
      peak = Math.max(peak, memory())
      await sleep(EVERY_MS)
    }
  })()
  return {
    lap() {
      const sorted = times.sort((a, b) => a - b)
      times = []
      const at = (share: number) =>
        sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0
      return `p50 ${at(0.5).toFixed(0)}, p95 ${at(0.95).toFixed(0)}, worst ${at(1).toFixed(0)} ms of ${sorted.length}`
    },
    peak: () => peak,
    stop: () => {
      isOver = true
    },
  }
}
