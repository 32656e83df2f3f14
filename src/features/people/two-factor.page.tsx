import { Alert, Badge, Button, Group, Text as P, PasswordInput, Stack, TextInput } from '@mantine/core'
import { useMutation, useQuery } from '@tanstack/react-query'
import { type FormEvent, useMemo, useState } from 'react'
import { renderSVG } from 'uqr'
import { api, issuesByPath, meQuery, queries } from '#web/api.ts'
import { Dialog } from '#web/kit/dialog.tsx'
import { DialogFoot } from '#web/kit/dialog-foot.tsx'
import { tell } from '#web/kit/notify.tsx'
import { Fault, Waiting } from '#web/kit/states.tsx'
import { Part } from '#web/settings/kit.tsx'
import { useText } from '#web/text/index.tsx'
import classes from './people.module.css'

type State = { isEnabled: boolean; recoveryCodesLeft: number }
const KEY = ['2fa', 'state']
const FEW = 3
type Asked = 'enrol' | 'disable' | 'renew'

/** The second factor: turned on by scanning and showing a code, off and renewed by the password. */
export function TwoFactor() {
  const text = useText()
  const [asked, ask] = useState<Asked>()
  const [codes, setCodes] = useState<string[]>()
  const { data, error, refetch } = useQuery({ queryKey: KEY, queryFn: () => api.get<State>('/auth/2fa') })
  const done = (told: string[] | undefined) => {
    ask(undefined)
    setCodes(told)
    queries.invalidateQueries({ queryKey: KEY })
    queries.invalidateQueries({ queryKey: meQuery.queryKey })
  }
  return (
    <Part title={text.security.twoFactor} hint={text.security.twoFactorHint}>
      {error ? (
        <Fault error={error} retry={refetch} />
      ) : data ? (
        <Standing {...data} ask={ask} />
      ) : (
        <Waiting />
      )}
      {asked === 'enrol' && <Enrol close={() => ask(undefined)} done={done} />}
      {(asked === 'disable' || asked === 'renew') && (
        <ByPassword what={asked} close={() => ask(undefined)} done={done} />
      )}
      {codes && <Codes codes={codes} close={() => setCodes(undefined)} />}
    </Part>
  )
}

function Standing({ isEnabled, recoveryCodesLeft, ask }: State & { ask: (what: Asked) => void }) {
  const text = useText()
  if (!isEnabled)
    return (
      <Group>
        <Button onClick={() => ask('enrol')}>{text.security.turnOn}</Button>
      </Group>
    )
  return (
    <Stack gap="sm">
      <Group gap="sm">
        <Badge color="green" variant="light" radius="sm" tt="none">
          {text.security.isOn}
        </Badge>
        <P size="sm" className={recoveryCodesLeft < FEW ? 'late' : 'quiet'}>
          {text.security.codesLeft(recoveryCodesLeft)}
        </P>
      </Group>
      <Group gap="xs">
        <Button variant="default" onClick={() => ask('renew')}>
          {text.security.renewCodes}
        </Button>
        <Button variant="default" onClick={() => ask('disable')}>
          {text.security.turnOff}
        </Button>
      </Group>
    </Stack>
  )
}

type DialogGiven = { close: () => void; done: (codes: string[] | undefined) => void }

