import { hasColumn, type RecordDefinition } from '#core/record/definition.ts'
import type { Filter } from '#core/record/filter-language.ts'
import { allRecords } from '#core/record/registry.ts'
import { linksTo } from '../tools/shared.ts'
import { NOUNS, nounFrom } from './lexicon.ts'
import { add, asNamed, type Reading } from './phrase.ts'
import { namesOfPlace } from './places.ts'

const PREPOSITION = 'of|at|for|with|from|by|about|on|in|to|related to|belonging to|linked to|regarding'
/** Fields that say where somebody is or comes from; admins may have made one under any of these names. */
const PLACES =
  /^(customFields\.)?(company|source|leadSource|industry|department|country|region|city|state|location|territory|market)$/i

/** Types of records that records of this one can hang on. */
const targetsOf = (record: RecordDefinition): string[] =>
  allRecords()
    .filter(other => hasColumn(other, 'searchText') && linksTo(record, other.contract.name).length > 0)
    .map(({ contract }) => contract.name)

/** `of Acme`, `with Jane Doe`: records that hang on another one; `from Germany`: what their own fields say. @throws Ambiguous */
export async function linkConditions(reading: Reading): Promise<void> {
  const { said, lexicon, resolver } = reading
  const { record } = lexicon
  const targets = targetsOf(record)
  const pattern = `(?:(not|n't|except|excluding|other than)(?: (?:for|those|the ones))*\\s+)?(${PREPOSITION})\\s+(?:the\\s+)?(?:(${NOUNS()})\\s+)?("[^"]+"|[^¦"]+?)(?=\\s*¦|\\s*$|\\s+(?:and|with|that|which|who)\\s)`
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
    const noun = of ? nounFrom(of)?.record.contract.name : undefined
    const types = noun && targets.includes(noun) ? [noun] : targets
    const target = types.length ? await resolver.maybe(name, types) : undefined
    if (target) {
      const keys = linksTo(record, target.record.contract.name)
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
    } else if (!(await heldBy(reading, preposition, name, not)))
      said.putBack([not, name].filter(Boolean).join(' '))
  }
}

const deny = (reading: Reading, condition: Filter, told: string, not: string | undefined): void =>
  not ? add(reading, { not: condition }, `not ${told}`) : add(reading, condition, told)

/** A condition over the fields that say where somebody is from, where any record has it. */
async function heldBy(
  reading: Reading,
  preposition: string,
  value: string,
  not: string | undefined,
): Promise<boolean> {
  const { lexicon, query, vocabulary } = reading
  const fields = lexicon.words.filter(
    ({ path, field }) => PLACES.test(path) && (field.kind === 'text' || field.kind === 'choice'),
  )
  // `from Fair or Referral`: any of them.
  const names = value.split(/\s+or\s+/i).flatMap(namesOfPlace)
  const fitting = fields.flatMap(({ path, field }): Filter[] => {
    if (field.kind === 'text')
      return names.map(name => ({ field: path, op: name.length > 2 ? 'contains' : 'eq', value: name }))
    const option = field.options?.find(one => names.some(name => one.toLowerCase() === name.toLowerCase()))
    return option ? [{ field: path, op: 'eq', value: option }] : []
  })
  if (!fitting.length) return false
  const condition: Filter = { or: fitting }
  const { total } = await vocabulary.hands.list(query.record, { filter: condition, limit: 1 })
  if (!total) return false
  const named = fields.map(({ labels }) => labels[0]).join(', ')
  deny(reading, condition, `${preposition.toLowerCase()} “${value}” (by ${named})`, not)
  return true
}
