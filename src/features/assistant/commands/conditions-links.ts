import { hasColumn, type RecordDefinition } from '#core/record/definition.ts'
import type { Filter } from '#core/record/filter-language.ts'
import { allRecords } from '#core/record/registry.ts'
import { linksTo } from '../tools/shared.ts'
import { NOUNS, nounFrom } from './lexicon.ts'
import { add, type Reading } from './phrase.ts'

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
  const pattern = `(${PREPOSITION})\\s+(?:the\\s+)?(?:(${NOUNS()})\\s+)?("[^"]+"|[^¦"]+?)(?=\\s*¦|\\s*$|\\s+(?:and|with|that|which|who)\\s)`
  for (const found of said.takeAll(pattern)) {
    const name = found[3]!
      .replace(/^"|"$/g, '')
      .replace(/(?:'s)?[.,;:?!]*$/, '')
      .trim()
    if (!name || /^(?:me|i|all|total|general|them|it all)$/i.test(name)) continue
    const noun = found[2] ? nounFrom(found[2])?.record.contract.name : undefined
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
      add(reading, any.length === 1 ? any[0]! : { or: any }, `${found[1]!.toLowerCase()} ${target.ref.title}`)
    } else if (!(await heldBy(reading, found[1]!, name))) said.putBack(name)
  }
}

/** A condition over the fields that say where somebody is from, where any record has it. */
async function heldBy(reading: Reading, preposition: string, value: string): Promise<boolean> {
  const { lexicon, query, vocabulary } = reading
  const fields = lexicon.words.filter(
    ({ path, field }) => PLACES.test(path) && (field.kind === 'text' || field.kind === 'choice'),
  )
  const fitting = fields.flatMap(({ path, field }): Filter[] => {
    if (field.kind === 'text') return [{ field: path, op: 'contains', value }]
    const option = field.options?.find(one => one.toLowerCase() === value.toLowerCase())
    return option ? [{ field: path, op: 'eq', value: option }] : []
  })
  if (!fitting.length) return false
  const condition: Filter = { or: fitting }
  const { total } = await vocabulary.hands.list(query.record, { filter: condition, limit: 1 })
  if (!total) return false
  const named = fields.map(({ labels }) => labels[0]).join(', ')
  add(reading, condition, `${preposition.toLowerCase()} “${value}” (by ${named})`)
  return true
}
