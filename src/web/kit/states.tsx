import { Button, Center, Loader, Text as P, Stack, Title } from '@mantine/core'
import { IconAlertTriangle, IconInbox, IconLock, IconMoodEmpty } from '@tabler/icons-react'
import type { ErrorComponentProps } from '@tanstack/react-router'
import { type ComponentType, type ReactNode, useEffect, useState } from 'react'
import { ApiError } from '#core/client/client.ts'
import { messageOf } from '../api.ts'
import { useText } from '../text/index.tsx'

type Given = {
  icon?: ComponentType<{ size?: number; stroke?: number }>
  title: string
  text?: string
  children?: ReactNode
  role?: 'status' | 'alert'
}

/** What stands where there is nothing else to show: an icon, a sentence, and the next step. */
export function Blank({ icon: Icon = IconInbox, title, text, children, role = 'status' }: Given) {
  return (
    <Center p="xl" mih={200} role={role}>
      <Stack align="center" gap="xs" maw={380}>
        <Icon size={32} stroke={1.25} />
        <Title order={2} ta="center">
          {title}
        </Title>
        {text && (
          <P size="sm" className="quiet" ta="center">
            {text}
          </P>
        )}
        {children}
      </Stack>
    </Center>
  )
}

/** Shows nothing for a moment, so that what comes quickly does not flicker. */
export function Waiting() {
  const text = useText()
  const [isLate, setLate] = useState(false)
  useEffect(() => {
    const timer = setTimeout(() => setLate(true), 200)
    return () => clearTimeout(timer)
  }, [])
  return (
    <Center p="xl" mih={200} role="status" aria-busy="true" aria-label={text.app.loading}>
      {isLate && <Loader size="sm" />}
    </Center>
  )
}

/** Why something could not be loaded: not there, not allowed, or gone wrong, with another try. */
export function Fault({ error, retry }: { error: unknown; retry?: () => void }) {
  const text = useText()
  if (error instanceof ApiError && error.status === 404) return <NotFound />
  if (error instanceof ApiError && error.status === 403) return <Forbidden />
  return (
    <Blank
      icon={IconAlertTriangle}
      role="alert"
      title={text.states.errorTitle}
      text={messageOf(error, text.common.offline)}
    >
      {retry && (
        <Button variant="default" onClick={retry}>
          {text.common.retry}
        </Button>
      )}
    </Blank>
  )
}

/** What somebody sees whose role is not enough. */
export function Forbidden() {
  const text = useText()
  return (
    <Blank icon={IconLock} role="alert" title={text.states.forbiddenTitle} text={text.states.forbiddenText} />
  )
}

export const LoadFault = ({ error, reset }: ErrorComponentProps) => <Fault error={error} retry={reset} />

export function NotFound() {
  const text = useText()
  return (
    <Blank icon={IconMoodEmpty} title={text.states.notFoundTitle} text={text.states.notFoundText}>
      <Button component="a" href="/" variant="default">
        {text.states.home}
      </Button>
    </Blank>
  )
}
