import { Button, Group, NumberInput, SegmentedControl, Textarea, TextInput } from '@mantine/core'
import { useMutation } from '@tanstack/react-query'
import { api, issuesByPath, messageOf, queries, useMay } from '../api.ts'
import { useDraft } from '../kit/draft.ts'
import { FieldInput } from '../kit/input.tsx'
import { tell, tellFault } from '../kit/notify.tsx'
import type { Text } from '../text/en.ts'
import { useText } from '../text/index.tsx'
import { type AnyContract, type Row, refreshAround } from './model.ts'
import classes from './record.module.css'

type Kind = 'note' | 'CALL' | 'EMAIL' | 'MEETING' | 'task'
const LINKS: Record<string, string> = { contact: 'contactId', deal: 'dealId', company: 'companyId' }
const MOMENT = { kind: 'moment', required: false, nullable: true, writable: 'always' } as never

/** Writes a note, logs a call, mail or meeting, or plans a task, without leaving the record. */
export function LogBar({ contract, row }: { contract: AnyContract; row: Row }) {
  const text = useText()
  const may = useMay()
  const { draft, change, forget } = useDraft(`log.${row.id}`, EMPTY)
  const kinds = kindsFor(contract, text)
  const kind = (draft.kind as Kind | undefined) ?? 'note'
  const body = String(draft.body ?? '')
  const subject = String(draft.subject ?? '')
  const isTalk = kind !== 'note' && kind !== 'task'
  const isReady = (isTalk ? body + subject : body).trim() !== ''
  const sending = useMutation({
    mutationFn: () => send(contract, row, kind, draft as Draft),
    onSuccess() {
      forget()
      tell(text.common.saved)
      refreshAround(contract.name)
      queries.invalidateQueries({ queryKey: ['related', row.id] })
    },
    onError: error => tellFault(messageOf(error, text.common.offline)),
  })
  if (!may.write) return null
  const hint = hintFor(kind, text)
  return (
    <form
      className={`card ${classes.log}`}
      onSubmit={event => {
        event.preventDefault()
        if (isReady) sending.mutate()
      }}
    >
      <SegmentedControl
        size="xs"
        className={classes.kinds}
        value={kind}
        onChange={value => change({ kind: value })}
        data={kinds}
      />
      {isTalk && (
        <TextInput
          aria-label={text.record.subject}
          placeholder={text.record.subject}
          value={subject}
          maxLength={300}
          onChange={event => change({ subject: event.currentTarget.value })}
        />
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
      <Group justify="flex-end" gap="xs">
        {kind !== 'note' && (
          <FieldInput
            field={MOMENT}
            name="at"
            label={isTalk ? text.record.when : text.record.due}
            value={draft.at ?? null}
            onChange={at => change({ at })}
            error={issuesByPath(sending.error)[isTalk ? 'occurredAt' : 'dueAt']}
            size="xs"
            isBare
          />
        )}
        {isTalk && kind !== 'EMAIL' && (
          <NumberInput
            size="xs"
            w={90}
            min={0}
            max={10080}
            aria-label={text.record.minutes}
            placeholder={text.record.minutes}
            value={(draft.minutes as number | undefined) ?? ''}
            onChange={value => change({ minutes: value === '' ? null : Number(value) })}
          />
        )}
        <Button type="submit" disabled={!isReady} loading={sending.isPending}>
          {isTalk ? text.record.log : text.common.add}
        </Button>
      </Group>
    </form>
  )
}

const EMPTY = {}

const hintFor = (kind: Kind, { record }: Text): string =>
  kind === 'note' ? record.note : kind === 'task' ? record.taskTitle : record.whatHappened

/** What may be logged here: calls and meetings are with contacts, companies and about deals. */
function kindsFor({ name }: AnyContract, { record }: Text): Array<{ value: Kind; label: string }> {
  const talks: Array<{ value: Kind; label: string }> = [
    { value: 'CALL', label: record.logCall },
    { value: 'EMAIL', label: record.logEmail },
    { value: 'MEETING', label: record.logMeeting },
  ]
  return [
    { value: 'note', label: record.addNote },
    ...(name in LINKS ? talks : []),
    { value: 'task', label: record.addTask },
  ]
}

type Draft = { body?: string; subject?: string; minutes?: number | null; at?: string | null }

function send(contract: AnyContract, row: Row, kind: Kind, { body = '', subject, minutes, at }: Draft) {
  const related = { relatedType: contract.name, relatedId: row.id }
  if (kind === 'note') return api.post('/notes', { body, ...related })
  if (kind === 'task') {
    const [title = '', ...rest] = body.trim().split('\n')
    const description = rest.join('\n').trim()
    return api.post('/tasks', {
      title: title.slice(0, 255),
      ...(description ? { description } : {}),
      ...(at ? { dueAt: at } : {}),
      ...related,
    })
  }
  return api.post('/activities', {
    type: kind,
    subject: subject || null,
    content: body || null,
    ...(minutes ? { durationMinutes: minutes } : {}),
    ...(at ? { occurredAt: at } : {}),
    [LINKS[contract.name]!]: row.id,
    ...(contract.name !== 'company' && row.companyId ? { companyId: row.companyId } : {}),
    ...(contract.name === 'deal' && row.primaryContactId ? { contactId: row.primaryContactId } : {}),
  })
}
