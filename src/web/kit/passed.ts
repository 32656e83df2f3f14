/** Milliseconds from now on in whole units: of what has passed those that are full, as records count days; what is to come is rounded. */
export const wholeUnits = (ms: number, unitMs: number): number =>
  ms < 0 ? Math.trunc(ms / unitMs) : Math.round(ms / unitMs)
