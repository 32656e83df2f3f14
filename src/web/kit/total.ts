import type { Text } from '../text/en.ts'
import type { useFormat } from './format.ts'

type Total = { total: number; totalIsEstimate?: boolean }

/** How many there are, in words: the server counts up to a round number, and one more says that there are others. */
export function totalText(text: Text, format: ReturnType<typeof useFormat>, given: Total): string {
  const { total, totalIsEstimate } = given
  const round = Number(total.toPrecision(2))
  if (!totalIsEstimate) return format.number(total)
  return total === round + 1
    ? text.common.over(format.number(round))
    : text.common.about(format.number(total))
}
