import { IconMail, IconMailOff, IconTemplate } from '@tabler/icons-react'
import type { Page } from '#web/pages.ts'

const editor = () => import('./template.page.tsx')

export default [
  {
    path: '/templates',
    title: text => text.plurals.emailTemplate!,
    nav: { group: 'marketing', order: 2, icon: IconTemplate },
    load: () => import('./templates.page.tsx'),
  },
  { path: '/templates/$id', title: text => text.labels.emailTemplate!, load: editor },
  // Where links to records lead: by the path that they have in the API.
  {
    path: '/email-templates',
    title: text => text.plurals.emailTemplate!,
    load: () => import('./templates.page.tsx'),
  },
  { path: '/email-templates/$id', title: text => text.labels.emailTemplate!, load: editor },
  {
    path: '/unsubscribes',
    title: text => text.plurals.unsubscribe!,
    nav: { group: 'marketing', order: 3, icon: IconMailOff },
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
    nav: { group: 'admin', order: 5, icon: IconMail },
    load: () => import('../mailboxes/mail-settings.page.tsx'),
  },
] satisfies Page[]
