import { Checkbox, Group, Select, Stack } from '@mantine/core'
import { useText } from '#web/text/index.tsx'

/** How rows are read that name what is not there, and dates that could be two. */
export type Reading = { createLinked: boolean; ignoreUnknownMembers: boolean; dateOrder: string | null }

/** The fields by which a row names a company or a person. */
const LINKED: Record<string, RegExp> = {
  company: /^company(Name|Domain)$/,
  contact: /^((primaryC|c)ontact(Name|Email)|contactNames)$/,
}

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
  const makes = ['company', 'contact'].filter(type => [...filled].some(field => LINKED[type]!.test(field)))
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
        {makes.length > 0 && (
          <Checkbox
            label={text.imports.createLinked(
              makes.map(type => text.plurals[type]).join(` ${text.table.and} `),
            )}
            description={text.imports.createLinkedHint}
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
