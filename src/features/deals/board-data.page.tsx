import {
  type InfiniteData,
  infiniteQueryOptions,
  keepPreviousData,
  queryOptions,
} from '@tanstack/react-query'
import { api, queries, type Stage } from '#web/api.ts'
import { type Row, refreshAround, refreshBy, type Touched } from '#web/record/model.ts'
import { type Page, readPage } from '#web/table/rows.ts'
import { dealContract } from './deals.contract.ts'

const PAGE = 50

/** One column of a board: deals of a stage, or deals that are expected to close in a month. */
export type Lane = {
  key: string
  name: string
  kind: Stage['kind']
  /** Which deals the server lists here, beside what the view asks for. */
  filter: object
  sort: string
  /** Which groups of the sums are those of this lane; none for closed deals, of which there are ever more. */
  holds: (key: string | null) => boolean
  /** What becomes of a deal that is put here; undefined where none can be. */
  put: ((deal: Row) => Partial<Row>) | undefined
  /** What a new deal of this lane knows. */
  initial?: Record<string, unknown>
}

/** What a view asks of all lanes. */
export type Asked = { q: string; filter: object | undefined }

type Group = { key: string | null; currency: string; count: number; amount: number; weighted: number }
export type Sums = { by: 'stage' | 'month'; currency: string; rates: Record<string, number>; rows: Group[] }

export const sumsQuery = (by: Sums['by'], { q, filter }: Asked) =>
  queryOptions({
    queryKey: ['board', 'sums', by, q, filter],
    placeholderData: keepPreviousData,
    queryFn: () => api.get<Sums>('/deals/sums', { query: { by, filter, ...(q ? { q } : {}) } }),
  })

/** The deals of one lane, page by page. */
export const laneQuery = (lane: Lane, { q, filter }: Asked) =>
  infiniteQueryOptions({
    queryKey: ['board', 'lane', lane.key, q, filter],
    initialPageParam: '',
    queryFn: ({ pageParam, signal }) =>
      readPage(
        dealContract,
        {
          filter: filter ? { and: [lane.filter, filter] } : lane.filter,
          sort: lane.sort,
          limit: PAGE,
          ...(q ? { q } : {}),
        },
        pageParam,
        signal,
      ),
    getNextPageParam: page => page.nextCursor ?? undefined,
  })

type Pages = InfiniteData<Page>

/** Deals that are on their way, and where to: what is read meanwhile may not know of it yet. */
const moving = new Map<string, string>()

/** Whether a deal that was read for the lane is to be shown there. */
export const standsIn = (deal: Row, lane: Lane): boolean => (moving.get(deal.id) ?? lane.key) === lane.key

/** Moves of this tab that the server has confirmed, until the live connection tells of them too. */
const confirmed = new Map<string, string>()
const ECHO_MS = 10_000

/** The lanes that are on the screen, and what they are lanes of. */
const shown = new Map<string, { lane: Lane; by: Sums['by'] }>()
export function showLane(lane: Lane, by: Sums['by']): () => void {
  shown.set(lane.key, { lane, by })
  return () => void shown.delete(lane.key)
}

const holdersOf = (id: string): string[] =>
  queries
    .getQueriesData<Pages>({ queryKey: ['board', 'lane'] })
    .filter(([, data]) => data?.pages.some(page => page.rows.some(row => row.id === id)))
    .map(([key]) => key[2] as string)

const laneKey = (key: string) => ['board', 'lane', key]

function readAgain(keys: Iterable<string>): void {
  for (const key of new Set(keys)) queries.invalidateQueries({ queryKey: laneKey(key) })
  queries.invalidateQueries({ queryKey: ['board', 'sums'] })
}

/** What has been shown, until it has been settled or taken back. */
export type Shown = {
  undo: () => void
  /** The server has answered; the lanes between which the deal went are read again, and no other. */
  settle: () => void
}

