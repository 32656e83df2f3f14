import { ActionIcon, Button, Select } from '@mantine/core'
import { IconX } from '@tabler/icons-react'
import { type ReactNode, useEffect, useRef, useState } from 'react'
import { type AnyContract, type Column, canFilter, useColumns, withParts } from '../record/model.ts'
import { useText } from '../text/index.tsx'
import { FilterWords, pluralOf } from './filter-words.tsx'
import {
  type Condition,
  conditionsIn,
  filterOf,
  firstCondition,
  HANGING_OPS,
  isBuildable,
  isGroup,
  isHanging,
  type Joined,
  joinedBy,
  joinedOf,
  needsValue,
  operatorsFor,
  withOperator,
} from './filters.ts'
import type { Hanging } from './hanging.ts'
import classes from './table.module.css'
import { Wanted } from './wanted.tsx'

/** What conditions may speak of: fields of the record, of those that it links to, and the records that hang on it. */
export type Fields = { own: Column[]; linked: Column[]; hanging: Hanging[] }

type Common = {
  fields: Fields
  contract: AnyContract
  /** Within what closes by a click elsewhere, its lists must not stand elsewhere. */
  isWithin: boolean
}
type ListGiven = Common & {
  joined: Joined
  onChange: (joined: Joined) => void
  /** Said before the first. */
  first: string
  /** Whether `or` may be chosen; where something else has to hold as well, it may not. */
  isFixed?: boolean
  /** Below the conditions, given what makes another one. */
  foot: (add: (condition: Condition) => void) => ReactNode
}

/** Conditions of which all, or any, have to hold. How they are joined is chosen at the second one. */
export function ConditionList({ joined, onChange, first, isFixed = false, foot, ...common }: ListGiven) {
  const text = useText()
  const { items, join } = joined
  const put = (next: Condition[]) => onChange({ join, items: next })
  return (
    <>
      {items.map((condition, index) => {
        const lead = index ? text.table[join] : first
        const given = {
          ...common,
          condition,
          lead,
          join:
            index === 1 && !isFixed ? (
              <Select
                size="xs"
                className={classes.join}
                aria-label={text.table.joined}
                value={join}
                allowDeselect={false}
                data={(['and', 'or'] as const).map(value => ({ value, label: text.table[value] }))}
                onChange={value => onChange({ items, join: value === 'or' ? 'or' : 'and' })}
                comboboxProps={{ withinPortal: !common.isWithin }}
              />
            ) : (
              <span className="quiet">{lead}</span>
            ),
          onChange: (next: Condition) => put(items.map((other, at) => (at === index ? next : other))),
          remove: () => put(items.filter((_, at) => at !== index)),
        }
        // biome-ignore lint/suspicious/noArrayIndexKey: conditions have no other name than their place
        return <Item key={index} {...given} />
      })}
      {foot(condition => put([...items, condition]))}
    </>
  )
}

type Given = Common & {
  condition: Condition
  lead: string
  join: ReactNode
  onChange: (condition: Condition) => void
  remove: () => void
}

function Item(given: Given) {
  const { condition, fields, contract } = given
  if (isGroup(condition)) return <Nested {...given} />
  if (canBuild(condition, fields)) return <ConditionRow {...given} />
  return (
    <Told lead={given.join} remove={given.remove}>
      <FilterWords filter={filterOf([condition]) ?? { and: [] }} contract={contract} />
    </Told>
  )
}

/** Whether there are controls for it; what hangs on a record is judged by its own row, which knows the fields of that. */
function canBuild(condition: Condition, { own, linked, hanging }: Fields): boolean {
  if (isHanging(condition)) return hanging.some(({ path }) => path === condition.path)
  const column = [...own, ...linked].find(({ path }) => path === condition.path)
  return column !== undefined && isBuildable(condition, column)
}

