import { ActionIcon, Button, MultiSelect, NumberInput, Select } from '@mantine/core'
import { IconX } from '@tabler/icons-react'
import { FieldInput } from '../kit/input.tsx'
import { type Column, canFilter, useColumns, withParts } from '../record/model.ts'
import { optionLabel, useText } from '../text/index.tsx'
import { FilterWords, pluralOf } from './filter-words.tsx'
import {
  type Condition,
  conditionsIn,
  filterOf,
  HANGING_OPS,
  isBuildable,
  isHanging,
  isSpan,
  needsValue,
  operatorsFor,
} from './filters.ts'
import type { Hanging } from './hanging.ts'
import classes from './table.module.css'

/** What conditions may speak of: fields of the record, of those that it links to, and the records that hang on it. */
export type Fields = { own: Column[]; linked: Column[]; hanging: Hanging[] }

type Given = {
  condition: Condition
  fields: Fields
  /** Within what closes by a click elsewhere, its lists must not stand elsewhere. */
  isWithin: boolean
  lead: string
  onChange: (condition: Condition) => void
  remove: () => void
}

export function ConditionRow(given: Given) {
  const { condition, fields, isWithin, lead, onChange, remove } = given
  const text = useText()
  const hanging = isHanging(condition)
    ? fields.hanging.find(({ path }) => path === condition.path)
    : undefined
  const columns = [...fields.own, ...fields.linked]
  const column = columns.find(({ path }) => path === condition.path) ?? columns[0]!
  const label = hanging ? pluralOf(text, hanging) : column.label
  const operators = hanging ? HANGING_OPS : operatorsFor(column)
  const choose = (path: string | null) => {
    const chosen = columns.find(field => field.path === path)
    if (chosen) onChange({ path: chosen.path, op: operatorsFor(chosen)[0]!, value: null })
    else if (path) onChange({ path, op: 'hasSome', value: [] })
  }
  return (
    <>
      <div className={classes.condition}>
        <span className="quiet">{lead}</span>
        <Select
          size="xs"
          className={classes.field}
          searchable
          aria-label={lead}
          value={hanging ? hanging.path : column.path}
          data={useChoices(fields)}
          onChange={choose}
          maxDropdownHeight={280}
          comboboxProps={{ withinPortal: !isWithin }}
        />
        <Select
          size="xs"
          className={classes.operator}
          aria-label={label}
          value={condition.op}
          data={operators.map(op => ({ value: op, label: text.operators[op] }))}
          onChange={op => op && onChange(withOperator(condition, op as Condition['op']))}
          comboboxProps={{ withinPortal: !isWithin }}
        />
        <div className={classes.wanted}>
          {!hanging && needsValue(condition.op) && <Wanted {...{ condition, column, isWithin, onChange }} />}
        </div>
        <ActionIcon onClick={remove} aria-label={text.common.delete}>
          <IconX size={14} />
        </ActionIcon>
      </div>
      {hanging && <Within key={hanging.path} {...given} hanging={hanging} />}
    </>
  )
}

/** The fields as they are offered: the record's own, then what belongs to it, then those of what it links to. */
function useChoices({ own, linked, hanging }: Fields) {
  const text = useText()
  const named = (columns: Column[]) => columns.map(({ path, label }) => ({ value: path, label }))
  const groups = [
    {
      group: text.table.hanging,
      items: hanging.map(one => ({ value: one.path, label: pluralOf(text, one) })),
    },
    { group: text.table.linked, items: named(linked) },
  ]
  return [...named(own), ...groups.filter(({ items }) => items.length > 0)]
}

/** The conditions that one of the records has to meet that hang on the row. */
function Within({ condition, isWithin, hanging, onChange }: Given & { hanging: Hanging }) {
  const text = useText()
  const columns = withParts(text, useColumns(hanging.contract)).filter(canFilter)
  const conditions = conditionsIn(condition.value)
  const fields: Fields = { own: columns, linked: [], hanging: [] }
  const put = (value: Condition[]) => onChange({ ...condition, value })
  const [first] = columns
  const lead = (index: number) => (index ? text.table.and : text.table.with)
  return (
    <div className={classes.within}>
      {conditions.map((inner, index) => {
        const column = columns.find(({ path }) => path === inner.path)
        const remove = () => put(conditions.filter((_, at) => at !== index))
        return column && isBuildable(inner, column) ? (
          <ConditionRow
            // biome-ignore lint/suspicious/noArrayIndexKey: conditions have no other name than their place
            key={index}
            {...{ condition: inner, fields, isWithin, remove }}
            lead={lead(index)}
            onChange={next => put(conditions.map((other, at) => (at === index ? next : other)))}
          />
        ) : (
          // biome-ignore lint/suspicious/noArrayIndexKey: as above
          <div key={index} className={classes.told}>
            <span className="quiet">{lead(index)}</span>
            <span>
              <FilterWords filter={filterOf([inner]) ?? { and: [] }} contract={hanging.contract} />
            </span>
            <ActionIcon onClick={remove} aria-label={text.common.delete}>
              <IconX size={14} />
            </ActionIcon>
          </div>
        )
      })}
      {first && (
        <Button
          variant="subtle"
          size="compact-xs"
          style={{ justifySelf: 'start' }}
          onClick={() => put([...conditions, { path: first.path, op: operatorsFor(first)[0]!, value: null }])}
        >
          {text.table.addWithin(pluralOf(text, hanging))}
        </Button>
      )}
    </div>
  )
}

type WantedGiven = Pick<Given, 'condition' | 'isWithin' | 'onChange'> & { column: Column }

/** What a field is compared with. */
function Wanted({ condition, column, isWithin, onChange }: WantedGiven) {
  const text = useText()
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
        aria-label={column.label}
        value={Array.isArray(value) ? (value as string[]) : []}
        data={(column.field.options ?? []).map(option => ({
          value: option,
          label: optionLabel(text, column.path, option),
        }))}
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
  return (
    <FieldInput
      field={{ ...column.field, required: false, kind: simple(column.field.kind) }}
      name={column.path}
      label={column.label}
      value={value}
      onChange={put}
      isBare
      size="xs"
    />
  )
}

/** Another comparison: one value becomes a list of one, and a list its first; days count otherwise than dates. */
function withOperator(condition: Condition, op: Condition['op']): Condition {
  const { value } = condition
  if (isHanging(condition)) return { ...condition, op }
  if (isSpan(op) !== isSpan(condition.op)) return { ...condition, op, value: null }
  if (op === 'in') return { ...condition, op, value: Array.isArray(value) ? value : value ? [value] : [] }
  return { ...condition, op, value: Array.isArray(value) ? (value[0] ?? null) : value }
}

/** Parts of a mail address, a phone number or a long text are looked for as plain words; moments by their day. */
function simple(kind: Column['field']['kind']): Column['field']['kind'] {
  if (kind === 'email' || kind === 'phone' || kind === 'url' || kind === 'longText' || kind === 'tags')
    return 'text'
  return kind === 'moment' ? 'date' : kind
}
