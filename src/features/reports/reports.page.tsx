import { Button, Table } from '@mantine/core'
import { IconPlus } from '@tabler/icons-react'
import { Link } from '@tanstack/react-router'
import { useMay } from '#web/api.ts'
import { SavedList, SavedName } from '#web/kit/saved-list.tsx'
import { MemberName } from '#web/kit/value.tsx'
import { useText } from '#web/text/index.tsx'
import { CHART_ICONS } from './chart-icons.page.tsx'
import { useMailText } from './mail-dialog.page.tsx'
import type { SavedReport } from './model.page.tsx'

/** The reports that the reader made or that are shared. */
export default function Reports() {
  const text = useText()
  const may = useMay()
  const create = may.write && (
    <Button component={Link} to="/reports/new" leftSection={<IconPlus size={14} />}>
      {text.reports.new}
    </Button>
  )
  const head = (
    <Table.Tr>
      <Table.Th>{text.reports.one}</Table.Th>
      <Table.Th>{text.reports.records}</Table.Th>
      <Table.Th>{text.reports.mail}</Table.Th>
      <Table.Th visibleFrom="sm">{text.reports.maker}</Table.Th>
    </Table.Tr>
  )
  const { title, empty, emptyHint } = text.reports
  return (
    <SavedList<SavedReport>
      name="report"
      path="reports"
      {...{ title, empty, emptyHint, create, head }}
      line={report => <Line key={report.id} report={report} />}
    />
  )
}

function Line({ report }: { report: SavedReport }) {
  const text = useText()
  const mailText = useMailText()
  const Icon = CHART_ICONS[report.chart]
  const icon = (
    <span className="quiet" style={{ display: 'flex' }} title={text.reports.charts[report.chart]}>
      <Icon size={18} stroke={1.5} />
    </span>
  )
  return (
    <Table.Tr>
      <Table.Td maw={360}>
        <SavedName saved={report} path="reports" icon={icon} />
      </Table.Td>
      <Table.Td>{text.plurals[report.entity] ?? report.entity}</Table.Td>
      <Table.Td className={report.scheduleError ? 'late' : 'quiet'}>
        {report.schedule ? mailText(report) : ''}
      </Table.Td>
      <Table.Td visibleFrom="sm">
        <MemberName id={report.createdById} />
      </Table.Td>
    </Table.Tr>
  )
}
