import { ActionIcon, Button, Group, Input, TextInput } from '@mantine/core'
import { IconX } from '@tabler/icons-react'
import { type KeyboardEvent, useState } from 'react'
import { Sortable } from '#web/kit/sortable.tsx'
import { useText } from '#web/text/index.tsx'
import classes from './custom-fields.module.css'

const OPTION_AT_MOST = 200

type Given = { options: string[]; change: (options: string[]) => void; error?: string }

/** What may be chosen, in its order. */
export function OptionList({ options, change, error }: Given) {
  const text = useText()
  const [typed, setTyped] = useState('')
  const word = typed.trim()
  const isNew = word !== '' && !options.includes(word)
  const add = () => {
    if (!isNew) return
    change([...options, word])
    setTyped('')
  }
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key !== 'Enter') return
    // Enter adds the option; the form is sent from elsewhere.
    event.preventDefault()
    add()
  }
  return (
    <Input.Wrapper label={text.customFields.options} error={error} labelElement="div">
      <div className={classes.options}>
        {options.length > 0 && (
          <Sortable
            label={text.customFields.options}
            items={options.map(option => ({ id: option, name: option }))}
            move={change}
          >
            {({ id }) => (
              <>
                <span className={classes.name} style={{ fontWeight: 400 }}>
                  <span className="one-line">{id}</span>
                </span>
                <ActionIcon
                  size={28}
                  aria-label={text.customFields.removeOption(id)}
                  onClick={() => change(options.filter(option => option !== id))}
                >
                  <IconX size={14} />
                </ActionIcon>
              </>
            )}
          </Sortable>
        )}
        <Group gap={6} wrap="nowrap">
          <TextInput
            style={{ flex: 1 }}
            aria-label={text.customFields.newOption}
            placeholder={text.customFields.newOption}
            maxLength={OPTION_AT_MOST}
            value={typed}
            onChange={event => setTyped(event.currentTarget.value)}
            onKeyDown={onKeyDown}
            onBlur={add}
          />
          <Button variant="default" h={36} disabled={!isNew} onClick={add}>
            {text.common.add}
          </Button>
        </Group>
      </div>
    </Input.Wrapper>
  )
}
