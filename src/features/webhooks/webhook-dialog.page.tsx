import { Stack, TagsInput, TextInput } from '@mantine/core'
import { useMutation, useQuery } from '@tanstack/react-query'
import type { FormEvent } from 'react'
import { api, issuesByPath, queries } from '#web/api.ts'
import { Dialog } from '#web/kit/dialog.tsx'
import { DialogFoot } from '#web/kit/dialog-foot.tsx'
import { useForm } from '#web/kit/draft.ts'
import { DraftNote } from '#web/kit/draft-note.tsx'
import { useText } from '#web/text/index.tsx'
import { type Webhook, webhooksKey } from './model.page.tsx'

type Given = { webhook?: Webhook; close: () => void; done: (webhook: Webhook) => void }

/** Where events are sent, and which. */
export function WebhookDialog({ webhook, close, done }: Given) {
  const text = useText()
  const form = useForm(`webhook.${webhook?.id ?? 'new'}`, {
    name: webhook?.name ?? '',
    url: webhook?.url ?? '',
    events: webhook?.events ?? [],
  })
  const { name, url, events } = form.values
  const { data: names } = useQuery({
    queryKey: [...webhooksKey, 'event-types'],
    staleTime: Number.POSITIVE_INFINITY,
    queryFn: () => api.get<{ types: string[]; actions: string[] }>('/webhooks/event-types'),
  })
  const saving = useMutation({
    mutationFn() {
      const body = { name: name.trim() || null, url, events }
      return webhook
        ? api.patch<Webhook>(`/webhooks/${webhook.id}`, body)
        : api.post<Webhook>('/webhooks', body)
    },
    onSuccess(answer) {
      form.forget()
      queries.invalidateQueries({ queryKey: webhooksKey })
      done(answer)
    },
  })
  const issues = issuesByPath(saving.error)
  const eventIssue = Object.entries(issues).find(([path]) => path.startsWith('events'))
  const submit = (event: FormEvent) => {
    event.preventDefault()
    saving.mutate()
  }
  return (
    <Dialog onClose={close} title={webhook ? text.common.edit : text.webhooks.create} size="lg">
      <form noValidate onSubmit={submit}>
        <DraftNote {...form} />
        <Stack gap="sm">
          <TextInput
            data-autofocus
            type="url"
            label={text.webhooks.url}
            description={text.webhooks.urlHint}
            placeholder="https://"
            maxLength={2000}
            value={url}
            error={issues.url}
            onChange={event => form.change({ url: event.currentTarget.value })}
          />
          <TagsInput
            label={text.webhooks.events}
            description={text.webhooks.eventsHint}
            data={suggestions(names)}
            limit={100}
            maxTags={50}
            value={events}
            error={eventIssue && issueOf(eventIssue, events)}
            onChange={chosen => form.change({ events: chosen })}
          />
          <TextInput
            label={text.webhooks.name}
            maxLength={120}
            value={name}
            error={issues.name}
            onChange={event => form.change({ name: event.currentTarget.value })}
          />
        </Stack>
        <DialogFoot
          submit={webhook ? text.common.save : text.common.create}
          close={close}
          isSending={saving.isPending}
          error={saving.error}
          beside={['url', 'name', ...(eventIssue ? [eventIssue[0]] : [])]}
        />
      </form>
    </Dialog>
  )
}

const suggestions = (names: { types: string[]; actions: string[] } | undefined): string[] =>
  names
    ? ['*', ...names.types.flatMap(type => ['*', ...names.actions].map(action => `${type}.${action}`))]
    : []

/** Which of them it is about, since they stand in one field. */
function issueOf([path, message]: [string, string], events: string[]): string {
  const event = events[Number(path.split('.')[1])]
  return event ? `${event}: ${message}` : message
}
