import { ActionIcon, Drawer, Kbd, Text as P, Title, UnstyledButton } from '@mantine/core'
import { useDisclosure, useHotkeys, useMediaQuery } from '@mantine/hooks'
import {
  IconArrowUp,
  IconMessageCircleBolt,
  IconMessages,
  IconPlayerStopFilled,
  IconPlus,
} from '@tabler/icons-react'
import { useNavigate, useParams, useSearch } from '@tanstack/react-router'
import { type KeyboardEvent, useEffect, useRef, useState } from 'react'
import { useMay } from '#web/api.ts'
import { Fault, Forbidden, Waiting } from '#web/kit/states.tsx'
import { useText } from '#web/text/index.tsx'
import classes from './assistant.module.css'
import { type Chat, useChat } from './chat.page.tsx'
import { Conversations } from './conversations.page.tsx'
import type { Part, Proposal } from './model.page.tsx'
import { Thread } from './thread.page.tsx'

/** The page on which one talks with the assistant: conversations on the left, what was said, and where one writes. */
export default function Assistant() {
  const { id } = useParams({ strict: false }) as { id?: string }
  const { write } = useMay()
  if (!write) return <Forbidden order={1} />
  // Another conversation is another page: nothing of the one before may stay.
  return <Talk key={id ?? 'new'} id={id} />
}

function Talk({ id }: { id: string | undefined }) {
  const text = useText()
  const navigate = useNavigate()
  const chat = useChat(id)
  const [isListOpen, list] = useDisclosure()
  const isNarrow = useMediaQuery('(max-width: 62em)', undefined, { getInitialValueInEffect: false })
  useAsked(chat)
  useDecisionKeys(chat)
  const begin = () => navigate({ to: '/assistant' })
  return (
    <div className={classes.page}>
      {!isNarrow && (
        <aside className={classes.side} aria-label={text.assistant.conversations}>
          <Conversations current={id} />
        </aside>
      )}
      <section className={classes.talk}>
        <header className={classes.head}>
          {isNarrow && (
            <ActionIcon size="lg" onClick={list.open} aria-label={text.assistant.conversations}>
              <IconMessages size={18} />
            </ActionIcon>
          )}
          <Title order={1} className="one-line">
            {chat.kept.data?.title ?? text.assistant.title}
          </Title>
          {id && isNarrow && (
            <ActionIcon size="lg" ml="auto" onClick={begin} aria-label={text.assistant.begin}>
              <IconPlus size={18} />
            </ActionIcon>
          )}
        </header>
        <Said id={id} chat={chat} />
        <Composer chat={chat} />
      </section>
      <Drawer
        opened={isListOpen}
        onClose={list.close}
        title={text.assistant.conversations}
        size="xs"
        closeButtonProps={{ 'aria-label': text.common.close }}
      >
        <Conversations current={id} chosen={list.close} />
      </Drawer>
    </div>
  )
}

function Said({ id, chat }: { id: string | undefined; chat: Chat }) {
  if (id && chat.kept.isPending) return <Waiting />
  if (id && chat.kept.isError && !chat.pending)
    return <Fault error={chat.kept.error} retry={() => chat.kept.refetch()} />
  if (!chat.messages.length && !chat.pending) return <Examples chat={chat} />
  return <Thread chat={chat} />
}

/** What stands on the empty page: what can be asked, ready to be asked. */
function Examples({ chat }: { chat: Chat }) {
  const text = useText()
  return (
    <div className={classes.scroll}>
      <div className={classes.examples}>
        <IconMessageCircleBolt size={32} stroke={1.25} />
        <Title order={2}>{text.assistant.emptyTitle}</Title>
        <P size="sm" className="quiet" ta="center" maw={460}>
          {text.assistant.emptyText}
        </P>
        <ul>
          {text.assistant.examples.map(example => (
            <li key={example}>
              <UnstyledButton className={classes.example} onClick={() => chat.send(example)}>
                {example}
              </UnstyledButton>
            </li>
          ))}
        </ul>
      </div>
    </div>
  )
}

function Composer({ chat }: { chat: Chat }) {
  const text = useText()
  const [typed, setTyped] = useState('')
  const field = useRef<HTMLTextAreaElement>(null)
  useEffect(() => field.current?.focus(), [])
  const submit = () => {
    const content = typed.trim()
    if (!content || chat.isBusy) return
    setTyped('')
    chat.send(content)
  }
  const onKey = (event: KeyboardEvent) => {
    if (event.key === 'Escape' && chat.isBusy) chat.stop()
    if (
      event.key !== 'Enter' ||
      event.shiftKey ||
      event.ctrlKey ||
      event.metaKey ||
      event.nativeEvent.isComposing
    )
      return
    event.preventDefault()
    submit()
  }
  return (
    <form
      className={classes.composer}
      onSubmit={event => {
        event.preventDefault()
        submit()
      }}
    >
      <div className={classes.field}>
        <textarea
          ref={field}
          rows={1}
          maxLength={20_000}
          value={typed}
          placeholder={text.assistant.placeholder}
          aria-label={text.assistant.placeholder}
          onChange={event => setTyped(event.currentTarget.value)}
          onKeyDown={onKey}
        />
        {chat.isBusy ? (
          <ActionIcon
            variant="default"
            size={32}
            radius="xl"
            onClick={chat.stop}
            aria-label={text.assistant.stop}
          >
            <IconPlayerStopFilled size={14} />
          </ActionIcon>
        ) : (
          <ActionIcon
            type="submit"
            variant="filled"
            color="ink"
            size={32}
            radius="xl"
            disabled={!typed.trim()}
            aria-label={text.assistant.send}
          >
            <IconArrowUp size={16} />
          </ActionIcon>
        )}
      </div>
      <p className={`quiet ${classes.hint}`}>
        <Kbd size="xs">Enter</Kbd> {text.assistant.hintSend} · <Kbd size="xs">Shift Enter</Kbd>{' '}
        {text.assistant.hintLine} · {text.assistant.hintSafe}
      </p>
    </form>
  )
}

/** A question that came with the address, from the palette: asked once, and taken out of the address. */
function useAsked(chat: Chat) {
  const navigate = useNavigate()
  const { q } = useSearch({ strict: false }) as { q?: string }
  const asked = useRef<string>(undefined)
  useEffect(() => {
    if (typeof q !== 'string' || !q.trim() || asked.current === q) return
    asked.current = q
    navigate({ to: '.', search: {} as never, replace: true })
    chat.send(q.trim())
  }, [q, navigate, chat.send])
}

/** The last proposal that waits: Ctrl or ⌘ with Enter does it, with Backspace it is put away. */
function useDecisionKeys(chat: Chat) {
  const parts: Part[] = [...(chat.messages.at(-1)?.parts ?? []), ...(chat.pending?.parts ?? [])]
  const waiting = parts
    .flatMap((part): Proposal[] => (part.type === 'proposal' ? [chat.current(part.proposal)] : []))
    .filter(({ status }) => status === 'PENDING')
  const press = (verb: 'confirm' | 'reject') => () => {
    const id = waiting.at(-1)?.id
    document.querySelector<HTMLButtonElement>(`[data-proposal="${id}"] [data-verb="${verb}"]`)?.click()
  }
  useHotkeys(
    [
      ['mod+Enter', press('confirm')],
      ['mod+Backspace', press('reject')],
    ],
    [],
  )
}
