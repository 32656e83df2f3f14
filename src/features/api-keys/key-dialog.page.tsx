import { Input, MultiSelect, SegmentedControl, Select, Stack, TextInput } from '@mantine/core'
import { useMutation, useQuery } from '@tanstack/react-query'
import type { FormEvent } from 'react'
import { addDays, dayIn, momentAt } from '#core/record/relative-time.ts'
import { api, issuesByPath, queries, useMe } from '#web/api.ts'
import { Dialog } from '#web/kit/dialog.tsx'
import { DialogFoot } from '#web/kit/dialog-foot.tsx'
import { useForm } from '#web/kit/draft.ts'
import { DraftNote } from '#web/kit/draft-note.tsx'
import { useZone } from '#web/preferences.ts'
import { choiceLabel, useText } from '#web/text/index.tsx'
import { type ApiKey, apiKeysKey } from './api-keys.page.tsx'

const ROLES = ['VIEWER', 'MEMBER', 'ADMIN', 'OWNER'] as const
const WIDE = { read: ['read'], all: ['read', 'write'] }
type Reach = 'read' | 'all' | 'some'

function reachOf(scopes: string[]): Reach {
  const known = [...scopes].sort().join()
  return known === 'read' ? 'read' : known === 'read,write' ? 'all' : 'some'
}

type Given = { apiKey?: ApiKey; close: () => void; done: (key: ApiKey) => void }

/** What a key is for, and how much it may do. */
export function KeyDialog({ apiKey, close, done }: Given) {
  const text = useText()
  const zone = useZone()
  const { role: mine } = useMe()
  const form = useForm(`apiKey.${apiKey?.id ?? 'new'}`, {
    name: apiKey?.name ?? '',
    reach: apiKey ? reachOf(apiKey.scopes) : ('read' as Reach),
    some: apiKey?.scopes ?? [],
    role: apiKey?.role ?? 'MEMBER',
    day: apiKey?.expiresAt ? dayIn(zone, new Date(apiKey.expiresAt)) : '',
  })
  const { name, reach, some, role, day } = form.values
  const saving = useMutation({
    mutationFn() {
      // The day that is named is its last one.
      const expiresAt = day ? momentAt(addDays(day, 1), '00:00', zone).toISOString() : null
      const body = { name, role, scopes: reach === 'some' ? some : WIDE[reach], expiresAt }
      return apiKey ? api.patch<ApiKey>(`/api-keys/${apiKey.id}`, body) : api.post<ApiKey>('/api-keys', body)
    },
    onSuccess(answer) {
      form.forget()
      queries.invalidateQueries({ queryKey: apiKeysKey })
      done(answer)
    },
  })
  const issues = issuesByPath(saving.error)
  const submit = (event: FormEvent) => {
    event.preventDefault()
    saving.mutate()
  }
  return (
    <Dialog onClose={close} title={apiKey ? apiKey.name : text.apiKeys.create} size="lg">
      <form noValidate onSubmit={submit}>
        <DraftNote {...form} />
        <Stack gap="sm">
          <TextInput
            data-autofocus
            label={text.apiKeys.name}
            description={text.apiKeys.nameHint}
            maxLength={120}
            value={name}
            error={issues.name}
            onChange={event => form.change({ name: event.currentTarget.value })}
          />
          <Scopes
            {...{ reach, some, change: form.change }}
            error={Object.entries(issues).find(([path]) => path.startsWith('scopes'))?.[1]}
          />
          <Select
            label={text.members.role}
            description={text.apiKeys.roleHint}
            value={role}
            error={issues.role}
            data={ROLES.slice(0, ROLES.indexOf(mine) + 1).map(value => ({
              value,
              label: choiceLabel(text, value),
            }))}
            onChange={chosen => chosen && form.change({ role: chosen as typeof role })}
          />
          <TextInput
            type="date"
            label={text.apiKeys.expires}
            description={text.apiKeys.expiresHint}
            value={day}
            error={issues.expiresAt}
            onChange={event => form.change({ day: event.currentTarget.value })}
          />
        </Stack>
        <DialogFoot
          submit={apiKey ? text.common.save : text.common.create}
          close={close}
          isSending={saving.isPending}
          error={saving.error}
          beside={Object.keys(issues).filter(path => /^(name|scopes|role|expiresAt)/.test(path))}
        />
      </form>
    </Dialog>
  )
}

type ScopesGiven = {
  reach: Reach
  some: string[]
  change: (values: { reach?: Reach; some?: string[] }) => void
  error: string | undefined
}

/** Everything, everything read-only, or noun by noun. */
function Scopes({ reach, some, change, error }: ScopesGiven) {
  const text = useText()
  const { data } = useQuery({
    queryKey: [...apiKeysKey, 'scopes'],
    staleTime: Number.POSITIVE_INFINITY,
    enabled: reach === 'some',
    queryFn: async () => (await api.get<{ scopes: string[] }>('/api-keys/scopes')).scopes,
  })
  return (
    <Input.Wrapper
      label={text.apiKeys.scopes}
      labelElement="div"
      error={reach === 'some' ? undefined : error}
    >
      <SegmentedControl
        fullWidth
        aria-label={text.apiKeys.scopes}
        value={reach}
        onChange={value => change({ reach: value as Reach })}
        data={(['read', 'all', 'some'] as const).map(value => ({ value, label: text.apiKeys.reach[value] }))}
      />
      {reach === 'some' && (
        <MultiSelect
          mt="xs"
          searchable
          limit={200}
          aria-label={text.apiKeys.scopes}
          placeholder={some.length ? undefined : 'deals:read'}
          value={some}
          data={[...new Set([...(data ?? []), ...some])]}
          error={error}
          onChange={scopes => change({ some: scopes })}
        />
      )}
    </Input.Wrapper>
  )
}
