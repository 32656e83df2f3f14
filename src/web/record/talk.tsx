import { Button, Group, Menu, Text as P, Spoiler, Textarea, TextInput } from '@mantine/core'
import { IconMail, IconMessage, IconPencil, IconPhone, IconTrash, IconUsers } from '@tabler/icons-react'
import { useMutation } from '@tanstack/react-query'
import { type ComponentType, type FormEvent, useState } from 'react'
import { Findings } from '#features/conversation-insights/findings.page.tsx'
import { api, messageOf, queries, useMayChange } from '../api.ts'
import { useDraft } from '../kit/draft.ts'
import { MoreMenu } from '../kit/more-menu.tsx'
import { tellFault, tellUndo } from '../kit/notify.tsx'
import { Choice, Tags } from '../kit/value.tsx'
import { fieldLabel, useText } from '../text/index.tsx'
import classes from './record.module.css'
import type { Entry } from './timeline.tsx'
import { useName, When } from './who.tsx'

export const ICONS: Record<string, ComponentType<{ size?: number }>> = {
  CALL: IconPhone,
  EMAIL: IconMail,
  MEETING: IconUsers,
  MESSAGE: IconMessage,
}

const refresh = (): Promise<void> => queries.invalidateQueries({ queryKey: ['timeline'] })

/** A call, mail, meeting or message as it was logged; it may be put right. */
export function Talk({ entry }: { entry: Entry }) {
  const text = useText()
  const mayChange = useMayChange()
  const name = useName(entry.actorId)
  const [isEdited, setEdited] = useState(false)
  const remove = useRemoval(entry)
  const Icon = ICONS[entry.type] ?? IconMessage
  return (
    <li className={classes.entry}>
      <span className={classes.icon}>
        <Icon size={14} />
      </span>
      <div className={`card ${classes.talk}`}>
        <Group gap={8} justify="space-between" wrap="nowrap">
          <Group gap={8} wrap="nowrap" miw={0}>
            <Choice value={entry.type} />
            {!isEdited && (
              <P size="sm" fw={600} className="one-line">
                {entry.subject}
              </P>
            )}
          </Group>
          <Group gap={4} wrap="nowrap" fz="xs">
            <When at={entry.createdAt} />
            {mayChange(entry) && (
              <MoreMenu label={entry.subject ?? entry.type} size={20}>
                <Menu.Item leftSection={<IconPencil size={14} />} onClick={() => setEdited(true)}>
                  {text.common.edit}
                </Menu.Item>
                <Menu.Item color="red" leftSection={<IconTrash size={14} />} onClick={() => remove.mutate()}>
                  {text.common.delete}
                </Menu.Item>
              </MoreMenu>
            )}
          </Group>
        </Group>
        {isEdited ? <TalkForm entry={entry} close={() => setEdited(false)} /> : <Said entry={entry} />}
        <Group gap={8} className="quiet" fz="xs">
          <span>{name}</span>
          {entry.direction === 'INBOUND' && <span>{text.timeline.inbound}</span>}
          {entry.durationMinutes ? (
            <span className="numbers">{text.calendar.minutes(entry.durationMinutes)}</span>
          ) : null}
          {entry.objections?.length ? <Tags values={entry.objections} /> : null}
          {entry.competitors?.length ? <Tags values={entry.competitors} /> : null}
        </Group>
        {entry.nextSteps && (
          <P size="xs">
            <b>{fieldLabel(text, 'nextSteps')}:</b> {entry.nextSteps}
          </P>
        )}
        <Findings id={entry.id} hasText={Boolean(entry.content)} />
      </div>
    </li>
  )
}

function Said({ entry: { content } }: { entry: Entry }) {
  const text = useText()
  if (!content) return null
  return (
    <Spoiler maxHeight={120} showLabel={text.common.showMore} hideLabel={text.common.close}>
      <P size="sm" className={classes.said}>
        {content}
      </P>
    </Spoiler>
  )
}

function useRemoval({ id, subject, type }: Entry) {
  const text = useText()
  const fail = (error: unknown) => tellFault(messageOf(error, text.common.offline))
  return useMutation({
    mutationFn: () => api.delete(`/activities/${id}`),
    onSuccess() {
      refresh()
      tellUndo(`${text.common.deleted(1)}: ${subject ?? type}`, text.common.undo, () =>
        api.post(`/activities/${id}/restore`, {}).then(refresh).catch(fail),
      )
    },
    onError: fail,
  })
}

function TalkForm({ entry, close }: { entry: Entry; close: () => void }) {
  const text = useText()
  const [initial] = useState({ subject: entry.subject ?? '', content: entry.content ?? '' })
  const { draft, change, forget } = useDraft(`talk.${entry.id}`, initial)
  const leave = () => {
    forget()
    close()
  }
  const saving = useMutation({
    mutationFn: () =>
      api.patch(`/activities/${entry.id}`, {
        subject: draft.subject || null,
        content: draft.content || null,
      }),
    onSuccess() {
      leave()
      refresh()
    },
    onError: error => tellFault(messageOf(error, text.common.offline)),
  })
  const submit = (event: FormEvent) => {
    event.preventDefault()
    saving.mutate()
  }
  return (
    <form onSubmit={submit} className={classes.edited}>
      <TextInput
        autoFocus
        aria-label={text.record.subject}
        value={String(draft.subject)}
        maxLength={300}
        onChange={event => change({ subject: event.currentTarget.value })}
      />
      <Textarea
        aria-label={text.record.whatHappened}
        value={String(draft.content)}
        onChange={event => change({ content: event.currentTarget.value })}
      />
      <Group justify="flex-end" gap="xs">
        <Button variant="default" size="compact-sm" onClick={leave}>
          {text.common.cancel}
        </Button>
        <Button type="submit" size="compact-sm" loading={saving.isPending}>
          {text.common.save}
        </Button>
      </Group>
    </form>
  )
}
