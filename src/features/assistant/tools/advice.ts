import { z } from 'zod'
import { recordNamed } from '#core/record/registry.ts'
import { type RecordRef, refOf } from '../hands.ts'
import { groundedOutput } from './shared.ts'
import { readingTool } from './tool.ts'

type Ground = { recordType: string; recordId: string; sentence: string; field?: string }

const day = z.string().max(40).optional().meta({ description: 'YYYY-MM-DD, or relative such as -30d' })

/** How deals end, and why: the route that the page of wins and losses reads. */
export const outcomesTool = () =>
  readingTool({
    name: 'explain_outcomes',
    title: 'Explain wins and losses',
    description:
      'How many deals of a period were won and lost, the win rate and the one before, what went with winning and losing with all else held equal, the recorded reasons, competitors and objections; twelve months where no period is given.',
    input: z.strictObject({
      dateFrom: day,
      dateTo: day,
      ownerId: z.uuid('must be the id of a member').optional(),
    }),
    output: groundedOutput.extend({ summary: z.string() }),
    isFor: hands => hands.can('GET /ai/win-loss'),
    async run(hands, query) {
      const data = await hands.call<{ evidence: Ground[] }>('GET /ai/win-loss', { query })
      return { data, records: [] }
    },
  })

/** How one deal stands, or why it ended as it did: the routes that its page reads. */
export const dealTool = () =>
  readingTool({
    name: 'explain_deal',
    title: 'Explain a deal',
    description:
      'Of an open deal its health, its chance and what speaks against it; of a closed one why it was won or lost. Each with the sentences on which it rests.',
    input: z.strictObject({ id: z.uuid('must be the id of a deal') }),
    output: groundedOutput.extend({ summary: z.string(), status: z.string() }),
    isFor: hands =>
      hands.can('POST /ai/deal-coach/:dealId') && hands.can('POST /ai/win-loss-explainer/:dealId'),
    async run(hands, { id }) {
      const deal = await hands.read(recordNamed('deal'), id)
      const route =
        deal.status === 'OPEN' ? 'POST /ai/deal-coach/:dealId' : 'POST /ai/win-loss-explainer/:dealId'
      const data = await hands.call<Record<string, unknown>>(route, { params: { dealId: id } })
      return { data: { ...data, status: deal.status }, records: [refOf(recordNamed('deal'), deal)] }
    },
  })

type Action = { recordType: string; recordId: string; title: string }

/** What to do next: the route that the home page reads. */
export const nextActionsTool = () =>
  readingTool({
    name: 'next_actions',
    title: 'Tell what to do next',
    description:
      'What is worth doing next across the deals, tasks and leads of whoever asks, the most urgent first, each with its reason and the words on which it rests.',
    input: z.strictObject({ limit: z.int().min(1).max(30).default(5) }),
    output: groundedOutput.extend({ summary: z.string(), actions: z.array(z.looseObject({})) }),
    isFor: hands => hands.can('POST /ai/next-actions'),
    async run(hands, body) {
      const data = await hands.call<{ actions: Action[] }>('POST /ai/next-actions', { body })
      const records = data.actions.map(
        ({ recordType, recordId, title }): RecordRef => ({ recordType, recordId, title }),
      )
      return { data, records }
    },
  })
