import type { ReportChart } from '#features/reports/reports.contract.ts'
import { api, queries } from '#web/api.ts'
import type { Result } from '#web/chart/result.ts'
import type { Row } from '#web/record/model.ts'
import type { DashboardTile } from './dashboards.contract.ts'

/** A dashboard as the API answers it. */
export type SavedDashboard = Row & {
  name: string
  description: string | null
  shared: boolean
  tiles: DashboardTile[]
  createdById: string | null
}

export type RunTile = DashboardTile & {
  name: string | null
  chart: ReportChart | null
  result: Result | null
  error: { code: string; message: string } | null
}

export const dashboardQuery = (id: string) => ({
  queryKey: ['dashboard', 'one', id],
  queryFn: () => api.get<SavedDashboard>(`/dashboards/${id}`),
})
export const dashboardRunQuery = (id: string) => ({
  queryKey: ['dashboard', 'run', id],
  queryFn: () => api.get<{ tiles: RunTile[] }>(`/dashboards/${id}/run`),
})

export const sizeOf = ({ reportId, width, height }: DashboardTile): DashboardTile => ({
  reportId,
  width,
  height,
})

/** The list with one of it at another place. */
export function movedTo<T>(list: readonly T[], from: number, to: number): T[] {
  const rest = list.filter((_, at) => at !== from)
  return [...rest.slice(0, to), list[from]!, ...rest.slice(to)]
}

/** Keeps the tiles; what is shown follows at once, and goes back where the server refuses. */
export async function saveTiles(id: string, tiles: DashboardTile[]): Promise<void> {
  const key = ['dashboard', 'one', id]
  await queries.cancelQueries({ queryKey: key })
  const before = queries.getQueryData<SavedDashboard>(key)
  if (before) queries.setQueryData(key, { ...before, tiles })
  try {
    queries.setQueryData(key, await api.patch<SavedDashboard>(`/dashboards/${id}`, { tiles }))
  } catch (error) {
    if (before) queries.setQueryData(key, before)
    throw error
  }
  queries.invalidateQueries({ queryKey: ['dashboard', 'list'] })
}
