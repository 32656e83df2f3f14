import { MultiSelect, NumberInput, Select } from '@mantine/core'
import { useMembers } from '../api.ts'
import { FieldInput } from '../kit/input.tsx'
import type { Column } from '../record/model.ts'
import { optionLabel, useText } from '../text/index.tsx'
import { type Condition, isSpan } from './filters.ts'
import classes from './table.module.css'

type Given = {
  condition: Condition
  column: Column
  /** Within what closes by a click elsewhere, its lists must not stand elsewhere. */
  isWithin: boolean
  onChange: (condition: Condition) => void
}

/** What a field is compared with. */
export function Wanted({ condition, column, isWithin, onChange }: Given) {
  const text = useText()
  const members = useMembers()
  const { op, value } = condition
  const put = (next: unknown) => onChange({ ...condition, value: next })
  if (isSpan(op))
    return (
      <NumberInput
        size="xs"
        min={1}
        max={3650}
        suffix={` ${text.table.days}`}
        aria-label={`${text.operators[op]} ${text.table.days}`}
        value={(value as number | null) ?? ''}
        onChange={next => put(next === '' ? null : Number(next))}
      />
    )
  if (op === 'in')
    return (
      <MultiSelect
        size="xs"
        searchable
        aria-label={column.label}
        value={Array.isArray(value) ? (value as string[]) : []}
        data={
          column.field.kind === 'member'
            ? [...members.values()].map(({ id, name }) => ({ value: id, label: name }))
            : (column.field.options ?? []).map(option => ({
                value: option,
                label: optionLabel(text, column.path, option),
              }))
        }
        onChange={put}
        comboboxProps={{ withinPortal: !isWithin }}
      />
    )
  if (column.field.kind === 'boolean')
    return (
      <Select
        size="xs"
        aria-label={column.label}
        value={typeof value === 'boolean' ? String(value) : null}
        data={[
          { value: 'true', label: text.common.yes },
          { value: 'false', label: text.common.no },
        ]}
        onChange={next => put(next === null ? null : next === 'true')}
        comboboxProps={{ withinPortal: !isWithin }}
      />
    )
  if (op === 'between') {
    const [from = null, to = null] = Array.isArray(value) ? value : []
    return (
      <div className={classes.range}>
        <One {...{ column }} label={text.table.from} value={from} put={next => put([next, to])} />
        <span className="quiet">{text.table.and}</span>
        <One {...{ column }} label={text.table.to} value={to} put={next => put([from, next])} />
      </div>
    )
  }
  return <One column={column} value={value} put={put} />
}

type OneGiven = { column: Column; label?: string; value: unknown; put: (value: unknown) => void }

function One({ column, label, value, put }: OneGiven) {
  return (
    <FieldInput
      field={{ ...column.field, required: false, kind: simple(column.field.kind) }}
      name={column.path}
      label={label ? `${column.label}, ${label}` : column.label}
      value={value}
      onChange={put}
      isBare
      size="xs"
    />
  )
}

/** Parts of a mail address, a phone number or a long text are looked for as plain words; moments by their day. */
function simple(kind: Column['field']['kind']): Column['field']['kind'] {
  if (kind === 'email' || kind === 'phone' || kind === 'url' || kind === 'longText' || kind === 'tags')
    return 'text'
  return kind === 'moment' ? 'date' : kind
}
