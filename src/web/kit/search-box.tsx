import { TextInput } from '@mantine/core'
import { useDebouncedCallback } from '@mantine/hooks'
import { IconSearch } from '@tabler/icons-react'
import { useEffect, useState } from 'react'
import { useText } from '../text/index.tsx'

const TYPING_MS = 200
const LONGEST = 200

type Given = { value: string; onChange: (q: string) => void; className?: string | undefined }

/** Words that a list is looked through for, asked for once nobody types any more. */
export function SearchBox({ value, onChange, className }: Given) {
  const text = useText()
  const [typed, setTyped] = useState(value)
  const send = useDebouncedCallback(onChange, TYPING_MS)
  useEffect(() => setTyped(value), [value])
  return (
    <TextInput
      size="xs"
      className={className}
      leftSection={<IconSearch size={14} />}
      placeholder={text.table.search}
      aria-label={text.common.search}
      maxLength={LONGEST}
      value={typed}
      onChange={event => {
        setTyped(event.currentTarget.value)
        send(event.currentTarget.value)
      }}
    />
  )
}
