import { inLanguage } from '#core/ai/language.ts'
import { fold } from '#core/record/formats.ts'
import { allRecords, recordNamed } from '#core/record/registry.ts'
import { text } from '../parts.ts'
import { isNamed, named } from './about.ts'
import { whoseField } from './conditions-whose.ts'
import { type Command, type Context, type Parts, proposed } from './context.ts'
import { type Lexicon, NOUNS } from './lexicon.ts'
import { labelsOf, wordCalled } from './phrase.ts'
import type { Resolved } from './resolve.ts'
import { bodyOf, germanName, memberFrom, NoValue, valueFrom } from './values.ts'

const strip = (words: string): string =>
  words
    .replace(/[.!?]+$/, '')
    .replace(/^["']|["']$/g, '')
    .trim()

/** Many were meant: what is to be confirmed has to be looked at, and a hundred changes are not. */
export class NotOneByOne extends Error {}

/** The record that a phrase means, such as `the deal Acme renewal`. @throws Ambiguous, Unknown */
export const target = (context: Context, words: string, otherwise?: readonly string[]): Promise<Resolved> => {
  if (
    new RegExp(
      `^(?:all|every|each|any)(?: of)?(?: the| my| our)?\\s+(?:\\S+\\s+)?(?:${NOUNS()})\\b`,
      'i',
    ).test(words)
  )
    throw new NotOneByOne()
  const { name, types } = named(words)
  return context.resolver.one(name, types ?? (otherwise?.length ? otherwise : workedWith()))
}

/** The types that have a field of that name: who sets an amount means no call. */
export async function typesWith(context: Context, label: string): Promise<string[]> {
  const found: string[] = []
  for (const type of workedWith()) {
    const { words } = await context.vocabulary.lexiconOf(recordNamed(type))
    if (wordCalled(words, label)) found.push(type)
  }
  return found
}

/** The types of which a record can be moved there; where there is no such place, those that can be moved at all. */
async function typesAt(context: Context, place: string): Promise<string[]> {
  const found: string[] = []
  const movable: string[] = []
  for (const type of workedWith()) {
    const lexicon = await context.vocabulary.lexiconOf(recordNamed(type))
    const { fields } = lexicon.record.contract
    if (fields.stageId || fields.stage || fields.status) movable.push(type)
    if ((STEP.test(place) && fields.stageId) || placeCalled(lexicon, place)) found.push(type)
  }
  return found.length ? found : movable
}

/** Types that people change by hand: neither settings nor what only the program writes. */
const workedWith = (): string[] =>
  allRecords()
    .filter(
      ({ contract, writers, routes }) =>
        contract.softDelete && writers !== 'admin' && routes.includes('update'),
    )
    .filter(({ table }) => 'searchText' in table)
    .map(({ contract }) => contract.name)

export const change = (context: Context, { ref }: Resolved, body: object, title: string): Parts =>
  proposed(
    context,
    'update_record',
    { type: ref.recordType, id: ref.recordId, data: body },
    { title, about: ref },
  )

/** A stage, a status or another option by its name: `Negotiation`, `won`, `qualified`. */
function placeCalled(lexicon: Lexicon, said: string): Record<string, unknown> | undefined {
  const wanted = fold(said.replace(/^(?:the )?(?:stage )?/i, '').replace(/ stage$/i, ''))
  const exact = lexicon.named.find(({ name }) => fold(name) === wanted)
  const option = lexicon.words
    .filter(
      ({ field, path }) =>
        field.kind === 'choice' && field.writable === 'always' && !/Type$|direction/.test(path),
    )
    .flatMap(({ path, options = [] }) => options.map(one => ({ path, ...one })))
    .find(({ said: own }) => own === wanted)
  if (exact) return { [exact.field]: exact.id }
  if (option) return { [option.path]: option.value }
  const near = lexicon.named.find(({ name }) => fold(name).startsWith(wanted) && wanted.length > 2)
  return near && { [near.field]: near.id }
}

const STEP = /^(?:the |its )?(next|previous|prior) (?:stage|step|phase)$/i

/** The stage behind, or before, the one that a deal is in. */
async function stepFrom(
  { turn }: Context,
  { row }: Resolved,
  said: string,
): Promise<{ stageId: unknown } | undefined> {
  const step = STEP.exec(said)?.[1]
  if (!step || !row.stageId) return undefined
  const { rows } = await turn.hands.list(recordNamed('stage'), {
    pipelineId: row.pipelineId,
    sort: 'order',
    limit: 100,
  })
  const at = rows.findIndex(({ id }) => id === row.stageId)
  const next = at < 0 ? undefined : rows[at + (/next/i.test(step) ? 1 : -1)]
  return next && { stageId: next.id }
}

/** The stages that a record can be in: those of its own pipeline. */
async function stagesOf({ turn }: Context, { record, row }: Resolved): Promise<string[]> {
  if (!record.contract.fields.stageId || !row.pipelineId) return []
  const { rows } = await turn.hands.list(recordNamed('stage'), {
    pipelineId: row.pipelineId,
    sort: 'order',
    limit: 100,
  })
  return rows.map(({ name }) => String(name))
}

/** `move X to Negotiation`, `mark X as won`, `close X as lost because of the price`. */
async function move(context: Context, words: string, to: string): Promise<Parts | undefined> {
  const reason = /^(.+?)\s+(?:because(?: of)?|due to|since)\s+(.+)$/i.exec(strip(to))
  const place = strip(reason?.[1] ?? to)
  const found = await target(context, words, await typesAt(context, place))
  const lexicon = await context.vocabulary.lexiconOf(found.record)
  const body = (await stepFrom(context, found, place)) ?? placeCalled(lexicon, place)
  if (!body) {
    const names = await stagesOf(context, found)
    const options = lexicon.words
      .filter(({ path }) => path === 'stage' || path === 'status')
      .flatMap(({ options: all = [] }) => all.map(({ said }) => said))
    const places = [...names, ...options].join(', ')
    throw new NoValue(
      inLanguage(
        `${found.ref.title} cannot be moved to “${place}”. It can be ${places || 'moved nowhere: it has no stages'}.`,
        `${found.ref.title} lässt sich nicht nach „${place}“ verschieben. ${places ? `Möglich ist: ${places}` : 'Es gibt dafür keine Phasen'}.`,
      ),
    )
  }
  const lost = reason && found.record.contract.fields.lostReason ? { lostReason: reason[2]! } : {}
  return change(
    context,
    found,
    { ...body, ...lost },
    inLanguage(`Move ${found.ref.title} to ${place}`, `${found.ref.title} nach ${place} verschieben`),
  )
}

async function setField(
  context: Context,
  label: string,
  words: string,
  value: string,
): Promise<Parts | undefined> {
  const found = await target(context, words, await typesWith(context, label))
  const lexicon = await context.vocabulary.lexiconOf(found.record)
  const word = wordCalled(lexicon.words, label)
  if (!word) return undefined
  const [first = '', ...more] = valuesIn(value, lexicon)
  const body = bodyOf(word.path, await valueFrom(context, lexicon, word, first))
  for (let at = 0; at + 1 < more.length; at += 2) {
    const other = wordCalled(lexicon.words, more[at]!)!
    const next = bodyOf(other.path, await valueFrom(context, lexicon, other, more[at + 1]!))
    const own = { ...(body.customFields as object | undefined), ...(next.customFields as object | undefined) }
    Object.assign(body, next, Object.keys(own).length ? { customFields: own } : {})
  }
  return change(
    context,
    found,
    body,
    inLanguage(
      `Set the ${word.labels[0]} of ${found.ref.title}`,
      `${germanName(word)} von ${found.ref.title} setzen`,
    ),
  )
}

/** `75,000 and the close date to Friday`: the first value, and then in turn what else is set and to what. Quoted it is one. */
function valuesIn(value: string, { words }: Lexicon): string[] {
  const labels = labelsOf(words.filter(({ field }) => field.writable === 'always'))
  if (/^["“„]/.test(value)) return [value]
  return value.split(
    new RegExp(
      `(?:,| and|, and) (?:the |its |her |his |their |set the )?(${labels})(?: field)? (?:to|as|=) `,
      'i',
    ),
  )
}

async function assign(context: Context, words: string, who: string): Promise<Parts | undefined> {
  const member = memberFrom(context, strip(who))
  const found = await target(context, words)
  return change(
    context,
    found,
    { [whoseField(found.record)]: member.id },
    inLanguage(
      `Assign ${found.ref.title} to ${member.name}`,
      `${found.ref.title} an ${member.name} übergeben`,
    ),
  )
}

async function tag(context: Context, words: string, tags: string, isOff: boolean): Promise<Parts> {
  const found = await target(context, words)
  const given = tags.split(/\s*(?:,| and )\s*/).map(one => strip(one).replace(/^#/, ''))
  const old = (found.row.tags as string[] | undefined) ?? []
  const next = isOff ? old.filter(one => !given.includes(one)) : [...new Set([...old, ...given])]
  return change(
    context,
    found,
    { tags: next },
    inLanguage(`${isOff ? 'Untag' : 'Tag'} ${found.ref.title}`, `Schlagwörter von ${found.ref.title} ändern`),
  )
}

async function rename(context: Context, words: string, name: string): Promise<Parts> {
  const found = await target(context, words)
  const [first, second] = found.record.contract.title
  const [head = '', ...rest] = strip(name).split(/\s+/)
  const body = second ? { [first!]: head, [second]: rest.join(' ') } : { [first!]: strip(name) }
  return change(
    context,
    found,
    body,
    inLanguage(`Rename ${found.ref.title}`, `${found.ref.title} umbenennen`),
  )
}

/** `add Jane Doe to Acme renewal`: a contact to a deal; undefined where the words name no such two. */
async function involve(context: Context, who: string, where: string): Promise<Parts | undefined> {
  const person = named(who)
  const contact = await context.resolver.maybe(person.name, ['contact'])
  if (!contact || !isNamed(person.name, contact.ref.title)) return undefined
  const deal = await context.resolver.maybe(named(where).name, ['deal'])
  if (!deal) return undefined
  const contactIds = [...new Set([...((deal.row.contactIds as string[] | null) ?? []), contact.ref.recordId])]
  return change(
    context,
    deal,
    { contactIds },
    inLanguage(
      `Add ${contact.ref.title} to ${deal.ref.title}`,
      `${contact.ref.title} zu ${deal.ref.title} hinzufügen`,
    ),
  )
}

async function complete(context: Context, words: string): Promise<Parts> {
  const { name } = named(words)
  const found = await context.resolver.one(name, ['task', 'project', 'visit'])
  const options = found.record.contract.fields.status?.options ?? []
  const status = options.includes('DONE') ? 'DONE' : 'COMPLETED'
  return change(
    context,
    found,
    { status },
    inLanguage(`Complete ${found.ref.title}`, `${found.ref.title} erledigen`),
  )
}

/** `cancel my task X`: what knows that state is cancelled; a task that does not is deleted. */
async function cancel(context: Context, words: string): Promise<Parts | undefined> {
  const { name, types } = named(words.replace(/^(?:my|our|the|this|that)\s+/i, ''))
  const found = await context.resolver.one(name, types ?? ['task', 'visit', 'project', 'campaign', 'invoice'])
  const { fields } = found.record.contract
  const key = ['status', 'progress'].find(field => fields[field]?.options?.includes('CANCELLED'))
  if (!key) return remove(context, words)
  return change(
    context,
    found,
    { [key]: 'CANCELLED' },
    inLanguage(`Cancel ${found.ref.title}`, `${found.ref.title} absagen`),
  )
}

async function remove(context: Context, words: string): Promise<Parts> {
  const { ref } = await target(context, words)
  return proposed(
    context,
    'delete_record',
    { type: ref.recordType, id: ref.recordId },
    { title: inLanguage(`Delete ${ref.title}`, `${ref.title} löschen`), about: ref },
  )
}

async function convert(context: Context, words: string): Promise<Parts | undefined> {
  const { name } = named(words)
  const { ref } = await context.resolver.one(name, ['lead'])
  if (!context.turn.hands.operation('POST /leads/:id/convert')) return undefined
  return proposed(
    context,
    'run_action',
    { action: 'lead.convert', id: ref.recordId, data: {} },
    { title: inLanguage(`Convert ${ref.title}`, `${ref.title} umwandeln`), about: ref },
  )
}

/** What is said is right but cannot be done so: told in one sentence. */
export async function* told(message: string): Parts {
  yield text(message)
}

/** Commands that change what is there. */
export const changeCommands: Command[] = [
  {
    pattern:
      /^(?:please )?(?:set|change|update|edit|make)\s+(?:the\s+)?(.+?)\s+(?:of|for|on)\s+(.+?)\s+(?:to|=|as|into)\s+(.+)$/i,
    run: (context, match) => setField(context, match[1]!, match[2]!, match[3]!),
  },
  {
    pattern: /^(?:please )?(?:set|change|update|edit)\s+(.+?)'s\s+(.+?)\s+(?:to|=|as|into)\s+(.+)$/i,
    run: (context, match) => setField(context, match[2]!, match[1]!, match[3]!),
  },
  {
    pattern: /^(?:please )?(?:assign|reassign|hand over|give|transfer)\s+(.+?)\s+(?:over )?to\s+(.+)$/i,
    run: (context, match) => assign(context, match[1]!, match[2]!),
  },
  {
    pattern:
      /^(?:please )?(?:move|push|drag|advance|put|shift|promote)\s+(.+?)\s+(?:back )?(?:on)?(?:in)?to\s+(.+)$/i,
    run: (context, match) => move(context, match[1]!, match[2]!),
  },
  {
    pattern: /^(?:please )?(?:mark|set|flag|close)\s+(.+?)\s+(?:as|to)\s+(.+)$/i,
    run: (context, match) => move(context, match[1]!, match[2]!),
  },
  {
    pattern:
      /^(?:we|i)\s+(?:have\s+)?(?:just\s+)?(won|lost)\s+(.+?)(?:\s+(?:because(?: of)?|due to)\s+(.+))?$/i,
    run: (context, match) => move(context, match[2]!, `${match[1]}${match[3] ? ` because ${match[3]}` : ''}`),
  },
  {
    pattern: /^(?:please )?tag\s+(.+?)\s+(?:with|as)\s+(.+)$/i,
    run: (context, match) => tag(context, match[1]!, match[2]!, false),
  },
  {
    pattern: /^(?:please )?(?:untag|remove (?:the )?tags?)\s+(.+?)\s+from\s+(.+)$/i,
    run: (context, match) => tag(context, match[2]!, match[1]!, true),
  },
  {
    pattern: /^(?:please )?rename\s+(.+?)\s+(?:to|into)\s+(.+)$/i,
    run: (context, match) => rename(context, match[1]!, match[2]!),
  },
  {
    pattern: /^(?:please )?(?:complete|finish|tick off|check off)\s+(.+)$/i,
    run: (context, match) => complete(context, match[1]!),
  },
  {
    pattern: /^(?:please )?(?:add|put|link|connect|attach|invite)\s+(.+?)\s+(?:to|on|with)\s+(.+)$/i,
    run: (context, match) => involve(context, match[1]!, match[2]!),
  },
  {
    pattern: /^(?:please )?(?:cancel|call off|scrap|drop)\s+(.+)$/i,
    run: (context, match) => cancel(context, match[1]!),
  },
  { pattern: /^(?:please )?convert\s+(.+)$/i, run: (context, match) => convert(context, match[1]!) },
  {
    pattern: /^(?:please )?(?:delete|remove|trash|throw away|bin)\s+(.+)$/i,
    run: (context, match) => remove(context, match[1]!),
  },
]
