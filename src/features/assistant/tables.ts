import { sql } from 'drizzle-orm'
import { foreignKey, index, jsonb, pgTable, primaryKey, text, uuid } from 'drizzle-orm/pg-core'
import { moment } from '#core/db/columns.ts'
import { type ExtraWalls, wallHelpers } from '#core/db/policies.ts'
import { memberships } from '#core/db/tables.ts'

/** A conversation with the assistant: its owner's, and nobody else's. A program's are apart from those of its user. */
export const conversationTable = pgTable(
  'ai_conversations',
  {
    workspaceId: uuid('workspace_id').notNull(),
    id: uuid('id').notNull(),
    userId: uuid('user_id').notNull(),
    apiKeyId: uuid('api_key_id'),
    title: text('title').notNull(),
    createdAt: moment('created_at').notNull().default(sql`now()`),
    updatedAt: moment('updated_at').notNull().default(sql`now()`),
  },
  t => [
    primaryKey({ columns: [t.workspaceId, t.id] }),
    foreignKey({
      name: 'ai_conversations_user_fk',
      columns: [t.workspaceId, t.userId],
      foreignColumns: [memberships.workspaceId, memberships.userId],
    }),
    index('ai_conversations_list').on(t.workspaceId, t.userId, t.id),
    index('ai_conversations_age').on(t.updatedAt),
  ],
)

/** What was said in it. `parts` are those of an answer: texts, tools that were used, proposals by id. */
export const messageTable = pgTable(
  'ai_messages',
  {
    workspaceId: uuid('workspace_id').notNull(),
    conversationId: uuid('conversation_id').notNull(),
    id: uuid('id').notNull(),
    userId: uuid('user_id').notNull(),
    role: text('role').notNull(),
    content: text('content').notNull(),
    parts: jsonb('parts').notNull().default(sql`'[]'`),
    provider: text('provider'),
    model: text('model'),
    createdAt: moment('created_at').notNull().default(sql`now()`),
  },
  t => [
    primaryKey({ columns: [t.workspaceId, t.conversationId, t.id] }),
    foreignKey({
      name: 'ai_messages_conversation_fk',
      columns: [t.workspaceId, t.conversationId],
      foreignColumns: [conversationTable.workspaceId, conversationTable.id],
    }).onDelete('cascade'),
  ],
)

/** Writes that wait for a yes, or have had their answer. */
export const proposalTable = pgTable(
  'ai_proposals',
  {
    workspaceId: uuid('workspace_id').notNull(),
    id: uuid('id').notNull(),
    conversationId: uuid('conversation_id').notNull(),
    userId: uuid('user_id').notNull(),
    apiKeyId: uuid('api_key_id'),
    status: text('status').notNull().default('PENDING'),
    /** Title, operation, call, record and changes. */
    plan: jsonb('plan').notNull(),
    result: jsonb('result'),
    expiresAt: moment('expires_at').notNull(),
    decidedAt: moment('decided_at'),
    createdAt: moment('created_at').notNull().default(sql`now()`),
  },
  t => [
    primaryKey({ columns: [t.workspaceId, t.id] }),
    foreignKey({
      name: 'ai_proposals_conversation_fk',
      columns: [t.workspaceId, t.conversationId],
      foreignColumns: [conversationTable.workspaceId, conversationTable.id],
    }).onDelete('cascade'),
    index('ai_proposals_conversation').on(t.workspaceId, t.conversationId, t.id),
  ],
)

const { ME, EVERYONE, inWorkspace } = wallHelpers

/** What belongs to one member and nobody else, whatever their role. */
const personal = (table: string, worker?: string): ExtraWalls => {
  const mine = `${inWorkspace(table)} and ${table}.user_id = ${ME}`
  return {
    table,
    grants: [
      `select, insert, update, delete to ${EVERYONE}`,
      ...(worker ? [`${worker} to ascendore_worker`] : []),
    ],
    policies: [
      { name: 'mine_all', to: EVERYONE, using: mine, check: mine },
      ...(worker ? [{ name: 'worker_all', to: 'ascendore_worker', using: 'true' }] : []),
    ],
  }
}

export const assistantWalls: ExtraWalls[] = [
  personal('ai_conversations', 'select, delete'),
  personal('ai_messages'),
  personal('ai_proposals'),
]
