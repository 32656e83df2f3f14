import { loadavg } from 'node:os'
import { parseArgs } from 'node:util'
import { readingOf } from '#features/conversation-insights/read.ts'
import { inspect, type LeftOut } from '#features/scoring/learn/leaks.ts'
import { learn } from '#features/scoring/learn/learn.ts'
import { type Measures, measure } from '#features/scoring/learn/measures.ts'
import { fit } from '#features/scoring/learn/model.ts'
import { predictAll } from '#features/scoring/learn/predict.ts'
import { randomFrom, shuffled } from '#features/scoring/learn/random.ts'
import { byTime, type Column, type Table, take } from '#features/scoring/learn/table.ts'
import { learnTexts, type Said, sortText } from '#features/scoring/learn/text.ts'
import { DATA, hasData, readCsv, tableOf, tabularSets, textSets } from './ai/sets.ts'
import { say } from './databases.ts'

const USAGE = `npm run bench:ai -- [options]     how well the models learn, on the real sets of REAL_DATA_DIR
  --only WORD                   the sets whose name has it
  --csv FILE --target COLUMN --positive VALUE [--time COLUMN] [--without A,B]
                                another table instead: 70/30, leaks looked for by the program itself
  --csv FILE --text COLUMN --target COLUMN
                                another set of labelled texts instead`
const HELD = 0.3

const { values: options } = parseArgs({
  options: {
    only: { type: 'string', default: '' },
    csv: { type: 'string' },
    target: { type: 'string' },
    positive: { type: 'string' },
    time: { type: 'string' },
    text: { type: 'string' },
    without: { type: 'string', default: '' },
    help: { type: 'boolean', default: false },
  },
})

type Split = { by: 'time' | 'random'; seeds: number }

function cut(table: Table, by: Split['by'], seed: number): [Table, Table] {
  const order = by === 'time' ? byTime(table) : shuffled(table.outcome.length, randomFrom(seed))
  const middle = Math.floor(order.length * (1 - HELD))
  return [take(table, order.subarray(0, middle)), take(table, order.subarray(middle))]
}

const only = (table: Table, isUsed: (key: string) => boolean): Table => ({
  ...table,
  columns: table.columns.filter(({ key }) => isUsed(key)),
})

/** Learned on the one part and measured on the other; `looks` has the leaks found in the part that is learned from. */
function tried(table: Table, { by, seeds }: Split, looks: boolean, open?: readonly Column[]) {
  const all: Measures[] = []
  let leftOut: LeftOut[] = []
  for (let seed = 1; seed <= seeds; seed++) {
    const [older, newer] = cut(table, by, seed)
    const found = looks ? inspect(older, { open }) : undefined
    leftOut = found?.leftOut ?? []
    const honest = only(older, key => !found || found.used.includes(key))
    all.push(measure(predictAll(fit(honest, { seed }).model, newer), newer.outcome))
  }
  const mean = (of: (measures: Measures) => number) => all.reduce((sum, one) => sum + of(one), 0) / all.length
  return { mean, leftOut }
}

const three = (value: number) => value.toFixed(3).replace(/^0/, '')

function row(name: string, columns: string, by: string, mean: (of: (m: Measures) => number) => number): void {
  const cells = [
    name,
    columns,
    by,
    three(mean(m => m.majority)),
    three(mean(m => m.accuracy)),
    three(mean(m => m.auc)),
    three(mean(m => m.brier)),
    three(mean(m => m.brierOfBase)),
    mean(m => m.liftTopTenth).toFixed(2),
    three(mean(m => m.calibrationError)),
  ]
  say(`| ${cells.join(' | ')} |`)
}

function tabularBench(): void {
  const notes: string[] = []
  say(
    '| set | columns | split | majority | accuracy | AUC | Brier | of base rate | lift in top tenth | calibration error |',
  )
  say('| --- | --- | --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: |')
  for (const make of tabularSets) {
    const { name, table, open, leaky, splits, baseline } = make()
    if (!name.toLowerCase().includes(options.only.toLowerCase())) continue
    for (const split of splits) {
      const honest = only(table, key => !leaky.includes(key))
      row(name, 'honest ones', split.by, tried(honest, split, false).mean)
      row(name, 'honest ones, detector on', split.by, tried(honest, split, true, open).mean)
      const { mean, leftOut } = tried(table, split, true, open)
      row(name, 'all, detector on', split.by, mean)
      row(name, 'all, detector off: leaky', split.by, tried(table, { ...split, seeds: 1 }, false).mean)
      if (split !== splits[0]) continue
      notes.push(`${name}: baselines ${baseline}. Left out of all columns by the detector: ${told(leftOut)}.`)
    }
  }
  say(`\n${notes.join('\n')}\n`)
}

const told = (leftOut: readonly LeftOut[]) =>
  leftOut
    .filter(({ reason }) => reason !== 'CONSTANT')
    .map(({ label, reason }) => `${label} (${reason})`)
    .join(', ')

const likeliest = (classes: readonly string[], chances: ArrayLike<number>) =>
  classes.reduce((best, name, at) => (chances[at]! > chances[classes.indexOf(best)]! ? name : best))

