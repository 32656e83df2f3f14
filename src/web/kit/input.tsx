import { Checkbox, MultiSelect, NumberInput, Select, TagsInput, Textarea, TextInput } from '@mantine/core'
import { useState } from 'react'
import type { Field } from '#core/record/fields.ts'
import { momentAt, offsetMs } from '#core/record/relative-time.ts'
import { useMembers, usePipelines } from '../api.ts'
import { useZone } from '../preferences.ts'
import { fieldLabel, optionLabel, useText } from '../text/index.tsx'
import { useFormat } from './format.ts'
import { ObjectInput } from './object-input.tsx'
import { RecordPicker } from './record-picker.tsx'
import { RelatedInput } from './related-input.tsx'
import { TemplatePicker } from './template-picker.tsx'
import { typeKeyOf } from './titles.ts'

type Given = {
  field: Field
  name: string
  value: unknown
  onChange: (value: unknown) => void
  error?: string
  label?: string
  isBare?: boolean
  autoFocus?: boolean
  size?: 'xs' | 'sm'
  /** Shows what may be chosen at once, where that was what the click was for. */
  isOpened?: boolean
  /** The record or draft that the field belongs to: stages depend on the pipeline. */
  row?: Record<string, unknown>
}

type Common = {
  onChange: (value: unknown) => void
  error?: string
  required?: boolean
  autoFocus?: boolean
  name?: string
  size?: 'xs' | 'sm'
  label?: string
  'aria-label'?: string
  defaultDropdownOpened?: boolean
}

/** The control for a field of any kind, derived from its contract. */
export function FieldInput({
  field,
  name,
  value,
  onChange,
  error,
  label,
  isBare,
  autoFocus,
  row,
  size = 'sm',
  isOpened,
}: Given) {
  const text = useText()
  const title = label ?? fieldLabel(text, name)
  const naming = isBare ? { 'aria-label': title } : { label: title }
  const focus = autoFocus ? { 'data-autofocus': true } : {}
  const common = { ...naming, ...focus, error, required: field.required, autoFocus, name, onChange, size }
  const id = (value as string | null) ?? null
  switch (field.kind) {
    case 'integer':
    case 'number':
    case 'money':
      return <Figure {...common} kind={field.kind} value={value as number | null} />
    case 'boolean':
      return (
        <Checkbox
          {...naming}
          error={error}
          checked={Boolean(value)}
          onChange={event => onChange(event.currentTarget.checked)}
        />
      )
    case 'choice':
      return (
        <Select
          {...common}
          value={id}
          data={field.options!.map(option => ({ value: option, label: optionLabel(text, name, option) }))}
          clearable={field.nullable}
          defaultDropdownOpened={isOpened}
        />
      )
    case 'member':
      return (
        <MemberInput {...common} value={id} clearable={field.nullable} defaultDropdownOpened={isOpened} />
      )
    case 'link':
      if (field.target === 'stage' || field.target === 'pipeline')
        return (
          <StageInput
            {...common}
            target={field.target}
            value={id}
            row={row}
            defaultDropdownOpened={isOpened}
          />
        )
      if (field.target === 'emailTemplate') return <TemplatePicker {...common} value={id} />
      return <RecordPicker {...common} type={field.target!} value={id} />
    case 'related':
      return (
        <RelatedInput
          {...{ ...naming, error, size, onChange }}
          types={field.options ?? []}
          type={(row?.[typeKeyOf(name)] as string | undefined) ?? null}
          value={id}
        />
      )
    case 'object':
      return (
        <ObjectInput
          {...{ ...naming, error, size, name, onChange }}
          value={(value as Record<string, unknown> | null) ?? null}
        />
      )
    case 'tags':
    case 'texts':
      if (field.kind === 'texts' && field.options?.length)
        return <SeveralInput {...common} value={(value as string[] | null) ?? []} options={field.options} />
      return <TagsInput {...common} value={(value as string[] | null) ?? []} maxLength={60} />
    default:
      return <TypedInput {...common} kind={field.kind} value={id ?? ''} />
  }
}

/** What stands in a number field. One that is half typed, such as `8.` or `10.0`, comes as text; a sign alone is none yet. */
export function numberTyped(typed: number | string): number | null {
  const number = typed === '' ? Number.NaN : Number(typed)
  return Number.isNaN(number) ? null : number
}