/** Conditions that count as one. */
function Nested({ condition, join, onChange, remove, ...common }: Given) {
  const text = useText()
  const begun = firstCondition(common.fields.own)
  return (
    <fieldset className={classes.nested} aria-label={text.table.group}>
      {join}
      <div className={classes.group}>
        <ConditionList
          {...common}
          joined={{ join: condition.op === 'anyOf' ? 'or' : 'and', items: conditionsIn(condition.value) }}
          onChange={next =>
            next.items.length
              ? onChange({ ...condition, op: next.join === 'or' ? 'anyOf' : 'allOf', value: next.items })
              : remove()
          }
          first={text.table.where}
          foot={add => <AddButton label={text.table.addCondition} run={() => begun && add(begun)} />}
        />
      </div>
      <ActionIcon onClick={remove} aria-label={text.table.removeGroup}>
        <IconX size={14} />
      </ActionIcon>
    </fieldset>
  )
}

const AddButton = ({ label, run }: { label: string; run: () => void }) => (
  <Button variant="subtle" size="compact-xs" style={{ justifySelf: 'start' }} onClick={run}>
    {label}
  </Button>
)

function ConditionRow(given: Given) {
  const { condition, fields, isWithin, lead, join, onChange, remove } = given
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
        {join}
        <FieldChoice {...{ fields, lead, isWithin, choose }} value={hanging ? hanging.path : column.path} />
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

type ChoiceGiven = Pick<Given, 'fields' | 'lead' | 'isWithin'> & {
  value: string
  choose: (path: string | null) => void
}

/** Which field. Who types the name of one that is not loaded yet and presses Enter has it as soon as it is there. */
function FieldChoice({ fields, lead, isWithin, value, choose }: ChoiceGiven) {
  const choices = useChoices(fields)
  const typed = useRef('')
  const [early, setEarly] = useState<string>()
  const [isOpen, open] = useState(false)
  const meant = early === undefined ? undefined : namedBy(choices, early)
  useEffect(() => {
    if (meant === undefined) return
    setEarly(undefined)
    open(false)
    choose(meant)
  })
  return (
    <Select
      size="xs"
      className={classes.field}
      searchable
      aria-label={lead}
      value={value}
      data={choices}
      onChange={choose}
      // The first has the focus as the filter opens; its list is for whoever asks for it.
      openOnFocus={false}
      onFocus={event => event.currentTarget.select()}
      dropdownOpened={isOpen}
      onDropdownOpen={() => open(true)}
      onDropdownClose={() => open(false)}
      onSearchChange={words => {
        typed.current = words
      }}
      onKeyDown={({ key }) => {
        if (key === 'Enter' && !namedBy(choices, typed.current)) setEarly(typed.current)
        else if (key !== 'Tab') setEarly(undefined)
      }}
      maxDropdownHeight={280}
      comboboxProps={{ withinPortal: !isWithin }}
    />
  )
}

/** The first whose name holds the words, as the list shows them. */
function namedBy(choices: ReturnType<typeof useChoices>, words: string): string | undefined {
  const asked = words.trim().toLowerCase()
  if (!asked) return undefined
  return choices
    .flatMap(choice => ('items' in choice ? choice.items : [choice]))
    .find(({ label }) => label.toLowerCase().includes(asked))?.value
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
  const begun = firstCondition(columns)
  return (
    <div className={classes.within}>
      <ConditionList
        contract={hanging.contract}
        fields={{ own: columns, linked: [], hanging: [] }}
        isWithin={isWithin}
        joined={joinedOf(conditionsIn(condition.value))}
        onChange={next => onChange({ ...condition, value: joinedBy(next) })}
        first={text.table.with}
        foot={add =>
          begun && <AddButton label={text.table.addWithin(pluralOf(text, hanging))} run={() => add(begun)} />
        }
      />
    </div>
  )
}

/** What cannot be built is said, kept, and may be taken away. */
export function Told({
  lead,
  remove,
  children,
}: {
  lead: ReactNode
  remove: () => void
  children: ReactNode
}) {
  const text = useText()
  return (
    <div className={classes.told}>
      {lead}
      <span>{children}</span>
      <ActionIcon onClick={remove} aria-label={text.common.delete}>
        <IconX size={14} />
      </ActionIcon>
    </div>
  )
}
