import { Alert, Select, Textarea } from '@mantine/core'
import { useMutation } from '@tanstack/react-query'
import { useState } from 'react'
import { api, messageOf, queries, useMe } from '#web/api.ts'
import { tell } from '#web/kit/notify.tsx'
import { choiceLabel, useText } from '#web/text/index.tsx'
import { useSetup } from './steps.page.tsx'
import { StepFrame } from './welcome.page.tsx'

const ROLES = ['ADMIN', 'MEMBER', 'VIEWER']

/** Invites colleagues. Addresses that are refused stay in the field with the reason; the others are on their way. */
export function TeamStep() {
  const text = useText()
  const { user } = useMe()
  const { next } = useSetup()
  const [typed, setTyped] = useState('')
  const [role, setRole] = useState('MEMBER')
  const [faults, setFaults] = useState<string[]>([])
  const inviting = useMutation({
    async mutationFn() {
      const addresses = [...new Set(typed.split(/[\s,;]+/).filter(Boolean))]
      const refused: Array<[string, string]> = []
      for (const email of addresses)
        await api
          .post('/invites', { email, role })
          .catch(error => refused.push([email, messageOf(error, text.common.offline)]))
      const sent = addresses.length - refused.length
      if (sent) tell(text.welcome.invited(sent))
      queries.invalidateQueries({ queryKey: ['invites'] })
      setTyped(refused.map(([email]) => email).join('\n'))
      setFaults(refused.map(([email, message]) => `${email}: ${message}`))
      if (!refused.length) await next()
    },
  })
  const fields = (
    <>
      <Textarea
        label={text.welcome.addresses}
        placeholder={'ana@example.com\nben@example.com'}
        minRows={4}
        value={typed}
        error={faults.length ? faults.join('\n') : undefined}
        styles={{ error: { whiteSpace: 'pre-line' } }}
        onChange={event => setTyped(event.currentTarget.value)}
      />
      <Select
        label={text.members.role}
        value={role}
        data={ROLES.map(value => ({ value, label: choiceLabel(text, value) }))}
        onChange={value => value && setRole(value)}
      />
    </>
  )
  return (
    <StepFrame
      title={text.welcome.team}
      hint={text.welcome.teamHint}
      submit={user.emailVerifiedAt ? () => inviting.mutateAsync() : undefined}
      isSending={inviting.isPending}
    >
      {user.emailVerifiedAt ? fields : <Alert variant="light">{text.welcome.verifyFirst}</Alert>}
    </StepFrame>
  )
}
