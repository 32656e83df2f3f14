import { Button, Group, Menu, Text as P, Table } from '@mantine/core'
import { useInfiniteQuery, useMutation } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { useState } from 'react'
import { SampleData } from '#features/demo/sample-data.page.tsx'
import { api, queries, useMay } from '#web/api.ts'
import { Confirm } from '#web/kit/confirm.tsx'
import { saveFile } from '#web/kit/download.ts'
import { useFormat } from '#web/kit/format.ts'
import { tell } from '#web/kit/notify.tsx'
import { exportedTypes, importedTypes } from '#web/kit/record-types.ts'
import { ScrollBox } from '#web/kit/scroll-box.tsx'
import { Blank, Fault, Waiting } from '#web/kit/states.tsx'
import { Choice, MemberName } from '#web/kit/value.tsx'
import { refreshAround } from '#web/record/model.ts'
import { SettingsPage } from '#web/settings/kit.tsx'
import { useText } from '#web/text/index.tsx'
import { canUndo, type ImportRow, importName, isBusy } from './progress.page.tsx'

const PAGE = 50
type Page = { rows: ImportRow[]; nextCursor: string | null }

/** The imports that the reader may see, the latest first. */
export default function Imports() {
  const text = useText()
  const may = useMay()
  const format = useFormat()
  const list = useInfiniteQuery({
    queryKey: ['import', 'list'],
    initialPageParam: '',
    queryFn: ({ pageParam }) =>
      api.get<Page>('/imports', { query: { limit: PAGE, ...(pageParam ? { cursor: pageParam } : {}) } }),
    getNextPageParam: page => page.nextCursor ?? undefined,
    refetchInterval: ({ state }) => (state.data?.pages.some(({ rows }) => rows.some(isBusy)) ? 2000 : false),
  })
  const begin = (
    <Group gap="xs">
      <ExportMenu />
      {may.write && (
        <Menu position="bottom-end">
          <Menu.Target>
            <Button>{text.imports.start}</Button>
          </Menu.Target>
          <Menu.Dropdown>
            {importedTypes.map(entity => (
              <Menu.Item key={entity} component={Link} to={`/imports/new/${entity}`}>
                {text.plurals[entity]}
              </Menu.Item>
            ))}
          </Menu.Dropdown>
        </Menu>
      )}
    </Group>
  )
  if (list.isPending) return <Waiting />
  if (list.isError) return <Fault error={list.error} retry={list.refetch} />
  const rows = list.data.pages.flatMap(page => page.rows)
  return (
    <SettingsPage title={text.imports.title} hint={text.imports.hint} action={begin}>
      <SampleData />
      {rows.length === 0 ? (
        <Blank title={text.imports.none} text={text.imports.noneHint} />
      ) : (
        <ScrollBox label={text.imports.title}>
          <Table verticalSpacing={6} horizontalSpacing="md" fz="sm">
            <Table.Thead>
              <Table.Tr>
                <Table.Th>{text.imports.file}</Table.Th>
                <Table.Th visibleFrom="sm">{text.imports.what}</Table.Th>
                <Table.Th>{text.fields.status ?? 'Status'}</Table.Th>
                <Table.Th ta="right" visibleFrom="sm">
                  {text.imports.created}
                </Table.Th>
                <Table.Th ta="right" visibleFrom="sm">
                  {text.imports.failed}
                </Table.Th>
                <Table.Th visibleFrom="sm">{text.reports.maker}</Table.Th>
                <Table.Th visibleFrom="sm">{text.imports.began}</Table.Th>
                <Table.Th aria-label={text.common.more} />
              </Table.Tr>
            </Table.Thead>
            <Table.Tbody>
              {rows.map(row => (
                <Table.Tr key={row.id}>
                  <Table.Td miw={150} style={{ overflowWrap: 'anywhere' }}>
                    <Link to="/imports/$id" params={{ id: row.id }} className="subtle-link">
                      {importName(text, row)}
                    </Link>
                    <Small row={row} />
                  </Table.Td>
                  <Table.Td visibleFrom="sm">{text.plurals[row.entity] ?? row.entity}</Table.Td>
                  <Table.Td>
                    <Choice value={row.dryRun && row.status === 'COMPLETED' ? 'DRY_RUN' : row.status} />
                  </Table.Td>
                  <Table.Td ta="right" visibleFrom="sm">
                    {format.number(row.created)}
                  </Table.Td>
                  <Table.Td ta="right" visibleFrom="sm">
                    {format.number(row.failed)}
                  </Table.Td>
                  <Table.Td visibleFrom="sm">
                    <MemberName id={row.createdById} />
                  </Table.Td>
                  <Table.Td visibleFrom="sm" style={{ whiteSpace: 'nowrap' }}>
                    {format.ago(row.createdAt)}
                  </Table.Td>
                  <Table.Td ta="right">
                    <UndoButton row={row} />
                  </Table.Td>
                </Table.Tr>
              ))}
            </Table.Tbody>
          </Table>
        </ScrollBox>
      )}
      {list.hasNextPage && (
        <Group justify="center">
          <Button variant="default" loading={list.isFetchingNextPage} onClick={() => list.fetchNextPage()}>
            {text.common.showMore}
          </Button>
        </Group>
      )}
    </SettingsPage>
  )
}

