import { z } from 'zod'
import { Tx } from '#core/db/workspace.ts'
import { notFound } from '#core/errors.ts'
import type { App, Feature } from '#core/feature.ts'
import { operation } from '#core/http/operation.ts'
import { newId } from '#core/ids.ts'
import { tags } from '#core/record/fields.ts'
import { pageOf } from '#core/record/json-schema.ts'
import { listTags, tagged, tagsQuery } from './list.ts'
import { type Retagging, retagJob, retagSome } from './retag.ts'

const TAGS_AT_MOST = 50

/** One tag, held to the same rules as in a record. */
const tag = z
  .string()
  .max(60)
  .transform((value, context) => {
    const read = tags().schema.safeParse([value])
    if (read.success) return (read.data as string[])[0]!
    for (const issue of read.error.issues)
      context.addIssue({
        code: 'custom',
        message: issue.message.replace(/^Too small.*/, 'must not be empty'),
      })
    return z.NEVER
  })
/** A tag that is meant to stand somewhere already. */
const standing = z
  .string()
  .min(1)
  .max(60)
  .refine(value => !value.includes('\0'), 'must not contain control characters')
const tagParams = z.object({ tag: standing })

/** A few records are changed with the answer, the others by a job that is put into the queue with it. */
async function retag(app: App, tx: Tx, { from, into }: Pick<Retagging, 'from' | 'into'>) {
  const others = from.filter(name => name !== into)
  const causeId = newId()
  // All of its events have one cause, those of the job too.
  const caused = new Tx(tx.session, tx.role, { ...tx.who, causeId })
  const { changed, isDone } = await retagSome(caused, { from: others, into })
  if (!changed && others.length) throw notFound('Tag')
  if (!isDone) await app.jobs.enqueue(tx, retagJob, { from: others, into, causeId })
  return { changed, isDone }
}

const answer = {
  type: 'object',
  properties: {
    changed: { type: 'integer', description: 'Records that are changed by now' },
    isDone: { type: 'boolean', description: 'False where a job goes on with the others' },
  },
  required: ['changed', 'isDone'],
}
const description =
  'On all live records of all types, each with an event. Many records are changed in the background, some hundred at a time. Records in the trash keep their tags.'

/** The nouns of the records that can have tags: all of them change with a tag. */
const taggedNouns = () => tagged().map(({ contract }) => contract.path)

export default {
  operations: () => [
    operation({
      method: 'GET',
      path: '/tags',
      tag: 'tags',
      summary: 'List the tags of the records that you see',
      query: tagsQuery,
      document: {
        answer: pageOf({
          type: 'object',
          properties: {
            tag: { type: 'string' },
            total: { type: 'integer', description: 'Records that have it' },
            counts: {
              type: 'object',
              description: 'The same by record type',
              additionalProperties: { type: 'integer' },
            },
          },
          required: ['tag', 'total', 'counts'],
        }),
      },
      handle: ({ tx, query }) => listTags(tx, query),
    }),
    operation({
      method: 'PATCH',
      path: '/tags/:tag',
      tag: 'tags',
      access: 'ADMIN',
      touches: taggedNouns(),
      summary: 'Rename a tag; where the name stands already, the two become one',
      description,
      params: tagParams,
      body: z.strictObject({ name: tag }),
      document: { answer, example: { name: 'key account' } },
      handle: ({ app, tx, params, body }) => retag(app, tx, { from: [params.tag], into: body.name }),
    }),
    operation({
      method: 'POST',
      path: '/tags/merge',
      tag: 'tags',
      access: 'ADMIN',
      touches: taggedNouns(),
      summary: 'Make one tag of several',
      description,
      body: z.strictObject({ from: z.array(standing).min(1).max(TAGS_AT_MOST), into: tag }),
      document: { answer },
      refuses: { 404: 'No record has any of the tags' },
      handle: ({ app, tx, body }) => retag(app, tx, body),
    }),
    operation({
      method: 'DELETE',
      path: '/tags/:tag',
      tag: 'tags',
      access: 'ADMIN',
      touches: taggedNouns(),
      summary: 'Take a tag off all records',
      description,
      params: tagParams,
      document: { answer },
      handle: ({ app, tx, params }) => retag(app, tx, { from: [params.tag], into: null }),
    }),
  ],
  jobs: [retagJob],
} satisfies Feature
