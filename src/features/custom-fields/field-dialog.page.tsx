import { Alert, Checkbox, Modal, Select, Stack, TextInput } from '@mantine/core'
import { useMutation } from '@tanstack/react-query'
import { type FormEvent, useState } from 'react'
import { ApiError } from '#core/client/client.ts'
import { CUSTOM_TYPES } from '#core/record/custom-types.ts'
import { api, issuesByPath } from '#web/api.ts'
import { DialogFoot } from '#web/kit/dialog-foot.tsx'
import { tell } from '#web/kit/notify.tsx'
import { useText } from '#web/text/index.tsx'
import { type CustomField, refreshFields } from './custom-fields.page.tsx'
import { keyFrom } from './key-from.ts'
import { OptionList } from './option-list.page.tsx'

const isChoice = (type: string) => type === 'select' || type === 'multiSelect'

type Given = { entity: string; field?: CustomField; taken: CustomField[]; close: () => void }

/** A field of the workspace's own. Key and type are chosen once, since the values of records hang on them. */
export function FieldDialog({ entity, field, taken, close }: Given) {
  const text = useText()
  const [label, setLabel] = useState(field?.label ?? '')
  const [typedKey, setKey] = useState<string>()
  const [type, setType] = useState(field?.type ?? 'text')
  const [options, setOptions] = useState(field?.options ?? [])
  const [required, setRequired] = useState(field?.required ?? false)
  const key = typedKey ?? keyFrom(label, new Set(taken.map(each => each.key)))
  const saving = useMutation({
    mutationFn() {
      const body = { label, required, ...(isChoice(type) ? { options } : {}) }
      return field
        ? api.patch(`/custom-fields/${field.id}`, body, { headers: { 'if-match': `"${field.version}"` } })
        : api.post('/custom-fields', { ...body, entity, key, type })
    },
    onSuccess() {
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
    <Modal opened onClose={close} title={field ? field.label : text.customFields.create}>
      <form noValidate onSubmit={submit}>
        <Stack gap="sm">
          <TextInput
            data-autofocus
            label={text.customFields.label}
            maxLength={120}
            value={label}
            error={issues.label}
            onChange={event => setLabel(event.currentTarget.value)}
          />
          <TextInput
            label={text.customFields.key}
            description={text.customFields.keyHint}
            maxLength={60}
            disabled={Boolean(field)}
            value={field?.key ?? key}
            error={issues.key}
            onChange={event => setKey(event.currentTarget.value)}
          />
          <Select
            label={text.customFields.type}
            disabled={Boolean(field)}
            value={type}
            error={issues.type}
            data={CUSTOM_TYPES.map(value => ({ value, label: text.customFields.types[value] ?? value }))}
            onChange={value => value && setType(value)}
          />
          {isChoice(type) && <OptionList options={options} change={setOptions} error={optionIssue} />}
          {isGone && (
            <Alert color="orange" variant="light" py="xs">
              {text.customFields.optionGone}
            </Alert>
          )}
          <Checkbox
            label={text.customFields.isRequired}
            description={text.customFields.requiredHint}
            checked={required}
            onChange={event => setRequired(event.currentTarget.checked)}
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
    </Modal>
  )
}
