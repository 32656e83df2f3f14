import {
  type InfiniteData,
  infiniteQueryOptions,
  keepPreviousData,
  queryOptions,
} from '@tanstack/react-query'
import { api, queries, type Stage } from '#web/api.ts'
import type { Row } from '#web/record/model.ts'
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

/** The server has answered; what is read from now on is right. */
export function hasArrived(deal: Row, key: string): void {
  if (moving.get(deal.id) === key) moving.delete(deal.id)
}

/** Shows a deal in another lane before the server has answered; answers how to take that back. */
export function showMoved(deal: Row, lane: Lane): () => void {
  moving.set(deal.id, lane.key)
  queries.cancelQueries({ queryKey: ['board'] })
  const before = queries.getQueriesData<Pages>({ queryKey: ['board', 'lane'] })
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
  return () => {
    hasArrived(deal, lane.key)
    for (const [key, data] of [...before, ...sums]) queries.setQueryData(key, data)
  }
}

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
