import { z } from 'zod'
import type { Tx } from '#core/db/workspace.ts'
import type { EventAction } from '#core/events/actions.ts'
import { tellEvent } from '#core/events/tell.ts'
import type { Feature } from '#core/feature.ts'
import { operation } from '#core/http/operation.ts'
import { paging } from '#core/http/page.ts'
import { discardFailed, listFailed, retryFailed } from '#core/jobs/failed.ts'
import { pageOf } from '#core/record/json-schema.ts'
import { idParams } from '#core/record/routes.ts'

const failedJob = {
  type: 'object',
  properties: {
    id: { type: 'string', format: 'uuid' },
    name: { type: 'string', description: 'What it does, such as import' },
    attempts: { type: 'integer' },
    error: { type: 'string', description: 'Why the last try failed, as far as it is for users' },
    input: { type: 'object', additionalProperties: true, description: 'The ids that it was given' },
    causedById: { type: ['string', 'null'], format: 'uuid', description: 'On whose behalf it ran' },
    createdAt: { type: 'string', format: 'date-time' },
    failedAt: { type: 'string', format: 'date-time' },
  },
  required: ['id', 'name', 'attempts', 'error', 'input', 'causedById', 'createdAt', 'failedAt'],
}

/** Who put a job back or gave it up stands in the history. */
const tell = (tx: Tx, action: EventAction, id: string, name: string): Promise<void> =>
  tellEvent(tx, { action, entityType: 'job', entityId: id, changes: { name: { old: name } } })

export default {
  operations: [
    operation({
      method: 'GET',
      path: '/jobs/failed',
      tag: 'jobs',
      access: 'ADMIN',
      summary: 'List background jobs of the workspace that failed at all their tries, latest first',
      description: 'They are kept for 7 days.',
      query: z.strictObject({
        name: z.string().max(100).optional().meta({ description: 'Only jobs of this name, such as import' }),
        ...paging,
      }),
      document: { answer: pageOf(failedJob) },
      handle: ({ tx, query }) => listFailed(tx, query),
    }),
    operation({
      method: 'POST',
      path: '/jobs/:id/retry',
      tag: 'jobs',
      access: 'ADMIN',
      status: 200,
      summary: 'Try a failed job once more',
      description: 'It runs on behalf of whoever caused it. Answers the job as it had failed.',
      params: idParams,
      document: { answer: failedJob },
      async handle({ app, tx, params: { id } }) {
        const job = await retryFailed(tx, id)
        await tell(tx, 'retried', id, job.name)
        tx.afterCommit(() => app.jobs.nudge(job.name))
        return job
      },
    }),
    operation({
      method: 'DELETE',
      path: '/jobs/:id',
      tag: 'jobs',
      access: 'ADMIN',
      status: 204,
      answers: 'nothing',
      summary: 'Give a failed job up',
      params: idParams,
      async handle({ tx, params: { id } }) {
        const { name } = await discardFailed(tx, id)
        await tell(tx, 'discarded', id, name)
      },
    }),
  ],
} satisfies Feature
