import { inLanguage } from '#core/ai/language.ts'
import type { Row } from '#core/db/engine.ts'
import { allRecords, recordNamed } from '#core/record/registry.ts'
import { text } from '../parts.ts'
import { choiceText, currencyOf, fieldTitle, valueText } from '../words.ts'
import { factsOf, link, plain } from './answer.ts'
import { fieldOfVerb } from './conditions-dates.ts'
import { whoseField } from './conditions-whose.ts'
import type { Context, Parts } from './context.ts'
import { NOUNS, nounFrom } from './lexicon.ts'
import { wordCalled } from './phrase.ts'
import { germanName } from './values.ts'

/** What there is to know of a record: its facts, what hangs on it, what was talked about last. @throws Ambiguous, Unknown */
export async function* overview(context: Context, name: string, types?: string[]): Parts {
  const { turn, resolver, timezone, say } = context
  const { record, ref } = await resolver.one(name, types)
  const { data } = yield* turn.read('read_record', { type: ref.recordType, id: ref.recordId })
  const row = data as Row & { hanging: Record<string, number> }
  const names = await turn.hands.names(record, [row])
  const facts = factsOf(record, row, names, timezone)
  yield text(`**${link(ref)}** (${say.noun(record, 1)})${facts ? `: ${facts}.` : '.'}`)
  const owner = row[whoseField(record)]
  if (typeof owner === 'string')
    yield text(` ${fieldTitle(whoseField(record))}: ${plain(names.get(owner) ?? '–')}.`)
  const hanging = Object.entries(row.hanging).map(([path, total]) =>
    say.counted(allRecords().find(({ contract }) => contract.path === path)!, total),
  )
  if (hanging.length) yield text(`\n\n${say.withIt}: ${hanging.join(', ')}.`)
  const long = ['description', 'notes', 'body', 'content'].find(
    key => typeof row[key] === 'string' && row[key],
  )
  if (long) yield text(`\n\n> ${plain(String(row[long]).slice(0, 400))}`)
  yield* summary(context, ref.recordType, ref.recordId)
  yield* latest(context, ref.recordType, ref.recordId)
  yield { type: 'records', records: [ref] }
}

/** What the route of summaries says, for the types that it knows. */
async function* summary({ turn, say }: Context, type: string, id: string): Parts {
  if (!['deal', 'contact', 'company', 'lead'].includes(type) || !turn.hands.can('POST /ai/summarize')) return
  const { data } = yield* turn.read('summarise_record', { type, id })
  const { summary: told, openPoints } = data as { summary: string; openPoints: { text: string }[] }
  if (told) yield text(`\n\n${plain(told)}`)
  if (openPoints.length)
    yield text(`\n\n${say.stillOpen}:\n\n${openPoints.map(point => `- ${plain(point.text)}`).join('\n')}`)
}

const HAPPENED_AT_MOST = 5

async function* latest({ turn, timezone, say }: Context, type: string, id: string): Parts {
  if (!turn.hands.operation(`GET /${recordNamed(type).contract.path}/:id/activities`)) return
  const { data } = yield* turn.read('read_history', {
    type,
    id,
    only: 'interactions',
    limit: HAPPENED_AT_MOST,
  })
  const { rows, total } = data as { rows: Row[]; total: number }
  if (!rows.length) return yield text(`\n\n${say.noneLogged}`)
  const lines = rows.map(row => {
    const { subject, content, nextSteps } = (row.metadata ?? {}) as Record<string, string | null>
    const said = [subject, content].filter(Boolean).join(': ').replace(/\s+/g, ' ')
    const when = valueText({ kind: 'moment' } as never, row.createdAt, { timezone })
    return `- ${when}, ${choiceText(String(row.type))}: ${plain(said.slice(0, 200)) || '–'}${nextSteps ? ` (${inLanguage('next', 'als Nächstes')}: ${plain(String(nextSteps).slice(0, 120))})` : ''}`
  })
  yield text(`\n\n${say.lastLogged(total)}:\n\n${lines.join('\n')}`)
}

export async function* ownerOf(context: Context, name: string): Parts {
  const { record, row, ref } = await context.resolver.one(name)
  const names = await context.turn.hands.names(record, [row])
  const key = whoseField(record)
  const who = names.get(String(row[key] ?? ''))
  yield text(
    who
      ? inLanguage(
          `${link(ref)} ${key === 'assigneeId' ? 'is assigned to' : key === 'ownerId' ? 'belongs to' : 'was made by'} **${plain(who)}**.`,
          `${link(ref)}: ${key === 'createdById' || key === 'authorId' ? 'angelegt von' : 'zuständig ist'} **${plain(who)}**.`,
        )
      : inLanguage(`${link(ref)} belongs to nobody.`, `Für ${link(ref)} ist niemand zuständig.`),
  )
  yield { type: 'records', records: [ref] }
}

/** One field of a record; undefined where the type has none of that name. */
export async function fieldOf(context: Context, label: string, name: string): Promise<Parts | undefined> {
  const found = await context.resolver.maybe(name)
  if (!found) return undefined
  const { record, row, ref } = found
  const { words } = await context.vocabulary.lexiconOf(record)
  const verb = fieldOfVerb(label, record.contract.fields)
  const word = wordCalled(words, label) ?? words.find(({ path }) => path === verb)
  if (!word) return undefined
  return (async function* (): Parts {
    const [first = '', key] = word.path.split('.')
    const value = key ? (row[first] as Row | null)?.[key] : row[first]
    const names = await context.turn.hands.names(record, [row])
    // An option of a custom field reads as it was typed.
    const field = key && word.field.kind === 'choice' ? { ...word.field, kind: 'text' as const } : word.field
    const said = valueText(field, value, {
      names,
      currency: currencyOf(row),
      timezone: context.timezone,
    })
    yield text(
      said
        ? inLanguage(
            `The ${word.labels[0]} of ${link(ref)} is **${plain(said)}**.`,
            `${link(ref)}: ${germanName(word)} **${plain(said)}**.`,
          )
        : inLanguage(
            `${link(ref)} has no ${word.labels[0]}.`,
            `${link(ref)}: ${germanName(word)} ist nicht angegeben.`,
          ),
    )
    yield { type: 'records', records: [ref] }
  })()
}

const strip = (name: string): string => name.replace(/[?!.]+$/, '').trim()
/** `the deal Acme renewal`: the noun says of which type. */
export function named(words: string): { name: string; types?: string[] } {
  const found = new RegExp(`^(?:the |my |our )?(${NOUNS()})\\s+(?:called |named )?(.+)$`, 'i').exec(
    strip(words),
  )
  const behind = /^(?:the |my |our )?(.+?)\s+(deal|lead|contact|company|project|task|campaign)$/i.exec(
    strip(words),
  )
  if (found) return { name: found[2]!, types: [nounFrom(found[1]!)!.record.contract.name] }
  if (behind) return { name: behind[1]!, types: [nounFrom(behind[2]!)!.record.contract.name] }
  return { name: strip(words) }
}

/** Whether the words are a title, as far as people write titles in full. */
export const isNamed = (name: string, title: string): boolean => {
  const words = (value: string) => value.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? []
  const own = new Set(words(title))
  const said = words(name)
  return (
    said.length > 0 &&
    said.filter(word => [...own].some(part => part.startsWith(word.slice(0, 4)))).length / said.length > 0.6
  )
}
