import { Checkbox, NumberInput, Select, TagsInput, Textarea, TextInput } from '@mantine/core'
import type { Field } from '#core/record/fields.ts'
import { useMembers, usePipelines } from '../api.ts'
import { choiceLabel, fieldLabel, useText } from '../text/index.tsx'
import { RecordPicker } from './record-picker.tsx'

type Given = {
  field: Field
  name: string
  value: unknown
  onChange: (value: unknown) => void
  error?: string
  label?: string
  isBare?: boolean
  autoFocus?: boolean
  /** The record or draft that the field belongs to: stages depend on the pipeline. */
  row?: Record<string, unknown>
}

/** The control for a field of any kind, derived from its contract. */
export function FieldInput({ field, name, value, onChange, error, label, isBare, autoFocus, row = {} }: Given) {
  const text = useText()
  const title = label ?? fieldLabel(text, name)
  const common = {
    ...(isBare ? { 'aria-label': title } : { label: title }),
    error,
    required: field.required,
    autoFocus,
    name,
  }
  const plain = { ...common, value: (value as string | null) ?? '' }
  const typed = (event: { currentTarget: { value: string } }) => onChange(event.currentTarget.value || null)
  switch (field.kind) {
    case 'longText':
      return <Textarea {...plain} onChange={event => onChange(event.currentTarget.value)} />
    case 'integer':
    case 'number':
    case 'money':
      return (
        <NumberInput
          {...common}
          value={(value as number | null) ?? ''}
          onChange={given => onChange(given === '' ? null : Number(given))}
          decimalScale={field.kind === 'integer' ? 0 : field.kind === 'money' ? 2 : undefined}
          thousandSeparator
        />
      )
    case 'boolean':
      return (
        <Checkbox
          {...(isBare ? { 'aria-label': title } : { label: title })}
          error={error}
          checked={Boolean(value)}
          onChange={event => onChange(event.currentTarget.checked)}
        />
      )
    case 'choice':
      return (
        <Select
          {...common}
          value={(value as string | null) ?? null}
          data={field.options!.map(option => ({ value: option, label: choiceLabel(text, option) }))}
          onChange={onChange}
          clearable={field.nullable}
        />
      )
    case 'member':
      return <MemberInput {...common} value={(value as string | null) ?? null} onChange={onChange} />
    case 'link':
      if (field.target === 'stage' || field.target === 'pipeline')
        return <StageInput {...common} target={field.target} value={value as string | null} onChange={onChange} row={row} />
      return (
        <RecordPicker {...common} type={field.target!} value={(value as string | null) ?? null} onChange={onChange} />
      )
    case 'related':
      return row.relatedType ? (
        <RecordPicker
          {...common}
          type={row.relatedType as string}
          value={(value as string | null) ?? null}
          onChange={onChange}
        />
      ) : null
    case 'tags':
    case 'texts':
      return <TagsInput {...common} value={(value as string[] | null) ?? []} onChange={onChange} maxLength={60} />
    case 'date':
      return <TextInput {...plain} type="date" onChange={typed} />
    case 'time':
      return <TextInput {...plain} type="time" onChange={typed} />
    case 'moment':
      return (
        <TextInput
          {...plain}
          type="datetime-local"
          value={value ? localMoment(value as string) : ''}
          onChange={event =>
            onChange(event.currentTarget.value ? new Date(event.currentTarget.value).toISOString() : null)
          }
        />
      )
    case 'email':
      return <TextInput {...plain} type="email" onChange={typed} />
    case 'phone':
      return <TextInput {...plain} type="tel" onChange={typed} />
    case 'url':
      return <TextInput {...plain} type="url" placeholder="https://" onChange={typed} />
    default:
      return <TextInput {...plain} onChange={typed} />
  }
}

/** A moment as `<input type="datetime-local">` wants it, in the reader's zone. */
function localMoment(value: string): string {
  const date = new Date(value)
  return new Date(date.getTime() - date.getTimezoneOffset() * 60_000).toISOString().slice(0, 16)
}

type Common = { error?: string; required?: boolean; autoFocus?: boolean; label?: string; 'aria-label'?: string }

function MemberInput(given: Common & { value: string | null; onChange: (value: unknown) => void }) {
  const members = useMembers()
  const data = [...members.values()]
    .filter(member => member.isActive || member.id === given.value)
    .map(({ id, name }) => ({ value: id, label: name }))
  return <Select {...given} data={data} searchable clearable={!given.required} />
}

function StageInput({
  target,
  row,
  ...given
}: Common & {
  target: 'stage' | 'pipeline'
  value: string | null
  onChange: (value: unknown) => void
  row: Record<string, unknown>
}) {
  const pipelines = usePipelines()
  const own = pipelines.find(({ id }) => id === row.pipelineId) ?? pipelines.find(({ isDefault }) => isDefault)
  const data = (target === 'pipeline' ? pipelines : (own?.stages ?? [])).map(({ id, name }) => ({
    value: id,
    label: name,
  }))
  return <Select {...given} data={data} />
}

/** The control for a custom field, by its type. */
export function customKind(type: string, options: string[]): Field {
  const kinds: Record<string, Field['kind']> = {
    text: 'text',
    longText: 'longText',
    number: 'number',
    currency: 'money',
    date: 'date',
    boolean: 'boolean',
    select: 'choice',
    multiSelect: 'texts',
    url: 'url',
    email: 'email',
    phone: 'phone',
    user: 'member',
  }
  return { kind: kinds[type] ?? 'text', options, nullable: true, required: false, writable: 'always' } as unknown as Field
}

