import { Alert, PasswordInput } from '@mantine/core'
import { Link, useSearch } from '@tanstack/react-router'
import { useState } from 'react'
import { api } from '#web/api.ts'
import { useText } from '#web/text/index.tsx'
import { Door } from './door.page.tsx'

export default function ResetPassword() {
  const text = useText()
  const { token = '' } = useSearch({ strict: false }) as { token?: string }
  const [password, setPassword] = useState('')
  const [isDone, setDone] = useState(false)
  return (
    <Door
      title={text.auth.resetTitle}
      action={isDone ? undefined : text.auth.save}
      submit={() =>
        api.post('/auth/reset-password', { token: String(token), password }).then(() => setDone(true))
      }
      foot={
        <Link to="/sign-in" className="link">
          {text.auth.signIn}
        </Link>
      }
    >
      {isDone ? (
        <Alert variant="light" role="status">
          {text.auth.saved}
        </Alert>
      ) : (
        <PasswordInput
          label={text.auth.newPassword}
          description={text.auth.passwordHint}
          autoComplete="new-password"
          autoFocus
          value={password}
          onChange={event => setPassword(event.currentTarget.value)}
        />
      )}
    </Door>
  )
}
