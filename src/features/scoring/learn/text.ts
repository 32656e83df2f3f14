import { randomFrom, shuffled } from './random.ts'

/** A learned sorter of short texts into classes. Weights stand by feature, then by class. */
export type TextModel = {
  classes: string[]
  /** The features in their order, and how rare each is (inverse document frequency). */
  vocabulary: string[]
  idf: number[]
  weights: number[]
  bias: number[]
  rows: number
}

export type TextOptions = {
  seed?: number
  /** How much a rare class is raised: 0 as it is, 1 all classes alike. */
  balance?: number
}

const LEAST_TEXTS = 2
const MOST_FEATURES = 120_000
const MOST_LETTERS = 4000
const EPOCHS = 8
const RATE = 0.25
const SHRINKAGE = 2e-5
/** Letters of a piece of a word, with a mark at its ends. */
const PIECES = [2, 3, 4, 5]

const TOKEN = /\p{L}[\p{L}\p{M}'’]*|\p{N}+|[!?$€%:)(]/gu

/** What is sorted: a text, or it and what stands around it (such as what was said before), each read by itself. */
export type Said = string | readonly string[]

/** Words, pairs of words, and pieces of words (`#` at their ends); `w`, `p` and `c` tell them apart. Numbers are alike. */
export function partsOf(text: string): string[] {
  const words = (text.slice(0, MOST_LETTERS).toLowerCase().match(TOKEN) ?? []).map(word =>
    /^\p{N}/u.test(word) ? '0' : word.replaceAll('’', "'"),
  )
  const parts = words.map(word => `w${word}`)
  const framed = ['^', ...words, '$']
  for (let at = 1; at < framed.length; at++) parts.push(`p${framed[at - 1]} ${framed[at]}`)
  for (const word of words) {
    const marked = `#${word}#`
    for (const size of PIECES)
      for (let at = 0; at + size <= marked.length; at++) parts.push(`c${marked.slice(at, at + size)}`)
  }
  return parts
}

/** How much words, pieces of words and what stands around count beside each other. */
const GROUP_WEIGHTS = [1, 0.5, 0.5] as const

/** The parts of what is said; of what stands around it whole words and pairs alone, marked by their place. */
function allParts(said: Said): string[] {
  if (typeof said === 'string') return partsOf(said)
  const [text = '', ...around] = said
  return [
    ...partsOf(text),
    ...around.flatMap((other, at) =>
      partsOf(other)
        .filter(part => !part.startsWith('c'))
        .map(part => `${at}${part}`),
    ),
  ]
}

const groupOf = (part: string): 0 | 1 | 2 => (part.startsWith('c') ? 1 : /^\d/.test(part) ? 2 : 0)

type Sparse = { places: Int32Array; values: Float32Array }

/** Counts dampened, weighted by rarity, words and pieces each of length 1, so that long texts weigh no more than short ones. */
function vectorOf(said: Said, index: Map<string, number>, idf: ArrayLike<number>): Sparse {
  const counts = new Map<string, number>()
  for (const part of allParts(said)) counts.set(part, (counts.get(part) ?? 0) + 1)
  const places: number[] = []
  const values: number[] = []
  const groups: (0 | 1 | 2)[] = []
  const squares = [0, 0, 0]
  for (const [part, count] of counts) {
    const place = index.get(part)
    if (place === undefined) continue
    const value = (1 + Math.log(count)) * idf[place]!
    places.push(place)
    values.push(value)
    groups.push(groupOf(part))
    squares[groups.at(-1)!]! += value * value
  }
  return {
    places: Int32Array.from(places),
    values: Float32Array.from(values, (value, at) => {
      const group = groups[at]!
      return (GROUP_WEIGHTS[group] * value) / Math.sqrt(squares[group]!)
    }),
  }
}

function vocabularyOf(texts: readonly Said[]): { vocabulary: string[]; idf: number[] } {
  const seen = new Map<string, number>()
  for (const text of texts)
    for (const part of new Set(allParts(text))) seen.set(part, (seen.get(part) ?? 0) + 1)
  const kept = [...seen]
    .filter(([, count]) => count >= LEAST_TEXTS)
    .sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1))
    .slice(0, MOST_FEATURES)
  return {
    vocabulary: kept.map(([part]) => part),
    idf: kept.map(([, count]) => Math.log((1 + texts.length) / (1 + count)) + 1),
  }
}

/**
 * Multinomial logistic regression on TF-IDF of words, pairs of words and pieces of words, by AdaGrad (Duchi et al. 2011) with a
 * ridge. @param labels the class of each text
 */
export function learnTexts(
  texts: readonly Said[],
  labels: readonly string[],
  { seed = 1, balance = 0 }: TextOptions = {},
): TextModel {
  const classes = [...new Set(labels)].sort()
  const { vocabulary, idf } = vocabularyOf(texts)
  const index = new Map(vocabulary.map((part, at) => [part, at]))
  const vectors = texts.map(text => vectorOf(text, index, idf))
  const targets = labels.map(label => classes.indexOf(label))
  const counts = classes.map((_, at) => targets.filter(target => target === at).length)
  const importance = counts.map(count => (texts.length / (classes.length * count)) ** balance)
  const k = classes.length
  const weights = new Float64Array(vocabulary.length * k)
  const bias = new Float64Array(k)
  const squares = new Float64Array(weights.length).fill(1e-2)
  const biasSquares = new Float64Array(k).fill(1)
  const random = randomFrom(seed)
  for (let epoch = 0; epoch < EPOCHS; epoch++)
    for (const row of shuffled(texts.length, random)) {
      const { places, values } = vectors[row]!
      const errors = softmax(scoresOf(weights, bias, vectors[row]!))
      errors[targets[row]!]! -= 1
      for (let c = 0; c < k; c++) {
        const error = errors[c]! * importance[targets[row]!]!
        biasSquares[c]! += error * error
        bias[c]! -= (RATE * error) / Math.sqrt(biasSquares[c]!)
        for (let at = 0; at < places.length; at++) {
          const place = places[at]! * k + c
          const gradient = error * values[at]! + SHRINKAGE * weights[place]!
          squares[place]! += gradient * gradient
          weights[place]! -= (RATE * gradient) / Math.sqrt(squares[place]!)
        }
      }
    }
  return {
    classes,
    vocabulary,
    idf: idf.map(round),
    weights: Array.from(weights, round),
    bias: Array.from(bias, round),
    rows: texts.length,
  }
}

const round = (value: number) => Math.round(value * 1e4) / 1e4

function scoresOf(
  weights: ArrayLike<number>,
  bias: ArrayLike<number>,
  { places, values }: Sparse,
): Float64Array {
  const k = bias.length
  const scores = Float64Array.from(bias)
  for (let at = 0; at < places.length; at++)
    for (let c = 0; c < k; c++) scores[c]! += values[at]! * weights[places[at]! * k + c]!
  return scores
}

function softmax(scores: Float64Array): Float64Array {
  const most = scores.reduce((a, b) => Math.max(a, b))
  const powers = scores.map(score => Math.exp(score - most))
  const sum = powers.reduce((a, b) => a + b, 0)
  return powers.map(power => power / sum)
}

const indexes = new WeakMap<TextModel, Map<string, number>>()

/** The probability of each class, in the order of `classes`. */
export function sortText(model: TextModel, said: Said): Float64Array {
  let index = indexes.get(model)
  if (!index) {
    index = new Map(model.vocabulary.map((part, at) => [part, at]))
    indexes.set(model, index)
  }
  return softmax(scoresOf(model.weights, model.bias, vectorOf(said, index, model.idf)))
}
