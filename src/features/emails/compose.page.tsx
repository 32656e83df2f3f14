import { Button, MultiSelect, Text as P, Select, Stack, Tabs } from '@mantine/core'
import { IconMail } from '@tabler/icons-react'
import { useMutation, useQueries, useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { contactContract } from '#features/contacts/contacts.contract.ts'
import { api, issuesByPath, queries, useMay } from '#web/api.ts'
import { Dialog } from '#web/kit/dialog.tsx'
import { DialogFoot } from '#web/kit/dialog-foot.tsx'
import { useDraft } from '#web/kit/draft.ts'
import { tell } from '#web/kit/notify.tsx'
import { withShownAddresses } from '#web/kit/shown-address.ts'
import { titleOf } from '#web/kit/titles.ts'
import { type Row, recordQuery, refreshAround } from '#web/record/model.ts'
import type { Text } from '#web/text/en.ts'
import { useText } from '#web/text/index.tsx'
import { MailTexts, type Texts } from './mail-texts.page.tsx'
import { mergesDeal } from './merges-deal.ts'
import { MailPreview, usePreview } from './preview.page.tsx'

type Given = { contactIds: string[]; dealId?: string }
type Sent = { queued: number; skipped: number }
type Template = Texts & { id: string; name: string }

/** Writes a mail to the contacts of a record. */
export function ComposeButton({ contactIds, dealId }: Given) {
  const text = useText()
  const may = useMay()
  const [isOpen, open] = useState(false)
  if (!may.write) return null
  return (
    <>
      <Button
        variant="default"
        leftSection={<IconMail size={14} />}
        disabled={!contactIds.length}
        title={contactIds.length ? undefined : text.mail.noContact}
        onClick={() => open(true)}
      >
        {text.mail.compose}
      </Button>
      {isOpen && <ComposeDialog {...{ contactIds, dealId }} close={() => open(false)} />}
    </>
  )
}

const EMPTY = { subject: '', body: '', bodyHtml: null, templateId: null }

/** @param initial texts to begin with, such as a draft */
export function ComposeDialog({
  contactIds,
  dealId,
  initial,
  close,
}: Given & { initial?: { subject: string; body: string }; close: () => void }) {
  const text = useText()
  const [begin] = useState(() => ({ ...EMPTY, ...initial }))
  // What was begun by hand stays where it is beside a draft that is handed over.
  const name = `mail.${initial ? 'draft.' : ''}${dealId ?? contactIds[0]}`
  const { draft, change, forget } = useDraft(name, begin, initial !== undefined)
  const [to, setTo] = useState(contactIds)
  const { templateId, ...texts } = draft as Texts & { templateId: string | null }
  const templates = useTemplates()
  const preview = usePreview(texts, { contactId: to[0], dealId })
  const sending = useMutation({
    mutationFn: () =>
      api.post<Sent>('/emails', {
        contactIds: to,
        ...(dealId ? { dealId } : {}),
        subject: texts.subject,
        body: texts.body,
        ...(texts.bodyHtml ? { bodyHtml: texts.bodyHtml } : {}),
      }),
    onSuccess({ queued, skipped }) {
      forget()
      tell([text.mail.sent(queued), skipped ? text.mail.left(skipped) : ''].filter(Boolean).join('. '))
      refreshAround('email')
      refreshAround('interaction')
      for (const id of to) queries.invalidateQueries({ queryKey: ['related', id] })
      close()
    },
  })
  const choose = (id: string | null) => {
    const found = templates.find(template => template.id === id)
    change(
      found
        ? { templateId: id, subject: found.subject, body: found.body, bodyHtml: found.bodyHtml }
        : { templateId: null },
    )
  }
  const issues = { ...preview.issues, ...issuesByPath(sending.error) }
  return (
    <Dialog onClose={close} title={text.mail.compose} size="lg">
      <form
        noValidate
        onSubmit={event => {
          event.preventDefault()
          sending.mutate()
        }}
      >
        <Tabs defaultValue="write" keepMounted={false}>
          <Tabs.List mb="sm">
            <Tabs.Tab value="write">{text.templates.mail}</Tabs.Tab>
            <Tabs.Tab value="preview" disabled={!preview.shown}>
              {text.templates.preview}
            </Tabs.Tab>
          </Tabs.List>
          <Tabs.Panel value="write">
            <Stack gap="sm">
              <Recipients ids={contactIds} chosen={to} onChange={setTo} />
              <Select
                label={text.mail.template}
                placeholder={text.templates.none}
                value={templateId}
                clearable
                searchable
                data={templates.map(template => optionOf(template, dealId, text))}
                onChange={choose}
              />
              <MailTexts texts={texts} onChange={change} issues={issues} />
            </Stack>
          </Tabs.Panel>
          <Tabs.Panel value="preview">
            <MailPreview mail={preview.shown} error={preview.error} />
          </Tabs.Panel>
        </Tabs>
        <DialogFoot
          submit={text.mail.send}
          close={close}
          isSending={sending.isPending}
          isDisabled={!to.length || !texts.subject.trim() || !texts.body.trim()}
          error={sending.error}
          beside={['subject', 'body', 'bodyHtml']}
        />
      </form>
    </Dialog>
  )
}

type RecipientsGiven = { ids: string[]; chosen: string[]; onChange: (ids: string[]) => void }

/** Whom it goes to, by name and address; of several some may be left out. */
function Recipients({ ids, chosen, onChange }: RecipientsGiven) {
  const text = useText()
  const found = useQueries({ queries: ids.map(id => recordQuery(contactContract, id)) })
  const labelOf = (row: Row | undefined) =>
    row ? withShownAddresses(`${titleOf(row, contactContract.title)} <${row.email ?? '–'}>`) : '…'
  if (ids.length === 1)
    return (
      <P size="sm">
        <span className="quiet">{text.mail.to}: </span>
        {labelOf(found[0]?.data)}
      </P>
    )
  return (
    <MultiSelect
      label={text.mail.to}
      value={chosen}
      data={ids.map((value, at) => ({ value, label: labelOf(found[at]?.data) }))}
      onChange={onChange}
    />
  )
}

/** Without a deal, what merges a deal's fields has nothing to merge. */
function optionOf(template: Template, dealId: string | undefined, text: Text) {
  const needsDeal = !dealId && mergesDeal(template)
  const { id, name } = template
  return { value: id, label: needsDeal ? `${name} (${text.templates.needsDeal})` : name, disabled: needsDeal }
}

/** The templates that may be sent; a workspace has few. */
function useTemplates(): Template[] {
  const { data } = useQuery({
    queryKey: ['emailTemplate', 'active'],
    staleTime: 60_000,
    queryFn: async () =>
      (
        await api.get<{ rows: Template[] }>('/email-templates', {
          query: { isActive: 'true', sort: 'name', limit: 200 },
        })
      ).rows,
  })
  return data ?? NONE
}
const NONE: Template[] = []
