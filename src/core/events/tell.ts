import type { Scope, Tx, Who } from '../db/workspace.ts'
import { newId } from '../ids.ts'
import type { EventAction } from './actions.ts'

/** What happened to something that is not a record of the store. */
export type Told = {
  action: EventAction
  entityType: string
  entityId: string
  changes?: Record<string, { old?: unknown; new?: unknown }>
}

/** Appends an event in the transaction of the change that it tells. */
export const tellEvent = (tx: Tx, told: Told): Promise<void> => tellAs(tx, tx.who, told)

type Origin = Pick<Who, 'workspaceId' | 'userId'> & Partial<Who>

/** The same, for whoever has no transaction of a workspace. */
export async function tellAs(
  scope: Scope,
  { workspaceId, userId, causeId, ip, userAgent, requestId, apiKeyId }: Origin,
  { action, entityType, entityId, changes = {} }: Told,
): Promise<void> {
  await scope.session.rows(
    `insert into events (workspace_id, id, actor_id, action, entity_type, entity_id, changes, cause_id, ip, user_agent, request_id, api_key_id)
     values ($1::uuid, $2::uuid, $3::uuid, $4, $5, $6::uuid, $7::jsonb, $8::uuid, $9::inet, $10, $11, $12::uuid)`,
    [
      workspaceId,
      newId(),
      userId,
      action,
      entityType,
      entityId,
      JSON.stringify(changes),
      causeId ?? null,
      ip ?? null,
      userAgent?.slice(0, 500) ?? null,
      requestId ?? null,
      apiKeyId ?? null,
    ],
  )
}
