import type { RecordDefinition } from '#core/record/definition.ts'
import type { Filter } from '#core/record/filter-language.ts'
import { anyOf, type Member } from './lexicon.ts'
import { add, asNamed, type Reading } from './phrase.ts'

const WHOSE = ['assigneeId', 'ownerId', 'authorId', 'createdById']
/** The field that says whose a record is. */
export const whoseField = ({ contract }: RecordDefinition): string =>
  WHOSE.find(key => contract.fields[key]?.kind === 'member') ?? 'createdById'

const fieldOfVerb = (record: RecordDefinition, verb: string | undefined): string => {
  if (verb && /creat|log|add|made|writ/i.test(verb)) return 'createdById'
  if (verb && /manag/i.test(verb) && record.contract.fields.projectManagerId) return 'projectManagerId'
  return whoseField(record)
}

/** `my`, `of Ana`, `assigned to me`, `I logged`. */
export function whoseConditions(reading: Reading): void {
  const { said, lexicon, vocabulary } = reading
  const by = 'assigned to|owned by|created by|logged by|added by|managed by|belonging to|written by|of|by|for'
  const notMe = said.take(`(?:that are |which are |are )?not (?:(?:${by}) (?:me|myself)|mine)`)
  if (notMe)
    add(
      reading,
      { not: { field: whoseField(lexicon.record), op: 'eq', value: vocabulary.hands.who.userId } },
      'not yours',
    )
  const me =
    said.take(`(${by}) (?:me|myself)`) ??
    said.take('(?:did|have|do) i (log|logged|create|created|add|added|make|made|write)') ??
    said.take(
      "my(?: own)?|mine|(?:do |did )?i (?:have|own|got)|(?:have|haven't|did|didn't) i|i've(?: got)?|i'm|am i",
    )
  if (me)
    add(
      reading,
      {
        field: fieldOfVerb(lexicon.record, me[1]),
        op: 'eq',
        value: vocabulary.hands.who.userId,
      },
      'yours',
    )
  const people = vocabulary.members
  const names = anyOf(
    people.flatMap(({ name }) => [name, name.split(' ')[0]!]).filter(name => name.length > 1),
  )
  const found = names && said.take(`(not )?(?:(${by}) )?(${names})(?:'s)?`)
  if (!found) return
  const [, not, how, name = ''] = found
  const member = memberCalled(people, name)
  const next = said.rest.slice(found.index + 3).trimStart()
  // A capital behind a first name: somebody else is meant, such as a contact.
  if (!member || (/^\p{Lu}/u.test(next) && member.name.toLowerCase() !== name.toLowerCase())) {
    said.putBack(found[0])
    return
  }
  const other = said.take(`(?:and|or) (?:(?:${by}) )?(${names})(?:'s)?`)
  const second = other && memberCalled(people, other[1]!)
  if (other && !second) said.putBack(other[0])
  const all = second ? [member, second] : [member]
  const field = fieldOfVerb(lexicon.record, how)
  const condition: Filter =
    all.length > 1
      ? { field, op: 'in', value: all.map(({ id }) => id) }
      : { field, op: 'eq', value: member.id }
  const told = all.map(one => `${asNamed(one.name)}’s`).join(' or ')
  add(reading, not ? { not: condition } : condition, `${not ? 'not ' : ''}${told}`)
}

/** The member of that name, or the only one of that first name. */
export function memberCalled(members: Member[], name: string): Member | undefined {
  const said = name.toLowerCase().trim()
  const whole = members.filter(member => member.name.toLowerCase() === said || member.email === said)
  if (whole.length) return whole[0]
  const first = members.filter(member => member.name.toLowerCase().split(' ')[0] === said)
  return first.length === 1 ? first[0] : undefined
}
