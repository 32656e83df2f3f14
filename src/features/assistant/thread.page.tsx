import { Alert, Button, Group, Loader, UnstyledButton } from '@mantine/core'
import { IconAlertTriangle, IconCheck, IconX } from '@tabler/icons-react'
import { Suspense, useEffect, useLayoutEffect, useRef } from 'react'
import { later } from '#web/kit/later.tsx'
import { useText } from '#web/text/index.tsx'
import classes from './assistant.module.css'
import type { Chat, Pending } from './chat.page.tsx'
import type { Part } from './model.page.tsx'
import { ProposalCard } from './proposal.page.tsx'

const Markdown = later(() => import('./markdown.page.tsx'))

/** Nearer to the end than this, the reader follows what comes. */
const FOLLOWED_PX = 120

/** What was said, in its order; what is being said last. */
export function Thread({ chat }: { chat: Chat }) {
  const text = useText()
  const { messages, pending } = chat
  const end = useFollowed()
  return (
    <div className={classes.scroll} ref={end}>
      <div className={classes.thread} role="log" aria-label={text.assistant.title} aria-busy={chat.isBusy}>
        {messages.map(({ id, role, content, parts }, at) =>
          role === 'user' ? (
            <Question key={id} content={content} />
          ) : (
            <Answer
              key={id}
              parts={parts.length ? parts : [{ type: 'text', text: content }]}
              chat={chat}
              isLast={at === messages.length - 1 && !pending}
            />
          ),
        )}
        {pending?.content && <Question content={pending.content} />}
        {pending && (pending.parts.length > 0 || chat.isBusy) && (
          <Answer parts={pending.parts} chat={chat} isLast isGoing={chat.isBusy} />
        )}
        {pending?.error && (
          <Alert
            color="red"
            variant="light"
            role="alert"
            icon={<IconAlertTriangle size={16} />}
            title={text.assistant.failed}
            withCloseButton
            closeButtonLabel={text.common.close}
            onClose={chat.forget}
          >
            {pending.error}
            {pending.again && <Again again={pending.again} send={chat.send} />}
          </Alert>
        )}
      </div>
    </div>
  )
}

function Again({ again, send }: { again: NonNullable<Pending['again']>; send: Chat['send'] }) {
  const text = useText()
  return (
    <Group gap="xs" mt="xs">
      <Button variant="default" onClick={() => send(again.content)}>
        {text.common.retry}
      </Button>
      {again.isWithoutModel && (
        <Button variant="default" onClick={() => send(again.content, true)}>
          {text.assistant.byRules}
        </Button>
      )}
    </Group>
  )
}

const Question = ({ content }: { content: string }) => <div className={classes.question}>{content}</div>

type AnswerGiven = { parts: Part[]; chat: Chat; isLast: boolean; isGoing?: boolean }

function Answer({ parts, chat, isLast, isGoing = false }: AnswerGiven) {
  const text = useText()
  const steps = parts.filter(part => part.type === 'tool')
  const hasText = parts.some(part => part.type === 'text' && part.text.trim())
  return (
    <article className={classes.answer}>
      {steps.length > 0 && <Steps steps={steps} />}
      <Suspense fallback={<p>{parts.map(part => (part.type === 'text' ? part.text : '')).join('')}</p>}>
        {inOrder(parts).map((part, at) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: parts are only ever added at the end of their kind
          <One key={`${part.type}-${at}`} {...{ part, chat, isLast }} />
        ))}
      </Suspense>
      {isGoing && !hasText && (
        <p className={`quiet ${classes.thinking}`} role="status">
          <Loader size={12} /> {text.assistant.thinking}
        </p>
      )}
    </article>
  )
}

/** What is to be decided stands below what is said about it, next to where one answers. */
const inOrder = (parts: Part[]): Part[] => {
  const isLower = ({ type }: Part) => type === 'proposal' || type === 'question'
  return [...parts.filter(part => !isLower(part)), ...parts.filter(isLower)]
}

function One({ part, chat, isLast }: { part: Part; chat: Chat; isLast: boolean }) {
  const text = useText()
  if (part.type === 'text') return part.text.trim() ? <Markdown text={part.text} /> : null
  if (part.type === 'proposal')
    return (
      <ProposalCard
        proposal={chat.current(part.proposal)}
        decide={chat.decide}
        error={chat.refusal(part.proposal)}
        isLast={isLast}
      />
    )
  if (part.type === 'question' && isLast && !chat.isBusy)
    return (
      <ul className={classes.options} aria-label={text.assistant.whichOne}>
        {part.question.options.map(({ recordId, recordType, title, facts }, at) => (
          <li key={recordId}>
            <UnstyledButton className={classes.example} onClick={() => chat.send(String(at + 1))}>
              {title}{' '}
              <span className="quiet">
                {[text.labels[recordType] ?? recordType, facts].filter(Boolean).join(' · ')}
              </span>
            </UnstyledButton>
          </li>
        ))}
      </ul>
    )
  if (part.type === 'warning' && part.code === 'AI_FALLBACK') return <p className="quiet">{part.message}</p>
  return null
}

/** What was looked at, in one quiet line; what went wrong, by itself. */
function Steps({ steps }: { steps: Extract<Part, { type: 'tool' }>[] }) {
  const text = useText()
  const names = [...new Set(steps.map(({ name, title }) => text.assistant.tools[name] ?? title))]
  const failed = steps.filter(({ error }) => error)
  return (
    <p className={`quiet ${classes.steps}`}>
      {failed.length === steps.length ? <IconX size={12} /> : <IconCheck size={12} />}
      <span>
        {names.join(' · ')}
        {failed.length > 0 && ` (${text.assistant.stepsFailed(failed.length)})`}
      </span>
    </p>
  )
}

/** Keeps the end in sight while the reader is there, and leaves whoever has scrolled up where they are. */
function useFollowed() {
  const box = useRef<HTMLDivElement>(null)
  const isNear = useRef(true)
  useEffect(() => {
    const element = box.current
    if (!element) return
    let before = { top: element.scrollTop, height: element.scrollHeight }
    // Only who scrolls up goes away from the end; what shrinks and grows does not take them from it.
    const look = () => {
      const { scrollTop: top, scrollHeight: height, clientHeight } = element
      if (height - top - clientHeight < FOLLOWED_PX) isNear.current = true
      else if (top < before.top && height === before.height) isNear.current = false
      before = { top, height }
    }
    element.addEventListener('scroll', look, { passive: true })
    // What is drawn later, such as Markdown that had to be fetched first, moves the end as well.
    const watch = new ResizeObserver(() => {
      if (isNear.current) element.scrollTop = element.scrollHeight
    })
    if (element.firstElementChild) watch.observe(element.firstElementChild)
    return () => {
      element.removeEventListener('scroll', look)
      watch.disconnect()
    }
  }, [])
  useLayoutEffect(() => {
    if (box.current && isNear.current) box.current.scrollTop = box.current.scrollHeight
  })
  return box
}
