import { z } from 'zod'
import type { Row } from '#core/db/engine.ts'
import type { Tx } from '#core/db/workspace.ts'
import { conflict, notFound } from '#core/errors.ts'
import { type Operation, operation } from '#core/http/operation.ts'
import { newId } from '#core/ids.ts'
import { recordNamed } from '#core/record/registry.ts'
import { idParams } from '#core/record/routes.ts'
import { Hands, type RecordRef, refOf } from './hands.ts'
import { PROPOSAL_STATUSES, type Proposal } from './parts.ts'
import { carriedOut, type Plan } from './plan.ts'

/** So long a proposal may be confirmed. */
const OPEN_HOURS = 24

const MINE = 'workspace_id = $1::uuid and user_id = $2::uuid and api_key_id is not distinct from $3::uuid'
const mine = ({ who }: Tx) => [who.workspaceId, who.userId, who.apiKeyId ?? null]
const COLUMNS = `id, conversation_id as "conversationId", status, plan, result, expires_at as "expiresAt", decided_at as "decidedAt",
  created_at as "createdAt", expires_at <= now() as "isOver"`

const reference = z.object({ recordType: z.string(), recordId: z.uuid(), title: z.string() })
export const proposalShape = z.object({
  id: z.uuid(),
  conversationId: z.uuid(),
  title: z.string().meta({ description: 'What it does, in words' }),
  recordType: z.string(),
  record: reference.nullable().meta({ description: 'The record that is changed; null where one is made' }),
  changes: z
    .array(
      z.object({
        field: z.string(),
        label: z.string(),
        old: z.unknown(),
        new: z.unknown(),
        oldText: z.string(),
        newText: z.string(),
      }),
    )
    .meta({ description: 'Each field before and after, also those that follow from the change' }),
  status: z.enum(PROPOSAL_STATUSES),
  expiresAt: z.iso.datetime(),
  decidedAt: z.iso.datetime().nullable(),
  result: reference.nullable().meta({ description: 'The record that was made or changed' }),
  createdAt: z.iso.datetime(),
})

const EXAMPLE: Proposal = {
  id: '0199b1a2-7c1e-7a51-9b0f-3f1d2c4b5a71',
  conversationId: '0199b1a2-7c1e-7a51-9b0f-3f1d2c4b5a70',
  title: 'Change Acme renewal',
  recordType: 'deal',
  record: { recordType: 'deal', recordId: '0199b1a2-7c1e-7a51-9b0f-3f1d2c4b5a69', title: 'Acme renewal' },
  changes: [{ field: 'amount', label: 'Amount', old: 100, new: 120, oldText: 'EUR 100', newText: 'EUR 120' }],
  status: 'PENDING',
  expiresAt: '2026-02-01T09:30:00.000Z',
  decidedAt: null,
  result: null,
  createdAt: '2026-01-31T09:30:00.000Z',
}

function proposalView(row: Row): Proposal {
  const { plan, isOver, status, ...rest } = row as Row & { plan: Plan }
  const { title, recordType, record, changes } = plan
  return {
    ...(rest as Pick<Proposal, 'id' | 'conversationId' | 'expiresAt' | 'decidedAt' | 'result' | 'createdAt'>),
    title,
    recordType,
    record,
    changes,
    status: status === 'PENDING' && isOver ? 'EXPIRED' : (status as Proposal['status']),
  }
}

/** The proposals of a conversation, in their order. */
export async function proposalsOf(tx: Tx, conversationId: string): Promise<Proposal[]> {
  const rows = await tx.session.rows(
    `select ${COLUMNS} from ai_proposals where ${MINE} and conversation_id = $4::uuid order by id`,
    [...mine(tx), conversationId],
  )
  return rows.map(proposalView)
}

/** Keeps a plan until it is confirmed, rejected or too old. */
export async function keepProposal(tx: Tx, conversationId: string, plan: Plan): Promise<Proposal> {
  const [row] = await tx.session.rows(
    `insert into ai_proposals (workspace_id, id, user_id, api_key_id, conversation_id, plan, expires_at)
     values ($1::uuid, $4::uuid, $2::uuid, $3::uuid, $5::uuid, $6::jsonb, now() + interval '${OPEN_HOURS} hours') returning ${COLUMNS}`,
    [...mine(tx), newId(), conversationId, JSON.stringify(plan)],
  )
  return proposalView(row!)
}

