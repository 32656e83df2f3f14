import { Alert, Checkbox, Select, Stack, TextInput } from '@mantine/core'
import { useMutation } from '@tanstack/react-query'
import type { FormEvent } from 'react'
import { ApiError } from '#core/client/client.ts'
import { CUSTOM_TYPES } from '#core/record/custom-types.ts'
import { api, issuesByPath } from '#web/api.ts'
import { Dialog } from '#web/kit/dialog.tsx'
import { DialogFoot } from '#web/kit/dialog-foot.tsx'
import { useForm } from '#web/kit/draft.ts'
import { DraftNote } from '#web/kit/draft-note.tsx'
import { tell } from '#web/kit/notify.tsx'
import { useText } from '#web/text/index.tsx'
import { type CustomField, refreshFields } from './custom-fields.page.tsx'
import { keyFrom } from './key-from.ts'
import { OptionList } from './option-list.page.tsx'

const isChoice = (type: string) => type === 'select' || type === 'multiSelect'

type Values = Pick<CustomField, 'label' | 'type' | 'options' | 'required'> & { typedKey?: string }
const NEW: Values = { label: '', type: 'text', options: [], required: false }

type Given = { entity: string; field?: CustomField; taken: CustomField[]; close: () => void }

/** A field of the workspace's own. Key and type are chosen once, since the values of records hang on them. */
export function FieldDialog({ entity, field, taken, close }: Given) {
  const text = useText()
  const form = useForm(`field.${field?.id ?? `new.${entity}`}`, { ...NEW, ...field })
  const { label, typedKey, type, options, required } = form.values
  const key = typedKey ?? keyFrom(label, new Set(taken.map(each => each.key)))
  const saving = useMutation({
    mutationFn() {
      const body = { label, required, ...(isChoice(type) ? { options } : {}) }
      return field
        ? api.patch(`/custom-fields/${field.id}`, body, { headers: { 'if-match': `"${field.version}"` } })
        : api.post('/custom-fields', { ...body, entity, key, type })
    },
    onSuccess() {
      form.forget()
      refreshFields(entity)
      if (!field) tell(text.common.created(label))
      close()
    },
    onError: error => {
      if (error instanceof ApiError && error.status === 412) refreshFields(entity)
    },
  })
  const issues = issuesByPath(saving.error)
  const optionIssue = Object.entries(issues).find(([path]) => path.startsWith('options'))?.[1]
  const submit = (event: FormEvent) => {
    event.preventDefault()
    saving.mutate()
  }
  const isGone = field?.options.some(option => !options.includes(option))
  return (
    <Dialog onClose={close} title={field ? field.label : text.customFields.create}>
      <form noValidate onSubmit={submit}>
        <DraftNote {...form} />
        <Stack gap="sm">
          <TextInput
            data-autofocus
            label={text.customFields.label}
            maxLength={120}
            value={label}
            error={issues.label}
            onChange={event => form.change({ label: event.currentTarget.value })}
          />
          <TextInput
            label={text.customFields.key}
            description={text.customFields.keyHint}
            maxLength={60}
            disabled={Boolean(field)}
            value={field?.key ?? key}
            error={issues.key}
            onChange={event => form.change({ typedKey: event.currentTarget.value })}
          />
          <Select
            label={text.customFields.type}
            disabled={Boolean(field)}
            value={type}
            error={issues.type}
            data={CUSTOM_TYPES.map(value => ({ value, label: text.customFields.types[value] ?? value }))}
            onChange={value => value && form.change({ type: value })}
          />
          {isChoice(type) && (
            <OptionList
              options={options}
              change={list => form.change({ options: list })}
              error={optionIssue}
            />
          )}
          {isGone && (
            <Alert color="orange" variant="light" py="xs">
              {text.customFields.optionGone}
            </Alert>
          )}
          <Checkbox
            label={text.customFields.isRequired}
            description={text.customFields.requiredHint}
            checked={required}
            onChange={event => form.change({ required: event.currentTarget.checked })}
          />
        </Stack>
        <DialogFoot
          submit={field ? text.common.save : text.common.create}
          close={close}
          isSending={saving.isPending}
          error={saving.error}
          beside={Object.keys(issues).filter(path => /^(label|key|type|options)/.test(path))}
        />
      </form>
    </Dialog>
  )
}
