import { hostOf } from '#core/db/columns.ts'
import { adderOf, arrayLiteral } from '#core/db/engine.ts'
import type { Tx } from '#core/db/workspace.ts'
import { invalid } from '#core/errors.ts'
import { columnOf, hasColumn, type RecordDefinition, tableOf } from '#core/record/definition.ts'
import type { FieldKind } from '#core/record/fields.ts'
import { scopeCondition } from '#core/record/visibility.ts'
import type { Draft, Plan } from './drafts.ts'
import { foldAll } from './resolve.ts'
import type { Target } from './targets.ts'

const MATCHABLE: readonly FieldKind[] = [
  'id',
  'text',
  'longText',
  'email',
  'phone',
  'url',
  'choice',
  'integer',
  'date',
  'link',
  'member',
]
const FOLDED: readonly FieldKind[] = ['text', 'longText']
const SEPARATOR = '\u0001'

/**
 * How records of a type are known again where the caller does not say: by e-mail, by domain or name, or not.
 * Nothing of a deal does it: titles such as `Renewal` come again, and a row must not be lost for that.
 */
export function defaultMatchBy({ contract: { fields } }: RecordDefinition): string {
  if (fields.email) return 'email'
  return fields.domain && fields.name ? 'domain,name' : ''
}

/** Reads `domain,name` (one or else the other) and `title+companyId` (both). @throws Refusal 400 at `matchBy` */
export function readMatchBy(text: string, targets: Target[]): string[][] {
  const fields = new Map(
    targets.filter(({ via }) => ['field', 'id', 'custom'].includes(via)).map(t => [t.field, t.of]),
  )
  const ways = text
    .split(',')
    .map(way => way.split('+').map(part => part.trim()))
    .filter(way => way[0])
  for (const field of ways.flat()) {
    const of = fields.get(field)
    if (!of || !MATCHABLE.includes(of.kind))
      throw invalid({
        path: 'matchBy',
        message: `${field || text} is not a field by which records can be matched`,
      })
  }
  return ways
}

/** What a record that stands already is known by, and its version. */
export type Match = { id: string; version: number; count: number }

/** The marks by which each row is known, one for each way that its cells allow; folded as the database does. */
export async function marksOf(tx: Tx, plan: Plan, drafts: Draft[]): Promise<Map<Draft, string[]>> {
  const raw = drafts.map(draft => plan.matchBy.map(way => way.map(field => given(plan, draft, field))))
  const toFold = plan.matchBy.flatMap((way, w) =>
    way.flatMap((field, f) => (isFolded(plan, field) ? raw.map(parts => parts[w]![f]) : [])),
  )
  const folded = await foldAll(
    tx,
    toFold.filter(text => text !== undefined),
  )
  return new Map(
    drafts.map((draft, i) => [
      draft,
      raw[i]!.flatMap((parts, way): string[] => {
        if (parts.some(part => part === undefined)) return []
        const texts = parts.map((part, p) =>
          isFolded(plan, plan.matchBy[way]![p]!) ? folded.get(part!)! : part!,
        )
        return [`${way}${SEPARATOR}${texts.join(SEPARATOR)}`]
      }),
    ]),
  )
}

function given(plan: Plan, draft: Draft, field: string): string | undefined {
  const value = field.startsWith('customFields.')
    ? draft.custom[field.slice(13)]
    : (draft.values[field] ?? plan.linked.standsFor(draft, field))
  return value === undefined || value === null ? undefined : String(value)
}

const isFolded = ({ record }: Plan, field: string): boolean =>
  field.startsWith('customFields.') || FOLDED.includes(record.contract.fields[field]!.kind)

/** The records that the marks name and the caller sees: one query for each way. */
export async function matchesFor(tx: Tx, plan: Plan, marks: Iterable<string>): Promise<Map<string, Match>> {
  const found = new Map<string, Match>()
  const all = [...new Set(marks)]
  for (const [way, fields] of plan.matchBy.entries()) {
    const keys = all
      .filter(mark => mark.startsWith(`${way}${SEPARATOR}`))
      .map(mark => mark.slice(mark.indexOf(SEPARATOR) + 1))
    if (!keys.length) continue
    const params: unknown[] = []
    const add = adderOf(params)
    const parts = fields.map(field => keyExpression(plan, field))
    const firsts = [...new Set(keys.map(key => key.split(SEPARATOR)[0]))]
    // The first part alone may stand in an index; the whole decides.
    const narrowed = parts.length > 1 ? ` and ${parts[0]} = any(${add(arrayLiteral(firsts), 'text[]')})` : ''
    const key = parts.join(` || '${SEPARATOR}' || `)
    const text = `select k, id, version, n from (
      select ${key} as k, t.id, t.version, count(*) over (partition by ${key})::int as n,
        row_number() over (partition by ${key} order by t.id) as place
      from ${tableOf(plan.record)} t where ${scopeCondition(plan.record, tx.who, 't', add)}${narrowed}
        and ${key} = any(${add(arrayLiteral(keys), 'text[]')})) f where place = 1`
    const rows = await tx.as('ascendore_search', () => tx.session.rows(text, params))
    for (const row of rows)
      found.set(`${way}${SEPARATOR}${row.k}`, {
        id: row.id as string,
        version: row.version as number,
        count: row.n as number,
      })
  }
  return found
}

/** A field as the text by which it is compared; plain text columns stay bare, so that their index serves. */
function keyExpression({ record }: Plan, field: string): string {
  if (field.startsWith('customFields.')) return `crm_fold(t.custom_fields->>'${field.slice(13)}')`
  if (!hasColumn(record, field)) throw invalid({ path: 'matchBy', message: `${field} is not stored` })
  const column = columnOf(record, field)
  const { kind, isHost } = record.contract.fields[field]!
  if (isHost) return hostOf(`t.${column.name}`)
  if (FOLDED.includes(kind)) return `crm_fold(t.${column.name})`
  return column.getSQLType().startsWith('text') ? `t.${column.name}` : `t.${column.name}::text`
}
