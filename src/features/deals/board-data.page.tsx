import { type InfiniteData, infiniteQueryOptions, queryOptions } from '@tanstack/react-query'
import { api, queries, type Stage } from '#web/api.ts'
import { learnTitles } from '#web/kit/titles.ts'
import type { Row } from '#web/record/model.ts'

const PAGE = 50

export type Sums = {
  currency: string
  unconverted: Array<{ currency: string; amount: number; count: number }>
  stages: Array<{ stageId: string; openDeals: number; totalAmount: number; weightedAmount: number }>
}
export type BoardFilter = { q: string; ownerId: string | undefined }
type Page = { rows: Row[]; nextCursor: string | null }

export const sumsQuery = (pipelineId: string) =>
  queryOptions({
    queryKey: ['board', 'sums', pipelineId],
    queryFn: () => api.get<Sums>('/deals/pipeline', { query: { pipelineId } }),
  })

const columnKey = (stageId: string, filter: BoardFilter) => ['board', 'column', stageId, filter] as const

/** The deals of one stage, page by page: open ones, or the latest that were closed. */
export const columnQuery = (stage: Stage, filter: BoardFilter) =>
  infiniteQueryOptions({
    queryKey: columnKey(stage.id, filter),
    initialPageParam: '',
    async queryFn({ pageParam, signal }) {
      const query = {
        stageId: stage.id,
        limit: PAGE,
        sort: stage.kind === 'OPEN' ? '-updatedAt' : '-actualCloseDate',
        ...(filter.q ? { q: filter.q } : {}),
        ...(filter.ownerId ? { ownerId: filter.ownerId } : {}),
        ...(pageParam ? { cursor: pageParam } : {}),
      }
      const page = await api.get<Page>('/deals', { query, signal })
      learnTitles('deal', page.rows, ['title'])
      return page
    },
    getNextPageParam: page => page.nextCursor ?? undefined,
  })

type Column = InfiniteData<Page>

/** Deals that are on their way, and where to: what is read meanwhile may not know of it yet. */
const moving = new Map<string, string>()

/** Whether a deal that was read for the stage is to be shown there. */
export const standsIn = (deal: Row, stage: Stage): boolean => (moving.get(deal.id) ?? stage.id) === stage.id

/** The server has answered; what is read from now on is right. */
export function hasArrived(deal: Row, stage: Stage): void {
  if (moving.get(deal.id) === stage.id) moving.delete(deal.id)
}

/** Shows a deal in another column before the server has answered; answers how to take that back. */
export function showMoved(deal: Row, stage: Stage): () => void {
  moving.set(deal.id, stage.id)
  queries.cancelQueries({ queryKey: ['board'] })
  const before = queries.getQueriesData<Column>({ queryKey: ['board', 'column'] })
  const moved = { ...deal, stageId: stage.id, status: stage.kind, stageDurationDays: 0 }
  for (const [key, data] of before) {
    if (!data) continue
    const isTarget = key[2] === stage.id
    const pages = data.pages.map((page, index) => ({
      ...page,
      rows: [...(isTarget && index === 0 ? [moved] : []), ...page.rows.filter(({ id }) => id !== deal.id)],
    }))
    queries.setQueryData(key, { ...data, pages })
  }
  const sums = queries.getQueriesData<Sums>({ queryKey: ['board', 'sums'] })
  for (const [key, data] of sums) if (data) queries.setQueryData(key, movedSums(data, deal, stage))
  return () => {
    hasArrived(deal, stage)
    for (const [key, data] of [...before, ...sums]) queries.setQueryData(key, data)
  }
}

function movedSums(sums: Sums, deal: Row, to: Stage): Sums {
  const isHome = deal.currency === sums.currency
  const amount = isHome ? (deal.amount as number) : 0
  const change = (by: 1 | -1) => (stage: Sums['stages'][number]) => ({
    ...stage,
    openDeals: stage.openDeals + by,
    totalAmount: stage.totalAmount + by * amount,
  })
  return {
    ...sums,
    stages: sums.stages.map(stage => {
      if (stage.stageId === deal.stageId && deal.status === 'OPEN') return change(-1)(stage)
      if (stage.stageId === to.id && to.kind === 'OPEN') return change(1)(stage)
      return stage
    }),
  }
}
