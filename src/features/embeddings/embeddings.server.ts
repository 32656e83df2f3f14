import type { Feature } from '#core/feature.ts'
import { embeddingFollower } from './queue.ts'
import { embeddingRefresh } from './refresh.ts'
import { embeddingWalls } from './tables.ts'
import { startEmbedding } from './worker.ts'

export { embeddingDueTable, embeddingStateTable, embeddingTable } from './tables.ts'

export default {
  followers: [embeddingFollower],
  services: [startEmbedding],
  schedules: [embeddingRefresh],
  walls: embeddingWalls,
} satisfies Feature
