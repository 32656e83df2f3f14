import { inLanguage } from '#core/ai/language.ts'
import { fold } from '#core/record/formats.ts'
import { fieldTitle } from '../words.ts'
import { memberCalled } from './conditions-whose.ts'
import type { Context } from './context.ts'
import { isoOf, momentFrom, periodFrom } from './dates.ts'
import type { Lexicon, Member, Word } from './lexicon.ts'
import { numberFrom } from './numbers.ts'
import { isNumeric } from './phrase.ts'

/** What somebody wrote is no value of the field; the message says what would be. */
export class NoValue extends Error {}

const NOTHING = /^(?:nothing|none|empty|blank|nobody|no one|-)$/i

/** The value of a field that a text says, as it stands in a body. @throws NoValue, Ambiguous, Unknown */
export async function valueFrom(
  context: Context,
  lexicon: Lexicon,
  { path, field, labels, options }: Word,
  given: string,
): Promise<unknown> {
  const said = given.replace(/^["']|["'.!]$/g, '').trim()
  const label = labels[0]!
  const isOwn = path.startsWith('customFields.')
  if (NOTHING.test(said) && field.nullable) return null
  if (isNumeric(field)) {
    const number = numberFrom(said)
    if (!number)
      throw new NoValue(
        inLanguage(`“${said}” is no number for ${label}.`, `„${said}“ ist keine Zahl für ${label}.`),
      )
    return field.kind === 'integer' ? Math.round(number.value) : number.value
  }
  if (options) {
    const wanted = said.toLowerCase()
    const option = options.find(({ said: own, value }) => own === wanted || value.toLowerCase() === wanted)
    if (!option) {
      const known = options.map(({ said: own, value }) => (isOwn ? value : own)).join(', ')
      throw new NoValue(
        inLanguage(
          `${label} can be ${known}, not “${said}”.`,
          `${label} kann ${known} sein, nicht „${said}“.`,
        ),
      )
    }
    return field.kind === 'texts' ? [option.value] : option.value
  }
  switch (field.kind) {
    case 'date':
    case 'moment':
      return timeFrom(context, field.kind, label, said)
    case 'boolean':
      return /^(?:yes|true|on|1)$/i.test(said)
    case 'member':
      return memberFrom(context, said).id
    case 'link':
      return linkFrom(context, lexicon, path, field.target!, said)
    case 'links':
      return [(await context.resolver.one(said, [field.target!])).ref.recordId]
    case 'tags':
    case 'texts':
      return said.split(/\s*(?:,| and )\s*/).filter(Boolean)
    default:
      return said
  }
}

function timeFrom(context: Context, kind: 'date' | 'moment', label: string, said: string): string {
  const moment = momentFrom(said, context.timezone)
  const day = moment?.day ?? periodFrom(said, context.today)?.to
  if (!day)
    throw new NoValue(
      inLanguage(`“${said}” is no date for ${label}.`, `„${said}“ ist kein Datum für ${label}.`),
    )
  return kind === 'date' ? day : isoOf({ day, time: moment?.time }, context.timezone)
}

/** @throws NoValue naming the members */
export function memberFrom({ vocabulary }: Context, name: string): Member {
  const said = name.replace(/^(?:to )/i, '').trim()
  const me = vocabulary.members.find(({ id }) => id === vocabulary.hands.who.userId)
  if (/^(?:me|myself)$/i.test(said) && me) return me
  const member = memberCalled(vocabulary.members, said)
  if (!member) {
    const names = vocabulary.members.slice(0, 12).map(one => one.name)
    throw new NoValue(
      inLanguage(
        `Nobody here is called “${said}”. The members are ${names.join(', ')}.`,
        `Hier heißt niemand „${said}“. Mitglieder sind ${names.join(', ')}.`,
      ),
    )
  }
  return member
}

async function linkFrom(
  context: Context,
  lexicon: Lexicon,
  path: string,
  target: string,
  said: string,
): Promise<string> {
  const named = lexicon.named.filter(({ field }) => field === path)
  if (!named.length) return (await context.resolver.one(said, [target])).ref.recordId
  const found = named.filter(({ name }) => fold(name) === fold(said))
  const near = found.length ? found : named.filter(({ name }) => fold(name).startsWith(fold(said)))
  if (!near.length)
    throw new NoValue(
      inLanguage(
        `There is no ${target} “${said}”. There are ${[...new Set(named.map(({ name }) => name))].join(', ')}.`,
        `„${said}“ gibt es nicht. Es gibt ${[...new Set(named.map(({ name }) => name))].join(', ')}.`,
      ),
    )
  return near[0]!.id
}

/** What a field is called in German; a custom one as the workspace calls it. */
export const germanName = ({ path, labels }: Word): string =>
  path.startsWith('customFields.') ? labels[0]! : fieldTitle(path)

/** The field and its value as a body has them. */
export const bodyOf = (path: string, value: unknown): Record<string, unknown> =>
  path.startsWith('customFields.')
    ? { customFields: { [path.slice('customFields.'.length)]: value } }
    : { [path]: value }
