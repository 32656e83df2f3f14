import { IconUsers } from '@tabler/icons-react'
import type { Page } from '#web/pages.ts'

export default [
  {
    path: '/contacts',
    title: text => text.nav.contacts,
    nav: { group: 'records', order: 2, icon: IconUsers },
    load: () => import('./contacts.page.tsx'),
  },
  { path: '/contacts/$id', title: text => text.labels.contact!, load: () => import('./contact.page.tsx') },
] satisfies Page[]
