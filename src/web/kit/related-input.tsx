import { Group, Input, Select } from '@mantine/core'
import { type ReactNode, useState } from 'react'
import { useText } from '../text/index.tsx'
import { RecordPicker } from './record-picker.tsx'
import { pathOf } from './titles.ts'

/** A record of any type, as forms hand it on. */
export type RelatedValue = { type: string; id: string } | null

type Given = {
  types: readonly string[]
  type: string | null
  value: string | null
  onChange: (value: RelatedValue) => void
  label?: ReactNode
  'aria-label'?: string
  error?: string
  size?: 'xs' | 'sm'
}

/** Chooses a record of any type: first the type, then the record by its name. */
export function RelatedInput({ types, type, value, onChange, label, error, size, ...naming }: Given) {
  const text = useText()
  const [chosen, choose] = useState(type ?? types[0] ?? null)
  const name = typeof label === 'string' ? label : (naming['aria-label'] ?? '')
  return (
    <Input.Wrapper label={label} error={error} size={size} labelElement="div">
      <Group gap={6} wrap="nowrap" align="flex-start">
        <Select
          size={size}
          w={120}
          aria-label={`${name}: ${text.views.type}`}
          value={chosen}
          data={types
            .filter(each => pathOf(each))
            .map(each => ({ value: each, label: text.labels[each] ?? each }))}
          onChange={next => {
            choose(next)
            if (value) onChange(null)
          }}
        />
        <div style={{ flex: 1, minWidth: 0 }}>
          {chosen && (
            <RecordPicker
              key={chosen}
              type={chosen}
              size={size}
              value={chosen === type ? value : null}
              aria-label={name}
              onChange={id => onChange(id ? { type: chosen, id } : null)}
            />
          )}
        </div>
      </Group>
    </Input.Wrapper>
  )
}
