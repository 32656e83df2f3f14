import { Button, Group, Text as P, Spoiler } from '@mantine/core'
import { IconHistory, IconMail, IconMessage, IconNote, IconPhone, IconUsers } from '@tabler/icons-react'
import { useInfiniteQuery } from '@tanstack/react-query'
import type { ComponentType } from 'react'
import { api, useMe, useMembers } from '../api.ts'
import { useFormat } from '../kit/format.ts'
import { Blank, Fault, Waiting } from '../kit/states.tsx'
import { useTitle } from '../kit/titles.ts'
import { Choice, FieldValue, Tags } from '../kit/value.tsx'
import { fieldLabel, useText } from '../text/index.tsx'
import type { AnyContract } from './model.ts'
import classes from './record.module.css'

type Change = { old?: unknown; new?: unknown }
type Told = {
  id: string
  /** CALL, EMAIL, MEETING, MESSAGE; else a record type and what became of it: `deal.updated`. */
  type: string
  createdAt: string
  actorId: string | null
  entityType: string
  entityId: string
  metadata: Partial<Entry>
}
type Entry = {
  id: string
  type: string
  createdAt: string
  actorId: string | null
  entityType: string
  entityId: string
  action?: string
  changes?: Record<string, Change>
  subject?: string | null
  content?: string | null
  direction?: string
  durationMinutes?: number | null
  nextSteps?: string | null
  objections?: string[]
  competitors?: string[]
}
type Page = { rows: Told[]; nextCursor: string | null }

/** What happened with a record and what hangs on it: talks in full, changes in plain words. */
export function Timeline({ contract, id }: { contract: AnyContract; id: string }) {
  const text = useText()
  const list = useInfiniteQuery({
    queryKey: ['timeline', id],
    initialPageParam: '',
    queryFn: ({ pageParam }) =>
      api.get<Page>(`/${contract.path}/${id}/activities`, {
        query: { limit: 30, ...(pageParam ? { cursor: pageParam } : {}) },
      }),
    getNextPageParam: page => page.nextCursor ?? undefined,
  })
  if (list.isPending) return <Waiting />
  if (list.isError) return <Fault error={list.error} retry={() => list.refetch()} />
  const entries = list.data.pages
    .flatMap(page => page.rows)
    .map(({ metadata, ...told }) => ({ ...metadata, ...told }) as Entry)
  if (!entries.length)
    return <Blank icon={IconHistory} title={text.record.noActivity} text={text.record.noActivityHint} />
  return (
    <>
      <ol className={classes.timeline}>
        {entries.map(entry =>
          entry.type in ICONS ? (
            <Talk key={entry.id} entry={entry} />
          ) : entry.type === 'note.created' ? (
            <Written key={entry.id} entry={entry} />
          ) : (
            <Happened key={entry.id} entry={entry} contract={contract} />
          ),
        )}
      </ol>
      {list.hasNextPage && (
        <Group justify="center" pb="lg">
          <Button variant="default" loading={list.isFetchingNextPage} onClick={() => list.fetchNextPage()}>
            {text.common.showMore}
          </Button>
        </Group>
      )}
    </>
  )
}

const ICONS: Record<string, ComponentType<{ size?: number }>> = {
  CALL: IconPhone,
  EMAIL: IconMail,
  MEETING: IconUsers,
  MESSAGE: IconMessage,
}

function useName(id: string | null): string {
  const text = useText()
  const members = useMembers()
  const { user } = useMe()
  if (id === user.id) return user.name
  return (id && members.get(id)?.name) || text.common.unknown
}

function When({ at }: { at: string }) {
  const format = useFormat()
  return (
    <time dateTime={at} title={format.moment(at)} className="quiet numbers">
      {format.ago(at)}
    </time>
  )
}

function Talk({ entry }: { entry: Entry }) {
  const text = useText()
  const name = useName(entry.actorId)
  const Icon = ICONS[entry.type] ?? IconMessage
  return (
    <li className={classes.entry}>
      <span className={classes.icon}>
        <Icon size={14} />
      </span>
      <div className={`card ${classes.talk}`}>
        <Group gap={8} justify="space-between" wrap="nowrap">
          <Group gap={8} wrap="nowrap" miw={0}>
            <Choice value={entry.type} />
            <P size="sm" fw={600} className="one-line">
              {entry.subject}
            </P>
          </Group>
          <When at={entry.createdAt} />
        </Group>
        {entry.content && (
          <Spoiler maxHeight={120} showLabel={text.common.showMore} hideLabel={text.common.close}>
            <P size="sm" className={classes.said}>
              {entry.content}
            </P>
          </Spoiler>
        )}
        <Group gap={8} className="quiet" fz="xs">
          <span>{name}</span>
          {entry.durationMinutes ? (
            <span className="numbers">
              {entry.durationMinutes} {text.record.minutes}
            </span>
          ) : null}
          {entry.objections?.length ? <Tags values={entry.objections} /> : null}
          {entry.competitors?.length ? <Tags values={entry.competitors} /> : null}
        </Group>
        {entry.nextSteps && (
          <P size="xs">
            <b>{fieldLabel(text, 'nextSteps')}:</b> {entry.nextSteps}
          </P>
        )}
      </div>
    </li>
  )
}

/** A note, as it was first written. */
function Written({ entry }: { entry: Entry }) {
  const name = useName(entry.actorId)
  return (
    <li className={classes.entry}>
      <span className={classes.icon}>
        <IconNote size={14} />
      </span>
      <div className={`card ${classes.talk}`}>
        <P size="sm" className={classes.said}>
          {String(entry.changes?.body?.new ?? '')}
        </P>
        <Group gap={8} fz="xs" justify="space-between" className="quiet">
          <span>{name}</span>
          <When at={entry.createdAt} />
        </Group>
      </div>
    </li>
  )
}

const SILENT = new Set([
  'searchText',
  'version',
  'stageEnteredAt',
  'status',
  'probability',
  'lastInteractionAt',
])

function Happened({ entry, contract }: { entry: Entry; contract: AnyContract }) {
  const text = useText()
  const name = useName(entry.actorId)
  const changes = Object.entries(entry.changes ?? {}).filter(([key]) => !SILENT.has(key))
  const stage = entry.changes?.stageId?.new as string | undefined
  const stageName = useTitle('stage', entry.action === 'updated' || stage ? (stage ?? null) : null)
  const isOwn = entry.entityType === contract.name
  const label = text.labels[entry.entityType] ?? entry.entityType
  const fields = changes.map(([key]) => fieldLabel(text, key)).join(', ')
  const sentence =
    stageName && entry.action !== 'created'
      ? text.record.movedBy(name, stageName)
      : entry.action === 'created'
        ? text.record.createdBy(name)
        : entry.action === 'deleted'
          ? text.record.deletedBy(name)
          : entry.action === 'restored'
            ? text.record.restoredBy(name)
            : fields
              ? text.record.changedBy(name, fields)
              : text.record.actedBy(name, entry.action ?? '')
  const [only] = changes
  const field = only && contract.fields[only[0]]
  return (
    <li className={classes.entry}>
      <span className={classes.dot} />
      <Group gap={6} fz="sm" className={classes.event}>
        {!isOwn && <span className="quiet">{label}:</span>}
        <span>{sentence}</span>
        {isOwn && changes.length === 1 && entry.action === 'updated' && field && only[0] !== 'stageId' && (
          <FieldValue field={field} name={only[0]} value={only[1].new} row={{}} />
        )}
        <When at={entry.createdAt} />
      </Group>
    </li>
  )
}
