import { Anchor, PasswordInput, TextInput } from '@mantine/core'
import { type HistoryState, Link, useNavigate, useSearch } from '@tanstack/react-router'
import { useState } from 'react'
import { ApiError } from '#core/client/client.ts'
import { api, queries } from '#web/api.ts'
import { safePath } from '#web/router.tsx'
import { useText } from '#web/text/index.tsx'
import { Door } from './door.page.tsx'

const wantsCode = (error: unknown) => error instanceof ApiError && error.code === 'TWO_FACTOR_REQUIRED'

export default function SignIn() {
  const text = useText()
  const navigate = useNavigate()
  const { next, why } = useSearch({ strict: false }) as { next?: string; why?: string }
  const [email, setEmail] = useState('')
  const [password, setPassword] = useState('')
  const [code, setCode] = useState<string>()
  const [isRecovery, setRecovery] = useState(false)
  const submit = async () => {
    try {
      await api.auth.login({ email, password, ...(code ? { code } : {}) })
    } catch (error) {
      if (wantsCode(error)) setCode('')
      throw error
    }
    queries.clear()
    await navigate({ href: safePath(next) })
  }
  return (
    <Door
      title={text.auth.signInTitle}
      hint={text.auth.why[why ?? '']}
      action={text.auth.signIn}
      submit={submit}
      isShownElsewhere={wantsCode}
      foot={
        <>
          {text.auth.noAccount}
          <Link to="/sign-up" className="link">
            {text.auth.signUp}
          </Link>
        </>
      }
    >
      <TextInput
        label={text.auth.email}
        type="email"
        name="email"
        autoComplete="username"
        autoFocus
        value={email}
        onChange={event => setEmail(event.currentTarget.value)}
      />
      <PasswordInput
        label={text.auth.password}
        name="password"
        autoComplete="current-password"
        value={password}
        onChange={event => setPassword(event.currentTarget.value)}
      />
      {code !== undefined && (
        <TextInput
          key={String(isRecovery)}
          label={isRecovery ? text.auth.recoveryCode : text.auth.code}
          // A recovery code has letters, which a phone's numeric keyboard has not.
          inputMode={isRecovery ? 'text' : 'numeric'}
          autoComplete={isRecovery ? 'off' : 'one-time-code'}
          autoCapitalize="off"
          autoFocus
          value={code}
          onChange={event => setCode(event.currentTarget.value)}
        />
      )}
      {code !== undefined && (
        <Anchor
          component="button"
          type="button"
          size="sm"
          ta="left"
          onClick={() => {
            setCode('')
            setRecovery(!isRecovery)
          }}
        >
          {isRecovery ? text.auth.byApp : text.auth.byRecoveryCode}
        </Anchor>
      )}
      <Link to="/forgot-password" state={{ email } as HistoryState} className="link" style={{ fontSize: 13 }}>
        {text.auth.forgot}
      </Link>
    </Door>
  )
}
