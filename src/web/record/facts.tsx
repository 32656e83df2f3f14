import { Button, UnstyledButton, VisuallyHidden } from '@mantine/core'
import { useMediaQuery } from '@mantine/hooks'
import { IconChevronDown } from '@tabler/icons-react'
import { useState } from 'react'
import { useMayChange } from '../api.ts'
import { hasParts } from '../kit/object-input.tsx'
import { useIsUnseen } from '../kit/titles.ts'
import { FieldValue } from '../kit/value.tsx'
import { CellEditor } from '../table/cell-editor.tsx'
import { useText } from '../text/index.tsx'
import type { AnyContract, Column, Row } from './model.ts'
import classes from './record.module.css'

export const isEmpty = (value: unknown): boolean =>
  value === null || value === undefined || value === '' || (Array.isArray(value) && value.length === 0)

/** All fields of a record, each to be changed where it stands. Empty ones are folded away. */
export function Facts({ contract, row, columns }: { contract: AnyContract; row: Row; columns: Column[] }) {
  const text = useText()
  const [isAll, setAll] = useState(false)
  // On a phone what is done here comes first; the facts that matter most stand above anyway.
  const isPhone = useMediaQuery('(max-width: 720px)', false, { getInitialValueInEffect: false })
  const [isUnfolded, setUnfolded] = useState(false)
  const shown = columns.filter(column => isAll || !isEmpty(column.read(row)))
  const hidden = columns.length - columns.filter(column => !isEmpty(column.read(row))).length
  if (isPhone && !isUnfolded)
    return (
      <Button
        variant="subtle"
        color="gray"
        size="compact-sm"
        ml={-8}
        aria-expanded={false}
        rightSection={<IconChevronDown size={14} />}
        onClick={() => setUnfolded(true)}
      >
        {text.record.details}
      </Button>
    )
  return (
    <>
      <dl className={classes.list}>
        {shown.map(column => (
          <Fact key={column.path} {...{ contract, row, column }} />
        ))}
      </dl>
      {hidden > 0 && (
        <Button variant="subtle" color="gray" size="compact-xs" mt={8} ml={-8} onClick={() => setAll(!isAll)}>
          {isAll ? text.record.hideEmpty : text.record.showEmpty(hidden)}
        </Button>
      )}
    </>
  )
}

function Fact({ contract, row, column }: { contract: AnyContract; row: Row; column: Column }) {
  const text = useText()
  const mayChange = useMayChange()
  const [isEdited, setEdited] = useState(false)
  const value = column.read(row)
  const isOpen =
    column.isWritable && mayChange(row) && (column.field.kind !== 'object' || hasParts(column.path))
  const isLink = ['link', 'links', 'related', 'email', 'phone', 'url'].includes(column.field.kind)
  const isUnseen = useIsUnseen({ field: column.field, name: column.path, value, row })
  const shown =
    isEmpty(value) || isUnseen ? (
      <span className="quiet">{isUnseen ? text.record.notSeen : text.record.notFilled}</span>
    ) : (
      <FieldValue field={column.field} name={column.path} value={value} row={row} />
    )
  return (
    <div className={classes.fact}>
      <dt className="quiet">{column.label}</dt>
      <dd>
        {isEdited ? (
          <CellEditor contract={contract} row={row} column={column} close={() => setEdited(false)} />
        ) : (
          <div className={classes.value} data-open={isOpen || undefined}>
            {isOpen && !isLink ? (
              <UnstyledButton className={classes.edit} onClick={() => setEdited(true)}>
                <VisuallyHidden>
                  {text.common.edit}: {column.label}{' '}
                </VisuallyHidden>
                {shown}
              </UnstyledButton>
            ) : (
              shown
            )}
            {isOpen && isLink && (
              <Button
                variant="subtle"
                color="gray"
                size="compact-xs"
                className={classes.pencil}
                aria-label={`${text.common.edit}: ${column.label}`}
                onClick={() => setEdited(true)}
              >
                {text.common.edit}
              </Button>
            )}
          </div>
        )}
      </dd>
    </div>
  )
}