/** A number, typed as the reader writes numbers. */
function Figure({
  kind,
  value,
  onChange,
  ...given
}: Common & { kind: Field['kind']; value: number | null | undefined }) {
  const format = useFormat()
  const [isSign, setIsSign] = useState(false)
  return (
    <NumberInput
      {...given}
      value={value ?? (isSign ? '-' : '')}
      onChange={typed => {
        setIsSign(typed === '-')
        onChange(numberTyped(typed))
      }}
      decimalScale={kind === 'integer' ? 0 : kind === 'money' ? 2 : undefined}
      thousandSeparator={format.thousands}
      decimalSeparator={format.decimals}
    />
  )
}

const INPUT_TYPES: Partial<Record<Field['kind'], string>> = {
  time: 'time',
  email: 'email',
  phone: 'tel',
  url: 'url',
}

/** Several of the options of a list. What a record holds beside them, since the list has changed, may stay or go. */
function SeveralInput({
  options,
  value,
  ...given
}: Common & { options: readonly string[]; value: string[] }) {
  return <MultiSelect {...given} value={value} data={[...new Set([...options, ...value])]} searchable />
}

/** What is typed as text: words, addresses, days and moments. */
function TypedInput({ kind, value, onChange, ...given }: Common & { kind: Field['kind']; value: string }) {
  if (kind === 'longText')
    return <Textarea {...given} value={value} onChange={event => onChange(event.currentTarget.value)} />
  if (kind === 'date' || kind === 'moment') return <DayInput {...given} {...{ kind, value, onChange }} />
  const complete = (typed: string) => kind === 'url' && typed !== '' && onChange(addressTyped(typed))
  return (
    <TextInput
      {...given}
      type={INPUT_TYPES[kind] ?? 'text'}
      value={value}
      onChange={({ currentTarget: { value: typed } }) => onChange(typed === '' ? null : typed)}
      onBlur={event => complete(event.currentTarget.value)}
      onKeyDown={event => event.key === 'Enter' && complete(event.currentTarget.value)}
    />
  )
}

/** A web address as people say it, such as `example.com`, is one by `https`. */
export const addressTyped = (typed: string): string =>
  /^[\p{L}\p{M}\p{N}_-]+(\.[\p{L}\p{M}\p{N}_-]+)+([/?#:]|$)/u.test(typed.trim())
    ? `https://${typed.trim()}`
    : typed

/** Of years before, the last figures are still being typed. */
const FIRST_DAY = '1000'
const LAST_DAY = '9999-12-31'

/**
 * A day, or a moment on the reader's clock. A year is typed figure by figure, each of which the browser takes for a year of its own, and
 * while a part is missing for no day at all: what is typed stands as it is until it is left, and counts once it is whole.
 */
function DayInput({ kind, value, onChange, ...given }: Common & { kind: 'date' | 'moment'; value: string }) {
  const zone = useZone()
  const [typed, setTyped] = useState<string>()
  const isMoment = kind === 'moment'
  return (
    <TextInput
      {...given}
      type={isMoment ? 'datetime-local' : 'date'}
      max={isMoment ? `${LAST_DAY}T23:59` : LAST_DAY}
      value={typed ?? (isMoment && value ? localMoment(value, zone) : value)}
      onChange={({ currentTarget: { value: seen, validity } }) => {
        setTyped(seen)
        if (seen === '' ? !validity.badInput : seen >= FIRST_DAY)
          onChange(seen === '' ? null : isMoment ? momentOf(seen, zone) : seen)
      }}
      onBlur={() => setTyped(undefined)}
    />
  )
}

/** A moment as `<input type="datetime-local">` wants it, in the reader's zone. */
function localMoment(value: string, zone: string): string {
  const ms = Date.parse(value)
  return new Date(ms + offsetMs(zone, ms)).toISOString().slice(0, 16)
}
const momentOf = (typed: string, zone: string): string =>
  momentAt(typed.slice(0, 10), typed.slice(11, 16), zone).toISOString()

function MemberInput(given: Common & { value: string | null; clearable: boolean }) {
  const members = useMembers()
  const data = [...members.values()]
    .filter(member => member.isActive || member.id === given.value)
    .map(({ id, name }) => ({ value: id, label: name }))
  return <Select {...given} data={data} searchable />
}

function StageInput({
  target,
  row,
  ...given
}: Common & {
  target: 'stage' | 'pipeline'
  value: string | null
  row: Record<string, unknown> | undefined
}) {
  const pipelines = usePipelines()
  const own =
    pipelines.find(({ id }) => id === row?.pipelineId) ?? pipelines.find(({ isDefault }) => isDefault)
  const data = (target === 'pipeline' ? pipelines : (own?.stages ?? [])).map(({ id, name }) => ({
    value: id,
    label: name,
  }))
  return <Select {...given} data={data} />
}
