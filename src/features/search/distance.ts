/**
 * How many letters must be changed, left out, put in or swapped with their neighbour to make one word of the other
 * (optimal string alignment, after Damerau 1964). More than `atMost` is answered as `atMost + 1`.
 */
export function distance(a: string, b: string, atMost: number): number {
  if (Math.abs(a.length - b.length) > atMost) return atMost + 1
  let before: number[] = []
  let row = Array.from({ length: b.length + 1 }, (_, j) => j)
  for (let i = 1; i <= a.length; i++) {
    const next = [i]
    for (let j = 1; j <= b.length; j++) {
      const same = a[i - 1] === b[j - 1] ? 0 : 1
      let least = Math.min(row[j]! + 1, next[j - 1]! + 1, row[j - 1]! + same)
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1])
        least = Math.min(least, before[j - 2]! + 1)
      next.push(least)
    }
    if (Math.min(...next) > atMost) return atMost + 1
    before = row
    row = next
  }
  return Math.min(row[b.length]!, atMost + 1)
}
