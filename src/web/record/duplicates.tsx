import { Alert, Button, Group } from '@mantine/core'
import { IconCopy } from '@tabler/icons-react'
import { useQuery } from '@tanstack/react-query'
import { Suspense, useState } from 'react'
import { api, useMayChange } from '../api.ts'
import { later } from '../kit/later.tsx'
import { titleOf } from '../kit/titles.ts'
import { useText } from '../text/index.tsx'
import type { AnyContract, Row } from './model.ts'

const MergeDialog = later(() => import('./merge-dialog.tsx'))
/** The record types of which one may be there twice. */
const DOUBLED = new Set(['company', 'contact', 'lead'])
const SHOWN = 3

export type Duplicate = {
  score: number
  reasons: Array<{ kind: 'email' | 'phone' | 'domain' | 'name'; value: string }>
  record: Row
}

/** Says that a record may be there twice, and leads to making one of the two. */
export function DuplicatesHint({ contract, row }: { contract: AnyContract; row: Row }) {
  const text = useText()
  const mayChange = useMayChange()
  const [other, choose] = useState<Duplicate>()
  const { data } = useQuery({
    queryKey: [contract.name, 'duplicates', row.id],
    enabled: DOUBLED.has(contract.name) && mayChange(row),
    staleTime: 60_000,
    queryFn: () =>
      api.get<{ rows: Duplicate[]; total: number }>(`/${contract.path}/${row.id}/duplicates`, {
        query: { limit: SHOWN },
      }),
  })
  // Two become one only for whoever may change both.
  const rows = data?.rows.filter(({ record }) => mayChange(record)) ?? []
  if (!data || !rows.length) return null
  return (
    <Alert color="orange" variant="light" radius={0} py={6} icon={<IconCopy size={16} />}>
      <Group gap="sm">
        <span>{text.merge.hint(data.total - data.rows.length + rows.length)}</span>
        {rows.map(duplicate => (
          <Button
            key={duplicate.record.id}
            size="compact-xs"
            variant="default"
            onClick={() => choose(duplicate)}
          >
            {text.merge.compare(titleOf(duplicate.record, contract.title))}
          </Button>
        ))}
      </Group>
      <Suspense>
        {other && (
          <MergeDialog contract={contract} row={row} duplicate={other} close={() => choose(undefined)} />
        )}
      </Suspense>
    </Alert>
  )
}
