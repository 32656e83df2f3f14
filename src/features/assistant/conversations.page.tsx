import { Button, Menu, TextInput } from '@mantine/core'
import { IconPencil, IconPlus, IconTrash } from '@tabler/icons-react'
import { useMutation, useQuery } from '@tanstack/react-query'
import { Link, useNavigate } from '@tanstack/react-router'
import { type FormEvent, useState } from 'react'
import { api, messageOf, queries } from '#web/api.ts'
import { Dialog } from '#web/kit/dialog.tsx'
import { DialogFoot } from '#web/kit/dialog-foot.tsx'
import { MoreMenu } from '#web/kit/more-menu.tsx'
import { tellFault } from '#web/kit/notify.tsx'
import { Fault, Waiting } from '#web/kit/states.tsx'
import { useText } from '#web/text/index.tsx'
import classes from './assistant.module.css'
import { type Conversation, conversationQuery, conversationsQuery } from './model.page.tsx'

/** One's conversations, the newest first, with what may be done to each. */
export function Conversations({ current, chosen }: { current: string | undefined; chosen?: () => void }) {
  const text = useText()
  const { data, error, isPending, refetch } = useQuery(conversationsQuery)
  const [renamed, setRenamed] = useState<Conversation>()
  return (
    <div className={classes.conversations}>
      <Button
        component={Link}
        to="/assistant"
        variant="default"
        fullWidth
        leftSection={<IconPlus size={14} />}
        onClick={chosen}
      >
        {text.assistant.begin}
      </Button>
      {isPending && <Waiting />}
      {error && <Fault error={error} retry={refetch} />}
      {data && !data.length && <p className={`quiet ${classes.none}`}>{text.assistant.none}</p>}
      <ul className={classes.list}>
        {data?.map(conversation => (
          <li
            key={conversation.id}
            className={classes.entry}
            data-active={conversation.id === current || undefined}
          >
            <Link
              to="/assistant/$id"
              params={{ id: conversation.id } as never}
              className="one-line"
              title={conversation.title}
              aria-current={conversation.id === current ? 'page' : undefined}
              onClick={chosen}
            >
              {conversation.title}
            </Link>
            <MoreMenu label={conversation.title} size={24}>
              <Menu.Item leftSection={<IconPencil size={14} />} onClick={() => setRenamed(conversation)}>
                {text.assistant.rename}
              </Menu.Item>
              <Remove conversation={conversation} isOpen={conversation.id === current} />
            </MoreMenu>
          </li>
        ))}
      </ul>
      {renamed && <Rename conversation={renamed} close={() => setRenamed(undefined)} />}
    </div>
  )
}

function Remove({ conversation: { id }, isOpen }: { conversation: Conversation; isOpen: boolean }) {
  const text = useText()
  const navigate = useNavigate()
  const remove = async () => {
    try {
      await api.delete(`/ai/conversations/${id}`)
      if (isOpen) await navigate({ to: '/assistant' })
      queries.removeQueries(conversationQuery(id))
      queries.invalidateQueries(conversationsQuery)
    } catch (error) {
      tellFault(messageOf(error, text.common.offline))
    }
  }
  return (
    <Menu.Item color="red" leftSection={<IconTrash size={14} />} onClick={remove}>
      {text.assistant.remove}
    </Menu.Item>
  )
}

function Rename({ conversation, close }: { conversation: Conversation; close: () => void }) {
  const text = useText()
  const [title, setTitle] = useState(conversation.title)
  const { mutate, isPending, error } = useMutation({
    mutationFn: () => api.patch(`/ai/conversations/${conversation.id}`, { title: title.trim() }),
    onSuccess() {
      queries.invalidateQueries(conversationsQuery)
      queries.invalidateQueries(conversationQuery(conversation.id))
      close()
    },
  })
  const submit = (event: FormEvent) => {
    event.preventDefault()
    if (title.trim()) mutate()
  }
  return (
    <Dialog onClose={close} title={text.assistant.rename}>
      <form noValidate onSubmit={submit}>
        <TextInput
          data-autofocus
          maxLength={80}
          label={text.assistant.name}
          value={title}
          onChange={event => setTitle(event.currentTarget.value)}
        />
        <DialogFoot submit={text.common.save} close={close} isSending={isPending} error={error} />
      </form>
    </Dialog>
  )
}
