import { UnstyledButton } from '@mantine/core'
import { IconArrowRight, IconChevronRight } from '@tabler/icons-react'
import { memo, type ReactNode, useState } from 'react'
import { deviceOf } from '#features/people/device.ts'
import { useMembers } from '#web/api.ts'
import { useFormat } from '#web/kit/format.ts'
import { pathOf } from '#web/kit/titles.ts'
import { FieldValue, RecordLink } from '#web/kit/value.tsx'
import { type Column, useCustomColumns } from '#web/record/model.ts'
import { choiceLabel, fieldLabel, useText } from '#web/text/index.tsx'
import classes from './audit.module.css'
import { actionLabel, typeLabel } from './audit-words.page.tsx'

type Change = { old?: unknown; new?: unknown }
export type Event = {
  id: string
  actorId: string | null
  action: string
  entityType: string
  entityId: string
  entityTitle: string | null
  changes: Record<string, Change>
  linkedTitles: Record<string, string>
  ip: string | null
  userAgent: string | null
  apiKeyId: string | null
  createdAt: string
}

/** One event in a line; opened, what changed from what to what, and from where. */
export const AuditEvent = memo(function AuditEvent({ event }: { event: Event }) {
  const text = useText()
  const format = useFormat()
  const members = useMembers()
  const [isOpen, setOpen] = useState(false)
  const { actorId, action, entityType, entityId, entityTitle, changes } = event
  const who = actorId ? (members.get(actorId)?.name ?? text.common.unknown) : text.audit.system
  const fields = useFields(entityType, changes)
  const title = ['name', 'title', 'email', 'label', 'filename', 'subject', 'url']
    .map(key => changes[key]?.new ?? changes[key]?.old)
    .find(value => typeof value === 'string')
  return (
    <>
      <UnstyledButton className={classes.line} aria-expanded={isOpen} onClick={() => setOpen(!isOpen)}>
        <IconChevronRight size={14} className={classes.chevron} data-open={isOpen || undefined} />
        <time className="quiet numbers" dateTime={event.createdAt}>
          {format.moment(event.createdAt)}
        </time>
        <b className="one-line">{who}</b>
        <span className={`one-line ${classes.what}`}>
          {actionLabel(text, action)}: {typeLabel(text, entityType)}{' '}
          <Name type={entityType} id={entityId} title={entityTitle ?? (title as string | undefined)} />
          {action === 'updated' && fields.length > 0 && (
            <span className="quiet"> · {fields.map(({ label }) => label).join(', ')}</span>
          )}
        </span>
      </UnstyledButton>
      {isOpen && <Details event={event} fields={fields} />}
    </>
  )
})

/** What it is called now, or was called last. */
function Name({ type, id, title }: { type: string; id: string; title: string | undefined }) {
  const members = useMembers()
  const name = title ?? (type === 'user' ? members.get(id)?.name : undefined)
  return name ? <b>{name}</b> : null
}

function Details({ event, fields }: { event: Event; fields: Field[] }) {
  const text = useText()
  const { entityType, entityId, ip, userAgent, apiKeyId } = event
  const from = [ip, deviceOf(userAgent), apiKeyId && text.audit.byKey].filter(Boolean)
  return (
    <div className={classes.details}>
      {fields.length > 0 && (
        <dl className={classes.changes}>
          {fields.map(({ key, path, label, column, change }) => (
            <div key={path}>
              <dt className="quiet">{label}</dt>
              <dd>
                {event.action === 'created' ? (
                  <Value name={key} column={column} value={change.new} titles={event.linkedTitles} />
                ) : (
                  <>
                    <Value name={key} column={column} value={change.old} titles={event.linkedTitles} />
                    <IconArrowRight size={12} aria-label={text.timeline.became} />
                    <Value name={key} column={column} value={change.new} titles={event.linkedTitles} />
                  </>
                )}
              </dd>
            </div>
          ))}
        </dl>
      )}
      <div className={`quiet ${classes.from}`}>
        {pathOf(entityType) && <RecordLink type={entityType} id={entityId} />}
        {from.map(word => (
          <span key={word}>{word}</span>
        ))}
        <span>{entityId}</span>
      </div>
    </div>
  )
}

