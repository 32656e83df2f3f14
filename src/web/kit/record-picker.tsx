import { Combobox, InputBase, Loader, useCombobox } from '@mantine/core'
import { useDebouncedValue } from '@mantine/hooks'
import { useQuery } from '@tanstack/react-query'
import { type ReactNode, useEffect, useState } from 'react'
import { api } from '../api.ts'
import { useText } from '../text/index.tsx'
import { selectWhole } from '../theme.ts'
import { learnTitles, pathOf, titleFieldsOf, titleOf, useTitle } from './titles.ts'

export type RecordPickerGiven = {
  type: string
  value: string | null
  onChange: (id: string | null) => void
  label?: ReactNode
  error?: string
  required?: boolean
  autoFocus?: boolean
  size?: 'xs' | 'sm'
  /** What is offered beside the words: `{ isActive: 'true' }`. */
  only?: Record<string, string>
  /** Why a record that is offered cannot be chosen. */
  refusal?: (row: Record<string, unknown>) => string | undefined
  'aria-label'?: string
}

/** Chooses another record by its name, searched on the server as one types. */
export function RecordPicker({ type, value, onChange, only, refusal, ...input }: RecordPickerGiven) {
  const text = useText()
  const box = useCombobox({ onDropdownClose: () => box.resetSelectedOption() })
  const [typed, setTyped] = useState<string | null>(null)
  const [q] = useDebouncedValue(typed ?? '', 150)
  const title = useTitle(type, value)
  const fields = titleFieldsOf(type)
  const { data, isFetching, isPlaceholderData } = useQuery({
    queryKey: ['pick', type, q, only],
    enabled: box.dropdownOpened,
    staleTime: 60_000,
    placeholderData: before => before,
    queryFn: async () => {
      const { rows } = await api.get<{ rows: Array<{ id: string }> }>(`/${pathOf(type)}`, {
        query: { limit: 20, ...only, ...(q ? { q } : {}) },
      })
      learnTitles(type, rows, fields)
      return rows
    },
  })
  const choose = (id: string) => {
    onChange(id)
    setTyped(null)
    box.closeDropdown()
  }
  // Enter means the first that fits what was typed, also where that is still being looked for.
  const [isEntered, setEntered] = useState(false)
  const isFound = isEntered && typed === q && data !== undefined && !isFetching && !isPlaceholderData
  useEffect(() => {
    if (!isFound) return
    setEntered(false)
    const first = data?.find(row => refusal?.(row) === undefined)
    if (first) choose(first.id)
  })
  return (
    <Combobox store={box} onOptionSubmit={choose}>
      <Combobox.Target withExpandedAttribute>
        <InputBase
          {...input}
          role="combobox"
          value={typed ?? title ?? ''}
          placeholder={text.common.search}
          rightSectionPointerEvents={value ? 'all' : 'none'}
          rightSection={
            isFetching ? (
              <Loader size={14} />
            ) : value && !input.required ? (
              <Combobox.ClearButton onClear={() => onChange(null)} aria-label={text.common.clear} />
            ) : (
              <Combobox.Chevron />
            )
          }
          onChange={event => {
            setTyped(event.currentTarget.value)
            setEntered(false)
            box.openDropdown()
            box.resetSelectedOption()
          }}
          onClick={event => {
            box.openDropdown()
            selectWhole(event)
          }}
          onFocus={() => box.openDropdown()}
          onKeyDown={event => {
            if (event.key !== 'Enter' || !typed || box.getSelectedOptionIndex() !== -1) return
            event.preventDefault()
            setEntered(true)
          }}
          onBlur={() => {
            box.closeDropdown()
            setTyped(null)
            setEntered(false)
          }}
        />
      </Combobox.Target>
      <Combobox.Dropdown>
        <Combobox.Options mah={240} style={{ overflowY: 'auto' }} aria-label={text.common.search}>
          {data?.map(row => (
            <Offered key={row.id} id={row.id} title={titleOf(row, fields)} why={refusal?.(row)} />
          ))}
          {data?.length === 0 && <Combobox.Empty>{text.palette.nothing}</Combobox.Empty>}
        </Combobox.Options>
      </Combobox.Dropdown>
    </Combobox>
  )
}

function Offered({ id, title, why }: { id: string; title: string; why: string | undefined }) {
  return (
    <Combobox.Option value={id} disabled={why !== undefined}>
      {title}
      {why && <div className="quiet">{why}</div>}
    </Combobox.Option>
  )
}
