import { Badge, Group } from '@mantine/core'
import { type ReactNode, Suspense } from 'react'
import type { Field } from '#core/record/fields.ts'
import { useMemberName } from '../api.ts'
import { optionLabel, useText } from '../text/index.tsx'
import { useFormat } from './format.ts'
import { Initials } from './initials.tsx'
import { later } from './later.tsx'
import { LightLink } from './light-link.tsx'
import { partsOf } from './object-input.tsx'
import { placeOf } from './place.ts'
import { shownAddress, withShownAddresses } from './shown-address.ts'
import { typeKeyOf, useTitle } from './titles.ts'
import classes from './value.module.css'

/** Colour says something only where a value is good, bad or needs attention. */
const TONES: Record<string, string> = {
  WON: 'green',
  CUSTOMER: 'green',
  CONVERTED: 'green',
  COMPLETED: 'green',
  PAID: 'green',
  DONE: 'green',
  LOST: 'red',
  CHURNED: 'red',
  BOUNCED: 'red',
  OVERDUE: 'red',
  URGENT: 'red',
  FAILED: 'red',
  UNSUBSCRIBED: 'orange',
  CLICKED: 'green',
  HIGH: 'orange',
  NEW: 'ink',
  QUALIFIED: 'ink',
}

export function Choice({ value, name = '' }: { value: string; name?: string }) {
  const text = useText()
  const label = optionLabel(text, name, value)
  const tone = (label === value ? undefined : TONES[value]) ?? 'gray'
  // The library's own badge, and its avatar below, are half of what a table's row costs.
  return (
    <span
      className={`${classes.badge} one-line`}
      style={{
        background: tone === 'gray' ? 'var(--badge)' : `var(--mantine-color-${tone}-light)`,
        color: `var(--mantine-color-${tone}-light-color)`,
      }}
    >
      {label}
    </span>
  )
}

export function MemberName({ id, isShort = false }: { id: string | null; isShort?: boolean }) {
  const text = useText()
  const name = useMemberName(id) ?? text.common.unknown
  if (!id) return null
  return (
    <span className={classes.member} title={name}>
      <Initials name={name} label={isShort ? name : undefined} />
      {!isShort && <span className="one-line">{name}</span>}
    </span>
  )
}

/** A link to another record under its title. */
export function RecordLink({ type, id }: { type: string; id: string | null }) {
  const title = useTitle(type, id)
  if (!id || title === null) return null
  const place = placeOf(type, id, {})
  if (!place) return <span className="one-line">{title}</span>
  return (
    <LightLink href={place.to.replace('$id', id)} className="subtle-link one-line">
      {title ?? '…'}
    </LightLink>
  )
}

/** More than these leave none of them the room to be read; the style sheet counts them too. */
const TAGS_IN_A_ROW = 2

export function Tags({ values }: { values: string[] }) {
  return (
    <Group gap={4} wrap="nowrap" className={classes.tags} title={values.join(', ')}>
      {values.map(tag => (
        <Badge key={tag} title={tag} variant="default" size="sm" radius="sm" tt="none" fw={400}>
          {tag}
        </Badge>
      ))}
      {values.length > TAGS_IN_A_ROW && (
        <span className={`quiet numbers ${classes.more}`}>+{values.length - TAGS_IN_A_ROW}</span>
      )}
    </Group>
  )
}

/** The plans of all countries' numbers are only fetched where a number is read. */
const PhoneNumber = later(() => import('./phone-number.tsx'))

function Phone({ value }: { value: string }) {
  return (
    <Suspense fallback={value}>
      <PhoneNumber value={value} />
    </Suspense>
  )
}

/** By when something is to be done, and the states in which that no longer matters. */
const DUE = new Set(['dueAt', 'dueDate', 'expectedCloseDate'])
const SETTLED = new Set(['COMPLETED', 'CANCELLED', 'DONE', 'PAID', 'VOID', 'DRAFT', 'WON', 'LOST'])

