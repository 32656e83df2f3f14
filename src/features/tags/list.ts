import { z } from 'zod'
import type { Tx } from '#core/db/workspace.ts'
import { invalid } from '#core/errors.ts'
import { paging } from '#core/http/page.ts'
import { Aggregate } from '#core/record/aggregate.ts'
import { type Page, pageFrom, queryMark, readCursor } from '#core/record/cursor.ts'
import { type RecordDefinition, tableOf } from '#core/record/definition.ts'
import { literally } from '#core/record/formats.ts'
import { allRecords } from '#core/record/registry.ts'

/** The record types that carry tags. */
export const tagged = (): RecordDefinition[] => allRecords().filter(({ contract }) => contract.fields.tags)

export const tagsQuery = z.strictObject({
  entity: z.string().max(60).optional().meta({ description: 'Only tags of this record type, such as deal' }),
  q: z.string().max(60).optional().meta({ description: 'What the tag holds, case and accents ignored' }),
  sort: z.enum(['tag', '-total']).optional().meta({ description: '`tag` by default' }),
  ...paging,
})

/** The tags of the live records that the caller sees, with how many records of each type have them. */
export async function listTags(tx: Tx, query: z.infer<typeof tagsQuery>): Promise<Page> {
  const { entity, q, sort = 'tag', limit = 50 } = query
  const types = tagged().filter(({ contract }) => !entity || contract.name === entity)
  if (!types.length) throw invalid({ path: 'entity', message: 'is not a record type that has tags' })
  const mark = queryMark(['tags', entity, q, sort])
  const cursor = query.cursor ? readCursor(query.cursor, mark, ['number', 'any']) : undefined
  const place = cursor?.values[1]
  if (cursor && (typeof place !== 'string' || place.includes('\0')))
    throw invalid({ path: 'cursor', message: 'is not a cursor' })
  const ask = new Aggregate(tx)
  const { add } = ask
  const parts = types.map(
    record =>
      `select tag, '${record.contract.name}' as entity, count(*)::int as n from ${tableOf(record)} t, unnest(t.tags) tag
       where ${ask.scope(record.contract.name)} and t.tags <> '{}' group by tag`,
  )
  const like = q ? `where crm_fold(tag) like crm_fold(${add(`%${literally(q)}%`, 'text')})` : ''
  const after = cursor
    ? sort === 'tag'
      ? `where tag > ${add(place, 'text')} collate "und-x-icu"`
      : `where (-total, tag collate "und-x-icu") > (-${add(cursor.values[0], 'bigint')}, ${add(place, 'text')} collate "und-x-icu")`
    : ''
  const found = await tx.as('ascendore_search', () =>
    tx.session.rows(
      ask.whole(`select * from (select tag, sum(n)::int as total, jsonb_object_agg(entity, n) as counts, count(*) over ()::int as "tagCount"
         from (${parts.join(' union all ')}) u ${like} group by tag) g ${after}
       order by ${sort === 'tag' ? '' : '-total, '}tag collate "und-x-icu" limit ${limit + 1}`),
      ask.params,
    ),
  )
  const total = cursor ?? { total: (found[0]?.tagCount as number | undefined) ?? 0, totalIsEstimate: false }
  const rows = found.map(({ tagCount: _, ...row }) => row)
  return pageFrom(rows, limit, total, mark, row => [row.total, row.tag])
}
