import { Alert, Button, Menu, SegmentedControl, TextInput, VisuallyHidden } from '@mantine/core'
import { useDebouncedValue, useDisclosure } from '@mantine/hooks'
import { IconCopy, IconDownload, IconMail, IconMailOff, IconTrash } from '@tabler/icons-react'
import { keepPreviousData, useMutation, useQuery } from '@tanstack/react-query'
import { useNavigate, useParams, useSearch } from '@tanstack/react-router'
import { useEffect, useMemo, useState } from 'react'
import { api, messageOf, queries, useMay, useMe } from '#web/api.ts'
import { ReportFigure } from '#web/chart/report-figure.tsx'
import type { Result } from '#web/chart/result.ts'
import { ResultTable } from '#web/chart/result-table.tsx'
import { Confirm } from '#web/kit/confirm.tsx'
import { saveFile } from '#web/kit/download.ts'
import { useForm } from '#web/kit/draft.ts'
import { MoreMenu } from '#web/kit/more-menu.tsx'
import { tell, tellFault } from '#web/kit/notify.tsx'
import { Blank, Fault, PageWaiting, Waiting } from '#web/kit/states.tsx'
import { conditionsOf } from '#web/table/filters.ts'
import { useText } from '#web/text/index.tsx'
import { MailDialog, useMailText } from './mail-dialog.page.tsx'
import { type Edited, editedOf, isComplete, NEW_REPORT, type SavedReport, specOf } from './model.page.tsx'
import { Panel } from './panel.page.tsx'
import classes from './report.module.css'

export const reportQuery = (id: string) => ({
  queryKey: ['report', 'one', id],
  queryFn: () => api.get<SavedReport>(`/reports/${id}`),
})

/** A report: what it asks on the left, its answer on the right, anew with each change; on a phone one of them at a time. */
export default function ReportPage() {
  const { id } = useParams({ strict: false }) as { id?: string }
  const query = useQuery({ ...reportQuery(id ?? ''), enabled: id !== undefined })
  if (!id) return <Builder key="new" report={undefined} />
  if (query.isPending) return <PageWaiting />
  if (query.isError) return <Fault error={query.error} retry={query.refetch} />
  return <Builder key={id} report={query.data} />
}

/** What a narrow screen shows. */
type Side = 'asked' | 'answer'

function Builder({ report }: { report: SavedReport | undefined }) {
  const text = useText()
  const may = useMay()
  const { user } = useMe()
  const initial = useMemo(() => editedOf(report ?? NEW_REPORT), [report])
  const { values: edited, change, forget } = useForm<Edited>(`report.${report?.id ?? 'new'}`, initial)
  const isChanged = JSON.stringify(editedOf(edited)) !== JSON.stringify(initial)
  const [shown, show] = useState(() => conditionsOf(edited.filter))
  // Whoever begins one has to choose first; one that is there has its answer.
  const [side, turn] = useState<Side>(report ? 'answer' : 'asked')
  const mayChange =
    may.write && (!report || report.createdById === user.id || (report.shared && may.administer))
  const discard = () => {
    forget()
    show(conditionsOf(initial.filter))
  }
  return (
    <div className={classes.page}>
      <div className={classes.head}>
        <div className={classes.names}>
          <VisuallyHidden component="h1">{edited.name || text.reports.new}</VisuallyHidden>
          <TextInput
            variant="unstyled"
            className={classes.name}
            aria-label={text.reports.name}
            placeholder={text.reports.name}
            maxLength={120}
            readOnly={!may.write}
            value={edited.name}
            onChange={event => change({ name: event.currentTarget.value })}
          />
          <TextInput
            variant="unstyled"
            size="xs"
            className={classes.description}
            aria-label={text.reports.description}
            placeholder={may.write ? text.reports.description : ''}
            maxLength={500}
            readOnly={!may.write}
            value={edited.description ?? ''}
            onChange={event => change({ description: event.currentTarget.value || null })}
          />
        </div>
        <Actions {...{ report, edited, isChanged, mayChange, forget, discard }} />
      </div>
      <div className={classes.sides}>
        <SegmentedControl
          fullWidth
          aria-label={text.views.layout}
          value={side}
          onChange={value => turn(value as Side)}
          data={[
            { value: 'asked', label: text.reports.asked },
            { value: 'answer', label: text.reports.answer },
          ]}
        />
      </div>
      <div className={classes.body} data-side={side}>
        <Panel {...{ edited, change, shown, show }} mayShare={mayChange} />
        <div className={classes.shown}>
          {report && <MailBanner report={report} />}
          <Answer edited={edited} />
        </div>
      </div>
    </div>
  )
}

