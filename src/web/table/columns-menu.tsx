import { ActionIcon, Button, Checkbox, Group, Popover, ScrollArea, Stack } from '@mantine/core'
import { IconArrowDown, IconArrowUp, IconColumns3 } from '@tabler/icons-react'
import type { Column } from '../record/model.ts'
import { useText } from '../text/index.tsx'

type Given = {
  columns: Column[]
  chosen: string[]
  standard: readonly string[]
  /** What stands in the first column, of which its field may be only a part. */
  first: string | undefined
  onChange: (paths: string[]) => void
}

/** Which columns there are, and in which order. */
export function ColumnsMenu({ columns, chosen, standard, first, onChange }: Given) {
  const text = useText()
  const shown = chosen.flatMap(path => columns.filter(column => column.path === path))
  const rest = columns.filter(column => !chosen.includes(column.path))
  const move = (path: string, by: number) => {
    const next = chosen.filter(other => other !== path)
    next.splice(Math.max(1, chosen.indexOf(path) + by), 0, path)
    onChange(next)
  }
  return (
    <Popover position="bottom-end" width={280} trapFocus>
      <Popover.Target>
        <Button variant="default" leftSection={<IconColumns3 size={14} />} ml="auto">
          {text.table.columns}
        </Button>
      </Popover.Target>
      <Popover.Dropdown>
        <ScrollArea.Autosize mah={380}>
          <Stack gap={10}>
            {shown.map(({ path, label }, place) => (
              <Group key={path} justify="space-between" wrap="nowrap">
                <Checkbox
                  size="xs"
                  label={(place === 0 && first) || label}
                  checked
                  disabled={place === 0}
                  onChange={() => onChange(chosen.filter(other => other !== path))}
                />
                {place > 0 && (
                  <Group gap={0} wrap="nowrap">
                    <ActionIcon size={24} aria-label={`${label} ↑`} onClick={() => move(path, -1)}>
                      <IconArrowUp size={12} />
                    </ActionIcon>
                    <ActionIcon size={24} aria-label={`${label} ↓`} onClick={() => move(path, 1)}>
                      <IconArrowDown size={12} />
                    </ActionIcon>
                  </Group>
                )}
              </Group>
            ))}
            {rest.map(({ path, label }) => (
              <Checkbox
                key={path}
                size="xs"
                label={label}
                checked={false}
                onChange={() => onChange([...chosen, path])}
              />
            ))}
          </Stack>
        </ScrollArea.Autosize>
        <Button variant="subtle" size="compact-xs" mt="xs" onClick={() => onChange([...standard])}>
          {text.table.standardColumns}
        </Button>
      </Popover.Dropdown>
    </Popover>
  )
}
