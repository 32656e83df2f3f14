/** A deal counts for a campaign when it was made within so many days after its contact got it. */
export const ATTRIBUTION_DAYS = 90

/**
 * CTEs of the deals that came of campaigns: `chosen` has the campaigns of a condition over `c`, `attributed` their deals,
 * each once a campaign. A deal came of a campaign whose name is its `source`, or that its primary contact was sent up to
 * 90 days before it was made; of several such it counts in full for each.
 * @param deals the condition of the deals `t`
 * @param sent the condition of the contacts `k` of campaigns
 */
export const attribution = (campaigns: string, deals: string, sent: string): string => `
  chosen as (select c.* from campaigns c where ${campaigns}),
  attributed as (
    select c.id as campaign_id, t.id as deal_id from chosen c
      join deals t on t.workspace_id = c.workspace_id and lower(t.source) = lower(c.name) where ${deals}
    union
    select c.id, t.id from chosen c
      join campaign_contacts k on k.workspace_id = c.workspace_id and k.campaign_id = c.id and ${sent}
      join deals t on t.workspace_id = c.workspace_id and t.primary_contact_id = k.contact_id
        and t.created_at >= k.sent_at and t.created_at < k.sent_at + interval '${ATTRIBUTION_DAYS} days' where ${deals})`
