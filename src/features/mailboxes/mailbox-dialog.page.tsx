import {
  Alert,
  Autocomplete,
  Button,
  Checkbox,
  Group,
  Modal,
  NumberInput,
  PasswordInput,
  Select,
  Stack,
  TextInput,
} from '@mantine/core'
import { useMutation } from '@tanstack/react-query'
import { useState } from 'react'
import { api, issuesByPath, messageOf, useMay } from '#web/api.ts'
import { DialogFoot } from '#web/kit/dialog-foot.tsx'
import { useText } from '#web/text/index.tsx'

type Security = 'TLS' | 'STARTTLS' | 'NONE'
export type Mailbox = {
  id: string
  userId: string | null
  host: string
  port: number
  security: Security
  username: string
  folder: string
  isActive: boolean
  readAt: string | null
  lastError: string | null
}
type Tested = { isOk: boolean; error: string | null; folders: string[]; messages: number | null }
type Given = { mailbox: Mailbox | undefined; close: () => void; saved: () => void }

const SECURITIES: Security[] = ['TLS', 'STARTTLS', 'NONE']
const PORTS: Record<Security, number> = { TLS: 993, STARTTLS: 143, NONE: 143 }
const FIELDS = ['host', 'port', 'security', 'username', 'password', 'folder']
const START = { host: '', port: 993, security: 'TLS' as Security, username: '', folder: 'INBOX' }

/** Enters or changes a mailbox. The password is in no draft: it is typed anew. */
export function MailboxDialog({ mailbox, close, saved }: Given) {
  const text = useText()
  const may = useMay()
  const [account, setAccount] = useState({ ...START, ...mailbox, password: '' })
  const [isShared, share] = useState(mailbox ? mailbox.userId === null : may.administer)
  const change = (values: Partial<typeof account>) => setAccount({ ...account, ...values })
  const { host, port, security, username, folder, password } = account
  const body = { host, port, security, username, folder, ...(password ? { password } : {}) }
  const saving = useMutation({
    mutationFn: () =>
      mailbox
        ? api.patch(`/mailboxes/${mailbox.id}`, body)
        : api.post('/mailboxes', { ...body, ...(isShared ? { isShared } : {}) }),
    onSuccess() {
      saved()
      close()
    },
  })
  const testing = useMutation({
    mutationFn: () =>
      mailbox && !password
        ? api.post<Tested>(`/mailboxes/${mailbox.id}/test`, {})
        : api.post<Tested>('/mailboxes/test', body),
  })
  const issues = issuesByPath(saving.error ?? testing.error)
  return (
    <Modal opened onClose={close} title={mailbox ? text.mail.change : text.mail.addMailbox}>
      <form
        noValidate
        autoComplete="off"
        onSubmit={event => {
          event.preventDefault()
          testing.reset()
          saving.mutate()
        }}
      >
        <Stack gap="sm">
          <AccountFields
            {...{ account, change, issues }}
            folders={testing.data?.folders ?? []}
            isKept={Boolean(mailbox)}
          />
          {!mailbox && may.administer && (
            <Checkbox
              label={text.mail.isShared}
              checked={isShared}
              onChange={event => share(event.currentTarget.checked)}
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
          beside={FIELDS}
        />
      </form>
    </Modal>
  )
}

type Account = typeof START & { password: string }
type FieldsGiven = {
  account: Account
  change: (values: Partial<Account>) => void
  issues: Record<string, string>
  folders: string[]
  isKept: boolean
}

function AccountFields({ account, change, issues, folders, isKept }: FieldsGiven) {
  const text = useText()
  const { host, port, security, username, folder, password } = account
  return (
    <>
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
      <PasswordInput
        label={text.mail.password}
        description={isKept ? text.mail.passwordKept : text.mail.passwordHint}
        autoComplete="new-password"
        value={password}
        error={issues.password}
        onChange={event => change({ password: event.currentTarget.value })}
      />
      <Autocomplete
        label={text.mail.folder}
        value={folder}
        error={issues.folder}
        data={folders}
        onChange={value => change({ folder: value })}
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
