import { fold } from '#core/record/formats.ts'
import { COMMON_WORDS } from './common-words.ts'

/**
 * Whether attackers try the password first (NIST SP 800-63B 5.1.1.2). A plain list of leaked passwords
 * would have to be huge once ten characters are asked for, since people then lengthen a short one with
 * digits. So a list of words stands behind rules that undo the lengthening: digits and signs around the word,
 * look-alikes inside it (`p@ssw0rd`), the word twice, runs on the keyboard or the alphabet, and repetition.
 */
export function isCommonPassword(password: string): boolean {
  // Spaces count once here, so that a row of them does not make a password long.
  const given = fold(password)
  if (given.length < SHORT) return true
  if (/^\d{1,12}$/.test(given) || isRepeated(given) || isRun(given)) return true
  return candidates(given).some(word => isCommonWord(word) || isDoubled(word) || isRun(word))
}

/** Digits and signs around a word that do not make it stronger; more than this may be a secret of its own. */
const AROUND_AT_MOST = 8
const RUN_AT_LEAST = 4
/** What has fewer characters than this, spaces taken together, is soon tried. */
const SHORT = 6

const words = new Set(COMMON_WORDS.split(/\s+/).filter(Boolean))
const isCommonWord = (word: string) => words.has(word)

const LOOKALIKES: Record<string, string> = {
  '0': 'o',
  '1': 'i',
  '3': 'e',
  '4': 'a',
  '5': 's',
  '7': 't',
  '8': 'b',
  '9': 'g',
  '@': 'a',
  $: 's',
  '!': 'i',
  '+': 't',
}
const unmasked = (text: string) => text.replace(/[^a-z]/g, sign => LOOKALIKES[sign] ?? '')
const letters = (text: string) => text.replace(/[^a-z]/g, '')

/** What may be the word that the password was made of. */
function candidates(given: string): string[] {
  const found = new Set<string>()
  const inner = given.replace(/^[^a-z]+|[^a-z]+$/g, '')
  if (inner && given.length - inner.length <= AROUND_AT_MOST) {
    found.add(inner).add(unmasked(inner))
    found.add(unmasked(inner.replace(/1/g, 'l')))
  }
  const ended = given.replace(/[^a-z]+$/g, '')
  if (ended && given.length - ended.length <= AROUND_AT_MOST) found.add(unmasked(ended))
  const bare = letters(given)
  if (given.length - bare.length <= AROUND_AT_MOST) found.add(bare)
  return [...found]
}

function isDoubled(word: string): boolean {
  const half = word.slice(0, word.length / 2)
  return half.length > 2 && half + half === word && isCommonWord(half)
}

/** A unit of at most four characters over and over: `aaaaaaaaaa`, `abcabcabcabc`, `12ab12ab12ab`. */
function isRepeated(given: string): boolean {
  return [1, 2, 3, 4].some(
    size => given.length > 2 * size && [...given].every((letter, i) => letter === given[i % size]),
  )
}

const LINES = [
  '1234567890',
  'abcdefghijklmnopqrstuvwxyz',
  'qwertyuiop',
  'asdfghjkl',
  'zxcvbnm',
  'qwertyuiopasdfghjklzxcvbnm',
  'qwertzuiopasdfghjklyxcvbnm',
  'azertyuiopqsdfghjklmwxcvbn',
  '1qaz2wsx3edc4rfv5tgb6yhn7ujm8ik9ol0p',
  'qazwsxedcrfvtgbyhnujmikolp',
  'q1w2e3r4t5y6u7i8o9p0',
  '1q2w3e4r5t6y7u8i9o0p',
  'a1b2c3d4e5f6g7h8i9j0',
  '1a2b3c4d5e6f7g8h9i0j',
  'aabbccddeeffgghhiijjkk',
  '11223344556677889900',
  '1029384756',
]
const RUNS = LINES.flatMap(line => [line.repeat(3), [...line].reverse().join('').repeat(3)])

/** A straight walk along the keyboard, the alphabet or the digits, in either direction. */
function isRun(text: string): boolean {
  return text.length >= RUN_AT_LEAST && RUNS.some(run => run.includes(text))
}
