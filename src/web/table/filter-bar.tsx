import { ActionIcon, Button, Group, MultiSelect, NumberInput, Popover, Select, Stack } from '@mantine/core'
import { IconFilter, IconX } from '@tabler/icons-react'
import { FieldInput } from '../kit/input.tsx'
import { type Column, canFilter, withParts } from '../record/model.ts'
import { optionLabel, useText } from '../text/index.tsx'
import { type Condition, needsValue, operatorsFor } from './filters.ts'
import classes from './table.module.css'
import type { View } from './view.ts'

type Given = {
  columns: Column[]
  view: Pick<View, 'conditions' | 'extra'>
  onChange: (change: Partial<View>) => void
}

/** Builds conditions that all have to hold; the server does the filtering. */
export function FilterBar(given: Given) {
  const text = useText()
  const { conditions, extra } = given.view
  const count = conditions.length + (extra ? 1 : 0)
  const first = firstCondition(given.columns)
  return (
    <Popover
      position="bottom-start"
      width={680}
      onOpen={() => !count && first && given.onChange({ conditions: [first] })}
    >
      <Popover.Target>
        <Button
          variant={count ? 'light' : 'default'}
          leftSection={<IconFilter size={14} />}
          rightSection={count || undefined}
        >
          {text.table.filter}
        </Button>
      </Popover.Target>
      <Popover.Dropdown maw="calc(100vw - 24px)">
        <Conditions {...given} isWithin />
      </Popover.Dropdown>
    </Popover>
  )
}

/** The condition that somebody begins with. */
export function firstCondition(columns: Column[]): Condition | undefined {
  const column = columns.find(canFilter)
  return column && { path: column.path, op: operatorsFor(column)[0]!, value: null }
}

/** The conditions themselves. Within what closes by a click elsewhere, its lists must not stand elsewhere. */
export function Conditions({
  columns,
  view: { conditions, extra },
  onChange: change,
  isWithin = false,
}: Given & { isWithin?: boolean }) {
  const text = useText()
  const onChange = (next: Condition[]) => change({ conditions: next })
  const count = conditions.length + (extra ? 1 : 0)
  const fields = withParts(text, columns).filter(canFilter)
  const replace = (index: number, condition: Condition) =>
    onChange(conditions.map((other, at) => (at === index ? condition : other)))
  return (
    <Stack gap="xs">
      {conditions.map((condition, index) => (
        <ConditionRow
          // biome-ignore lint/suspicious/noArrayIndexKey: conditions have no other name than their place
          key={index}
          {...{ condition, fields, isWithin }}
          lead={index ? text.table.and : text.table.where}
          onChange={next => replace(index, next)}
          remove={() => onChange(conditions.filter((_, at) => at !== index))}
        />
      ))}
      {extra && (
        <Group gap="xs" wrap="nowrap">
          <span className="quiet">{text.views.extra}</span>
          <ActionIcon
            ml="auto"
            onClick={() => change({ extra: undefined })}
            aria-label={`${text.common.delete}: ${text.views.extra}`}
          >
            <IconX size={14} />
          </ActionIcon>
        </Group>
      )}
      <Group>
        <Button
          variant="subtle"
          size="compact-sm"
          onClick={() => onChange([...conditions, firstCondition(columns)!])}
        >
          {text.table.addCondition}
        </Button>
        {count > 0 && (
          <Button
            variant="subtle"
            color="gray"
            size="compact-sm"
            ml="auto"
            onClick={() => change({ conditions: [], extra: undefined })}
          >
            {text.common.clear}
          </Button>
        )}
      </Group>
    </Stack>
  )
}

type RowGiven = {
  condition: Condition
  fields: Column[]
  isWithin: boolean
  lead: string
  onChange: (condition: Condition) => void
  remove: () => void
}

function ConditionRow({ condition, fields, isWithin, lead, onChange, remove }: RowGiven) {
  const text = useText()
  const column = fields.find(({ path }) => path === condition.path) ?? fields[0]!
  const operators = operatorsFor(column)
  const choose = (path: string | null) => {
    const next = fields.find(field => field.path === path)
    if (next) onChange({ path: next.path, op: operatorsFor(next)[0]!, value: null })
  }
  return (
    <div className={classes.condition}>
      <span className="quiet">{lead}</span>
      <Select
        size="xs"
        searchable
        aria-label={lead}
        value={column.path}
        data={fields.map(({ path, label }) => ({ value: path, label }))}
        onChange={choose}
        comboboxProps={{ withinPortal: !isWithin }}
      />
      <Select
        size="xs"
        aria-label={column.label}
        value={condition.op}
        data={operators.map(op => ({ value: op, label: text.operators[op] }))}
        onChange={op => op && onChange(withOperator(condition, op as Condition['op']))}
        comboboxProps={{ withinPortal: !isWithin }}
      />
      <div className={classes.wanted}>
        {!needsValue(condition.op) ? null : condition.op === 'withinLast' ? (
          <NumberInput
            size="xs"
            min={1}
            max={3650}
            aria-label={text.operators.withinLast}
            value={(condition.value as number | null) ?? ''}
            onChange={value => onChange({ ...condition, value: value === '' ? null : Number(value) })}
          />
        ) : condition.op === 'in' ? (
          <MultiSelect
            size="xs"
            aria-label={column.label}
            value={Array.isArray(condition.value) ? (condition.value as string[]) : []}
            data={(column.field.options ?? []).map(value => ({
              value,
              label: optionLabel(text, column.path, value),
            }))}
            onChange={value => onChange({ ...condition, value })}
            comboboxProps={{ withinPortal: !isWithin }}
          />
        ) : (
          <FieldInput
            field={{ ...column.field, required: false, kind: simple(column.field.kind) }}
            name={column.path}
            label={column.label}
            value={condition.value}
            onChange={value => onChange({ ...condition, value })}
            isBare
            size="xs"
          />
        )}
      </div>
      <ActionIcon onClick={remove} aria-label={text.common.delete}>
        <IconX size={14} />
      </ActionIcon>
    </div>
  )
}

/** Another comparison: one value becomes a list of one, and a list its first. */
function withOperator(condition: Condition, op: Condition['op']): Condition {
  const { value } = condition
  if (op === 'in') return { ...condition, op, value: Array.isArray(value) ? value : value ? [value] : [] }
  return { ...condition, op, value: Array.isArray(value) ? (value[0] ?? null) : value }
}

/** Parts of a mail address, a phone number or a long text are looked for as plain words; moments by their day. */
function simple(kind: Column['field']['kind']): Column['field']['kind'] {
  if (kind === 'email' || kind === 'phone' || kind === 'url' || kind === 'longText' || kind === 'tags')
    return 'text'
  return kind === 'moment' ? 'date' : kind
}
