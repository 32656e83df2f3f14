import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parse } from 'csv-parse/sync'
import { asWritten } from '#features/scoring/learn/kinds.ts'
import type { Cell, Column, Table } from '#features/scoring/learn/table.ts'
import type { Said } from '#features/scoring/learn/text.ts'

/** Where the real files are; the README beside them tells where they come from and what in them leaks. */
export const DATA = process.env.REAL_DATA_DIR ?? '../shared/data'
export const hasData = (): boolean => existsSync(join(DATA, 'x_education_oldest70.csv'))

export type Lines = Record<string, string>[]

export function readCsv(file: string): Lines {
  const text = readFileSync(file, 'utf8')
  const heading = text.slice(0, text.indexOf('\n'))
  const count = (mark: string) => heading.split(mark).length
  const delimiter = [',', ';', '\t'].reduce((best, mark) => (count(mark) > count(best) ? mark : best))
  return parse(text, { columns: true, bom: true, relax_quotes: true, skip_empty_lines: true, delimiter })
}

const columnsOf = (lines: Lines, keys: readonly string[], numbers?: ReadonlySet<string>): Column[] =>
  keys.map(key => {
    const texts = lines.map(line => line[key]!.trim())
    const isNumber = numbers?.has(key) ?? texts.every(text => text === '' || !Number.isNaN(Number(text)))
    const cells = texts.map((text): Cell => (text === '' ? null : isNumber ? Number(text) : text))
    return asWritten({ key, label: key, kind: isNumber ? 'number' : 'category', cells })
  })

export type Tabular = {
  name: string
  table: Table
  /** The same columns of rows that are not decided. */
  open?: Column[]
  /** Columns of which it is known that they leak. */
  leaky: string[]
  splits: { by: 'time' | 'random'; seeds: number }[]
  baseline: string
}

type Reading = {
  target: string
  positive: string
  without?: readonly string[]
  /** Orders the rows; numbers, or texts that are dates. */
  time?: string
  openLines?: Lines
}

/** Lines of a file as a table. A column is of numbers where all its values are. */
export function tableOf(lines: Lines, { target, positive, without = [], time, openLines }: Reading) {
  const keys = Object.keys(lines[0] ?? {}).filter(key => key !== target && !without.includes(key))
  const columns = columnsOf(lines, keys)
  const momentOf = (text: string) => (Number.isNaN(Number(text)) ? Date.parse(text) : Number(text))
  const table: Table = {
    columns,
    outcome: Uint8Array.from(lines, line => (line[target]!.trim() === positive ? 1 : 0)),
    at: time ? Float64Array.from(lines, line => momentOf(line[time]!)) : undefined,
  }
  const numbers = new Set(columns.filter(({ kind }) => kind === 'number').map(({ key }) => key))
  return { table, open: openLines && columnsOf(openLines, keys, numbers) }
}

function xEducation(): Tabular {
  const lines = readCsv(join(DATA, 'x_education_oldest70.csv'))
  const { table } = tableOf(lines, { target: 'Converted', positive: '1', time: 'Lead Number' })
  const leaky = [
    'Tags',
    'Lead Quality',
    'Lead Profile',
    'Last Notable Activity',
    'Prospect ID',
    'Lead Number',
  ]
  return {
    name: 'X Education',
    table,
    leaky: [...leaky, ...table.columns.map(({ key }) => key).filter(key => key.startsWith('Asymmetrique'))],
    splits: [
      { by: 'time', seeds: 1 },
      { by: 'random', seeds: 3 },
    ],
    baseline: '.815 / .887, trees .827 / .894 (time)',
  }
}

function ibm(): Tabular {
  const lines = readCsv(join(DATA, 'ibm_win_loss_open70.csv'))
  const { table } = tableOf(lines, {
    target: 'Opportunity Result',
    positive: 'Won',
    time: 'Opportunity Number',
  })
  const leaky = table.columns
    .map(({ key }) => key)
    .filter(key => /^(Total Days|Ratio|Elapsed Days|Sales Stage Change|Opportunity Number)/.test(key))
  return {
    name: 'IBM',
    table,
    leaky,
    splits: [
      { by: 'random', seeds: 2 },
      { by: 'time', seeds: 1 },
    ],
    baseline: '.811 / .766, trees .822 / .816 (random)',
  }
}

