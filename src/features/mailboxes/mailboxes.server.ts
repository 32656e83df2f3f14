import type { Feature } from '#core/feature.ts'
import { mailboxWalls } from './mailboxes.table.ts'
import { mailboxOperations } from './routes.ts'
import { readJob, readSchedule, releaseLeases } from './schedule.ts'

export { mailboxTable } from './mailboxes.table.ts'

export default {
  sessionOnly: true,
  operations: mailboxOperations,
  jobs: [readJob],
  schedules: [readSchedule],
  prepare: releaseLeases,
  walls: [mailboxWalls],
} satisfies Feature
