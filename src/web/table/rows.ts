import { keepPreviousData, useInfiniteQuery } from '@tanstack/react-query'
import { useMemo } from 'react'
import { api } from '../api.ts'
import { learnTitles } from '../kit/titles.ts'
import type { AnyContract, Row } from '../record/model.ts'
import type { LayoutGiven } from './layout.ts'

const PAGE = 100

export type Page = { rows: Row[]; total: number; totalIsEstimate?: true; nextCursor: string | null }

/** The rows of a view as far as they have been asked for, and how many there are. */
export function useRows({ contract, view, filter }: Pick<LayoutGiven, 'contract' | 'view' | 'filter'>) {
  const asked = { q: view.q || undefined, sort: view.sort, filter }
  const list = useInfiniteQuery({
    queryKey: [contract.name, 'list', asked],
    initialPageParam: '',
    placeholderData: keepPreviousData,
    queryFn: ({ pageParam, signal }) => readPage(contract, { ...asked, limit: PAGE }, pageParam, signal),
    getNextPageParam: page => page.nextCursor ?? undefined,
  })
  const rows = useMemo(() => list.data?.pages.flatMap(page => page.rows) ?? [], [list.data])
  return { rows, total: list.data?.pages.at(-1), list }
}

/** One page of a list; the titles of its rows are known from then on. */
export async function readPage(
  contract: Pick<AnyContract, 'name' | 'path' | 'title'>,
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
