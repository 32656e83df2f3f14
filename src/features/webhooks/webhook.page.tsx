import { Alert, Button, Group, Menu } from '@mantine/core'
import { useMutation, useQuery } from '@tanstack/react-query'
import { Link, useNavigate, useParams } from '@tanstack/react-router'
import { useState } from 'react'
import { api, messageOf, queries } from '#web/api.ts'
import { Confirm } from '#web/kit/confirm.tsx'
import { useFormat } from '#web/kit/format.ts'
import { MoreMenu } from '#web/kit/more-menu.tsx'
import { tell, tellFault } from '#web/kit/notify.tsx'
import { SecretAddress } from '#web/kit/secret-address.tsx'
import { Fault, PageWaiting } from '#web/kit/states.tsx'
import { SettingsPage } from '#web/settings/kit.tsx'
import { useText } from '#web/text/index.tsx'
import { Deliveries } from './deliveries.page.tsx'
import { type Webhook, webhooksKey } from './model.page.tsx'
import { WebhookDialog } from './webhook-dialog.page.tsx'

/** One webhook: how it stands, and what was sent. */
export default function WebhookPage() {
  const { id } = useParams({ strict: false }) as { id: string }
  const { data, error, refetch } = useQuery({
    queryKey: [...webhooksKey, id],
    queryFn: () => api.get<Webhook>(`/webhooks/${id}`),
  })
  if (error) return <Fault error={error} retry={refetch} />
  if (!data) return <PageWaiting />
  return <Whole webhook={data} />
}

type Asked = 'edit' | 'rotate' | 'delete'

function Whole({ webhook }: { webhook: Webhook }) {
  const text = useText()
  const navigate = useNavigate()
  const [asked, ask] = useState<Asked>()
  const refresh = () => {
    ask(undefined)
    queries.invalidateQueries({ queryKey: webhooksKey })
  }
  const fault = (error: unknown) => tellFault(messageOf(error, text.common.offline))
  const path = `/webhooks/${webhook.id}`
  const pausing = useMutation({
    mutationFn: () => api.patch(path, { isActive: !webhook.isActive }),
    onSuccess: refresh,
    onError: fault,
  })
  const testing = useMutation({
    mutationFn: () => api.post(`${path}/test`, {}),
    onSuccess() {
      tell(text.webhooks.tested)
      refresh()
    },
    onError: fault,
  })
  const rotating = useMutation({
    mutationFn: () => api.post<{ secret: string }>(`${path}/rotate-secret`, {}),
    onSuccess: refresh,
  })
  const removing = useMutation({
    mutationFn: () => api.delete(path),
    onSuccess() {
      tell(text.pipelines.deleted(webhook.name ?? webhook.url))
      queries.removeQueries({ queryKey: [...webhooksKey, webhook.id] })
      queries.invalidateQueries({ queryKey: webhooksKey, exact: true })
      navigate({ to: '/settings/webhooks' })
    },
  })
  return (
    <SettingsPage
      title={webhook.name ?? webhook.url}
      hint={
        <>
          <Link to="/settings/webhooks" className="link">
            {text.webhooks.title}
          </Link>{' '}
          {webhook.name && `· ${webhook.url} `}· {webhook.events.join(', ')}
        </>
      }
      action={
        <Group gap="xs">
          <Button variant="default" loading={testing.isPending} onClick={() => testing.mutate()}>
            {text.webhooks.test}
          </Button>
          <Button variant="default" loading={pausing.isPending} onClick={() => pausing.mutate()}>
            {webhook.isActive ? text.webhooks.pause : text.webhooks.resume}
          </Button>
          <MoreMenu>
            <Menu.Item onClick={() => ask('edit')}>{text.common.edit}</Menu.Item>
            <Menu.Item onClick={() => ask('rotate')}>{text.webhooks.rotate}</Menu.Item>
            <Menu.Item color="red" onClick={() => ask('delete')}>
              {text.common.delete}
            </Menu.Item>
          </MoreMenu>
        </Group>
      }
    >
      <Standing webhook={webhook} />
      {rotating.data && (
        <SecretAddress label={text.webhooks.newSecret} url={rotating.data.secret} hint={text.webhooks.once} />
      )}
      <Deliveries webhookId={webhook.id} />
      {asked === 'edit' && <WebhookDialog webhook={webhook} close={() => ask(undefined)} done={refresh} />}
      {asked === 'rotate' && (
        <Confirm
          title={text.webhooks.rotate}
          text={text.webhooks.rotateText}
          submit={text.webhooks.rotate}
          close={() => ask(undefined)}
          run={() => rotating.mutate()}
          isSending={rotating.isPending}
          error={rotating.error}
        />
      )}
      {asked === 'delete' && (
        <Confirm
          title={text.pipelines.deleteTitle(webhook.name ?? webhook.url)}
          text={text.webhooks.deleteText}
          submit={text.common.delete}
          color="red"
          close={() => ask(undefined)}
          run={() => removing.mutate()}
          isSending={removing.isPending}
          error={removing.error}
        />
      )}
    </SettingsPage>
  )
}

function Standing({ webhook }: { webhook: Webhook }) {
  const text = useText()
  const format = useFormat()
  const { isActive, pausedReason, pausedAt, waiting, nextAttemptAt, previousSecretUntil } = webhook
  return (
    <>
      {!isActive && (
        <Alert color="orange" variant="light" py="xs">
          {text.webhooks.pausedSince(pausedAt ? format.moment(pausedAt) : '–')}{' '}
          {pausedReason ? `${pausedReason} ` : ''}
          {text.webhooks.pausedHint}
        </Alert>
      )}
      {isActive && waiting > 0 && (
        <Alert color="orange" variant="light" py="xs">
          {text.webhooks.waiting(format.number(waiting))}
          {nextAttemptAt ? ` · ${text.webhooks.next(format.moment(nextAttemptAt))}` : ''}
        </Alert>
      )}
      {previousSecretUntil && (
        <Alert variant="light" py="xs">
          {text.webhooks.bothUntil(format.moment(previousSecretUntil))}
        </Alert>
      )}
    </>
  )
}
