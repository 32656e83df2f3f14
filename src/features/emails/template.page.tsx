import { ActionIcon, Alert, Button, Group, Text as P, Switch, TextInput, VisuallyHidden } from '@mantine/core'
import { IconArrowLeft } from '@tabler/icons-react'
import { useMutation, useQuery } from '@tanstack/react-query'
import { useNavigate, useParams } from '@tanstack/react-router'
import { useMemo, useState } from 'react'
import { ApiError } from '#core/client/client.ts'
import { api, issuesByPath, messageOf, useMayChange } from '#web/api.ts'
import { useDraft } from '#web/kit/draft.ts'
import { tell } from '#web/kit/notify.tsx'
import { RecordPicker } from '#web/kit/record-picker.tsx'
import { Fault, PageWaiting } from '#web/kit/states.tsx'
import { type Row, recordQuery, refreshAround } from '#web/record/model.ts'
import { useText } from '#web/text/index.tsx'
import { emailTemplateContract } from './email-templates.contract.ts'
import classes from './emails.module.css'
import { MailTexts, type Texts } from './mail-texts.page.tsx'
import { MailPreview, usePreview } from './preview.page.tsx'

type Template = Texts & { name: string; isActive: boolean }

/** Writes a template; beside it how it reads for a contact, as one types. */
export default function TemplatePage() {
  const { id } = useParams({ strict: false }) as { id: string }
  const { data, error, isPending, refetch } = useQuery(recordQuery(emailTemplateContract, id))
  if (isPending) return <PageWaiting />
  if (error || !data) return <Fault error={error} retry={refetch} />
  return <Editor key={id} row={data} />
}

function Editor({ row }: { row: Row }) {
  const text = useText()
  const navigate = useNavigate()
  const state = useTemplate(row)
  const { template, change, isReadOnly, isChanged, saving, discard } = state
  const [contactId, setContact] = useState<string | null>(null)
  const preview = usePreview(template, { contactId })
  const issues = { ...preview.issues, ...issuesByPath(saving.error) }
  const isConflict = saving.error instanceof ApiError && saving.error.status === 412
  return (
    <form
      className={classes.page}
      noValidate
      onSubmit={event => {
        event.preventDefault()
        saving.mutate()
      }}
    >
      <header className={classes.head}>
        <VisuallyHidden component="h1">{template.name || text.labels.emailTemplate}</VisuallyHidden>
        <ActionIcon
          size="lg"
          aria-label={text.plurals.emailTemplate}
          title={text.plurals.emailTemplate}
          onClick={() => navigate({ to: '/settings/templates' })}
        >
          <IconArrowLeft size={16} />
        </ActionIcon>
        <TextInput
          className={classes.name}
          aria-label={text.table.name}
          readOnly={isReadOnly}
          maxLength={200}
          value={template.name}
          error={issues.name}
          onChange={event => change({ name: event.currentTarget.value })}
        />
        <Switch
          size="xs"
          label={text.templates.active}
          disabled={isReadOnly}
          checked={template.isActive}
          onChange={event => change({ isActive: event.currentTarget.checked })}
        />
        {!isReadOnly && (
          <Group gap={6} wrap="nowrap">
            {isChanged && (
              <Button variant="subtle" color="gray" onClick={discard}>
                {text.templates.discard}
              </Button>
            )}
            <Button type="submit" disabled={!isChanged} loading={saving.isPending}>
              {text.templates.save}
            </Button>
          </Group>
        )}
      </header>
      {Boolean(saving.error) && !Object.keys(issuesByPath(saving.error)).length && (
        <Alert color="red" variant="light" radius={0} py={8} role="alert">
          {isConflict ? text.templates.conflict : messageOf(saving.error, text.common.offline)}
        </Alert>
      )}
      <div className={classes.columns}>
        <section className={classes.write} aria-label={text.templates.mail}>
          {isReadOnly && (
            <P size="sm" className="quiet">
              {text.templates.readOnly}
            </P>
          )}
          <MailTexts texts={template} onChange={change} issues={issues} isReadOnly={isReadOnly} />
        </section>
        <section aria-label={text.templates.preview}>
          <RecordPicker
            type="contact"
            label={text.templates.previewFor}
            value={contactId}
            onChange={setContact}
          />
          {!contactId && (
            <P size="xs" className="quiet">
              {text.templates.nobody}
            </P>
          )}
          <MailPreview mail={preview.shown} error={preview.error} />
        </section>
      </div>
    </form>
  )
}

const NOTHING = {}

/** What stands in the form: what is kept, under what has been typed since. */
function useTemplate(row: Row) {
  const text = useText()
  const mayChange = useMayChange()
  const { draft, change, forget } = useDraft(`template.${row.id}`, NOTHING)
  const kept = useMemo(
    (): Template => ({
      name: row.name as string,
      subject: row.subject as string,
      body: row.body as string,
      bodyHtml: (row.bodyHtml as string | null) ?? null,
      isActive: row.isActive as boolean,
    }),
    [row],
  )
  const template = { ...kept, ...draft } as Template
  const changes = Object.fromEntries(
    Object.entries(draft).filter(([key, value]) => kept[key as keyof Template] !== value),
  )
  const saving = useMutation({
    mutationFn: () =>
      api.patch(`/email-templates/${row.id}`, changes, { headers: { 'if-match': `"${row.version}"` } }),
    onSuccess() {
      forget()
      tell(text.templates.saved)
    },
    onSettled: () => refreshAround('emailTemplate'),
  })
  return {
    template,
    change: change as (values: Partial<Template>) => void,
    discard() {
      forget()
      saving.reset()
    },
    isReadOnly: !mayChange(row),
    isChanged: Object.keys(changes).length > 0,
    saving,
  }
}
