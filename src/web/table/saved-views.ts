import { queryOptions, useQuery } from '@tanstack/react-query'
import { api, queries, useMay, useMe } from '../api.ts'

export type SavedView = {
  id: string
  entity: string
  name: string
  filter: object | null
  sort: string | null
  columns: string[]
  layout: string | Record<string, unknown> | null
  shared: boolean
  isDefault: boolean
  createdById: string | null
}

type Page = { rows: SavedView[]; nextCursor: string | null }
/** Pages of 200; more views than these nobody finds anything in. */
const PAGES_AT_MOST = 5

/** The views of all record types at once: few, and every table needs them before its first row. */
const savedViewsQuery = queryOptions({
  queryKey: ['savedView'],
  staleTime: 5 * 60_000,
  async queryFn() {
    const views: SavedView[] = []
    let cursor: string | null = ''
    for (let page = 0; cursor !== null && page < PAGES_AT_MOST; page++) {
      const answer: Page = await api.get('/saved-views', {
        query: { limit: 200, ...(cursor ? { cursor } : {}) },
      })
      views.push(...answer.rows)
      cursor = answer.nextCursor
    }
    return views
  },
})

/** Fetches the views ahead of the first table. */
export const prefetchViews = (): void => void queries.prefetchQuery(savedViewsQuery)

/** Whether one of the views opens where none is asked for. */
export const opensView = async (entity: string): Promise<boolean> =>
  (await queries.ensureQueryData(savedViewsQuery)).some(view => view.entity === entity && view.isDefault)

/**
 * The views of a record type: own ones first, then those that are shared. The private views of others, which admins may
 * read, are not offered.
 */
export function useSavedViews(entity: string): { views: SavedView[]; isPending: boolean } {
  const { user } = useMe()
  const { data, isPending } = useQuery(savedViewsQuery)
  const views = (data ?? []).filter(
    view => view.entity === entity && (view.shared || view.createdById === user.id),
  )
  return { views: [...views].sort((a, b) => Number(a.shared) - Number(b.shared)), isPending }
}

export function useMayChangeView(view: SavedView | undefined): boolean {
  const { user } = useMe()
  const may = useMay()
  return view !== undefined && may.write && (view.createdById === user.id || (view.shared && may.administer))
}

export const refreshViews = (): Promise<void> => queries.invalidateQueries({ queryKey: ['savedView'] })
