import type { Field } from '#core/record/fields.ts'

/** A custom field as one of a contract, by its type. Apart from the controls, which the shell can do without. */
export function customKind(type: string, options: string[]): Field {
  const kinds: Record<string, Field['kind']> = {
    text: 'text',
    longText: 'longText',
    number: 'number',
    currency: 'money',
    date: 'date',
    boolean: 'boolean',
    select: 'choice',
    multiSelect: 'texts',
    url: 'url',
    email: 'email',
    phone: 'phone',
    user: 'member',
  }
  return {
    kind: kinds[type] ?? 'text',
    options,
    nullable: true,
    required: false,
    writable: 'always',
  } as unknown as Field
}