function Answer({ edited }: { edited: Edited }) {
  const text = useText()
  const [spec] = useDebouncedValue(specOf(edited), 250)
  const canRun = isComplete({ ...edited, ...spec } as Edited)
  const { data, error, isError, isFetching, isPending, refetch } = useQuery({
    queryKey: [spec.entity, 'report', spec],
    enabled: canRun,
    placeholderData: keepPreviousData,
    queryFn: ({ signal }) => api.post<Result>('/reports/run', spec, { signal }),
  })
  if (!canRun) return <Blank title={text.reports.incomplete} />
  if (isPending) return <Waiting />
  if (isError) return <Fault error={error} retry={refetch} />
  const label = edited.name || text.reports.one
  return (
    <>
      <div className={`card ${classes.figure}`} data-stale={isFetching || undefined}>
        <ReportFigure result={data} chart={edited.chart} label={label} height={320} />
      </div>
      {edited.chart !== 'TABLE' && data.groups.length > 0 && (
        <div className="card">
          <ResultTable result={data} label={`${label}, ${text.reports.charts.TABLE}`} />
        </div>
      )}
    </>
  )
}

type ActionsGiven = {
  report: SavedReport | undefined
  edited: Edited
  isChanged: boolean
  mayChange: boolean
  forget: () => void
  discard: () => void
}

function Actions({ report, edited, isChanged, mayChange, forget, discard }: ActionsGiven) {
  const text = useText()
  const may = useMay()
  const navigate = useNavigate()
  const [isMailing, mailing] = useDisclosure()
  const [isDeleting, deleting] = useDisclosure()
  const done = (saved: SavedReport) => {
    queries.setQueryData(['report', 'one', saved.id], saved)
    queries.invalidateQueries({ queryKey: ['report'] })
    queries.invalidateQueries({ queryKey: ['dashboard'] })
    forget()
    tell(text.reports.saved)
    if (saved.id !== report?.id) navigate({ to: '/reports/$id', params: { id: saved.id } })
  }
  const onError = (error: Error) => tellFault(messageOf(error, text.common.offline))
  const saving = useMutation({
    mutationFn: () =>
      report
        ? api.patch<SavedReport>(`/reports/${report.id}`, editedOf(edited))
        : api.post<SavedReport>('/reports', editedOf(edited)),
    onSuccess: done,
    onError,
  })
  const copying = useMutation({
    mutationFn: () =>
      api.post<SavedReport>('/reports', {
        ...editedOf(edited),
        shared: false,
        name:
          report && edited.name === report.name
            ? text.reports.copyOf(edited.name).slice(0, 120)
            : edited.name,
      }),
    onSuccess: done,
    onError,
  })
  const canSave = edited.name.trim() !== '' && isComplete(edited)
  const download = (format: string) =>
    saveFile(`/reports/${report!.id}/export`, `${report!.name}.${format}`, { format })
  const canExport = report !== undefined && !isChanged
  return (
    <>
      {isChanged && (
        <Button variant="subtle" color="gray" onClick={discard}>
          {text.reports.discard}
        </Button>
      )}
      {mayChange && (
        <Button
          disabled={!canSave || (report !== undefined && !isChanged)}
          loading={saving.isPending}
          onClick={() => saving.mutate()}
        >
          {text.common.save}
        </Button>
      )}
      {may.write && report && !mayChange && (
        <Button disabled={!canSave} loading={copying.isPending} onClick={() => copying.mutate()}>
          {text.reports.saveCopy}
        </Button>
      )}
      {report && (
        <MoreMenu>
          {['xlsx', 'csv', 'json'].map(format => (
            <Menu.Item
              key={format}
              leftSection={<IconDownload size={14} />}
              disabled={!canExport}
              onClick={() => download(format)}
            >
              {text.reports.exportAs(format.toUpperCase())}
            </Menu.Item>
          ))}
          {!canExport && <Menu.Label>{text.reports.saveFirst}</Menu.Label>}
          {mayChange && (
            <Menu.Item leftSection={<IconMail size={14} />} disabled={!canExport} onClick={mailing.open}>
              {text.reports.mailTitle}
            </Menu.Item>
          )}
          {mayChange && (
            <Menu.Item
              leftSection={<IconCopy size={14} />}
              disabled={!canSave}
              onClick={() => copying.mutate()}
            >
              {text.reports.saveCopy}
            </Menu.Item>
          )}
          {mayChange && (
            <Menu.Item color="red" leftSection={<IconTrash size={14} />} onClick={deleting.open}>
              {text.reports.delete}
            </Menu.Item>
          )}
        </MoreMenu>
      )}
      {report && isMailing && <MailDialog report={report} close={mailing.close} />}
      {report && isDeleting && <DeleteDialog report={report} close={deleting.close} />}
    </>
  )
}

