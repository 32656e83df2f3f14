import { defineContract } from '#core/record/contract.ts'
import { CUSTOM_TYPES } from '#core/record/custom-types.ts'
import * as f from '#core/record/fields.ts'

export const customFieldContract = defineContract({
  name: 'customField',
  path: 'custom-fields',
  label: 'Custom field',
  description: 'A field that the admins of a workspace have added to a record type',
  title: ['label'],
  defaultSort: 'order,createdAt',
  plainFilters: ['entity', 'type'],
  softDelete: true,
  importable: false,
  example: { entity: 'deal', key: 'region', label: 'Region', type: 'select', options: ['North', 'South'] },
  fields: {
    entity: f.required(f.text(60, { writable: 'create', description: 'The record type, such as deal' })),
    key: f.required(
      f.text(60, {
        writable: 'create',
        description: 'Its name in `customFields`: a letter, then letters, digits or _',
      }),
    ),
    label: f.required(f.text(120)),
    type: f.required(
      f.choice(CUSTOM_TYPES, {
        writable: 'create',
        description:
          'Cannot be changed; where a field of the same key was deleted, values of it that do not fit the new type count as empty in filters and sorting',
      }),
    ),
    options: f.texts({ description: 'What may be chosen, for select and multiSelect' }),
    required: f.withDefault(f.boolean(), false),
    order: f.withDefault(
      f.integer(0, 10_000, {
        description: 'Its place among those of the record type; the last where not given',
      }),
      0,
    ),
  },
})
