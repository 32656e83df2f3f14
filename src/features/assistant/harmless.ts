import type { Part } from './parts.ts'

/** What is longer is no address that anybody needs to read. */
const HELD_AT_MOST = 4000

/** A path of our own: no host, and nothing that Markdown would read as one (`//`, `\/`, `&#47;`). */
const OWN = /^\/(?![/\\])(?!.*(?:&[#\w]+;|:\/\/|www\.))[^\s\\<>`]*$/i
const DESTINATION = /^\]\([ \t\r\n]*(?:<([^<>\n]*)>(?=[\s)])|((?:[^\s<>()]|\([^\s<>()]*\))+)(?=[\s)])|(?=\)))/
const ADDRESS = /^(?:(?:https?|ftps?|wss?):\/\/|www\.)[^\s<>`"|\]]*/i
const BEGUN =
  /^(?:h(?:t(?:t(?:p(?:s?(?::\/?)?)?)?)?)?|f(?:t(?:p(?:s?(?::\/?)?)?)?)?|w(?:s(?:s?(?::\/?)?)?|ww?)?)$/i
const PUNCTUATION = /[!-/:-@[-`{-~]/

/** How many letters are judged, and what they become. */
type Step = [number, string]

/**
 * Markdown in which nothing leads or reaches out, while it is being said: an address elsewhere, which a text of a record may have put
 * there to carry data out with the picture or the click, is shown as code; HTML as text. Links to paths of our own stay.
 * What it cannot judge yet it holds back: some letters, or an address.
 */
export class Harmless {
  private held = ''
  private before = ''
  /** How long the runs of backticks of this paragraph were, in which an address as code must be none of them. */
  private readonly ticks = new Set<number>()
  /** Whether a run that has just been read can only open code. */
  private isOpening = false

  write(piece: string): string {
    this.held += piece
    return this.read(false)
  }

  /** What was held back: nothing comes after it. */
  end(): string {
    return this.read(true)
  }

  private read(isOver: boolean): string {
    let told = ''
    while (this.held) {
      const step = this.step(isOver || this.held.length > HELD_AT_MOST)
      if (!step) break
      const [length, text] = step
      this.before = this.held[length - 1]!
      this.held = this.held.slice(length)
      told += text
    }
    return told
  }

  /** Undefined where the next letters must be known first. */
  private step(isOver: boolean): Step | undefined {
    const { held } = this
    const plain = /^[^\\\]<`\nhfw]+/i.exec(held)?.[0]
    if (plain) return [plain.length, plain]
    const [first, next] = held
    if (next === undefined && !isOver) return undefined
    switch (first) {
      case '\\':
        return this.escaped(next)
      case '`':
        return this.ticked(isOver)
      case '\n':
        return this.brokenLine(isOver)
      case '<':
        return [1, /[a-z/!?]/i.test(next ?? '') ? '&lt;' : '<']
      case ']':
        return next === ':' ? [2, ']\\:'] : next === '(' ? this.linked(isOver) : [1, ']']
      default:
        return this.addressed(isOver)
    }
  }

  private escaped(next = ''): Step {
    // Within code it would be none, and a backtick end it.
    if (next === '`') this.ticks.add(1)
    if (next === '<') return [2, '&lt;']
    if (PUNCTUATION.test(next)) return [2, `\\${next}`]
    // What comes next may be put into backticks, of which it must escape none.
    return [1, next === '\n' || !next ? '\\' : '\\\\']
  }

  private ticked(isOver: boolean): Step | undefined {
    const { length } = /^`+/.exec(this.held)![0]
    if (length === this.held.length && !isOver) return undefined
    this.isOpening = this.ticks.size === 0
    this.ticks.add(length)
    if (this.before === '`') this.ticks.add(length + 1)
    return [length, '`'.repeat(length)]
  }

  /** A paragraph ends at a line that is empty. */
  private brokenLine(isOver: boolean): Step | undefined {
    const space = /^\n[ \t\r]*/.exec(this.held)![0]
    if (space.length === this.held.length && !isOver) return undefined
    if (this.held[space.length] === '\n') this.ticks.clear()
    return [space.length, space]
  }

  private linked(isOver: boolean): Step | undefined {
    const found = DESTINATION.exec(this.held)
    if (!found) return isOver ? [2, '] ('] : undefined
    const [whole, angled, bare = ''] = found
    const destination = angled ?? bare
    if (!destination || OWN.test(destination)) return [whole.length, whole]
    // What has backticks is read on, as any other text.
    return destination.includes('`') ? [2, '] ('] : [whole.length, `] (${this.asCode(destination)}`]
  }

  private addressed(isOver: boolean): Step | undefined {
    const { held, before } = this
    if (!isOver && BEGUN.test(held)) return undefined
    const found = ADDRESS.exec(held)?.[0]
    if (!found || (/^w/i.test(found) && /[a-z]/i.test(before))) return [1, held[0]!]
    if (found.length === held.length && !isOver) return undefined
    const address = withoutEnd(found)
    const next = held[address.length]
    const closing = before === '`' && this.isOpening && /^`+/.exec(held.slice(address.length))?.[0]
    if (closing) {
      if (address.length + closing.length === held.length && !isOver) return undefined
      if (this.ticks.has(closing.length)) return [address.length, address]
    }
    const [space, gap] = [before === '`' ? ' ' : '', next === '`' ? ' ' : '']
    return [address.length, `${space}${this.asCode(address)}${gap}`]
  }

  private asCode(address: string): string {
    let length = 1
    while (this.ticks.has(length)) length++
    const run = '`'.repeat(length)
    return `${run}${address}${run}`
  }
}

/** What ends a sentence, or a bracket around the address, is none of it. */
function withoutEnd(address: string): string {
  let end = address.length
  for (; end > 0; end--) {
    const last = address[end - 1]!
    const isOutside =
      last === ')'
        ? address.slice(0, end).split(')').length > address.slice(0, end).split('(').length
        : /[.,;:!?*_~']/.test(last)
    if (!isOutside) break
  }
  return address.slice(0, end) || address
}

/** An answer's parts with its texts made harmless. */
export async function* harmless(parts: AsyncGenerator<Part>): AsyncGenerator<Part> {
  const texts = new Harmless()
  const rest = (): Part[] => {
    const text = texts.end()
    return text ? [{ type: 'text', text }] : []
  }
  try {
    for await (const part of parts) {
      if (part.type !== 'text') {
        yield* rest()
        yield part
        continue
      }
      const text = texts.write(part.text)
      if (text) yield { type: 'text', text }
    }
  } catch (error) {
    yield* rest()
    throw error
  }
  yield* rest()
}