/** Shows a deal in another lane before the server has answered. */
export function showMoved(deal: Row, lane: Lane): Shown {
  const touched = [...new Set([...holdersOf(deal.id), lane.key])]
  moving.set(deal.id, lane.key)
  for (const key of touched) queries.cancelQueries({ queryKey: laneKey(key) })
  queries.cancelQueries({ queryKey: ['board', 'sums'] })
  const before = touched.flatMap(key => queries.getQueriesData<Pages>({ queryKey: laneKey(key) }))
  const moved = { ...deal, ...lane.put?.(deal) } as Row
  for (const [key, data] of before) {
    if (!data) continue
    const isTarget = key[2] === lane.key
    const pages = data.pages.map((page, index) => ({
      ...page,
      rows: [...(isTarget && index === 0 ? [moved] : []), ...page.rows.filter(({ id }) => id !== deal.id)],
    }))
    queries.setQueryData(key, { ...data, pages })
  }
  const sums = queries.getQueriesData<Sums>({ queryKey: ['board', 'sums'] })
  for (const [key, data] of sums)
    if (data)
      queries.setQueryData(key, {
        ...data,
        rows: plus(plus(data.rows, data.by, deal, -1), data.by, moved, 1),
      })
  return {
    undo() {
      moving.delete(deal.id)
      for (const [key, data] of [...before, ...sums]) queries.setQueryData(key, data)
    },
    settle() {
      if (moving.get(deal.id) === lane.key) {
        moving.delete(deal.id)
        confirmed.set(deal.id, lane.key)
        setTimeout(() => confirmed.delete(deal.id), ECHO_MS)
      }
      readAgain(touched)
      refreshAround('deal', [])
    },
  }
}

/** Whether a change is a move of this tab, of which everything is known or about to be read. */
function isOwn({ entityId, changes }: Touched): boolean {
  if (moving.has(entityId)) return true
  const key = confirmed.get(entityId)
  const keys = Object.keys(changes ?? {})
  if (!key || !(keys.includes('stageId') || keys.includes('expectedCloseDate'))) return false
  confirmed.delete(entityId)
  return lanesAt({
    stageId: changes?.stageId?.new,
    expectedCloseDate: changes?.expectedCloseDate?.new,
  }).includes(key)
}

/** The lanes in which a deal of such values stands. */
const lanesAt = (values: Record<string, unknown>): string[] =>
  [...shown.values()].flatMap(({ lane, by }) => {
    const value = by === 'stage' ? values.stageId : values.expectedCloseDate
    if (value === undefined) return []
    const at = by === 'stage' ? (value as string) : value === null ? null : String(value).slice(0, 7)
    return lane.holds(at) ? [lane.key] : []
  })

const ASKED_AT_MOST = 100

/** Reads the lanes again that a change concerns: where the deals stand here, and where they stand now. */
async function refreshLanes(touched: Touched[] | undefined): Promise<void> {
  if (!touched) return queries.invalidateQueries({ queryKey: ['board'] })
  const strange = touched.filter(change => !isOwn(change))
  if (!strange.length || !shown.size) return
  const keys = new Set<string>()
  const unknown = new Set<string>()
  for (const { entityId, changes = {} } of strange) {
    const here = [
      ...holdersOf(entityId),
      ...lanesAt({ stageId: changes.stageId?.old, expectedCloseDate: changes.expectedCloseDate?.old }),
      ...lanesAt({ stageId: changes.stageId?.new, expectedCloseDate: changes.expectedCloseDate?.new }),
    ]
    for (const key of here) keys.add(key)
    // A deal further down than what is loaded, or one that fits the view only now.
    if (!here.length) unknown.add(entityId)
  }
  if (unknown.size > ASKED_AT_MOST) return queries.invalidateQueries({ queryKey: ['board'] })
  if (unknown.size) {
    const filter = { field: 'id', op: 'in', value: [...unknown] }
    const { rows } = await api.get<{ rows: Row[] }>('/deals', { query: { filter, limit: ASKED_AT_MOST } })
    for (const row of rows) for (const key of lanesAt(row)) keys.add(key)
  }
  readAgain(keys)
}
refreshBy('deal', touched => {
  refreshLanes(touched).catch(() => queries.invalidateQueries({ queryKey: ['board'] }))
})

/** The month in which a deal is expected to close, such as 2026-11. */
export const monthOf = (deal: Row): string | null =>
  (deal.expectedCloseDate as string | null)?.slice(0, 7) ?? null

function plus(rows: Group[], by: Sums['by'], deal: Row, sign: 1 | -1): Group[] {
  if (deal.status !== 'OPEN') return rows
  const key = by === 'stage' ? (deal.stageId as string) : monthOf(deal)
  const isIt = (group: Group) => group.key === key && group.currency === deal.currency
  const found = rows.find(isIt) ?? {
    key,
    currency: deal.currency as string,
    count: 0,
    amount: 0,
    weighted: 0,
  }
  const amount = deal.amount as number
  const next = {
    ...found,
    count: found.count + sign,
    amount: found.amount + sign * amount,
    weighted: found.weighted + (sign * amount * ((deal.probability as number | null) ?? 0)) / 100,
  }
  return [...rows.filter(group => !isIt(group)), ...(next.count > 0 ? [next] : [])]
}
