import { fieldOf } from '#core/record/custom-fields.ts'
import type { CustomType } from '#core/record/custom-types.ts'
import type { RecordDefinition } from '#core/record/definition.ts'
import type { Field } from '#core/record/fields.ts'
import { allRecords } from '#core/record/registry.ts'
import type { Hands, PageOf } from '../hands.ts'
import { labelOf, nounOf, optionText } from '../words.ts'

/** What people call record types beside their labels; everything else follows from the contracts. */
const ALSO_CALLED: Record<string, string> = {
  opportunity: 'deal',
  opportunities: 'deal',
  sale: 'deal',
  sales: 'deal',
  account: 'company',
  accounts: 'company',
  organisation: 'company',
  organisations: 'company',
  organization: 'company',
  organizations: 'company',
  firm: 'company',
  firms: 'company',
  person: 'contact',
  people: 'contact',
  prospect: 'lead',
  prospects: 'lead',
  'to-do': 'task',
  'to-dos': 'task',
  todo: 'task',
  todos: 'task',
  reminder: 'task',
  reminders: 'task',
  bill: 'invoice',
  bills: 'invoice',
  appointment: 'visit',
  appointments: 'visit',
  document: 'file',
  documents: 'file',
  activity: 'interaction',
  activities: 'interaction',
}

/** Nouns that name a type and one of its values: `calls` are interactions of the type CALL. */
const NARROWER: Record<string, { type: string; field: string; value: string }> = Object.fromEntries(
  [
    ['call', 'CALL'],
    ['phone call', 'CALL'],
    ['meeting', 'MEETING'],
    ['message', 'MESSAGE'],
    ['e-mail', 'EMAIL'],
    ['email', 'EMAIL'],
    ['mail', 'EMAIL'],
  ].flatMap(([word, value]) =>
    [word!, `${word}s`].map(noun => [noun, { type: 'interaction', field: 'type', value: value! }]),
  ),
)
NARROWER.customer = NARROWER.customers = { type: 'company', field: 'status', value: 'CUSTOMER' }
NARROWER.client = NARROWER.clients = NARROWER.customer

/** A noun that stands for records: of which type, and what it narrows them to. */
export type Noun = { record: RecordDefinition; narrowed?: { field: string; value: string } }

let nouns: Map<string, Noun> | undefined

function allNouns(): Map<string, Noun> {
  if (nouns) return nouns
  nouns = new Map()
  const add = (word: string, noun: Noun) => {
    if (!nouns!.has(word)) nouns!.set(word, noun)
  }
  const records = allRecords()
  for (const record of records)
    for (const word of [nounOf(record, 1), nounOf(record), record.contract.path.replace(/-/g, ' ')])
      add(word, { record })
  const named = (name: string) => records.find(({ contract }) => contract.name === name)
  for (const [word, name] of Object.entries(ALSO_CALLED)) {
    const record = named(name)
    if (record) add(word, { record })
  }
  for (const [word, { type, field, value }] of Object.entries(NARROWER)) {
    const record = named(type)
    // The narrower word wins: whoever says mails means those that were exchanged.
    if (record) nouns.set(word, { record, narrowed: { field, value } })
  }
  return nouns
}

const escaped = (word: string) => word.replace(/[.*+?^${}()|[\]\\]/g, '\\$&').replace(/ /g, '\\s+')

/** Words, the longest first, as a part of a regular expression. */
export const anyOf = (words: Iterable<string>): string =>
  [...new Set(words)]
    .sort((a, b) => b.length - a.length)
    .map(escaped)
    .join('|')

let pattern: string | undefined
/** Every noun, as a part of a regular expression. */
export function NOUNS(): string {
  pattern ??= anyOf(allNouns().keys())
  return pattern
}
/** Every noun by itself, in one word each. */
export const nounWords = (): string[] => [...allNouns().keys()].filter(word => !word.includes(' '))
export const nounFrom = (word: string): Noun | undefined =>
  allNouns().get(word.toLowerCase().replace(/\s+/g, ' '))

