import {
  Alert,
  Autocomplete,
  Button,
  Checkbox,
  Group,
  NumberInput,
  PasswordInput,
  Select,
  Stack,
  TextInput,
} from '@mantine/core'
import { useMutation } from '@tanstack/react-query'
import { useState } from 'react'
import { api, issuesByPath, messageOf, useMay } from '#web/api.ts'
import { Dialog } from '#web/kit/dialog.tsx'
import { DialogFoot } from '#web/kit/dialog-foot.tsx'
import { useForm } from '#web/kit/draft.ts'
import { DraftNote } from '#web/kit/draft-note.tsx'
import { useText } from '#web/text/index.tsx'
import {
  NO_SECRETS,
  OAuthFields,
  oauthOf,
  type Place,
  placeOf,
  type Secrets,
  WayChoice,
} from './mailbox-oauth.page.tsx'

type Security = 'TLS' | 'STARTTLS' | 'NONE'
export type Mailbox = {
  id: string
  userId: string | null
  host: string
  port: number
  security: Security
  username: string
  auth: 'PASSWORD' | 'OAUTH2'
  tokenUrl: string | null
  clientId: string | null
  folder: string
  isActive: boolean
  backfillDays: number
  readAt: string | null
  lastError: string | null
}
type Tested = {
  isOk: boolean
  error: string | null
  folders: string[]
  messages: number | null
  refreshToken: string | null
}
type Given = { mailbox: Mailbox | undefined; close: () => void; saved: () => void }

const SECURITIES: Security[] = ['TLS', 'STARTTLS', 'NONE']
const PORTS: Record<Security, number> = { TLS: 993, STARTTLS: 143, NONE: 143 }
const FIELDS = ['host', 'port', 'security', 'username', 'password', 'folder', 'backfillDays']
const OAUTH_FIELDS = [
  'oauth',
  ...['tokenUrl', 'clientId', 'clientSecret', 'refreshToken', 'scope'].map(key => `oauth.${key}`),
]
const BACKFILL_DAYS_AT_MOST = 3650
const START = {
  host: '',
  port: 993,
  security: 'TLS' as Security,
  username: '',
  folder: 'INBOX',
  backfillDays: 0,
}

/** Enters or changes a mailbox. The password is in no draft: it is typed anew. */
export function MailboxDialog({ mailbox, close, saved }: Given) {
  const text = useText()
  const may = useMay()
  const form = useForm(`mailbox.${mailbox?.id ?? 'new'}`, {
    ...{ ...START, ...mailbox },
    ...placeOf(mailbox),
    isShared: mailbox ? mailbox.userId === null : may.administer,
  })
  const [typedPassword, setPassword] = useState('')
  const [secrets, setSecrets] = useState(NO_SECRETS)
  const account = { ...form.values, password: typedPassword }
  const { isShared } = account
  const change = ({ password: typed, ...values }: Partial<Account>) => {
    if (typed !== undefined) setPassword(typed)
    if (Object.keys(values).length) form.change(values)
  }
  const { host, port, security, username, folder, password, backfillDays } = account
  const byPassword = account.way === 'PASSWORD'
  const body = {
    ...{ host, port, security, username, folder },
    ...secretBody(mailbox, account, secrets),
  }
  const saving = useMutation({
    mutationFn: () =>
      mailbox
        ? api.patch(`/mailboxes/${mailbox.id}`, { ...body, backfillDays })
        : api.post('/mailboxes', { ...body, backfillDays, ...(isShared ? { isShared } : {}) }),
    onSuccess() {
      form.forget()
      saved()
      close()
    },
  })
  const testing = useMutation({
    mutationFn: () =>
      mailbox && !(byPassword ? password : secrets.refreshToken)
        ? api.post<Tested>(`/mailboxes/${mailbox.id}/test`, {})
        : api.post<Tested>('/mailboxes/test', body),
    // A provider may have exchanged it: the one that was typed holds no longer.
    onSuccess: ({ refreshToken }) => refreshToken && setSecrets({ ...secrets, refreshToken }),
  })
  const issues = issuesByPath(saving.error ?? testing.error)
  return (
    <Dialog onClose={close} title={mailbox ? text.mail.change : text.mail.addMailbox}>
      <form
        noValidate
        autoComplete="off"
        onSubmit={event => {
          event.preventDefault()
          testing.reset()
          saving.mutate()
        }}
      >
        <DraftNote {...form} />
        <Stack gap="sm">
          <AccountFields
            {...{ account, change, issues, secrets }}
            changeSecrets={setSecrets}
            folders={testing.data?.folders ?? []}
            isKept={Boolean(mailbox)}
          />
          {!mailbox && may.administer && (
            <Checkbox
              label={text.mail.isShared}
              checked={isShared}
              onChange={event => form.change({ isShared: event.currentTarget.checked })}
            />
          )}
          <TestResult
            result={testing.data}
            error={testing.error && !Object.keys(issues).length ? testing.error : undefined}
          />
          <Button variant="default" loading={testing.isPending} onClick={() => testing.mutate()}>
            {text.mail.test}
          </Button>
        </Stack>
        <DialogFoot
          submit={mailbox ? text.common.save : text.mail.addMailbox}
          close={close}
          isSending={saving.isPending}
          error={saving.error}
          beside={[...FIELDS, ...OAUTH_FIELDS]}
        />
      </form>
    </Dialog>
  )
}

