import { Group } from '@mantine/core'
import { IconArrowRight } from '@tabler/icons-react'
import { useTitle } from '../kit/titles.ts'
import { FieldValue, RecordLink } from '../kit/value.tsx'
import type { Text } from '../text/en.ts'
import { useText } from '../text/index.tsx'
import { isEmpty } from './facts.tsx'
import { type AnyContract, type Column, type Row, useColumns } from './model.ts'
import classes from './record.module.css'
import type { Change, Entry } from './timeline.tsx'
import { useName, When } from './who.tsx'

/** What follows from other changes, or says nothing to people. */
const SILENT = new Set([
  ...['searchText', 'version', 'stageEnteredAt', 'probability', 'lastInteractionAt', 'engagementScore'],
  ...['subtotal', 'taxes', 'taxAmount', 'startsAt', 'endsAt', 'remindAt', 'remindedAt', 'completedAt'],
  ...['closedAt', 'pipelineId', 'contactIds', 'relatedType', 'attachedToType'],
])
/** More changes than these are named without their values. */
const VALUES_AT_MOST = 3

type Given = { entry: Entry; contract: AnyContract; isGone?: boolean }

/** A change in plain words: who did what, and the values that were and are. */
export function Happened({ entry, contract, isGone }: Given) {
  const text = useText()
  const name = useName(entry.actorId)
  const columns = useColumns(contract)
  const { entityType, entityId, action = '' } = entry
  const isOwn = entityType === contract.name
  const changes = isOwn && action !== 'created' ? shownChanges(entry.changes ?? {}, columns) : []
  const stage = useTitle(
    'stage',
    action === 'created' ? null : ((entry.changes?.stageId?.new as string) ?? null),
  )
  const rest = changes.filter(({ column }) => column.path !== 'stageId')
  const words = rest.map(({ column }) => column.label).join(', ')
  const sentence = stage && isOwn ? text.record.movedBy(name, stage) : said(text, name, action, words)
  const filename = entry.changes?.filename?.new as string | undefined
  return (
    <li className={classes.entry}>
      <span className={classes.dot} />
      <Group gap="2px 8px" fz="sm" className={classes.event}>
        {!isOwn && (
          <>
            <span className="quiet">{text.labels[entityType] ?? entityType}</span>
            {filename ? <b>{filename}</b> : <RecordLink type={entityType} id={isGone ? null : entityId} />}
          </>
        )}
        <span>{isGone ? text.timeline.gone(name) : sentence}</span>
        {rest.length <= VALUES_AT_MOST &&
          rest.map(change => (
            <Values key={change.column.path} {...change} isNamed={rest.length > 1 || Boolean(stage)} />
          ))}
        <When at={entry.createdAt} />
      </Group>
    </li>
  )
}

function said(text: Text, name: string, action: string, fields: string): string {
  const { record, timeline } = text
  if (action === 'created') return record.createdBy(name)
  if (action === 'deleted') return record.deletedBy(name)
  if (action === 'restored') return record.restoredBy(name)
  const words = timeline.actions[action]
  if (words) return words(name)
  if (fields) return record.changedBy(name, fields)
  return action === 'updated'
    ? timeline.touched(name)
    : record.actedBy(name, text.audit.actions[action] ?? action)
}

type Shown = { column: Column; change: Change }

/** The changes of fields that people know, those of the workspace's own one by one. */
function shownChanges(changes: Record<string, Change>, columns: Column[]): Shown[] {
  const find = (path: string) => columns.find(column => column.path === path)
  return Object.entries(changes).flatMap(([key, change]): Shown[] => {
    if (SILENT.has(key)) return []
    if (key !== 'customFields') {
      const column = find(key)
      return column ? [{ column, change }] : []
    }
    const [before, after] = [change.old, change.new] as Array<Record<string, unknown> | undefined>
    const keys = new Set([...Object.keys(before ?? {}), ...Object.keys(after ?? {})])
    return [...keys].flatMap(name => {
      const column = find(`customFields.${name}`)
      const [old, now] = [before?.[name], after?.[name]]
      return column && JSON.stringify(old) !== JSON.stringify(now)
        ? [{ column, change: { old, new: now } }]
        : []
    })
  })
}

function Values({ column, change, isNamed }: Shown & { isNamed: boolean }) {
  const text = useText()
  // Long texts say more where they stand than here.
  if (column.field.kind === 'longText' || column.field.kind === 'object') return null
  const value = (given: unknown) =>
    isEmpty(given) ? (
      <span className="quiet">{text.timeline.nothing}</span>
    ) : (
      <FieldValue field={column.field} name={column.path} value={given} row={NO_ROW} />
    )
  return (
    <span className={classes.values}>
      {isNamed && <span className="quiet">{column.label}</span>}
      {value(change.old)}
      <IconArrowRight size={12} aria-label={text.timeline.became} />
      {value(change.new)}
    </span>
  )
}
const NO_ROW = {} as Row
