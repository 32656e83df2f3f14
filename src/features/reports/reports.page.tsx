import { Badge, Button, Group, Table, Title } from '@mantine/core'
import { IconPlus } from '@tabler/icons-react'
import { useInfiniteQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { api, useMay } from '#web/api.ts'
import classes from '#web/kit/list.module.css'
import { ScrollBox } from '#web/kit/scroll-box.tsx'
import { Blank, Fault, Waiting } from '#web/kit/states.tsx'
import { MemberName } from '#web/kit/value.tsx'
import { useText } from '#web/text/index.tsx'
import { CHART_ICONS } from './chart-icons.page.tsx'
import { useMailText } from './mail-dialog.page.tsx'
import type { SavedReport } from './model.page.tsx'

type Page = { rows: SavedReport[]; total: number; nextCursor: string | null }

/** The reports that the reader made or that are shared. */
export default function Reports() {
  const text = useText()
  const may = useMay()
  const list = useInfiniteQuery({
    queryKey: ['report', 'list'],
    initialPageParam: '',
    queryFn: ({ pageParam }) =>
      api.get<Page>('/reports', { query: { limit: 100, ...(pageParam ? { cursor: pageParam } : {}) } }),
    getNextPageParam: page => page.nextCursor ?? undefined,
  })
  if (list.isPending) return <Waiting />
  if (list.isError) return <Fault error={list.error} retry={() => list.refetch()} />
  const rows = list.data.pages.flatMap(page => page.rows)
  const create = may.write && (
    <Button component={Link} to="/reports/new" leftSection={<IconPlus size={14} />}>
      {text.reports.new}
    </Button>
  )
  return (
    <div className={classes.page}>
      <div className={classes.head}>
        <Title order={1}>{text.reports.title}</Title>
        {rows.length > 0 && create}
      </div>
      {rows.length === 0 ? (
        <Blank title={text.reports.empty} text={text.reports.emptyHint}>
          {create}
        </Blank>
      ) : (
        <ScrollBox label={text.reports.title}>
          <Table verticalSpacing={8} horizontalSpacing="md" fz="sm" highlightOnHover>
            <Table.Thead>
              <Table.Tr>
                <Table.Th>{text.reports.one}</Table.Th>
                <Table.Th>{text.reports.records}</Table.Th>
                <Table.Th>{text.reports.mail}</Table.Th>
                <Table.Th>{text.reports.maker}</Table.Th>
              </Table.Tr>
            </Table.Thead>
            <Table.Tbody>
              {rows.map(row => (
                <Line key={row.id} report={row} />
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
    </div>
  )
}

function Line({ report }: { report: SavedReport }) {
  const text = useText()
  const mailText = useMailText()
  const Icon = CHART_ICONS[report.chart]
  return (
    <Table.Tr>
      <Table.Td maw={360}>
        <Group gap={10} wrap="nowrap">
          <span className="quiet" title={text.reports.charts[report.chart]}>
            <Icon size={18} stroke={1.5} />
          </span>
          <div style={{ minWidth: 0 }}>
            <Group gap={8} wrap="nowrap">
              <Link
                to="/reports/$id"
                params={{ id: report.id }}
                className="subtle-link one-line"
                style={{ fontWeight: 500 }}
              >
                {report.name}
              </Link>
              {!report.shared && (
                <Badge variant="default" size="sm" radius="sm" tt="none" fw={400} style={{ flex: 'none' }}>
                  {text.reports.isPrivate}
                </Badge>
              )}
            </Group>
            {report.description && <div className="quiet one-line">{report.description}</div>}
          </div>
        </Group>
      </Table.Td>
      <Table.Td>{text.plurals[report.entity] ?? report.entity}</Table.Td>
      <Table.Td className={report.scheduleError ? 'late' : 'quiet'}>
        {report.schedule ? mailText(report) : ''}
      </Table.Td>
      <Table.Td>
        <MemberName id={report.createdById} />
      </Table.Td>
    </Table.Tr>
  )
}
