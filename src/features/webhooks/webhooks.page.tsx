import { Badge, Button } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { useState } from 'react'
import { api } from '#web/api.ts'
import { useFormat } from '#web/kit/format.ts'
import { SecretAddress } from '#web/kit/secret-address.tsx'
import { Blank, Fault, Waiting } from '#web/kit/states.tsx'
import { SettingsPage } from '#web/settings/kit.tsx'
import classes from '#web/settings/settings.module.css'
import { useText } from '#web/text/index.tsx'
import { type Webhook, webhooksKey } from './model.page.tsx'
import { WebhookDialog } from './webhook-dialog.page.tsx'

const WEBHOOKS_AT_MOST = 200

/** Where events of the workspace are sent to. */
export default function Webhooks() {
  const text = useText()
  const [isMaking, setMaking] = useState(false)
  const [made, setMade] = useState<Webhook & { secret: string }>()
  const { data, error, refetch } = useQuery({
    queryKey: webhooksKey,
    queryFn: () => api.get<{ rows: Webhook[] }>('/webhooks', { query: { limit: WEBHOOKS_AT_MOST } }),
  })
  if (error) return <Fault error={error} retry={refetch} />
  if (!data) return <Waiting />
  return (
    <SettingsPage
      title={text.webhooks.title}
      hint={text.webhooks.hint}
      action={<Button onClick={() => setMaking(true)}>{text.webhooks.create}</Button>}
    >
      {made && (
        <SecretAddress
          label={text.webhooks.secret(made.name ?? made.url)}
          url={made.secret}
          hint={text.webhooks.once}
        />
      )}
      {data.rows.length ? (
        <ul className={`card ${classes.list}`} aria-label={text.webhooks.title}>
          {data.rows.map(webhook => (
            <WebhookRow key={webhook.id} webhook={webhook} />
          ))}
        </ul>
      ) : (
        <Blank title={text.webhooks.empty} text={text.webhooks.emptyHint}>
          <Button variant="default" onClick={() => setMaking(true)}>
            {text.webhooks.create}
          </Button>
        </Blank>
      )}
      {isMaking && (
        <WebhookDialog
          close={() => setMaking(false)}
          done={webhook => {
            setMaking(false)
            setMade(webhook as Webhook & { secret: string })
          }}
        />
      )}
    </SettingsPage>
  )
}

function WebhookRow({ webhook }: { webhook: Webhook }) {
  const text = useText()
  const format = useFormat()
  const { id, name, url, events, isActive, waiting } = webhook
  return (
    <li>
      <div className={classes.main}>
        <Link to="/settings/webhooks/$id" params={{ id }} className="subtle-link one-line">
          <b>{name ?? url}</b>
        </Link>
        <span className="quiet one-line" title={`${url} · ${events.join(', ')}`}>
          {name ? `${url} · ` : ''}
          {events.join(', ')}
        </span>
      </div>
      {waiting > 0 && <span className="quiet numbers">{text.webhooks.waiting(format.number(waiting))}</span>}
      <Badge variant="light" color={isActive ? 'green' : 'orange'} radius="sm" tt="none">
        {isActive ? text.webhooks.active : text.webhooks.paused}
      </Badge>
    </li>
  )
}
