import { Alert, TextInput } from '@mantine/core'
import { Link, useLocation } from '@tanstack/react-router'
import { useState } from 'react'
import { api } from '#web/api.ts'
import { useText } from '#web/text/index.tsx'
import { Door } from './door.page.tsx'

export default function ForgotPassword() {
  const text = useText()
  // What was typed to sign in, kept out of the address.
  const { email: typed } = useLocation().state as { email?: string }
  const [email, setEmail] = useState(typed ?? '')
  const [isSent, setSent] = useState(false)
  return (
    <Door
      title={text.auth.forgotTitle}
      hint={text.auth.forgotHint}
      action={isSent ? undefined : text.auth.sendLink}
      submit={() => api.post('/auth/forgot-password', { email }).then(() => setSent(true))}
      foot={
        <Link to="/sign-in" className="link">
          {text.auth.back}
        </Link>
      }
    >
      {isSent ? (
        <Alert variant="light" role="status">
          {text.auth.linkSent}
        </Alert>
      ) : (
        <TextInput
          label={text.auth.email}
          type="email"
          autoComplete="username"
          autoFocus
          value={email}
          onChange={event => setEmail(event.currentTarget.value)}
        />
      )}
    </Door>
  )
}
