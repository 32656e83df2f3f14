import { Alert, Button, Group, Progress, SimpleGrid, Title } from '@mantine/core'
import { useMutation, useQuery } from '@tanstack/react-query'
import { Link, useParams } from '@tanstack/react-router'
import { useEffect } from 'react'
import { api, messageOf, queries, useMay } from '#web/api.ts'
import { saveFile } from '#web/kit/download.ts'
import { useFormat } from '#web/kit/format.ts'
import styles from '#web/kit/list.module.css'
import { tellFault } from '#web/kit/notify.tsx'
import { Fault, PageWaiting } from '#web/kit/states.tsx'
import { Choice } from '#web/kit/value.tsx'
import { refreshAround } from '#web/record/model.ts'
import type { Text } from '#web/text/en.ts'
import { useText } from '#web/text/index.tsx'
import classes from './imports.module.css'
import { MadeAlong } from './linked.page.tsx'
import { RefusedRows } from './reasons.page.tsx'

export type ImportRow = {
  id: string
  entity: string
  filename: string | null
  status: 'PENDING' | 'RUNNING' | 'COMPLETED' | 'FAILED' | 'CANCELLED' | 'UNDONE'
  dryRun: boolean
  total: number | null
  processed: number
  created: number
  updated: number
  skipped: number
  failed: number
  createdLinked: Record<string, number>
  undoKeptLinked: Record<string, number>
  error: string | null
  errorCode: string | null
  undoStartedAt: string | null
  createdById: string | null
  createdAt: string
}

/** The file's name; what a program sends may have none. */
export const importName = (text: Text, { filename, entity }: Pick<ImportRow, 'filename' | 'entity'>) =>
  filename ?? text.imports.unnamed(text.plurals[entity] ?? entity)

export const isBusy = (row: ImportRow | undefined) =>
  row === undefined ||
  row.status === 'PENDING' ||
  row.status === 'RUNNING' ||
  (row.undoStartedAt !== null && row.status !== 'UNDONE')

/** How an import goes, and what to do with it: stop it, fetch what was refused, take it back. */
export default function ImportProgress() {
  const { id } = useParams({ strict: false }) as { id: string }
  const text = useText()
  const found = useQuery({
    queryKey: ['import', 'one', id],
    queryFn: () => api.get<ImportRow>(`/imports/${id}`),
    refetchInterval: ({ state }) => (isBusy(state.data) ? 700 : false),
  })
  const { entity, processed, status } = found.data ?? {}
  // biome-ignore lint/correctness/useExhaustiveDependencies: each batch makes what other pages have read stale
  useEffect(() => {
    if (entity) refreshAround(entity)
  }, [entity, processed, status])
  if (found.isPending) return <PageWaiting />
  if (found.isError) return <Fault error={found.error} retry={found.refetch} />
  const row = found.data
  const part = row.total ? (100 * row.processed) / row.total : 0
  return (
    <div className={styles.page}>
      <Group>
        <Title order={1}>{importName(text, row)}</Title>
        <Choice value={row.status} />
        {row.dryRun && <Choice value="DRY_RUN" />}
      </Group>
      {isBusy(row) && <Progress value={part} animated aria-label={text.imports.title} />}
      {row.dryRun && row.status === 'COMPLETED' && <Alert variant="light">{text.imports.dryRunHint}</Alert>}
      {row.error && (
        <Alert color="red" variant="light" role="alert">
          {text.refusals[row.errorCode ?? ''] ?? row.error}
        </Alert>
      )}
      <Counts row={row} />
      <Actions row={row} />
      {!row.dryRun && <MadeAlong id={row.id} counts={row.createdLinked} status={row.status} />}
      <RefusedRows id={row.id} failed={row.failed} />
    </div>
  )
}

function Counts({ row }: { row: ImportRow }) {
  const text = useText()
  const format = useFormat()
  const counts = [
    [text.imports.created, row.created],
    [text.imports.updated, row.updated],
    [text.imports.skipped, row.skipped],
    [text.imports.failed, row.failed],
    ...Object.entries(row.createdLinked).map(
      ([type, count]) => [text.imports.createdLinked(text.plurals[type] ?? type), count] as const,
    ),
    ...Object.entries(row.undoKeptLinked).map(
      ([type, count]) => [text.imports.keptLinked(text.plurals[type] ?? type), count] as const,
    ),
  ] as const
  return (
    <SimpleGrid cols={{ base: 2, sm: 4 }} spacing="sm">
      {counts.map(([label, count]) => (
        <div key={label} className={`card ${classes.count}`}>
          <span className="quiet">{label}</span>
          <b className="numbers">{format.number(count)}</b>
        </div>
      ))}
    </SimpleGrid>
  )
}

/** Whether there is something of it to be taken back. */
export const canUndo = (row: ImportRow): boolean =>
  !row.dryRun && !isBusy(row) && row.status !== 'UNDONE' && row.created + row.updated > 0

function Actions({ row }: { row: ImportRow }) {
  const text = useText()
  const may = useMay()
  const acting = useMutation({
    mutationFn: (what: 'cancel' | 'undo') => api.post(`/imports/${row.id}/${what}`, {}),
    onSuccess() {
      queries.invalidateQueries({ queryKey: ['import'] })
      refreshAround(row.entity)
    },
    onError: error => tellFault(messageOf(error, text.common.offline)),
  })
  return (
    <Group>
      {!isBusy(row) && !row.dryRun && row.created + row.updated > 0 && row.status !== 'UNDONE' && (
        <Button component={Link} to={`/${text.paths[row.entity]}`}>
          {text.imports.show}
        </Button>
      )}
      {row.dryRun && !isBusy(row) && (
        <Button component={Link} to={`/imports/new/${row.entity}`}>
          {text.imports.again}
        </Button>
      )}
      {row.failed > 0 && (
        <Button
          variant="default"
          onClick={() => saveFile(`/imports/${row.id}/errors`, `refused-${row.filename ?? 'rows.csv'}`)}
        >
          {text.imports.errors}
        </Button>
      )}
      {(row.status === 'PENDING' || row.status === 'RUNNING') && may.write && (
        <Button variant="default" color="red" onClick={() => acting.mutate('cancel')}>
          {text.common.cancel}
        </Button>
      )}
      {may.write && canUndo(row) && (
        <Button variant="default" loading={acting.isPending} onClick={() => acting.mutate('undo')}>
          {text.imports.undo}
        </Button>
      )}
    </Group>
  )
}