/** Every kind of record that can be exported, also those without a list of their own, such as mails and files. */
function ExportMenu() {
  const text = useText()
  return (
    <Menu position="bottom-end">
      <Menu.Target>
        <Button variant="default">{text.table.export}</Button>
      </Menu.Target>
      <Menu.Dropdown>
        {exportedTypes.map(({ name, path }) => (
          <Menu.Item key={name} onClick={() => saveFile(`/${path}/export`, `${path}.csv`, { format: 'csv' })}>
            {text.plurals[name]}
          </Menu.Item>
        ))}
        <Menu.Item onClick={() => saveFile('/activities/stream/export', 'activity-stream.csv')}>
          {text.imports.stream}
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  )
}

/** On a phone, what has no room for columns of its own. */
function Small({ row }: { row: ImportRow }) {
  const text = useText()
  const format = useFormat()
  const parts = [
    text.plurals[row.entity] ?? row.entity,
    `${format.number(row.created)} ${text.imports.created.toLowerCase()}`,
    row.failed > 0 && `${format.number(row.failed)} ${text.imports.failed.toLowerCase()}`,
    format.ago(row.createdAt),
  ]
  return (
    <P size="xs" className="quiet" hiddenFrom="sm">
      {parts.filter(Boolean).join(' · ')}
    </P>
  )
}

function UndoButton({ row }: { row: ImportRow }) {
  const text = useText()
  const may = useMay()
  const format = useFormat()
  const [isAsking, ask] = useState(false)
  const undoing = useMutation({
    mutationFn: () => api.post(`/imports/${row.id}/undo`, {}),
    onSuccess() {
      ask(false)
      tell(text.imports.undoing)
      queries.invalidateQueries({ queryKey: ['import'] })
      refreshAround(row.entity)
    },
  })
  if (!may.write || !canUndo(row)) return null
  const name = importName(text, row)
  return (
    <>
      <Button
        variant="default"
        size="compact-xs"
        aria-label={`${text.common.undo}: ${name}`}
        onClick={() => ask(true)}
      >
        {text.common.undo}
      </Button>
      {isAsking && (
        <Confirm
          title={text.imports.undoTitle(name)}
          text={text.imports.undoText(format.number(row.created), format.number(row.updated))}
          submit={text.imports.undo}
          color="red"
          close={() => ask(false)}
          run={() => undoing.mutate()}
          isSending={undoing.isPending}
          error={undoing.error}
        />
      )}
    </>
  )
}
