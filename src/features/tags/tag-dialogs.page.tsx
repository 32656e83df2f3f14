import { Button, Group, Text as P, TextInput } from '@mantine/core'
import { useMutation } from '@tanstack/react-query'
import { type FormEvent, type ReactNode, useState } from 'react'
import { api, issuesByPath } from '#web/api.ts'
import { Confirm } from '#web/kit/confirm.tsx'
import { Dialog } from '#web/kit/dialog.tsx'
import { DialogFoot } from '#web/kit/dialog-foot.tsx'
import { useFormat } from '#web/kit/format.ts'
import { tell } from '#web/kit/notify.tsx'
import { useText } from '#web/text/index.tsx'
import type { Tag } from './tags.page.tsx'

type Retagged = { changed: number; isDone: boolean }
type Given = { close: () => void; done: () => void }

const TAG_AT_MOST = 60

/** Sends it, and tells how far it has come by now. */
function useRetagging(send: () => Promise<Retagged>, done: () => void) {
  const text = useText()
  return useMutation({
    mutationFn: send,
    onSuccess({ changed, isDone }) {
      tell(isDone ? text.table.changed(changed) : text.tags.goesOn)
      done()
    },
  })
}

export function RenameTag({ tag, close, done }: Given & { tag: Tag }) {
  const text = useText()
  const [name, setName] = useState(tag.tag)
  const renaming = useRetagging(() => api.patch(`/tags/${encodeURIComponent(tag.tag)}`, { name }), done)
  return (
    <TagDialog
      title={text.views.rename}
      hint={text.tags.renameHint}
      submit={text.common.save}
      isDisabled={!name.trim() || name.trim() === tag.tag}
      sending={renaming}
      beside={['name']}
      close={close}
    >
      <TextInput
        data-autofocus
        label={text.table.name}
        maxLength={TAG_AT_MOST}
        value={name}
        error={issuesByPath(renaming.error).name}
        onChange={event => setName(event.currentTarget.value)}
      />
    </TagDialog>
  )
}

export function MergeTags({ tags, close, done }: Given & { tags: string[] }) {
  const text = useText()
  const [into, setInto] = useState(tags[0]!)
  const merging = useRetagging(() => api.post('/tags/merge', { from: tags, into }), done)
  return (
    <TagDialog
      title={text.tags.merge(tags.length)}
      hint={text.tags.mergeHint(tags.join(', '))}
      submit={text.merge.merge}
      isDisabled={!into.trim()}
      sending={merging}
      beside={['into']}
      close={close}
    >
      <TextInput
        data-autofocus
        label={text.tags.into}
        maxLength={TAG_AT_MOST}
        value={into}
        error={issuesByPath(merging.error).into}
        onChange={event => setInto(event.currentTarget.value)}
      />
      {/* In place, and not in a list that would lie over the buttons below. */}
      <Group gap={6} mt="xs" mah={140} style={{ overflow: 'auto' }}>
        {tags.map(tag => (
          <Button
            key={tag}
            size="compact-xs"
            variant={tag === into.trim() ? 'light' : 'default'}
            aria-pressed={tag === into.trim()}
            onClick={() => setInto(tag)}
          >
            {tag}
          </Button>
        ))}
      </Group>
    </TagDialog>
  )
}

export function RemoveTag({ tag, close, done }: Given & { tag: Tag }) {
  const text = useText()
  const format = useFormat()
  const removing = useRetagging(() => api.delete(`/tags/${encodeURIComponent(tag.tag)}`), done)
  return (
    <Confirm
      title={text.tags.removeTitle(tag.tag)}
      text={text.tags.removeText(format.number(tag.total))}
      submit={text.tags.remove}
      color="red"
      close={close}
      run={() => removing.mutate()}
      isSending={removing.isPending}
      error={removing.error}
    />
  )
}

type DialogGiven = {
  title: string
  hint: string
  submit: string
  isDisabled: boolean
  sending: ReturnType<typeof useRetagging>
  beside: string[]
  close: () => void
  children: ReactNode
}

function TagDialog({ title, hint, sending, children, ...foot }: DialogGiven) {
  const submit = (event: FormEvent) => {
    event.preventDefault()
    sending.mutate()
  }
  return (
    <Dialog onClose={foot.close} title={title}>
      <form noValidate onSubmit={submit}>
        <P size="sm" className="quiet" mb="sm">
          {hint}
        </P>
        {children}
        <DialogFoot {...foot} isSending={sending.isPending} error={sending.error} />
      </form>
    </Dialog>
  )
}
