import assert from 'node:assert/strict'
import { slowTest } from '#test/slow.ts'
import { fit, sigmoid } from './model.ts'
import { predict } from './predict.ts'
import { randomFrom } from './random.ts'
import type { Cell, Column, ColumnKind } from './table.ts'

const SOURCES: [string, number][] = [
  ['web', 0],
  ['fair', 0.3],
  ['referral', 1.2],
  ['list', -0.8],
  ['partner', 0.6],
]
const KINDS: [string, ColumnKind][] = [
  ['fit', 'number'],
  ['size', 'number'],
  ['source', 'category'],
  ['noise', 'number'],
]
type Drawn = { cells: Record<string, Cell>; chance: number }
type Law = (fitness: number, size: number, source: number) => number

/** The laws by which chances come about: one that adds up, and one with interactions and a wave. */
const LAWS: Record<string, Law> = {
  additive: (fitness, size, source) => -0.5 + 0.9 * fitness + SOURCES[source]![1] + (size > 60 ? 0.5 : 0),
  bent: (fitness, size, source) =>
    -0.3 + (fitness > 0 ? 0.8 : -0.8) * (source > 1 ? 1.3 : 0.4) + Math.sin(size / 15),
}

function draw(random: () => number, law: Law): Drawn {
  const [fitness, size, source] = [random() * 4 - 2, random() * 100, Math.floor(random() * SOURCES.length)]
  const cells = { fit: fitness, size, source: SOURCES[source]![0], noise: random() }
  return { cells, chance: sigmoid(law(fitness, size, source)) }
}

/** How often the stated interval holds the chance by which the outcome was really drawn, and how wide it is. */
function coverage(law: Law, rows: number, repeats: number): { held: number; width: number } {
  const ASKED = 200
  let [held, width] = [0, 0]
  for (let repeat = 1; repeat <= repeats; repeat++) {
    const random = randomFrom(repeat * 7919 + rows)
    const drawn = Array.from({ length: rows }, () => draw(random, law))
    const columns = KINDS.map(
      ([key, kind]): Column => ({ key, label: key, kind, cells: drawn.map(({ cells }) => cells[key]!) }),
    )
    const { model } = fit({
      columns,
      outcome: Uint8Array.from(drawn, ({ chance }) => (random() < chance ? 1 : 0)),
    })
    for (let asked = 0; asked < ASKED; asked++) {
      const { cells, chance } = draw(random, law)
      const [low, high] = predict(model, { cells }).interval
      held += chance >= low && chance <= high ? 1 : 0
      width += high - low
    }
  }
  return { held: held / repeats / ASKED, width: width / repeats / ASKED }
}

slowTest(
  'nine of ten intervals hold the chance that the outcome was drawn by, and narrow with more rows',
  () => {
    const all: number[] = []
    for (const [name, law] of Object.entries(LAWS)) {
      const [few, more] = [coverage(law, 200, 4), coverage(law, 1200, 2)]
      assert.ok(few.width > more.width * 1.2, `${name}: ${few.width} wide of few rows, ${more.width} of more`)
      for (const { held } of [few, more]) assert.ok(held > 0.8, `${name}: ${held} are held`)
      all.push(few.held, more.held)
    }
    const mean = all.reduce((sum, one) => sum + one, 0) / all.length
    assert.ok(mean > 0.86 && mean < 0.97, `${mean} are held on average, and nine of ten are told: ${all}`)
  },
)
