import { z } from 'zod'
import { defineContract } from '#core/record/contract.ts'
import * as f from '#core/record/fields.ts'

export const mergeContract = defineContract({
  name: 'merge',
  path: 'merges',
  label: 'Merge',
  description: 'That several records became one; seen by whoever did it, and by admins',
  title: ['entity'],
  defaultSort: '-createdAt',
  plainFilters: ['entity', 'createdById'],
  softDelete: false,
  importable: false,
  fields: {
    entity: f.readOnly(f.required(f.text(60, { description: 'The record type, such as contact' }))),
    targetId: { ...f.id(), description: 'The record that stayed' },
    sourceIds: f.readOnly(f.texts({ description: 'The records that went into the trash' })),
    moved: f.readOnly(
      f.object(z.record(z.string(), z.number()), {
        description: 'How many links of each record type were moved',
      }),
    ),
    isMoving: f.readOnly(
      f.withDefault(f.boolean({ description: 'Links are still on their way, in the background' }), false),
    ),
    undoneAt: f.readOnly(f.moment()),
  },
})