function judged(given: readonly string[], gold: readonly string[]) {
  const f1 = [...new Set(gold)].map(label => {
    const hits = gold.filter((is, at) => is === label && given[at] === label).length
    const named = given.filter(is => is === label).length + gold.filter(is => is === label).length
    return (2 * hits) / named
  })
  return {
    accuracy: gold.filter((is, at) => is === given[at]).length / gold.length,
    macroF1: f1.reduce((sum, one) => sum + one, 0) / f1.length,
  }
}

type Labelled = {
  said: readonly Said[]
  labels: readonly string[]
  groups: readonly string[]
  balance: number
}

function textsTried({ said, labels, groups, balance }: Labelled) {
  const sums = { accuracy: 0, macroF1: 0 }
  const names = [...new Set(groups)]
  for (let seed = 1; seed <= 3; seed++) {
    const order = shuffled(names.length, randomFrom(seed))
    const held = new Set(Array.from(order.subarray(0, Math.floor(names.length * HELD)), at => names[at]!))
    const rows = said.map((_, at) => at)
    const learnt = rows.filter(at => !held.has(groups[at]!))
    const asked = rows.filter(at => held.has(groups[at]!))
    const model = learnTexts(
      learnt.map(at => said[at]!),
      learnt.map(at => labels[at]!),
      { seed, balance },
    )
    const given = asked.map(at => likeliest(model.classes, sortText(model, said[at]!)))
    const { accuracy, macroF1 } = judged(
      given,
      asked.map(at => labels[at]!),
    )
    sums.accuracy += accuracy / 3
    sums.macroF1 += macroF1 / 3
  }
  return sums
}

function textBench(): void {
  say('| texts | learned from | accuracy | macro-F1 | baseline |')
  say('| --- | --- | ---: | ---: | --- |')
  for (const make of textSets) {
    const set = make()
    if (!set.name.toLowerCase().includes(options.only.toLowerCase())) continue
    const { accuracy, macroF1 } = textsTried(set)
    say(`| ${set.name} | 70 % of it | ${three(accuracy)} | ${three(macroF1)} | ${set.baseline} |`)
    if (!set.name.startsWith('Sentiment')) continue
    const given = set.said.map(said => (readingOf(said as string).score > 0 ? '1' : '0'))
    const shipped = judged(given, set.labels)
    say(
      `| ${set.name} | nothing: the words shipped | ${three(shipped.accuracy)} | ${three(shipped.macroF1)} | ${set.baseline} |`,
    )
  }
}

const LEARNED_AT_ONCE = 10_000

/** What a training of 10,000 rows costs, leaks, hold-out and card with it. */
function speedBench(): void {
  if (!'speed'.includes(options.only.toLowerCase())) return
  const { table } = tabularSets.map(make => make()).find(({ name }) => name === 'IBM')!
  const rows = shuffled(table.outcome.length, randomFrom(1)).subarray(0, LEARNED_AT_ONCE)
  const before = process.cpuUsage()
  const { card } = learn(take(table, rows))
  const { user, system } = process.cpuUsage(before)
  say(
    `\n${card.rows} rows of IBM, ${card.fields.length} of ${table.columns.length} columns used: ${((user + system) / 1e6).toFixed(1)} s of a processor, ${(card.durationMs / 1000).toFixed(1)} s by the clock at a load average of ${loadavg()[0]!.toFixed(0)}`,
  )
}

/** A table or texts that somebody else brings. */
function otherBench(file: string): void {
  const lines = readCsv(file)
  const { target, positive, time, text, without } = options
  if (!target || (!text && !positive)) {
    say(USAGE)
    process.exitCode = 1
    return
  }
  if (text) {
    const set = {
      said: lines.map(line => line[text]!),
      labels: lines.map(line => line[target]!),
      groups: lines.map((_, at) => String(at)),
      balance: 0.3,
    }
    const { accuracy, macroF1 } = textsTried(set)
    say(`70/30, mean of 3: accuracy ${three(accuracy)}, macro-F1 ${three(macroF1)}`)
    return
  }
  const { table } = tableOf(lines, { target, positive: positive!, time, without: without.split(',') })
  const { card } = learn(table)
  const { holdOut, crossValidation, fields, leftOut, rows, durationMs } = card
  say(`${rows} rows, ${durationMs} ms`)
  for (const [name, of] of [
    [time ? 'newest quarter held back' : 'last quarter held back', holdOut],
    ['cross-validation', crossValidation],
  ] as const)
    if (of)
      say(
        `${name}: majority ${three(of.majority)}, accuracy ${three(of.accuracy)}, AUC ${three(of.auc)}, Brier ${three(of.brier)}, lift ${of.liftTopTenth.toFixed(2)}, calibration error ${three(of.calibrationError)}`,
      )
  say(`used: ${fields.map(({ label, weight }) => `${label} ${weight.toFixed(2)}`).join(', ')}`)
  for (const { label, reason, detail } of leftOut) say(`left out: ${label}, ${reason}: ${detail}`)
}

if (options.help) say(USAGE)
else if (options.csv) otherBench(options.csv)
else if (!hasData()) say(`there is nothing in ${DATA}: set REAL_DATA_DIR; skipped`)
else {
  tabularBench()
  textBench()
  speedBench()
}
