import { Select, Switch, Textarea, TextInput } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { type RefObject, useRef, useState } from 'react'
import { api } from '#web/api.ts'
import { useText } from '#web/text/index.tsx'
import classes from './emails.module.css'

export type Texts = { subject: string; body: string; bodyHtml: string | null }
type Part = keyof Texts
type Given = {
  texts: Texts
  onChange: (change: Partial<Texts>) => void
  issues: Partial<Record<string, string>>
  isReadOnly?: boolean
}

const START_OF_HTML = '<p>Hello {{ contact.firstName }},</p>\n<p></p>\n<p>{{ sender.name }}</p>\n'

/** Subject, text and HTML of a mail, with its merge fields at hand. */
export function MailTexts({ texts, onChange, issues, isReadOnly }: Given) {
  const text = useText()
  const [last, setLast] = useState<Part>('body')
  const refs = {
    subject: useRef<HTMLInputElement>(null),
    body: useRef<HTMLTextAreaElement>(null),
    bodyHtml: useRef<HTMLTextAreaElement>(null),
  }
  const insert = (field: string) => {
    const part = last === 'bodyHtml' && texts.bodyHtml === null ? 'body' : last
    const box = (refs[part] as RefObject<HTMLInputElement | HTMLTextAreaElement | null>).current
    const value = texts[part] ?? ''
    const [from, to] = [box?.selectionStart ?? value.length, box?.selectionEnd ?? value.length]
    const written = `{{ ${field} }}`
    onChange({ [part]: value.slice(0, from) + written + value.slice(to) })
    requestAnimationFrame(() => {
      box?.focus()
      box?.setSelectionRange(from + written.length, from + written.length)
    })
  }
  const common = (part: Part) => ({
    readOnly: isReadOnly,
    error: issues[part],
    onFocus: () => setLast(part),
  })
  return (
    <>
      <TextInput
        {...common('subject')}
        ref={refs.subject}
        label={text.templates.subject}
        maxLength={300}
        value={texts.subject}
        onChange={event => onChange({ subject: event.currentTarget.value })}
      />
      <Textarea
        {...common('body')}
        ref={refs.body}
        label={text.templates.body}
        minRows={8}
        maxRows={24}
        value={texts.body}
        onChange={event => onChange({ body: event.currentTarget.value })}
      />
      {!isReadOnly && <MergeFields insert={insert} />}
      <Switch
        size="xs"
        disabled={isReadOnly}
        label={text.templates.withHtml}
        description={text.templates.htmlHint}
        checked={texts.bodyHtml !== null}
        onChange={event => onChange({ bodyHtml: event.currentTarget.checked ? START_OF_HTML : null })}
      />
      {texts.bodyHtml !== null && (
        <Textarea
          {...common('bodyHtml')}
          ref={refs.bodyHtml}
          label={text.templates.html}
          minRows={6}
          maxRows={20}
          classNames={{ input: classes.code }}
          value={texts.bodyHtml}
          onChange={event => onChange({ bodyHtml: event.currentTarget.value })}
        />
      )}
    </>
  )
}

function MergeFields({ insert }: { insert: (field: string) => void }) {
  const text = useText()
  const { data } = useQuery({
    queryKey: ['emailTemplate', 'fields'],
    staleTime: 5 * 60_000,
    queryFn: async () => (await api.get<{ fields: string[] }>('/email-templates/fields')).fields,
  })
  const groups = Object.entries(Object.groupBy(data ?? [], field => field.split('.')[0]!))
  return (
    <Select
      size="xs"
      maw={260}
      searchable
      value={null}
      aria-label={text.templates.field}
      placeholder={text.templates.field}
      data={groups.map(([group, fields]) => ({
        group,
        items: (fields ?? []).map(value => ({ value, label: value })),
      }))}
      onChange={field => field && insert(field)}
    />
  )
}
