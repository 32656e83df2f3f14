import { PasswordInput, TextInput } from '@mantine/core'
import { Link, useLocation, useNavigate, useSearch } from '@tanstack/react-router'
import { useState } from 'react'
import { ApiError, type SignedIn } from '#core/client/client.ts'
import { api, issuesByPath, queries } from '#web/api.ts'
import { useText } from '#web/text/index.tsx'
import { Door } from './door.page.tsx'

/** Joins a workspace: with a new account, or with the one that is signed in. */
export default function AcceptInvite() {
  const text = useText()
  const navigate = useNavigate()
  const { href } = useLocation()
  const { token = '' } = useSearch({ strict: false }) as { token?: string }
  const [name, setName] = useState('')
  const [password, setPassword] = useState('')
  const [issues, setIssues] = useState<Record<string, string>>({})
  const isSignedIn = api.auth.tokens.token !== undefined
  const submit = async () => {
    try {
      const account = isSignedIn ? {} : { name, password }
      const signedIn = await api.post<SignedIn>('/invites/accept', { token: String(token), ...account })
      api.auth.use(signedIn)
    } catch (error) {
      setIssues(issuesByPath(error))
      throw error
    }
    queries.clear()
    await navigate({ to: '/' })
  }
  return (
    <Door
      title={text.auth.accepting}
      hint={isSignedIn ? undefined : text.auth.acceptHint}
      action={text.auth.accept}
      submit={submit}
      isShownElsewhere={error => error instanceof ApiError && Boolean(issues.name || issues.password)}
      foot={
        !isSignedIn && (
          <>
            {text.auth.haveAccount}
            <Link to="/sign-in" search={{ next: href }} className="link">
              {text.auth.signIn}
            </Link>
          </>
        )
      }
    >
      {!isSignedIn && (
        <>
          <TextInput
            label={text.auth.name}
            autoComplete="name"
            autoFocus
            value={name}
            error={issues.name}
            onChange={event => setName(event.currentTarget.value)}
          />
          <PasswordInput
            label={text.auth.password}
            description={text.auth.passwordHint}
            autoComplete="new-password"
            value={password}
            error={issues.password}
            onChange={event => setPassword(event.currentTarget.value)}
          />
        </>
      )}
    </Door>
  )
}
