import assert from 'node:assert/strict'
import { test } from 'node:test'
import { de } from './de.ts'
import { en } from './en.ts'

type Words = { [key: string]: unknown }
type Say = (...given: unknown[]) => unknown

/** Every text that is made of something, by its place. */
const textsOf = (words: Words, path = ''): Array<[string, Say]> =>
  Object.entries(words).flatMap(([key, value]): Array<[string, Say]> => {
    if (typeof value === 'function') return [[path + key, value as Say]]
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? textsOf(value as Words, `${path}${key}.`)
      : []
  })

/** What it says of so many, whether it takes figures, figures as text, or an object with one. */
function said(say: Say, n: number): Array<string | undefined> {
  const whole = new Proxy({}, { get: () => n })
  return [[n, n, n], [`${n}`, `${n}`, `${n}`], [n, `${n}`, n], [whole]].map(given => {
    try {
      return String(say(...given))
    } catch {
      return undefined
    }
  })
}

/** What is said of one just as of two, where that is a word of many. */
function sameWord(say: Say, word: RegExp): string | undefined {
  const [one, two] = [said(say, 1), said(say, 2)]
  // Figures of the wrong kind are not compared with one: who tells them apart does so by the right kind.
  if (one.some((text, i) => text?.replaceAll('1', '2') !== two[i])) return undefined
  return one.map(text => word.exec(text ?? '')?.[0]).find(Boolean)
}

/** Where a name or a day stands, or what is never one. */
const NEVER_ONE = [
  ...['imports.createLinked', 'webhooks.bothUntil'],
  ...['calendar.cut', 'scoring.heldOut', 'issues.MATCHES_SEVERAL'],
]

test('English says one thing of one and many of many', () => {
  const wrong = textsOf(en).flatMap(([path, say]) => {
    const same = sameWord(
      say,
      /(?<![\d.,])1 (?:[a-z]+ )?(?:(?!(?:is|was|has|does|this|as|its|always)\b)[a-z]+(?<!s)s|are|were|have)\b/,
    )
    return same && !NEVER_ONE.includes(path) ? [`${path}: ${same}`] : []
  })
  assert.deepEqual(wrong, [])
})

/** Nouns that are the same in one and many. */
const UNCHANGED = ['Treffer', 'Zeichen']

test('German says one thing of one and many of many', () => {
  const wrong = textsOf(de).flatMap(([path, say]) => {
    const noun = sameWord(say, /(?<![\d.,])1 (?:[a-zäöüß]+e[nr]? )?\p{Lu}\p{Ll}+(?![\p{L}-])/u)
    const verb = sameWord(say, /(?<![\d.,])1 (?:warten|sind|haben|wurden|waren|passen|fehlen)\b/)
    const same = noun && UNCHANGED.some(each => noun.endsWith(each)) ? verb : (noun ?? verb)
    return same && !NEVER_ONE.includes(path) ? [`${path}: ${same}`] : []
  })
  assert.deepEqual(wrong, [])
})
