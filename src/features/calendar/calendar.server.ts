import type { Feature } from '#core/feature.ts'
import { feedWalls } from './feeds.table.ts'

export { calendarFeedTable } from './feeds.table.ts'

export default { walls: [feedWalls] } satisfies Feature
