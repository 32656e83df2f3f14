import { ActionIcon, Button, Group, Popover, Stack } from '@mantine/core'
import { IconFilter, IconX } from '@tabler/icons-react'
import type { ReactNode } from 'react'
import { type AnyContract, type Column, canFilter, useColumns, withParts } from '../record/model.ts'
import { useText } from '../text/index.tsx'
import { ConditionRow, type Fields } from './condition-row.tsx'
import { FilterWords } from './filter-words.tsx'
import { type Condition, filterOf, isBuildable, isHanging, operatorsFor } from './filters.ts'
import { useReach } from './reach.ts'
import classes from './table.module.css'
import type { View } from './view.ts'

type Given = {
  contract: AnyContract
  view: Pick<View, 'conditions' | 'extra'>
  onChange: (change: Partial<View>) => void
}

/** Builds conditions that all have to hold; the server does the filtering. */
export function FilterBar(given: Given) {
  const text = useText()
  const { conditions, extra } = given.view
  const count = conditions.length + (extra ? 1 : 0)
  const first = firstCondition(useColumns(given.contract))
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
  contract,
  view: { conditions, extra },
  onChange: change,
  isWithin = false,
}: Given & { isWithin?: boolean }) {
  const text = useText()
  const columns = useColumns(contract)
  const reach = useReach(contract)
  const onChange = (next: Condition[]) => change({ conditions: next })
  const count = conditions.length + (extra ? 1 : 0)
  const fields: Fields = {
    own: withParts(text, columns).filter(canFilter),
    linked: reach.linked.filter(canFilter),
    hanging: reach.hanging,
  }
  const lead = (index: number) => (index ? text.table.and : text.table.where)
  const remove = (index: number) => onChange(conditions.filter((_, at) => at !== index))
  return (
    <Stack gap="xs">
      {conditions.map((condition, index) =>
        canBuild(condition, fields) ? (
          <ConditionRow
            // biome-ignore lint/suspicious/noArrayIndexKey: conditions have no other name than their place
            key={index}
            {...{ condition, fields, isWithin }}
            lead={lead(index)}
            onChange={next => onChange(conditions.map((other, at) => (at === index ? next : other)))}
            remove={() => remove(index)}
          />
        ) : (
          // biome-ignore lint/suspicious/noArrayIndexKey: as above
          <Told key={index} lead={lead(index)} remove={() => remove(index)}>
            {reach.isKnown && (
              <FilterWords filter={filterOf([condition]) ?? { and: [] }} contract={contract} />
            )}
          </Told>
        ),
      )}
      {extra && (
        <Told lead={lead(conditions.length)} remove={() => change({ extra: undefined })}>
          <FilterWords filter={extra} contract={contract} />
        </Told>
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

/** Whether there are controls for it; what hangs on a record is judged by its own row, which knows the fields of that. */
function canBuild(condition: Condition, { own, linked, hanging }: Fields): boolean {
  if (isHanging(condition)) return hanging.some(({ path }) => path === condition.path)
  const column = [...own, ...linked].find(({ path }) => path === condition.path)
  return column !== undefined && isBuildable(condition, column)
}

/** What the bar cannot build is said, kept, and may be taken away. */
function Told({ lead, remove, children }: { lead: string; remove: () => void; children: ReactNode }) {
  const text = useText()
  return (
    <div className={classes.told}>
      <span className="quiet">{lead}</span>
      <span>{children}</span>
      <ActionIcon onClick={remove} aria-label={text.common.delete}>
        <IconX size={14} />
      </ActionIcon>
    </div>
  )
}
