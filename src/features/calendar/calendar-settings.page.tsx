import { Button, Group, Text as P } from '@mantine/core'
import { useMutation, useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { api, queries } from '#web/api.ts'
import { Confirm } from '#web/kit/confirm.tsx'
import { useFormat } from '#web/kit/format.ts'
import { tell } from '#web/kit/notify.tsx'
import { SecretAddress } from '#web/kit/secret-address.tsx'
import { Fault, Waiting } from '#web/kit/states.tsx'
import { SettingsPage } from '#web/settings/kit.tsx'
import { useText } from '#web/text/index.tsx'

const KEY = ['calendar', 'feed']

/** The address by which calendar programs read one's tasks and visits. */
export default function CalendarSettings() {
  const text = useText()
  const format = useFormat()
  const [asked, ask] = useState<'renew' | 'revoke'>()
  const { data, error, refetch } = useQuery({
    queryKey: KEY,
    queryFn: () => api.get<{ isActive: boolean; createdAt: string | null }>('/calendar/feed'),
  })
  const refresh = () => {
    ask(undefined)
    queries.invalidateQueries({ queryKey: KEY })
  }
  const making = useMutation({
    mutationFn: () => api.post<{ url: string }>('/calendar/feed', {}),
    onSuccess: refresh,
  })
  const revoking = useMutation({
    mutationFn: () => api.delete('/calendar/feed'),
    onSuccess() {
      making.reset()
      tell(text.feed.revoked)
      refresh()
    },
  })
  if (error) return <Fault error={error} retry={refetch} />
  if (!data) return <Waiting />
  return (
    <SettingsPage title={text.feed.title} hint={text.feed.hint}>
      <P size="sm" className="quiet">
        {data.createdAt ? text.feed.since(format.day(data.createdAt)) : text.feed.none}
      </P>
      {making.data && (
        <SecretAddress label={text.feed.address} url={making.data.url} hint={text.feed.secret} />
      )}
      <Group gap="xs">
        <Button
          variant={data.isActive ? 'default' : 'filled'}
          loading={making.isPending}
          onClick={() => (data.isActive ? ask('renew') : making.mutate())}
        >
          {data.isActive ? text.feed.renew : text.feed.make}
        </Button>
        {data.isActive && (
          <Button variant="default" onClick={() => ask('revoke')}>
            {text.feed.revoke}
          </Button>
        )}
      </Group>
      {asked === 'renew' && (
        <Confirm
          title={text.feed.renew}
          text={text.feed.renewText}
          submit={text.feed.renew}
          close={() => ask(undefined)}
          run={() => making.mutate()}
          isSending={making.isPending}
          error={making.error}
        />
      )}
      {asked === 'revoke' && (
        <Confirm
          title={text.feed.revoke}
          text={text.feed.revokeText}
          submit={text.feed.revoke}
          color="red"
          close={() => ask(undefined)}
          run={() => revoking.mutate()}
          isSending={revoking.isPending}
          error={revoking.error}
        />
      )}
    </SettingsPage>
  )
}
