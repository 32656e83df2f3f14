import { IconBellCog } from '@tabler/icons-react'
import type { Page } from '#web/pages.ts'

export default [
  {
    path: '/notifications',
    title: text => text.notices.title,
    load: () => import('./notifications.page.tsx'),
  },
  {
    path: '/settings/notifications',
    // Mails link there.
    formerly: ['/notifications/preferences'],
    section: { group: 'you', order: 3, icon: IconBellCog },
    title: text => text.notices.preferences,
    load: () => import('./preferences.page.tsx'),
  },
] satisfies Page[]
