import { z } from 'zod'
import { defineContract, type RecordOf } from '#core/record/contract.ts'
import * as f from '#core/record/fields.ts'

export const IMPORT_STATUSES = ['PENDING', 'RUNNING', 'COMPLETED', 'FAILED', 'CANCELLED', 'UNDONE'] as const
export const ON_DUPLICATE = ['skip', 'update', 'create'] as const

const count = (description: string) =>
  f.readOnly(f.withDefault(f.integer(0, 2_000_000_000, { description }), 0))

export const importContract = defineContract({
  name: 'import',
  path: 'imports',
  label: 'Import',
  description:
    'A file whose rows become records, in the background; seen by whoever started it, and by admins',
  title: ['filename'],
  defaultSort: '-createdAt',
  plainFilters: ['entity', 'status', 'createdById'],
  softDelete: false,
  importable: false,
  fields: {
    entity: f.readOnly(f.required(f.text(60, { description: 'The record type, such as deal' }))),
    status: f.readOnly(f.withDefault(f.choice(IMPORT_STATUSES), 'PENDING')),
    dryRun: f.readOnly(
      f.withDefault(f.boolean({ description: 'Counts and checks, but writes nothing' }), false),
    ),
    filename: f.readOnly(f.text(255)),
    sizeBytes: f.readOnly(f.number(0, 1e15)),
    onDuplicate: f.readOnly(f.withDefault(f.choice(ON_DUPLICATE), 'skip')),
    matchBy: f.readOnly(
      f.text(300, {
        description: 'How a row finds its record: `domain,name` is the first or else the second',
      }),
    ),
    mapping: f.readOnly(
      f.object(z.record(z.string(), z.string()), { description: 'Header of the file to field' }),
    ),
    valueMapping: f.readOnly(
      f.object(z.record(z.string(), z.record(z.string(), z.string())), {
        description: 'Header to what its cells say to what that means here; an empty text means nothing',
      }),
    ),
    unmapped: f.readOnly(f.texts({ description: 'Headers that fill no field' })),
    options: f.readOnly(
      f.object(z.record(z.string(), z.unknown()), {
        description: 'How the file is read: encoding, delimiter, …',
      }),
    ),
    total: f.readOnly(
      f.integer(0, 2_000_000_000, { description: 'Rows in the file, once they are counted' }),
    ),
    processed: count('Rows that are done; all of them at the end'),
    created: count('Rows that became a new record'),
    updated: count('Rows that changed a record'),
    skipped: count('Rows whose record was there already, or had nothing new'),
    failed: count('Rows that were refused; see `errorsUrl`'),
    createdLinked: f.readOnly(
      f.withDefault(
        f.object(z.record(z.string(), z.int()), {
          description:
            'With `createLinked`: how many records of each type were made for rows that name them, such as `{"company": 3, "contact": 5}`; see `/imports/{id}/linked`',
        }),
        {},
      ),
    ),
    undone: count('Changes that undo has taken back'),
    undoKept: count(
      'Changes that undo left, because somebody has changed the record since, or because other records link to what was made along the way',
    ),
    undoKeptLinked: f.readOnly(
      f.withDefault(
        f.object(z.record(z.string(), z.int()), {
          description:
            'Of them, how many of each type were made along the way and stay since other records link to them, such as `{"company": 2}`; `/imports/{id}/linked` lists what is left',
        }),
        {},
      ),
    ),
    startedAt: f.readOnly(f.moment()),
    finishedAt: f.readOnly(f.moment()),
    undoStartedAt: f.readOnly(f.moment()),
    error: f.readOnly(f.text(1000, { description: 'Why the whole import failed' })),
    errorCode: f.readOnly(
      f.text(60, { description: 'The same by a code of refusals, where there is one, such as FORBIDDEN' }),
    ),
    errorsUrl: f.readOnly(f.text(300, { description: 'The refused rows as CSV' })),
  },
})

export type Import = RecordOf<typeof importContract>