/** The password or the tokens, as the server takes them; nothing where what is kept stays, in the way it is. */
function secretBody(mailbox: Mailbox | undefined, account: Account, secrets: Secrets) {
  const byPassword = account.way === 'PASSWORD'
  const isAnother = mailbox && byPassword !== (mailbox.auth === 'PASSWORD')
  if (byPassword) return account.password || isAnother ? { password: account.password } : {}
  return secrets.refreshToken || isAnother || !mailbox ? { oauth: oauthOf(account, secrets) } : {}
}

type Account = typeof START & Place & { password: string }
type FieldsGiven = {
  account: Account
  change: (values: Partial<Account>) => void
  secrets: Secrets
  changeSecrets: (secrets: Secrets) => void
  issues: Record<string, string>
  folders: string[]
  isKept: boolean
}

function AccountFields({ account, change, secrets, changeSecrets, issues, folders, isKept }: FieldsGiven) {
  const text = useText()
  const { host, port, security, username, folder, password, backfillDays } = account
  return (
    <>
      <WayChoice way={account.way} change={change} />
      <Group grow wrap="nowrap" align="flex-start" preventGrowOverflow={false}>
        <TextInput
          data-autofocus
          label={text.mail.host}
          placeholder="imap.example.com"
          value={host}
          error={issues.host}
          onChange={event => change({ host: event.currentTarget.value })}
        />
        <NumberInput
          label={text.mail.port}
          maw={90}
          min={1}
          max={65_535}
          value={port}
          error={issues.port}
          onChange={value => change({ port: Number(value) })}
        />
      </Group>
      <Select
        label={text.mail.security}
        value={security}
        error={issues.security}
        data={SECURITIES.map(value => ({ value, label: text.mail.securities[value] }))}
        onChange={value => value && change({ security: value as Security, port: PORTS[value as Security] })}
      />
      <TextInput
        label={text.mail.username}
        autoComplete="off"
        value={username}
        error={issues.username}
        onChange={event => change({ username: event.currentTarget.value })}
      />
      {account.way === 'PASSWORD' ? (
        <PasswordInput
          label={text.mail.password}
          description={isKept ? text.mail.passwordKept : text.mail.passwordHint}
          autoComplete="new-password"
          value={password}
          error={issues.password ?? issues.oauth}
          onChange={event => change({ password: event.currentTarget.value })}
        />
      ) : (
        <OAuthFields place={account} {...{ change, secrets, changeSecrets, issues, isKept }} />
      )}
      <Autocomplete
        label={text.mail.folder}
        value={folder}
        error={issues.folder}
        data={folders}
        onChange={value => change({ folder: value })}
      />
      <NumberInput
        label={text.mail.backfillDays}
        description={text.mail.backfillHint}
        min={0}
        max={BACKFILL_DAYS_AT_MOST}
        allowDecimal={false}
        value={backfillDays}
        error={issues.backfillDays}
        onChange={value => change({ backfillDays: Number(value) })}
      />
    </>
  )
}

function TestResult({ result, error }: { result: Tested | undefined; error: unknown }) {
  const text = useText()
  const words = error
    ? messageOf(error, text.common.offline)
    : result && (result.isOk ? text.mail.works(result.messages ?? 0) : result.error)
  if (!words) return null
  return (
    <Alert color={result?.isOk && !error ? 'green' : 'red'} variant="light" py={8} role="status">
      {words}
    </Alert>
  )
}
