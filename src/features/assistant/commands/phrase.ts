import { inLanguage } from '#core/ai/language.ts'
import type { RecordDefinition } from '#core/record/definition.ts'
import type { Field } from '#core/record/fields.ts'
import type { Filter } from '#core/record/filter-language.ts'
import { choiceText, nounOf } from '../words.ts'
import { dateConditions } from './conditions-dates.ts'
import { fieldConditions, numberConditions } from './conditions-fields.ts'
import { hangingConditions, mentions } from './conditions-hanging.ts'
import { linkConditions } from './conditions-links.ts'
import { lostConditions } from './conditions-lost.ts'
import { whoseConditions } from './conditions-whose.ts'
import { groupables } from './groups.ts'
import { anyOf, type Lexicon, NOUNS, type Noun, nounFrom, type Vocabulary, type Word } from './lexicon.ts'
import type { Resolver } from './resolve.ts'
import { Said } from './text.ts'

/** What a sentence asks of the records of one type. */
export type Query = {
  record: RecordDefinition
  conditions: Filter[]
  /** How each condition was understood, in words. */
  told: string[]
  q?: string
  sort?: string
  limit?: number
  groupBy: (string | { field: string; by: string })[]
  measure?: { op: 'sum' | 'avg' | 'min' | 'max'; field: string }
  /** Of groups those with the least come first. */
  isLeastFirst?: boolean
}

/** A sentence on its way to a query. */
export type Reading = {
  said: Said
  lexicon: Lexicon
  vocabulary: Vocabulary
  resolver: Resolver
  query: Query
  today: string
  /** What is asked about is yet to happen. */
  isToCome?: boolean
}

export const isNumeric = ({ kind }: Field): boolean =>
  kind === 'money' || kind === 'integer' || kind === 'number'
export const isTime = ({ kind }: Field): boolean => kind === 'date' || kind === 'moment'

/** The field that says how much: the first amount, else the first number that people write. */
export const amountOf = ({ words }: Lexicon): Word | undefined =>
  words.find(({ field }) => field.kind === 'money' && field.writable === 'always') ??
  words.find(({ field }) => isNumeric(field) && field.writable === 'always')

/** A name within how a condition is told: its words are nobody's to translate. `understood` takes the marks off. */
export const asNamed = (name: string): string => `\u0001${name}\u0001`

/** Adds a condition and how it is told. */
export function add({ query }: Reading, condition: Filter, told: string): void {
  query.conditions.push(condition)
  query.told.push(told)
}

