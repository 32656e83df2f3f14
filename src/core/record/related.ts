import { choice, type Field, related } from './fields.ts'

/** What tasks, notes and invoices may hang on (R3, lower case). */
export const RELATED_TYPES = [
  'contact',
  'company',
  'deal',
  'task',
  'lead',
  'campaign',
  'project',
  'invoice',
] as const

/** What files may hang on: every record that people keep. */
export const ATTACHABLE_TYPES = [...RELATED_TYPES, 'note', 'interaction', 'visit'] as const

/** The pair of fields by which a record hangs on another of any type. */
export const relatedFields = () => ({
  relatedType: choice(RELATED_TYPES, { description: 'The type of the record on which it hangs' }),
  relatedId: related({ description: 'Its id' }) as Field<string | null>,
})

/** The field that names the type of the record whose id stands in `key`: `relatedType` beside `relatedId`. */
export const typeKeyOf = (key: string): string => key.replace(/Id$/, 'Type')