/** The row under its lock, so that of two who confirm at once one writes and the other reads what came of it. @throws Refusal 404 */
async function locked(tx: Tx, id: string): Promise<Row> {
  const [row] = await tx.session.rows(
    `select ${COLUMNS} from ai_proposals where ${MINE} and id = $4::uuid for update`,
    [...mine(tx), id],
  )
  if (!row) throw notFound('Proposal')
  return row
}

async function decided(tx: Tx, id: string, status: string, result: RecordRef | null): Promise<Proposal> {
  const [row] = await tx.session.rows(
    `update ai_proposals set status = $5, result = $6::jsonb, decided_at = now() where ${MINE} and id = $4::uuid returning ${COLUMNS}`,
    [...mine(tx), id, status, result ? JSON.stringify(result) : null],
  )
  return proposalView(row!)
}

/**
 * Carries a proposal out, in the transaction that marks it confirmed: both or neither. Who confirms again gets what came of it.
 * @throws Refusal 404, 409 where it was rejected or is too old, 412 where the record has changed, and what the route refuses
 */
export async function confirmProposal(tx: Tx, hands: Hands, id: string): Promise<Proposal> {
  const row = await locked(tx, id)
  const view = proposalView(row)
  if (view.status === 'CONFIRMED') return view
  if (view.status === 'REJECTED') throw conflict('This proposal was rejected', 'PROPOSAL_REJECTED')
  if (view.status === 'EXPIRED') throw conflict('This proposal is too old; ask again', 'PROPOSAL_EXPIRED')
  const plan = row.plan as Plan
  const result = await carriedOut(hands, plan, tx)
  return decided(tx, id, 'CONFIRMED', resultOf(plan, result))
}

function resultOf(plan: Plan, result: unknown): RecordRef | null {
  const row = result as Row | undefined
  if (plan.operation.startsWith('DELETE')) return plan.record
  // An action may answer something else than the record: then it is the one on which it was done.
  const isRecord = typeof row?.id === 'string' && row.version !== undefined
  return isRecord && (!plan.record || row.id === plan.record.recordId)
    ? refOf(recordNamed(plan.recordType), row)
    : plan.record
}

/** Puts a proposal away. @throws Refusal 404, 409 where it has been carried out */
export async function rejectProposal(tx: Tx, id: string): Promise<Proposal> {
  const view = proposalView(await locked(tx, id))
  if (view.status === 'CONFIRMED') throw conflict('This proposal has been carried out', 'PROPOSAL_CONFIRMED')
  return view.status === 'REJECTED' ? view : decided(tx, id, 'REJECTED', null)
}

const common = { tag: 'ai', access: 'MEMBER', params: idParams, answers: proposalShape } as const
const noBody = z.strictObject({}).nullish()

export const proposalOperations: Operation[] = [
  operation({
    ...common,
    method: 'GET',
    path: '/ai/proposals/:id',
    summary: 'What the assistant proposed to do, and what became of it',
    document: { answerExample: EXAMPLE },
    async handle({ tx, params }) {
      const [row] = await tx.session.rows(
        `select ${COLUMNS} from ai_proposals where ${MINE} and id = $4::uuid`,
        [...mine(tx), params.id],
      )
      if (!row) throw notFound('Proposal')
      return proposalView(row)
    },
  }),
  operation({
    ...common,
    method: 'POST',
    path: '/ai/proposals/:id/confirm',
    summary: 'Do what the assistant proposed',
    description:
      'With your own rights and through the same route as if you had called it yourself. Confirming twice writes once.',
    body: noBody,
    document: { answerExample: { ...EXAMPLE, status: 'CONFIRMED', decidedAt: EXAMPLE.createdAt } },
    refuses: {
      409: 'PROPOSAL_REJECTED, PROPOSAL_EXPIRED',
      412: 'The record has been changed since the proposal was made',
    },
    handle: ({ tx, params, ...actor }) => confirmProposal(tx, new Hands(actor), params.id),
  }),
  operation({
    ...common,
    method: 'POST',
    path: '/ai/proposals/:id/reject',
    summary: 'Put away what the assistant proposed',
    body: noBody,
    document: { answerExample: { ...EXAMPLE, status: 'REJECTED', decidedAt: EXAMPLE.createdAt } },
    refuses: { 409: 'PROPOSAL_CONFIRMED: it has been done already' },
    handle: ({ tx, params }) => rejectProposal(tx, params.id),
  }),
]
