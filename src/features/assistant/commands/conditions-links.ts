import { hasColumn, type RecordDefinition } from '#core/record/definition.ts'
import type { Filter } from '#core/record/filter-language.ts'
import { hangingKeys } from '#core/record/incoming.ts'
import { allRecords } from '#core/record/registry.ts'
import { choiceText, fieldText } from '../words.ts'
import { NOUNS, type Noun, nounFrom } from './lexicon.ts'
import { add, asNamed, type Reading } from './phrase.ts'
import { addressesOf, inAddress, isCountry, namesOfPlace, ownAddresses } from './places.ts'

/** Behind these stands where somebody is: `in Berlin`, `from Germany`. */
const WHERE = /^(?:in|from|of)$/i
const PREPOSITION = 'of|at|for|with|from|by|about|on|in|to|related to|belonging to|linked to|regarding'
/** Fields that say where somebody is or comes from; admins may have made one under any of these names. */
const PLACES =
  /^(customFields\.)?(company|source|leadSource|industry|department|country|region|city|state|location|territory|market)$/i

/** Those among them that can be nothing else. */
const WHEREABOUTS = /(^|\.)(country|region|city|state|location|territory)$/i

/** Types of records that records of this one can hang on. */
const targetsOf = (record: RecordDefinition): string[] =>
  allRecords()
    .filter(other => hasColumn(other, 'searchText') && hangingKeys(record, other.contract.name).length > 0)
    .map(({ contract }) => contract.name)

/** `of Acme`, `with Jane Doe`: records that hang on another one; `from Germany`: what their own fields say. @throws Ambiguous */
export async function linkConditions(reading: Reading): Promise<void> {
  const { said, lexicon, resolver } = reading
  const { record } = lexicon
  const targets = targetsOf(record)
  const pattern = `(?:(not|n't|except|excluding|other than)(?: (?:for|those|the ones))*\\s+)?(?:(?:based|located) )?(${PREPOSITION})\\s+(?:the\\s+)?(?:(${NOUNS()})\\s+)?("[^"]+"|[^¦"]+?)(?=\\s*¦|\\s*$|\\s+(?:and|with|that|which|who)\\s)`
  for (const found of said.takeAll(pattern)) {
    const [, not, preposition = '', of] = found
    const name = found[4]!
      .replace(/^"|"$/g, '')
      .replace(/(?:'s)?[.,;:?!]*$/, '')
      .trim()
    if (!name || /^(?:me|i|all|total|general|them|it all)$/i.test(name)) {
      if (not) said.putBack(not)
      continue
    }
    const named = of ? nounFrom(of) : undefined
    if (named && (await whereTheyAre(reading, named, name, not))) continue
    if (/^in$/i.test(preposition) && !named && (await heldBy(reading, preposition, name, not, 'first')))
      continue
    const noun = named?.record.contract.name
    const types = noun && targets.includes(noun) ? [noun] : targets
    const target = types.length ? await resolver.maybe(name, types) : undefined
    if (target) {
      const keys = hangingKeys(record, target.record.contract.name)
      const any = keys.map(
        (key): Filter => ({
          field: key,
          op: record.contract.fields[key]!.kind === 'links' ? 'contains' : 'eq',
          value: target.ref.recordId,
        }),
      )
      deny(
        reading,
        any.length === 1 ? any[0]! : { or: any },
        `${preposition.toLowerCase()} ${asNamed(target.ref.title)}`,
        not,
      )
      sentBy(reading, preposition, target.ref.recordType)
    } else if (!(await heldBy(reading, preposition, name, not, 'last')))
      said.putBack([not, name].filter(Boolean).join(' '))
  }
}

/** A mail from a company is one that they wrote, and one to them is ours. */
function sentBy(reading: Reading, preposition: string, type: string): void {
  const { direction } = reading.lexicon.record.contract.fields
  if (!direction?.options || !/^(?:from|to)$/i.test(preposition) || !/^(?:contact|company)$/.test(type))
    return
  const value = /^from$/i.test(preposition) ? 'INBOUND' : 'OUTBOUND'
  add(reading, { field: 'direction', op: 'eq', value }, choiceText(value))
}

const deny = (reading: Reading, condition: Filter, told: string, not: string | undefined): void =>
  not ? add(reading, { not: condition }, `not ${told}`) : add(reading, condition, told)

/** `contacts at companies in Germany`: the place of what they hang on, which is where its address says. */
async function whereTheyAre(
  reading: Reading,
  { record, narrowed }: Noun,
  name: string,
  not: string | undefined,
): Promise<boolean> {
  const { record: own } = reading.query
  const [, preposition, place] = /^(?:(?:based|located) )?(in|from) (?:the )?(.+)$/i.exec(name) ?? []
  const [key] = hangingKeys(own, record.contract.name).filter(
    one => own.contract.fields[one]!.kind === 'link',
  )
  if (!place || !key || (narrowed && not) || !ownAddresses(record).length) return false
  if (!(await heldBy(reading, preposition!, place, not, 'linked'))) return false
  if (narrowed)
    add(
      reading,
      { field: `${key.replace(/Id$/, '')}.${narrowed.field}`, op: 'eq', value: narrowed.value },
      choiceText(narrowed.value),
    )
  return true
}

/**
 * A condition over the fields and addresses that say where somebody is from, where any record has it.
 * @param at whether other meanings are tried behind this one, or what it hangs on is meant, of which addresses alone are asked.
 * The name of a country means nothing else in the end, even where no record has it
 */
async function heldBy(
  reading: Reading,
  preposition: string,
  value: string,
  not: string | undefined,
  at: 'first' | 'linked' | 'last',
): Promise<boolean> {
  const { lexicon, query, vocabulary } = reading
  const held = { first: WHEREABOUTS, last: PLACES, linked: undefined }[at]
  const fields = lexicon.words.filter(
    ({ path, field }) => held?.test(path) && (field.kind === 'text' || field.kind === 'choice'),
  )
  // `from Fair or Referral`: any of them.
  const values = value.split(/\s+or\s+/i)
  const names = values.flatMap(namesOfPlace)
  const addresses = WHERE.test(preposition) ? addressesOf(query.record) : []
  const fitting = fields.flatMap(({ path, field }): Filter[] => {
    if (field.kind === 'text')
      return names.map(name => ({ field: path, op: name.length > 2 ? 'contains' : 'eq', value: name }))
    const option = field.options?.find(one => names.some(name => one.toLowerCase() === name.toLowerCase()))
    return option ? [{ field: path, op: 'eq', value: option }] : []
  })
  fitting.push(...addresses.flatMap(address => values.flatMap(place => inAddress(address, place))))
  if (!fitting.length) return false
  const condition: Filter = { or: fitting }
  const { total } = await vocabulary.hands.list(query.record, { filter: condition, limit: 1 })
  if (!total && !(at !== 'first' && addresses.length && values.every(isCountry))) return false
  const named = [
    ...fields.map(({ labels }) => labels[0]!),
    ...addresses.map(address => fieldText(address.split('.').at(-1)!)),
  ].join(', ')
  deny(reading, condition, `${preposition.toLowerCase()} “${value}” (by ${named})`, not)
  return true
}