/** Opportunities with what is known of the account, the product and the agent. */
function maven(): Tabular {
  const read = (name: string) => readCsv(join(DATA, 'maven', `${name}.csv`))
  const accounts = new Map(read('accounts').map(line => [line.account, line]))
  const products = new Map(read('products').map(line => [line.product!.replaceAll(' ', ''), line]))
  const teams = new Map(read('sales_teams').map(line => [line.sales_agent, line]))
  const all = read('sales_pipeline').map(line => {
    const account = accounts.get(line.account)
    const product = products.get(line.product!.replaceAll(' ', ''))
    const team = teams.get(line.sales_agent)
    const beside = (key: string, from: Record<string, string> | undefined) => ({ [key]: from?.[key] ?? '' })
    return {
      ...line,
      ...beside('sector', account),
      ...beside('year_established', account),
      ...beside('revenue', account),
      ...beside('employees', account),
      ...beside('office_location', account),
      ...beside('series', product),
      ...beside('sales_price', product),
      ...beside('manager', team),
      ...beside('regional_office', team),
    } as Record<string, string>
  })
  const isDecided = (line: Record<string, string>) => ['Won', 'Lost'].includes(line.deal_stage!)
  const { table, open } = tableOf(all.filter(isDecided), {
    target: 'deal_stage',
    positive: 'Won',
    time: 'engage_date',
    openLines: all.filter(line => !isDecided(line)),
  })
  return {
    name: 'Maven (nothing to learn)',
    table,
    open,
    leaky: ['close_value', 'close_date', 'opportunity_id', 'engage_date'],
    splits: [
      { by: 'random', seeds: 3 },
      { by: 'time', seeds: 1 },
    ],
    baseline: '.627 / .549, trees .597 / .526',
  }
}

export const tabularSets = [xEducation, ibm, maven]

export type Texts = {
  name: string
  said: Said[]
  labels: string[]
  groups: string[]
  balance: number
  baseline: string
}

export const textSets: (() => Texts)[] = [
  function sentiment() {
    const lines = ['amazon_cells', 'imdb', 'yelp'].flatMap(name =>
      readFileSync(join(DATA, 'sentiment', `${name}_labelled.txt`), 'utf8')
        .split('\n')
        .slice(1)
        .filter(Boolean),
    )
    return {
      name: 'Sentiment of sentences',
      said: lines.map(line => line.slice(0, line.lastIndexOf('\t'))),
      labels: lines.map(line => line.slice(line.lastIndexOf('\t') + 1).trim()),
      groups: lines.map((_, at) => String(at)),
      balance: 0,
      baseline: '.797',
    }
  },
  function intent() {
    const lines = readFileSync(join(DATA, 'email-intent', 'train.txt'), 'utf8')
      .split('\n')
      .filter(Boolean)
    return {
      name: 'E-mail asks to act',
      said: lines.map(line => line.slice(line.indexOf('\t') + 1)),
      labels: lines.map(line => line.slice(0, line.indexOf('\t'))),
      groups: lines.map((_, at) => String(at)),
      balance: 0,
      baseline: '.783 / .69, on a test set of its own',
    }
  },
  () => resper(true),
  () => resper(false),
]

/** What is said in haggling, alone or beside what was said before it. */
function resper(hasBefore: boolean): Texts {
  const lines = readCsv(join(DATA, 'resper_cb_open70.csv'))
  const before = (at: number) => (lines[at - 1]?.Index === lines[at]!.Index ? lines[at - 1]!.Text! : '')
  return {
    name: `ResPer, 8 classes${hasBefore ? ', with the line before' : ''}`,
    said: lines.map((line, at) => (hasBefore ? [line.Text!, before(at)] : line.Text!)),
    labels: lines.map(line => line['Resistance Labels']!),
    groups: lines.map(line => line.Index!),
    // The rare classes count as much as the common ones in macro-F1.
    balance: 0.7,
    baseline: '.714 / .588, of 510 dialogues, not 356',
  }
}