type Changed = { path: string; key: string; change: Change }
type Field = Changed & { label: string; column: Column | undefined }

/** The changes with the names of their fields; the workspace's own have the one that they were given. */
function useFields(entityType: string, changes: Record<string, Change>): Field[] {
  const text = useText()
  const custom = useCustomColumns(entityType, 'customFields' in changes)
  return changesOf(changes).map(change => {
    const column = custom.find(({ path }) => path === change.path)
    return { ...change, column, label: column?.label ?? fieldLabel(text, change.key) }
  })
}

const isMap = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
/** What says nothing to people. */
const SILENT = new Set(['version', 'searchText'])

/** The changes one by one, those inside of custom fields and settings too. */
function changesOf(changes: Record<string, Change>): Changed[] {
  return Object.entries(changes).flatMap(([path, change]): Changed[] => {
    const key = path.replace(/^settings\./, '')
    if (SILENT.has(key)) return []
    const [old, now] = [change?.old ?? null, change?.new ?? null]
    if (key !== 'customFields' || (!isMap(old) && !isMap(now))) return [{ path, key, change: change ?? {} }]
    const [before, after] = [isMap(old) ? old : {}, isMap(now) ? now : {}]
    return [...new Set([...Object.keys(before), ...Object.keys(after)])]
      .filter(name => JSON.stringify(before[name]) !== JSON.stringify(after[name]))
      .map(name => ({
        path: `${path}.${name}`,
        key: name,
        change: { old: before[name], new: after[name] },
      }))
  })
}

const UUID = /^[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}$/
const MEMBERS = /^(owner|assignee|createdBy|deletedBy|author|projectManager|sentBy|user)Id$/
/** What holds one of our own codes; a name such as IBM is none. */
const CHOICES = /(?:status|stage|type|priority|progress|role|kind|visibility)$/i
const LONGEST = 300

type ValueGiven = {
  name: string
  /** Of a field of the workspace's own. */
  column: Column | undefined
  value: unknown
  titles: Event['linkedTitles']
}

/** A value as people read it, as far as its name and form say what it is. */
function Value({ name, column, value, titles }: ValueGiven): ReactNode {
  const text = useText()
  const format = useFormat()
  const members = useMembers()
  const isId = typeof value === 'string' && UUID.test(value)
  if (value === null || value === undefined || value === '' || (Array.isArray(value) && !value.length))
    return <span className="quiet">{text.timeline.nothing}</span>
  if (column) return <FieldValue field={column.field} name={column.path} value={value} row={NO_ROW} />
  if (typeof value === 'boolean') return value ? text.common.yes : text.common.no
  if (typeof value === 'number') return <span className="numbers">{format.quantity(value)}</span>
  if (typeof value !== 'string')
    return Array.isArray(value) && value.every(isPlain) ? (
      value.join(', ')
    ) : (
      <code>{short(JSON.stringify(value))}</code>
    )
  if (isId) return (MEMBERS.test(name) ? members.get(value)?.name : titles[value]) ?? <code>{value}</code>
  if (/^\d{4}-\d\d-\d\dT[\d:.]+Z$/.test(value)) return format.moment(value)
  if (/^\d{4}-\d\d-\d\d$/.test(value)) return format.day(value)
  return <span className={classes.text}>{CHOICES.test(name) ? choiceLabel(text, value) : short(value)}</span>
}

const NO_ROW = {}
const isPlain = (value: unknown): boolean => typeof value === 'string' && !UUID.test(value)
const short = (value: string): string => (value.length > LONGEST ? `${value.slice(0, LONGEST)}…` : value)
