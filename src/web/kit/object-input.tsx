import { Input, Stack, TextInput } from '@mantine/core'
import type { ReactNode } from 'react'
import { fieldLabel, useText } from '../text/index.tsx'

const ADDRESS = ['street', 'postalCode', 'city', 'state', 'country']
/** The parts of fields that hold several values, in the order in which people write them. */
const PARTS: Record<string, readonly string[]> = {
  billingAddress: ADDRESS,
  shippingAddress: ADDRESS,
  socialProfiles: ['linkedin', 'x', 'xing', 'github'],
  preferences: ['channel', 'language'],
}

type Values = Record<string, unknown>

/** Whether a field of several values can be filled in here. */
export const hasParts = (name: string): boolean => name in PARTS

/** The parts in their order, and whatever else a program has put there. */
export const partsOf = (name: string, value: unknown): string[] => [
  ...new Set([...(PARTS[name] ?? []), ...Object.keys((value ?? {}) as Values)]),
]

type Given = {
  name: string
  value: Values | null
  onChange: (value: Values | null) => void
  label?: ReactNode
  'aria-label'?: string
  error?: string
  size?: 'xs' | 'sm'
}

/** One line for each part, such as those of an address. */
export function ObjectInput({ name, value, onChange, label, error, size, ...naming }: Given) {
  const text = useText()
  const change = (part: string, typed: string) => {
    const next = { ...value, [part]: typed || null }
    const filled = Object.entries(next).filter(([, each]) => each !== null && each !== '')
    onChange(filled.length ? Object.fromEntries(filled) : null)
  }
  return (
    <Input.Wrapper label={label} error={error} size={size} labelElement="div">
      <Stack gap={4} role="group" aria-label={typeof label === 'string' ? label : naming['aria-label']}>
        {partsOf(name, value)
          .filter(part => typeof (value?.[part] ?? '') === 'string')
          .map(part => (
            <TextInput
              key={part}
              size="xs"
              maxLength={300}
              aria-label={fieldLabel(text, part)}
              placeholder={fieldLabel(text, part)}
              value={(value?.[part] as string | undefined) ?? ''}
              onChange={event => change(part, event.currentTarget.value)}
            />
          ))}
      </Stack>
    </Input.Wrapper>
  )
}
