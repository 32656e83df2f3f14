import { queryOptions } from '@tanstack/react-query'
import { api, queries } from '#web/api.ts'

/** What GET /campaigns/:id/metrics answers. */
export type Metrics = {
  contacts: number
  pending: number
  sent: number
  delivered: number
  opened: number
  clicked: number
  bounced: number
  unsubscribed: number
  skipped: number
  failed: number
  deliveryRate: number | null
  openRate: number | null
  clickRate: number | null
  bounceRate: number | null
  unsubscribeRate: number | null
  currency: string
  budget: number | null
  actualCost: number | null
  budgetUsed: number | null
  deals: number
  wonDeals: number
  wonAmount: number
  roi: number | null
}

/** Under the name of its contacts, so that they are read again as news of these comes in. */
export const metricsQuery = (id: string) =>
  queryOptions({
    queryKey: ['campaignContact', 'metrics', id],
    queryFn: () => api.get<Metrics>(`/campaigns/${id}/metrics`),
  })

export const refreshCampaign = (): Promise<void> =>
  queries.invalidateQueries({ queryKey: ['campaignContact'] })
