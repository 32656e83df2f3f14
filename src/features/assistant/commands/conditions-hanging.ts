import { inLanguage } from '#core/ai/language.ts'
import type { RecordDefinition } from '#core/record/definition.ts'
import type { Filter } from '#core/record/filter-language.ts'
import { hangingKeys } from '#core/record/incoming.ts'
import { recordNamed } from '#core/record/registry.ts'
import { conditionInGerman } from './german-words.ts'
import { anyOf, NOUNS, nounFrom, nounWords } from './lexicon.ts'
import { add, asNamed, Denied, type Query, type Reading } from './phrase.ts'
import { nounText } from './replies.ts'

const NONE = '(?:that |which |who )?(?:have|has|having|with) (?:no|not any)|without|lacking|missing|no'
const SOME = '(?:that |which |who )?(?:have|has|having)|with'
/** What may be said of what hangs there, behind it; anything else is said of the record itself. */
const OF_THEM =
  '(?: (?:(?:that|which) )?(?:(?:are|were|is|have been) )?(?:over|above|under|below|more than|less than|at least|at most|worth|created|closing|closed|won|lost|paid|due|updated|open|overdue|logged|since|this|last|next|today|yesterday|tomorrow|in (?:the )?(?:last|next|past)|for (?:the )?(?:last|more)|tagged)\\b[^¦,]*?)?'
const END = '(?=\\s*(?:[¦,]|$)|\\s+(?:and|but|in|from|at|of|by|for|owned|sorted|per)\\s)'

/** Reads what is asked of the records of another type. */
type ReadInner = (text: string) => Promise<{ query: Query; leftovers: string[] } | undefined>

/**
 * `companies without deals`, `deals with no open task`, `contacts with calls this week`: what hangs on a record, or that nothing does.
 * @throws Denied where what is said of it is not understood
 */
export async function hangingConditions(reading: Reading, readInner: ReadInner): Promise<void> {
  const { said, query } = reading
  // An e-mail may be the address, contacts those of the record's own list; of no activity for 30 days another field tells.
  const own = new Set([...reading.lexicon.words.flatMap(({ labels }) => labels), 'activity', 'contact'])
  const nouns = anyOf(nounWords().filter(noun => !own.has(noun) && hangingOn(query.record, noun)))
  if (!nouns) return
  const pattern = `(?:(${NONE})|${SOME}) (?:any |an? |the |some |at least one )?((?:(?!(?:${NOUNS()})\\b)[\\w-]+ ){0,2}(?:${nouns})${OF_THEM})${END}`
  for (const found of said.takeAll(pattern)) {
    const [whole, none, words = ''] = found
    const noun = new RegExp(`(?<![\\w-])(?:${nouns})(?![\\w-])`, 'i').exec(words)![0]
    const record = nounFrom(noun)!.record
    const inner = await readInner(words)
    if (!inner || inner.leftovers.length || inner.query.q) throw new Denied(whole.trim())
    const { conditions, told: how } = inner.query
    const some = eitherOf(pathsTo(query.record, record).map(path => has(path, conditions)))
    add(reading, none ? { not: some } : some, told(none !== undefined, record, how))
  }
}

const NAME = '("[^"]+"|\\p{Lu}[\\p{L}\\d&.-]*(?: \\p{Lu}[\\p{L}\\d&.-]*){0,3})'
const SAID = '(?:mentioned|named|brought up|discussed|raised)'

/** `deals where Velgrove was mentioned`, `contacts mentioning "on-premises"`: what was said in calls, mails, meetings and notes. */
export function mentions(reading: Reading): void {
  const { said, query } = reading
  const [talks, notes] = ['interaction', 'note'].map(type => recordNamed(type))
  if (query.record === talks || !hangingKeys(talks!, query.record.contract.name).length) return
  const any = said.take(
    `(?:that (?:have |has )?|which |where |in which )?(?:mention(?:ing|s|ed)?|with) (?:an?y? |some )?competitors?|where (?:an?y? )?competitors? (?:was|were|is|are) ${SAID}`,
  )
  if (any) {
    const named: Filter = { field: 'competitors', op: 'empty', value: false }
    add(
      reading,
      { field: talks!.contract.path, op: 'some', value: named },
      inLanguage('with a competitor named', 'mit einem genannten Wettbewerber'),
    )
  }
  // A name begins with a capital, which patterns of conditions do not look at.
  const found =
    said.take(
      `(?:where|in which|that|which) (?:the )?(?:competitor |word )?(?-i:${NAME}) (?:was|were|is|has been|came up|comes up) ?(?:${SAID})?`,
    ) ?? said.take(`(?:(?:that|which) )?mention(?:ing|s|ed)? (?:the )?(?:competitor |word )?(?-i:${NAME})`)
  if (!found) return
  const name = found[1]!.replaceAll('"', '')
  const holds = (field: string): Filter => ({ field, op: 'contains', value: name })
  const spoken: Filter = {
    field: talks!.contract.path,
    op: 'some',
    value: { or: [holds('competitors'), holds('subject'), holds('content')] },
  }
  const isNoted = hangingKeys(notes!, query.record.contract.name).length > 0
  const written: Filter = { field: notes!.contract.path, op: 'some', value: holds('body') }
  add(
    reading,
    isNoted ? { or: [spoken, written] } : spoken,
    asNamed(inLanguage(`mentioning “${name}”`, `mit „${name}“ in Gesprächen oder Notizen`)),
  )
}

/** That one of the records at the end of the path meets them all. */
function has(path: readonly string[], conditions: Filter[]): Filter {
  const [last, ...before] = path.toReversed()
  const inner: Filter = conditions.length
    ? { field: last!, op: 'some', value: { and: conditions } }
    : { field: `${last}.id`, op: 'empty', value: false }
  return before.reduce<Filter>((value, field) => ({ field, op: 'some', value }), inner)
}

const eitherOf = (filters: Filter[]): Filter => (filters.length === 1 ? filters[0]! : { or: filters })

/** By which paths records hang on one: a company's are those of its deals and contacts, too, where they name one record alone. */
function pathsTo(record: RecordDefinition, other: RecordDefinition): string[][] {
  const { path, fields } = other.contract
  if (record.contract.name !== 'company' || fields.companyId) return [[path]]
  const between = ['deal', 'contact', 'project'].filter(type => hangingKeys(other, type).length)
  return [[path], ...between.map(type => [recordNamed(type).contract.path, path])]
}

/** Whether records so called hang on this one by a field of theirs, and not it on them. */
function hangingOn(record: RecordDefinition, noun: string): boolean {
  const other = nounFrom(noun)?.record
  return other !== undefined && other !== record && hangingKeys(other, record.contract.name).length > 0
}

function told(isNone: boolean, record: RecordDefinition, inner: string[]): string {
  const nouns = nounText(record, 2)
  const how = inner
    .map(words => inLanguage(words, conditionInGerman(words)))
    .join(', ')
    .replaceAll('\u0001', '')
  const more = how ? ` (${how})` : ''
  return asNamed(
    isNone
      ? inLanguage(`without ${nouns}${more}`, `ohne ${nouns}${more}`)
      : inLanguage(`with ${nouns}${more}`, `mit ${nouns}${more}`),
  )
}
