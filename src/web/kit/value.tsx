import { Avatar, Badge, Group } from '@mantine/core'
import type { ReactNode } from 'react'
import type { Field } from '#core/record/fields.ts'
import { useMe, useMembers } from '../api.ts'
import { choiceLabel, useText } from '../text/index.tsx'
import { useFormat } from './format.ts'
import { LightLink } from './light-link.tsx'
import { partsOf } from './object-input.tsx'
import { pathOf, typeKeyOf, useTitle } from './titles.ts'

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
  OPEN: 'ink',
  NEW: 'ink',
  ACTIVE: 'ink',
  QUALIFIED: 'ink',
}

export function Choice({ value }: { value: string }) {
  const text = useText()
  return (
    <Badge variant="light" color={TONES[value] ?? 'gray'} size="sm" radius="sm" tt="none" fw={500}>
      {choiceLabel(text, value)}
    </Badge>
  )
}

export function MemberName({ id, isShort = false }: { id: string | null; isShort?: boolean }) {
  const text = useText()
  const members = useMembers()
  const { user } = useMe()
  if (!id) return null
  const name = id === user.id ? user.name : (members.get(id)?.name ?? text.common.unknown)
  return (
    <Group gap={6} wrap="nowrap" miw={0} title={name}>
      <Avatar size={20} radius="xl" name={name} color="initials" aria-hidden={!isShort} alt={name} />
      {!isShort && <span className="one-line">{name}</span>}
    </Group>
  )
}

/** A link to another record under its title. */
export function RecordLink({ type, id }: { type: string; id: string | null }) {
  const title = useTitle(type, id)
  const path = pathOf(type)
  if (!id || title === null) return null
  if (type === 'stage' || type === 'pipeline' || !path) return <span className="one-line">{title}</span>
  return (
    <LightLink href={`/${path}/${id}`} className="subtle-link one-line">
      {title ?? '…'}
    </LightLink>
  )
}

export function Tags({ values }: { values: string[] }) {
  return (
    <Group gap={4} wrap="nowrap">
      {values.map(tag => (
        <Badge key={tag} variant="default" size="sm" radius="sm" tt="none" fw={400}>
          {tag}
        </Badge>
      ))}
    </Group>
  )
}

type Given = { field: Field; name: string; value: unknown; row: Record<string, unknown> }

/** A field's value as people read it; nothing where it is empty. */
export function FieldValue({ field, name, value, row }: Given): ReactNode {
  const text = useText()
  const format = useFormat()
  if (value === null || value === undefined || value === '') return null
  switch (field.kind) {
    case 'money':
      return (
        <span className="numbers">{format.money(value as number, row.currency as string | undefined)}</span>
      )
    case 'integer':
    case 'number':
      return (
        <span className="numbers">
          {format.number(value as number)}
          {name === 'probability' || (name === 'progress' && field.kind === 'integer') ? ' %' : ''}
        </span>
      )
    case 'date':
      return <span className="numbers">{format.shortDay(value as string)}</span>
    case 'moment':
      return (
        <time dateTime={value as string} title={format.moment(value as string)} className="numbers">
          {format.ago(value as string)}
        </time>
      )
    case 'boolean':
      return value ? text.common.yes : text.common.no
    case 'choice':
      return <Choice value={value as string} />
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
      return (
        <a href={`mailto:${value}`} className="subtle-link one-line">
          {value as string}
        </a>
      )
    case 'phone':
      return (
        <a href={`tel:${value}`} className="subtle-link one-line">
          {value as string}
        </a>
      )
    case 'url':
      return (
        <a href={value as string} target="_blank" rel="noreferrer noopener" className="subtle-link one-line">
          {(value as string).replace(/^https?:\/\/(www\.)?/, '').replace(/\/$/, '')}
        </a>
      )
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
    default:
      return <span className="one-line">{String(value)}</span>
  }
}
