import type { Feature } from '#core/feature.ts'
import { campaignContacts, campaigns } from './campaigns.table.ts'
import { addRoute, listRoute, removeRoute } from './contacts.ts'
import { metricsRoute } from './metrics.ts'
import { batchJob, batchSchedule, sendRoute } from './send.ts'

export { campaignContactTable, campaignTable } from './campaigns.table.ts'

export default {
  records: [campaigns, campaignContacts],
  operations: () => [addRoute, listRoute(), removeRoute, sendRoute, metricsRoute],
  jobs: [batchJob],
  schedules: [batchSchedule],
} satisfies Feature
