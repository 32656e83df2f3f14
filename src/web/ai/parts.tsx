import { ActionIcon, Badge, Button, Group, Text as P } from '@mantine/core'
import { IconInfoCircle, IconMail, IconPlus, IconRefresh } from '@tabler/icons-react'
import type { UseQueryResult } from '@tanstack/react-query'
import type { ReactNode } from 'react'
import { useMay } from '../api.ts'
import { useFormat } from '../kit/format.ts'
import { Fault, Waiting } from '../kit/states.tsx'
import { useText } from '../text/index.tsx'
import classes from './ai.module.css'
import { Grounds } from './evidence.tsx'
import { type Advice, type Common, type OneClick, useOneClick } from './model.ts'

type AnsweredGiven<T> = { query: UseQueryResult<T & Common>; children: (answer: T & Common) => ReactNode }

/** An answer with its states, what it does not know, and who made it. */
export function Answered<T>({ query, children }: AnsweredGiven<T>) {
  if (query.isPending) return <Waiting />
  if (query.isError) return <Fault error={query.error} retry={query.refetch} />
  return (
    <div className={classes.answer}>
      <Warnings warnings={query.data.warnings} />
      {children(query.data)}
      <Maker answer={query.data} query={query} />
    </div>
  )
}

/** What is missing is said before the answer. */
export function Warnings({ warnings }: Pick<Common, 'warnings'>) {
  if (!warnings.length) return null
  return (
    <ul className={classes.warnings}>
      {warnings.map(({ code, message }) => (
        <li key={code + message}>
          <IconInfoCircle size={14} />
          <span>{message}</span>
        </li>
      ))}
    </ul>
  )
}

function Maker({ answer, query }: { answer: Common; query: { refetch: () => void; isFetching: boolean } }) {
  const text = useText()
  const format = useFormat()
  const by = answer.provider === 'builtin' ? text.ai.byStatistics : text.ai.byModel(answer.model)
  return (
    <Group gap={6} className={`quiet ${classes.maker}`} wrap="nowrap">
      <span>
        {by} · {text.ai.sure(Math.round(answer.confidence * 100))} · {format.ago(answer.generatedAt)}
      </span>
      <ActionIcon
        size={22}
        ml="auto"
        aria-label={text.ai.again}
        title={text.ai.again}
        loading={query.isFetching}
        onClick={() => query.refetch()}
      >
        <IconRefresh size={14} />
      </ActionIcon>
    </Group>
  )
}

export function Part({ title, children }: { title: string; children: ReactNode }) {
  return (
    <section className={classes.part}>
      <h3>{title}</h3>
      {children}
    </section>
  )
}

const SEVERITIES: Record<string, string> = { HIGH: 'red', MEDIUM: 'orange', LOW: 'gray' }

export function Severity({ value }: { value: string }) {
  const text = useText()
  return (
    <Badge size="xs" radius="sm" tt="none" variant="light" color={SEVERITIES[value] ?? 'gray'}>
      {text.ai.severities[value] ?? value}
    </Badge>
  )
}

type ListGiven = { advice: readonly Advice[]; leave?: () => void; draft?: (click: OneClick) => void }

/** What to do, why, on what it rests, and the button that does it. */
export function AdviceList({ advice, leave, draft }: ListGiven) {
  const text = useText()
  const may = useMay()
  const making = useOneClick()
  return (
    <ul className={classes.list}>
      {advice.map(({ key, action, reason, evidence, create }) => (
        <li key={key}>
          <P size="sm" fw={600}>
            {action}
          </P>
          <P size="xs" className="quiet">
            {reason}
          </P>
          <Grounds evidence={evidence.slice(0, 2)} leave={leave} />
          {may.write && create?.path === '/tasks' && (
            <Button
              variant="default"
              size="compact-xs"
              leftSection={<IconPlus size={12} />}
              loading={making.isPending && making.variables === create}
              onClick={() => making.mutate(create)}
            >
              {text.ai.makeTask}
            </Button>
          )}
          {may.write && create?.path === '/ai/email-draft' && draft && (
            <Button
              variant="default"
              size="compact-xs"
              leftSection={<IconMail size={12} />}
              onClick={() => draft(create)}
            >
              {text.ai.makeDraft}
            </Button>
          )}
        </li>
      ))}
    </ul>
  )
}
