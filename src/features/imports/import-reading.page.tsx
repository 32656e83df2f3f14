import { Checkbox, Group, Select, Stack } from '@mantine/core'
import { useText } from '#web/text/index.tsx'

/** How rows are read that name what is not there, and dates that could be two. */
export type Reading = { createLinked: boolean; ignoreUnknownMembers: boolean; dateOrder: string | null }

type ReadingGiven = {
  fields: Array<{ field: string; kind: string }>
  mapping: Record<string, string>
  value: Reading
  onChange: (value: Reading) => void
}

/** Asked only where a column is mapped that it concerns. */
export function ReadingChoice({ fields, mapping, value, onChange }: ReadingGiven) {
  const text = useText()
  const filled = new Set(Object.values(mapping))
  const hasDate = fields.some(
    ({ field, kind }) => filled.has(field) && (kind === 'date' || kind === 'moment'),
  )
  const hasMember = [...filled].some(field => /^(owner|assignee|projectManager)(Id|Name|Email)$/.test(field))
  return (
    <Group align="end">
      {hasDate && (
        <Select
          label={text.imports.dateOrder}
          w={260}
          allowDeselect={false}
          value={value.dateOrder ?? ''}
          onChange={dateOrder => onChange({ ...value, dateOrder: dateOrder || null })}
          data={(['', 'DMY', 'MDY'] as const).map(order => ({
            value: order,
            label: text.imports.dateOrders[order || 'auto'],
          }))}
        />
      )}
      <Stack gap="xs">
        {filled.has('companyName') && (
          <Checkbox
            label={text.imports.createLinked}
            checked={value.createLinked}
            onChange={event => onChange({ ...value, createLinked: event.currentTarget.checked })}
          />
        )}
        {hasMember && (
          <Checkbox
            label={text.imports.ignoreUnknownMembers}
            checked={value.ignoreUnknownMembers}
            onChange={event => onChange({ ...value, ignoreUnknownMembers: event.currentTarget.checked })}
          />
        )}
      </Stack>
    </Group>
  )
}
