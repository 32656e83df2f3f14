/** How good probabilities are, against what came out. */
export type Measures = {
  rows: number
  /** Share of rows with outcome 1. */
  baseRate: number
  /** Share told right by the likelier outcome. */
  accuracy: number
  /** Share told right by always saying the commoner outcome. */
  majority: number
  auc: number
  brier: number
  /** Brier score of always saying the base rate. */
  brierOfBase: number
  logLoss: number
  /** Outcomes in the tenth with the highest scores, as a multiple of the base rate. */
  liftTopTenth: number
  /** Mean distance of foretold and seen shares over the tenths, weighted by rows. */
  calibrationError: number
  deciles: Decile[]
}

/** One tenth of the rows by score, from the lowest: what was foretold and what came out. */
export type Decile = { rows: number; predicted: number; actual: number }

const SMALLEST = 1e-7

/** The share of pairs of one row of each outcome that the score puts in order; ties count half (Mann and Whitney's U). */
export function aucOf(scores: ArrayLike<number>, outcome: ArrayLike<number>): number {
  const order = Array.from({ length: scores.length }, (_, row) => row).sort((a, b) => scores[a]! - scores[b]!)
  let positives = 0
  let rankSum = 0
  for (let start = 0; start < order.length; ) {
    let end = start
    let ones = 0
    while (end < order.length && scores[order[end]!] === scores[order[start]!])
      ones += outcome[order[end++]!]!
    rankSum += ones * ((start + 1 + end) / 2)
    positives += ones
    start = end
  }
  const negatives = order.length - positives
  return positives && negatives
    ? (rankSum - (positives * (positives + 1)) / 2) / (positives * negatives)
    : 0.5
}

export function logLossOf(probabilities: ArrayLike<number>, outcome: ArrayLike<number>): number {
  let sum = 0
  for (let row = 0; row < outcome.length; row++) {
    const p = Math.min(1 - SMALLEST, Math.max(SMALLEST, probabilities[row]!))
    sum -= outcome[row] ? Math.log(p) : Math.log(1 - p)
  }
  return sum / Math.max(1, outcome.length)
}

/** Tenths by score, lowest first. */
export function decilesOf(probabilities: ArrayLike<number>, outcome: ArrayLike<number>): Decile[] {
  const order = Array.from({ length: outcome.length }, (_, row) => row).sort(
    (a, b) => probabilities[a]! - probabilities[b]!,
  )
  const deciles: Decile[] = []
  for (let tenth = 0; tenth < 10; tenth++) {
    const rows = order.slice(
      Math.floor((tenth * order.length) / 10),
      Math.floor(((tenth + 1) * order.length) / 10),
    )
    if (!rows.length) continue
    const mean = (values: ArrayLike<number>) => rows.reduce((sum, row) => sum + values[row]!, 0) / rows.length
    deciles.push({ rows: rows.length, predicted: mean(probabilities), actual: mean(outcome) })
  }
  return deciles
}

export function measure(probabilities: ArrayLike<number>, outcome: ArrayLike<number>): Measures {
  const rows = outcome.length
  let ones = 0
  let right = 0
  let squares = 0
  for (let row = 0; row < rows; row++) {
    const p = probabilities[row]!
    ones += outcome[row]!
    right += p >= 0.5 === (outcome[row] === 1) ? 1 : 0
    squares += (p - outcome[row]!) ** 2
  }
  const baseRate = ones / Math.max(1, rows)
  const deciles = decilesOf(probabilities, outcome)
  return {
    rows,
    baseRate,
    accuracy: right / Math.max(1, rows),
    majority: Math.max(baseRate, 1 - baseRate),
    auc: aucOf(probabilities, outcome),
    brier: squares / Math.max(1, rows),
    brierOfBase: baseRate * (1 - baseRate),
    logLoss: logLossOf(probabilities, outcome),
    liftTopTenth: baseRate > 0 ? (deciles.at(-1)?.actual ?? 0) / baseRate : 0,
    calibrationError:
      deciles.reduce((sum, tenth) => sum + tenth.rows * Math.abs(tenth.predicted - tenth.actual), 0) /
      Math.max(1, rows),
    deciles,
  }
}
