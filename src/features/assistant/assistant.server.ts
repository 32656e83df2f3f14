import type { Feature } from '#core/feature.ts'
import { chatOperations } from './chat.ts'
import { conversationOperations, forgetConversations } from './conversations.ts'
import { proposalOperations } from './proposals.ts'
import { assistantWalls } from './tables.ts'

export { conversationTable, messageTable, proposalTable } from './tables.ts'

export default {
  operations: [...chatOperations, ...conversationOperations, ...proposalOperations],
  schedules: [forgetConversations],
  walls: assistantWalls,
} satisfies Feature
