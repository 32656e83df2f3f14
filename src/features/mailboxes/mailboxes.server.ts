import type { Feature } from '#core/feature.ts'
import { mailboxWalls } from './mailboxes.table.ts'

export { mailboxTable } from './mailboxes.table.ts'

export default { walls: [mailboxWalls] } satisfies Feature