function isLate({ name, value, row }: Given): boolean {
  // Where nothing is known of the record, as in its history, nothing is known of that.
  const states = [row.status, row.progress].filter(state => typeof state === 'string')
  if (!DUE.has(name) || !states.length || states.some(state => SETTLED.has(state))) return false
  // A day is over when the next one has begun.
  return new Date(`${value}`.length === 10 ? `${value}T23:59:59` : `${value}`).getTime() < Date.now()
}

/** An address that breaks where its parts end, and not within a word. */
function Breaking({ children }: { children: string }) {
  return children
    .split(/(?=[@./])/)
    .map((part, i) => (i ? [<wbr key={part + children.length} />, part] : part))
}

const DOMAIN = /^[^\s.]+(\.[^\s.]+)+$/

type AddressGiven = { kind: 'email' | 'phone' | 'url'; value: string; isPlain: boolean }

/** Where somebody is reached, as a way there. */
function Address({ kind, value, isPlain }: AddressGiven) {
  const shown = shownAddress(value)
  const words =
    kind === 'phone' ? (
      <Phone value={value} />
    ) : (
      <Breaking>
        {kind === 'url' ? shown.replace(/^https?:\/\/(www\.)?/, '').replace(/\/$/, '') : shown}
      </Breaking>
    )
  if (isPlain) return <span className="one-line">{words}</span>
  const way =
    kind === 'url'
      ? { href: value, target: '_blank', rel: 'noreferrer noopener' }
      : { href: `${kind === 'email' ? 'mailto' : 'tel'}:${value}` }
  return (
    <a {...way} className={`subtle-link one-line${kind === 'phone' ? ' numbers' : ''}`}>
      {words}
    </a>
  )
}

type Given = {
  field: Field
  name: string
  value: unknown
  row: Record<string, unknown>
  /** Within a link, which may hold no other. */
  isPlain?: boolean
}

/** A field's value as people read it; nothing where it is empty. */
export function FieldValue(given: Given): ReactNode {
  const { field, name, value, row, isPlain = false } = given
  const text = useText()
  const format = useFormat()
  if (value === null || value === undefined || value === '') return null
  const date = isLate(given) ? 'numbers late' : 'numbers'
  switch (field.kind) {
    case 'money': {
      const amount = format.money(value as number, row.currency as string | null | undefined)
      return (
        <span className="numbers" title={amount}>
          {amount}
        </span>
      )
    }
    case 'integer':
    case 'number':
      return (
        <span className="numbers">
          {name === 'probability' || (name === 'progress' && field.kind === 'integer')
            ? format.percentPoints(value as number)
            : format.number(value as number)}
        </span>
      )
    case 'date':
      return <span className={date}>{format.shortDay(value as string)}</span>
    case 'moment':
      return (
        <time dateTime={value as string} title={format.moment(value as string)} className={date}>
          {format.ago(value as string)}
        </time>
      )
    case 'boolean':
      return value ? text.common.yes : text.common.no
    case 'choice':
      return <Choice value={value as string} name={name} />
    case 'member':
      return <MemberName id={value as string} />
    case 'link':
      return <RecordLink type={field.target!} id={value as string} />
    case 'links':
      return (
        <Group gap={6}>
          {(value as string[]).map(id => (
            <RecordLink key={id} type={field.target!} id={id} />
          ))}
        </Group>
      )
    case 'related':
      return <RecordLink type={row[typeKeyOf(name)] as string} id={value as string} />
    case 'tags':
    case 'texts':
      return <Tags values={value as string[]} />
    case 'email':
    case 'phone':
    case 'url':
      return <Address kind={field.kind} value={value as string} isPlain={isPlain} />
    case 'object':
      return (
        <span className="one-line">
          {partsOf(name, value)
            .map(part => (value as Record<string, unknown>)[part])
            .filter(Boolean)
            .map(String)
            .join(', ')}
        </span>
      )
    default: {
      const shown = field.isHost ? shownAddress(`${value}`) : withShownAddresses(`${value}`)
      return <span className="one-line">{DOMAIN.test(shown) ? <Breaking>{shown}</Breaking> : shown}</span>
    }
  }
}
