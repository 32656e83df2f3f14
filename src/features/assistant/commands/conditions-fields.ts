import type { Condition, Filter } from '#core/record/filter-language.ts'
import { moneyText } from '../words.ts'
import type { Word } from './lexicon.ts'
import { NUMBER, numberFrom } from './numbers.ts'
import { add, amountOf, isNumeric, labelsOf, type Reading, wordCalled } from './phrase.ts'

const JOIN = '(?:(?:with|and|whose|where|having|who have|that have|an?|the|of)\\s+)*'
const OVER = 'over|above|more than|greater than|bigger than|larger than|higher than|exceeding|>'
const LEAST = 'at least|no less than|from|>=|minimum'
const UNDER = 'under|below|less than|smaller than|lower than|<'
const MOST = 'at most|no more than|up to|<=|maximum'
const NO_SPAN = '(?!\\s*(?:days?|weeks?|months?|quarters?|years?)\\b)'

const OPS: readonly [RegExp, Condition['op'], string][] = [
  [new RegExp(`^(?:${OVER})$`, 'i'), 'gt', 'over'],
  [new RegExp(`^(?:${LEAST})$`, 'i'), 'gte', 'at least'],
  [new RegExp(`^(?:${UNDER})$`, 'i'), 'lt', 'under'],
  [new RegExp(`^(?:${MOST})$`, 'i'), 'lte', 'at most'],
]

/** `over 50k`, `with more than 50 employees`, `probability between 20 and 60`. */
export function numberConditions(reading: Reading): void {
  const { said, lexicon } = reading
  const numbers = lexicon.words.filter(({ field }) => isNumeric(field))
  if (!numbers.length) return
  const labels = labelsOf(numbers)
  const fieldOf = (label: string | undefined) =>
    label ? wordCalled(numbers, label) : (amountOf(lexicon) ?? numbers[0])
  const between = `${JOIN}(?:(${labels})\\s+)?(?:is\\s+|of\\s+)?between\\s+(${NUMBER})${NO_SPAN}\\s+and\\s+(${NUMBER})(?:\\s+(${labels}))?`
  for (const found of said.takeAll(between)) {
    const word = fieldOf(found[1] ?? found[4])
    const [low, high] = [numberFrom(found[2]!), numberFrom(found[3]!)]
    if (!word || !low || !high) continue
    const condition: Filter = { field: word.path, op: 'between', value: [low.value, high.value] }
    add(
      reading,
      condition,
      `${word.labels[0]} between ${moneyText(low.value, null)} and ${moneyText(high.value, null)}`,
    )
  }
  inCurrency(reading)
  const ops = `${OVER}|${LEAST}|${UNDER}|${MOST}`
  const compared = `${JOIN}(?:(${labels})\\s+)?(not\\s+)?(?:is\\s+|are\\s+|of\\s+|worth\\s+|valued\\s+(?:at\\s+)?)*(${ops})\\s+(${NUMBER})${NO_SPAN}(?:\\s+(?:in\\s+)?(${labels}))?`
  for (const found of said.takeAll(compared)) {
    const [, label, not, comparison = '', figure = '', behind] = found
    const word = fieldOf(label ?? behind)
    const number = numberFrom(figure)
    const op = OPS.find(([pattern]) => pattern.test(comparison))
    if (!word || !number || !op) continue
    const condition = withCurrency(
      reading,
      { field: word.path, op: op[1], value: number.value },
      number.currency,
    )
    add(
      reading,
      not ? { not: condition } : condition,
      `${not ? 'not ' : ''}${word.labels[0]} ${op[2]} ${moneyText(number.value, number.currency)}`,
    )
  }
  exactly(reading, numbers)
}

/** `with amount 1596`, `probability is 80`: the very number. */
function exactly(reading: Reading, numbers: Word[]): void {
  const pattern = `${JOIN}(${labelsOf(numbers)})\\s+(?:(?:is|of|=|equals|exactly)\\s+)*(${NUMBER})${NO_SPAN}(?=\\s*(?:¦|$|and|or|with))`
  for (const found of reading.said.takeAll(pattern)) {
    const word = wordCalled(numbers, found[1]!)
    const number = numberFrom(found[2]!)
    if (!word || !number) continue
    add(
      reading,
      withCurrency(reading, { field: word.path, op: 'eq', value: number.value }, number.currency),
      `${word.labels[0]} ${moneyText(number.value, number.currency)}`,
    )
  }
}

/** Codes that are no English words, as ALL, TOP and TRY are. */
const CURRENCIES =
  'EUR|USD|GBP|CHF|JPY|CAD|AUD|NZD|SEK|NOK|DKK|ISK|PLN|CZK|HUF|RON|BGN|CNY|HKD|SGD|INR|KRW|BRL|MXN|ZAR|AED|SAR|ILS'