const NO = /(?:^|\s)(?:not|no|never|neither|nor|none|without|except|excluding|\S+n't)(?:\s|$)/i
/** A sentence says no to something that is no condition. */
export class Denied extends Error {
  readonly words: string
  constructor(words: string) {
    super(`not understood: ${words}`)
    this.words = words
  }
}

/** Reads which records a sentence speaks of; undefined where it names no type of records. @throws Ambiguous */
export async function readQuery(
  text: string,
  vocabulary: Vocabulary,
  resolver: Resolver,
  today: string,
  otherwise?: RecordDefinition,
  carriedOn: { before: Filter[]; dated: string | undefined } = { before: [], dated: undefined },
): Promise<{ query: Query; leftovers: string[] } | undefined> {
  const said = new Said(text.replace(/[?!]+\s*$/, ''))
  const noun: (Noun & { isOne?: boolean }) | undefined =
    takeNoun(said) ?? (otherwise ? { record: otherwise } : undefined)
  if (!noun || !vocabulary.hands.canList(noun.record)) return undefined
  const lexicon = await vocabulary.lexiconOf(noun.record)
  const query: Query = { record: noun.record, conditions: [...carriedOn.before], told: [], groupBy: [] }
  const reading: Reading = { said, lexicon, vocabulary, resolver, query, today }
  if (noun.narrowed)
    add(
      reading,
      { field: noun.narrowed.field, op: 'eq', value: noun.narrowed.value },
      choiceText(noun.narrowed.value),
    )
  readShape(reading, noun.isOne === true, await groupables(text, lexicon, vocabulary))
  mentions(reading)
  await lostConditions(reading)
  await hangingConditions(reading, words => readQuery(words, vocabulary, resolver, today))
  fieldConditions(reading)
  numberConditions(reading)
  dateConditions(reading)
  tagConditions(reading)
  whoseConditions(reading)
  namedConditions(reading)
  optionConditions(reading)
  openUnlessSaid(reading)
  defaultDates(reading, carriedOn.dated)
  await linkConditions(reading)
  const leftovers = said.leftovers()
  // Without a no that was not understood the answer would be the very opposite.
  const [denied] = leftovers.filter(part => NO.test(part))
  if (denied) throw new Denied(denied)
  // Where nothing can be searched for, a sentence that is not understood whole is not understood.
  if (leftovers.length && !('searchText' in noun.record.table)) return undefined
  if (leftovers.length) query.q = leftovers.join(' ')
  return { query, leftovers }
}

function takeNoun(said: Said) {
  const nouns = NOUNS()
  // Of two nouns side by side the second is the head: email campaigns are campaigns.
  const pair = new RegExp(`(?<![\\w-])(${nouns})\\s+(${nouns})(?![\\w-])`, 'iu').exec(said.rest)
  const first = new RegExp(`(?<![\\w-])(?:${nouns})(?![\\w-])`, 'iu').exec(said.rest)
  if (pair && first && pair.index === first.index) {
    const at = pair.index + pair[0].length - pair[2]!.length
    said.rest = `${said.rest.slice(0, at)} ¦ ${said.rest.slice(at + pair[2]!.length)}`
    return nounCalled(pair[2]!)
  }
  const found = first && said.take(nouns)
  return found ? nounCalled(found[0]) : undefined
}

function nounCalled(word: string): (Noun & { isOne?: boolean }) | undefined {
  const noun = nounFrom(word)
  // One of several: the smallest deal, the last call.
  return noun && { ...noun, isOne: nounOf(noun.record, 1) === word.toLowerCase() || !/s$|people/i.test(word) }
}

/** How `plainer` says that who has the fewest is asked for. */
export const LEAST_FIRST = 'fewest first'
const STEPS = ['day', 'week', 'month', 'quarter', 'year']

/** How the answer is to look: order, how many, by what it is grouped, what is measured. */
function readShape(reading: Reading, isOne: boolean, groupable: Word[]): void {
  const { said, lexicon, query } = reading
  if (said.take(LEAST_FIRST)) query.isLeastFirst = true
  const top = said.take('(top|biggest|largest|highest|best|most valuable|smallest|lowest)(?: (\\d{1,2}))?')
  const recent = said.take(
    '(newest|latest|most recent|oldest|last|first)(?: (\\d{1,2}))?(?=\\s+(?:¦|\\w+\\s+¦))',
  )
  const amount = amountOf(lexicon)
  const by = top && measureCalled(reading)
  if (top && (by ?? amount))
    query.sort = `${/smallest|lowest/i.test(top[1]!) ? '' : '-'}${(by ?? amount)!.path}`
  if (recent) {
    const date = query.record.contract.dateField
    query.sort = `${/oldest|first/i.test(recent[1]!) ? '' : '-'}${date}`
  }
  const count = top?.[2] ?? recent?.[2] ?? said.take('(?:first|only)? ?(\\d{1,2})(?=\\s+¦)')?.[1]
  if (count) query.limit = Math.max(1, Math.min(50, Number(count)))
  else if (isOne && (top || recent)) query.limit = 1
  const sorted = said.take(
    `(?:sorted|ordered|sort|order) by (?:the )?(${labelsOf(lexicon.words)})(?: (asc|desc)\\w*)?`,
  )
  const order = sorted && wordCalled(lexicon.words, sorted[1]!)
  if (order) query.sort = `${sorted[2] === 'desc' ? '-' : ''}${order.path}`
  readGroups(reading, groupable)
  const largest = query.sort || query.groupBy.length ? undefined : measureCalled(reading)
  if (largest) query.sort = `-${largest.path}`
  const op = said.take('(average|avg|mean|total|sum|smallest|largest|biggest)(?: of)?')?.[1]?.toLowerCase()
  const of = said.take(
    `(?:the )?(${labelsOf(lexicon.words.filter(({ field }) => isNumeric(field)))}) of(?: all)?`,
  )
  const field = (of && wordCalled(lexicon.words, of[1]!)) || amount
  const worth = said.takeAll('worth(?! (?:over|more|above|at|under|less|between))|how much').length > 0
  if (field && (op || of || worth))
    query.measure = { op: /^(?:av|mean)/.test(op ?? '') ? 'avg' : 'sum', field: field.path }
}

/** By which number the top ones are told: `by score`, `by revenue` for the annual revenue; by size or value is by the amount. */
function measureCalled({ said, lexicon }: Reading): Word | undefined {
  const numeric = lexicon.words.filter(({ field }) => isNumeric(field))
  const heads = numeric.flatMap(({ labels }) => labels.map(label => label.split(' ').at(-1)!))
  const found = said.take(
    `by (?:the )?(${labelsOf(numeric)}|${anyOf(heads) || '(?!)'}|size|value|worth|amount)`,
  )
  if (!found) return undefined
  const named = found[1]!.toLowerCase()
  return (
    wordCalled(numeric, named) ??
    numeric.find(({ labels }) => labels.some(label => label.endsWith(` ${named}`)))
  )
}

function readGroups({ said, query }: Reading, groupable: Word[]): void {
  const found = said.take(`(?:grouped )?(?:by|per|for each) (${labelsOf(groupable)}|${STEPS.join('|')})`)
  if (!found) return
  const said2 = found[1]!.toLowerCase()
  const word = wordCalled(groupable, said2)
  query.groupBy = [word ? word.path : { field: query.record.contract.dateField, by: said2 }]
}

export const labelsOf = (words: Word[]): string => anyOf(words.flatMap(({ labels }) => labels)) || '(?!)'
export const wordCalled = (words: Word[], label: string): Word | undefined =>
  words.find(({ labels }) => labels.includes(label.toLowerCase().replace(/\s+/g, ' ')))

function tagConditions(reading: Reading): void {
  if (!reading.lexicon.record.contract.fields.tags) return
  const tagged =
    '(?:tagged(?: with| as)?|with (?:the )?tags?|labell?ed)\\s+("[^"]+"|#?[\\w-]+)(?:\\s+or\\s+("[^"]+"|#?[\\w-]+))?|#([\\w-]+)'
  for (const found of reading.said.takeAll(tagged)) {
    const tags = [found[1] ?? found[3]!, ...(found[2] ? [found[2]] : [])].map(tag =>
      tag.replace(/^[#"]+|"$/g, ''),
    )
    const any = tags.map((tag): Filter => ({ field: 'tags', op: 'contains', value: tag }))
    const told = `tagged ${tags.map(tag => `“${tag}”`).join(' or ')}`
    add(reading, any.length > 1 ? { or: any } : any[0]!, told)
  }
}

/** Stages and their like, by their names. */
function namedConditions(reading: Reading): void {
  const { said, lexicon } = reading
  // Won deals are those that were won, in whichever stage: of a stage called like a status it must be said that it is one.
  const options = new Set(lexicon.words.flatMap(word => word.options?.map(({ said: text }) => text) ?? []))
  const names = lexicon.named.map(({ name }) => name)
  const own = anyOf(names.filter(name => !options.has(name.toLowerCase()))) || '(?!)'
  const like = anyOf(names.filter(name => options.has(name.toLowerCase()))) || '(?!)'
  const found = [
    ...said.takeAll(`(not )?(?:in |at )?(?:the )?(?:stage )?(${own})(?: stage)?`),
    ...said.takeAll(`(not )?(?:in|at)(?: the)?(?: stage)? (${like})(?: stage)?`),
    ...said.takeAll(`(not )?(?:the )?stage (${like})`),
  ]
  const byField = new Map<string, { ids: string[]; names: string[]; isNot: boolean }>()
  for (const [, not, name] of found)
    for (const { field, id, name: own } of lexicon.named) {
      if (own.toLowerCase() !== name!.toLowerCase()) continue
      const entry = byField.get(field) ?? { ids: [], names: [], isNot: Boolean(not) }
      entry.ids.push(id)
      if (!entry.names.includes(own)) entry.names.push(own)
      byField.set(field, entry)
    }
  for (const [field, { ids, names: said2, isNot }] of byField) {
    const condition: Filter = { field, op: 'in', value: ids }
    add(
      reading,
      isNot ? { not: condition } : condition,
      `${isNot ? 'not ' : ''}in ${said2.map(asNamed).join(' or ')}`,
    )
  }
}

/** Options that are everyday words: meant only beside the noun, or behind their field. */
const EVERYDAY = new Set(
  'new other high low medium content event call email meeting message demo todo social lead contact company deal task project'.split(
    ' ',
  ),
)
/** What people say for several options at once. */
const SEVERAL: Record<string, Record<string, string[]>> = {
  'invoice.status': {
    unpaid: ['SENT', 'OVERDUE'],
    outstanding: ['SENT', 'OVERDUE'],
    open: ['SENT', 'OVERDUE'],
  },
  'campaign.status': { running: ['ACTIVE'], ongoing: ['ACTIVE'], live: ['ACTIVE'] },
  'project.status': {
    running: ['IN_PROGRESS'],
    open: ['PLANNING', 'IN_PROGRESS', 'ON_HOLD'],
    'in progress': ['IN_PROGRESS'],
  },
}

/** `not qualified`, `non-qualified`, `not from Germany`. */
const NOT = 'not (?:(?:from|in|at|of|with|by) (?:the )?)?|non-|n?or '

function optionConditions(reading: Reading): void {
  const { said, lexicon } = reading
  const choices = lexicon.words.filter(
    ({ path, options }) => options?.length && !/^(direction|relatedType|currency|attachedToType)$/.test(path),
  )
  for (const word of choices) {
    const several = SEVERAL[`${lexicon.record.contract.name}.${word.path}`] ?? {}
    const values: string[] = []
    const denied: string[] = []
    const joined: string[] = []
    for (const { said: text, value } of [
      ...Object.keys(several).map(text => ({ said: text, value: text })),
      ...word.options!,
    ]) {
      const label = anyOf(word.labels)
      const plain = anyOf([text])
      const pattern = EVERYDAY.has(text)
        ? `(${NOT})?(?:(?:${label}) (?:is )?${plain}|${plain}(?: |-)(?:${label})|${plain}(?=\\s+¦))`
        : `(${NOT})?(?:(?:${label}) (?:is )?)?${plain}(?:(?: |-)(?:${label}))?`
      const found = said.take(pattern)
      if (!found) continue
      // `Not won or lost` denies both; `overdue and not paid` one of them.
      const into = !found[1] ? values : /^(?:or|nor)\b/i.test(found[1]) ? joined : denied
      into.push(...(several[value] ?? [value]))
    }
    ;(denied.length ? denied : values).push(...joined)
    addOptions(reading, word, values, false)
    addOptions(reading, word, denied, true)
  }
}

function addOptions(reading: Reading, word: Word, given: readonly string[], isNot: boolean): void {
  const values = [...new Set(given)]
  if (!values.length) return
  const condition: Filter =
    values.length > 1
      ? { field: word.path, op: 'in', value: values }
      : { field: word.path, op: 'eq', value: values[0] }
  // An option of a custom field stands as it was typed.
  const reads = word.path.startsWith('customFields.') ? asNamed : choiceText
  const told = values.map(reads).join(' or ')
  add(reading, isNot ? { not: condition } : condition, `${isNot ? 'not ' : ''}${told}`)
}

/** The conditions on the records themselves, not on what hangs on them. */
const ofItself = ({ conditions }: Query): Filter[] =>
  conditions.filter(condition => !/"op":"some"/.test(JSON.stringify(condition)))

/** Deals that close next month are open ones, what falls due then is not settled yet, and leads at rest are those still worked, where nothing is said of how they stand. */
function openUnlessSaid(reading: Reading): void {
  const { isToCome, query, lexicon } = reading
  const says = /"field":"(?:status|stageId|stage|progress)"/.test(JSON.stringify(ofItself(query)))
  const { status, stage } = lexicon.record.contract.fields
  const options = status?.options ?? []
  if (!isToCome || says) return
  const settled = ['PAID', 'VOID'].filter(option => options.includes(option))
  if (options.includes('OPEN')) add(reading, { field: 'status', op: 'eq', value: 'OPEN' }, choiceText('OPEN'))
  else if (settled.length)
    add(
      reading,
      { not: { field: 'status', op: 'in', value: settled } },
      inLanguage('not paid or void', 'weder bezahlt noch storniert'),
    )
  else if (stage?.options?.includes('CONVERTED'))
    add(
      reading,
      { not: { field: 'stage', op: 'in', value: ['CONVERTED', 'UNQUALIFIED'] } },
      inLanguage('still worked', 'noch in Arbeit'),
    )
}

/** A period without a verb, which waits until it is known whether closed deals are meant. */
function defaultDates({ query }: Reading, dated: string | undefined): void {
  const { fields, dateField } = query.record.contract
  const isClosed = /"value":"(WON|LOST)"/.test(JSON.stringify(ofItself(query)))
  const field = dated ?? (isClosed && fields.actualCloseDate ? 'actualCloseDate' : dateField)
  // The last five won are those that were won last.
  if (isClosed && fields.actualCloseDate && query.sort === `-${dateField}`) query.sort = '-actualCloseDate'
  if (isClosed && fields.actualCloseDate && query.sort === dateField) query.sort = 'actualCloseDate'
  query.groupBy = query.groupBy.map(group =>
    typeof group === 'object' && group.field === dateField ? { ...group, field } : group,
  )
  query.conditions = query.conditions.map(condition =>
    JSON.parse(JSON.stringify(condition).replaceAll('"field":"?"', `"field":"${field}"`)),
  )
}
