import { foreignKey, index, integer, pgTable, primaryKey, real, text, uuid } from 'drizzle-orm/pg-core'
import { moment } from '#core/db/columns.ts'
import { type ExtraWalls, wallHelpers } from '#core/db/policies.ts'
import { records, workspaces } from '#core/db/tables.ts'

/**
 * What was read out of an interaction and waits for somebody to accept or reject it, with the sentence on which it rests; `field`
 * says in which text it stands, `start` and `finish` where, in UTF-16 units. `cue` names the rule that saw it.
 */
export const findingTable = pgTable(
  'interaction_findings',
  {
    workspaceId: uuid('workspace_id')
      .notNull()
      .references(() => workspaces.id),
    id: uuid('id').notNull(),
    interactionId: uuid('interaction_id').notNull(),
    kind: text('kind').notNull(),
    value: text('value').notNull(),
    cue: text('cue').notNull(),
    confidence: real('confidence').notNull(),
    field: text('field').notNull(),
    sentence: text('sentence').notNull(),
    start: integer('start').notNull(),
    finish: integer('finish').notNull(),
    status: text('status').notNull().default('PROPOSED'),
    decidedById: uuid('decided_by_id'),
    decidedAt: moment('decided_at'),
    createdAt: moment('created_at').notNull(),
  },
  t => [
    primaryKey({ columns: [t.workspaceId, t.id] }),
    foreignKey({
      name: 'interaction_findings_interaction_fk',
      columns: [t.workspaceId, t.interactionId],
      foreignColumns: [records.workspaceId, records.id],
    }),
    index('interaction_findings_of').on(t.workspaceId, t.interactionId),
    index('interaction_findings_decided').on(t.workspaceId, t.kind, t.cue, t.status),
  ],
)

const { EVERYONE, MEMBERS, inWorkspace } = wallHelpers
// The policies of `interactions` apply inside: whoever sees an interaction sees what was read out of it.
const ofVisible = `${inWorkspace('interaction_findings')} and exists (select 1 from interactions i
  where i.workspace_id = interaction_findings.workspace_id and i.id = interaction_findings.interaction_id)`

export const findingWalls: ExtraWalls = {
  table: 'interaction_findings',
  grants: [`select to ${EVERYONE}`, `insert, update, delete to ${MEMBERS}`],
  policies: [
    { name: 'seen_read', command: 'select', to: EVERYONE, using: ofVisible },
    { name: 'seen_write', to: MEMBERS, using: ofVisible, check: ofVisible },
  ],
}
