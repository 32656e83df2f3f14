import { Button, Group, NumberInput, SegmentedControl, Textarea, TextInput } from '@mantine/core'
import { useMutation } from '@tanstack/react-query'
import { useState } from 'react'
import { api, messageOf, queries, useMay } from '../api.ts'
import { useDraft } from '../kit/draft.ts'
import { tell, tellFault } from '../kit/notify.tsx'
import { useText } from '../text/index.tsx'
import { type AnyContract, type Row, refreshAround } from './model.ts'
import classes from './record.module.css'

type Kind = 'note' | 'CALL' | 'EMAIL' | 'MEETING' | 'task'
const LINKS: Record<string, string> = { contact: 'contactId', deal: 'dealId', company: 'companyId' }

/** Writes a note, logs a call, mail or meeting, or plans a task, without leaving the record. */
export function LogBar({ contract, row }: { contract: AnyContract; row: Row }) {
  const text = useText()
  const may = useMay()
  const isLinked = contract.name in LINKS
  const kinds: Array<{ value: Kind; label: string }> = [
    { value: 'note', label: text.record.addNote },
    ...(isLinked
      ? ([
          { value: 'CALL', label: text.record.logCall },
          { value: 'EMAIL', label: text.record.logEmail },
          { value: 'MEETING', label: text.record.logMeeting },
        ] as const)
      : []),
    { value: 'task', label: text.record.addTask },
  ]
  const [kind, setKind] = useState<Kind>('note')
  const { draft, change, forget } = useDraft(`log.${row.id}`, EMPTY)
  const body = String(draft.body ?? '')
  const subject = String(draft.subject ?? '')
  const isReady = kind === 'task' || kind === 'note' ? body.trim() !== '' : (body + subject).trim() !== ''
  const sending = useMutation({
    mutationFn: () => send(contract, row, kind, { body, subject, minutes: draft.minutes as number | null }),
    onSuccess() {
      forget()
      tell(text.common.saved)
      refreshAround(contract.name)
      queries.invalidateQueries({ queryKey: ['related', row.id] })
    },
    onError: error => tellFault(messageOf(error, text.common.offline)),
  })
  if (!may.write) return null
  const hint =
    kind === 'note' ? text.record.note : kind === 'task' ? text.record.taskTitle : text.record.whatHappened
  return (
    <form
      className={`card ${classes.log}`}
      onSubmit={event => {
        event.preventDefault()
        if (isReady) sending.mutate()
      }}
    >
      <SegmentedControl size="xs" value={kind} onChange={value => setKind(value as Kind)} data={kinds} />
      {kind !== 'note' && kind !== 'task' && (
        <Group gap="xs" wrap="nowrap">
          <TextInput
            flex={1}
            aria-label={text.record.subject}
            placeholder={text.record.subject}
            value={subject}
            maxLength={300}
            onChange={event => change({ subject: event.currentTarget.value })}
          />
          {kind !== 'EMAIL' && (
            <NumberInput
              w={90}
              min={0}
              max={10080}
              aria-label={text.record.minutes}
              placeholder={text.record.minutes}
              value={(draft.minutes as number | undefined) ?? ''}
              onChange={value => change({ minutes: value === '' ? null : Number(value) })}
            />
          )}
        </Group>
      )}
      <Textarea
        aria-label={hint}
        placeholder={hint}
        value={body}
        onChange={event => change({ body: event.currentTarget.value })}
        onKeyDown={event => {
          if (event.key === 'Enter' && (event.ctrlKey || event.metaKey) && isReady) sending.mutate()
        }}
      />
      <Group justify="flex-end">
        <Button type="submit" disabled={!isReady} loading={sending.isPending}>
          {kind === 'note' || kind === 'task' ? text.common.add : text.record.log}
        </Button>
      </Group>
    </form>
  )
}

const EMPTY = {}

type Said = { body: string; subject: string; minutes: number | null | undefined }

function send(
  contract: AnyContract,
  row: Row,
  kind: Kind,
  { body, subject, minutes }: Said,
): Promise<unknown> {
  const related = { relatedType: contract.name, relatedId: row.id }
  if (kind === 'note') return api.post('/notes', { body, ...related })
  if (kind === 'task')
    return api.post('/tasks', { title: body.trim().split('\n')[0]!.slice(0, 255), ...related })
  return api.post('/activities', {
    type: kind,
    subject: subject || null,
    content: body || null,
    ...(minutes ? { durationMinutes: minutes } : {}),
    [LINKS[contract.name]!]: row.id,
    ...(contract.name !== 'company' && row.companyId ? { companyId: row.companyId } : {}),
  })
}
