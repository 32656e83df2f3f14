import { defineContract } from '#core/record/contract.ts'
import * as f from '#core/record/fields.ts'

export const unsubscribeContract = defineContract({
  name: 'unsubscribe',
  path: 'unsubscribes',
  label: 'Unsubscribe',
  description: 'An address that wants no more mail; nothing is sent to it',
  title: ['email'],
  defaultSort: '-createdAt',
  plainFilters: ['email', 'source'],
  importable: false,
  exportable: true,
  example: { email: 'ingrid.solberg@borealis.example', reason: 'Asked on the phone' },
  fields: {
    email: { ...f.required(f.email()), writable: 'create' },
    reason: f.text(500),
    source: f.readOnly(
      f.withDefault(
        f.choice(['MANUAL', 'LINK', 'ONE_CLICK', 'COMPLAINT'], {
          description:
            'By a member, by the link in a mail, by the button of a mail program, or because the mail was reported as spam',
        }),
        'MANUAL',
      ),
    ),
  },
})
