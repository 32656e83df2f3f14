import { z } from 'zod'
import type { Row } from '#core/db/engine.ts'
import type { Database, Tx } from '#core/db/workspace.ts'
import { notFound } from '#core/errors.ts'
import { type Operation, operation } from '#core/http/operation.ts'
import { listOf, paging, readPage } from '#core/http/page.ts'
import { newId } from '#core/ids.ts'
import { oneLine } from '#core/record/fields.ts'
import { literally } from '#core/record/formats.ts'
import { idParams } from '#core/record/routes.ts'
import type { Part, Proposal } from './parts.ts'
import { proposalsOf } from './proposals.ts'

/** A person keeps so many conversations; the oldest goes for a new one. */
const CONVERSATIONS_AT_MOST = 200
/** A conversation holds so many messages; the oldest go first. */
const MESSAGES_AT_MOST = 400
export const CONTENT_AT_MOST = 20_000
const TITLE_AT_MOST = 80
const KEPT_DAYS = 180

const MINE = 'workspace_id = $1::uuid and user_id = $2::uuid and api_key_id is not distinct from $3::uuid'
/** Whose: the member's, and of a program that calls for them its own. */
export const mine = ({ who }: Tx) => [who.workspaceId, who.userId, who.apiKeyId ?? null]

const CONVERSATION = 'c.id, c.title, c.created_at as "createdAt", c.updated_at as "updatedAt"'
const conversationShape = {
  id: z.uuid(),
  title: z.string(),
  createdAt: z.iso.datetime(),
  updatedAt: z.iso.datetime(),
}
const conversation = z.object(conversationShape)
const messageShape = z.object({
  id: z.uuid(),
  role: z.enum(['user', 'assistant']),
  content: z.string().meta({ description: 'Markdown; records are linked by their path' }),
  parts: z
    .array(z.unknown())
    .meta({ description: 'Of an answer, in order: text, tool, proposal, records, question, warning' }),
  provider: z.string().nullable(),
  model: z.string().nullable(),
  createdAt: z.iso.datetime(),
})
export type Message = Omit<z.infer<typeof messageShape>, 'parts'> & { parts: Part[] }
export type Conversation = z.infer<typeof conversation>

const EXAMPLE = {
  id: '0199b1a2-7c1e-7a51-9b0f-3f1d2c4b5a70',
  title: 'How many open deals do I have over 50k',
  createdAt: '2026-01-31T09:30:00.000Z',
  updatedAt: '2026-01-31T09:31:00.000Z',
}

/** The caller's conversation. @throws Refusal 404 */
export async function readConversation(tx: Tx, id: string): Promise<Conversation> {
  const [row] = await tx.session.rows(
    `select ${CONVERSATION} from ai_conversations c where ${MINE} and id = $4::uuid`,
    [...mine(tx), id],
  )
  if (!row) throw notFound('Conversation')
  return row as Conversation
}

/** Opens a conversation under the first words that are said in it. */
export async function openConversation(tx: Tx, words: string): Promise<Conversation> {
  const said = words.replace(/\s+/g, ' ').trim()
  const line = said.charAt(0).toUpperCase() + said.slice(1)
  const title = line.length > TITLE_AT_MOST ? `${line.slice(0, TITLE_AT_MOST - 1)}…` : line || 'Conversation'
  const [row] = await tx.session.rows(
    `insert into ai_conversations as c (workspace_id, id, user_id, api_key_id, title) values ($1::uuid, $4::uuid, $2::uuid, $3::uuid, $5) returning ${CONVERSATION}`,
    [...mine(tx), newId(), title],
  )
  await tx.session.rows(
    `delete from ai_conversations where workspace_id = $1::uuid and id in (
       select id from ai_conversations where ${MINE} order by updated_at desc, id desc offset ${CONVERSATIONS_AT_MOST})`,
    mine(tx),
  )
  return row as Conversation
}

/** What was said last, oldest first, at most `limit` messages; proposals as they stand now. */
export async function messagesOf(tx: Tx, conversationId: string, limit: number): Promise<Message[]> {
  const rows = await tx.session.rows(
    `select id, role, content, parts, provider, model, created_at as "createdAt" from ai_messages
     where workspace_id = $1::uuid and conversation_id = $2::uuid order by id desc limit ${limit}`,
    [tx.who.workspaceId, conversationId],
  )
  const proposals = new Map((await proposalsOf(tx, conversationId)).map(one => [one.id, one]))
  return (rows as unknown as Message[])
    .reverse()
    .map(row => ({ ...row, parts: asTheyStand(row.parts, proposals) }))
}

const asTheyStand = (parts: Part[], proposals: Map<string, Proposal>): Part[] =>
  parts.map(part =>
    part.type === 'proposal' ? { ...part, proposal: proposals.get(part.proposal.id) ?? part.proposal } : part,
  )

