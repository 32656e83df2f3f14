import { type Period, periodIn } from './dates.ts'

type Reader = (text: string) => Period | undefined

/** Where something was taken out: no pattern reaches across it. */
const GAP = ' ¦ '

/** A sentence from which one understood part after another is taken; what stays was not understood. */
export class Said {
  rest: string
  constructor(text: string) {
    this.rest = ` ${text
      .replace(/[\u2018\u2019]/g, "'")
      .replace(/[\u201c\u201d]/g, '"')
      .replace(/\s+/g, ' ')
      .trim()} `
  }

  /** Takes the first match out. The pattern ignores case and stands between words. */
  take(pattern: string): RegExpExecArray | undefined {
    const found = new RegExp(`(?<![\\w@.-])(?:${pattern})(?![\\w@])`, 'iu').exec(this.rest)
    if (found) this.#cut(found.index, found.index + found[0].length)
    return found ?? undefined
  }

  #cut(from: number, to: number): void {
    this.rest = this.rest.slice(0, from) + GAP + this.rest.slice(to)
  }

  /** Takes the first period out, such as `last week`. What cannot be read as one stays, so that it is told. */
  takePeriod(read: Reader): Period | undefined {
    for (let found = periodIn(this.rest); found; ) {
      const period = read(found.text)
      if (period) {
        this.#cut(found.index, found.end)
        return period
      }
      found = periodIn(this.rest, found.end)
    }
    return undefined
  }

  /** Takes the first match out behind which a period stands, and the period: `closing this month`. */
  takeBeforePeriod(pattern: string, read: Reader): { found: RegExpExecArray; period: Period } | undefined {
    for (const found of this.rest.matchAll(new RegExp(`(?<![\\w@.-])(?:${pattern}) `, 'giu'))) {
      const end = found.index + found[0].length
      const behind = periodIn(this.rest, end)
      const period = behind?.index === end ? read(behind.text) : undefined
      if (!behind || !period) continue
      this.#cut(found.index, behind.end)
      return { found, period }
    }
    return undefined
  }

  takeAll(pattern: string): RegExpExecArray[] {
    const found: RegExpExecArray[] = []
    for (let one = this.take(pattern); one && found.length < 20; one = this.take(pattern)) found.push(one)
    return found
  }

  has(pattern: string): boolean {
    return new RegExp(`(?<![\\w@.-])(?:${pattern})(?![\\w@])`, 'iu').test(this.rest)
  }

  /** Puts back what turned out to be something else. */
  putBack(text: string): void {
    this.rest = this.rest.replace(GAP, ` ${text} `)
  }

  /** What nobody understood: without the words that only join others. */
  leftovers(): string[] {
    return this.rest
      .split('¦')
      .map(part =>
        part
          .split(/\s+/)
          .map(word => word.replace(/^[("'.,;:!?]+|[)"'.,;:!?]+$/g, ''))
          .filter(word => word && !EMPTY.has(word.toLowerCase()))
          .join(' '),
      )
      .filter(Boolean)
  }
}

/** Words that only join others, or ask. */
export const EMPTY: ReadonlySet<string> = new Set(
  "a an the of in on at to for by from with and or all any some my me i we us our your you it its is are was were be been do does did have has had got get give show list find search look see display tell which what who whom whose that this these those there here now currently please can could would will right just only also there's what's i'm their his her they them he she most more than as into about still yet every each both but let's want need like sorted ordered order sort records record ones one entries things number count many much total how than when where recently ever so far up out right-now".split(
    ' ',
  ),
)
