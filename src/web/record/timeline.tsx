import { Button, Group, Select } from '@mantine/core'
import { IconHistory } from '@tabler/icons-react'
import {
  infiniteQueryOptions,
  keepPreviousData,
  useInfiniteQuery,
  useQueries,
  useQuery,
} from '@tanstack/react-query'
import { useMemo, useState } from 'react'
import { api, queries, useMay } from '../api.ts'
import { Blank, Fault, Waiting } from '../kit/states.tsx'
import { useText } from '../text/index.tsx'
import { Happened } from './happened.tsx'
import { MailLine, mailNews } from './mail-line.tsx'
import { type AnyContract, holdsNotes, recordQuery } from './model.ts'
import { type Note, NoteCard } from './note-card.tsx'
import classes from './record.module.css'
import { ICONS, Talk } from './talk.tsx'

export type Change = { old?: unknown; new?: unknown }
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
export type Entry = {
  id: string
  mayChange?: boolean
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

const TALKS = 'CALL,EMAIL,MEETING,MESSAGE'
const NOTES_AT_MOST = 200
const NOTED = 'note.created'

const timelineQuery = ({ path }: Pick<AnyContract, 'path'>, id: string, type: string) =>
  infiniteQueryOptions({
    queryKey: ['timeline', id, type],
    initialPageParam: '',
    placeholderData: keepPreviousData,
    queryFn: ({ pageParam }) =>
      api.get<Page>(`/${path}/${id}/activities`, {
        query: { limit: 30, ...(type ? { type } : {}), ...(pageParam ? { cursor: pageParam } : {}) },
      }),
    getNextPageParam: page => page.nextCursor ?? undefined,
  })

/** Asks for a record and what happened with it, before its page is opened. */
export const prefetchRecord =
  (contract: AnyContract) =>
  ({ id }: Record<string, string>) =>
    Promise.all([
      queries.prefetchQuery(recordQuery(contract, id!)),
      queries.prefetchInfiniteQuery(timelineQuery(contract, id!, '')),
    ])

/** What happened with a record and what hangs on it: talks and notes in full, changes in plain words. */
export function Timeline({ contract, id }: { contract: AnyContract; id: string }) {
  const text = useText()
  const may = useMay()
  const [type, setType] = useState('')
  const list = useInfiniteQuery(timelineQuery(contract, id, type))
  const notes = useNotes(contract, id, list.data?.pages ?? NO_PAGES)
  if (list.isPending) return <Waiting />
  if (list.isError) return <Fault error={list.error} retry={() => list.refetch()} />
  const entries = list.data.pages
    .flatMap(page => page.rows)
    .map(({ metadata, ...told }) => ({ ...metadata, ...told }) as Entry)
    .filter(isTold)
  const pinned = type ? [] : [...notes.known.values()].filter(note => note.isPinned)
  if (!entries.length && !type)
    return (
      <Blank
        icon={IconHistory}
        title={text.record.noActivity}
        text={may.write ? text.record.noActivityHint : undefined}
      />
    )
  return (
    <>
      <Group justify="flex-end" mb={8}>
        <Select
          size="xs"
          w={170}
          aria-label={text.timeline.show}
          value={type}
          onChange={value => setType(value ?? '')}
          data={[
            { value: '', label: text.timeline.all },
            { value: TALKS, label: text.timeline.talks },
            { value: 'changes', label: text.timeline.changes },
          ]}
        />
      </Group>
      <ol className={classes.timeline}>
        {pinned.map(note => (
          <NoteCard key={note.id} note={note} actorId={note.authorId} at={note.createdAt} />
        ))}
        {entries.map(entry => (
          <EntryItem key={entry.id} {...{ entry, contract, notes }} />
        ))}
      </ol>
      {!entries.length && <Blank icon={IconHistory} title={text.palette.nothing} />}
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

type Notes = {
  known: ReadonlyMap<string, Note>
  /** Those that were asked for and are not there any more. */
  gone: ReadonlySet<string>
}
const NO_PAGES: Page[] = []

/** The notes as they are now: events tell only how they were first written. */
function useNotes(contract: AnyContract, id: string, pages: readonly Page[]): Notes {
  const notesBy = (query: Record<string, unknown>) =>
    api.get<NotePage>(`/${contract.path}/${id}/notes`, { query })
  const { data: first } = useQuery({
    queryKey: ['related', id, 'notes'],
    // What is pinned stands above everything else, however old it is.
    queryFn: () => notesBy({ limit: NOTES_AT_MOST, sort: '-isPinned,-createdAt' }),
    enabled: holdsNotes(contract),
  })
  const rest = useQueries({
    queries: beyond(first, pages).map(ids => ({
      queryKey: ['related', id, 'notes', ids],
      queryFn: async () => {
        const filter = { field: 'id', op: 'in', value: ids }
        return { ids, rows: (await notesBy({ filter, limit: ids.length })).rows }
      },
      placeholderData: keepPreviousData,
    })),
    combine: answers => answers.flatMap(({ data }) => data ?? []),
  })
  return useMemo(() => {
    const known = new Map([...(first?.rows ?? []), ...rest.flatMap(({ rows }) => rows)].map(n => [n.id, n]))
    const isWhole = first !== undefined && first.rows.length >= first.total
    const asked = isWhole ? notesIn(pages) : rest.flatMap(({ ids }) => ids)
    return { known, gone: new Set(asked.filter(note => !known.has(note))) }
  }, [first, rest, pages])
}

type NotePage = { rows: Note[]; total: number }

const notesIn = (pages: readonly Page[]): string[] =>
  pages.flatMap(({ rows }) => rows.filter(({ type }) => type === NOTED).map(({ entityId }) => entityId))

/** The notes of each page that are not among the first ones of a record with more. */
function beyond(first: NotePage | undefined, pages: readonly Page[]): string[][] {
  if (!first || first.rows.length >= first.total) return []
  const there = new Set(first.rows.map(note => note.id))
  return pages.map(page => notesIn([page]).filter(note => !there.has(note))).filter(ids => ids.length > 0)
}

/** What says nothing new is left out: a note is shown as it is now, a mail as what was said. */
function isTold(entry: Entry): boolean {
  const { type, entityType, action } = entry
  if (type in ICONS) return true
  if (entityType === 'note') return action === 'created'
  if (entityType === 'interaction') return false
  return entityType !== 'email' || mailNews(entry) !== undefined
}

function EntryItem({ entry, contract, notes }: { entry: Entry; contract: AnyContract; notes: Notes }) {
  if (entry.type in ICONS) return <Talk entry={entry} />
  const news = entry.entityType === 'email' ? mailNews(entry) : undefined
  if (news) return <MailLine entry={entry} news={news} />
  if (entry.type !== NOTED) return <Happened entry={entry} contract={contract} />
  const note = notes.known.get(entry.entityId)
  if (note?.isPinned) return null
  if (notes.gone.has(entry.entityId)) return <Happened entry={entry} contract={contract} isGone />
  // Until it is there nobody knows whether the reader may change it.
  const first = { id: entry.entityId, body: String(entry.changes?.body?.new ?? ''), mayChange: false }
  return <NoteCard note={note ?? first} actorId={entry.actorId} at={entry.createdAt} />
}
