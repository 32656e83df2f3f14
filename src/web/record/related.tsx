import { ActionIcon, Group, Text as P, Title } from '@mantine/core'
import { IconPlus } from '@tabler/icons-react'
import { useQuery } from '@tanstack/react-query'
import { Link, useNavigate } from '@tanstack/react-router'
import { type ReactNode, useState } from 'react'
import { api, queries, useMay } from '../api.ts'
import { useFormat } from '../kit/format.ts'
import { placeOf } from '../kit/place.ts'
import { titleOf } from '../kit/titles.ts'
import { FieldValue } from '../kit/value.tsx'
import type { Text } from '../text/en.ts'
import { useText } from '../text/index.tsx'
import type { AnyContract, Row } from './model.ts'
import classes from './record.module.css'
import { RecordForm } from './record-form.tsx'

export type RelatedList = {
  contract: AnyContract
  /** The fields shown under each title. */
  fields: readonly string[]
  form: readonly string[]
  /** What a new one of this list knows of its parent. */
  initial: (parent: Row) => Record<string, unknown>
  /** How a row is shown, where a link with some fields is not enough. */
  item?: (row: Row) => ReactNode
  /** Whether a new one is opened: there is more to be done with it. */
  opens?: boolean
  /** What else belongs here beside what hangs on the record itself. */
  also?: (parent: Row) => Promise<Also | undefined>
}
/** A filter over the type, and how that is said. */
type Also = { filter: object; hint: (text: Text) => string }

const SHOWN = 6

/** Records of another type that hang on this one, the latest first. */
export function Related({
  parent,
  row,
  contract,
  fields,
  form,
  initial,
  item,
  opens,
  also,
}: RelatedList & { parent: AnyContract; row: Row }) {
  const text = useText()
  const may = useMay()
  const format = useFormat()
  const navigate = useNavigate()
  const [isCreating, setCreating] = useState(false)
  const [limit, setLimit] = useState(SHOWN)
  const { data } = useQuery({
    // What else belongs to it may follow from its own fields.
    queryKey: ['related', row.id, contract.name, limit, also && row.version],
    placeholderData: before => before,
    async queryFn() {
      const more = await also?.(row)
      const page = await api.get<{ rows: Row[]; total: number }>(
        more ? `/${contract.path}` : `/${parent.path}/${row.id}/${contract.path}`,
        { query: { limit, ...(more ? { filter: more.filter } : {}) } },
      )
      return { ...page, hint: more?.hint }
    },
  })
  const label = text.labels[contract.name] ?? contract.label
  return (
    <section className={classes.relatedList}>
      <Group justify="space-between" mb={4}>
        <Title order={3}>
          {text.plurals[contract.name] ?? contract.label}{' '}
          {data && <span className="quiet numbers">{format.number(data.total)}</span>}
        </Title>
        {may.write && (
          <ActionIcon size="sm" aria-label={text.table.newRecord(label)} onClick={() => setCreating(true)}>
            <IconPlus size={14} />
          </ActionIcon>
        )}
      </Group>
      {data?.hint && data.total > 0 && (
        <P size="xs" className="quiet" mb={4}>
          {data.hint(text)}
        </P>
      )}
      {item && <ul className={classes.relatedItems}>{data?.rows.map(item)}</ul>}
      {(item ? [] : data?.rows)?.map(each => (
        <RelatedRow key={each.id} {...{ contract, fields, row: each }} />
      ))}
      {data?.total === 0 && (
        <P size="xs" className="quiet">
          {text.common.none}
        </P>
      )}
      {data && data.total > limit && (
        <button
          type="button"
          className={classes.moreButton}
          onClick={() => setLimit(Math.min(200, limit * 4))}
        >
          {text.common.showMore}
        </button>
      )}
      {isCreating && (
        <RecordForm
          contract={contract}
          fields={form}
          initial={initial(row)}
          close={() => setCreating(false)}
          created={made => {
            queries.invalidateQueries({ queryKey: ['related', row.id] })
            if (opens) navigate({ to: `/${contract.path}/$id`, params: { id: made.id } })
          }}
        />
      )}
    </section>
  )
}

/** A record with some of its fields; the way to its page, where its type has one. */
function RelatedRow({ contract, fields, row }: Pick<RelatedList, 'contract' | 'fields'> & { row: Row }) {
  const place = placeOf(contract.name, row.id, {})
  const content = (
    <>
      <span className="one-line">{titleOf(row, contract.title)}</span>
      <Group gap={8} wrap="nowrap" className={classes.relatedFacts}>
        {fields
          .filter(key => contract.fields[key]?.kind !== 'link')
          .map(key => (
            <FieldValue
              key={key}
              field={contract.fields[key]!}
              name={key}
              value={row[key]}
              row={row}
              isPlain
            />
          ))}
      </Group>
    </>
  )
  if (!place) return <div className={classes.relatedItem}>{content}</div>
  return (
    <Link {...place} className={classes.relatedItem}>
      {content}
    </Link>
  )
}
