/** What people are told of, and whether by mail too where they have not said otherwise. */
export const KINDS = [
  'ASSIGNED',
  'MENTIONED',
  'TASK_DUE',
  'VISIT_REMINDER',
  'STAGE_MOVED',
  'IMPORT_FINISHED',
  'WEBHOOK_PAUSED',
] as const
export type Kind = (typeof KINDS)[number]

export const MAILED_BY_DEFAULT: Record<Kind, boolean> = {
  ASSIGNED: true,
  MENTIONED: true,
  TASK_DUE: true,
  VISIT_REMINDER: true,
  STAGE_MOVED: false,
  IMPORT_FINISHED: false,
  // The webhook itself mails all admins, whatever they prefer.
  WEBHOOK_PAUSED: false,
}

export type Told = {
  kind: Kind
  title: string | null
  detail: string | null
  count: number
  entityType: string
  actorName: string | null
}

const noun = (entityType: string) => entityType.replace(/[A-Z]/g, letter => ` ${letter.toLowerCase()}`)

/** What happened, in a sentence. */
export function messageOf({ kind, title, detail, count, entityType, actorName }: Told): string {
  const who = actorName ?? 'Somebody'
  const name = noun(entityType)
  const what = (article: string) => (title ? `${article} ${name} "${title}"` : `${article} ${name}`)
  switch (kind) {
    case 'ASSIGNED':
      return count > 1
        ? `${who} assigned ${count} records to you`
        : `${who} assigned ${what(title ? 'the' : 'a')} to you`
    case 'MENTIONED':
      return `${who} mentioned you in a note`
    case 'TASK_DUE':
      return `${what('The')} is due`
    case 'VISIT_REMINDER':
      return `${what('Your')} is ${detail ? `on ${detail}` : 'soon'}`
    case 'STAGE_MOVED':
      return count > 1
        ? `${who} moved ${count} of your deals`
        : `${who} moved ${what('your')}${detail ? ` to ${detail}` : ''}`
    case 'IMPORT_FINISHED':
      return `${what('Your')} has ${detail === 'failed' ? 'failed' : 'been completed'}`
    case 'WEBHOOK_PAUSED':
      return `The webhook ${title ?? ''} was paused, since its deliveries have failed`
  }
}