/** A field as people may name it. */
export type Word = {
  path: string
  field: Field
  labels: string[]
  options?: { said: string; value: string }[]
}
export type Member = { id: string; name: string; email: string; isActive: boolean }
/** Records of a type that only admins keep, such as stages: few, and known by name. */
export type Named = { field: string; target: string; id: string; name: string }

/** What fields are called in sales beside their labels. */
const LABELS: Record<string, string[]> = {
  amount: ['value', 'worth', 'volume', 'price', 'deal size'],
  expectedCloseDate: ['close date', 'closing date', 'expected close'],
  annualRevenue: ['revenue', 'turnover'],
  employeeCount: ['employees', 'headcount', 'staff'],
  jobTitle: ['title', 'role', 'position'],
  phone: ['phone number', 'telephone'],
  email: ['e-mail', 'mail', 'email address', 'e-mail address'],
  dueAt: ['due date', 'deadline'],
  dueDate: ['deadline'],
  leadScore: ['score'],
  leadSource: ['source'],
  assigneeId: ['assigned to'],
  lostReason: ['reason', 'loss reason', 'reason for loss'],
}

/** All that a type's fields may be called, the workspace's custom fields among them. */
export type Lexicon = { record: RecordDefinition; words: Word[]; named: Named[] }

/** What the whole workspace's words are made of; read once a turn. */
export type Vocabulary = {
  hands: Hands
  members: Member[]
  lexiconOf: (record: RecordDefinition) => Promise<Lexicon>
}

export async function vocabularyOf(hands: Hands): Promise<Vocabulary> {
  const found = hands.can('GET /users')
    ? await hands.call<PageOf<Member>>('GET /users', { query: { limit: 200 } })
    : { rows: [] }
  const known = new Map<string, Promise<Lexicon>>()
  return {
    hands,
    members: found.rows.filter(member => member.isActive),
    lexiconOf(record) {
      const { name } = record.contract
      if (!known.has(name)) known.set(name, lexiconOf(hands, record))
      return known.get(name)!
    },
  }
}

type CustomRow = { key: string; label: string; type: CustomType; options: string[]; required: boolean }

async function lexiconOf(hands: Hands, record: RecordDefinition): Promise<Lexicon> {
  const { fields, name } = record.contract
  const hidden = new Set(['id', 'workspaceId', 'customFields'])
  const own = Object.entries(fields)
    .filter(([key]) => !hidden.has(key))
    .map(([key, field]) => wordOf(key, field, [labelOf(key), ...(LABELS[key] ?? [])]))
  const custom =
    fields.customFields && hands.can('GET /custom-fields')
      ? (
          await hands.call<PageOf<CustomRow>>('GET /custom-fields', { query: { entity: name, limit: 200 } })
        ).rows.map(row => wordOf(`customFields.${row.key}`, fieldOf(row), [row.label, row.key]))
      : []
  return { record, words: [...custom, ...own], named: await namedOf(hands, record) }
}

const wordOf = (path: string, field: Field, labels: string[]): Word => ({
  path,
  field,
  labels: [...new Set(labels.map(label => label.toLowerCase()))],
  ...(field.options ? { options: field.options.map(value => ({ said: optionText(value), value })) } : {}),
})

const NAMED_AT_MOST = 200

async function namedOf(hands: Hands, { contract }: RecordDefinition): Promise<Named[]> {
  const found: Named[] = []
  for (const [key, field] of Object.entries(contract.fields)) {
    const target = allRecords().find(({ contract: other }) => other.name === field.target)
    if (field.kind !== 'link' || target?.writers !== 'admin' || !hands.canList(target)) continue
    const { rows } = await hands.list(target, { limit: NAMED_AT_MOST })
    for (const row of rows)
      found.push({ field: key, target: field.target!, id: row.id as string, name: String(row.name ?? '') })
  }
  return found.filter(({ name }) => name)
}