function Enrol({ close, done }: DialogGiven) {
  const text = useText()
  const [code, setCode] = useState('')
  // Each setup makes a new secret, so it is asked for once for each dialog and never again by itself.
  const setup = useQuery({
    queryKey: ['2fa', 'setup'],
    gcTime: 0,
    staleTime: Number.POSITIVE_INFINITY,
    retry: false,
    queryFn: () => api.post<{ secret: string; otpauthUrl: string }>('/auth/2fa/setup', {}),
  })
  const enabling = useMutation({
    mutationFn: () => api.post<{ recoveryCodes: string[] }>('/auth/2fa/enable', { code: code.trim() }),
    onSuccess: ({ recoveryCodes }) => done(recoveryCodes),
  })
  const submit = (event: FormEvent) => {
    event.preventDefault()
    enabling.mutate()
  }
  return (
    <Dialog onClose={close} title={text.security.turnOnTitle}>
      {setup.error && <Fault error={setup.error} retry={setup.refetch} />}
      {setup.isPending && <Waiting />}
      {setup.data && (
        <form noValidate onSubmit={submit}>
          <Stack gap="sm">
            <P size="sm">{text.security.scan}</P>
            <Qr value={setup.data.otpauthUrl} label={text.security.qr} />
            <P size="sm" className="quiet">
              {text.security.orType}
            </P>
            <code className={classes.secret}>{setup.data.secret.match(/.{1,4}/g)!.join(' ')}</code>
            <TextInput
              // The dialog has taken the focus before the key came that is shown here.
              autoFocus
              label={text.auth.code}
              inputMode="numeric"
              autoComplete="one-time-code"
              maxLength={20}
              value={code}
              error={issuesByPath(enabling.error).code}
              onChange={event => setCode(event.currentTarget.value)}
            />
          </Stack>
          <DialogFoot
            submit={text.security.turnOn}
            close={close}
            isSending={enabling.isPending}
            isDisabled={code.trim().length < 6}
            error={enabling.error}
            beside={['code']}
          />
        </form>
      )}
    </Dialog>
  )
}

/** Drawn here, so that the secret is shown to no other server. */
function Qr({ value, label }: { value: string; label: string }) {
  const source = useMemo(
    () => `data:image/svg+xml;utf8,${encodeURIComponent(renderSVG(value, { border: 2 }))}`,
    [value],
  )
  return <img src={source} alt={label} width={200} height={200} className={classes.qr} />
}

function ByPassword({ what, close, done }: DialogGiven & { what: 'disable' | 'renew' }) {
  const text = useText()
  const [password, setPassword] = useState('')
  const sending = useMutation({
    mutationFn: () =>
      what === 'renew'
        ? api.post<{ recoveryCodes: string[] }>('/auth/2fa/recovery-codes', { password })
        : api.post<undefined>('/auth/2fa/disable', { password }),
    onSuccess(answer) {
      if (what === 'disable') tell(text.security.turnedOff)
      done(answer?.recoveryCodes)
    },
  })
  const words = what === 'renew' ? text.security.renewCodes : text.security.turnOff
  const submit = (event: FormEvent) => {
    event.preventDefault()
    sending.mutate()
  }
  return (
    <Dialog onClose={close} title={words}>
      <form noValidate onSubmit={submit}>
        <P size="sm" mb="sm">
          {what === 'renew' ? text.security.renewText : text.security.turnOffText}
        </P>
        <PasswordInput
          data-autofocus
          label={text.auth.password}
          autoComplete="current-password"
          value={password}
          error={issuesByPath(sending.error).password}
          onChange={event => setPassword(event.currentTarget.value)}
        />
        <DialogFoot
          submit={words}
          close={close}
          color={what === 'disable' ? 'red' : undefined}
          isSending={sending.isPending}
          isDisabled={!password}
          error={sending.error}
          beside={['password']}
        />
      </form>
    </Dialog>
  )
}

/** Told once: they go away with the dialog, so it asks whether they are kept. */
function Codes({ codes, close }: { codes: string[]; close: () => void }) {
  const text = useText()
  const all = codes.join('\n')
  const save = () => {
    const url = URL.createObjectURL(new Blob([`${all}\n`], { type: 'text/plain' }))
    const link = { href: url, download: 'ascendore-recovery-codes.txt' }
    Object.assign(document.createElement('a'), link).click()
    URL.revokeObjectURL(url)
  }
  return (
    <Dialog
      onClose={close}
      title={text.security.codesTitle}
      closeOnClickOutside={false}
      closeOnEscape={false}
    >
      <Alert color="orange" variant="light" mb="sm">
        {text.security.codesText}
      </Alert>
      <ul className={classes.codes}>
        {codes.map(code => (
          <li key={code}>
            <code>{code}</code>
          </li>
        ))}
      </ul>
      <Group justify="flex-end" mt="md">
        <Button
          variant="default"
          onClick={() => navigator.clipboard.writeText(all).then(() => tell(text.mail.copied))}
        >
          {text.mail.copy}
        </Button>
        <Button variant="default" onClick={save}>
          {text.security.download}
        </Button>
        <Button data-autofocus onClick={close}>
          {text.security.codesKept}
        </Button>
      </Group>
    </Dialog>
  )
}
