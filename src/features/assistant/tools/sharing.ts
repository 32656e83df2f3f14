import { z } from 'zod'
import { invalid } from '#core/errors.ts'
import { allRecords } from '#core/record/registry.ts'
import { refOf } from '../hands.ts'
import { filterFrom, filterInput, groundedOutput, idInput, reachable, typed, typeInput } from './shared.ts'
import { readingTool } from './tool.ts'

export const exportTool = () =>
  readingTool({
    name: 'export_records',
    title: 'Export records',
    description:
      'Makes the address from which all records of a filter can be downloaded as CSV, XLSX or JSON by whoever asked, and tells how many they are.',
    input: z.strictObject({
      type: typeInput(),
      filter: filterInput,
      q: z.string().max(200).optional(),
      sort: z.string().max(300).optional(),
      format: z.enum(['csv', 'xlsx', 'json']).default('csv'),
    }),
    output: z.looseObject({ rows: z.int(), format: z.string(), url: z.string() }),
    isFor: hands => allRecords().some(({ contract }) => hands.can(`GET /${contract.path}/export`)),
    reaches: reachable('GET', '/export'),
    async run(hands, { type, filter, format, ...query }) {
      const record = typed(type)
      const { path } = record.contract
      if (!hands.can(`GET /${path}/export`))
        throw invalid({ path: 'type', message: `${path} cannot be exported` })
      const read = filterFrom(filter)
      const { total, totalIsEstimate } = await hands.list(record, { ...query, filter: read, limit: 1 })
      const parameters = new URLSearchParams({
        format,
        ...(read ? { filter: JSON.stringify(read) } : {}),
        ...(query.q ? { q: query.q } : {}),
        ...(query.sort ? { sort: query.sort } : {}),
      })
      return {
        data: {
          rows: total,
          ...(totalIsEstimate ? { rowsIsEstimate: true } : {}),
          format,
          url: `/api/v1/${path}/export?${parameters}`,
        },
        records: [],
      }
    },
  })

/** The fields by which the route of drafts is told for whom one is. */
const DRAFTED_FOR = ['contact', 'lead', 'deal'] as const

export const draftTool = () =>
  readingTool({
    name: 'draft_email',
    title: 'Draft an e-mail',
    description:
      'Words an e-mail to a contact or a lead, or about a deal, from what is known of them. Nothing is sent.',
    input: z.strictObject({
      type: z.enum(DRAFTED_FOR),
      id: idInput,
      purpose: z.string().min(1).max(500),
      tone: z.string().max(60).optional(),
    }),
    output: groundedOutput.extend({ subject: z.string(), body: z.string() }),
    isFor: hands => hands.can('POST /ai/email-draft'),
    reaches: reachable('GET', '/:id'),
    async run(hands, { type, id, purpose, tone }) {
      const record = typed(type)
      const row = await hands.read(record, id)
      const data = await hands.call('POST /ai/email-draft', {
        body: { [`${type}Id`]: id, purpose, ...(tone ? { tone } : {}) },
      })
      return { data, records: [refOf(record, row)] }
    },
  })

const SUMMARISED = ['deal', 'contact', 'company', 'lead'] as const

export const summaryTool = () =>
  readingTool({
    name: 'summarise_record',
    title: 'Summarise a record',
    description:
      'What has happened around a deal, contact, company or lead, in order, and what is still to be settled; each point with the words in the records on which it rests.',
    input: z.strictObject({ type: z.enum(SUMMARISED), id: idInput }),
    output: groundedOutput.extend({ summary: z.string() }),
    isFor: hands => hands.can('POST /ai/summarize'),
    reaches: reachable('GET', '/:id'),
    async run(hands, { type, id }) {
      const record = typed(type)
      const row = await hands.read(record, id)
      const data = await hands.call('POST /ai/summarize', { body: { [`${type}Id`]: id } })
      return { data, records: [refOf(record, row)] }
    },
  })
