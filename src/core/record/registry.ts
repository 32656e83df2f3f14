import { notFound } from '../errors.ts'
import type { RecordDefinition } from './definition.ts'

const byName = new Map<string, RecordDefinition>()

/** Makes a record type known to the kernel; features are registered as they are loaded. */
export function registerRecord(record: RecordDefinition): void {
  const known = byName.get(record.contract.name)
  if (known && known !== record) throw new Error(`two record types are named ${record.contract.name}`)
  byName.set(record.contract.name, record)
}

/** All record types, in the order of registration. */
export const allRecords = (): RecordDefinition[] => [...byName.values()]

/** The record type of that name (`deal`). @throws Refusal 404 */
export function recordNamed(name: string): RecordDefinition {
  const record = byName.get(name)
  if (!record) throw notFound('Record type')
  return record
}

/** Whether an event, the row `alias`, tells of a record, and not of people, their sessions or the workspace. */
export const isOfRecord = (alias: string): string =>
  `${alias}.entity_type = any('{${[...byName.keys()].join(',')}}'::text[])`

export const hasRecord = (name: string): boolean => byName.has(name)
