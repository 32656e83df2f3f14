import { IconMail, IconMailOff, IconTemplate } from '@tabler/icons-react'
import type { Page } from '#web/pages.ts'

const editor = () => import('./template.page.tsx')

export default [
  {
    path: '/settings/templates',
    // The last is where links to records lead: by the path that they have in the API.
    formerly: ['/templates', '/email-templates'],
    title: text => text.plurals.emailTemplate!,
    section: { group: 'outreach', order: 1, icon: IconTemplate },
    load: () => import('./templates.page.tsx'),
  },
  { path: '/templates/$id', title: text => text.labels.emailTemplate!, load: editor },
  { path: '/email-templates/$id', title: text => text.labels.emailTemplate!, load: editor },
  {
    path: '/settings/unsubscribes',
    formerly: ['/unsubscribes'],
    title: text => text.plurals.unsubscribe!,
    section: { group: 'outreach', order: 2, icon: IconMailOff },
    load: () => import('./unsubscribes.page.tsx'),
  },
  {
    path: '/unsubscribes/$id',
    title: text => text.labels.unsubscribe!,
    load: () => import('./unsubscribe.page.tsx'),
  },
  {
    path: '/settings/mail',
    title: text => text.mail.title,
    isForWriters: true,
    section: { group: 'outreach', order: 3, icon: IconMail },
    load: () => import('../mailboxes/mail-settings.page.tsx'),
  },
] satisfies Page[]
