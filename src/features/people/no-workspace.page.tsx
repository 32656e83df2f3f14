import { TextInput } from '@mantine/core'
import { useNavigate } from '@tanstack/react-router'
import { useState } from 'react'
import { api, queries, type Workspace } from '#web/api.ts'
import { useText } from '#web/text/index.tsx'
import { Door } from './door.page.tsx'

/** For somebody who belongs to no workspace (any more). */
export default function NoWorkspace() {
  const text = useText()
  const navigate = useNavigate()
  const [name, setName] = useState('')
  const submit = async () => {
    const { id } = await api.post<Workspace>('/workspaces', { name })
    api.auth.use(await api.post<{ token: string }>('/workspaces/switch', { workspaceId: id }))
    queries.clear()
    await navigate({ to: '/welcome' })
  }
  return (
    <Door
      title={text.auth.createWorkspace}
      hint={text.auth.noWorkspace}
      action={text.auth.createWorkspace}
      submit={submit}
    >
      <TextInput
        label={text.auth.workspaceName}
        autoFocus
        value={name}
        onChange={event => setName(event.currentTarget.value)}
      />
    </Door>
  )
}
