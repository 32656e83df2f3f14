import { Button, Center, Loader, Text as P, Stack, Title } from '@mantine/core'
import { useWindowEvent } from '@mantine/hooks'
import { IconAlertTriangle, IconInbox, IconLock, IconMoodEmpty } from '@tabler/icons-react'
import { type ErrorComponentProps, useRouter } from '@tanstack/react-router'
import { type ComponentType, type ReactNode, useCallback, useEffect, useState } from 'react'
import { ApiError } from '#core/client/client.ts'
import { messageOf } from '../api.ts'
import { reloadedForNewBuild, reloadIfServed } from '../build.ts'
import { useText } from '../text/index.tsx'
import { CodeMissing } from './later.tsx'
import classes from './states.module.css'

type Given = {
  icon?: ComponentType<{ size?: number; stroke?: number }>
  title: string
  text?: string
  children?: ReactNode
  role?: 'status' | 'alert'
  /** 1 where it stands for the whole page. */
  order?: 1 | 2
}

/** What stands where there is nothing else to show: an icon, a sentence, and the next step. */
export function Blank({ icon: Icon = IconInbox, title, text, children, role = 'status', order = 2 }: Given) {
  return (
    <Center p="xl" mih={200} role={role}>
      <Stack align="center" gap="xs" maw={380}>
        <Icon size={32} stroke={1.25} />
        <Title order={order} size="h2" ta="center">
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

/** The outline of a whole page whose record is on its way: there at once, so that no page is ever empty. */
export function PageWaiting() {
  const text = useText()
  return (
    <div className={classes.outline} role="status" aria-busy="true" aria-label={text.app.loading}>
      <i />
      <i />
      <i />
      <i />
    </div>
  )
}

/** An address that was cut short names nothing. */
const isNoId = ({ status, issues }: ApiError): boolean =>
  status === 400 && issues.some(({ path }) => path === 'id')

/** Neither refused by the server nor kept from us by the network. */
const isOurs = (error: unknown): boolean =>
  error instanceof Error && !(error instanceof ApiError) && !(error instanceof CodeMissing)

/** Why something could not be loaded: not there, not allowed, or gone wrong, with another try. */
export function Fault({ error, retry }: { error: unknown; retry?: () => void }) {
  const text = useText()
  if (error instanceof ApiError && (error.status === 404 || isNoId(error))) return <NotFound />
  if (error instanceof ApiError && error.status === 403) return <Forbidden />
  return (
    <Blank
      icon={IconAlertTriangle}
      role="alert"
      title={text.states.errorTitle}
      text={isOurs(error) ? text.states.brokenText : messageOf(error, text.common.offline)}
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
export function Forbidden({ order }: Pick<Given, 'order'>) {
  const text = useText()
  return (
    <Blank
      icon={IconLock}
      role="alert"
      order={order}
      title={text.states.forbiddenTitle}
      text={text.states.forbiddenText}
    />
  )
}

/**
 * Why a page could not be loaded; it is tried again by itself when the network is back. Where its code is gone since the server
 * has a newer build, the page begins anew with that one.
 */
export function LoadFault({ error, reset }: ErrorComponentProps) {
  const router = useRouter()
  const isMissing = error instanceof CodeMissing
  const retry = useCallback(() => {
    if (isMissing) return void reloadIfServed()
    reset()
    void router.invalidate()
  }, [isMissing, reset, router])
  useWindowEvent('online', retry)
  const [isJudged, setJudged] = useState(!isMissing)
  useEffect(() => {
    if (isMissing) void reloadedForNewBuild().then(isGoing => setJudged(!isGoing))
  }, [isMissing])
  return isJudged ? <Fault error={error} retry={retry} /> : <Waiting />
}

export function NotFound() {
  const text = useText()
  return (
    <Blank order={1} icon={IconMoodEmpty} title={text.states.notFoundTitle} text={text.states.notFoundText}>
      <Button component="a" href="/" variant="default">
        {text.states.home}
      </Button>
    </Blank>
  )
}
