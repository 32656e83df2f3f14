import { PasswordInput, TextInput } from '@mantine/core'
import { Link, useNavigate } from '@tanstack/react-router'
import { useState } from 'react'
import { ApiError } from '#core/client/client.ts'
import { api, issuesByPath, queries } from '#web/api.ts'
import { useText } from '#web/text/index.tsx'
import { Door } from './door.page.tsx'

/** Letters of a workspace's name. */
const NAME_AT_MOST = 120

export default function SignUp() {
  const text = useText()
  const navigate = useNavigate()
  const [given, setGiven] = useState({ name: '', email: '', password: '', workspaceName: '' })
  const [issues, setIssues] = useState<Record<string, string>>({})
  const submit = async () => {
    try {
      const { workspaceName, ...person } = given
      const name = person.name.trim()
      const named = workspaceName.trim() || (name && text.auth.workspaceOf(name).slice(0, NAME_AT_MOST))
      await api.auth.register({ ...person, ...(named ? { workspaceName: named } : {}) })
    } catch (error) {
      setIssues(issuesByPath(error))
      throw error
    }
    queries.clear()
    await navigate({ to: '/welcome' })
  }
  const field = (key: keyof typeof given) => ({
    name: key,
    value: given[key],
    error: issues[key],
    onChange: (event: { currentTarget: { value: string } }) =>
      setGiven({ ...given, [key]: event.currentTarget.value }),
  })
  return (
    <Door
      title={text.auth.signUpTitle}
      action={text.auth.signUp}
      submit={submit}
      isShownElsewhere={error => error instanceof ApiError && error.issues.length > 0}
      foot={
        <>
          {text.auth.haveAccount}
          <Link to="/sign-in" className="link">
            {text.auth.signIn}
          </Link>
        </>
      }
    >
      <TextInput {...field('name')} label={text.auth.name} autoComplete="name" autoFocus />
      <TextInput {...field('email')} label={text.auth.email} type="email" autoComplete="username" />
      <PasswordInput
        {...field('password')}
        label={text.auth.password}
        description={text.auth.passwordHint}
        autoComplete="new-password"
      />
      <TextInput {...field('workspaceName')} label={text.auth.workspaceName} autoComplete="organization" />
    </Door>
  )
}
