import { Button, Group, Menu, Text as P, Textarea } from '@mantine/core'
import { IconNote, IconPencil, IconPin, IconPinned, IconTrash } from '@tabler/icons-react'
import { useMutation } from '@tanstack/react-query'
import { type FormEvent, useState } from 'react'
import { api, messageOf, queries, useMayChange } from '../api.ts'
import { useDraft } from '../kit/draft.ts'
import { MoreMenu } from '../kit/more-menu.tsx'
import { tellFault, tellUndo } from '../kit/notify.tsx'
import { useText } from '../text/index.tsx'
import classes from './record.module.css'
import { useName, When } from './who.tsx'

export type Note = {
  id: string
  body: string
  mayChange?: boolean
  isPinned: boolean
  authorId: string | null
  createdAt: string
}
type Given = { note: Pick<Note, 'id' | 'body'> & Partial<Note>; actorId: string | null; at: string }

function refresh(): void {
  queries.invalidateQueries({ queryKey: ['timeline'] })
  queries.invalidateQueries({ queryKey: ['related'] })
}

/** A note: changed where it stands, pinned above everything else, deleted with a way back. */
export function NoteCard({ note, actorId, at }: Given) {
  const text = useText()
  const mayChange = useMayChange()
  const name = useName(actorId)
  const [isEdited, setEdited] = useState(false)
  const fail = (error: unknown) => tellFault(messageOf(error, text.common.offline))
  const pinning = useMutation({
    mutationFn: () => api.patch(`/notes/${note.id}`, { isPinned: !note.isPinned }),
    onSuccess: refresh,
    onError: fail,
  })
  const removing = useMutation({
    mutationFn: () => api.delete(`/notes/${note.id}`),
    onSuccess() {
      refresh()
      tellUndo(text.common.deleted(1), text.common.undo, () =>
        api.post(`/notes/${note.id}/restore`, {}).then(refresh).catch(fail),
      )
    },
    onError: fail,
  })
  return (
    <li className={classes.entry}>
      <span className={classes.icon}>
        {note.isPinned ? <IconPinned size={14} /> : <IconNote size={14} />}
      </span>
      <div className={`card ${classes.talk}`}>
        {isEdited ? (
          <NoteForm note={note} close={() => setEdited(false)} />
        ) : (
          <P size="sm" className={classes.said}>
            {note.body}
          </P>
        )}
        <Group gap={8} fz="xs" className="quiet">
          <span>{name}</span>
          {note.isPinned && <span>{text.timeline.pinned}</span>}
          <Group gap={4} ml="auto" wrap="nowrap">
            <When at={at} />
            {mayChange(note) && (
              <MoreMenu label={text.labels.note} size={20}>
                <Menu.Item leftSection={<IconPencil size={14} />} onClick={() => setEdited(true)}>
                  {text.common.edit}
                </Menu.Item>
                <Menu.Item leftSection={<IconPin size={14} />} onClick={() => pinning.mutate()}>
                  {note.isPinned ? text.timeline.unpin : text.timeline.pin}
                </Menu.Item>
                <Menu.Item
                  color="red"
                  leftSection={<IconTrash size={14} />}
                  onClick={() => removing.mutate()}
                >
                  {text.common.delete}
                </Menu.Item>
              </MoreMenu>
            )}
          </Group>
        </Group>
      </div>
    </li>
  )
}

function NoteForm({ note, close }: { note: Given['note']; close: () => void }) {
  const text = useText()
  const [initial] = useState({ body: note.body })
  const { draft, change, forget } = useDraft(`note.${note.id}`, initial)
  const body = String(draft.body)
  const leave = () => {
    forget()
    close()
  }
  const saving = useMutation({
    mutationFn: () => api.patch(`/notes/${note.id}`, { body }),
    onSuccess() {
      leave()
      refresh()
    },
    onError: error => tellFault(messageOf(error, text.common.offline)),
  })
  const submit = (event: FormEvent) => {
    event.preventDefault()
    if (body.trim()) saving.mutate()
  }
  return (
    <form onSubmit={submit} className={classes.edited}>
      <Textarea
        autoFocus
        aria-label={text.record.note}
        value={body}
        onChange={event => change({ body: event.currentTarget.value })}
      />
      <Group justify="flex-end" gap="xs">
        <Button variant="default" size="compact-sm" onClick={leave}>
          {text.common.cancel}
        </Button>
        <Button type="submit" size="compact-sm" disabled={!body.trim()} loading={saving.isPending}>
          {text.common.save}
        </Button>
      </Group>
    </form>
  )
}
