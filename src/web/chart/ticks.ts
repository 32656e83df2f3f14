const STEPS = [1, 2, 5, 10]

/**
 * Round values for an axis from the least to the most, and with zero: steps of 1, 2 or 5 of some power of ten, which short words such as
 * 1.5M tell exactly.
 * @param count how many steps there are at most
 * @param isWhole where there is nothing between whole numbers
 */
export function ticksFor(values: readonly number[], count: number, isWhole: boolean): number[] {
  const [low, high] = [Math.min(0, ...values), Math.max(0, ...values)]
  if (high === low) return [0, 1]
  const from = Math.log10((high - low) / count)
  for (let power = Math.floor(isWhole ? Math.max(0, from) : from); ; power++) {
    for (const each of STEPS) {
      const [first, last] = [Math.floor(over(low, each, power)), Math.ceil(over(high, each, power))]
      if (last - first > count) continue
      return Array.from({ length: last - first + 1 }, (_, n) => scaled((first + n) * each, power))
    }
  }
}

/** Powers below one are divided by, since 3 × 0.1 is not 0.3. */
const scaled = (value: number, power: number): number =>
  power < 0 ? value / 10 ** -power : value * 10 ** power
const over = (value: number, step: number, power: number): number => scaled(value, -power) / step
