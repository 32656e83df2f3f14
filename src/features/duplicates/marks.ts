import { digitsOf, hostOf } from '#core/db/columns.ts'
import { columnOf, hasColumn, type RecordDefinition } from '#core/record/definition.ts'
import { allRecords } from '#core/record/registry.ts'

/** What speaks for two records being one. */
export type Kind = 'email' | 'phone' | 'domain' | 'name'

/** Something that is compared exactly: SQL over a row, null or empty where there is none, and the fields that it is of. */
export type Mark = { kind: Kind; field: string; expression: (alias: string) => string }

export function marksOf(record: RecordDefinition): Mark[] {
  return Object.entries(record.contract.fields).flatMap(([field, { kind }]): Mark[] => {
    if (kind === 'email' && hasColumn(record, field))
      return [{ kind, field, expression: t => `${t}.${columnOf(record, field).name}` }]
    if (kind === 'phone' && hasColumn(record, `${field}E164`))
      return [{ kind, field, expression: t => numberOf(t, columnOf(record, field).name) }]
    if (field === 'domain') return [{ kind: field, field, expression: t => hostOf(`${t}.domain`) }]
    // A page below a site, such as a profile in a network, says nothing of whose site it is.
    if (field === 'website' && isOrganisation(record))
      return [
        {
          kind: 'domain',
          field,
          expression: t => `case when ${t}.website ~ '${SITE}' then ${hostOf(`${t}.website`)} end`,
        },
      ]
    return []
  })
}

/** Where a number names no country, its digits, unless they are so few that many have them: an extension, an emergency call. */
const LOCAL_DIGITS = 7
const numberOf = (t: string, column: string): string =>
  `coalesce(${t}.${column}_e164, substring(${digitsOf(`${t}.${column}`)} from '^.{${LOCAL_DIGITS},}$'))`

const SITE = '^([A-Za-z]+://)?[^/?#]+/?$'

const isOrganisation = (record: RecordDefinition): boolean => 'domain' in record.contract.fields

const LEGAL_FORMS =
  'incorporated|inc|limited|ltd|llc|llp|plc|corporation|corp|company|co|gmbh|mbh|ug|ag|kg|kgaa|ohg|ek|se|sa|sas|sarl|srl|spa|bv|nv|ab|as|asa|aps|oy|oyj|kk|pty|pte|sl|sp z oo|sro|doo|kft|ltda'

/** What of a folded title tells one from another: the legal form of an organisation does not, nor whether it is written out. */
export const tellingName = (record: RecordDefinition, title: string): string =>
  isOrganisation(record)
    ? `coalesce(nullif(regexp_replace(replace(${title}, '.', ''), '([ ,&+]+(${LEGAL_FORMS}))+ *$', ''), ''), ${title})`
    : title

/** The record types in which one person or company may stand twice: those with an address, a number or a domain. */
export const doubled = (): RecordDefinition[] =>
  allRecords().filter(
    record =>
      record.routes.includes('create') && 'ownerId' in record.contract.fields && marksOf(record).length > 0,
  )
