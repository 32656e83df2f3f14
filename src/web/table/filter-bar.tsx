import { Button, Group, Popover, Stack } from '@mantine/core'
import { IconFilter } from '@tabler/icons-react'
import { type AnyContract, canFilter, useColumns, withParts } from '../record/model.ts'
import { useText } from '../text/index.tsx'
import { ConditionList, type Fields, Told } from './condition-row.tsx'
import { FilterWords } from './filter-words.tsx'
import { firstCondition, joinedBy, joinedOf } from './filters.ts'
import { useReach } from './reach.ts'
import type { View } from './view.ts'

type Given = {
  contract: AnyContract
  view: Pick<View, 'conditions' | 'extra'>
  onChange: (change: Partial<View>) => void
}

/** Builds conditions of which all or any have to hold; the server does the filtering. */
export function FilterBar(given: Given) {
  const text = useText()
  const { conditions, extra } = given.view
  const count = joinedOf(conditions, extra).items.length + (extra ? 1 : 0)
  const first = firstCondition(useColumns(given.contract).filter(canFilter))
  return (
    <Popover
      position="bottom-start"
      width={720}
      trapFocus
      returnFocus
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

/** The conditions themselves. Within what closes by a click elsewhere, its lists must not stand elsewhere. */
export function Conditions({
  contract,
  view: { conditions, extra },
  onChange,
  isWithin = false,
}: Given & { isWithin?: boolean }) {
  const text = useText()
  const columns = useColumns(contract)
  const reach = useReach(contract)
  const fields: Fields = {
    own: withParts(text, columns).filter(canFilter),
    linked: reach.linked.filter(canFilter),
    hanging: reach.hanging,
  }
  const joined = joinedOf(conditions, extra)
  const begun = firstCondition(fields.own)
  const isAny = joined.join === 'or'
  return (
    <Stack gap="xs">
      <ConditionList
        {...{ contract, fields, isWithin, joined }}
        first={text.table.where}
        isFixed={extra !== undefined}
        onChange={next => onChange({ conditions: joinedBy(next) })}
        foot={add => (
          <>
            {extra && (
              <Told
                lead={<span className="quiet">{conditions.length ? text.table.and : text.table.where}</span>}
                remove={() => onChange({ extra: undefined })}
              >
                <FilterWords filter={extra} contract={contract} />
              </Told>
            )}
            <Group gap="xs">
              <Button variant="subtle" size="compact-sm" onClick={() => begun && add(begun)}>
                {text.table.addCondition}
              </Button>
              {joined.items.length > 0 && (
                <Button
                  variant="subtle"
                  size="compact-sm"
                  onClick={() =>
                    begun && add({ path: '', op: isAny ? 'allOf' : 'anyOf', value: [begun, begun] })
                  }
                >
                  {text.table.addGroup}
                </Button>
              )}
              {(joined.items.length > 0 || extra) && (
                <Button
                  variant="subtle"
                  color="gray"
                  size="compact-sm"
                  ml="auto"
                  onClick={() => onChange({ conditions: [], extra: undefined })}
                >
                  {text.common.clear}
                </Button>
              )}
            </Group>
          </>
        )}
      />
    </Stack>
  )
}
