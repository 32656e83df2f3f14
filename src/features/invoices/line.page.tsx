import { ActionIcon, Group, NumberInput, TextInput } from '@mantine/core'
import { IconArrowDown, IconArrowUp, IconX } from '@tabler/icons-react'
import type { KeyboardEvent } from 'react'
import { useFormat } from '#web/kit/format.ts'
import { numberTyped } from '#web/kit/input.tsx'
import { useText } from '#web/text/index.tsx'
import classes from './lines.module.css'

/** A line as it is being written: a number may be missing for a moment. */
export type Line = {
  description: string
  quantity: number | null
  unitPrice: number | null
  taxRate: number | null
}

type Given = {
  line: Line
  index: number
  currency: string
  isOpen: boolean
  amount: number
  issue: (key: keyof Line) => string | undefined
  change: (line: Line) => void
  remove: () => void
  move: (by: 1 | -1) => void
  onKeyDown: (event: KeyboardEvent) => void
}

const NUMBERS = ['quantity', 'unitPrice', 'taxRate'] as const
/** Beyond this numbers of floating point lose their last decimals. */
const AT_MOST = 1_000_000_000

/** One line of an invoice, to be read or to be written. */
export function LineRow({
  line,
  index,
  currency,
  isOpen,
  amount,
  issue,
  change,
  remove,
  move,
  onKeyDown,
}: Given) {
  const text = useText()
  const format = useFormat()
  const labels = text.invoices.columns
  const named = (key: keyof Line) => `${labels[key]}, ${index + 1}`
  const sum = <td className={`numbers ${classes.amount}`}>{format.exactMoney(amount, currency)}</td>
  if (!isOpen)
    return (
      <tr className={classes.row}>
        <td className={classes.words}>{line.description}</td>
        <td className="numbers" data-label={labels.quantity}>
          {format.quantity(line.quantity ?? 0)}
        </td>
        <td className="numbers" data-label={labels.unitPrice}>
          {format.exactMoney(line.unitPrice ?? 0, currency)}
        </td>
        <td className="numbers" data-label={labels.taxRate}>
          {format.percentPoints(line.taxRate ?? 0)}
        </td>
        {sum}
      </tr>
    )
  return (
    <tr className={classes.row} data-open data-line={index} onKeyDown={onKeyDown}>
      <td className={classes.words}>
        <TextInput
          size="xs"
          aria-label={named('description')}
          placeholder={labels.description}
          value={line.description}
          maxLength={500}
          error={issue('description')}
          onChange={event => change({ ...line, description: event.currentTarget.value })}
        />
      </td>
      {NUMBERS.map(key => (
        <td key={key} data-label={labels[key]}>
          <NumberInput
            size="xs"
            aria-label={named(key)}
            placeholder={labels[key]}
            value={line[key] ?? ''}
            decimalScale={4}
            min={key === 'taxRate' ? 0 : -AT_MOST}
            max={key === 'taxRate' ? 100 : AT_MOST}
            thousandSeparator={format.thousands}
            decimalSeparator={format.decimals}
            suffix={key === 'taxRate' ? '\u202f%' : undefined}
            error={issue(key)}
            onChange={typed => change({ ...line, [key]: numberTyped(typed) })}
          />
        </td>
      ))}
      {sum}
      <td>
        <Group gap={0} wrap="nowrap" justify="flex-end">
          <ActionIcon size={24} aria-label={text.invoices.up(index + 1)} onClick={() => move(-1)}>
            <IconArrowUp size={12} />
          </ActionIcon>
          <ActionIcon size={24} aria-label={text.invoices.down(index + 1)} onClick={() => move(1)}>
            <IconArrowDown size={12} />
          </ActionIcon>
          <ActionIcon size={24} aria-label={text.invoices.remove(index + 1)} onClick={remove}>
            <IconX size={12} />
          </ActionIcon>
        </Group>
      </td>
    </tr>
  )
}
