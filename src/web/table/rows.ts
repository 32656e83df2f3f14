import { infiniteQueryOptions, keepPreviousData, useInfiniteQuery } from '@tanstack/react-query'
import { useMemo } from 'react'
import { api, queries } from '../api.ts'
import { learnTitles } from '../kit/titles.ts'
import type { AnyContract, Row } from '../record/model.ts'
import { type Condition, filterOf } from './filters.ts'
import type { LayoutGiven } from './layout.ts'
import { opensView } from './saved-views.ts'

const PAGE = 100

type Listed = Pick<AnyContract, 'name' | 'path' | 'title'>

export type Page = { rows: Row[]; total: number; totalIsEstimate?: true; nextCursor: string | null }

type Asked = { q?: string | undefined; sort?: string | undefined; filter?: object | undefined }

const listQuery = (contract: Listed, asked: Asked) =>
  infiniteQueryOptions({
    queryKey: [contract.name, 'list', asked],
    initialPageParam: '',
    placeholderData: keepPreviousData,
    queryFn: ({ pageParam, signal }) => readPage(contract, { ...asked, limit: PAGE }, pageParam, signal),
    getNextPageParam: page => page.nextCursor ?? undefined,
  })

/** Asks for the first rows of a table before it is opened, unless a view of somebody's own opens first. */
export const prefetchList =
  (contract: Listed, conditions: readonly Condition[] = []) =>
  async () => {
    if (await opensView(contract.name)) return
    await queries.prefetchInfiniteQuery(listQuery(contract, { filter: filterOf([...conditions]) }))
  }

/** The rows of a view as far as they have been asked for, and how many there are. */
export function useRows({ contract, view, filter }: Pick<LayoutGiven, 'contract' | 'view' | 'filter'>) {
  const asked = { q: view.q || undefined, sort: view.sort, filter }
  const list = useInfiniteQuery(listQuery(contract, asked))
  const rows = useMemo(() => list.data?.pages.flatMap(page => page.rows) ?? [], [list.data])
  return { rows, total: list.data?.pages.at(-1), list }
}

/** One page of a list; the titles of its rows are known from then on. */
export async function readPage(
  contract: Listed,
  asked: Record<string, unknown>,
  cursor: string | undefined,
  signal?: AbortSignal,
): Promise<Page> {
  const page = await api.get<Page>(`/${contract.path}`, {
    query: { ...asked, cursor: cursor || undefined },
    signal,
  })
  learnTitles(contract.name, page.rows, contract.title)
  return page
}
