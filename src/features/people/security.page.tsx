import { Button } from '@mantine/core'
import { useMutation, useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { api, queries } from '#web/api.ts'
import { Confirm } from '#web/kit/confirm.tsx'
import { useFormat } from '#web/kit/format.ts'
import { tell } from '#web/kit/notify.tsx'
import { Fault, Waiting } from '#web/kit/states.tsx'
import { Part, SettingsPage } from '#web/settings/kit.tsx'
import { useOptimistic } from '#web/settings/optimistic.ts'
import classes from '#web/settings/settings.module.css'
import { useText } from '#web/text/index.tsx'
import { deviceOf } from './device.ts'
import { TwoFactor } from './two-factor.page.tsx'

/** The second factor, and where one is signed in. */
export default function Security() {
  const text = useText()
  return (
    <SettingsPage title={text.security.title}>
      <TwoFactor />
      <Sessions />
    </SettingsPage>
  )
}

type Session = {
  id: string
  isCurrent: boolean
  userAgent: string | null
  ip: string | null
  createdAt: string
  usedAt: string
}
type Sessions = { rows: Session[] }
const KEY = ['sessions']

function Sessions() {
  const text = useText()
  const [isAsking, ask] = useState(false)
  const { data, error, refetch } = useQuery({
    queryKey: KEY,
    queryFn: () => api.get<Sessions>('/auth/sessions'),
  })
  const revoking = useOptimistic<Sessions, Session>({
    key: KEY,
    apply: ({ rows, ...page }, gone) => ({ ...page, rows: rows.filter(({ id }) => id !== gone.id) }),
    send: ({ id }) => api.delete(`/auth/sessions/${id}`),
  })
  const revokingAll = useMutation({
    mutationFn: () => api.delete('/auth/sessions'),
    onSuccess() {
      ask(false)
      tell(text.security.othersEnded)
      queries.invalidateQueries({ queryKey: KEY })
    },
  })
  const others = data?.rows.filter(({ isCurrent }) => !isCurrent).length ?? 0
  return (
    <Part
      title={text.security.sessions}
      hint={text.security.sessionsHint}
      action={
        others > 0 && (
          <Button variant="default" onClick={() => ask(true)}>
            {text.security.endOthers}
          </Button>
        )
      }
    >
      {error ? (
        <Fault error={error} retry={refetch} />
      ) : !data ? (
        <Waiting />
      ) : (
        <ul className={`card ${classes.list}`}>
          {data.rows.map(session => (
            <SessionRow key={session.id} session={session} end={() => revoking.mutate(session)} />
          ))}
        </ul>
      )}
      {isAsking && (
        <Confirm
          title={text.security.endOthers}
          text={text.security.endOthersText}
          submit={text.security.endOthers}
          color="red"
          close={() => ask(false)}
          run={() => revokingAll.mutate()}
          isSending={revokingAll.isPending}
          error={revokingAll.error}
        />
      )}
    </Part>
  )
}

function SessionRow({ session, end }: { session: Session; end: () => void }) {
  const text = useText()
  const format = useFormat()
  const device = deviceOf(session.userAgent) ?? text.security.unknownDevice
  return (
    <li>
      <div className={classes.main}>
        <b className="one-line" title={session.userAgent ?? undefined}>
          {device}
        </b>
        <span className="quiet">
          {[
            session.isCurrent ? text.security.thisOne : text.security.lastUsed(format.ago(session.usedAt)),
            session.ip,
            text.security.since(format.day(session.createdAt)),
          ]
            .filter(Boolean)
            .join(' · ')}
        </span>
      </div>
      {!session.isCurrent && (
        <Button
          variant="default"
          size="compact-xs"
          aria-label={`${text.security.end}: ${device}`}
          onClick={end}
        >
          {text.security.end}
        </Button>
      )}
    </li>
  )
}
