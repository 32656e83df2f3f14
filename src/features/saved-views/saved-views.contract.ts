import { z } from 'zod'
import { saying } from '#core/errors.ts'
import { defineContract, type RecordOf } from '#core/record/contract.ts'
import * as f from '#core/record/fields.ts'

const SIZE_AT_MOST = 20_000
const isSmall = (value: unknown) => JSON.stringify(value).length <= SIZE_AT_MOST

export const savedViewContract = defineContract({
  name: 'savedView',
  path: 'saved-views',
  label: 'Saved view',
  description:
    'A filter and an order of a list, kept under a name. Private to whoever made it, or shared with all; admins see the private ones too',
  title: ['name'],
  defaultSort: 'name',
  plainFilters: ['entity', 'shared', 'isDefault', 'createdById'],
  softDelete: false,
  importable: false,
  example: {
    entity: 'deal',
    name: 'Large open deals',
    filter: { field: 'amount', op: 'gte', value: 10000 },
    sort: '-amount',
    columns: ['title', 'amount', 'companyId'],
    layout: 'table',
    shared: true,
  },
  fields: {
    entity: f.required(f.text(60, { writable: 'create', description: 'The record type, such as deal' })),
    name: f.required(f.text(120)),
    filter: f.object(z.record(z.string(), z.unknown()).refine(isSmall, saying('TOO_LARGE', 'is too large')), {
      description: 'In the filter language',
    }),
    sort: f.text(300, { description: 'Such as -updatedAt,name' }),
    columns: f.texts({ description: 'The fields to show, in their order' }),
    layout: f.object(
      z
        .union([z.string().max(60), z.record(z.string(), z.unknown())])
        .refine(isSmall, saying('TOO_LARGE', 'is too large')),
      { description: "How the list is shown: a word such as `board`, or an object of the client's own" },
    ),
    shared: f.withDefault(
      f.boolean({ description: 'Seen by all; changed by its maker and by admins' }),
      false,
    ),
    isDefault: f.withDefault(
      f.boolean({
        description:
          "Opens first. One of each person's own for a record type, and one of the shared, which admins choose",
      }),
      false,
    ),
  },
})

export type SavedView = RecordOf<typeof savedViewContract>