function DeleteDialog({ report, close }: { report: SavedReport; close: () => void }) {
  const text = useText()
  const navigate = useNavigate()
  const deleting = useMutation({
    mutationFn: () => api.delete(`/reports/${report.id}`),
    onSuccess() {
      tell(text.reports.deleted)
      queries.removeQueries({ queryKey: ['report', 'one', report.id] })
      queries.invalidateQueries({ queryKey: ['report'] })
      queries.invalidateQueries({ queryKey: ['dashboard'] })
      navigate({ to: '/reports' })
    },
  })
  return (
    <Confirm
      title={`${text.reports.delete}: ${report.name}`}
      text={text.reports.deleteHint}
      submit={text.common.delete}
      color="red"
      close={close}
      run={() => deleting.mutate()}
      isSending={deleting.isPending}
      error={deleting.error}
    />
  )
}

/** When it is mailed, why not, and the way out for whoever gets it. */
function MailBanner({ report }: { report: SavedReport }) {
  const text = useText()
  const { user } = useMe()
  const mailText = useMailText()
  const { mail } = useSearch({ strict: false }) as { mail?: string }
  const [isAsking, setAsking] = useState(mail === 'stop')
  useEffect(() => setAsking(mail === 'stop'), [mail])
  const isRecipient = report.schedule?.recipientIds.includes(user.id) ?? false
  const wishing = useMutation({
    mutationFn: (verb: 'subscribe' | 'unsubscribe') => api.post(`/reports/${report.id}/${verb}`, {}),
    onSuccess(_answer, verb) {
      setAsking(false)
      tell(verb === 'subscribe' ? text.reports.subscribed : text.reports.unsubscribed)
      queries.invalidateQueries({ queryKey: ['report', 'one', report.id] })
    },
    onError: error => tellFault(messageOf(error, text.common.offline)),
  })
  if (!report.schedule) return null
  const verb = report.receivesMail ? 'unsubscribe' : 'subscribe'
  return (
    <Alert
      variant="light"
      color={report.scheduleError ? 'red' : isAsking && report.receivesMail ? 'orange' : 'gray'}
      icon={report.receivesMail ? <IconMail size={16} /> : <IconMailOff size={16} />}
      py={8}
    >
      <div className={classes.banner}>
        <span>
          {report.scheduleError
            ? text.reports.mailFault(report.scheduleError)
            : isAsking && report.receivesMail
              ? text.reports.unsubscribeAsk
              : mailText(report)}
        </span>
        {isRecipient && (
          <Button
            size="compact-xs"
            variant={isAsking && report.receivesMail ? 'filled' : 'subtle'}
            loading={wishing.isPending}
            onClick={() => wishing.mutate(verb)}
          >
            {text.reports[verb]}
          </Button>
        )}
      </div>
    </Alert>
  )
}
