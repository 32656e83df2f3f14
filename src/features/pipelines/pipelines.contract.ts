import { z } from 'zod'
import { defineContract, type RecordOf } from '#core/record/contract.ts'
import * as f from '#core/record/fields.ts'

export const STAGE_KINDS = ['OPEN', 'WON', 'LOST'] as const

export const pipelineContract = defineContract({
  name: 'pipeline',
  path: 'pipelines',
  label: 'Pipeline',
  description: 'The way that deals take, as an ordered list of stages',
  title: ['name'],
  defaultSort: 'createdAt',
  plainFilters: ['isDefault'],
  softDelete: false,
  importable: false,
  fields: {
    name: f.required(f.text(120)),
    isDefault: f.withDefault(
      f.boolean({ description: 'Where new deals start; exactly one pipeline is' }),
      false,
    ),
    stages: f.readOnly(
      f.object(z.array(z.unknown()), { nullable: false, description: 'Its stages in order' }),
    ),
  },
})

export const stageContract = defineContract({
  name: 'stage',
  path: 'stages',
  label: 'Stage',
  description: 'A step of a pipeline',
  title: ['name'],
  defaultSort: 'pipelineId,order',
  plainFilters: ['pipelineId', 'kind'],
  softDelete: false,
  importable: false,
  fields: {
    pipelineId: f.required(
      f.link('pipeline', { writable: 'create', description: 'The default pipeline where not given' }),
    ),
    name: f.required(f.text(120)),
    order: f.withDefault(f.integer(0, 10_000, { description: 'From 0; the last where not given' }), 0),
    probability: f.withDefault(
      f.integer(0, 100, { description: 'Chance that a deal here is won, in percent' }),
      0,
    ),
    kind: f.withDefault(f.choice(STAGE_KINDS), 'OPEN'),
    rottingDays: f.integer(1, 3650, {
      description: 'Days after which a deal that has not moved is called rotting',
    }),
  },
})

export type Stage = RecordOf<typeof stageContract> & { kind: (typeof STAGE_KINDS)[number] }

/** What a new workspace starts with, and a pipeline that is made without stages. */
export const DEFAULT_STAGES = [
  { name: 'Prospecting', probability: 10, kind: 'OPEN', rottingDays: 30 },
  { name: 'Qualification', probability: 25, kind: 'OPEN', rottingDays: 21 },
  { name: 'Proposal', probability: 50, kind: 'OPEN', rottingDays: 21 },
  { name: 'Negotiation', probability: 75, kind: 'OPEN', rottingDays: 14 },
  { name: 'Closed Won', probability: 100, kind: 'WON', rottingDays: null },
  { name: 'Closed Lost', probability: 0, kind: 'LOST', rottingDays: null },
] as const
