import type { Feature } from '#core/feature.ts'
import { aiSettingsOperations } from './routes.ts'
import { aiWalls } from './tables.ts'
import { forgetOldUsage } from './usage.ts'
import { WorkspaceAi } from './workspace-ai.ts'

export { aiSettingsTable, aiUsageTable } from './tables.ts'

export default {
  sessionOnly: true,
  operations: aiSettingsOperations,
  ai: app => new WorkspaceAi(app),
  schedules: [
    {
      name: 'ai-usage-cleaning',
      cron: '53 3 * * *',
      run: database => database.inSystem('ascendore_worker', forgetOldUsage),
    },
  ],
  walls: aiWalls,
} satisfies Feature
