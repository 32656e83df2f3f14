import { languageSpoken } from '#core/ai/language.ts'
import type { Row } from '#core/db/engine.ts'
import type { RecordDefinition } from '#core/record/definition.ts'
import type { Filter } from '#core/record/filter-language.ts'
import { recordNamed } from '#core/record/registry.ts'
import type { Names } from '#features/exports/columns.ts'
import { type RecordRef, refOf } from '../hands.ts'
import { currencyOf, fieldText, stepText, valueText } from '../words.ts'
import { conditionInGerman } from './german-words.ts'
import type { Query } from './phrase.ts'
import type { Replies } from './replies.ts'

/** A text of a record inside Markdown: what stands in it makes no link and no emphasis. */
export const plain = (text: string): string => text.replace(/[\\`*_[\]<>#|~]/g, '\\$&').replace(/\s+/g, ' ')

/** A link to the record, below the web app as below the API. */
export const link = ({ recordType, recordId, title }: RecordRef): string =>
  `[${plain(title)}](/${recordNamed(recordType).contract.path}/${recordId})`

const FACTS_AT_MOST = 4
const RANK: Partial<Record<string, number>> = { money: 0, choice: 1, link: 2, date: 3, moment: 4, member: 5 }
const NO_FACT =
  /^(createdById|createdAt|updatedAt|stageEnteredAt|closedAt|pipelineId|direction|relatedType|currency|id|datedAt|startsAt|endsAt|remindedAt)$/

/** What is worth knowing of a row beside its name: amount, stage, whose, when. Fields that are alike in all rows are left out. */
export function factsOf(
  record: RecordDefinition,
  row: Row,
  names: Names,
  timezone: string,
  without: ReadonlySet<string> = new Set(),
): string {
  const { fields } = record.contract
  // Of an invoice the amount says how much: its net and its tax are parts of that.
  const isPart = (key: string) => fields[key]!.kind === 'money' && key !== 'amount' && fields.amount
  const facts = Object.entries(fields)
    .filter(([key]) => !isPart(key))
    .filter(([key, field]) => RANK[field.kind] !== undefined && !NO_FACT.test(key) && !without.has(key))
    .filter(([key]) => row[key] !== null && row[key] !== undefined && row[key] !== '')
    .filter(([key]) => !(key === 'status' && row.stageId) && !(key === 'progress' && row.status))
    .sort(([, a], [, b]) => RANK[a.kind]! - RANK[b.kind]!)
    .slice(0, FACTS_AT_MOST)
    .map(([key, field]) => {
      const said = plain(valueText(field, row[key], { names, currency: currencyOf(row), timezone }))
      const isBare =
        field.kind !== 'date' && field.kind !== 'moment' && (field.kind !== 'money' || key === 'amount')
      return isBare ? said : `${fieldText(key)} ${said}`
    })
  return facts.filter(Boolean).join(', ')
}

export function listed(
  record: RecordDefinition,
  rows: Row[],
  names: Names,
  timezone: string,
  without?: ReadonlySet<string>,
): string {
  return rows
    .map(row => {
      const facts = factsOf(record, row, names, timezone, without)
      return `- ${link(refOf(record, row))}${facts ? ` · ${facts}` : ''}`
    })
    .join('\n')
}

/** What `measure_records` answers. */
export type Report = {
  currency: string | null
  unconverted: { currency: string; count: number }[]
  measures: { kind: string }[]
  isCut: boolean
  rows: { keys: (string | number | null)[]; names: (string | null)[]; values: (number | null)[] }[]
  totals: (number | null)[]
}
type Group = Query['groupBy'][number]

const GROUPS_TOLD = 30

/** A line for each group, in the order given; of how many more there are it is told. */
export function groupLines(
  { rows, isCut }: Pick<Report, 'rows' | 'isCut'>,
  group: Group,
  say: Replies,
  told: (values: Report['totals']) => string,
): string {
  const step = typeof group === 'object' ? group.by : undefined
  const lines = rows.slice(0, GROUPS_TOLD).map(({ keys, names, values }) => {
    const key = names[0] ?? keys[0]
    const name =
      key === null || key === undefined ? say.nothingIn : step ? stepText(String(key), step) : String(key)
    return `- ${plain(name)}: ${told(values)}`
  })
  const more = rows.length - lines.length
  return [...lines, ...(more > 0 ? [`- ${say.moreGroups(more, isCut)}`] : [])].join('\n')
}

/** How a query was understood: `amount over 50,000, closing this month (…)`. */
export const understood = ({ told, q }: Query): string =>
  [...told, ...(q ? [`with the words “${q}”`] : [])]
    .map(words => (languageSpoken() === 'de' ? conditionInGerman(words) : words).trim())
    .map(words => words.replaceAll('\u0001', ''))
    .map(words => (languageSpoken() === 'de' ? words.replace(/“([^“”]*)”/g, '„$1“') : words))
    .filter(isOnce)
    .map(plain)
    .join(', ')

/** `won in 2017` says `won` too. */
const isOnce = (words: string, at: number, all: readonly string[]): boolean =>
  !all.some((other, place) => place !== at && other.startsWith(`${words} `))

export const filterOf = ({ conditions }: Query): Filter | undefined =>
  conditions.length ? (conditions.length === 1 ? conditions[0] : { and: conditions }) : undefined

/** The table of the web app that shows the same rows. */
export function tableLink(query: Query): string {
  const filter = filterOf(query)
  const parameters = new URLSearchParams({
    ...(filter ? { extra: JSON.stringify(filter) } : {}),
    ...(query.q ? { q: query.q } : {}),
    ...(query.sort ? { sort: query.sort } : {}),
  })
  const search = parameters.size ? `?${parameters}` : ''
  return inLink(`/${query.record.contract.path}${search}`)
}

/** A path that Markdown reads whole: a round bracket would end the link, an address within it would be one of its own. */
export const inLink = (path: string): string =>
  path
    .replaceAll('(', '%28')
    .replaceAll(')', '%29')
    .replace(/(?<=www)\./gi, '%2E')

/** The fields of which a query wants one value alone. */
export const settledIn = (query: Query): Set<string> =>
  new Set(
    query.conditions.flatMap(condition =>
      'op' in condition && condition.op === 'eq' ? [condition.field] : [],
    ),
  )
