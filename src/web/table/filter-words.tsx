import { Fragment, type ReactNode } from 'react'
import { useFormat } from '../kit/format.ts'
import { FieldValue } from '../kit/value.tsx'
import { type AnyContract, type Column, useColumns, withParts } from '../record/model.ts'
import type { Text } from '../text/en.ts'
import { fieldLabel, optionLabel, useText } from '../text/index.tsx'
import type { Hanging } from './hanging.ts'
import { useReach } from './reach.ts'

type Leaf = { field: string; op: string; value?: unknown }
type Filter = Leaf | { and: Filter[] } | { or: Filter[] } | { not: Filter }

type Given = { filter: object; contract: AnyContract; isInner?: boolean }

/** A filter in words: what the filter bar cannot build, but shows and keeps. */
export function FilterWords({ filter, contract, isInner = false }: Given): ReactNode {
  const text = useText()
  const given = filter as Filter
  if ('and' in given || 'or' in given) {
    const [parts, by] = 'and' in given ? [given.and, text.table.and] : [given.or, text.table.or]
    const isGroup = isInner && parts.length > 1
    return (
      <>
        {isGroup && '('}
        {parts.map((part, i) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: conditions have no other name than their place
          <Fragment key={i}>
            {i > 0 && ` ${by} `}
            <FilterWords filter={part} contract={contract} isInner />
          </Fragment>
        ))}
        {isGroup && ')'}
      </>
    )
  }
  if ('not' in given)
    return (
      <>
        {text.table.not} <FilterWords filter={given.not} contract={contract} isInner />
      </>
    )
  return <LeafWords leaf={given} contract={contract} />
}

function LeafWords({ leaf, contract }: { leaf: Leaf; contract: AnyContract }) {
  const text = useText()
  const own = withParts(text, useColumns(contract))
  const { linked, hanging, isKnown } = useReach(contract)
  const { field, op, value } = leaf
  const [first = '', ...rest] = field.split('.')
  const other = hanging.find(({ path }) => path === first)
  if (other && op === 'some')
    return (
      <>
        {pluralOf(text, other)} {text.operators.hasSome} {text.table.with}{' '}
        <FilterWords filter={value as object} contract={other.contract} isInner />
      </>
    )
  if (other && rest.length)
    return (
      <>
        {pluralOf(text, other)}:{' '}
        <LeafWords leaf={{ ...leaf, field: rest.join('.') }} contract={other.contract} />
      </>
    )
  const column = [...own, ...linked].find(({ path }) => path === field)
  if (!column && !isKnown) return null
  return (
    <>
      {column?.label ?? fieldLabel(text, field)} <Compared op={op} value={value} column={column} />
    </>
  )
}

export const pluralOf = (text: Text, { contract }: Hanging): string =>
  text.plurals[contract.name] ?? contract.label

type ComparedGiven = { op: string; value: unknown; column: Column | undefined }

function Compared({ op, value, column }: ComparedGiven) {
  const text = useText()
  if (op === 'empty')
    return value === false || value === 'false' ? text.operators.notEmpty : text.operators.empty
  const values = Array.isArray(value) ? value : [value]
  const words = text.operators[op as keyof Text['operators']] ?? op
  return (
    <>
      {words}{' '}
      {values.map((each, i) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: values have no other name than their place
        <Fragment key={i}>
          {i > 0 && (op === 'between' ? ` ${text.table.and} ` : ', ')}
          <b className="numbers">
            <Wanted op={op} value={each} column={column} />
          </b>
        </Fragment>
      ))}
    </>
  )
}

const UNITS = { d: 'day', w: 'week', m: 'month', y: 'year' } as const
const DATES = ['date', 'moment']

function Wanted({ op, value, column }: ComparedGiven) {
  const text = useText()
  const { locale, day } = useFormat()
  if (value === null || value === undefined) return text.operators.empty
  const [, sign, count, unit] = /^([+-]?)(\d{1,4})([dwmy])$/.exec(String(value)) ?? []
  if (unit && op === 'withinLast') return text.table.spans[unit as 'd'](Number(count))
  if (column && DATES.includes(column.field.kind)) {
    const relative = new Intl.RelativeTimeFormat(locale, { numeric: 'auto' })
    if (unit) return relative.format(Number(`${sign}${count}`), UNITS[unit as 'd'])
    const near = { yesterday: -1, today: 0, tomorrow: 1 }[String(value)]
    if (near !== undefined) return relative.format(near, 'day')
    if (/^\d{4}-\d\d-\d\d$/.test(String(value))) return day(String(value))
    return text.table.starts[String(value)] ?? String(value)
  }
  if (!column || typeof value === 'object') return String(value)
  if (WORDS.includes(column.field.kind)) return String(value)
  if (column.field.kind === 'choice') return optionLabel(text, column.path, String(value))
  return <FieldValue field={column.field} name={column.path} value={value} row={NO_ROW} isPlain />
}
/** Written as they are, over as many lines as they take. */
const WORDS = ['text', 'longText', 'email', 'phone', 'url', 'tags', 'texts', 'id']
const NO_ROW = {}
