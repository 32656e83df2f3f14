/**
 * Record types that a member may change where one of these fields names them, and not otherwise. What a record of the other types
 * hangs on may open it too, which only the server knows.
 */
export const CHANGED_BY: Readonly<Record<string, readonly string[]>> = {
  campaign: ['ownerId', 'createdById'],
  company: ['ownerId', 'createdById'],
  contact: ['ownerId', 'createdById'],
  deal: ['ownerId', 'createdById'],
  lead: ['ownerId', 'createdById'],
}

/** Whether a member is refused who changes it; without these fields, that is for the server to say. */
export const isOthers = (type: string, row: Readonly<Record<string, unknown>>, userId: string): boolean => {
  const isAnothers = (key: string) => row[key] !== undefined && row[key] !== userId
  return CHANGED_BY[type]?.every(isAnothers) ?? false
}