type Said = Pick<Message, 'role' | 'content'> & { parts?: Part[]; provider?: string; model?: string }

/** Keeps what was said. */
export async function keepMessage(tx: Tx, conversationId: string, said: Said): Promise<Message> {
  const [row] = await tx.session.rows(
    `insert into ai_messages (workspace_id, conversation_id, id, user_id, role, content, parts, provider, model)
     values ($1::uuid, $2::uuid, $3::uuid, $4::uuid, $5, $6, $7::jsonb, $8, $9)
     returning id, role, content, parts, provider, model, created_at as "createdAt"`,
    [
      tx.who.workspaceId,
      conversationId,
      newId(),
      tx.who.userId,
      said.role,
      said.content,
      JSON.stringify(said.parts ?? []),
      said.provider ?? null,
      said.model ?? null,
    ],
  )
  await tx.session.rows(
    'update ai_conversations set updated_at = now() where workspace_id = $1::uuid and id = $2::uuid',
    [tx.who.workspaceId, conversationId],
  )
  await tx.session.rows(
    `delete from ai_messages where workspace_id = $1::uuid and conversation_id = $2::uuid and id in (
       select id from ai_messages where workspace_id = $1::uuid and conversation_id = $2::uuid order by id desc offset ${MESSAGES_AT_MOST})`,
    [tx.who.workspaceId, conversationId],
  )
  return row as unknown as Message
}

async function rename(tx: Tx, id: string, title: string): Promise<Row> {
  const [row] = await tx.session.rows(
    `update ai_conversations c set title = $5 where ${MINE} and id = $4::uuid returning ${CONVERSATION}`,
    [...mine(tx), id, title],
  )
  if (!row) throw notFound('Conversation')
  return row
}

// Whoever may not ask the assistant has no conversations; they are their owner's, whatever role others have.
const common = { tag: 'ai', access: 'MEMBER' } as const

export const conversationOperations: Operation[] = [
  operation({
    ...common,
    method: 'GET',
    path: '/ai/conversations',
    summary: 'My conversations with the assistant, the newest first',
    query: z.strictObject({
      ...paging,
      q: z.string().max(200).optional().meta({ description: 'Part of the title' }),
    }),
    answers: listOf(conversation),
    document: { answerExample: { rows: [EXAMPLE], total: 1, nextCursor: null } },
    handle: ({ tx, query }) =>
      readPage(tx, {
        select: CONVERSATION,
        from: `from ai_conversations c where ${MINE} and crm_fold(c.title) like '%' || crm_fold($4) || '%'`,
        params: [...mine(tx), literally(query.q ?? '')],
        key: 'c.id',
        query,
        newestFirst: true,
      }),
  }),
  operation({
    ...common,
    method: 'GET',
    path: '/ai/conversations/:id',
    summary: 'One of my conversations, with what was said in it',
    description: `The last ${MESSAGES_AT_MOST} messages are kept, and a conversation for ${KEPT_DAYS} days after the last of them.`,
    params: idParams,
    answers: z.object({ ...conversationShape, messages: z.array(messageShape) }),
    document: { answerExample: { ...EXAMPLE, messages: [] } },
    handle: async ({ tx, params }) => ({
      ...(await readConversation(tx, params.id)),
      messages: await messagesOf(tx, params.id, MESSAGES_AT_MOST),
    }),
  }),
  ...(['PATCH', 'PUT'] as const).map(method =>
    operation({
      ...common,
      method,
      path: '/ai/conversations/:id',
      summary: `Rename one of my conversations${method === 'PUT' ? ' (the same as PATCH)' : ''}`,
      params: idParams,
      body: z.strictObject({ title: oneLine(TITLE_AT_MOST).min(1) }),
      answers: conversation,
      document: { example: { title: 'Deals of this month' }, answerExample: EXAMPLE },
      handle: ({ tx, params, body }) => rename(tx, params.id, body.title),
    }),
  ),
  operation({
    ...common,
    method: 'DELETE',
    path: '/ai/conversations/:id',
    summary: 'Delete one of my conversations',
    status: 204,
    answers: 'nothing',
    params: idParams,
    async handle({ tx, params }) {
      await readConversation(tx, params.id)
      await tx.session.rows(`delete from ai_conversations where ${MINE} and id = $4::uuid`, [
        ...mine(tx),
        params.id,
      ])
    },
  }),
]

export const forgetConversations = {
  name: 'ai-conversations-cleaning',
  cron: '27 4 * * *',
  run: (database: Database) =>
    database.inSystem('ascendore_worker', async scope => {
      await scope.session.rows(
        `delete from ai_conversations where updated_at < now() - interval '${KEPT_DAYS} days'`,
      )
    }),
}
