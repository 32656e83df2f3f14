/** The types that an admin may choose for a custom field (SPEC 2). */
export const CUSTOM_TYPES = [
  'text',
  'longText',
  'number',
  'currency',
  'date',
  'boolean',
  'select',
  'multiSelect',
  'url',
  'email',
  'phone',
  'user',
] as const
export type CustomType = (typeof CUSTOM_TYPES)[number]
