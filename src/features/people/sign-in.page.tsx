import { PasswordInput, TextInput } from '@mantine/core'
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
  const { next } = useSearch({ strict: false }) as { next?: string }
  const [email, setEmail] = useState('')
  const [password, setPassword] = useState('')
  const [code, setCode] = useState<string>()
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
          label={text.auth.code}
          inputMode="numeric"
          autoComplete="one-time-code"
          autoFocus
          value={code}
          onChange={event => setCode(event.currentTarget.value)}
        />
      )}
      <Link to="/forgot-password" state={{ email } as HistoryState} className="link" style={{ fontSize: 13 }}>
        {text.auth.forgot}
      </Link>
    </Door>
  )
}