/** `open deals in EUR`. */
function inCurrency(reading: Reading): void {
  if (!reading.lexicon.record.contract.fields.currency) return
  const [, not, named] = reading.said.take(`(not )?in (${CURRENCIES})`) ?? []
  const code = named?.toUpperCase()
  const condition: Filter = { field: 'currency', op: 'eq', value: code }
  if (code) add(reading, not ? { not: condition } : condition, `${not ?? ''}in ${code}`)
}

/** Who names a currency means amounts in it. */
function withCurrency({ lexicon }: Reading, condition: Filter, currency: string | undefined): Filter {
  if (!currency || !lexicon.record.contract.fields.currency) return condition
  return { and: [condition, { field: 'currency', op: 'eq', value: currency }] }
}

/** `with source referral`, `whose job title contains CEO`, `without a close date`. */
export function fieldConditions(reading: Reading): void {
  const { said, lexicon } = reading
  const all = lexicon.words.filter(({ field }) => field.kind !== 'object')
  const without = `(?:without|with no|missing|lacking|that have no|who have no|no)\\s+(?:an? |any |the )?(${labelsOf(all)})`
  for (const found of said.takeAll(without)) {
    const word = wordCalled(all, found[1]!)
    if (word) add(reading, { field: word.path, op: 'empty', value: true }, `without ${word.labels[0]}`)
  }
  sectors(reading)
  const texts = all.filter(({ field }) =>
    ['text', 'longText', 'email', 'phone', 'url', 'currency'].includes(field.kind),
  )
  const labels = labelsOf(texts)
  const valued = `(?:(?:with|whose|where|having|and|by)\\s+)?(?:the |an? )?(${labels})\\s+(is not|isn't|is|=|:|equals|contains|containing|includes|starts with|starting with)?\\s*("[^"]+"|[^\\s¦"]+(?:\\s+\\p{Lu}[^\\s¦"]*)*)`
  for (const found of said.takeAll(valued)) {
    const word = wordCalled(texts, found[1]!)
    const [written, rest] = valueOfSeveral(found[3]!)
    const value = written.replace(/^"|"$/g, '').replace(/[.,;]$/, '')
    // "company in Oslo" names no company: a field is followed by its value alone.
    if (!word || (!found[2] && /^(in|of|at|for|with|from|and|or|by|to|on|that|who)$/i.test(value))) {
      said.putBack(found[0])
      break
    }
    add(
      reading,
      textCondition(word.path, found[2]?.toLowerCase() ?? '', value),
      `${word.labels[0]} “${value}”`,
    )
    if (rest) said.putBack(rest)
  }
  const having = `(?:with|that have|who have|having)\\s+(?:an? |any )(${labelsOf(all)})(?=\\s*(?:¦|$|and|or))`
  for (const found of said.takeAll(having)) {
    const word = wordCalled(all, found[1]!)
    if (word) add(reading, { field: word.path, op: 'empty', value: false }, `with ${word.labels[0]}`)
  }
}

/** Words that end a value: what is asked goes on behind it. */
const ENDS =
  /^(?:did|do|does|have|has|had|are|is|was|were|we|i|with|and|or|in|from|that|which|who|where|whose|by|per|over|under|above|below|more|less|than|at|won|win|lost|lose|open|closed|closing|created|updated|since|before|after|last|this|next|without|owned|assigned)$/i

/** A value of several words, up to the one with which the sentence goes on, and what follows. */
function valueOfSeveral(text: string): [value: string, rest: string] {
  if (text.startsWith('"')) return [text, '']
  const words = text.split(' ')
  const end = words.findIndex((word, at) => at > 0 && ENDS.test(word))
  return end < 0 ? [text, ''] : [words.slice(0, end).join(' '), words.slice(end).join(' ')]
}

/** `in the medical sector`, `from the retail industry`: of a company, or of the company that a deal is with. */
function sectors(reading: Reading): void {
  const { said, lexicon } = reading
  const { fields } = lexicon.record.contract
  const field = fields.industry
    ? 'industry'
    : fields.companyId?.target === 'company'
      ? 'company.industry'
      : undefined
  if (!field) return
  const found = said.take(
    '(?:(?:that are |which are )?(?:in|from|of|out of) (?:the )?)?(?!(?:the|an?|by|each|same|their|which|what|no|without|any|per|whose|with|and|where|having|has|is|in|from|of|out|at|for)\\b)("[^"]+"|[^\\s¦"]+) (?:sector|industry|branch)',
  )
  if (!found) return
  const value = found[1]!.replace(/^"|"$/g, '')
  add(reading, { field, op: 'contains', value }, `industry “${value}”`)
}

function textCondition(field: string, how: string, value: string): Filter {
  if (how.startsWith('is not') || how === "isn't") return { not: { field, op: 'contains', value } }
  if (how.startsWith('start')) return { field, op: 'startsWith', value }
  if (how === 'equals' || how === '=') return { field, op: 'eq', value }
  return { field, op: 'contains', value }
}
