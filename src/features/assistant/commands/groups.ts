import { recordNamed } from '#core/record/registry.ts'
import { whoseField } from './conditions-whose.ts'
import type { Lexicon, Vocabulary, Word } from './lexicon.ts'
import { addressesOf } from './places.ts'

const KINDS = ['choice', 'member', 'link', 'text', 'currency', 'boolean']
/** The parts of an address by which people group. */
const PARTS: Record<string, string[]> = {
  country: ['country', 'countries'],
  city: ['city', 'cities', 'town'],
  state: ['state', 'region', 'province'],
  postalCode: ['postal code', 'zip code', 'zip'],
}

/** By what a sentence may group: fields of the record's own, parts of addresses, and what the company that it is with is like. */
export async function groupables(text: string, lexicon: Lexicon, vocabulary: Vocabulary): Promise<Word[]> {
  const { record, words } = lexicon
  const named = words.filter(({ field }) => KINDS.includes(field.kind))
  // Whose a task or a call is, another field says.
  const whose = words.find(({ path }) => path === whoseField(record))
  const own =
    whose && !record.contract.fields.ownerId
      ? [...named, { ...whose, labels: ['owner', 'rep', 'member'] }]
      : named
  if (!/\b(?:by|per|each)\b/i.test(text)) return own
  const [address] = addressesOf(record)
  const parts = address
    ? Object.entries(PARTS).map(([part, labels]) => ({ path: `${address}.${part}`, field: TEXT, labels }))
    : []
  return [...own, ...parts, ...(await ofCompany(lexicon, vocabulary))]
}

const TEXT = { kind: 'text' } as Word['field']

async function ofCompany({ record, words }: Lexicon, vocabulary: Vocabulary): Promise<Word[]> {
  const { companyId } = record.contract.fields
  if (companyId?.kind !== 'link' || !vocabulary.hands.canList(recordNamed('company'))) return []
  const known = new Set(words.flatMap(({ labels }) => labels))
  const company = await vocabulary.lexiconOf(recordNamed('company'))
  return company.words
    .filter(({ path, field }) => path !== 'name' && (field.kind === 'choice' || field.kind === 'text'))
    .map(word => ({
      ...word,
      path: `company.${word.path}`,
      labels: word.labels.filter(label => !known.has(label)),
    }))
}
