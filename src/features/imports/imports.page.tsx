import { Button, Menu, Table, Title } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { SampleData } from '#features/demo/sample-data.page.tsx'
import { api, useMay } from '#web/api.ts'
import { useFormat } from '#web/kit/format.ts'
import styles from '#web/kit/list.module.css'
import { ScrollBox } from '#web/kit/scroll-box.tsx'
import { Blank, Fault, Waiting } from '#web/kit/states.tsx'
import { Choice, MemberName } from '#web/kit/value.tsx'
import { useText } from '#web/text/index.tsx'
import type { ImportRow } from './progress.page.tsx'

export const IMPORTED = ['company', 'contact', 'lead', 'deal', 'task', 'note'] as const

/** The imports that the reader may see, the latest first. */
export default function Imports() {
  const text = useText()
  const may = useMay()
  const format = useFormat()
  const list = useQuery({
    queryKey: ['import', 'list'],
    queryFn: () => api.get<{ rows: ImportRow[] }>('/imports', { query: { limit: 100 } }),
  })
  const begin = may.write && (
    <Menu position="bottom-end">
      <Menu.Target>
        <Button>{text.imports.start}</Button>
      </Menu.Target>
      <Menu.Dropdown>
        {IMPORTED.map(entity => (
          <Menu.Item key={entity} component={Link} to={`/imports/new/${entity}`}>
            {text.plurals[entity]}
          </Menu.Item>
        ))}
      </Menu.Dropdown>
    </Menu>
  )
  if (list.isPending) return <Waiting />
  if (list.isError) return <Fault error={list.error} retry={list.refetch} />
  return (
    <div className={styles.page}>
      <div className={styles.head}>
        <Title order={1}>{text.imports.title}</Title>
        {begin}
      </div>
      <SampleData />
      {list.data.rows.length === 0 ? (
        <Blank title={text.imports.none} text={text.imports.noneHint} />
      ) : (
        <ScrollBox label={text.imports.title}>
          <Table verticalSpacing={6} horizontalSpacing="md" fz="sm">
            <Table.Thead>
              <Table.Tr>
                <Table.Th>{text.imports.file}</Table.Th>
                <Table.Th>{text.imports.what}</Table.Th>
                <Table.Th>{text.fields.status ?? 'Status'}</Table.Th>
                <Table.Th ta="right">{text.imports.created}</Table.Th>
                <Table.Th ta="right">{text.imports.failed}</Table.Th>
                <Table.Th>{text.fields.createdById}</Table.Th>
                <Table.Th>{text.fields.createdAt}</Table.Th>
              </Table.Tr>
            </Table.Thead>
            <Table.Tbody>
              {list.data.rows.map(row => (
                <Table.Tr key={row.id}>
                  <Table.Td>
                    <Link to="/imports/$id" params={{ id: row.id }} className="subtle-link">
                      {row.filename ?? text.imports.file}
                    </Link>
                  </Table.Td>
                  <Table.Td>{text.plurals[row.entity] ?? row.entity}</Table.Td>
                  <Table.Td>
                    <Choice value={row.dryRun && row.status === 'COMPLETED' ? 'DRY_RUN' : row.status} />
                  </Table.Td>
                  <Table.Td ta="right">{format.number(row.created)}</Table.Td>
                  <Table.Td ta="right">{format.number(row.failed)}</Table.Td>
                  <Table.Td>
                    <MemberName id={row.createdById} />
                  </Table.Td>
                  <Table.Td>{format.ago(row.createdAt)}</Table.Td>
                </Table.Tr>
              ))}
            </Table.Tbody>
          </Table>
        </ScrollBox>
      )}
    </div>
  )
}
