import { Badge, Button, Menu, Switch } from '@mantine/core'
import { useMutation, useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import type { Role } from '#core/db/workspace.ts'
import { api, queries, useMembers } from '#web/api.ts'
import { Confirm } from '#web/kit/confirm.tsx'
import { useFormat } from '#web/kit/format.ts'
import { MoreMenu } from '#web/kit/more-menu.tsx'
import { tell } from '#web/kit/notify.tsx'
import { SecretAddress } from '#web/kit/secret-address.tsx'
import { Blank, Fault, Waiting } from '#web/kit/states.tsx'
import { SettingsPage } from '#web/settings/kit.tsx'
import classes from '#web/settings/settings.module.css'
import { choiceLabel, useText } from '#web/text/index.tsx'
import { KeyDialog } from './key-dialog.page.tsx'

export type ApiKey = {
  id: string
  name: string
  prefix: string
  role: Role
  scopes: string[]
  createdById: string
  expiresAt: string | null
  lastUsedAt: string | null
  revokedAt: string | null
  createdAt: string
}
export const apiKeysKey = ['api-keys']

/** What programs sign in with. */
export default function ApiKeys() {
  const text = useText()
  const [isMaking, setMaking] = useState(false)
  const [made, setMade] = useState<ApiKey & { key: string }>()
  const [withAll, setAll] = useState(false)
  const { data, error, refetch } = useQuery({
    queryKey: [...apiKeysKey, withAll],
    queryFn: () =>
      api.get<{ rows: ApiKey[] }>('/api-keys', { query: { limit: 200, ...(withAll ? { all: true } : {}) } }),
  })
  if (error) return <Fault error={error} retry={refetch} />
  return (
    <SettingsPage
      title={text.apiKeys.title}
      hint={
        <>
          {text.apiKeys.hint}{' '}
          <a className="link" href="/api-docs" target="_blank" rel="noreferrer">
            {text.apiKeys.docs}
          </a>
        </>
      }
      action={<Button onClick={() => setMaking(true)}>{text.apiKeys.create}</Button>}
    >
      {made && <SecretAddress label={made.name} url={made.key} hint={text.apiKeys.once} />}
      <Switch
        size="xs"
        label={text.apiKeys.withRevoked}
        checked={withAll}
        onChange={event => setAll(event.currentTarget.checked)}
      />
      {!data ? (
        <Waiting />
      ) : data.rows.length ? (
        <ul className={`card ${classes.list}`} aria-label={text.apiKeys.title}>
          {data.rows.map(key => (
            <KeyRow key={key.id} apiKey={key} />
          ))}
        </ul>
      ) : (
        <Blank title={text.apiKeys.empty} text={text.apiKeys.emptyHint}>
          <Button variant="default" onClick={() => setMaking(true)}>
            {text.apiKeys.create}
          </Button>
        </Blank>
      )}
      {isMaking && (
        <KeyDialog
          close={() => setMaking(false)}
          done={key => {
            setMaking(false)
            setMade(key as ApiKey & { key: string })
          }}
        />
      )}
    </SettingsPage>
  )
}

function KeyRow({ apiKey }: { apiKey: ApiKey }) {
  const text = useText()
  const format = useFormat()
  const members = useMembers()
  const [asked, ask] = useState<'edit' | 'revoke'>()
  const { name, prefix, role, scopes, createdById, expiresAt, lastUsedAt, revokedAt } = apiKey
  const isOver = expiresAt !== null && Date.parse(expiresAt) < Date.now()
  const facts = [
    members.get(createdById)?.name,
    lastUsedAt ? text.security.lastUsed(format.ago(lastUsedAt)) : text.apiKeys.unused,
    expiresAt && (isOver ? text.apiKeys.expired : text.members.expires(format.ago(expiresAt))),
  ]
  return (
    <li>
      <div className={classes.main}>
        <span className="one-line">
          <b>{name}</b> <code className="quiet">{prefix}…</code>
        </span>
        <span className="quiet one-line" title={scopes.join(', ')}>
          {choiceLabel(text, role)} · {scopes.join(', ')}
        </span>
        <span className="quiet one-line">{facts.filter(Boolean).join(' · ')}</span>
      </div>
      {revokedAt ? (
        <Badge variant="light" color="gray" radius="sm" tt="none">
          {text.apiKeys.revoked}
        </Badge>
      ) : (
        <MoreMenu label={name} size={28}>
          <Menu.Item onClick={() => ask('edit')}>{text.common.edit}</Menu.Item>
          <Menu.Item color="red" onClick={() => ask('revoke')}>
            {text.members.revoke}
          </Menu.Item>
        </MoreMenu>
      )}
      {asked === 'edit' && (
        <KeyDialog apiKey={apiKey} close={() => ask(undefined)} done={() => ask(undefined)} />
      )}
      {asked === 'revoke' && <Revoke apiKey={apiKey} close={() => ask(undefined)} />}
    </li>
  )
}

function Revoke({ apiKey, close }: { apiKey: ApiKey; close: () => void }) {
  const text = useText()
  const revoking = useMutation({
    mutationFn: () => api.delete(`/api-keys/${apiKey.id}`),
    onSuccess() {
      tell(text.apiKeys.isRevoked(apiKey.name))
      queries.invalidateQueries({ queryKey: apiKeysKey })
      close()
    },
  })
  return (
    <Confirm
      title={text.apiKeys.revokeTitle(apiKey.name)}
      text={text.apiKeys.revokeText}
      submit={text.members.revoke}
      color="red"
      close={close}
      run={() => revoking.mutate()}
      isSending={revoking.isPending}
      error={revoking.error}
    />
  )
}
