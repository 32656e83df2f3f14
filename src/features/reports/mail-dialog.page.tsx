import { Button, MultiSelect, NumberInput, Select, Stack, Switch, TextInput } from '@mantine/core'
import { useMutation } from '@tanstack/react-query'
import { useState } from 'react'
import { DAY_MS } from '#core/time.ts'
import { api, issuesByPath, queries, useMe, useMembers } from '#web/api.ts'
import { Dialog } from '#web/kit/dialog.tsx'
import { DialogFoot } from '#web/kit/dialog-foot.tsx'
import { useFormat } from '#web/kit/format.ts'
import { tell } from '#web/kit/notify.tsx'
import { useText } from '#web/text/index.tsx'
import type { SavedReport } from './model.page.tsx'
import { type ReportSchedule, SCHEDULE_EVERY, SCHEDULE_FORMATS } from './reports.contract.ts'

/** A Monday, from which the names of the days are taken. */
const MONDAY = Date.UTC(2024, 0, 1, 12)

/** In a sentence, when a report is mailed. */
export function useMailText() {
  const text = useText()
  const format = useFormat()
  return ({ schedule, nextSendAt }: Pick<SavedReport, 'schedule' | 'nextSendAt'>): string => {
    if (!schedule) return text.reports.noMail
    const every = `${text.reports.mail}: ${text.reports.everyOptions[schedule.every]}, ${schedule.time}`
    const next = nextSendAt ? text.reports.nextSend(format.moment(nextSendAt)) : text.reports.paused
    return `${every} · ${next}`
  }
}

const startOf = (report: SavedReport): ReportSchedule =>
  report.schedule ?? {
    every: 'WEEK',
    time: '08:00',
    weekday: 1,
    dayOfMonth: 1,
    recipientIds: report.createdById ? [report.createdById] : [],
    format: 'XLSX',
    isPaused: false,
  }

export function MailDialog({ report, close }: { report: SavedReport; close: () => void }) {
  const text = useText()
  const [schedule, setSchedule] = useState(() => ({ ...startOf(report), isPaused: false }))
  const change = (values: Partial<ReportSchedule>) => setSchedule(before => ({ ...before, ...values }))
  const saving = useMutation({
    mutationFn: (next: ReportSchedule | null) =>
      api.patch<SavedReport>(`/reports/${report.id}`, { schedule: next }),
    onSuccess(saved) {
      queries.setQueryData(['report', 'one', report.id], saved)
      queries.invalidateQueries({ queryKey: ['report', 'list'] })
      tell(text.reports.saved)
      close()
    },
  })
  const issues = issuesByPath(saving.error)
  const recipientIssue = Object.entries(issues).find(([path]) => path.startsWith('schedule.recipientIds'))
  return (
    <Dialog onClose={close} title={`${text.reports.mailTitle}: ${report.name}`}>
      <form
        onSubmit={event => {
          event.preventDefault()
          saving.mutate(schedule)
        }}
      >
        <Stack gap="sm">
          <p className="quiet" style={{ margin: 0 }}>
            {text.reports.mailHint}
          </p>
          <When {...{ schedule, change }} />
          <Recipients {...{ report, schedule, change }} error={recipientIssue?.[1]} />
          <Select
            label={text.reports.attachment}
            value={schedule.format}
            data={SCHEDULE_FORMATS.map(format => ({
              value: format,
              label: text.reports.attachments[format],
            }))}
            onChange={format => format && change({ format: format as ReportSchedule['format'] })}
          />
          <Switch
            label={text.reports.paused}
            checked={schedule.isPaused}
            onChange={event => change({ isPaused: event.currentTarget.checked })}
          />
          {report.schedule && (
            <div>
              <Button variant="subtle" color="red" size="compact-sm" onClick={() => saving.mutate(null)}>
                {text.reports.stopMail}
              </Button>
            </div>
          )}
        </Stack>
        <DialogFoot
          submit={text.common.save}
          close={close}
          isSending={saving.isPending}
          error={saving.error}
          beside={recipientIssue ? [recipientIssue[0]] : []}
        />
      </form>
    </Dialog>
  )
}

type Part = { schedule: ReportSchedule; change: (values: Partial<ReportSchedule>) => void }

function When({ schedule, change }: Part) {
  const text = useText()
  const { locale } = useFormat()
  const { workspace } = useMe()
  const dayName = new Intl.DateTimeFormat(locale, { weekday: 'long', timeZone: 'UTC' })
  return (
    <>
      <Select
        label={text.reports.every}
        value={schedule.every}
        data={SCHEDULE_EVERY.map(every => ({ value: every, label: text.reports.everyOptions[every] }))}
        onChange={every => every && change({ every: every as ReportSchedule['every'] })}
      />
      {schedule.every === 'WEEK' && (
        <Select
          label={text.reports.weekday}
          value={String(schedule.weekday)}
          data={[1, 2, 3, 4, 5, 6, 7].map(day => ({
            value: String(day),
            label: dayName.format(MONDAY + (day - 1) * DAY_MS),
          }))}
          onChange={day => day && change({ weekday: Number(day) })}
        />
      )}
      {schedule.every === 'MONTH' && (
        <NumberInput
          label={text.reports.dayOfMonth}
          description={text.reports.dayHint}
          min={1}
          max={31}
          required
          value={schedule.dayOfMonth}
          onChange={day => change({ dayOfMonth: Number(day) || 1 })}
        />
      )}
      <TextInput
        type="time"
        required
        label={text.reports.time}
        description={text.reports.timeHint(workspace.timezone)}
        value={schedule.time}
        onChange={event => change({ time: event.currentTarget.value })}
      />
    </>
  )
}

function Recipients({ report, schedule, change, error }: Part & { report: SavedReport; error?: string }) {
  const text = useText()
  const members = useMembers()
  // A private report goes to its maker alone.
  const eligible = [...members.values()].filter(
    ({ id, isActive }) =>
      (isActive && (report.shared || id === report.createdById)) || schedule.recipientIds.includes(id),
  )
  const gone = schedule.recipientIds.filter(id => !members.has(id))
  return (
    <MultiSelect
      label={text.reports.recipients}
      description={report.shared ? undefined : text.reports.recipientsHint}
      searchable
      required
      error={error}
      maxValues={50}
      value={schedule.recipientIds}
      data={[
        ...eligible.map(({ id, name }) => ({ value: id, label: name })),
        ...gone.map(id => ({ value: id, label: text.common.unknown })),
      ]}
      onChange={recipientIds => change({ recipientIds })}
    />
  )
}
