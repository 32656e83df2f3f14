import type { Feature } from '#core/feature.ts'
import { sendRoute } from './compose.ts'
import { deliverJob } from './deliver.ts'
import { emails } from './emails.table.ts'

export { emailTable } from './emails.table.ts'

export default { records: [emails], operations: [sendRoute], jobs: [deliverJob] } satisfies Feature
